"""What officers decide together: `org proposals`, `sign`, `withdraw`, `export`, `take`, `use-token`,
`threshold`, `remove-officer`, `policy`, `replies`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from app.cli.files import read_bytes, write_private
from app.cli.opening import passphrase_option, unlocked
from app.cli.output import clean, json_option, show, table

if TYPE_CHECKING:
    from app.actions.views import ProposalView, SignedView


FILE_BYTES_MAX: Final = 8 * 1_048_576
"""As much as a directory."""
return_option = click.option(
    "--return",
    "returning",
    is_flag=True,
    help="Officers' devices that only the officer who goes had revoked may belong again.",
)


@click.command("proposals")
@passphrase_option
@json_option
def proposals(passphrase_fd: int | None, as_json: bool) -> None:
    """What waits for officers' signatures, as of the last sync."""
    from app.actions import officers

    with unlocked(passphrase_fd) as device:
        rows = officers.proposals(device)
    lines = (
        (row.id[:12], row.kind, _what(row), f"{row.have} of {row.needed}", row.signed_by_me, bool(row.digits))
        for row in rows
    )
    heads = ("ID", "KIND", "WHAT", "SIGNED", "BY ME", "DIGITS")
    show(rows, table(heads, lines, empty="Nothing waits for a signature."), as_json=as_json)


def _what(row: ProposalView) -> str:
    if row.changes:
        return "; ".join(f"{change.what.replace('_', ' ')} {change.value}".strip() for change in row.changes)
    return " ".join(part for part in (row.role, row.label, row.desk and f"at {row.desk}") if part)


@click.command("sign")
@click.argument("proposal", metavar="ID")
@click.option(
    "--confirm",
    metavar='"12345 67890 …"',
    help="For a new device or officer: the digits it shows, read to you.",
)
@return_option
@passphrase_option
@json_option
def sign(
    proposal: str, confirm: str | None, returning: bool, passphrase_fd: int | None, as_json: bool
) -> None:
    """Sign something that waits. Refuses when any digit differs."""
    from app.actions import officers

    with unlocked(passphrase_fd) as device:
        view = officers.sign(device, proposal, confirm=confirm, returning=returning)
    show(view, change_text(view, done="It is signed and in force."), as_json=as_json)


@click.command("withdraw")
@click.argument("proposal", metavar="ID")
@passphrase_option
@json_option
def withdraw(proposal: str, passphrase_fd: int | None, as_json: bool) -> None:
    """Give up a new device that waits for signatures; it can only be invited again."""
    from app.actions import officers

    with unlocked(passphrase_fd) as device:
        officers.withdraw(device, proposal)
    show({"withdrawn": proposal}, "It is withdrawn. No signature brings this device in.", as_json=as_json)


@click.command("export")
@click.argument("proposal", metavar="ID")
@click.option(
    "--out", required=True, metavar="FILE", type=click.Path(path_type=Path), help="The file to write."
)
@passphrase_option
@json_option
def export(proposal: str, out: Path, passphrase_fd: int | None, as_json: bool) -> None:
    """Write a change that waits, and who signed it, to a file for another officer.

    For officers whose devices were shut out: what they sign counts, and somebody else must carry it.
    """
    from app.actions import carrying

    with unlocked(passphrase_fd) as device:
        write_private(out, carrying.export(device, proposal))
    show(
        {"file": str(out)}, "It is written. Another officer takes it with `kantha org take`.", as_json=as_json
    )


@click.command("take")
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path))
@passphrase_option
@json_option
def take(source: Path, passphrase_fd: int | None, as_json: bool) -> None:
    """Take a change from another officer's file. Signs nothing: that is `kantha org sign`."""
    from app.actions import carrying

    data = read_bytes(source, limit=FILE_BYTES_MAX)
    with unlocked(passphrase_fd) as device:
        view = carrying.take(device, data)
    show(view, change_text(view, done="It is in force."), as_json=as_json)


