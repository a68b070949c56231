"""Closing pages inside the database, and the index of what is closed.

A page gets its number under the lock of its lane's line, which ends with the commit that also shows the page:
nobody who has seen page n+1 can find page n later. What the page takes is deleted from the waiting cells in
the same statement.
"""

from __future__ import annotations

from typing import Final, cast

from psycopg import sql

from sync import wire
from sync.relay.errors import ExpiredRefusal
from sync.relay.indexing import encode_chunk, pages_of_chunk, refuse_page
from sync.relay.postgres.schema import LOCK_SCHEMA, Link, lock, number, value
from sync.relay.store import ClosedPage, IndexChunk

DAY: Final = 86_400

CLOSE: Final = sql.SQL("""
WITH taken AS (
    DELETE FROM {waiting} WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM {waiting} WHERE pool = %(pool)s ORDER BY hash LIMIT %(cells)s))
    RETURNING hash, body
), once AS (
    SELECT DISTINCT ON (hash) hash, body FROM taken ORDER BY hash
), built AS MATERIALIZED (
    SELECT count(*)::int AS cells, sha256(string_agg(hash, ''::bytea ORDER BY hash)) AS digest,
           string_agg(body, ''::bytea ORDER BY hash) AS body
    FROM once
), kept AS (
    INSERT INTO {bodies} (pool, number, day, body)
    SELECT %(pool)s, %(number)s, %(day)s, body FROM built WHERE cells > 0
)
INSERT INTO page (pool, stream, number, cells, digest, closed_at)
SELECT %(pool)s, %(stream)s, %(number)s, cells, digest, %(closed_at)s FROM built WHERE cells > 0
RETURNING number
""")


def close_lanes(link: Link, stream: int, *, closed_at: int, only_full: bool) -> None:
    """Close what waits at this moment, in every pool; with `only_full`, only whole pages."""
    counts = link.execute(
        sql.SQL("SELECT pool, count(*) FROM {} GROUP BY pool").format(waiting(stream))
    ).fetchall()
    for pool, cells in sorted(cast(list[tuple[int, int]], counts)):
        spare = 0 if only_full else wire.CELLS_PER_PAGE - 1
        for _ in range((cells + spare) // wire.CELLS_PER_PAGE):
            _close(link, pool, stream, closed_at)


def _close(link: Link, pool: int, stream: int, closed_at: int) -> None:
    day = closed_at // DAY
    make_day(link, stream, day)
    with link.transaction():
        link.execute("INSERT INTO lane (pool, stream) VALUES (%s, %s) ON CONFLICT DO NOTHING", (pool, stream))
        last = number(
            link, "SELECT last_page FROM lane WHERE pool = %s AND stream = %s FOR UPDATE", (pool, stream)
        )
        parameters = {
            "pool": pool,
            "stream": stream,
            "number": last + 1,
            "day": day,
            "closed_at": closed_at,
            "cells": wire.CELLS_PER_PAGE,
        }
        statement = CLOSE.format(waiting=waiting(stream), bodies=bodies(stream))
        if link.execute(statement, parameters).fetchone() is not None:
            link.execute(
                "UPDATE lane SET last_page = last_page + 1, version = version + 1"
                " WHERE pool = %s AND stream = %s",
                (pool, stream),
            )


def find_page(link: Link, pool: int, stream: int, page: int) -> ClosedPage:
    """A closed page that is still kept; refuses one that is not there (yet) or not there any more."""
    row = link.execute(
        "SELECT cells, digest, kept, closed_at FROM page WHERE pool = %s AND stream = %s AND number = %s",
        (pool, stream, page),
    ).fetchone()
    if row is None:
        lowest, highest = span(link, pool, stream)
        raise refuse_page(page, lowest=lowest, highest=highest)
    cells, digest, kept, closed_at = cast(tuple[int, bytes, bool, int], row)
    if not kept:
        raise ExpiredRefusal
    return ClosedPage(key=(pool, stream, page), cells=cells, digest=digest, day=closed_at // DAY)


def read_body(link: Link, page: ClosedPage, *, first: int, size: int) -> bytes:
    """Some bytes of a closed page; fewer at its end, none when it was deleted."""
    pool, stream, page_number = page.key
    query = sql.SQL(
        "SELECT substring(body FROM %s FOR %s) FROM {} WHERE pool = %s AND number = %s AND day = %s"
    ).format(bodies(stream))
    row = link.execute(query, (first + 1, size, pool, page_number, page.day), binary=True).fetchone()
    return b"" if row is None else cast(bytes, row[0])


def version_of(link: Link, pool: int, stream: int) -> int:
    """A number that changes with the lane's index."""
    return number(link, "SELECT version FROM lane WHERE pool = %s AND stream = %s", (pool, stream))


def encode_index(link: Link, pool: int, stream: int, chunk: int | None) -> IndexChunk:
    """The index as it is sent."""
    lowest, highest = span(link, pool, stream)
    rows = link.execute(
        "SELECT cells, digest, closed_at FROM page"
        " WHERE pool = %s AND stream = %s AND number BETWEEN %s AND %s ORDER BY number",
        (pool, stream, *pages_of_chunk(chunk, highest=highest)),
    )
    return encode_chunk(rows.fetchall(), chunk=chunk, lowest=lowest, highest=highest)


def span(link: Link, pool: int, stream: int) -> tuple[int, int]:
    """The lowest page number that is kept (the next number, if none is) and the highest that was closed (or
    0).
    """
    row = link.execute(
        "SELECT max(number), min(number) FILTER (WHERE kept) FROM page WHERE pool = %s AND stream = %s",
        (pool, stream),
    ).fetchone()
    highest, lowest = cast(tuple[int | None, int | None], row)
    return (highest or 0) + 1 if lowest is None else lowest, highest or 0


def waiting(stream: int) -> sql.Identifier:
    """The table of a stream's cells that are in no page yet."""
    return sql.Identifier(f"waiting_{stream}")


def bodies(stream: int) -> sql.Identifier:
    """The table of a stream's pages."""
    return sql.Identifier(f"page_body_{stream}")


def partition(stream: int, day: int) -> sql.Identifier:
    """The part of it that holds one day."""
    return sql.Identifier(f"page_body_{stream}_{day}")


def make_day(link: Link, stream: int, day: int) -> None:
    """The partition for the pages of one day, made where it is missing."""
    name = f"page_body_{stream}_{day}"
    if value(link, "SELECT to_regclass(%s)::text", (name,)) is not None:
        return
    with link.transaction():
        lock(link, LOCK_SCHEMA)
        link.execute(
            sql.SQL("CREATE TABLE IF NOT EXISTS {} PARTITION OF {} FOR VALUES FROM ({}) TO ({})").format(
                partition(stream, day), bodies(stream), sql.Literal(day), sql.Literal(day + 1)
            )
        )
        link.execute(
            sql.SQL("ALTER TABLE {} ALTER COLUMN body SET STORAGE EXTERNAL").format(partition(stream, day))
        )
