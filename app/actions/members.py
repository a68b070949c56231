"""Who is meant by a label or an id, and who may sign here: what the actions on enrolment, officers and
revocation share.
"""

from __future__ import annotations

from app.actions.device import Device
from app.actions.errors import ActionError
from crypto.ids import DeviceId
from crypto.root import Root
from crypto.roster import Admission, Member, Role, Roster
from sync import belonging
from sync.errors import SignHereError

SHORTEST_ID = 8
"""Hex digits of an id that are taken for the whole, when they name one thing only."""


class DeviceUnknownError(ActionError):
    """There is no device with this label or id here."""

    next_step = "Look at `kantha org show`, or connect once so that what is new arrives."


class SeveralMeantError(ActionError):
    """Several devices have this label."""

    next_step = "Give the id instead, as `kantha org show` writes it."


class OfficerNoLongerError(SignHereError):
    """The officer of this device was removed."""

    next_step = "Ask another officer."


def newest_root(device: Device) -> Root:
    """The newest root that this device knows, published or not."""
    return belonging.newest_root(device.state, org=device.member.org)


def newest_roster(device: Device) -> Roster:
    """Every statement that this device knows, under the newest root."""
    return belonging.roster(device.state, root=newest_root(device), org=device.member.org)


def require_officer(device: Device) -> Root:
    """The newest root, if this device's officer is in it; `SignHereError` otherwise."""
    belonging.officer_key(device.state)
    root = newest_root(device)
    if belonging.own_officer(device.state) not in root.officer_publics():
        raise OfficerNoLongerError
    return root


def labels(device: Device) -> set[str]:
    """Every label that is in use or waits for another officer, for comparing."""
    roster = newest_roster(device)
    waiting = [entry.statement for entry in roster.pending.values()]
    admissions = [member.admission for member in roster.members.values()]
    admissions += [statement for statement in waiting if isinstance(statement, Admission)]
    return {admission.label.casefold() for admission in admissions}


def member_named(roster: Roster, said: str) -> Member:
    """The one device that is meant: by its id, the beginning of its id, or its label. What is revoked is
    meant only when nothing else is. `DeviceUnknownError`, `SeveralMeantError`.
    """
    wanted = " ".join(said.split()).casefold()
    members = list(roster.members.values())
    by_id = [entry for entry in members if _is_id(entry.admission.device, wanted)]
    found = by_id or [entry for entry in members if entry.admission.label.casefold() == wanted]
    found = [entry for entry in found if entry.revoked_at is None] or found
    if not wanted or not found:
        raise DeviceUnknownError
    if len(found) > 1:
        raise SeveralMeantError
    return found[0]


def _is_id(device: DeviceId, wanted: str) -> bool:
    return len(wanted) >= SHORTEST_ID and device.hex().startswith(wanted)


def admission_holds(device: Device, of: DeviceId, *, role: Role) -> bool:
    """Whether enough officers signed for this device, and for a new officer the root too."""
    root, member = newest_root(device), newest_roster(device).members.get(of)
    if member is None or not member.active:
        return False
    return role is not Role.OFFICER or of in {officer.device for officer in root.officers}


def label_of_role(role: Role) -> str:
    return {Role.INTAKE: "intake", Role.HANDLER: "handler", Role.OFFICER: "officer"}[role]
