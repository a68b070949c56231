"""One edition of the directory, built from what a publishing device keeps: both parts and the head that signs
them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from crypto.desk_keys import DayKey, EpochKey, SeedWrap, day_of
from crypto.directory import (
    HandlerEntry,
    HandlerPart,
    Head,
    PhoneDirectory,
    PhonePart,
    UntrustedPhoneDirectory,
    content_hash,
    seal_handler_part,
    seal_phone_part,
    sign_head,
)
from crypto.primitives import SealingKey
from crypto.root import Root, verify_chain
from crypto.roster import Admission, Roster
from crypto.signed import Countersigned, Signed
from sync.deskkeys import load_generations, newest, save_generations
from sync.directory import DirectoryClient
from sync.state import State

_ROOTS: Final = "roots"
EXTRA_WRAPS: Final = "published-elsewhere"
DIRECTORY_DAYS: Final = 40
"""As long as the published day keys reach: an older directory would have nothing left to seal to."""


def keep_roots(state: State, roots: list[Countersigned]) -> None:
    """Remember root versions that this device made."""
    state.set_place(_ROOTS, [root.to_wire() for root in roots])


@dataclass(frozen=True)
class Edition:
    """Both parts of the directory and the signed head that binds them."""

    head: Signed
    phone: PhonePart
    handler: HandlerPart
    epoch_keys: list[EpochKey] = field(repr=False)

    def untrusted(self) -> UntrustedPhoneDirectory:
        """The phone part as a reader would have it after decryption."""
        return UntrustedPhoneDirectory(self.head, self.phone.encode())

    def sealed(self, client: DirectoryClient) -> tuple[bytes, bytes]:
        """(phone part, handler part) as the relay gets them."""
        key, org = client.member.directory_key, client.member.org
        assert key is not None
        phone = seal_phone_part(self.phone, self.head, key=key, org=org)
        return phone, seal_handler_part(self.handler, self.head, to=self.epoch_keys, org=org)


@dataclass(frozen=True)
class Editor:
    """Builds editions from this device's store."""

    directory: DirectoryClient

    @property
    def state(self) -> State:
        return self.directory.state

    def roots(self) -> list[Countersigned]:
        """The longest chain of roots known here."""
        current = self.directory.current()
        known = [Countersigned.from_wire(wire) for wire in self.state.place(_ROOTS) or []]
        fetched = list(current.part.roots) if current else []
        return max(known, fetched, key=len)

    def root(self) -> Root:
        return verify_chain(self.roots(), org=self.directory.member.org)

    def build(self) -> Edition:
        """The next edition. Inside a transaction."""
        client, now = self.directory, self.state.now()
        roots, root, current, seen = self.roots(), self.root(), client.current(), client.seen()
        roster = self._roster(root)
        handlers = self._handlers(roster, root)
        phone = PhonePart(tuple(roots), tuple(self._days(root, current)), tuple(handlers))
        part = HandlerPart(tuple(roster.statements.values()), tuple(self._wraps(handlers)))
        head = Head(
            org=client.member.org,
            version=max(seen.version, client.handler_version()) + 1,
            previous=max((seen.version, seen.head_hash), client.handler_head())[1] or bytes(32),
            issued_at=now,
            expires_at=now + DIRECTORY_DAYS * 86_400,
            phone_hash=content_hash("phone", phone.encode()),
            handler_hash=content_hash("handler", part.encode()),
            token_epoch=client.member.tokens.epoch,
            publisher=client.me.id,
        )
        signed = sign_head(head, by=client.me.identity)
        return Edition(signed, phone, part, [entry.epoch_key for entry in handlers])

    def _roster(self, root: Root) -> Roster:
        rows = self.state.db.execute("SELECT wire FROM sync_statement ORDER BY hash").fetchall()
        statements = [Countersigned.from_wire(bytes(row[0])) for row in rows]
        return Roster.verify(statements, root=root, org=self.directory.member.org)

    def _handlers(self, roster: Roster, root: Root) -> list[HandlerEntry]:
        entries = []
        for desk in root.desks:
            for admission in roster.handlers(desk.id):
                row = self.state.db.execute(
                    "SELECT epoch, public, certificate FROM sync_epoch_key WHERE handler = ?"
                    " ORDER BY epoch DESC",
                    (admission.device,),
                ).fetchone()
                if row is None:
                    continue
                key = EpochKey(admission.device, int(row[0]), SealingKey(bytes(row[1])))
                signed = _statement_of(roster, admission)
                entries.append(HandlerEntry(admission, signed, key, bytes(row[2])))
        return entries

    def _days(self, root: Root, current: PhoneDirectory | None) -> list[DayKey]:
        today = day_of(self.state.clock())
        generations, days = load_generations(self.state), []
        for desk in root.desks:
            latest = newest(generations, desk.id)
            if latest is None:
                days += [day for day in (current.part.days if current else ()) if day.desk == desk.id]
                continue
            start = max(latest.chain.day, today - 1)
            last = today + root.policy.ahead_days
            days += latest.chain.at(start).public_days(last - start + 1)
            generations = [replace(entry, last=max(entry.last, last)) if entry is latest else entry
                           for entry in generations]  # fmt: skip
        save_generations(self.state, generations)
        return days

    def _wraps(self, handlers: list[HandlerEntry]) -> list[SeedWrap]:
        wraps = [SeedWrap.from_wire(wire) for wire in self.state.place(EXTRA_WRAPS) or []]
        for generation in load_generations(self.state):
            for entry in handlers:
                if entry.admission.desk == generation.chain.desk:
                    wraps.append(
                        SeedWrap.make(generation.chain, to=entry.epoch_key, org=self.directory.member.org)
                    )
        return wraps


def _statement_of(roster: Roster, admission: Admission) -> Countersigned:
    body = admission.encode()
    return next(signed for signed in roster.statements.values() if signed.body == body)
