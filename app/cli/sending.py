"""`sync`, `outbox`, `bundle`: what leaves this device, what comes, and what is still waiting."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.files import BUNDLE_BYTES_MAX, read_bytes
from app.cli.opening import passphrase_option, unlocked
from app.cli.org import warning_text
from app.cli.output import json_option, plain, show, table


@click.command()
@click.option(
    "--deposits", type=click.Choice(["1", "4", "16", "64"]), help="How many deposits this session makes."
)
@passphrase_option
@json_option
def sync(deposits: str | None, passphrase_fd: int | None, as_json: bool) -> None:
    """One session with the relay: the same size whatever there is to say."""
    from app.actions import sending

    with unlocked(passphrase_fd) as device:
        report = sending.sync(device, deposits=None if deposits is None else int(deposits))
    lines = [f"{report.deposited} cells left, {report.received} arrived, {report.waiting} still waiting."]
    for gap in report.missing:
        sender = plain(gap.device)
        if gap.state == "expired":
            lines.append(f"Numbers {gap.from_} to {gap.to} from {sender} are too old to arrive any more.")
        else:
            lines.append(f"Numbers {gap.from_} to {gap.to} from {sender} have not arrived since {gap.since}.")
    if not report.joined:
        lines.append(
            "The welcome has not come yet: an officer has still to compare the digits, or another to sign."
        )
    if report.replies:
        lines.append(f"{report.replies} invited devices have answered: `kantha org replies`.")
    lines += [warning_text(warning) for warning in report.warnings]
    show(report, "\n".join(lines), as_json=as_json)


@click.command()
@passphrase_option
@json_option
def outbox(passphrase_fd: int | None, as_json: bool) -> None:
    """What waits, what left, what the desk has confirmed."""
    from app.actions import sending

    with unlocked(passphrase_fd) as device:
        view = sending.outbox(device)
    rows = ((item.code, item.kind, item.state, item.at) for item in view.items)
    lines = [table(("NUMBER", "WHAT", "STATE", "AT"), rows, empty="Nothing waiting.")]
    if any(item.state == "too_late" for item in view.items):
        lines.append("What is too late can no longer be opened by the desk: take it down again.")
    lines += [warning_text(warning) for warning in view.warnings]
    show(view, "\n".join(lines), as_json=as_json)


@click.group()
def bundle() -> None:
    """Cells and welcomes in files, for memory sticks."""


@bundle.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@passphrase_option
@json_option
def bundle_import(file: Path, passphrase_fd: int | None, as_json: bool) -> None:
    """Take in what a file brings, such as this device's welcome."""
    from app.actions import enrolment

    data = read_bytes(file, limit=BUNDLE_BYTES_MAX)
    with unlocked(passphrase_fd) as device:
        enrolment.import_bundle(device, data)
    show({"imported": str(file)}, f"{file} is taken in.", as_json=as_json)
