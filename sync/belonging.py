"""What this device knows of who belongs: statements of the roster, the chain of roots, proposed roots.

Guarantees: signatures of one body are united, whoever brought them, and one that does not hold never takes
the place of one that does (`take_statements`, `take_proposals` are the only doors from outside). What was
published wins over what only this device knows (`take_roots`). Not decided here: what a statement means; that
is `crypto.roster`. protocol.md 4.1, 4.2, 8.4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from crypto import root as roots_of
from crypto import roster as rosters
from crypto.errors import EncodingError, RootRefusedError
from crypto.ids import OfficerId, OrganisationId, officer_id
from crypto.primitives import OfficerSigningKey, sha256
from crypto.proposals import read_proposals
from crypto.root import Root, former_officers, root_hash, verify_chain
from crypto.roster import Roster
from crypto.signed import Countersigned
from crypto.statements import Revocation, decode_statement, officers_needed
from sync.errors import SignHereError
from sync.state import State

_ROOTS: Final = "roots"
_PROPOSALS: Final = "root-proposals"
_FIRST_SEEN: Final = "roots-first-seen"
_CHANGES: Final = "statement-changes"
_SEEN: Final = "directory-seen"
_PINNED: Final = "root-pinned"


def officer_key(state: State) -> OfficerSigningKey:
    """This device's officer key, or `SignHereError`."""
    seed = state.keys.get("officer")
    if seed is None:
        raise SignHereError
    return OfficerSigningKey(seed)


# --- statements -----------------------------------------------------------------------------------------


def keep_statement(state: State, signed: Countersigned) -> None:
    """Keep a statement that was made or countersigned on this device; its signatures are united with those
    kept. The same one again changes nothing.
    """
    key = sha256(signed.body)
    row = state.db.execute("SELECT wire FROM sync_statement WHERE hash = ?", (key,)).fetchone()
    united = signed if row is None else Countersigned.from_wire(bytes(row[0])).merged(signed)
    wire = united.to_wire()
    if row is None or bytes(row[0]) != wire:
        state.db.execute("INSERT OR REPLACE INTO sync_statement (hash, wire) VALUES (?, ?)", (key, wire))
        state.set_place(_CHANGES, changes(state) + 1)


def changes(state: State) -> int:
    """How often a statement or a signature was added."""
    return int(state.place(_CHANGES) or 0)


def statements(state: State) -> list[Countersigned]:
    """Everything kept, holding or pending, in the order of the bodies' hashes."""
    rows = state.db.execute("SELECT wire FROM sync_statement ORDER BY hash").fetchall()
    return [Countersigned.from_wire(bytes(row[0])) for row in rows]


def take_statements(
    state: State, found: Iterable[Countersigned], *, officers: Mapping[OfficerId, bytes]
) -> bool:
    """Take over what came from outside: only signatures that hold, only statements that have one.

    Whoever may publish could else put a broken signature in the place of a good one. True if anything is new.
    """
    known = {sha256(entry.body): entry for entry in statements(state)}
    news = False
    for signed in found:
        mine = known.get(sha256(signed.body))
        if mine is not None and set(signed.signatures) <= set(mine.signatures):
            continue
        good = signed.proven(label=rosters.LABEL, officers=officers)
        if good.signatures and (mine is None or not set(good.signatures) <= set(mine.signatures)):
            keep_statement(state, good if mine is None else good.merged(mine))
            news = True
    return news


def roster(state: State, *, root: Root, org: OrganisationId) -> Roster:
    """The roster of everything kept, under this root."""
    rows = state.db.execute("SELECT wire FROM sync_statement ORDER BY hash").fetchall()
    chain = tuple(state.place(_ROOTS) or [])
    return _roster(tuple(bytes(row[0]) for row in rows), chain, root, org)


def _drop_excess(state: State, *, root: Root, org: OrganisationId) -> None:
    """Keep no more than the roster: whoever signs ever more pending statements does not fill the store."""
    kept = roster(state, root=root, org=org).statements
    rows = state.db.execute("SELECT hash FROM sync_statement").fetchall()
    excess = [row for row in rows if bytes(row[0]) not in kept]
    state.db.executemany("DELETE FROM sync_statement WHERE hash = ?", excess)


