"""What came and what did not: counters per device, desk and incarnation (protocol.md 9.1 to 9.3).

A gap shows something withheld, a repeat is ignored, another body under the same counter is a fork and is kept
for people to see. Only cells whose sender is shown (`authentic`) are counted, so nobody else can make a gap
or fill one.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from crypto.ids import DeskId, DeviceId
from crypto.primitives import sha256
from sync.state import State
from sync.wire import COMPLAINTS, RETENTION_DAYS_OF

EXPIRES_AFTER_S: Final = RETENTION_DAYS_OF[COMPLAINTS] * 86_400
MAX_BITMAP_BYTES: Final = 2_000
CELLS, OPERATIONS = 0, 1
"""What is counted: the cells of a device, the operations of a handler."""
_KINDS: Final = {CELLS: "cell", OPERATIONS: "operation"}


class Seen(enum.Enum):
    """What a counted cell turned out to be."""

    NEW = "new"
    REPEAT = "repeat"
    FORK = "fork"


@dataclass(frozen=True)
class Missing:
    """Numbers `first` to `last` have not come. `since`: unix seconds when that was noticed.

    `kind`: "cell" (numbers of a device's cells at a desk), "operation" (of a handler's operations) or "page"
    (of pages that the relay lists and does not give; `device` and `desk` are zeros).
    """

    device: DeviceId
    desk: DeskId
    first: int
    last: int
    since: int
    expired: bool
    kind: str = "cell"


@dataclass(frozen=True)
class Fork:
    """Two different things under one number. `kind`: "cell" or "operation"."""

    device: DeviceId
    desk: DeskId
    counter: int
    kind: str = "cell"


@dataclass(frozen=True)
class Line:
    """One device's sequence at one desk."""

    device: DeviceId
    desk: DeskId
    incarnation: int

    @property
    def key(self) -> tuple[bytes, bytes, int]:
        return (self.device, self.desk, self.incarnation)


def note_cell(state: State, line: Line, counter: int, body: bytes, *, leads: bool = True) -> Seen:
    """Write down that this counter has come with this body. Inside a transaction.

    `leads`: it left in the order of the counters, so every lower one must have left before it. Announcements
    do not: they leave before parcels that have waited longer.
    """
    digest = sha256(body)
    row = state.db.execute(
        "SELECT body FROM sync_received WHERE device = ? AND desk = ? AND incarnation = ? AND counter = ?",
        (*line.key, counter),
    ).fetchone()
    if row is not None:
        if bytes(row[0]) == digest:
            return Seen.REPEAT
        note_fork(state, line, counter)
        return Seen.FORK
    state.db.execute(
        "INSERT INTO sync_received (device, desk, incarnation, counter, body, at) VALUES (?, ?, ?, ?, ?, ?)",
        (*line.key, counter, digest, state.now()),
    )
    fill_gap(state, line, counter)
    note_highest(state, line, counter if leads else 0)
    return Seen.NEW


def note_unread(state: State, line: Line, counter: int) -> None:
    """It came and could not be read: it is not confirmed, and missing until it comes again and can be."""
    state.db.execute(
        "DELETE FROM sync_received WHERE device = ? AND desk = ? AND incarnation = ? AND counter = ?",
        (*line.key, counter),
    )
    fill_gap(state, line, counter)
    note_gap(state, line, counter, counter)


def begin_line(state: State, line: Line, first: int) -> None:
    """The device vouches for its cells to this handler from this counter on: earlier ones are not missing
    here.
    """
    state.db.execute(
        "INSERT OR IGNORE INTO sync_heard (device, desk, incarnation, highest, at) VALUES (?, ?, ?, ?, ?)",
        (*line.key, first - 1, state.now()),
    )


def note_highest(state: State, line: Line, counter: int) -> bool:
    """The device has deposited everything up to this counter: what has not come is a gap from now on.

    True if it is higher than anything heard before.
    """
    row = state.db.execute(
        "SELECT highest FROM sync_heard WHERE device = ? AND desk = ? AND incarnation = ?", line.key
    ).fetchone()
    known = int(row[0]) if row else 0
    state.db.execute(
        "INSERT OR REPLACE INTO sync_heard (device, desk, incarnation, highest, at) VALUES (?, ?, ?, ?, ?)",
        (*line.key, max(known, counter), state.now()),
    )
    if counter <= known:
        return False
    came = state.db.execute(
        "SELECT counter FROM sync_received WHERE device = ? AND desk = ? AND incarnation = ?"
        " AND counter > ? AND counter <= ? ORDER BY counter",
        (*line.key, known, counter),
    ).fetchall()
    first = known + 1
    for (one,) in came:
        note_gap(state, line, first, int(one) - 1)
        first = int(one) + 1
    note_gap(state, line, first, counter)
    return True


# --- gaps are kept as runs: what a phone claims costs a desk at most two rows a cell (step 9.3) -------


