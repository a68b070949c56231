"""What officers decide together: what waits for signatures, signing it, and changes of the organisation.

Every change is signed here, published at once when the relay answers, and in force as soon as enough officers
signed. Nothing is signed unread: whoever signs for a device types in the digits that its person reads out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from app.actions import moments
from app.actions.device import Device
from app.actions.errors import ActionError, ChoiceUnknownError
from app.actions.members import (
    DeviceUnknownError,
    label_of_role,
    member_named,
    newest_roster,
    require_officer,
)
from app.actions.publishing import publish_now, send_welcomes
from app.actions.views import ChangeView, ProposalView, SignedView
from crypto.enrolment import digits, require_digits
from crypto.errors import DigitsDifferError, EncodingError
from crypto.ids import DeskId, DeviceId, new_desk_id
from crypto.root import MAX_DESKS, Desk, Officer, Root, root_hash
from crypto.roster import LABEL, Admission, Pending, Revocation, Roster
from sync import belonging, rootchange
from sync.admission import officer_digits
from sync.due import mark_due
from sync.errors import LastOfficerError, RevokeSelfError
from sync.rootchange import RootProposal

SHORTEST_ID: Final = 6
_POLICY: Final = (
    "session_deposits", "gap_seconds", "offline_days", "key_days", "window_days", "ahead_days",
    "handler_officers", "token_slots", "tokens_per_week",
)  # fmt: skip


class NothingWaitsError(ActionError):
    """Nothing with this id waits for signatures here."""

    next_step = "Look at `kantha org proposals`; connect once so that what is new arrives."


class DigitsNeededError(ActionError):
    """A new device is signed for only with its digits."""

    next_step = "Let its person read the six groups to you, and give them with --confirm."


class ChangeRefusedError(ActionError):
    """The organisation cannot be changed like this."""

    next_step = "Choose another value. Nothing was changed."


# --- what waits ---------------------------------------------------------------------------------------


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
    waiting += [_root_view(entry, root, roster, me in entry.signed_by) for entry in changes]
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


def _root_view(entry: RootProposal, root: Root, roster: Roster, signed: bool) -> ProposalView:
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
        changes=_changes(root, entry.root, roster),
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
        for name in _POLICY
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


# --- signing ------------------------------------------------------------------------------------------


def sign(device: Device, proposal_id: str, *, confirm: str | None = None) -> SignedView:
    """Sign something that waits. For a new device or a new officer ``confirm`` is what its person read out:
    other digits sign nothing. `DigitsNeededError`, `DigitsDifferError`, `NothingWaitsError`.
    """
    root = require_officer(device)
    with device.vault.transaction():
        roster = newest_roster(device)
        changes = {
            entry.hash: entry for entry in rootchange.open_proposals(device.state, org=device.member.org)
        }
        digest = _meant(proposal_id, [*roster.pending, *changes])
        if digest in changes:
            _compare_officers(root, changes[digest], confirm)
            made = rootchange.countersign(device.state, digest)
            mark_due(device.state)
            found = SignedView(digest.hex(), made.in_force, made.have, made.needed, False)
        else:
            found = _sign_statement(device, digest, roster.pending[digest], confirm)
        send_welcomes(device)
    return _told(device, found)


def _meant(said: str, known: list[bytes]) -> bytes:
    wanted = "".join(said.split()).casefold()
    found = [key for key in known if len(wanted) >= SHORTEST_ID and key.hex().startswith(wanted)]
    if len(found) != 1:
        raise NothingWaitsError
    return found[0]


def _compare_officers(root: Root, proposal: RootProposal, confirm: str | None) -> None:
    added = [officer for officer in proposal.root.officers if officer not in root.officers]
    if not added:
        return
    if confirm is None:
        raise DigitsNeededError
    if len(added) > 1 or _plain(confirm) != _plain(officer_digits(added[0])):
        raise DigitsDifferError("The digits are not those of this officer's device, so nothing was signed.")


def _plain(said: str) -> str:
    """Digits of any script, without what people put between them."""
    try:
        return "".join(str(int(char)) for char in said if not char.isspace() and char != "-")
    except ValueError:
        return ""


def _sign_statement(device: Device, digest: bytes, entry: Pending, confirm: str | None) -> SignedView:
    if isinstance(entry.statement, Admission):
        if confirm is None:
            raise DigitsNeededError
        require_digits(entry.statement.transcript, confirm)
    signed = entry.signed.add(label=LABEL, by=belonging.officer_key(device.state))
    belonging.keep_statement(device.state, signed)
    belonging.settle(device.state, org=device.member.org)
    mark_due(device.state)
    left = newest_roster(device).pending.get(digest)
    have = entry.needed if left is None else len(left.have)
    return SignedView(digest.hex(), left is None, have, entry.needed, False)


def _told(device: Device, view: SignedView) -> SignedView:
    """The same once the relay was told, or could not be."""
    published = publish_now(device)
    return SignedView(view.id, view.in_force, view.have, view.needed, published)


# --- changes of the organisation ----------------------------------------------------------------------


def add_desk(device: Device, name: str) -> SignedView:
    """Another desk: a compartment of its own, with handlers of its own."""
    wanted = " ".join(name.split())
    if not 0 < len(wanted) <= 60:
        raise ChangeRefusedError("The name of a desk has 1 to 60 characters.")
    root = require_officer(device)
    if wanted.casefold() in {desk.name.casefold() for desk in root.desks}:
        raise ChangeRefusedError("There is a desk of this name already.")
    if len(root.desks) >= MAX_DESKS:
        raise ChangeRefusedError(f"An organisation has at most {MAX_DESKS} desks.")
    desk = Desk(DeskId(new_desk_id()), wanted)
    return _change(device, lambda before: replace(before, desks=(*before.desks, desk)))


def set_threshold(device: Device, officers: int) -> SignedView:
    """How many officers sign the organisation's changes from now on."""
    root = require_officer(device)
    if not 1 <= officers <= len(root.officers):
        raise ChangeRefusedError(f"So many officers there are not: 1 to {len(root.officers)}.")
    if officers == root.threshold:
        raise ChangeRefusedError("It is so already.", next_step="Nothing is to be done.")
    _require_as_many(threshold=officers, handlers=root.policy.handler_officers)
    return _change(device, lambda before: replace(before, threshold=officers))


