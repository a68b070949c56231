"""Which page of each stream is open, and what goes into it in the transaction that is being made.

To *seal* a page is only to go on to the next number. A sealed page is written in its final order and
*closed*: listed in the index. After a crash, pages that were not closed are found again in the table
`open_page`, which says how much of each page's log counts.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from sync import wire
from sync.relay.cellfiles import CellFiles, Key, Lane
from sync.relay.store import Cell


@dataclass
class OpenPage:
    """The page of one lane into which cells go now."""

    number: int
    log_bytes: int  # committed
    coming: list[Cell] = field(default_factory=list)  # of this transaction


class OpenPages:
    """Open pages by lane. The writer's thread owns it."""

    def __init__(self, connection: sqlite3.Connection, files: CellFiles) -> None:
        self._connection = connection
        self._files = files
        self._lanes: dict[Lane, OpenPage] = {}
        self._filled: list[tuple[Lane, OpenPage]] = []  # in this transaction
        files.delete_other_logs({key for key, _ in self._unclosed()})

    def add(self, lane: Lane, cells: list[Cell]) -> bool:
        """Put the cells of one deposit into the open page. True if that page is full now."""
        page = self._lane(lane)
        if self._room(lane, page) < len(cells):
            self._filled.append((lane, page))
            page = self._lanes[lane] = OpenPage(number=page.number + 1, log_bytes=0)
        page.coming += cells
        return self._room(lane, page) < wire.CELLS_PER_DEPOSIT

    def write(self) -> None:
        """Write and sync what this transaction brought, before it is committed.

        The cells of all its deposits go in the order of their hashes, so that even the log of an open page
        does not tell which of those that came at the same time belong together.
        """
        for lane, page in (*self._filled, *self._lanes.items()):
            if page.coming:
                page.coming.sort(key=_hash)
                end = self._files.append((*lane, page.number), page.coming, at=page.log_bytes)
                self._connection.execute(
                    "REPLACE INTO open_page (pool, stream, number, log_bytes) VALUES (?, ?, ?, ?)",
                    (*lane, page.number, end),
                )

    def committed(self) -> None:
        """The transaction holds: go on behind it."""
        for lane, page in self._filled:
            self._files.let_go((*lane, page.number))
        self._filled = []
        for lane, page in self._lanes.items():
            page.log_bytes += len(page.coming) * _unit(lane)
            page.coming = []
            if self._room(lane, page) < wire.CELLS_PER_DEPOSIT:
                self.seal(lane)

    def rolled_back(self) -> None:
        """The transaction does not hold; what it wrote to the logs will be overwritten."""
        for lane, page in reversed(self._filled):
            self._lanes[lane] = page
        self._filled = []
        for page in self._lanes.values():
            page.coming = []

    def seal(self, lane: Lane) -> None:
        """Go on to the next number if anything is in the present page. Not while a deposit is coming."""
        page = self._lane(lane)
        if page.log_bytes and not page.coming:
            self._files.let_go((*lane, page.number))
            self._lanes[lane] = OpenPage(number=page.number + 1, log_bytes=0)

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
            return OpenPage(number=row[0], log_bytes=row[1])
        (last,) = self._connection.execute(
            "SELECT max(number) FROM page WHERE pool = ? AND stream = ?", lane
        ).fetchone()
        return OpenPage(number=(last or 0) + 1, log_bytes=0)

    def _room(self, lane: Lane, page: OpenPage) -> int:
        return wire.CELLS_PER_PAGE - page.log_bytes // _unit(lane) - len(page.coming)


def _unit(lane: Lane) -> int:
    """What one cell takes in a log: its hash and itself."""
    return wire.DIGEST_BYTES + wire.CELL_BYTES_OF[wire.STREAMS[lane[1]]]


def _hash(cell: Cell) -> bytes:
    return cell[0]
