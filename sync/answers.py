"""The second stream: what a desk says to its intake devices, four cells a deposit, and how a device takes it.

A confirmation is one bitmap for a device; a question is at most 1,800 bytes. Both are signed by the handler.
A device tries its keys on every cell of the stream, so the relay cannot see who is answered.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from crypto.announcements import ReplyKey, sign_announcement
from crypto.cells import CellKind
from crypto.directory import PhoneDirectory
from crypto.encoding import Fields, encode
from crypto.errors import CellDamagedError, EncodingError
from crypto.ids import DeskId, DeviceId
from crypto.primitives import OpeningKey, SealingKey, random_below, random_bytes
from crypto.reply_cells import HandlerWord, ReplyKind, dummy_reply, open_reply
from sync.deskkeys import kept_keys
from sync.integrity import Line, bitmap, counters_in
from sync.membership import INCARNATION, Membership, Self
from sync.outbox import Deposit, Outbox
from sync.state import State
from sync.windows import newest_page_day
from sync.wire import DEPOSIT_ID_BYTES, REPLIES, REPLY_CELLS_PER_DEPOSIT

_KEYS: Final = "reply-keys"
RENEW_AFTER_S: Final = 86_400
KEEP_DAYS: Final = 35
"""As long as the relay keeps replies."""


class ReplyState(enum.IntEnum):
    """Where an answer to a device is."""

    WAITING = 0
    PLACED = 1
    LEFT = 2


# --- at a desk ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answers:
    """What this handler has to say to devices."""

    state: State
    me: Self
    member: Membership
    outbox: Outbox

    def queue(self, device: DeviceId, kind: ReplyKind, body: bytes) -> None:
        """Keep something for a device until a deposit takes it. A newer confirmation replaces an older
        one.
        """
        if kind is ReplyKind.CONFIRM:
            self.state.db.execute(
                "DELETE FROM sync_reply WHERE device = ? AND kind = ? AND state = ?",
                (device, int(kind), ReplyState.WAITING),
            )
        self.state.db.execute(
            "INSERT INTO sync_reply (device, kind, body, made_at, state) VALUES (?, ?, ?, ?, ?)",
            (device, int(kind), body, self.state.now(), ReplyState.WAITING),
        )

    def queue_confirmation(self, line: Line) -> None:
        """Tell a device which of its counters have come."""
        below, bits = bitmap(self.state, line)
        self.queue(
            line.device, ReplyKind.CONFIRM, encode({1: line.desk, 2: line.incarnation, 3: below, 4: bits})
        )

    def queue_sealed(self, cell: bytes) -> None:
        """A cell that is already sealed: a welcome."""
        self.queue(DeviceId(bytes(16)), ReplyKind.WELCOME, cell)

    def forget(self, devices: Iterable[DeviceId]) -> None:
        """Nothing more is said to these, which were revoked: what waits for them and their reply keys go, so
        that no question is sealed to a phone that was taken. A deposit that was not sent yet and says
        something to one of them is taken back: what it says to others waits again.
        """
        gone = set(devices)
        placed = self.state.db.execute(
            "SELECT device, deposit FROM sync_reply WHERE state = ?", (ReplyState.PLACED,)
        ).fetchall()
        spoiled = {bytes(deposit) for device, deposit in placed if bytes(device) in gone}
        for deposit in self.outbox.unsent():
            if deposit.id in spoiled:
                self.withdraw(deposit)
        with self.state.transaction():
            for device in gone:
                self.state.db.execute(
                    "DELETE FROM sync_reply WHERE device = ? AND state = ?", (device, ReplyState.WAITING)
                )
                self.state.db.execute("DELETE FROM sync_device_reply_key WHERE device = ?", (device,))

    def waiting(self) -> int:
        row = self.state.db.execute(
            "SELECT count(*) FROM sync_reply WHERE state < ?", (ReplyState.LEFT,)
        ).fetchone()
        return int(row[0])

    def pack(self) -> Deposit:
        """Four reply cells, welcomes and questions before confirmations, dummies after. One transaction."""
        with self.state.transaction():
            deposit_id = random_bytes(DEPOSIT_ID_BYTES)
            rows = self.state.db.execute(
                "SELECT r.id, r.device, r.kind, r.body, k.public FROM sync_reply r"
                " LEFT JOIN sync_device_reply_key k ON k.device = r.device"
                " WHERE r.state = ? AND (r.kind = ? OR k.public IS NOT NULL)"
                " ORDER BY r.kind = ?, r.id LIMIT ?",
                (ReplyState.WAITING, int(ReplyKind.WELCOME), int(ReplyKind.CONFIRM), REPLY_CELLS_PER_DEPOSIT),
            ).fetchall()
            cells = [self._seal(*row[1:]) for row in rows]
            for row in rows:
                self.state.db.execute(
                    "UPDATE sync_reply SET state = ?, deposit = ? WHERE id = ?",
                    (ReplyState.PLACED, deposit_id, row[0]),
                )
            while len(cells) < REPLY_CELLS_PER_DEPOSIT:
                cells.insert(random_below(len(cells) + 1), dummy_reply(org=self.member.org))
            return self.outbox.store(deposit_id, REPLIES, b"".join(cells))

    def _seal(self, device: bytes, kind: int, body: bytes, public: bytes | None) -> bytes:
        if kind == ReplyKind.WELCOME or public is None:
            return bytes(body)
        counter = int(self.state.place("word-counter") or 0) + 1
        self.state.set_place("word-counter", counter)
        word = HandlerWord(ReplyKind(kind), self.me.id, counter, bytes(body))
        return word.seal(
            by=self.me.identity,
            recipient=DeviceId(bytes(device)),
            to=SealingKey(bytes(public)),
            org=self.member.org,
        )

    def left(self, deposit: Deposit) -> None:
        """The relay has it. What was said is forgotten here: the conversation keeps its own copy."""
        with self.state.transaction():
            self.outbox.drop(deposit)
            self.state.db.execute("DELETE FROM sync_reply WHERE deposit = ?", (deposit.id,))

    def withdraw(self, deposit: Deposit) -> None:
        """The relay refused it: it waits again."""
        with self.state.transaction():
            self.outbox.drop(deposit)
            self.state.db.execute(
                "UPDATE sync_reply SET state = ?, deposit = NULL WHERE deposit = ?",
                (ReplyState.WAITING, deposit.id),
            )


# --- on a device --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Confirmed:
    """The desk has these counters of ours."""

    desk: DeskId
    counters: list[int]


@dataclass(frozen=True)
class Asked:
    """A question (any CBOR map that the app layer wrote)."""

    handler: DeviceId
    body: dict[str, Any]


def load_reply_keys(state: State) -> list[OpeningKey]:
    """This device's reply keys, newest first."""
    return [OpeningKey(entry[1]) for entry in reversed(state.secret(_KEYS) or [])]


