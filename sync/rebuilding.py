"""Beginning again with the officers' cards: a machine that never belonged becomes an officer's, a handler's
and a publisher's (protocol.md 10A.6).

Guarantees: everything is signed by the officers whose cards are there, as many as the newest known root asks
for, and nothing is signed on a chain that a card contradicts; the machines that are lost are revoked in the
same edition; what is sealed from then on is sealed to fresh keys. What was sealed to the lost machines' keys
stays lost.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from crypto.cards import RecoveryCard
from crypto.desk_keys import new_line
from crypto.directory import PhoneDirectory, UntrustedPhoneDirectory
from crypto.ids import DeskId, DeviceId, OfficerId
from crypto.primitives import OfficerSigningKey, OpeningKey, sha256
from crypto.root import MAX_OFFICERS, Officer, PublishRight, Root, former_officers, next_root, root_hash
from crypto.roster import Admission, Reason, Revocation, Role, Roster, sign_statement
from crypto.sender import SLOTS
from crypto.signed import Countersigned
from crypto.tokens import TokenMaster, TokenSeed
from sync import rights, tokensets
from sync.belonging import keep_roots, keep_statement, roster
from sync.directory import DirectoryClient
from sync.due import mark_due
from sync.errors import SyncError
from sync.ground import Ground, published_roots
from sync.known import Known
from sync.membership import Membership, Self
from sync.publish import Publisher
from sync.state import State

_SEEN: Final = "directory-seen"
_HANDLER: Final = "directory-handler"
_GENERATION: Final = "generation"
_KNOWN_TOKENS: Final = "publish-tokens-known"


class NoRoomError(SyncError):
    """This desk has no free place for another handler."""

    next_step = "Name the machines that are lost; each of them gives its place back."


def paper_device(officer: OfficerId) -> DeviceId:
    """Where the root says that an officer's keys are while they are on paper only: at no machine."""
    return DeviceId(sha256(b"kantha/v1/card-device\0" + officer)[:16])


def transcript(archive: bytes) -> bytes:
    """What stands in the admission of a restored machine in the place of an enrolment's transcript: the
    archive.
    """
    return sha256(b"kantha/v1/recovery-transcript\0" + archive)


def machines(known: Known, ground: Ground, phone: PhoneDirectory | None) -> dict[DeviceId, Admission]:
    """Every active handler that the archive or the relay names."""
    statements = (
        [*known.statements, *(entry.signed_admission for entry in phone.part.handlers)]
        if phone
        else (list(known.statements))
    )
    former = former_officers(ground.chain)
    found = Roster.verify(statements, root=ground.root, org=ground.org, former=former)
    return {
        device: member.admission
        for device, member in found.members.items()
        if member.active and member.admission.role is Role.HANDLER
    }


def vanished(
    handlers: Collection[DeviceId], known: Known, phone: PhoneDirectory | None
) -> frozenset[DeviceId]:
    """Handlers of the archive whom a newer directory names no more: revoked since, by statements that cannot
    be read here. They are revoked again, or this machine's edition would name them.
    """
    if phone is None or phone.head.version < known.head_version:
        return frozenset()
    return frozenset(handlers) - {entry.admission.device for entry in phone.part.handlers}


def lost_by_default(
    handlers: dict[DeviceId, Admission],
    ground: Ground,
    *,
    desk: DeskId,
    cards: Sequence[RecoveryCard],
    archive: bytes,
) -> frozenset[DeviceId]:
    """All machines of the desk, and those of the officers whose cards are used; not those that were restored
    from this very archive.
    """
    officers = {card.officer for card in cards}
    theirs = {officer.device for officer in ground.root.officers if officer.id in officers}
    return frozenset(
        device
        for device, admission in handlers.items()
        if (admission.desk == desk or device in theirs) and admission.transcript != transcript(archive)
    )


