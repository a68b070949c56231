"""What officers decide together: what waits for signatures, signing it, and changes of the organisation.

Every change is signed here, published at once when the relay answers, and in force as soon as enough officers
signed. Nothing is signed unread: whoever signs for a device types in the digits that its person reads out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from app.actions.device import Device
from app.actions.errors import ActionError, ChoiceUnknownError
from app.actions.members import (
    DeviceUnknownError,
    member_named,
    newest_roster,
    require_officer,
)
from app.actions.proposals import POLICY, proposals
from app.actions.publishing import publish_now, send_welcomes
from app.actions.views import SignedView
from crypto.enrolment import require_digits
from crypto.errors import DigitsDifferError, EncodingError
from crypto.ids import DeskId, new_desk_id
from crypto.root import MAX_DESKS, Desk, Officer, Root, root_hash
from crypto.roster import LABEL, Admission, Pending
from sync import belonging, revoking, rootchange, shutout
from sync.admission import officer_digits
from sync.due import mark_due
from sync.errors import LastOfficerError, RevokeSelfError
from sync.rootchange import RootProposal

__all__ = [
    "ChangeRefusedError",
    "DigitsNeededError",
    "NothingWaitsError",
    "OfficersReturnError",
    "StaysSignedError",
    "add_desk",
    "meant",
    "proposals",
    "remove_officer",
    "set_policy",
    "set_threshold",
    "sign",
    "withdraw",
]

SHORTEST_ID: Final = 6


class NothingWaitsError(ActionError):
    """Nothing with this id waits for signatures here."""

    next_step = "Look at `kantha org proposals`; connect once so that what is new arrives."


class DigitsNeededError(ActionError):
    """A new device is signed for only with its digits."""

    next_step = "Let its person read the six groups to you, and give them with --confirm."


class OfficersReturnError(ActionError):
    """A device that only this officer had revoked would belong again."""

    next_step = (
        "Revoke that device here too if it must stay out (`kantha org revoke`); else say that it may return"
        " (--return)."
    )


class StaysSignedError(ActionError):
    """What was signed for the organisation's rules cannot be taken back."""

    next_step = "Tell the other officers not to sign it. It is gone once another change is in force."


class ChangeRefusedError(ActionError):
    """The organisation cannot be changed like this."""

    next_step = "Choose another value. Nothing was changed."


# --- signing ------------------------------------------------------------------------------------------


def sign(
    device: Device, proposal_id: str, *, confirm: str | None = None, returning: bool = False
) -> SignedView:
    """Sign something that waits. For a new device or a new officer ``confirm`` is what its person read out:
    other digits sign nothing. A change that lets a revoked officer's device belong again is signed only with
    ``returning``. `DigitsNeededError`, `DigitsDifferError`, `OfficersReturnError`, `NothingWaitsError`.
    """
    root = require_officer(device)
    with device.vault.transaction():
        roster = newest_roster(device)
        changes = {
            entry.hash: entry for entry in rootchange.open_proposals(device.state, org=device.member.org)
        }
        digest = meant(proposal_id, [*roster.pending, *changes])
        if digest in changes:
            _compare_officers(root, changes[digest], confirm)
            _require_none_returns(device, root, changes[digest].root, returning=returning)
            made = rootchange.countersign(device.state, digest)
            mark_due(device.state)
            found = SignedView(digest.hex(), made.in_force, made.have, made.needed, False)
        else:
            found = _sign_statement(device, digest, roster.pending[digest], confirm)
        send_welcomes(device)
    return _told(device, found)


def meant(said: str, known: list[bytes]) -> bytes:
    """The one of these that an id, or its beginning, names. `NothingWaitsError`."""
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


def _require_none_returns(device: Device, root: Root, wanted: Root, *, returning: bool) -> None:
    """`OfficersReturnError` where nobody said that these devices may come back: one may have been seized."""
    if not returning and shutout.returning(device.state, root, wanted, org=device.member.org):
        raise OfficersReturnError


def withdraw(device: Device, proposal_id: str) -> None:
    """Give up a new device that waits for signatures: it is revoked before it ever belonged, so that no
    signature brings it in. Any officer may. `NothingWaitsError`, `StaysSignedError` for anything else.
    """
    require_officer(device)
    with device.vault.transaction():
        roster = newest_roster(device)
        changes = rootchange.open_proposals(device.state, org=device.member.org)
        digest = meant(proposal_id, [*roster.pending, *(entry.hash for entry in changes)])
        entry = roster.pending.get(digest)
        if entry is None or not isinstance(entry.statement, Admission):
            raise StaysSignedError
        if entry.statement.device in roster.members:
            raise StaysSignedError("This device belongs already, so what waits for it is not withdrawn.")
        revoking.withdraw(device.directory_client, device=entry.statement.device)
    publish_now(device)


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
    unknown = set(wanted) - set(POLICY)
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


def remove_officer(device: Device, who: str, *, returning: bool = False) -> SignedView:
    """An officer signs no longer; the device stays a handler (`revocation.revoke` ends that too). By the
    label or id of the device, or the officer's id. ``returning`` as in `sign`.
    """
    root = require_officer(device)
    if len(root.officers) == 1:
        raise LastOfficerError
    officer = _officer_named(device, root, who)
    if officer.id == belonging.own_officer(device.state):
        raise RevokeSelfError("An officer cannot remove themselves.")
    change = rootchange.without(officer.device)
    _require_none_returns(device, root, change(root), returning=returning)
    return _change(device, change)


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
