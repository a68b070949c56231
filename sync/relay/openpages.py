"""Which page of each stream is open, and what goes into it in the transaction that is being made.

What a transaction brings is stored once its record is synced in the page's log (`write`); that SQLite is told
as well comes behind that, and after a crash `recovery` tells it what it has forgotten.

To *seal* a page is only to go on to the next number. A sealed page is written in its final order and
*closed*: listed in the index. After a crash, pages that were not closed are found again in the table
`open_page`, which says how much of each page's log counts.
"""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass, field

from sync import wire
from sync.relay.cellfiles import CellFiles
from sync.relay.records import Key, Lane, SpentToken
from sync.relay.recovery import recover
from sync.relay.store import Cell


@dataclass
class OpenPage:
    """The page of one lane into which cells go now."""

    number: int
    log_bytes: int = 0  # committed
    cells: int = 0  # committed
    coming: list[Cell] = field(default_factory=list)  # of this transaction
    spending: list[SpentToken] = field(default_factory=list)  # for what is coming
    end: int = 0  # of the log, once what is coming is written

    def room(self) -> int:
        return wire.CELLS_PER_PAGE - self.cells - len(self.coming)

    def is_full(self) -> bool:
        return self.room() < wire.CELLS_PER_DEPOSIT

    def settle(self) -> None:
        """What was coming is there."""
        self.log_bytes, self.cells = max(self.end, self.log_bytes), self.cells + len(self.coming)
        self.forget()

    def forget(self) -> None:
        """Nothing is coming any more."""
        self.coming, self.spending, self.end = [], [], 0


class OpenPages:
    """Open pages by lane. The writer's thread owns it."""

    def __init__(self, connection: sqlite3.Connection, files: CellFiles) -> None:
        self._connection = connection
        self._files = files
        self._lanes: dict[Lane, OpenPage] = {}
        self._filled: list[tuple[Lane, OpenPage]] = []  # in this transaction
        self._writing: list[tuple[Key, int]] = []  # records of a transaction that may not hold
        recover(connection, files)
        files.delete_other_logs({key for key, _ in self._unclosed()})

    def add(self, lane: Lane, cells: list[Cell], spent: SpentToken) -> bool:
        """Put the cells of one deposit into the open page. True if that page is full now."""
        page = self._lane(lane)
        if page.room() < len(cells):
            self._filled.append((lane, page))
            page = self._lanes[lane] = OpenPage(number=page.number + 1)
        page.coming += cells
        page.spending.append(spent)
        return page.is_full()

    def write(self) -> None:
        """Write and sync what this transaction brought, before it is committed.

        The cells of all its deposits go in the order of their hashes, and so do their tokens, so that even
        the log of an open page does not tell which of those that came at the same time belong together.
        """
        self._void()
        for lane, page in (*self._filled, *self._lanes.items()):
            if page.coming:
                page.coming.sort(key=_hash)
                page.spending.sort()
                key = (*lane, page.number)
                self._writing.append((key, page.log_bytes))
                page.end = self._files.append(key, page.coming, page.spending, at=page.log_bytes)
                self._connection.execute(
                    "REPLACE INTO open_page (pool, stream, number, log_bytes) VALUES (?, ?, ?, ?)",
                    (*key, page.end),
                )

    def committed(self) -> None:
        """The transaction holds: go on behind it."""
        self._writing = []
        for lane, page in self._filled:
            self._files.let_go((*lane, page.number))
        self._filled = []
        for lane, page in self._lanes.items():
            page.settle()
            if page.is_full():
                self.seal(lane)

    def rolled_back(self) -> None:
        """The transaction does not hold. Its records must not be found after a crash: the same deposits may
        be in another page by then.
        """
        for lane, page in reversed(self._filled):
            self._lanes[lane].forget()
            page.forget()
            self._lanes[lane] = page
        self._filled = []
        for page in self._lanes.values():
            page.forget()
        with contextlib.suppress(OSError):  # then nothing is written before it has been done
            self._void()

    def _void(self) -> None:
        while self._writing:
            key, at = self._writing[-1]
            self._files.void(key, at=at)
            self._writing.pop()

    def seal(self, lane: Lane) -> None:
        """Go on to the next number if anything is in the present page. Not while a deposit is coming."""
        page = self._lane(lane)
        if page.log_bytes and not page.coming:
            self._files.let_go((*lane, page.number))
            self._lanes[lane] = OpenPage(number=page.number + 1)

    def sealed(self, stream: int) -> list[tuple[Key, int]]:
        """Pages of one stream that are sealed and not closed, in order, with the bytes of their logs.

        A page that this very transaction has filled is left for the next time: part of it is not written yet.
        """
        filling = {(*lane, page.number) for lane, page in self._filled}
        return [
            (key, log_bytes)
            for key, log_bytes in self._unclosed()
            if key[1] == stream and key[2] < self._lane(key[:2]).number and key not in filling
        ]

    def lanes(self, stream: int) -> list[Lane]:
        """Lanes of one stream in which a page is open or sealed."""
        return sorted({key[:2] for key, _ in self._unclosed() if key[1] == stream})

    def _unclosed(self) -> list[tuple[Key, int]]:
        rows = self._connection.execute(
            "SELECT pool, stream, number, log_bytes FROM open_page ORDER BY pool, stream, number"
        )
        return [((pool, stream, number), log_bytes) for pool, stream, number, log_bytes in rows.fetchall()]

    def _lane(self, lane: Lane) -> OpenPage:
        page = self._lanes.get(lane)
        if page is None:
            page = self._lanes[lane] = self._load(lane)
        return page

    def _load(self, lane: Lane) -> OpenPage:
        row = self._connection.execute(
            "SELECT number, log_bytes FROM open_page WHERE pool = ? AND stream = ?"
            " ORDER BY number DESC LIMIT 1",
            lane,
        ).fetchone()
        if row is not None:
            number, log_bytes = row
            records = self._files.records((*lane, number), end=log_bytes)
            cells = sum(len(record.cells) for record in records)
            return OpenPage(number=number, log_bytes=log_bytes, cells=cells)
        (last,) = self._connection.execute(
            "SELECT max(number) FROM page WHERE pool = ? AND stream = ?", lane
        ).fetchone()
        return OpenPage(number=(last or 0) + 1)


def _hash(cell: Cell) -> bytes:
    return cell[0]
