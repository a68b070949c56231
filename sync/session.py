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

from crypto.desk_keys import day_of
from crypto.directory import PhoneDirectory
from crypto.errors import DirectoryRefusedError
from crypto.parcels import ParcelKind
from crypto.primitives import random_below
from crypto.roster import Role
from sync.announcing import Announcing
from sync.answers import Answers, Asked, Confirmed, load_reply_keys, read_word
from sync.believing import believed_first, believed_generation
from sync.condition import note_clock, note_session
from sync.deskkeys import forget_past, load_generations
from sync.directory import DirectoryClient
from sync.errors import (
    DepositConflictError,
    PageDamagedError,
    RelayBusyError,
    TokenRefusedError,
)
from sync.inbox import Inbox, Sink
from sync.membership import Membership, Self
from sync.outbox import Deposit, Outbox
from sync.pageindex import PageEntry
from sync.paging import (
    MOST_TROUBLE,
    end_trouble,
    in_trouble,
    is_shown,
    mark_read,
    pages_after,
    reached,
    try_page,
)
from sync.publish import Publisher, publish_token
from sync.state import State
from sync.transport import RelayClient
from sync.windows import first_day_kept, sealing_key
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
    _damaged: PageDamagedError | None = None
    _troubles: int = 0

    def __post_init__(self) -> None:
        self.outbox = Outbox(self.state, self.me, self.member)
        self.answers = Answers(self.state, self.me, self.member, self.outbox)
        self.directory = DirectoryClient(self.state, self.me, self.member)

    def run(self, relay: RelayClient, *, deposits: int | None = None) -> Outcome:
        """One session. Raises a SyncError or CryptoError with nothing lost."""
        self._damaged, self._troubles, earlier = None, 0, self.outbox.last_sent()
        phone, unfit = self._directory(relay)
        refused = self._handler_part(relay, phone)
        self._send(relay, phone, deposits or self.member.deposits)
        if refused is not None:
            raise refused  # only now: a handler whose keys were lost must still announce the new one
        if self.member.role is Role.HANDLER:
            self._fetch_complaints(relay, phone)
            self._forget(phone)
        else:
            self._fetch_replies(relay, phone)
        if unfit is not None:
            raise unfit  # what was known until now served; a relay must not see from the shape who refused
        note_clock(self.state, member=self.member, phone=phone, deposited=earlier)
        note_session(self.state)
        if self._damaged is not None:
            raise self._damaged  # everything else was read; it is tried again and blocks nothing
        return self.outcome

    def send_replies(self, relay: RelayClient) -> None:
        """Only the reply deposit: what *admit* does at once, so that the welcome is there when the phone
        asks.
        """
        phone = self.directory.current()
        if phone is not None:
            self._forget_revoked(phone)
        self._deposit(relay, lambda: self.answers.pack())

    def _forget_revoked(self, phone: PhoneDirectory) -> None:
        """A phone that was revoked is told nothing more, also what was asked before (8.2.6)."""
        members = self.directory.roster(phone).members
        self.answers.forget(device for device, member in members.items() if member.revoked_at is not None)

    def send_nothing(
        self, relay: RelayClient, count: int, *, first: Callable[[], Deposit] | None = None
    ) -> None:
        """The deposits of a device that is not admitted yet: nobody can tell which cell says anything.

        `first` packs the first deposit that is newly made in this session.
        """
        kept, pack = self.outbox.unsent(), lambda: self.outbox.pack({}, {}, last=False)
        for number in range(count):
            self._pause(number)
            stored = kept.pop(0) if kept else None
            chosen, first = (pack, first) if stored is not None or first is None else (first, None)
            self._deposit(relay, chosen, first=stored)
            self._report("deposit", number + 1, count)

    # --- directory ------------------------------------------------------------------------------------

    def _directory(self, relay: RelayClient) -> tuple[PhoneDirectory, DirectoryRefusedError | None]:
        """The directory to go on with, and why the relay's was refused, if it was."""
        refused: DirectoryRefusedError | None = None
        try:
            phone = self._refreshed(relay)
        except DirectoryRefusedError as error:
            known = self.directory.usable()
            if known is None:
                raise
            phone, refused = known, error
        self._take_over()
        return phone, refused

    def _refreshed(self, relay: RelayClient) -> PhoneDirectory:
        token = publish_token(self.state)
        if token is None:
            return self.directory.refresh(relay)
        publisher = Publisher(self.directory, token)
        publisher.maintain(relay)
        try:
            return self.directory.refresh(relay)
        except DirectoryRefusedError:
            if not publisher.maintain(relay):  # it is due now, and repairs what was refused
                raise
            return self.directory.refresh(relay)

    def _take_over(self) -> None:
        """What the directory changed of this device: after a revocation the others' tokens are new, and this
        very session goes on with them.
        """
        member = Membership.load(self.state)
        if member is not None and member != self.member:
            self.member = member
            self.__post_init__()

    def _handler_part(self, relay: RelayClient, phone: PhoneDirectory) -> DirectoryRefusedError | None:
        if self.member.role is Role.HANDLER:
            try:
                self.directory.refresh_handler(relay, phone)
            except DirectoryRefusedError as error:
                return error
        return None

    # --- deposits -------------------------------------------------------------------------------------

    def _send(self, relay: RelayClient, phone: PhoneDirectory, count: int) -> None:
        for desk in phone.root.desks:
            first = believed_first(self.state, phone, desk.id)
            newest = believed_generation(self.state, phone, desk.id)
            self.outbox.note_readable(desk.id, first, generation=newest)
        keys = {desk.id: sealing_key(phone, desk.id, self.state.clock()) for desk in phone.root.desks}
        day_keys = {desk: key for desk, key in keys.items() if key is not None}
        announcing = Announcing(self.state, self.me, self.member, self.outbox)
        announcing.announce(phone)
        slot_keys = announcing.slot_keys(phone) if self.member.role is Role.INTAKE else {}
        issued, kept = day_of(phone.head.issued_at), self.outbox.unsent()

        def pack(*, last: bool) -> Deposit:
            return self.outbox.pack(day_keys, slot_keys, last=last, issued=issued)

        for number in range(count):
            self._pause(number)
            last = number == count - 1
            if last and self.member.role is Role.HANDLER:
                announcing.vouch(self.directory.roster(phone))
            left = [deposit for deposit in kept if deposit.stream == COMPLAINTS]
            if left:
                kept.remove(left[0])
                self._deposit(relay, lambda: pack(last=True), first=left[0])
            else:
                self._deposit(relay, lambda last=last: pack(last=last))  # type: ignore[misc]
            self._report("deposit", number + 1, count)
        if self.member.role is Role.HANDLER:
            self._forget_revoked(phone)
            # Looked up now: what spoke to a phone that was revoked since has just been taken back.
            replies = [deposit for deposit in self.outbox.unsent() if deposit.stream == REPLIES]
            self._deposit(relay, self.answers.pack, first=replies[0] if replies else None)

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
        new = pages_after(relay, self.state, COMPLAINTS, int(self.state.place("page-complaints") or 0))
        inbox = Inbox(
            self.state, self.me, self.member, phone, self.directory.roster(phone), self.answers, self.sink
        )  # fmt: skip
        numbers = {entry.number for entry in new}
        again = [one for one in in_trouble(relay, self.state, COMPLAINTS) if one.number not in numbers]
        for done, entry in enumerate([*again, *new], start=1):
            page = self._page(relay, COMPLAINTS, entry)
            with self.state.transaction():
                taken = inbox.take_page(page or b"", closed_at=entry.closed_at)
                if page is not None:
                    end_trouble(self.state, COMPLAINTS, entry.number)
                if entry.number in numbers:
                    mark_read(self.state, COMPLAINTS, entry)
            self.outcome.received += taken.parcels
            self.outcome.foreign += taken.foreign
            self.outcome.unreadable += taken.unreadable
            self._report("page", done, len(again) + len(new))

    def _forget(self, phone: PhoneDirectory) -> None:
        """Step 8.2.8: keys of days that no device can need any more are destroyed, once the pages are
        read.
        """
        roster, policy = self.directory.roster(phone), phone.root.policy
        desks = {entry.chain.desk for entry in load_generations(self.state)}
        first = {desk: first_day_kept(self.state, roster=roster, policy=policy, desk=desk) for desk in desks}
        with self.state.transaction():
            forget_past(self.state, first)

    def _fetch_replies(self, relay: RelayClient, phone: PhoneDirectory) -> None:
        since = self.state.now() - REPLY_WINDOW_S
        keys = load_reply_keys(self.state)
        entries = pages_after(relay, self.state, REPLIES, 0)
        done = reached(self.state, REPLIES, entries)
        again = {entry.number for entry in in_trouble(relay, self.state, REPLIES)}
        for entry in entries:
            if entry.number <= done and entry.closed_at < since and entry.number not in again:
                continue
            page = self._page(relay, REPLIES, entry)
            if entry.number <= done and entry.number not in again:
                continue  # fetched all the same: what this device has read before shows to nobody
            with self.state.transaction():
                for start in range(0, len(page or b""), REPLY_CELL_BYTES):
                    word = read_word(
                        (page or b"")[start : start + REPLY_CELL_BYTES], keys=keys, me=self.me.id,
                        state=self.state, directory=phone, outbox=self.outbox,
                    )  # fmt: skip
                    self._hear(word)
                if page is not None:
                    end_trouble(self.state, REPLIES, entry.number)
                if entry.number > done:
                    mark_read(self.state, REPLIES, entry)

    def _page(self, relay: RelayClient, stream: str, entry: PageEntry) -> bytes | None:
        """A page, or None for one that is passed for now (step 9.7); the session says so when it ends."""
        page = try_page(relay, self.state, stream, entry)
        if page is None:
            self._troubles += 1
            if not is_shown(self.state, stream, entry):
                self._damaged = PageDamagedError()
            if self._troubles > MOST_TROUBLE:
                raise PageDamagedError
        return page

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