def note_gap(state: State, line: Line, first: int, last: int, *, kind: int = CELLS) -> None:
    """`first` to `last` have not come. They must not overlap a gap that is known. None if there are none."""
    if first <= last:
        state.db.execute(
            "INSERT OR REPLACE INTO sync_gap_run (kind, device, desk, incarnation, first, last, since)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (kind, *line.key, first, last, state.now()),
        )


def fill_gap(state: State, line: Line, counter: int, *, kind: int = CELLS) -> None:
    """This one has come: it is in no gap any more."""
    row = state.db.execute(
        "SELECT first, last, since FROM sync_gap_run WHERE kind = ? AND device = ? AND desk = ?"
        " AND incarnation = ? AND first <= ? ORDER BY first DESC LIMIT 1",
        (kind, *line.key, counter),
    ).fetchone()
    if row is None or int(row[1]) < counter:
        return
    first, last, since = (int(value) for value in row)
    state.db.execute(
        "DELETE FROM sync_gap_run"
        " WHERE kind = ? AND device = ? AND desk = ? AND incarnation = ? AND first = ?",
        (kind, *line.key, first),
    )
    for start, end in ((first, counter - 1), (counter + 1, last)):
        if start <= end:
            state.db.execute(
                "INSERT INTO sync_gap_run (kind, device, desk, incarnation, first, last, since)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (kind, *line.key, start, end, since),
            )


def note_fork(state: State, line: Line, counter: int, *, kind: int = CELLS) -> None:
    """Two different things came under one number."""
    state.db.execute(
        "INSERT OR IGNORE INTO sync_fork_seen (kind, device, desk, incarnation, counter, at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (kind, *line.key, counter, state.now()),
    )


def missing(state: State) -> list[Missing]:
    """Everything that has not come: runs of counters by device and desk, and pages."""
    rows = state.db.execute(
        "SELECT kind, device, desk, incarnation, first, last, since FROM sync_gap_run"
        " ORDER BY kind, device, desk, incarnation, first"
    ).fetchall()
    runs: list[Missing] = []
    before: tuple[int, bytes, bytes, int, bool] | None = None
    for kind, device, desk, incarnation, first, last, since in rows:
        expired = state.now() - int(since) > EXPIRES_AFTER_S
        here = (int(kind), bytes(device), bytes(desk), int(incarnation), expired)
        if runs and here == before and runs[-1].last == first - 1:
            first, since = runs[-1].first, min(runs.pop().since, since)
        run = Missing(DeviceId(here[1]), DeskId(here[2]), first, last, since, expired, _KINDS[here[0]])
        runs.append(run)
        before = here
    return runs + _missing_pages(state)


def _missing_pages(state: State) -> list[Missing]:
    rows = state.db.execute(
        "SELECT number, since, closed_at FROM sync_page_trouble WHERE passed = 1 ORDER BY stream, number"
    ).fetchall()
    nobody, nowhere = DeviceId(bytes(16)), DeskId(bytes(8))
    return [
        Missing(nobody, nowhere, number, number, since, state.now() - closed_at > EXPIRES_AFTER_S, "page")
        for number, since, closed_at in rows
    ]


def forks(state: State) -> list[Fork]:
    """Devices that sent two different things under one number, with the number."""
    rows = state.db.execute(
        "SELECT device, desk, counter, kind FROM sync_fork_seen ORDER BY kind, device, desk, counter"
    ).fetchall()
    return [Fork(DeviceId(bytes(row[0])), DeskId(bytes(row[1])), int(row[2]), _KINDS[row[3]]) for row in rows]


def last_heard(state: State) -> dict[DeviceId, int]:
    """When each device was last heard, unix seconds."""
    rows = state.db.execute("SELECT device, max(at) FROM sync_heard GROUP BY device").fetchall()
    return {DeviceId(bytes(row[0])): int(row[1]) for row in rows}


def bitmap(state: State, line: Line) -> tuple[int, bytes]:
    """(below, bits): every counter under `below` has come; bit i of the rest, lowest first, says if `below +
    i` has.
    """
    rows = state.db.execute(
        "SELECT counter FROM sync_received"
        " WHERE device = ? AND desk = ? AND incarnation = ? AND counter > 0 ORDER BY counter",
        line.key,
    ).fetchall()
    counters = [int(row[0]) for row in rows]
    below = 1
    for counter in counters:
        if counter != below:
            break
        below += 1
    bits = bytearray()
    for counter in counters[below - 1 :]:
        byte, bit = divmod(counter - below, 8)
        if byte >= MAX_BITMAP_BYTES:
            break
        bits.extend(bytes(byte + 1 - len(bits)))
        bits[byte] |= 1 << bit
    return below, bytes(bits)


def counters_in(below: int, bits: bytes, *, up_to: int) -> list[int]:
    """The counters that a bitmap says have come, none above `up_to`."""
    listed = [
        below + 8 * place + bit for place, byte in enumerate(bits) for bit in range(8) if byte >> bit & 1
    ]
    return [*range(1, min(below, up_to + 1)), *(counter for counter in listed if counter <= up_to)]
