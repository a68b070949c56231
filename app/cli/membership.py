"""`invite`, `join`, `admit`: how a device comes into an organisation, in person."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.files import read_text, write_private
from app.cli.opening import choose_passphrase, home, passphrase_option, unlocked
from app.cli.output import clean, json_option, show

if TYPE_CHECKING:
    from app.actions.views import AdmittedView

OutFile = click.Path(dir_okay=False, path_type=Path)
InFile = click.Path(dir_okay=False, path_type=Path)


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
    files = {
        "invitation": str(out),
        "qr": None if qr is None else str(qr),
        "expires_at": view.expires_at,
        "id": view.id,
    }
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
    document = {"check": view.check, "device": view.device}
    lines = [view.check, "", f"Read these digits to the officer and give them {out}, or connect once."]
    if view.officer_check is not None:
        document["officer_check"] = view.officer_check
        lines += ["", view.officer_check, "", "Where other officers sign as well, read these to them."]
    show(document, "\n".join(lines), as_json=as_json)


@click.command()
@click.argument("reply", metavar="REPLY")
@click.option(
    "--confirm", required=True, metavar='"12345 67890 …"', help="The digits that were read out to you."
)
@click.option("--out", type=OutFile, metavar="WELCOME", help="Also write the welcome to this file.")
@passphrase_option
@json_option
def admit(reply: str, confirm: str, out: Path | None, passphrase_fd: int | None, as_json: bool) -> None:
    """Admit the device that sent this reply. Refuses when any digit differs.

    REPLY is the reply's file; or the id or label of the invitation, when the relay brought the reply.
    """
    from app.actions import enrolment

    said = read_text(Path(reply)) if _is_file(reply) else reply
    with unlocked(passphrase_fd) as device:
        view = enrolment.admit(device, said, confirm=confirm)
    if out is not None and not view.waits:
        write_private(out, view.welcome)
    show(
        {"device": view.device, "label": view.label, "published": view.published, "waits": view.waits},
        _admitted_text(view, out),
        as_json=as_json,
    )


def _is_file(said: str) -> bool:
    """Whether this names a file: a path that exists, or something that can only be meant as one."""
    if said.lstrip().startswith("KANTHA1-"):
        return False  # the reply itself, pasted
    try:
        return os.path.sep in said or Path(said).is_file()
    except OSError:
        return False  # too long for a name


def _admitted_text(view: AdmittedView, out: Path | None) -> str:
    name = clean(view.label) or view.device
    if view.waits:
        return (
            f"{name} waits for another officer, who signs with `kantha org sign` and the digits. Then this"
            " device sends the welcome in its next sync" + ("; no file was written." if out else ".")
        )
    how = (
        "It gets its welcome in its first session."
        if view.published
        else "The relay could not be reached; the next sync tries again."
    )
    return f"{name} is admitted. {how}" + ("" if out is None else f" The welcome is in {out}.")