def set_policy(device: Device, **values: int | None) -> SignedView:
    """Change entries of the policy, such as ``handler_officers=2``; what is None stays."""
    root = require_officer(device)
    wanted = {name: value for name, value in values.items() if value is not None}
    unknown = set(wanted) - set(_POLICY)
    if unknown or not wanted:
        raise ChoiceUnknownError("Say which entry of the policy is to change.")
    if not 1 <= wanted.get("handler_officers", 1) <= len(root.officers):
        raise ChangeRefusedError(f"So many officers there are not: 1 to {len(root.officers)}.")
    policy = replace(root.policy, **wanted)
    _require_as_many(threshold=root.threshold, handlers=policy.handler_officers)
    if policy == root.policy:
        raise ChangeRefusedError("It is so already.", next_step="Nothing is to be done.")
    return _change(device, lambda before: replace(before, policy=replace(before.policy, **wanted)))


def _require_as_many(*, threshold: int, handlers: int) -> None:
    """Whoever alone may name a second officer could also admit a handler alone, with that officer's name."""
    if handlers > threshold:
        raise ChangeRefusedError(
            "As many officers as admit a handler must sign the organisation's changes.",
            next_step="Raise the threshold first, or lower how many admit a handler.",
        )


def remove_officer(device: Device, who: str) -> SignedView:
    """An officer signs no longer; the device stays a handler (`revocation.revoke` ends that too). By the
    label or id of the device, or the officer's id.
    """
    root = require_officer(device)
    if len(root.officers) == 1:
        raise LastOfficerError
    officer = _officer_named(device, root, who)
    if officer.id == belonging.own_officer(device.state):
        raise RevokeSelfError("An officer cannot remove themselves.")
    return _change(device, rootchange.without(officer.device))


def _officer_named(device: Device, root: Root, who: str) -> Officer:
    wanted = " ".join(who.split()).casefold()
    by_id = [one for one in root.officers if len(wanted) >= SHORTEST_ID and one.id.hex().startswith(wanted)]
    if len(by_id) == 1:
        return by_id[0]
    meant = member_named(newest_roster(device), who).admission.device
    for officer in root.officers:
        if officer.device == meant:
            return officer
    raise DeviceUnknownError("This device is not an officer's.", next_step="`kantha org show` lists them.")


def _change(device: Device, change: Callable[[Root], Root]) -> SignedView:
    with device.vault.transaction():
        try:
            made = rootchange.propose(
                device.state, org=device.member.org, change=change, now=device.state.now()
            )
        except EncodingError as error:
            raise ChangeRefusedError from error
        mark_due(device.state)
        send_welcomes(device)
    view = _told(device, SignedView(made.hash.hex(), made.in_force, made.have, made.needed, False))
    # Publishing may have fetched what brings it into force.
    return view if view.in_force else _again(device, view)


def _again(device: Device, view: SignedView) -> SignedView:
    still_open = rootchange.open_proposals(device.state, org=device.member.org)
    for entry in still_open:
        if entry.hash.hex() == view.id:
            return SignedView(view.id, False, entry.have, entry.needed, view.published)
    in_force = any(root_hash(entry.body).hex() == view.id for entry in belonging.roots(device.state))
    return SignedView(view.id, in_force, view.have, view.needed, view.published)
