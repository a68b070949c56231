"""What waits for officers' signatures, in words that a person can check before signing."""

from __future__ import annotations

from typing import Final

from app.actions import moments
from app.actions.device import Device
from app.actions.members import label_of_role, newest_roster, require_officer
from app.actions.views import ChangeView, ProposalView
from crypto.enrolment import digits
from crypto.ids import DeviceId
from crypto.root import Root
from crypto.roster import Admission, Pending, Revocation, Roster
from sync import belonging, rootchange, shutout
from sync.admission import officer_digits
from sync.rootchange import RootProposal

POLICY: Final = (
    "session_deposits", "gap_seconds", "offline_days", "key_days", "window_days", "ahead_days",
    "handler_officers", "token_slots", "tokens_per_week",
)  # fmt: skip


def proposals(device: Device) -> list[ProposalView]:
    """What waits for more signatures, as of this device's last session, oldest first; only officers have
    any.
    """
    if not device.officer:
        return []
    root = require_officer(device)
    roster, me = newest_roster(device), belonging.own_officer(device.state)
    waiting = [
        _pending_view(key, entry, root, roster, me in entry.have) for key, entry in roster.pending.items()
    ]
    changes = rootchange.open_proposals(device.state, org=device.member.org)
    for entry in changes:
        back = shutout.returning(device.state, root, entry.root, org=device.member.org)
        waiting.append(_root_view(entry, root, roster, me in entry.signed_by, returning=back))
    return sorted(waiting, key=lambda view: (view.at or "", view.id))


def _pending_view(key: bytes, entry: Pending, root: Root, roster: Roster, signed: bool) -> ProposalView:
    statement = entry.statement
    desks = {desk.id: desk.name for desk in root.desks}
    if isinstance(statement, Admission):
        return ProposalView(
            id=key.hex(),
            kind="admission",
            label=statement.label,
            role=label_of_role(statement.role),
            desk=desks.get(statement.desk),
            digits=digits(statement.transcript),
            have=len(entry.have),
            needed=entry.needed,
            signed_by_me=signed,
            at=moments.iso(statement.at),
        )
    about = roster.members.get(statement.device)
    return ProposalView(
        id=key.hex(),
        kind="revocation" if isinstance(statement, Revocation) else "window",
        label=about.admission.label if about else statement.device.hex(),
        role=label_of_role(about.admission.role) if about else None,
        desk=desks.get(about.admission.desk) if about else None,
        digits=None,
        have=len(entry.have),
        needed=entry.needed,
        signed_by_me=signed,
        at=moments.iso(statement.at),
    )


def _root_view(
    entry: RootProposal, root: Root, roster: Roster, signed: bool, *, returning: list[DeviceId]
) -> ProposalView:
    back = [ChangeView("return_officer", _label(roster, one)) for one in returning]
    added = [officer for officer in entry.root.officers if officer not in root.officers]
    gone = [officer for officer in root.officers if officer not in entry.root.officers]
    about = _label(roster, (added + gone)[0].device) if added or gone else entry.root.name
    return ProposalView(
        id=entry.hash.hex(),
        kind="root",
        label=about,
        role="officer" if added or gone else None,
        desk=next((desk.name for desk in entry.root.desks if desk not in root.desks), None),
        digits=officer_digits(added[0]) if added else None,
        have=entry.have,
        needed=entry.needed,
        signed_by_me=signed,
        at=moments.iso(entry.root.issued_at),
        changes=_changes(root, entry.root, roster) + back,
    )


def _changes(before: Root, after: Root, roster: Roster) -> list[ChangeView]:
    """What is different, in words that a person can check."""
    found = [
        ChangeView(f"{what}_officer", _label(roster, officer.device))
        for what, these, those in (
            ("add", after.officers, before.officers),
            ("remove", before.officers, after.officers),
        )
        for officer in these
        if officer not in those
    ]
    found += [
        ChangeView(f"{what}_publisher", _label(roster, right.device))
        for what, these, those in (
            ("add", after.publishers, before.publishers),
            ("remove", before.publishers, after.publishers),
        )
        for right in these
        if right not in those
    ]
    old, new = {desk.id: desk.name for desk in before.desks}, {desk.id: desk.name for desk in after.desks}
    found += [ChangeView("add_desk", name) for desk, name in new.items() if desk not in old]
    found += [ChangeView("remove_desk", name) for desk, name in old.items() if desk not in new]
    found += [
        ChangeView("rename_desk", f"{old[desk]} → {name}")
        for desk, name in new.items()
        if desk in old and old[desk] != name
    ]
    if after.threshold != before.threshold:
        found.append(ChangeView("threshold", str(after.threshold)))
    found += [
        ChangeView("policy", f"{name} {getattr(after.policy, name)}")
        for name in POLICY
        if getattr(after.policy, name) != getattr(before.policy, name)
    ]
    if after.name != before.name:
        found.append(ChangeView("name", after.name))
    if after.pool != before.pool:
        found.append(ChangeView("pool", after.pool.hex()))
    if after.expires_at != before.expires_at:
        found.append(ChangeView("renew", moments.iso(after.expires_at)))
    return found


def _label(roster: Roster, device: DeviceId) -> str:
    known = roster.members.get(device)
    if known is not None:
        return known.admission.label
    waiting = [entry.statement for entry in roster.pending.values()]
    return next(
        (entry.label for entry in waiting if isinstance(entry, Admission) and entry.device == device),
        device.hex(),
    )
