"""`org`, `invite`, `join`, `admit`: who belongs to an organisation, and how a device comes in, in person."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.files import read_text, write_private
from app.cli.opening import choose_passphrase, home, passphrase_option, unlocked
from app.cli.output import clean, json_option, say, show, table

OutFile = click.Path(dir_okay=False, path_type=Path)
InFile = click.Path(dir_okay=False, path_type=Path)


@click.group()
def org() -> None:
    """The organisation of this device."""


@org.command("create")
@click.option("--name", required=True, help="The organisation's name.")
@click.option("--relay", required=True, metavar="URL", help="Where its cells go.")
@click.option("--pool", required=True, help="Its pool at the relay.")
@click.option("--publish-token", required=True, metavar="TOKEN", help="The pool's publishing token.")
@click.option(
    "--gap-seconds",
    type=click.IntRange(min=0),
    metavar="N",
    help="Longest random wait inside a session; 0 is for tests.",
)
@passphrase_option
@json_option
def org_create(
    name: str,
    relay: str,
    pool: str,
    publish_token: str,
    gap_seconds: int | None,
    passphrase_fd: int | None,
    as_json: bool,
) -> None:
    """Make an organisation: this device becomes its first officer, and handler of the desk "main"."""
    from app.actions import organisation

    passphrase = choose_passphrase(passphrase_fd)
    if gap_seconds == 0:
        say(
            "Without the random waits an observer sees from the times which session is whose. Only for tests."
        )
    device = organisation.create(
        home(),
        passphrase,
        name=name,
        relay=relay,
        pool=pool,
        publish_token=publish_token,
        gap_seconds=gap_seconds,
    )
    try:
        view = organisation.show(device)
    finally:
        device.lock()
    show(view, f"{clean(view.name)} is made. This device is its first officer.", as_json=as_json)


@org.command("show")
@passphrase_option
@json_option
def org_show(passphrase_fd: int | None, as_json: bool) -> None:
    """Who and what belongs to it."""
    from app.actions import organisation

    with unlocked(passphrase_fd) as device:
        view = organisation.show(device)
    devices = table(
        ("DEVICE", "ROLE", "DESK", "STATE", "LAST HEARD", "ID"),
        ((d.label, d.role, d.desk, d.state, d.last_heard, d.id) for d in view.devices),
        empty="No device is admitted yet.",
    )
    desks = ", ".join(desk.name for desk in view.desks)
    show(view, f"{clean(view.name)}\nDesks: {clean(desks)}\n\n{devices}", as_json=as_json)


@click.command()
@click.option("--role", required=True, type=click.Choice(["intake", "handler", "officer"]))
@click.option("--desk", required=True, metavar="NAME", help="The desk it belongs to.")
@click.option("--label", default="", help='What people call the device, such as "Blue-7".')
@click.option("--out", required=True, type=OutFile, metavar="FILE", help="Write the invitation here.")
@click.option("--qr", type=OutFile, metavar="FILE.png", help="Also as a picture to be photographed.")
@passphrase_option
@json_option
def invite(
    role: str,
    desk: str,
    label: str,
    out: Path,
    qr: Path | None,
    passphrase_fd: int | None,
    as_json: bool,
) -> None:
    """Invite a device whose owner stands beside you."""
    from app.actions import enrolment

    with unlocked(passphrase_fd) as device:
        view = enrolment.invite(device, role=role, desk=desk, label=label)
    write_private(out, view.text.encode())
    if qr is not None:
        write_private(qr, enrolment.qr_png(view.text))
    files = {"invitation": str(out), "qr": None if qr is None else str(qr), "expires_at": view.expires_at}
    show(files, f"The invitation is in {out}. It can be used once, until {view.expires_at}.", as_json=as_json)


@click.command()
@click.argument("invitation", type=InFile)
@click.option("--out", required=True, type=OutFile, metavar="REPLY", help="Write the reply here.")
@passphrase_option
@json_option
def join(invitation: Path, out: Path, passphrase_fd: int | None, as_json: bool) -> None:
    """Answer an invitation: makes this device's vault, and six groups of digits to read out."""
    from app.actions import enrolment

    text = read_text(invitation)
    view = enrolment.join(home(), choose_passphrase(passphrase_fd), text)
    write_private(out, view.reply_text.encode())
    show(
        {"check": view.check, "device": view.device},
        f"{view.check}\n\nRead these digits to the officer and give them {out}.",
        as_json=as_json,
    )


@click.command()
@click.argument("reply_file", metavar="REPLY", type=InFile)
@click.option(
    "--confirm", required=True, metavar='"12345 67890 …"', help="The digits that were read out to you."
)
@click.option("--out", type=OutFile, metavar="WELCOME", help="Also write the welcome to this file.")
@passphrase_option
@json_option
def admit(reply_file: Path, confirm: str, out: Path | None, passphrase_fd: int | None, as_json: bool) -> None:
    """Admit the device that sent this reply. Refuses when any digit differs."""
    from app.actions import enrolment

    text = read_text(reply_file)
    with unlocked(passphrase_fd) as device:
        view = enrolment.admit(device, text, confirm=confirm)
    if out is not None:
        write_private(out, view.welcome)
    where = "" if out is None else f" The welcome is in {out}."
    how = (
        "It gets its welcome in its first session."
        if view.published
        else "The relay could not be reached; the next sync tries again."
    )
    show(
        {"device": view.device, "label": view.label, "published": view.published},
        f"{clean(view.label) or view.device} is admitted. {how}{where}",
        as_json=as_json,
    )
