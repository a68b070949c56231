"""Which page of each stream is open, and how many cells it has.

A cell is stored under the number of the page that is open when it arrives. To *seal* a page is only to go on
to the next number; nothing is rewritten. A sealed page gets its digest and is then *closed*: listed in the
index. After a crash, sealed pages are found again because they have cells, lie below the open one and are not
in the index.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from sync import wire

Lane = tuple[int, int]  # pool number, index of the stream


@dataclass
class OpenPage:
    """The page of one lane into which cells go now."""

    number: int
    cells: int


class OpenPages:
    """Open pages by lane. The writer's thread owns it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lanes: dict[Lane, OpenPage] = {}

    def page_for(self, lane: Lane) -> OpenPage:
        """The page into which the next cells go."""
        page = self._lanes.get(lane)
        if page is None:
            page = self._lanes[lane] = self._load(lane)
        return page

    def add(self, lane: Lane, *, cells: int) -> bool:
        """Count cells that were stored. Seals the page, and says so, when another deposit would no longer
        fit.
        """
        page = self.page_for(lane)
        page.cells += cells
        return page.cells > wire.CELLS_PER_PAGE - wire.CELLS_PER_DEPOSIT and self.seal(lane)

    def seal(self, lane: Lane) -> bool:
        """Go on to the next number if there is anything in the present page. True if it did."""
        page = self.page_for(lane)
        if page.cells == 0:
            return False
        page.number += 1
        page.cells = 0
        return True

    def recount(self) -> None:
        """After a rollback: numbers stay (a sealed page must stay sealed), counts come from the file."""
        for lane, page in self._lanes.items():
            page.cells = self._cells(lane, page.number)

    def sealed(self, lane: Lane) -> list[int]:
        """Numbers of the pages that are sealed and not closed, in order."""
        page = self.page_for(lane)
        return [number for number in self._unclosed(lane) if number < page.number]

    def lanes(self, stream: int) -> list[Lane]:
        """Lanes of one stream that may have something to close, those found in the file included."""
        return [
            (pool, stream)
            for (pool,) in self._connection.execute("SELECT number FROM pool").fetchall()
            if (pool, stream) not in self._lanes or self._busy((pool, stream))
        ]

    def _busy(self, lane: Lane) -> bool:
        return self._lanes[lane].cells > 0 or bool(self.sealed(lane))

    def _load(self, lane: Lane) -> OpenPage:
        unclosed = self._unclosed(lane)
        if not unclosed:
            return OpenPage(number=self._last_closed(lane) + 1, cells=0)
        return OpenPage(number=unclosed[-1], cells=self._cells(lane, unclosed[-1]))

    def _unclosed(self, lane: Lane) -> list[int]:
        rows = self._connection.execute(
            "SELECT DISTINCT page FROM cell WHERE pool = ? AND stream = ? AND page > ? ORDER BY page",
            (*lane, self._last_closed(lane)),
        )
        return [int(number) for (number,) in rows.fetchall()]

    def _last_closed(self, lane: Lane) -> int:
        (number,) = self._connection.execute(
            "SELECT max(number) FROM page WHERE pool = ? AND stream = ?", lane
        ).fetchone()
        return int(number or 0)

    def _cells(self, lane: Lane, number: int) -> int:
        (count,) = self._connection.execute(
            "SELECT count(*) FROM cell WHERE pool = ? AND stream = ? AND page = ?", (*lane, number)
        ).fetchone()
        return int(count)
