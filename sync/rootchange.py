"""Changing the root: proposals that officers sign one after the other until enough have.

Guarantees: a device never signs two bodies for one version, unless the first found nobody else for a week; an
officer who goes takes no statement with it (whoever signs, signs those too). What officers' devices change by
themselves has the same bytes on each, so that their signatures meet; where several must sign, none signs an
officer away whose device its own person has not revoked, nor brings one back. protocol.md 4.1, 8.4.1, 8.4.10.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from crypto import root as roots_of
from crypto import roster as rosters
from crypto.errors import EncodingError
from crypto.ids import DeviceId, OfficerId, OrganisationId, officer_id
from crypto.primitives import OfficerSigningKey
from crypto.root import YEAR_SECONDS, Root, root_hash
from crypto.signed import Countersigned
from sync.belonging import (
    follows,
    keep_proposal,
    keep_statement,
    lapsing,
    missing_for,
    newest_root,
    officer_key,
    own_officer,
    proposals,
    roots,
    settle,
)
from sync.errors import LastOfficerError, ProposalUnknownError, RootSignedError, SignHereError
from sync.membership import Membership
from sync.shutout import returning, revoked_by
from sync.state import State

_SIGNED: Final = "root-signed"
PROMISE_S: Final = 7 * 86_400
"""Two officers who proposed different things at once would else hinder each other for ever. A body that holds
is published by somebody within a week; one that nobody else signed by then binds no longer."""
RENEW_S: Final = 120 * 86_400
"""Before the root is over: longer than any directory lives that was published under it."""


@dataclass(frozen=True)
class RootProposal:
    """A root that was proposed. `have` of `needed` officers signed; `in_force`: it is the newest root now."""

    hash: bytes
    root: Root
    have: int
    needed: int
    in_force: bool
    signed_by: frozenset[OfficerId]


def propose(state: State, *, org: OrganisationId, change: Callable[[Root], Root], now: int) -> RootProposal:
    """Propose, signed by this device's officer, what `change` makes of the newest root. Inside a transaction.

    Version and hash of the one before are set here, and another year from `now`, unless `change` made the
    next version itself. `EncodingError` for a root that is none, else `SignHereError`, `RootSignedError`.
    """
    key = officer_key(state)
    root, digest = newest_root(state, org=org), root_hash(roots(state)[-1].body)
    wanted = change(root)
    if wanted.version == root.version:
        wanted = replace(
            wanted,
            version=root.version + 1,
            issued_at=now,
            expires_at=max(root.expires_at, now + YEAR_SECONDS),
        )
    body = replace(wanted, previous=digest).encode()
    Root.decode(body)
    return _sign(state, Countersigned(body, {}), root=root, key=key, org=org)


def countersign(state: State, digest: bytes) -> RootProposal:
    """Sign an open proposal with this device's officer key. Inside a transaction.

    Raises `SignHereError`, `ProposalUnknownError`, `RootSignedError`.
    """
    key, org = officer_key(state), _org(state)
    found = next((entry for entry in proposals(state) if root_hash(entry.body) == digest), None)
    root = newest_root(state, org=org)
    if found is None or not follows(found, root=root, digest=root_hash(roots(state)[-1].body)):
        raise ProposalUnknownError
    return _sign(state, found, root=root, key=key, org=org)


def open_proposals(state: State, *, org: OrganisationId) -> list[RootProposal]:
    """What waits for more signatures, in the order of the hashes."""
    root = newest_root(state, org=org)
    return [_view(state, entry, root=root, org=org) for entry in proposals(state)]


def _sign(
    state: State, proposal: Countersigned, *, root: Root, key: OfficerSigningKey, org: OrganisationId
) -> RootProposal:
    me = officer_id(key.public)
    if me not in root.officer_publics():
        raise SignHereError  # no officer any more, or not yet
    _promise(state, root.version + 1, root_hash(proposal.body))
    kept = {root_hash(entry.body): entry for entry in proposals(state)}
    signed = kept.get(root_hash(proposal.body), proposal)
    if me not in signed.signatures:
        signed = signed.add(label=roots_of.LABEL, by=key)
    keep_proposal(state, signed)
    # What would stop to hold without an officer who goes is carried over by those who sign. They give their
    # names for the organisation as it is, as they do with the root itself.
    for statement in lapsing(state, root, Root.decode(proposal.body), org=org):
        if me not in statement.signatures:
            keep_statement(state, statement.add(label=rosters.LABEL, by=key))
    seen = _view(state, signed, root=root, org=org)
    settle(state, org=org)
    return replace(seen, in_force=root_hash(roots(state)[-1].body) == seen.hash)


def _view(state: State, proposal: Countersigned, *, root: Root, org: OrganisationId) -> RootProposal:
    holding = proposal.holding(label=roots_of.LABEL, officers=root.officer_publics())
    have = len(holding)
    needed = max(root.threshold, have + missing_for(state, proposal, root=root, org=org))
    return RootProposal(
        root_hash(proposal.body), Root.decode(proposal.body), have, needed, False, frozenset(holding)
    )


def _promise(state: State, version: int, digest: bytes) -> None:
    """Remember what this device signs for a version; `RootSignedError` for another body."""
    now, kept = state.now(), list(state.place(_SIGNED) or [])
    # abs: a clock that is set back frees nothing either.
    bound = [entry for entry in kept if entry[0] == version and abs(now - entry[2]) < PROMISE_S]
    if any(entry[1] != digest for entry in bound):
        raise RootSignedError
    if not bound:
        later = [entry for entry in kept if entry[0] >= version - 8 and entry[:2] != [version, digest]]
        state.set_place(_SIGNED, [*later, [version, digest, now]])


def _org(state: State) -> OrganisationId:
    member = Membership.load(state)
    if member is None:
        raise SignHereError
    return member.org


# --- changes that have the same bytes on every officer's device -------------------------------------------


def renewed(root: Root, *, now: int) -> Callable[[Root], Root] | None:
    """The same root for another year once it ends soon; None while it does not."""
    if root.expires_at - now > RENEW_S:
        return None
    ends = root.expires_at + YEAR_SECONDS * (1 + max(0, now - root.expires_at + RENEW_S) // YEAR_SECONDS)
    return lambda before: replace(
        before, version=before.version + 1, issued_at=root.expires_at - RENEW_S, expires_at=ends
    )


def without(device: DeviceId) -> Callable[[Root], Root]:
    """The same root without this device's rights and officer. `LastOfficerError` if nobody else is left.

    Times stay as they are: officers who answer the same news apart from each other sign the same bytes.
    """

    def change(root: Root) -> Root:
        officers = tuple(officer for officer in root.officers if officer.device != device)
        if not officers:
            raise LastOfficerError
        count = len(officers)
        policy = replace(root.policy, handler_officers=min(root.policy.handler_officers, count))
        return replace(
            root,
            version=root.version + 1,
            threshold=min(root.threshold, count),
            officers=officers,
            publishers=tuple(right for right in root.publishers if right.device != device),
            policy=policy,
        )

    return change


def has_rights(root: Root, device: DeviceId) -> bool:
    """Whether this root names the device as an officer's, or lets it publish."""
    return any(officer.device == device for officer in root.officers) or any(
        right.device == device for right in root.publishers
    )