def renew_reply_key(
    state: State, *, me: Self, member: Membership, outbox: Outbox, desks: Iterable[DeskId] = ()
) -> bool:
    """At most daily (step 8.1.3): a new reply key, announced to every desk; keys surely older than the relay
    keeps replies are dropped. True if there is a new one.
    """
    known, now = [list(entry) for entry in state.secret(_KEYS) or []], state.now()
    if (
        known and abs(now - known[-1][2]) < RENEW_AFTER_S
    ):  # one "made tomorrow" is from a clock that was ahead
        return False
    key = OpeningKey.generate()
    number = known[-1][0] + 1 if known else 1  # also when all are over: desks take only a higher number
    said = ReplyKey(number, key.sealing_key)
    with state.transaction():
        held = kept_keys(state, known, days=KEEP_DAYS)
        state.set_secret(_KEYS, [*held, [number, key.seed, now, newest_page_day(state)]])
        body = sign_announcement(said, by=me.identity, org=member.org)
        for desk in sorted({member.desk, *desks}):
            outbox.put_cell(desk, CellKind.ANNOUNCE, body)
    return True


def say_reply_key_again(state: State, *, me: Self, member: Membership, outbox: Outbox, desk: DeskId) -> None:
    """To a desk with a new handler (step 8.1.4): the page with the last announcement may be gone. In a
    transaction.
    """
    known = state.secret(_KEYS) or []
    if known:
        number, seed = known[-1][:2]
        said = ReplyKey(number, OpeningKey(seed).sealing_key)
        outbox.put_cell(desk, CellKind.ANNOUNCE, sign_announcement(said, by=me.identity, org=member.org))


def read_word(
    sealed: bytes,
    *,
    keys: list[OpeningKey],
    me: DeviceId,
    state: State,
    directory: PhoneDirectory,
    outbox: Outbox,
) -> Confirmed | Asked | None:
    """What a reply cell says to this device, or None: for somebody else, a dummy, a replay, or not from a
    handler.
    """
    org = directory.head.org
    for key in keys:
        try:
            word = HandlerWord.read(open_reply(sealed, key=key, org=org))
            break
        except CellDamagedError:
            continue
    else:
        return None
    handlers = {entry.admission.device: entry.admission for entry in directory.part.handlers}
    by = handlers.get(word.sender)
    if by is None or not word.said_by(by.identity, to=me, org=org):
        return None
    row = state.db.execute(
        "SELECT 1 FROM sync_word WHERE sender = ? AND counter = ?", (word.sender, word.counter)
    ).fetchone()
    if row is not None:
        return None
    state.db.execute("INSERT INTO sync_word (sender, counter) VALUES (?, ?)", (word.sender, word.counter))
    try:
        return _understand(word, outbox, desk=by.desk)
    except EncodingError:
        return None


def _understand(word: HandlerWord, outbox: Outbox, *, desk: DeskId) -> Confirmed | Asked | None:
    fields = Fields.of(word.body)
    if word.kind is ReplyKind.CONFIRM:
        of, incarnation = fields.octets(1, 8), fields.natural(2, below=2**32)
        below, bits = fields.natural(3, below=2**48), fields.take(4, bytes)
        fields.done()
        if incarnation != INCARNATION or of != desk:  # another desk's handler never saw what it would confirm
            return None
        # This handler has the pairwise key: only with it does a desk count a cell.
        outbox.state.db.execute(
            "UPDATE sync_introduced SET confirmed = 1 WHERE desk = ? AND handler = ?", (desk, word.sender)
        )
        return Confirmed(desk, counters_in(below, bits, up_to=outbox.highest_counter(desk)))
    if word.kind is ReplyKind.QUESTION:
        body = fields.take(1, dict)
        fields.done()
        return Asked(word.sender, body)
    return None