@lru_cache(maxsize=4)
def _roster(wires: tuple[bytes, ...], chain: tuple[bytes, ...], root: Root, org: OrganisationId) -> Roster:
    """All that depends on the bytes alone; kept, since thousands of signatures are checked for it."""
    former = former_officers(Countersigned.from_wire(wire) for wire in chain)
    return Roster.verify((Countersigned.from_wire(wire) for wire in wires), root=root, org=org, former=former)


# --- roots ----------------------------------------------------------------------------------------------


def roots(state: State) -> list[Countersigned]:
    """The chain known here, oldest first: from version 1, unless the older ones never came to this device."""
    return [Countersigned.from_wire(wire) for wire in state.place(_ROOTS) or []]


def keep_roots(state: State, chain: Sequence[Countersigned]) -> None:
    """Remember this chain, whatever was remembered before, and when each version was first seen here."""
    state.set_place(_ROOTS, [root.to_wire() for root in chain])
    known = dict(state.place(_FIRST_SEEN) or [])
    seen = [[version, known.get(version, state.now())] for version in map(_version, chain)]
    state.set_place(_FIRST_SEEN, seen)


def roots_for_phones(state: State, *, keep_s: int, most: int) -> list[Countersigned]:
    """The chain without the versions that were replaced longer ago than any device still needs them."""
    chain, since = roots(state), dict(state.place(_FIRST_SEEN) or [])
    old = [since.get(_version(after), state.now()) < state.now() - keep_s for after in chain[1:]]
    first = next((place for place, gone in enumerate(old) if not gone), len(chain) - 1)
    return chain[max(first, len(chain) - most) :]


def newest_root(state: State, *, org: OrganisationId) -> Root:
    """The newest root known here, verified again. `RootRefusedError` if none is known."""
    return _verified(tuple(state.place(_ROOTS) or []), org, anchors(state))


@lru_cache(maxsize=8)
def _verified(wires: tuple[bytes, ...], org: OrganisationId, known: frozenset[bytes]) -> Root:
    """All that depends on the bytes alone: a publisher asks many times in a session."""
    return verify_chain([Countersigned.from_wire(wire) for wire in wires], org=org, anchors=known)


def anchors(state: State) -> frozenset[bytes]:
    """Root hashes of which a chain that does not begin with version 1 must contain one."""
    seen, pinned = state.place(_SEEN), state.place(_PINNED)
    known = {bytes(entry) for entry in ((seen or [0, b"", 0, b""])[3], pinned or b"") if entry}
    return frozenset(known)


def take_roots(state: State, published: Sequence[Countersigned]) -> list[Countersigned]:
    """Take over a verified chain that was published. Gives the own versions that it overtook.

    Whatever this device made and nobody has seen gives way: there is never a second body for a version.
    """
    known = roots(state)
    mine = {_version(entry): entry for entry in known}
    theirs = {_version(entry): entry for entry in published}
    first, last = min(theirs), max(theirs)
    differing = [v for v in sorted(mine) if v in theirs and mine[v].body != theirs[v].body]
    overtaken = [mine[v] for v in sorted(mine) if differing and v >= differing[0]]
    before = [mine[v] for v in sorted(mine) if v < first]
    if before and _version(before[-1]) != first - 1:
        before = []  # older ones that never came to this device are missing between: not one chain
    after = [mine[v] for v in sorted(mine) if v > last and not differing]
    chain = [*before, *(theirs[v] for v in sorted(theirs)), *after]
    if [entry.to_wire() for entry in chain] != [entry.to_wire() for entry in known]:
        keep_roots(state, chain)
    return overtaken


def _version(signed: Countersigned) -> int:
    return Root.decode(signed.body).version


# --- proposed roots -------------------------------------------------------------------------------------


def keep_proposal(state: State, signed: Countersigned) -> None:
    """Keep a proposed root that was made or countersigned on this device, its signatures united."""
    kept = {root_hash(entry.body): entry for entry in proposals(state)}
    key = root_hash(signed.body)
    kept[key] = kept[key].merged(signed) if key in kept else signed
    _save_proposals(state, kept.values())


def proposals(state: State) -> list[Countersigned]:
    """Roots that were proposed and are not in force, in the order of their hashes."""
    return [Countersigned.from_wire(wire) for wire in state.place(_PROPOSALS) or []]


