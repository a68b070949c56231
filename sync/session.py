"""One exchange of fixed shape with the relay (protocol.md section 8).

In this order, whatever there is to say: the directory (conditionally), the deposits, then the pages. A phone
always makes the same number of deposits and always fetches every reply page of the last two days, so that its
shape tells nothing. Whatever is interrupted is repeated exactly: a deposit and its token are stored before
they are sent.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from crypto.desk_keys import DayKey, day_of
from crypto.directory import PhoneDirectory
from crypto.errors import DirectoryRefusedError
from crypto.ids import DeskId
from crypto.parcels import ParcelKind
from crypto.primitives import random_below
from crypto.roster import Role
from sync.announcing import Announcing
from sync.answers import Answers, Asked, Confirmed, load_reply_keys, read_word
from sync.directory import DirectoryClient
from sync.errors import (
    DepositConflictError,
    PageExpiredError,
    RelayBusyError,
    TokenRefusedError,
)
from sync.inbox import Inbox, Sink
from sync.membership import Membership, Self
from sync.outbox import Deposit, Outbox
from sync.paging import mark_read, pages_after, reached
from sync.publish import Publisher, publish_token
from sync.state import State
from sync.transport import RelayClient
from sync.wire import COMPLAINTS, REPLIES, REPLY_CELL_BYTES

REPLY_WINDOW_S: Final = 2 * 86_400
_BUSY_TRIES: Final = 5
_TOKEN_TRIES: Final = 8
_LONGEST_WAIT_S: Final = 120.0

Progress = Callable[[str, int, int], None]
"""(what, done, of): "deposit" or "page"."""


@dataclass
class Outcome:
    """What a session did. `deposited` counts cells."""

    deposited: int = 0
    received: int = 0
    foreign: int = 0
    unreadable: int = 0


@dataclass
class Session:
    """Everything one exchange needs. `run` may be called again after any error."""

    state: State
    me: Self
    member: Membership
    sink: Sink
    sleep: Callable[[float], None] = time.sleep
    progress: Progress | None = None
    outcome: Outcome = field(default_factory=Outcome)

    def __post_init__(self) -> None:
        self.outbox = Outbox(self.state, self.me, self.member)
        self.answers = Answers(self.state, self.me, self.member, self.outbox)
        self.directory = DirectoryClient(self.state, self.me, self.member)

    def run(self, relay: RelayClient, *, deposits: int | None = None) -> Outcome:
        """One session. Raises a SyncError or CryptoError with nothing lost."""
        phone = self._directory(relay)
        refused = self._handler_part(relay, phone)
        self._send(relay, phone, deposits or self.member.deposits)
        if refused is not None:
            raise refused  # only now: a handler whose keys were lost must still announce the new one
        if self.member.role is Role.HANDLER:
            self._fetch_complaints(relay, phone)
        else:
            self._fetch_replies(relay, phone)
        return self.outcome

    def send_replies(self, relay: RelayClient) -> None:
        """Only the reply deposit: what *admit* does at once, so that the welcome is there when the phone
        asks.
        """
        self._deposit(relay, lambda: self.answers.pack())

    def send_nothing(
        self, relay: RelayClient, count: int, *, first: Callable[[], Deposit] | None = None
    ) -> None:
        """The deposits of a device that is not admitted yet: nobody can tell which cell says anything.

        `first` packs the first deposit that is newly made in this session.
        """
        kept, pack = self.outbox.unsent(), lambda: self._pack({}, {}, last=False)
        for number in range(count):
            self._pause(number)
            stored = kept.pop(0) if kept else None
            chosen, first = (pack, first) if stored is not None or first is None else (first, None)
            self._deposit(relay, chosen, first=stored)
            self._report("deposit", number + 1, count)

    # --- directory ------------------------------------------------------------------------------------

    def _directory(self, relay: RelayClient) -> PhoneDirectory:
        token = publish_token(self.state)
        if token is not None:
            Publisher(self.directory, token).maintain(relay)
        return self.directory.refresh(relay)

    def _handler_part(self, relay: RelayClient, phone: PhoneDirectory) -> DirectoryRefusedError | None:
        if self.member.role is Role.HANDLER:
            try:
                self.directory.refresh_handler(relay, phone)
            except DirectoryRefusedError as error:
                return error
        return None

    # --- deposits -------------------------------------------------------------------------------------

    def _send(self, relay: RelayClient, phone: PhoneDirectory, count: int) -> None:
        today = day_of(self.state.clock())
        keys = {desk.id: phone.part.day_key(desk.id, today=today) for desk in phone.root.desks}
        day_keys = {desk: key for desk, key in keys.items() if key is not None}
        announcing = Announcing(self.state, self.me, self.member, self.outbox)
        announcing.announce(phone)
        slot_keys = announcing.slot_keys(phone) if self.member.role is Role.INTAKE else {}
        kept = self.outbox.unsent()
        for number in range(count):
            self._pause(number)
            left = [deposit for deposit in kept if deposit.stream == COMPLAINTS]
            if left:
                kept.remove(left[0])
                self._deposit(relay, lambda: self._pack(day_keys, slot_keys, last=True), first=left[0])
            else:
                last = number == count - 1
                self._deposit(relay, lambda last=last: self._pack(day_keys, slot_keys, last=last))  # type: ignore[misc]
            self._report("deposit", number + 1, count)
        if self.member.role is Role.HANDLER:
            replies = [deposit for deposit in kept if deposit.stream == REPLIES]
            self._deposit(relay, self.answers.pack, first=replies[0] if replies else None)

    def _pack(
        self, day_keys: dict[DeskId, DayKey], slot_keys: dict[DeskId, dict[int, bytes]], *, last: bool
    ) -> Deposit:
        return self.outbox.pack(day_keys, slot_keys, last=last)

    def _deposit(self, relay: RelayClient, pack: Callable[[], Deposit], first: Deposit | None = None) -> None:
        """Make one deposit, sealing afresh when the relay refuses a pair, waiting when it is busy."""
        deposit = first or pack()
        busy = refused = 0
        while True:
            try:
                relay.deposit(deposit.stream, deposit.id, deposit.token, deposit.body)
            except RelayBusyError as error:
                busy += 1
                if busy >= _BUSY_TRIES:
                    raise
                self.sleep(min(error.retry_after_s, _LONGEST_WAIT_S))
                continue
            except (DepositConflictError, TokenRefusedError):
                refused += 1
                self._withdraw(deposit)
                if refused >= _TOKEN_TRIES:
                    raise
                deposit = pack()
                continue
            break
        self._left(deposit)
        self.outcome.deposited += len(deposit.body) // (
            REPLY_CELL_BYTES if deposit.stream == REPLIES else 16_384
        )

    def _left(self, deposit: Deposit) -> None:
        with self.state.transaction():
            if deposit.stream == REPLIES:
                self.answers.left(deposit)
                return
            for code, kind in self.outbox.left(deposit):
                self.sink.take_left(code, _KIND_NAMES[kind])

    def _owner(self, deposit: Deposit) -> Answers | Outbox:
        return self.answers if deposit.stream == REPLIES else self.outbox

    def _withdraw(self, deposit: Deposit) -> None:
        self._owner(deposit).withdraw(deposit)

    def _pause(self, number: int) -> None:
        if number and self.member.gap_seconds:
            self.sleep(random_below(2_000 * self.member.gap_seconds) / 1_000)

    # --- pages ----------------------------------------------------------------------------------------

    def _fetch_complaints(self, relay: RelayClient, phone: PhoneDirectory) -> None:
        inbox = Inbox(
            self.state, self.me, self.member, phone, self.directory.roster(phone), self.answers, self.sink
        )  # fmt: skip
        entries = pages_after(relay, self.state, COMPLAINTS, int(self.state.place("page-complaints") or 0))
        for done, entry in enumerate(entries, start=1):
            try:
                page = relay.page(COMPLAINTS, entry.number, entry.digest)
            except PageExpiredError:
                page = b""
            with self.state.transaction():
                taken = inbox.take_page(page, closed_at=entry.closed_at)
                mark_read(self.state, COMPLAINTS, entry)
            self.outcome.received += taken.parcels
            self.outcome.foreign += taken.foreign
            self.outcome.unreadable += taken.unreadable
            self._report("page", done, len(entries))

    def _fetch_replies(self, relay: RelayClient, phone: PhoneDirectory) -> None:
        since = self.state.now() - REPLY_WINDOW_S
        keys = load_reply_keys(self.state)
        entries = pages_after(relay, self.state, REPLIES, 0)
        done = reached(self.state, REPLIES, entries)
        for entry in entries:
            if entry.number <= done and entry.closed_at < since:
                continue
            try:
                page = relay.page(REPLIES, entry.number, entry.digest)
            except PageExpiredError:
                continue
            if entry.number <= done:
                continue  # fetched all the same: what this device has read before shows to nobody
            with self.state.transaction():
                for start in range(0, len(page), REPLY_CELL_BYTES):
                    word = read_word(
                        page[start : start + REPLY_CELL_BYTES], keys=keys, me=self.me.id, state=self.state,
                        directory=phone, outbox=self.outbox,
                    )  # fmt: skip
                    self._hear(word)
                mark_read(self.state, REPLIES, entry)

    def _hear(self, word: Confirmed | Asked | None) -> None:
        if isinstance(word, Confirmed):
            for code, kind in self.outbox.confirm(word.desk, word.counters):
                self.sink.take_confirmation(code, _KIND_NAMES[kind])
        elif isinstance(word, Asked):
            self.sink.take_question(word.handler, word.body)
            self.outcome.received += 1

    def _report(self, what: str, done: int, of: int) -> None:
        if self.progress is not None:
            self.progress(what, done, of)


_KIND_NAMES = {
    ParcelKind.COMPLAINT: "complaint",
    ParcelKind.ADDITION: "addition",
    ParcelKind.ANSWER: "answer",
}
