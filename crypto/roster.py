"""The roster: what the officers' statements add up to; the state is their union, and revocation wins.

Officers work apart without conflict: merging two rosters is a union of statements, and of signatures under
the same statement. A statement *holds* when enough officers of the newest root signed it; a revocation also
when an officer who has gone since did, else removing its signer would undo it; but who has gone shuts out no
officer of the newest root: one alone may revoke, and the threshold says who the officers are. What
too few signed is *pending*: kept, carried on and shown to officers, without effect, and never an error, for
anybody who may publish could put one there. What no officer ever signed is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from crypto import primitives
from crypto.errors import EncodingError
from crypto.ids import DeskId, DeviceId, OfficerId, OrganisationId
from crypto.root import Root
from crypto.signed import MAX_SIGNATURES, Countersigned
from crypto.statements import (
    LABEL,
    Admission,
    Reason,
    Revocation,
    Role,
    Statement,
    WindowClosed,
    decode_statement,
    officers_needed,
    places_fit,
    read_statement,
    sign_statement,
)

__all__ = [
    "LABEL", "MAX_PENDING_OF_ONE_OFFICER", "Admission", "Member", "Pending", "Reason", "Revocation", "Role",
    "Roster", "Statement", "WindowClosed", "places_fit", "read_statement", "sign_statement",
]  # fmt: skip

MAX_PENDING_OF_ONE_OFFICER: Final = 64
"""One officer's key in the wrong hands must not fill the directory; the others' pending statements stay."""


@dataclass(frozen=True)
class Member:
    """A device as the roster knows it now."""

    admission: Admission
    revoked_at: int | None
    reason: Reason | None = None
    closed_at: int | None = None
    """What it finished before and has not sent is given up, unless it was heard since."""
    displaced: bool = False
    """A handler whose place at the desk an earlier one has: not a handler until it is admitted again."""
    token_slots: frozenset[int] = frozenset()
    """Every one that an admission gave it."""

    @property
    def active(self) -> bool:
        return self.revoked_at is None


@dataclass(frozen=True)
class Pending:
    """A statement that too few officers signed to hold: a proposal to the others."""

    statement: Statement
    signed: Countersigned = field(repr=False)
    have: frozenset[OfficerId]
    """Officers of the newest root; empty when only officers who have gone since signed it."""
    needed: int


@dataclass(frozen=True)
class Roster:
    """Verified statements by the hash of their body; any order of them gives the same members.

    `statements` has those that hold and those that are pending, each with the officers' true signatures only:
    what is kept and published is taken from here and not from what was fetched.
    """

    statements: Mapping[bytes, Countersigned]
    members: Mapping[DeviceId, Member]
    pending: Mapping[bytes, Pending]

    @classmethod
    def verify(
        cls,
        signed: Iterable[Countersigned],
        *,
        root: Root,
        org: OrganisationId,
        former: Mapping[OfficerId, bytes] | None = None,
    ) -> Roster:
        """The roster under this root, which is the newest.

        `former`: officers of earlier versions too. Their revocations hold, except of the devices that `root`
        names as officers'. What else only they signed has no effect; it stays pending, so that an officer of
        today may sign it or let it be.
        """
        united = _united(signed, root=root, org=org, former=former or {})
        in_office = {officer.device for officer in root.officers}
        holding: dict[bytes, tuple[Statement, Countersigned]] = {}
        pending: dict[bytes, Pending] = {}
        for key, (statement, proven) in united.items():
            have, needed = _have(proven, root), officers_needed(statement, root=root)
            if isinstance(statement, Revocation):
                if have or statement.device not in in_office:
                    holding[key] = (statement, proven)
            elif len(have) >= needed:
                holding[key] = (statement, proven)
            else:
                pending[key] = Pending(statement, proven, have, needed)
        pending = _bounded(_unrevoked(pending, [statement for statement, _proven in holding.values()]))
        kept = {key: proven for key, (_statement, proven) in holding.items()}
        statements = {**kept, **{key: entry.signed for key, entry in pending.items()}}
        members = _members([holding[key][0] for key in sorted(holding)])
        return cls({key: statements[key] for key in sorted(statements)}, members, pending)

    def handlers(self, desk: DeskId) -> list[Admission]:
        """Admitted handlers of a desk, neither revoked nor displaced, in order of their slots."""
        active = [one.admission for one in self.members.values() if one.active and not one.displaced]
        mine = [entry for entry in active if entry.role is Role.HANDLER and entry.desk == desk]
        return sorted(mine, key=lambda entry: entry.slot or 0)

    def token_uses(self, slots: int) -> tuple[int, ...]:
        """For each of so many token slots, how many devices with it were revoked: the slot's present use."""
        gone = Counter(slot for one in self.members.values() if not one.active for slot in one.token_slots)
        return tuple(gone[slot] for slot in range(slots))

    def statement_of(self, admission: Admission) -> Countersigned:
        """The admission with its signatures; KeyError if it is not of this roster."""
        return self.statements[primitives.sha256(admission.encode())]