def take_proposals(state: State, found: Iterable[Countersigned], *, org: OrganisationId) -> bool:
    """Take over proposals for the version after the newest root, with the signatures that hold. True if one
    is new or has a new signature.
    """
    before = proposals(state)
    kept = read_proposals([*before, *found], root=newest_root(state, org=org))
    _save_proposals(state, [one.signed for one in kept.values()])
    return _signers(proposals(state)) != _signers(before)


def follows(signed: Countersigned, *, root: Root, digest: bytes) -> bool:
    """Whether this body is a root that may come right after `root`, whose hash is `digest`."""
    try:
        proposed = Root.decode(signed.body)
    except EncodingError:
        return False
    return (proposed.version, proposed.previous) == (root.version + 1, digest)


def settle(state: State, *, org: OrganisationId) -> bool:
    """A proposal that enough officers signed becomes the newest root; those for a version that exists are
    dropped, and so are statements that the roster leaves out. True if a root came into force. Inside a
    transaction.

    Where the threshold lets two proposals hold at once, the lower hash is taken: everybody takes the same.
    """
    changed = False
    while True:
        try:
            root = newest_root(state, org=org)
        except RootRefusedError:
            return changed  # a device that never had a directory
        chain = roots(state)
        digest = root_hash(chain[-1].body)
        waiting = [entry for entry in proposals(state) if follows(entry, root=root, digest=digest)]
        ready = [entry for entry in waiting if not missing_for(state, entry, root=root, org=org)]
        if not ready:
            _save_proposals(state, waiting)
            _drop_excess(state, root=root, org=org)
            return changed
        chosen = min(ready, key=lambda entry: root_hash(entry.body))
        keep_roots(state, [*chain, chosen.proven(label=roots_of.LABEL, officers=root.officer_publics())])
        changed = True


def missing_for(state: State, proposal: Countersigned, *, root: Root, org: OrganisationId) -> int:
    """How many officers' signatures a proposal still lacks: to the threshold, and to every statement that
    holds now and would stop to hold. Nobody loses a desk because an officer went. A revocation never stops to
    hold, so nobody waits for it.
    """
    holding = proposal.holding(label=roots_of.LABEL, officers=root.officer_publics())
    lacking = max(0, root.threshold - len(holding))
    if lacking:
        return lacking
    needing = lapsing(state, root, Root.decode(proposal.body), org=org)
    return int(any(not isinstance(decode_statement(signed.body), Revocation) for signed in needing))


def lapsing(state: State, root: Root, proposed: Root, *, org: OrganisationId) -> list[Countersigned]:
    """Statements that hold under `root` and that too few officers of `proposed` signed: whoever signs the
    change signs them too. Revocations hold all the same, but not for who does not know the older roots.

    A revocation of a device that `proposed` names as an officer's is none of them: only who wants that device
    shut out signs it (sync.shutout).
    """
    if (root.officers, root.policy.handler_officers) == (proposed.officers, proposed.policy.handler_officers):
        return []
    before, officers = roster(state, root=root, org=org), proposed.officer_publics()
    in_office = {officer.device for officer in proposed.officers}
    found = []
    for key, signed in before.statements.items():
        statement = decode_statement(signed.body)
        if isinstance(statement, Revocation) and statement.device in in_office:
            continue
        needed = officers_needed(statement, root=proposed)
        if key not in before.pending and len(officers.keys() & signed.signatures.keys()) < needed:
            found.append(signed)
    return found


def _save_proposals(state: State, kept: Iterable[Countersigned]) -> None:
    wires = [entry.to_wire() for entry in sorted(kept, key=lambda entry: root_hash(entry.body))]
    if wires != (state.place(_PROPOSALS) or []):
        state.set_place(_PROPOSALS, wires)


def _signers(kept: Iterable[Countersigned]) -> dict[bytes, frozenset[OfficerId]]:
    return {root_hash(entry.body): frozenset(entry.signatures) for entry in kept}


def own_officer(state: State) -> OfficerId | None:
    """The id of this device's officer key, if it has one."""
    seed = state.keys.get("officer")
    return None if seed is None else officer_id(OfficerSigningKey(seed).public)
