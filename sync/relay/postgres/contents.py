"""What lies in a relay's database, row by row, in one moment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, LiteralString, TypeVar, cast

from psycopg import sql

from sync import wire
from sync.relay.contents import DirectoryRow, PageRow, PoolRow, SpentRow, TokenSetRow, WaitingRow
from sync.relay.postgres.pages import DAY, bodies, waiting
from sync.relay.postgres.schema import Link

Row = TypeVar("Row", bound=tuple[Any, ...])
ROWS_AT_ONCE = 500


class Tables:
    """`Contents` of a database, inside the transaction of whoever made it."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._cursors = 0

    def pools(self) -> Iterator[PoolRow]:
        return self._rows("SELECT name, number, publish_hash FROM pool ORDER BY number", PoolRow)

    def pages(self) -> Iterator[PageRow]:
        return self._rows(
            "SELECT pool, stream::int, number, cells, digest, closed_at, kept FROM page"
            " ORDER BY pool, stream, number",
            PageRow,
        )

    def body(self, page: PageRow) -> bytes:
        query = sql.SQL("SELECT body FROM {} WHERE pool = %s AND number = %s AND day = %s")
        row = self._link.execute(
            query.format(bodies(page.stream)), (page.pool, page.number, page.closed_at // DAY), binary=True
        ).fetchone()
        return b"" if row is None else cast(bytes, row[0])

    def waiting(self) -> Iterator[WaitingRow]:
        for stream in range(len(wire.STREAMS)):
            query = sql.SQL("SELECT pool, {}::int, hash, body FROM {} ORDER BY pool, hash")
            yield from self._rows(query.format(sql.Literal(stream), waiting(stream)), WaitingRow)

    def token_sets(self) -> Iterator[TokenSetRow]:
        return self._rows("SELECT pool, week, hashes FROM token_set ORDER BY pool, week", TokenSetRow)

    def spent(self) -> Iterator[SpentRow]:
        return self._rows(
            "SELECT pool, token_hash, id_hash, receipt, week FROM spent ORDER BY pool, token_hash", SpentRow
        )

    def directory(self) -> Iterator[DirectoryRow]:
        return self._rows(
            'SELECT pool, part, etag, body FROM directory ORDER BY pool, part COLLATE "C"', DirectoryRow
        )

    def _rows(self, query: LiteralString | sql.Composed, kind: type[Row]) -> Iterator[Row]:
        self._cursors += 1
        with self._link.cursor(f"rows_{self._cursors}") as cursor:  # the server hands out some at a time
            cursor.itersize = ROWS_AT_ONCE
            cursor.execute(query)
            for row in cursor:
                yield kind(*cast(tuple[Any, ...], row))
