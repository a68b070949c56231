"""`org recover`: an officer's card, the desk's archive, the drill, and beginning again after a raid."""

from __future__ import annotations

import os
from pathlib import Path

import click

from app.cli.files import read_text, write_private
from app.cli.opening import ask_for, choose_passphrase, home, passphrase_option, unlocked
from app.cli.output import clean, json_option, say, show
from app.cli.recovery_words import REFUSED, left_out_words

OutFile = click.Path(dir_okay=False, path_type=Path)
InFile = click.Path(dir_okay=False, path_type=Path)
FROM_ENVIRONMENT = "KANTHA_CARD_PASSPHRASE"
_LINE_BYTES = 4_096


@click.group()
def recover() -> None:
    """What brings a desk back when every machine of it is gone."""


card_fd_option = click.option(
    "--card-passphrase-fd",
    type=click.IntRange(min=0),
    metavar="N",
    help="Read the cards' passphrases from this open file descriptor, a line for each card.",
)
card_option = click.option(
    "--card", "card_files", type=InFile, multiple=True, required=True, metavar="FILE",
    help="A card as it was typed or saved; once for each officer.",
)  # fmt: skip


@recover.command("card")
@click.option("--out", required=True, type=OutFile, metavar="FILE", help="Write the card's lines here.")
@click.option("--qr", type=OutFile, metavar="FILE.png", help="Also as a picture to be scanned.")
@card_fd_option
@passphrase_option
@json_option
def card_command(
    out: Path, qr: Path | None, card_passphrase_fd: int | None, passphrase_fd: int | None, as_json: bool
) -> None:
    """Make this officer's recovery card, under a passphrase of its own."""
    from app.actions import enrolment, recovery

    with unlocked(passphrase_fd) as device:
        (passphrase,) = _card_passphrases(1, card_passphrase_fd, twice=True)
        view = recovery.card(device, passphrase=passphrase)
    write_private(out, view.text.encode())
    if qr is not None:
        write_private(qr, enrolment.qr_png(view.qr))
    show(
        {"card": str(out), "qr": str(qr) if qr else None, "officer": view.officer, "made_at": view.made_at},
        f"The card is in {out}. Print it, erase the file, and keep paper and passphrase apart.",
        as_json=as_json,
    )  # fmt: skip


@recover.command("archive")
@click.argument("out", type=OutFile)
@passphrase_option
@json_option
def archive_command(out: Path, passphrase_fd: int | None, as_json: bool) -> None:
    """Write everything of this desk into one file that only enough officers open together."""
    from app.actions import recovery

    with unlocked(passphrase_fd) as device:
        view = recovery.archive(device, out)
    show(
        view,
        f"{view.complaints} complaints are in {out}, which was read again and is whole. Any"
        f" {view.threshold} of {view.officers} officers open it with their cards. Keep it elsewhere."
        + left_out_words(view.left_out),
        as_json=as_json,
    )


@recover.command("drill")
@click.argument("archive", type=InFile)
@card_option
@card_fd_option
@passphrase_option
@json_option
def drill_command(
    archive: Path,
    card_files: tuple[Path, ...],
    card_passphrase_fd: int | None,
    passphrase_fd: int | None,
    as_json: bool,
) -> None:
    """Prove that these cards open this archive; restores nothing, and remembers the date on this device."""
    from app.actions import device as devices
    from app.actions import recovery

    brought = _cards(card_files, card_passphrase_fd)
    if devices.state(home()) == "empty":
        view = recovery.drill(archive, brought)
    else:
        with unlocked(passphrase_fd) as device:
            view = recovery.drill(archive, brought, device=device)
    show(
        view,
        f"It works: {view.complaints} complaints of {clean(view.desk)}, {clean(view.organisation)}, as they"
        f" were on {view.made_at} at {clean(view.made_by)}. Nothing was restored.",
        as_json=as_json,
    )


@recover.command("restore")
@click.argument("archive", type=InFile)
@card_option
@click.option("--relay", metavar="URL", help="The relay's address, if it is another one than on the cards.")
@click.option("--label", metavar="NAME", help="What people call this machine.")
@click.option(
    "--lost", multiple=True, metavar="LABEL", help="A machine that is gone; otherwise all of the desk."
)
@click.option("--none-lost", is_flag=True, help="No machine is to be shut out.")
@click.option("--publish-token", metavar="TOKEN", help="A new publishing token from whoever runs the relay.")
@card_fd_option
@passphrase_option
@json_option
def restore_command(
    archive: Path,
    card_files: tuple[Path, ...],
    relay: str | None,
    label: str | None,
    lost: tuple[str, ...],
    none_lost: bool,
    publish_token: str | None,
    card_passphrase_fd: int | None,
    passphrase_fd: int | None,
    as_json: bool,
) -> None:
    """Make this empty machine the desk's: with its archive and enough officers' cards, the own one first."""
    from app.actions import recovery

    if lost and none_lost:
        raise click.UsageError("--lost and --none-lost say opposite things.")
    brought = _cards(card_files, card_passphrase_fd)
    device = recovery.restore(
        home(),
        choose_passphrase(passphrase_fd),
        archive=archive,
        cards=brought,
        relay=relay,
        lost=() if none_lost else (lost or None),
        label=label,
        publish_token=publish_token,
    )
    try:
        view = recovery.restored(device)
    finally:
        device.lock()
    if view is None:
        raise click.ClickException("The restoration left no record of itself. Look with `kantha org show`.")
    if view.refused:
        say(REFUSED)
    elif not view.published:
        say("The relay does not know of it yet: give `kantha org recover status` when it can be reached.")
    if view.officers_left:
        say(f"{view.officers_left} more officers need a machine before the root can be changed again.")
    gone = ", ".join(clean(name) for name in view.revoked) or "none"
    show(
        view,
        f"{view.complaints} complaints are back, as they were on {view.archive_at}. Shut out: {gone}.",
        as_json=as_json,
    )