@dataclass(frozen=True)
class Rebuilding:
    """One new beginning on one empty machine. Used inside a transaction."""

    state: State
    ground: Ground
    known: Known
    cards: Sequence[RecoveryCard]
    desk: DeskId
    archive: bytes
    lost: frozenset[DeviceId]
    label: str
    relay: str
    publish_tokens: Sequence[str] = field(repr=False)
    phone: UntrustedPhoneDirectory | None = field(repr=False, default=None)
    seen: PhoneDirectory | None = field(repr=False, default=None)

    def run(self) -> DirectoryClient:
        """Keys, membership, root, roster, fresh desk keys; publishing is due."""
        state, card, kem = self.state, self.cards[0], OpeningKey.generate()
        me = Self.create(state)
        state.keys.put("officer", card.signing_seed)
        state.keys.put("officer-kem", card.kem_seed)
        state.keys.put("token-master", card.token_master)
        self._take_publish_tokens()
        for statement in self._statements():
            keep_statement(state, statement)
        root = self._next_root(me)
        keep_roots(state, [*self.ground.chain, root.sign(self.ground.signers)])
        self._revoke(root)
        admission = self._admission(root, me, sha256(kem.sealing_key.public))
        keep_statement(state, sign_statement(admission, by=self._enough(root.policy.handler_officers)))
        member = self._member(root, admission)
        member.save(state)
        directory = DirectoryClient(state, me, member)
        self._begin(directory, root)
        return directory

    # --- what is carried over -------------------------------------------------------------------------

    def _statements(self) -> list[Countersigned]:
        published = [entry.signed_admission for entry in self.seen.part.handlers] if self.seen else []
        return [*self.known.statements, *published]

    def _take_publish_tokens(self) -> None:
        tokens = list(dict.fromkeys(self.publish_tokens))
        if tokens:
            self.state.keys.put("publish-token", tokens[0].encode())
            self.state.set_secret(_KNOWN_TOKENS, tokens)

    # --- what the officers sign -----------------------------------------------------------------------

    def _enough(self, count: int) -> list[OfficerSigningKey]:
        return self.ground.signers[: max(1, count)]

    def _next_root(self, me: Self) -> Root:
        root = self.ground.root
        first = self.cards[0].officer
        publishers = [right for right in root.publishers if right.device not in self.lost]
        return next_root(
            root,
            body=self.ground.chain[-1].body,
            now=self.state.now(),
            officers=tuple(self._officer(officer, first, me.id) for officer in root.officers),
            publishers=(*publishers[: MAX_OFFICERS - 1], PublishRight(me.id, me.identity.public)),
        )

    def _officer(self, officer: Officer, first: OfficerId, me: DeviceId) -> Officer:
        if officer.id == first:
            return replace(officer, device=me)
        return replace(officer, device=paper_device(officer.id)) if officer.device in self.lost else officer

    def _revoke(self, root: Root) -> None:
        members = roster(self.state, root=root, org=self.ground.org).members
        for device in sorted(self.lost):
            if device in members and members[device].active:
                gone = Revocation(self.ground.org, device, self.state.now(), Reason.SEIZED)
                keep_statement(self.state, sign_statement(gone, by=self._enough(1)))

    def _admission(self, root: Root, me: Self, kem_hash: bytes) -> Admission:
        members = roster(self.state, root=root, org=self.ground.org)
        ever = [entry.admission for entry in members.members.values()]
        active = [entry.admission for entry in members.members.values() if entry.active]
        return Admission(
            org=self.ground.org,
            device=me.id,
            role=Role.HANDLER,
            desk=self.desk,
            label=self.label,
            identity=me.identity.public,
            kem_hash=kem_hash,
            slot=_free(SLOTS, [entry.slot for entry in ever if entry.desk == self.desk],
                       [entry.slot for entry in active if entry.desk == self.desk]),
            prefix=None,
            token_slot=_free(root.policy.token_slots, [entry.token_slot for entry in ever],
                             [entry.token_slot for entry in active]),
            transcript=transcript(self.archive),
            at=self.state.now(),
        )  # fmt: skip

    # --- what it is from now on -----------------------------------------------------------------------

    def _member(self, root: Root, admission: Admission) -> Membership:
        uses = roster(self.state, root=root, org=self.ground.org).token_uses(root.policy.token_slots)
        card, slot = self.cards[0], admission.token_slot
        seed = TokenMaster(card.token_master).slot_seed(slot, uses[slot])
        return Membership(
            org=self.ground.org,
            org_name=root.name,
            relay=self.relay,
            pool=card.pool,
            role=Role.HANDLER,
            desk=self.desk,
            slot=admission.slot,
            label=self.label,
            prefix=None,
            tokens=TokenSeed(seed, self._epoch(), root.policy.tokens_per_week),
            directory_key=card.directory_key,
            gap_seconds=root.policy.gap_seconds,
            deposits=root.policy.session_deposits,
        )

    def _begin(self, directory: DirectoryClient, root: Root) -> None:
        """Numbers above everything known, the first keys, and the own edition until the relay has it."""
        state = self.state
        published = published_roots(self.phone)
        directory.pin_root(root_hash(published[-1].body) if published else self.ground.newest_hash)
        for desk, number in self._generations().items():
            name = _GENERATION if desk == self.desk else f"{_GENERATION}/{desk.hex()}"
            state.set_place(name, number)
        # The digest that is published cannot be read here: with another one the epoch is raised (8.4).
        tokensets.note_state(state, self._epoch(), bytes(32))
        rights.renew_token(state)
        if self.phone is not None:
            directory.accept(self.phone, "", now=0)
        else:
            state.set_place(_HANDLER, ["", self.known.head_version, b"", self.ground.root.version])
            Publisher(directory, "").prepare(root)
            # Nobody has seen this edition: what the relay shows later is compared with what was published.
            seen = [self.known.head_version, b"", self.ground.root.version, self.ground.newest_hash]
            state.set_place(_SEEN, seen)
        mark_due(state)

    def _epoch(self) -> int:
        return max(self.known.token_epoch, self.seen.head.token_epoch if self.seen else 0)

    def _generations(self) -> dict[DeskId, int]:
        """The number before each desk's next one. Nobody left who holds the desk's chains: a new line of
        numbers, by which phones know that what they sealed to an older one is lost.
        """
        numbers = dict(self.known.generations)
        for day in self.seen.part.days if self.seen else ():
            numbers[day.desk] = max(day.generation, numbers.get(day.desk, 0))
        members = roster(self.state, root=self.ground.root, org=self.ground.org)
        others = [entry for entry in members.handlers(self.desk) if entry.device != self._me()]
        if not others:
            numbers[self.desk] = new_line(numbers.get(self.desk, 0)) - 1
        return numbers

    def _me(self) -> DeviceId | None:
        me = Self.load(self.state)
        return me.id if me else None


def _free(count: int, ever: Collection[int | None], active: Collection[int | None]) -> int:
    """A place that nobody ever had, else one that nobody has: the highest, where officers who work apart come
    last.
    """
    for taken in (set(ever), set(active)):
        free = [place for place in range(count) if place not in taken]
        if free:
            return free[-1]
    raise NoRoomError