def maintain_root(state: State, *, org: OrganisationId, revoked: Sequence[DeviceId]) -> bool:
    """What an officer's device does by itself: remove revoked devices from the root, renew it before it ends.

    True if the newest root is another one now. A promise to another proposal lets it wait. In a transaction.
    """
    before = newest_root(state, org=org)
    if own_officer(state) not in before.officer_publics():
        return settle(state, org=org)
    settle(state, org=org)
    try:
        # Mere rights first: what must wait for a person must not hold them up.
        for device in sorted(revoked, key=lambda one: (_officer_of(before, one) is not None, one)):
            if _signs_away(state, device, org=org):
                propose(state, org=org, change=without(device), now=state.now())
        change = renewed(newest_root(state, org=org), now=state.now())
        if change is not None:
            propose(state, org=org, change=change, now=state.now())
    except (RootSignedError, LastOfficerError):
        pass  # another change is open; or the last officer was revoked, and nobody can sign any more
    return newest_root(state, org=org).version != before.version


def _signs_away(state: State, device: DeviceId, *, org: OrganisationId) -> bool:
    """Whether this device signs by itself what takes this revoked device out of the newest root.

    One officer alone may revoke: if the others' devices added their signatures unasked, that one could take
    them out of the root one by one. Nor does it bring a device back that only this officer had revoked.
    """
    root, me = newest_root(state, org=org), own_officer(state)
    officer = _officer_of(root, device)
    if not has_rights(root, device) or (officer is not None and officer == me):
        return False
    alone = officer is None or root.threshold == 1
    if not alone and not (me is not None and revoked_by(state, me, device, org=org)):
        return False
    if returning(state, root, without(device)(root), org=org):
        return False
    # What it signed already goes on waiting. Signing it again every week would bind this device for ever.
    mine = [Root.decode(entry.body) for entry in proposals(state) if me in entry.signatures]
    return all(has_rights(proposed, device) for proposed in mine)


def _officer_of(root: Root, device: DeviceId) -> OfficerId | None:
    return next((officer.id for officer in root.officers if officer.device == device), None)


# --- when another change was published first ------------------------------------------------------------


def changed_again(base: Root, mine: Root, theirs: Root) -> Root:
    """`theirs` with what led from `base` to `mine`: entries added and removed, fields only `mine` changed."""
    fields: dict[str, Any] = {}
    for name in ("name", "threshold", "policy"):
        old, own, other = getattr(base, name), getattr(mine, name), getattr(theirs, name)
        fields[name] = own if own != old and other == old else other
    for name in ("officers", "desks", "publishers"):
        old, own, other = getattr(base, name), getattr(mine, name), getattr(theirs, name)
        kept = [entry for entry in other if entry in own or entry not in old]
        fields[name] = (*kept, *(entry for entry in own if entry not in old and entry not in kept))
    return replace(theirs, **fields)


def propose_again(
    state: State, overtaken: Sequence[Countersigned], *, base: Root, org: OrganisationId
) -> bool:
    """What this officer's device had changed and another publisher's root overtook, on top of that root.

    False if there is nothing left of it, or it cannot be signed here. Inside a transaction.
    """
    me, mine = own_officer(state), Root.decode(overtaken[-1].body)
    if me is None or not any(me in entry.signatures for entry in overtaken):
        return False
    newest = newest_root(state, org=org)
    wanted = changed_again(base, mine, newest)
    if wanted == newest:
        return False
    try:
        propose(state, org=org, change=lambda _root: wanted, now=state.now())
    except (RootSignedError, SignHereError, EncodingError):
        return False  # the officer sees what is in force and may change it again
    return True


__all__ = [
    "RootProposal",
    "changed_again",
    "countersign",
    "has_rights",
    "maintain_root",
    "open_proposals",
    "propose",
    "propose_again",
    "renewed",
    "without",
]