def _have(signed: Countersigned, root: Root) -> frozenset[OfficerId]:
    present = root.officer_publics()
    return frozenset(officer for officer in signed.signatures if officer in present)


def _united(
    signed: Iterable[Countersigned], *, root: Root, org: OrganisationId, former: Mapping[OfficerId, bytes]
) -> dict[bytes, tuple[Statement, Countersigned]]:
    """Every well-formed statement of this organisation that an officer signed, its true signatures united."""
    present = root.officer_publics()
    known = {**former, **present}
    found: dict[bytes, tuple[Statement, Countersigned]] = {}
    for entry in signed:
        try:
            statement = decode_statement(entry.body)
        except EncodingError:
            continue
        proven = entry.proven(label=LABEL, officers=known)
        if statement.org != org or not proven.signatures:
            continue
        key = primitives.sha256(entry.body)
        found[key] = (statement, found[key][1].merged(proven) if key in found else proven)
    return {key: (statement, _trimmed(proven, present)) for key, (statement, proven) in found.items()}


def _trimmed(signed: Countersigned, present: Mapping[OfficerId, bytes]) -> Countersigned:
    """At most as many signatures as a statement carries, those of today's officers first."""
    order = sorted(signed.signatures, key=lambda officer: (officer not in present, officer))
    return Countersigned(signed.body, {name: signed.signatures[name] for name in order[:MAX_SIGNATURES]})


def _unrevoked(pending: Mapping[bytes, Pending], holding: Iterable[Statement]) -> dict[bytes, Pending]:
    """Without admissions of devices that were revoked meanwhile: no signature would bring them in. So an
    admission that waits is withdrawn.
    """
    gone = {entry.device for entry in holding if isinstance(entry, Revocation)}
    return {
        key: entry
        for key, entry in pending.items()
        if not (isinstance(entry.statement, Admission) and entry.statement.device in gone)
    }


def _bounded(pending: Mapping[bytes, Pending]) -> dict[bytes, Pending]:
    """So many of each officer: those first that most officers signed."""

    def order(key: bytes) -> tuple[int, bytes]:
        return (-len(pending[key].have), key)

    room: Counter[OfficerId] = Counter()
    kept = {}
    for key in sorted(pending, key=order):
        signers = pending[key].signed.signatures.keys()
        if all(room[officer] >= MAX_PENDING_OF_ONE_OFFICER for officer in signers):
            continue
        room.update(signers)
        kept[key] = pending[key]
    return {key: kept[key] for key in sorted(kept)}


# --- what holding statements add up to ----------------------------------------------------------------------


def _members(statements: list[Statement]) -> dict[DeviceId, Member]:
    """From statements in the order of their hashes."""
    admissions: dict[DeviceId, list[Admission]] = {}
    revoked: dict[DeviceId, Revocation] = {}
    closed: dict[DeviceId, int] = {}
    for statement in statements:
        device = statement.device
        if isinstance(statement, Admission):
            admissions.setdefault(device, []).append(statement)
        elif isinstance(statement, Revocation):
            if device not in revoked or statement.at < revoked[device].at:
                revoked[device] = statement
        else:
            closed[device] = max(statement.at, closed.get(device, 0))
    for own in admissions.values():
        own.sort(key=_first)
    placed = _placed(
        [entry for own in admissions.values() for entry in _of_role(own) if entry.device not in revoked]
    )
    members = {}
    for device, own in admissions.items():
        gone = revoked.get(device)
        members[device] = Member(
            admission=placed.get(device, own[0]),
            revoked_at=gone.at if gone else None,
            reason=gone.reason if gone else None,
            closed_at=closed.get(device),
            displaced=gone is None and device not in placed,
            token_slots=frozenset(entry.token_slot for entry in own),
        )
    return members


def _first(admission: Admission) -> tuple[bool, int, bytes]:
    """Handlers' before intake devices', which one officer alone signs with any `at`; then the lower."""
    handler = admission.role is Role.HANDLER
    return (not handler, admission.at, primitives.sha256(admission.encode()))


def _of_role(own: list[Admission]) -> list[Admission]:
    """Those of the role that the first one gives: a displaced handler does not become an intake device."""
    return [entry for entry in own if entry.role is own[0].role]


def _placed(admissions: list[Admission]) -> dict[DeviceId, Admission]:
    """Each active device's first admission whose place at the desk nobody has from an earlier one."""
    taken: set[tuple[DeskId, int]] = set()
    placed: dict[DeviceId, Admission] = {}
    for admission in sorted(admissions, key=_first):
        if admission.device in placed:
            continue
        if admission.slot is not None:
            if (admission.desk, admission.slot) in taken:
                continue
            taken.add((admission.desk, admission.slot))
        placed[admission.device] = admission
    return placed
