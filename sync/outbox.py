"""What is finished and waits to leave: parcels cut into counted cells, deposits stored with their tokens
before sending.

A parcel stays until the desk has confirmed all its cells, not merely until the relay took them. A cell keeps
its counter and its body however often it is sent, so the desk can ignore a repeat and notice anything else.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Final

from crypto.cells import Cell, CellKind, dummy_cell, heartbeat_body, seal_cell
from crypto.desk_keys import DAY_SECONDS, LINE_GENERATIONS, DayKey, line_of
from crypto.ids import DeskId, OrganisationId
from crypto.parcels import Parcel, ParcelKind, cut
from crypto.primitives import OpeningKey, random_below, random_bytes
from crypto.roster import Role
from sync.membership import INCARNATION, Membership, Self
from sync.pairwise import SlotKeys, move_on
from sync.state import State
from sync.wallet import FIRST, OWN, take_token
from sync.wire import CELLS_PER_DEPOSIT, COMPLAINTS, DEPOSIT_ID_BYTES

RESEND_AFTER_S: Final = 3 * 86_400
"""Handlers confirm daily; after three days of silence the relay may have lost it."""
HEARTBEATS: Final = 4
"""In the last deposit of a session: the own desk's always, other desks' in turn."""
_TURN: Final = "heartbeat-turn"


_DAY: Final = f"coalesce(day, made_at / {DAY_SECONDS} - 1)"
"""To which day a parcel is sealed; older stores did not write it down."""


class CellState(enum.IntEnum):
    """Where a counted cell is."""

    WAITING = 0
    PLACED = 1
    LEFT = 2
    CONFIRMED = 3


@dataclass(frozen=True)
class Deposit:
    """Eight sealed cells and the token under which they go: exactly this pair is retried."""

    id: bytes
    stream: str
    token: bytes = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class OutgoingItem:
    """A finished complaint, addition or answer, as far as this device may still know.

    `too_late`: the desk has destroyed the key to which it is sealed. It is sent no more and stays until the
    desk confirms it after all or a person has taken note (`Outbox.give_up`).
    """

    parcel: bytes
    code: str
    kind: ParcelKind
    made_at: int
    state: CellState
    too_late: bool = False

    @property
    def has_left(self) -> bool:
        """Every cell of it has been acknowledged by the relay."""
        return self.state >= CellState.LEFT


@dataclass(frozen=True)
class Outbox:
    """Parcels, counted cells and deposits of one device."""

    state: State
    me: Self
    member: Membership

    # --- putting in -----------------------------------------------------------------------------------

    def put_parcel(self, parcel: Parcel, *, kind: ParcelKind, code: str) -> None:
        """Keep a sealed parcel and its cells. Inside the transaction that destroys what was sealed."""
        self.state.db.execute(
            "INSERT INTO sync_parcel (id, desk, kind, code, made_at, generation, day)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (parcel.id, parcel.desk, int(kind), code, self.state.now(), parcel.generation, parcel.day),
        )
        for chunk in cut(parcel):
            self.put_cell(parcel.desk, CellKind.PARCEL, chunk.to_body(), parcel=parcel.id)

    def put_cell(self, desk: DeskId, kind: CellKind, body: bytes, *, parcel: bytes | None = None) -> int:
        """Give a body its counter and keep it until it has left (or, for a parcel, is confirmed)."""
        counter = self.highest_counter(desk) + 1
        self.state.db.execute(
            "INSERT OR REPLACE INTO sync_counter (desk, next) VALUES (?, ?)", (desk, counter + 1)
        )
        self.state.db.execute(
            "INSERT INTO sync_cell (desk, counter, kind, body, parcel, state) VALUES (?, ?, ?, ?, ?, ?)",
            (desk, counter, int(kind), body, parcel, CellState.WAITING),
        )
        return counter

    def highest_counter(self, desk: DeskId) -> int:
        """The highest counter ever given to a cell for this desk."""
        row = self.state.db.execute("SELECT next FROM sync_counter WHERE desk = ?", (desk,)).fetchone()
        return int(row[0]) - 1 if row else 0

    def first_to_leave(self, desk: DeskId) -> int:
        """The lowest counter that will be sealed from now on: what waits, or the next one given."""
        row = self.state.db.execute(
            "SELECT min(c.counter) FROM sync_cell c LEFT JOIN sync_parcel p ON p.id = c.parcel"
            " WHERE c.desk = ? AND c.state = ? AND NOT coalesce(p.late, 0)",
            (desk, CellState.WAITING),
        ).fetchone()
        return int(row[0]) if row[0] is not None else self.highest_counter(desk) + 1

    def first_needed(self, desk: DeskId, *, issued: int) -> int:
        """The first day whose key this device may still need at a desk (step 5.3.2): the lowest among its
        parcels that are not confirmed and not too late, and the day on which its directory was issued.
        """
        row = self.state.db.execute(
            f"SELECT min({_DAY}) FROM sync_parcel WHERE desk = ? AND NOT late",  # noqa: S608  (a constant)
            (desk,),
        ).fetchone()
        return issued if row[0] is None else min(int(row[0]), issued)

    def note_readable(self, desk: DeskId, first: int, *, generation: int = 0) -> None:
        """What was sealed for this desk to a day before `first`, or before its keys were lost (to a
        generation of a line before that of `generation`, the newest that is published), is too late (step
        8.1.2).
        """
        begins = line_of(generation) * LINE_GENERATIONS
        self.state.db.execute(
            f"UPDATE sync_parcel SET late = ({_DAY} < ? OR coalesce(generation, ?) < ?)"  # noqa: S608  (a constant)
            " WHERE desk = ?",
            (first, begins, begins, desk),
        )

    def give_up(self, parcel: bytes) -> None:
        """A person has taken note that a parcel is too late: forget it. Any other stays."""
        with self.state.transaction():
            late = self.state.db.execute(
                "SELECT 1 FROM sync_parcel WHERE id = ? AND late", (parcel,)
            ).fetchone()
            if late is not None:
                self.state.db.execute("DELETE FROM sync_cell WHERE parcel = ?", (parcel,))
                self.state.db.execute("DELETE FROM sync_parcel WHERE id = ?", (parcel,))

    # --- packing --------------------------------------------------------------------------------------

    def unsent(self) -> list[Deposit]:
        """Deposits that were stored and never acknowledged, oldest first."""
        rows = self.state.db.execute(
            "SELECT id, stream, token, body FROM sync_deposit ORDER BY made_at, id"
        ).fetchall()
        return [Deposit(bytes(row[0]), str(row[1]), bytes(row[2]), bytes(row[3])) for row in rows]

    def pack(
        self,
        day_keys: dict[DeskId, DayKey],
        slot_keys: dict[DeskId, SlotKeys],
        *,
        last: bool,
        issued: int = 0,
    ) -> Deposit:
        """Eight cells, real ones first, stored durably with a token. One transaction.

        The last deposit of a session carries heartbeats. `issued`: the day of the directory that is held; 0
        says that every day may still be needed. Without day keys (before the welcome has come) all eight are
        sealed to keys that are thrown away.
        """
        with self.state.transaction():
            deposit_id = random_bytes(DEPOSIT_ID_BYTES)
            heard = self._turn(set(day_keys)) if last and self.member.role is Role.INTAKE else []
            sealed = self._real_cells(deposit_id, day_keys, slot_keys, CELLS_PER_DEPOSIT - len(heard))
            for desk in heard:
                sealed.append(self._heartbeat(day_keys[desk], slot_keys.get(desk), issued=issued))
            while len(sealed) < CELLS_PER_DEPOSIT:
                sealed.append(self._dummy(day_keys))
            return self.store(deposit_id, COMPLAINTS, b"".join(sealed))

    def _turn(self, desks: set[DeskId]) -> list[DeskId]:
        """To which desks this session's heartbeats go: the own one, and the others in turn."""
        own = [self.member.desk] if self.member.desk in desks else []
        others, last = sorted(desks - set(own)), self.state.place(_TURN) or b""
        turned = [desk for desk in others if desk > last] + [desk for desk in others if desk <= last]
        chosen = turned[: HEARTBEATS - len(own)]
        if chosen:
            self.state.set_place(_TURN, chosen[-1])
        return own + chosen

    def store(self, deposit_id: bytes, stream: str, body: bytes) -> Deposit:
        """Keep a deposit with a token of its own. Inside a transaction."""
        source = OWN if self.member.directory_key is not None else FIRST
        token = take_token(self.state, self.member.tokens, source=source)
        self.state.db.execute(
            "INSERT INTO sync_deposit (id, stream, token, made_at, body) VALUES (?, ?, ?, ?, ?)",
            (deposit_id, stream, token, self.state.now(), body),
        )
        return Deposit(deposit_id, stream, token, body)

    def _real_cells(
        self,
        deposit_id: bytes,
        day_keys: dict[DeskId, DayKey],
        slot_keys: dict[DeskId, SlotKeys],
        room: int,
    ) -> list[bytes]:
        now = self.state.now()
        desks = ", ".join("?" * len(day_keys))
        # What left "in the future" left while the clock was ahead: nobody knows when, so it goes again.
        rows = self.state.db.execute(
            "SELECT c.desk, c.counter, c.kind, c.body FROM sync_cell c"  # noqa: S608  (question marks only)
            " LEFT JOIN sync_parcel p ON p.id = c.parcel"
            " WHERE (c.state = ? OR (c.state = ? AND (c.left_at < ? OR c.left_at > ?)))"
            f" AND c.desk IN ({desks}) AND NOT coalesce(p.late, 0)"
            " ORDER BY c.state, c.kind <> ?, c.counter LIMIT ?",
            (
                CellState.WAITING, CellState.LEFT, now - RESEND_AFTER_S, now, *day_keys,
                int(CellKind.ANNOUNCE), room,
            ),
        ).fetchall()  # fmt: skip
        sealed = []
        for desk, counter, kind, body in rows:
            desk_id = DeskId(bytes(desk))
            cell = Cell(CellKind(kind), self.me.id, INCARNATION, int(counter), bytes(body))
            sealed.append(self._seal(cell, day_keys[desk_id], slot_keys.get(desk_id)))
            self.state.db.execute(
                "UPDATE sync_cell SET state = ?, deposit = ? WHERE desk = ? AND counter = ?",
                (CellState.PLACED, deposit_id, desk, counter),
            )
        return sealed

    def _seal(self, cell: Cell, to: DayKey, slots: SlotKeys | None) -> bytes:
        # A heartbeat's key is the next counter's: that of its own may be forgotten already (6.3).
        at = cell.counter + (cell.kind is CellKind.HEARTBEAT)
        keys = {} if slots is None else slots.at(at)
        return seal_cell(cell, to=to, org=self.member.org, slot_keys=keys)

    def _heartbeat(self, to: DayKey, slot_keys: SlotKeys | None, *, issued: int) -> bytes:
        """A cell that says how far this device has deposited, so that a missing last parcel is noticed too,
        and from which day on it may still need the desk's keys.

        What still waits for its turn is not in the counter: a desk must not call it missing.
        """
        counter = self.first_to_leave(to.desk) - 1
        body = heartbeat_body(self.first_needed(to.desk, issued=issued))
        return self._seal(Cell(CellKind.HEARTBEAT, self.me.id, INCARNATION, counter, body), to, slot_keys)

    def _dummy(self, day_keys: dict[DeskId, DayKey]) -> bytes:
        if not day_keys:
            nowhere = DayKey(self.member.desk, 0, 0, OpeningKey.generate().sealing_key)
            return dummy_cell(to=nowhere, org=OrganisationId(random_bytes(32)))
        desks = sorted(day_keys)
        return dummy_cell(to=day_keys[desks[random_below(len(desks))]], org=self.member.org)

    # --- what became of it ----------------------------------------------------------------------------

    def left(self, deposit: Deposit) -> list[tuple[str, ParcelKind]]:
        """The relay acknowledged a deposit. Gives what has now wholly left this device."""
        with self.state.transaction():
            parcels = self._parcels_in(deposit)
            self.drop(deposit)
            self.state.db.execute(
                "UPDATE sync_cell SET state = ?, left_at = ?, deposit = NULL WHERE deposit = ?",
                (CellState.LEFT, self.state.now(), deposit.id),
            )
            if self.member.role is Role.HANDLER:  # nobody confirms what handlers tell each other
                self.state.db.execute(
                    "DELETE FROM sync_cell WHERE state = ? AND parcel IS NULL", (CellState.LEFT,)
                )
            self.state.set_place("last-sent", self.state.now())
            return [
                (item.code, item.kind) for item in self.items() if item.parcel in parcels and item.has_left
            ]

    def drop(self, deposit: Deposit) -> None:
        """Forget a stored deposit: it was acknowledged, or the relay refused it."""
        self.state.db.execute("DELETE FROM sync_deposit WHERE id = ?", (deposit.id,))

    def _parcels_in(self, deposit: Deposit) -> set[bytes]:
        rows = self.state.db.execute(
            "SELECT DISTINCT parcel FROM sync_cell WHERE deposit = ? AND parcel IS NOT NULL", (deposit.id,)
        ).fetchall()
        return {bytes(row[0]) for row in rows}

    def withdraw(self, deposit: Deposit) -> None:
        """The relay refused this deposit: its cells wait again and are sealed afresh under another token."""
        with self.state.transaction():
            self.drop(deposit)
            self.state.db.execute(
                "UPDATE sync_cell SET state = ?, deposit = NULL WHERE deposit = ?",
                (CellState.WAITING, deposit.id),
            )

    def confirm(self, desk: DeskId, counters: list[int]) -> list[tuple[str, ParcelKind]]:
        """The desk has these counters. Gives the code and kind of each parcel that is wholly there, and
        forgets it.
        """
        named = set(counters)
        rows = self.state.db.execute(
            "SELECT counter, parcel FROM sync_cell WHERE desk = ? AND state >= ?", (desk, CellState.PLACED)
        ).fetchall()
        finished = []
        for counter, parcel in rows:
            if counter not in named:
                continue
            if parcel is None:
                self.state.db.execute("DELETE FROM sync_cell WHERE desk = ? AND counter = ?", (desk, counter))
                continue
            self.state.db.execute(
                "UPDATE sync_cell SET state = ? WHERE desk = ? AND counter = ?",
                (CellState.CONFIRMED, desk, counter),
            )
            finished += self._forget_if_whole(bytes(parcel))
        move_on(self.state, desk, to=self.oldest_outstanding(desk))
        return finished

    def oldest_outstanding(self, desk: DeskId) -> int:
        """The lowest counter that may still be sealed, also again; or the next one.

        What is too late counts until it is given up: a later directory may say that it can be read after all.
        """
        row = self.state.db.execute(
            "SELECT min(counter) FROM sync_cell WHERE desk = ? AND state <> ?",
            (desk, CellState.CONFIRMED),
        ).fetchone()
        return int(row[0]) if row[0] is not None else self.highest_counter(desk) + 1

    def _forget_if_whole(self, parcel: bytes) -> list[tuple[str, ParcelKind]]:
        row = self.state.db.execute(
            "SELECT count(*) FROM sync_cell WHERE parcel = ? AND state <> ?", (parcel, CellState.CONFIRMED)
        ).fetchone()
        if row[0]:
            return []
        known = self.state.db.execute("SELECT code, kind FROM sync_parcel WHERE id = ?", (parcel,)).fetchone()
        # No hash and no body of what was sent stays on the device once it is confirmed.
        self.state.db.execute("DELETE FROM sync_cell WHERE parcel = ?", (parcel,))
        self.state.db.execute("DELETE FROM sync_parcel WHERE id = ?", (parcel,))
        return [(str(known[0]), ParcelKind(known[1]))] if known else []

    # --- looking at it --------------------------------------------------------------------------------

    def items(self) -> list[OutgoingItem]:
        """What has not been confirmed, oldest first."""
        rows = self.state.db.execute(
            "SELECT p.id, p.code, p.kind, p.made_at, min(c.state), p.late"
            " FROM sync_parcel p JOIN sync_cell c ON c.parcel = p.id"
            " GROUP BY p.id ORDER BY p.made_at, p.id"
        ).fetchall()
        return [
            OutgoingItem(
                bytes(row[0]), str(row[1]), ParcelKind(row[2]), int(row[3]), CellState(row[4]), bool(row[5])
            )
            for row in rows
        ]

    def waiting(self) -> int:
        """Complaints, additions and answers that are not yet wholly deposited and will be."""
        return sum(not item.has_left and not item.too_late for item in self.items())

    def last_sent(self) -> int | None:
        value = self.state.place("last-sent")
        return int(value) if value is not None else None
