"""What a device with the publish right does for the others: tokens, day keys, wraps, roster, the signed directory.

Safe to repeat and to be killed: everything is built from what is kept and replaced under `If-Match`; on a conflict the
other publisher's statements are merged in and it is tried again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from crypto.desk_keys import DayKey, DeskSeed, EpochKey, SeedWrap, day_of
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
from crypto.signed import Countersigned
from crypto.tokens import TokenMaster, week_of
from sync.deskkeys import (
    RESEED_DAYS,
    Generation,
    forget_old,
    load_generations,
    newest,
    renew_epoch_key,
    save_generations,
)
from sync.directory import DirectoryClient
from sync.errors import DirectoryConflictError, DirectoryMissingError
from sync.state import State
from sync.transport import RelayClient
from sync.wire import HANDLER_PART, PHONE_PART

_DUE: Final = "publish-due"
_ROOTS: Final = "roots"
_EXTRA: Final = "published-elsewhere"
WEEKS_AHEAD: Final = 8
"""An officer may be in prison for two months and every phone still sends."""
DIRECTORY_DAYS: Final = 40
"""As long as the published day keys reach: an older directory would have nothing left to seal to."""
RENEW_DAYS: Final = 7
_TRIES: Final = 5


def publish_token(state: State) -> str | None:
    """The right to replace the directory, if this device has it."""
    value = state.keys.get("publish-token")
    return None if value is None else value.decode()


def mark_due(state: State) -> None:
    """Something changed that the others must learn."""
    state.set_place(_DUE, True)


def keep_roots(state: State, roots: list[Countersigned]) -> None:
    state.set_place(_ROOTS, [root.to_wire() for root in roots])


@dataclass(frozen=True)
class Publisher:
    """Keeps tokens, day keys and the directory of one pool up to date."""

    directory: DirectoryClient
    token: str = field(repr=False)

    @property
    def state(self) -> State:
        return self.directory.state

    def roots(self) -> list[Countersigned]:
        current = self.directory.current()
        known = [Countersigned.from_wire(wire) for wire in self.state.place(_ROOTS) or []]
        fetched = list(current.part.roots) if current else []
        return max(known, fetched, key=len)

    def maintain(self, relay: RelayClient) -> bool:
        """Do what is due: a new week's tokens, a reseed, more days, a changed roster. True if it published."""
        root = verify_chain(self.roots(), org=self.directory.member.org)
        self._publish_tokens(relay, root)
        with self.state.transaction():
            reseeded = self._turn_keys(root)
        current = self.directory.current()
        aged = current is None or self.state.clock() > current.head.issued_at + RENEW_DAYS * 86_400
        if not (reseeded or aged or self.state.place(_DUE)):
            return False
        self.publish(relay)
        return True

    def prepare(self, root: Root) -> None:
        """The first keys of a new organisation. Inside a transaction."""
        self._turn_keys(root)

    def publish(self, relay: RelayClient) -> None:
        """Build both parts and replace them at the relay; merge and retry if another publisher was faster."""
        for _attempt in range(_TRIES):
            phone_etag, handler_etag = self._merge(relay)
            try:
                self._put(relay, phone_etag, handler_etag)
            except DirectoryConflictError:
                continue
            return
        raise DirectoryConflictError

    # --- tokens ---------------------------------------------------------------------------------------------------

    def _publish_tokens(self, relay: RelayClient, root: Root) -> None:
        secret = self.state.keys.get("token-master")
        if secret is None:
            return
        master, epoch = TokenMaster(secret), self.directory.member.tokens.epoch
        this_week = week_of(self.state.clock())
        done = dict(self.state.db.execute("SELECT week, epoch FROM sync_token_week").fetchall())
        policy = root.policy
        for week in range(this_week, this_week + WEEKS_AHEAD):
            if done.get(week) == epoch:
                continue
            hashes = master.week_hashes(
                epoch=epoch,
                week=week,
                slots=policy.token_slots,
                per_slot=policy.tokens_per_week,
                revoked=frozenset(),
            )
            relay.put_tokens(week, hashes, publish_token=self.token)
            self.state.db.execute(
                "INSERT OR REPLACE INTO sync_token_week (week, epoch) VALUES (?, ?)", (week, epoch)
            )
        self.state.db.execute("DELETE FROM sync_token_week WHERE week < ?", (this_week - 2,))

    # --- keys -----------------------------------------------------------------------------------------------------

    def _turn_keys(self, root: Root) -> bool:
        """Advance and reseed this desk's chains, renew the own epoch key. True if others must learn of it."""
        today, desk = day_of(self.state.clock()), self.directory.member.desk
        generations = forget_old(load_generations(self.state), today=today, key_days=root.policy.key_days)
        latest, changed = newest(generations, desk), False
        if latest is None or today - latest.started >= RESEED_DAYS:
            number = latest.chain.generation + 1 if latest else 1
            chain = DeskSeed.generate(desk, generation=number, day=today - 1)
            generations.append(Generation(chain, started=today, last=today + root.policy.ahead_days))
            changed = True
        save_generations(self.state, generations)
        me = self.directory.me
        renewed = renew_epoch_key(
            self.state,
            me=me.id,
            identity=me.identity,
            org=self.directory.member.org,
            key_days=root.policy.key_days,
        )
        return changed or renewed is not None

    # --- the two parts --------------------------------------------------------------------------------------------

    def _merge(self, relay: RelayClient) -> tuple[str | None, str | None]:
        """Take over what is at the relay now; gives both etags."""
        client = self.directory
        try:
            answer = relay.get_directory(PHONE_PART)
        except DirectoryMissingError:
            return None, None
        assert answer is not None and client.member.directory_key is not None
        sealed, phone_etag = answer
        untrusted = UntrustedPhoneDirectory.open(
            sealed, key=client.member.directory_key, org=client.member.org
        )
        phone = client.accept(untrusted, phone_etag)
        try:
            answer = relay.get_directory(HANDLER_PART)
        except DirectoryMissingError:
            return phone_etag, None
        assert answer is not None
        sealed, handler_etag = answer
        part = client.accept_handler(sealed, handler_etag, phone)
        own = {entry.chain.desk for entry in load_generations(self.state)}
        others = [wrap.to_wire() for wrap in part.wraps if wrap.desk not in own]
        self.state.set_place(_EXTRA, others)
        return phone_etag, handler_etag

    def _put(self, relay: RelayClient, phone_etag: str | None, handler_etag: str | None) -> None:
        client, now = self.directory, self.state.now()
        roots = self.roots()
        root = verify_chain(roots, org=client.member.org)
        current = client.current()
        roster = self._roster(root)
        handlers = self._handlers(roster, root)
        phone = PhonePart(tuple(roots), tuple(self._days(root, current)), tuple(handlers))
        part = HandlerPart(tuple(roster.statements.values()), tuple(self._wraps(handlers)))
        seen = client.seen()
        head = Head(
            org=client.member.org,
            version=max(seen.version, client.handler_version()) + 1,
            previous=seen.head_hash or bytes(32),
            issued_at=now,
            expires_at=now + DIRECTORY_DAYS * 86_400,
            phone_hash=content_hash("phone", phone.encode()),
            handler_hash=content_hash("handler", part.encode()),
            token_epoch=client.member.tokens.epoch,
            publisher=client.me.id,
        )
        signed = sign_head(head, by=client.me.identity)
        assert client.member.directory_key is not None
        epoch_keys = [entry.epoch_key for entry in handlers]
        sealed_handler = seal_handler_part(part, signed, to=epoch_keys, org=client.member.org)
        sealed_phone = seal_phone_part(phone, signed, key=client.member.directory_key, org=client.member.org)
        relay.put_directory(HANDLER_PART, sealed_handler, publish_token=self.token, if_match=handler_etag)
        etag = relay.put_directory(PHONE_PART, sealed_phone, publish_token=self.token, if_match=phone_etag)
        with self.state.transaction():
            client.accept(UntrustedPhoneDirectory(signed, phone.encode()), etag)
            self.state.set_place(_DUE, False)

    def _roster(self, root: Root) -> Roster:
        rows = self.state.db.execute("SELECT wire FROM sync_statement ORDER BY hash").fetchall()
        statements = [Countersigned.from_wire(bytes(row[0])) for row in rows]
        return Roster.verify(statements, root=root, org=self.directory.member.org)

    def _handlers(self, roster: Roster, root: Root) -> list[HandlerEntry]:
        entries = []
        for desk in root.desks:
            for admission in roster.handlers(desk.id):
                row = self.state.db.execute(
                    "SELECT epoch, public, certificate FROM sync_epoch_key WHERE handler = ? ORDER BY epoch DESC",
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
        wraps = [SeedWrap.from_wire(wire) for wire in self.state.place(_EXTRA) or []]
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
