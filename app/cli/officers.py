"""`org proposals`, `sign`, `threshold`, `remove-officer`, `policy`, `replies`: what officers decide
together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from app.cli.opening import passphrase_option, unlocked
from app.cli.output import clean, json_option, show, table

if TYPE_CHECKING:
    from app.actions.views import ProposalView, SignedView


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
@passphrase_option
@json_option
def sign(proposal: str, confirm: str | None, passphrase_fd: int | None, as_json: bool) -> None:
    """Sign something that waits. Refuses when any digit differs."""
    from app.actions import officers

    with unlocked(passphrase_fd) as device:
        view = officers.sign(device, proposal, confirm=confirm)
    show(view, change_text(view, done="It is signed and in force."), as_json=as_json)


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
@passphrase_option
@json_option
def remove_officer(who: str, passphrase_fd: int | None, as_json: bool) -> None:
    """An officer signs no longer; their device stays a handler. `org revoke` ends both."""
    from app.actions import officers

    with unlocked(passphrase_fd) as device:
        view = officers.remove_officer(device, who)
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
