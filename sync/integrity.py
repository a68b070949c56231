"""What came and what did not: counters per device, desk and incarnation (protocol.md section 9).

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
MAX_GAP: Final = 4_096
"""More missing counters than this at once are summed up by their ends; a device never has so many on the
way.
"""


class Seen(enum.Enum):
    """What a counted cell turned out to be."""

    NEW = "new"
    REPEAT = "repeat"
    FORK = "fork"


@dataclass(frozen=True)
class Missing:
    """Counters `first` to `last` of a device at a desk have not come. `since`: unix seconds when that was
    noticed.
    """

    device: DeviceId
    desk: DeskId
    first: int
    last: int
    since: int
    expired: bool


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
        state.db.execute(
            "INSERT OR IGNORE INTO sync_fork (device, desk, incarnation, counter, at) VALUES (?, ?, ?, ?, ?)",
            (*line.key, counter, state.now()),
        )
        return Seen.FORK
    state.db.execute(
        "INSERT INTO sync_received (device, desk, incarnation, counter, body, at) VALUES (?, ?, ?, ?, ?, ?)",
        (*line.key, counter, digest, state.now()),
    )
    state.db.execute(
        "DELETE FROM sync_gap WHERE device = ? AND desk = ? AND incarnation = ? AND counter = ?",
        (*line.key, counter),
    )
    note_highest(state, line, counter if leads else 0)
    return Seen.NEW


def note_unread(state: State, line: Line, counter: int) -> None:
    """It came and could not be read: it is not confirmed, and missing until it comes again and can be."""
    state.db.execute(
        "DELETE FROM sync_received WHERE device = ? AND desk = ? AND incarnation = ? AND counter = ?",
        (*line.key, counter),
    )
    state.db.execute(
        "INSERT OR IGNORE INTO sync_gap (device, desk, incarnation, counter, since) VALUES (?, ?, ?, ?, ?)",
        (*line.key, counter, state.now()),
    )


def begin_line(state: State, line: Line, first: int) -> None:
    """The device vouches for its cells to this handler from this counter on: earlier ones are not missing
    here.
    """
    state.db.execute(
        "INSERT OR IGNORE INTO sync_heard (device, desk, incarnation, highest, at) VALUES (?, ?, ?, ?, ?)",
        (*line.key, first - 1, state.now()),
    )


def note_highest(state: State, line: Line, counter: int) -> None:
    """The device has deposited everything up to this counter: what has not come is a gap from now on."""
    row = state.db.execute(
        "SELECT highest FROM sync_heard WHERE device = ? AND desk = ? AND incarnation = ?", line.key
    ).fetchone()
    known = int(row[0]) if row else 0
    state.db.execute(
        "INSERT OR REPLACE INTO sync_heard (device, desk, incarnation, highest, at) VALUES (?, ?, ?, ?, ?)",
        (*line.key, max(known, counter), state.now()),
    )
    if counter <= known:
        return
    first = max(known + 1, counter - MAX_GAP)
    came = {
        int(row[0])
        for row in state.db.execute(
            "SELECT counter FROM sync_received"
            " WHERE device = ? AND desk = ? AND incarnation = ? AND counter >= ?",
            (*line.key, first),
        ).fetchall()
    }
    state.db.executemany(
        "INSERT OR IGNORE INTO sync_gap (device, desk, incarnation, counter, since) VALUES (?, ?, ?, ?, ?)",
        [(*line.key, gap, state.now()) for gap in range(first, counter + 1) if gap not in came],
    )


def missing(state: State) -> list[Missing]:
    """Every run of counters that has not come, by device and desk."""
    rows = state.db.execute(
        "SELECT device, desk, incarnation, counter, since FROM sync_gap"
        " ORDER BY device, desk, incarnation, counter"
    ).fetchall()
    runs: list[Missing] = []
    before: tuple[bytes, bytes, int, bool] | None = None
    for device, desk, incarnation, counter, since in rows:
        expired = state.now() - int(since) > EXPIRES_AFTER_S
        here = (bytes(device), bytes(desk), int(incarnation), expired)
        if runs and here == before and runs[-1].last == counter - 1:
            last = runs.pop()
            runs.append(Missing(last.device, last.desk, last.first, counter, min(last.since, since), expired))
        else:
            runs.append(Missing(DeviceId(here[0]), DeskId(here[1]), counter, counter, since, expired))
        before = here
    return runs


def forks(state: State) -> list[tuple[DeviceId, int]]:
    """Devices that sent two different things under one number, with the number."""
    rows = state.db.execute("SELECT device, counter FROM sync_fork ORDER BY device, counter").fetchall()
    return [(DeviceId(bytes(row[0])), int(row[1])) for row in rows]


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