@click.command("use-token")
@click.argument("token", metavar="TOKEN")
@passphrase_option
@json_option
def use_token(token: str, passphrase_fd: int | None, as_json: bool) -> None:
    """Publish with a token that the relay's owner made, when no officer has one any more."""
    from app.actions import carrying

    with unlocked(passphrase_fd) as device:
        published = carrying.use_token(device, token)
    said = (
        "The relay takes it, and what this device publishes."
        if published
        else "It is kept; the relay has not taken it yet. The next sync tries it again."
    )
    show({"published": published}, said, as_json=as_json)


@click.command("threshold")
@click.argument("officers", metavar="N", type=click.IntRange(min=1))
@passphrase_option
@json_option
def threshold(officers: int, passphrase_fd: int | None, as_json: bool) -> None:
    """How many officers must sign the organisation's changes."""
    from app.actions import officers as actions

    with unlocked(passphrase_fd) as device:
        view = actions.set_threshold(device, officers)
    show(view, change_text(view, done=f"From now on {officers} officers sign."), as_json=as_json)


@click.command("remove-officer")
@click.argument("who", metavar="WHO")
@return_option
@passphrase_option
@json_option
def remove_officer(who: str, returning: bool, passphrase_fd: int | None, as_json: bool) -> None:
    """An officer signs no longer; their device stays a handler. `org revoke` ends both."""
    from app.actions import officers

    with unlocked(passphrase_fd) as device:
        view = officers.remove_officer(device, who, returning=returning)
    show(view, change_text(view, done=f"{clean(who)} is an officer no longer."), as_json=as_json)


@click.command("policy")
@click.option("--handler-officers", type=click.IntRange(min=1), metavar="N", help="Who admits a handler.")
@click.option("--offline-days", type=click.IntRange(min=1), metavar="N", help="How long a phone may be away.")
@click.option("--key-days", type=click.IntRange(min=1), metavar="N", help="How long day keys are kept.")
@click.option(
    "--window-days", type=click.IntRange(min=1), metavar="N", help="The longest for a phone that is away."
)
@click.option(
    "--tokens-per-week", type=click.IntRange(min=1), metavar="N", help="Deposits of a device a week."
)
@click.option(
    "--token-slots", type=click.IntRange(min=1), metavar="N", help="How many devices a pool serves."
)
@passphrase_option
@json_option
def policy(
    handler_officers: int | None,
    offline_days: int | None,
    key_days: int | None,
    window_days: int | None,
    tokens_per_week: int | None,
    token_slots: int | None,
    passphrase_fd: int | None,
    as_json: bool,
) -> None:
    """Change what the organisation decided about keys, devices and who admits handlers."""
    from app.actions import officers

    with unlocked(passphrase_fd) as device:
        view = officers.set_policy(
            device,
            handler_officers=handler_officers,
            offline_days=offline_days,
            key_days=key_days,
            window_days=window_days,
            tokens_per_week=tokens_per_week,
            token_slots=token_slots,
        )
    show(view, change_text(view, done="The policy is changed."), as_json=as_json)


@click.command("replies")
@passphrase_option
@json_option
def replies(passphrase_fd: int | None, as_json: bool) -> None:
    """Replies of invited devices that came by the relay; compare the digits, then `kantha admit ID`."""
    from app.actions import enrolment

    with unlocked(passphrase_fd) as device:
        rows = enrolment.replies(device)
    lines = ((row.label, row.role, row.desk, row.check, row.invitation) for row in rows)
    heads = ("LABEL", "ROLE", "DESK", "DIGITS", "ID")
    show(rows, table(heads, lines, empty="No reply has come by the relay."), as_json=as_json)


def change_text(view: SignedView, *, done: str) -> str:
    """What became of a signature, for people."""
    if view.in_force:
        said = done
    else:
        more = view.needed - view.have
        said = (
            f"Signed by {view.have} of {view.needed}: {more} more must sign {view.id[:12]}"
            " (`kantha org proposals`)."
        )
    later = "" if view.published else " The relay could not be reached; the next sync tells the others."
    return said + later
