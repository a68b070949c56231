"""`case`: what the union makes of complaints. Everything here is one signed operation that other
handlers get.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from app.cli.opening import passphrase_option, unlocked
from app.cli.output import clean, json_option, plain, show, table

if TYPE_CHECKING:
    from app.actions.views import CaseView


@click.group()
def case() -> None:
    """Cases at this desk."""


@case.command("new")
@click.argument("codes", metavar="CODE...", nargs=-1, required=True)
@click.option("--title", help="A few words; no person's name.")
@click.option(
    "--type",
    "case_type",
    type=click.Choice(["individual", "group", "collective"]),
    default="individual",
    show_default=True,
)
@passphrase_option
@json_option
def case_new(
    codes: tuple[str, ...], title: str | None, case_type: str, passphrase_fd: int | None, as_json: bool
) -> None:
    """Make one case of one or many complaints."""
    from app.actions import casework

    with unlocked(passphrase_fd) as device:
        view = casework.new_case(device, list(codes), title=title, case_type=case_type)
    show(view, case_text(view), as_json=as_json)


@case.command("list")
@passphrase_option
@json_option
def case_list(passphrase_fd: int | None, as_json: bool) -> None:
    """All cases of this desk."""
    from app.actions import casework

    with unlocked(passphrase_fd) as device:
        rows = casework.cases(device)
    lines = (
        (row.number, row.status, row.case_type, row.complaints, row.assignee_label, row.title) for row in rows
    )
    heads = ("CASE", "STATUS", "KIND", "COMPLAINTS", "WITH", "TITLE")
    show(rows, table(heads, lines, empty="No cases yet."), as_json=as_json)


@case.command("show")
@click.argument("number", metavar="CASE")
@passphrase_option
@json_option
def case_show(number: str, passphrase_fd: int | None, as_json: bool) -> None:
    """One case with its notes, complaints, history and conflicts."""
    from app.actions import casework

    with unlocked(passphrase_fd) as device:
        view = casework.case(device, number)
    show(view, case_text(view), as_json=as_json)


@case.command("set")
@click.argument("number", metavar="CASE")
@click.option("--status", required=True, help="One of the statuses that `case show` allows.")
@passphrase_option
@json_option
def case_set(number: str, status: str, passphrase_fd: int | None, as_json: bool) -> None:
    """Set the status of a case."""
    from app.actions import casework

    with unlocked(passphrase_fd) as device:
        casework.set_status(device, number, status)
        view = casework.case(device, number)
    show(view, case_text(view), as_json=as_json)


@case.command("note")
@click.argument("number", metavar="CASE")
@click.argument("text")
@passphrase_option
@json_option
def case_note(number: str, text: str, passphrase_fd: int | None, as_json: bool) -> None:
    """Write a note; notes are only ever added."""
    from app.actions import casework

    with unlocked(passphrase_fd) as device:
        casework.note(device, number, text)
        view = casework.case(device, number)
    show(view, case_text(view), as_json=as_json)


@case.command("assign")
@click.argument("number", metavar="CASE")
@click.argument("handler", metavar="DEVICE")
@passphrase_option
@json_option
def case_assign(number: str, handler: str, passphrase_fd: int | None, as_json: bool) -> None:
    """Give a case to a handler, by the id or the label of their device."""
    from app.actions import casework

    with unlocked(passphrase_fd) as device:
        casework.assign(device, number, handler)
        view = casework.case(device, number)
    show(view, case_text(view), as_json=as_json)


@case.command("link")
@click.argument("number", metavar="CASE")
@click.argument("code")
@passphrase_option
@json_option
def case_link(number: str, code: str, passphrase_fd: int | None, as_json: bool) -> None:
    """Let a complaint join a case."""
    from app.actions import casework

    with unlocked(passphrase_fd) as device:
        casework.join_case(device, number, code)
        view = casework.case(device, number)
    show(view, case_text(view), as_json=as_json)


def case_text(view: CaseView) -> str:
    """A case as a few lines for people."""
    lines = [
        f"{view.number}  {view.status}  {view.case_type}",
        f"Title:       {plain(view.title)}",
        f"With:        {plain(view.assignee_label)}",
        f"Complaints:  {plain([row.code for row in view.complaints])}",
        f"May become:  {plain(view.allowed_statuses)}",
    ]
    for conflict in view.conflicts:
        sides = "  |  ".join(plain(side.value) for side in conflict.sides)
        lines.append(f"Look here:   two values for {conflict.field}: {sides}")
    for note in view.notes:
        lines += ["", f"{note.at}  {plain(note.by)}", clean(note.text)]
    return "\n".join(lines)
