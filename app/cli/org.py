"""`org`: the organisation of this device, its desks, and what is done when a device is lost or doubted."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from app.cli.officers import (
    change_text,
    export,
    policy,
    proposals,
    remove_officer,
    replies,
    sign,
    take,
    threshold,
    use_token,
    withdraw,
)
from app.cli.opening import choose_passphrase, home, passphrase_option, unlocked
from app.cli.output import clean, json_option, plain, say, show, table
from app.cli.recovery import recover

if TYPE_CHECKING:
    from app.actions.views import OrganisationView, WarningView

WARNINGS = {
    "foreign_key": (
        "Phones are told to seal for this desk to a key that this machine does not hold. Somebody else may"
        " read what comes next: let nobody send, and call the officers."
    ),
    "admitted_twice": (
        "{name} was admitted a second time with other details. Ask the officers; if nobody knows why,"
        " revoke it."
    ),
    "offline": "No session for {days} days.",
    "stale": "The organisation's directory was not renewed for {days} days: an officer should connect.",
    "clock_ahead": "The clock of this device is {days} days ahead.",
    "clock_behind": "The clock of this device is {days} days behind.",
    "expired_soon": "The organisation's directory ends in {days} days: an officer must connect.",
    "root_ends": "The organisation's root ends in {days} days: its officers must renew it.",
}


@click.group()
def org() -> None:
    """The organisation of this device."""


for command in (
    proposals, sign, withdraw, export, take, use_token, threshold, remove_officer, policy, replies, recover,
):  # fmt: skip
    org.add_command(command)


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
    """Who and what belongs to it, what waits for officers, and what should be looked after."""
    from app.actions import organisation

    with unlocked(passphrase_fd) as device:
        view = organisation.show(device)
    show(view, organisation_text(view), as_json=as_json)


@org.command("add-desk")
@click.argument("name")
@passphrase_option
@json_option
def org_add_desk(name: str, passphrase_fd: int | None, as_json: bool) -> None:
    """Another desk: a compartment of its own, with handlers of its own."""
    from app.actions import officers

    with unlocked(passphrase_fd) as device:
        view = officers.add_desk(device, name)
    show(
        view,
        change_text(view, done=f"The desk {clean(name)} is there. Invite its handlers."),
        as_json=as_json,
    )


@org.command("revoke")
@click.argument("target", metavar="DEVICE")
@click.option(
    "--reason",
    required=True,
    type=click.Choice(["seized", "lost", "left", "replaced", "none"]),
    help="Why; the organisation's officers and handlers see it.",
)
@click.option("--yes", "label", metavar="LABEL", help="The device's label once more, instead of being asked.")
@passphrase_option
@json_option
def org_revoke(target: str, reason: str, label: str | None, passphrase_fd: int | None, as_json: bool) -> None:
    """A device belongs no longer: lost, taken, or its person has left. It cannot be taken back.

    Everybody else has nothing to do.
    """
    from app.actions import revocation

    with unlocked(passphrase_fd) as device:
        meant = revocation.meant(device, target).admission.label
        _confirm(meant, label)
        view = revocation.revoke(device, target, reason=reason)
    lines = [
        f"{clean(view.label)} is revoked. "
        + (
            "The others follow with their next session; they have nothing to do."
            if view.published
            else "The relay could not be reached: connect soon, the next sync tells the others."
        )
    ]
    if view.waiting:
        lines.append(f"{view.waiting} things it sent are missing and will not come any more.")
    if view.officer_waits:
        lines.append("It was an officer's: another officer must sign that (`kantha org proposals`).")
    show(view, "\n".join(lines), as_json=as_json)


@org.command("close-window")
@click.argument("target", metavar="DEVICE")
@passphrase_option
@json_option
def org_close_window(target: str, passphrase_fd: int | None, as_json: bool) -> None:
    """Give up what an intake device finished and has not sent, so that desks may destroy old keys.

    For a phone that was away too long. It still belongs, and goes on when it is heard again.
    """
    from app.actions import revocation

    with unlocked(passphrase_fd) as device:
        view = revocation.close_window(device, target)
    lost = f" {view.waiting} things of it are known to be missing." if view.waiting else ""
    show(view, f"The window of {clean(view.label)} is closed.{lost}{_later(view.published)}", as_json=as_json)


@org.command("rotate")
@passphrase_option
@json_option
def org_rotate(passphrase_fd: int | None, as_json: bool) -> None:
    """Fresh desk keys, tokens and publishing token, without revoking anybody."""
    from app.actions import revocation

    with unlocked(passphrase_fd) as device:
        view = revocation.rotate(device)
    show(view, f"The keys are fresh.{_later(view.published)}", as_json=as_json)


def _later(published: bool) -> str:
    return "" if published else " The relay could not be reached; the next sync tells the others."


def _confirm(meant: str, label: str | None) -> None:
    """Once more: the label must be given as it stands, so that no slip of a key revokes somebody else."""
    from app.actions.revocation import LabelDiffersError

    if label is None:
        if not sys.stdin.isatty():
            raise click.UsageError(f'Give --yes "{clean(meant)}" to revoke it, or run this in a terminal.')
        label = click.prompt(f'Type "{clean(meant)}" to revoke it', err=True)
    if " ".join(str(label).split()).casefold() != meant.casefold():
        raise LabelDiffersError


# --- for people ---------------------------------------------------------------------------------------


def organisation_text(view: OrganisationView) -> str:
    """The organisation as a few lines for people."""
    devices = table(
        ("DEVICE", "ROLE", "DESK", "STATE", "LAST HEARD", "MISSING", "ID"),
        (
            (d.label, "officer" if d.officer else d.role, d.desk, d.state, d.last_heard, d.missing, d.id)
            for d in view.devices
        ),
        empty="No device is admitted yet.",
    )
    count = len(view.officers)
    lines = [
        clean(view.name),
        f"Desks: {plain([desk.name for desk in view.desks])}",
        f"Officers: {plain([officer.label or officer.id for officer in view.officers])}",
        f"{view.threshold} of {count} sign its changes, {view.handler_officers} admit a handler.",
    ]
    if view.proposals:
        lines.append(f"{view.proposals} things wait for officers' signatures: `kantha org proposals`.")
    if view.replies:
        lines.append(f"{view.replies} invited devices have answered: `kantha org replies`.")
    if view.drill is not None and view.drill.due:
        lines.append("It is time to rehearse recovery: `kantha org recover drill`.")
    lines += [warning_text(warning) for warning in view.warnings]
    return "\n".join([*lines, "", devices])


def warning_text(warning: WarningView) -> str:
    words = WARNINGS.get(warning.kind, "{days} days.")
    return "Look here: " + words.format(days=warning.days, name=clean(warning.name))
