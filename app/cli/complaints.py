"""`complaint`, `inbox`, `ask`, `reply`: what a worker said, and what is asked and answered about it."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.complaint_text import complaint_text
from app.cli.files import read_json
from app.cli.opening import passphrase_option, unlocked
from app.cli.output import json_option, say, show, table


@click.group()
def complaint() -> None:
    """Complaints, on the phone that takes them and at the desk that works on them."""


@complaint.command("new")
@click.option(
    "--from",
    "source",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.json",
    help="One intake record, or an array of them: all are taken or none.",
)
@click.option("--finish", is_flag=True, help="Seal them for the desk; they cannot be read here any more.")
@passphrase_option
@json_option
def complaint_new(source: Path, finish: bool, passphrase_fd: int | None, as_json: bool) -> None:
    """Take complaints from a file; the form is `kantha schema complaint`."""
    from app.actions import intake

    document = read_json(source)
    records = document if isinstance(document, list) else [document]
    with unlocked(passphrase_fd) as device:
        codes = intake.new_complaints(device, records, finish=finish)
    show({"codes": codes}, "\n".join(codes), as_json=as_json)
    if not codes:
        say("The array was empty, so there was nothing to take.")


@complaint.command("add")
@click.argument("code")
@click.option("--text", help="What she brings or corrects.")
@click.option("--withdraw", is_flag=True, help="She takes the complaint back.")
@passphrase_option
@json_option
def complaint_add(
    code: str, text: str | None, withdraw: bool, passphrase_fd: int | None, as_json: bool
) -> None:
    """Add something under the number of a complaint that was finished on this phone."""
    from app.actions import intake

    if text is None and not withdraw:
        raise click.UsageError("Say what is added: --text TEXT, --withdraw, or both.")
    with unlocked(passphrase_fd) as device:
        intake.add(device, code, text=text, withdraw=withdraw)
    show({"code": code}, f"Added under {code}. It leaves with the next session.", as_json=as_json)


@complaint.command("list")
@passphrase_option
@json_option
def complaint_list(passphrase_fd: int | None, as_json: bool) -> None:
    """On a phone: drafts, waiting, confirmed. At a desk: what arrived."""
    from app.actions import intake

    with unlocked(passphrase_fd) as device:
        rows = intake.listing(device)
    lines = ((row.code, row.kind, row.status, row.at) for row in rows)
    show(rows, table(("NUMBER", "WHAT", "STATE", "AT"), lines, empty="Nothing here yet."), as_json=as_json)


@complaint.command("show")
@click.argument("code")
@passphrase_option
@json_option
def complaint_show(code: str, passphrase_fd: int | None, as_json: bool) -> None:
    """One complaint. On a phone after finish nothing of it can be shown."""
    from app.actions import intake

    with unlocked(passphrase_fd) as device:
        view = intake.show(device, code)
    show(view, complaint_text(view), as_json=as_json)


@click.command()
@passphrase_option
@json_option
def inbox(passphrase_fd: int | None, as_json: bool) -> None:
    """What arrived at this desk, the most urgent first."""
    from app.actions import casework

    with unlocked(passphrase_fd) as device:
        rows = casework.inbox(device)
    lines = (
        (
            row.code,
            "danger now" if row.danger == "yes" else "",
            row.issues,
            row.facility or "unknown",
            row.received,
            row.device_label or row.device,
            row.screened,
        )
        for row in rows
    )
    heads = ("NUMBER", "MARK", "ISSUES", "WHERE", "RECEIVED", "FROM", "SCREENED")
    show(rows, table(heads, lines, empty="Nothing has arrived yet."), as_json=as_json)


@click.command()
@click.argument("code")
@click.argument("text")
@passphrase_option
@json_option
def ask(code: str, text: str, passphrase_fd: int | None, as_json: bool) -> None:
    """From the desk: ask the device that took this complaint."""
    from app.actions import casework

    with unlocked(passphrase_fd) as device:
        casework.ask(device, code, text)
    show({"code": code}, "The question leaves with the next session.", as_json=as_json)


@click.command()
@click.argument("code")
@click.argument("text")
@passphrase_option
@json_option
def reply(code: str, text: str, passphrase_fd: int | None, as_json: bool) -> None:
    """On the phone: answer the question that waits under this number."""
    from app.actions import intake

    with unlocked(passphrase_fd) as device:
        intake.reply(device, code, text)
    show({"code": code}, "The answer leaves with the next session.", as_json=as_json)