@recover.command("open")
@click.argument("archive", type=InFile)
@click.option("--ask", type=OutFile, metavar="FILE", help="On the new machine: write what the officers need.")
@click.option(
    "--for", "request", type=InFile, metavar="FILE", help="As an officer: what the new machine wrote."
)
@click.option("--confirm", metavar='"12345 67890 …"', help="The digits that were read out there.")
@click.option("--piece", type=InFile, metavar="FILE", help="What the officer before gave.")
@click.option(
    "--card", "card_file", type=InFile, metavar="FILE", help="Take part with a card, not with this device."
)
@click.option("--out", type=OutFile, metavar="FILE", help="Write here what goes on to the next one.")
@click.option("--key", type=InFile, metavar="FILE", help="On the new machine: what the last officer gave.")
@card_fd_option
@passphrase_option
@json_option
def open_command(
    archive: Path,
    ask: Path | None,
    request: Path | None,
    confirm: str | None,
    piece: Path | None,
    card_file: Path | None,
    out: Path | None,
    key: Path | None,
    card_passphrase_fd: int | None,
    passphrase_fd: int | None,
    as_json: bool,
) -> None:
    """Open an archive one officer after the other, each on a machine of their own."""
    from app.actions import handover

    if [ask, request, key].count(None) != 2:
        raise click.UsageError("Give exactly one of --ask, --for and --key.")
    if ask is not None:
        with unlocked(passphrase_fd) as device:
            asked = handover.ask(device, archive)
        write_private(ask, asked.text.encode())
        show({"check": asked.check}, f"{asked.check}\n\nRead these digits to every officer.", as_json=as_json)
    elif key is not None:
        with unlocked(passphrase_fd) as device:
            back = handover.take(device, archive, read_text(key))
        show(back, f"{back.complaints} complaints of {clean(back.desk)} are back.", as_json=as_json)
    else:
        if confirm is None or out is None or request is None:
            raise click.UsageError("An officer gives --for, --confirm and --out.")
        words, before = read_text(request), read_text(piece) if piece is not None else ""
        if card_file is not None:
            (one,) = _cards((card_file,), card_passphrase_fd)
            given = handover.give(words, confirm=confirm, archive=archive, pieces_text=before, card=one)
        else:
            with unlocked(passphrase_fd) as device:
                given = handover.give(
                    words, confirm=confirm, archive=archive, pieces_text=before, device=device
                )
        write_private(out, given.text.encode())
        who = "the new machine" if given.kind == "key" else f"one of these officers: {given.to}"
        show({"kind": given.kind, "to": given.to}, f"{out} goes to {who}.", as_json=as_json)


@recover.command("status")
@click.option("--publish-token", metavar="TOKEN", help="A new one from the relay, if it refuses.")
@passphrase_option
@json_option
def status_command(publish_token: str | None, passphrase_fd: int | None, as_json: bool) -> None:
    """Whether this desk could be restored today; after a restoration, whether the relay knows of it."""
    from app.actions import recovery

    with unlocked(passphrase_fd) as device:
        if (done := recovery.restored(device)) is not None and not done.published:
            recovery.publish(device, token=publish_token)
            done = recovery.restored(device)
        view = recovery.can_restore(device)
    lines = [
        f"Any {view.threshold} of {view.officers} officers with their cards restore this desk.",
        f"Archive: {view.archive_at or 'never made here'}{', make a new one' if view.archive_old else ''}.",
        f"Drill: {view.drill_at or 'never'}{', due' if view.drill_due else ''}.",
    ]
    if view.officer:
        lines.append(
            f"Card: {view.card_at or 'never made here'}{', make a new one' if view.card_old else ''}."
        )
    if done is not None:
        lines.append(
            "The relay knows of the restoration." if done.published else "The relay does not know of it yet."
        )
    document = {"now": view, "restored": done}
    show(document, "\n".join(lines), as_json=as_json)


def _cards(files: tuple[Path, ...], descriptor: int | None) -> list[tuple[str, str]]:
    texts = [read_text(path) for path in files]
    return list(zip(texts, _card_passphrases(len(files), descriptor), strict=True))


def _card_passphrases(count: int, descriptor: int | None, *, twice: bool = False) -> list[str]:
    """From the descriptor, a line each; from the environment, one for all; else asked for."""
    if descriptor is not None:
        try:
            with open(descriptor, "rb", closefd=False) as source:
                lines = source.read(_LINE_BYTES * count).decode("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise click.UsageError(
                f"--card-passphrase-fd {descriptor}: nothing can be read there."
            ) from error
        if len(lines) < count:
            raise click.UsageError(f"--card-passphrase-fd {descriptor}: a line for each card is needed.")
        return lines[:count]
    given = os.environ.get(FROM_ENVIRONMENT)
    if given is not None:
        return [given] * count
    if twice:
        first = ask_for("Choose a passphrase for the card (16 characters or more)")
        if ask_for("The same once more") != first:
            raise click.ClickException("The two were not the same. Nothing was made; give the command again.")
        return [first]
    return [ask_for(f"Passphrase of card {number}") for number in range(1, count + 1)]
