"""The index of closed pages, and what falls out of it with age."""

from __future__ import annotations

import sqlite3

from sync import wire
from sync.relay.errors import ExpiredRefusal
from sync.relay.indexing import encode_chunk, pages_of_chunk, pages_of_dead_chunks, refuse_page
from sync.relay.records import Key, Lane
from sync.relay.store import ClosedPage, IndexChunk


def list_page(connection: sqlite3.Connection, key: Key, *, cells: int, digest: bytes, closed_at: int) -> None:
    """Put a page whose file is written into the index."""
    connection.execute(
        "INSERT INTO page (pool, stream, number, cells, digest, closed_at, kept)"
        " VALUES (?, ?, ?, ?, ?, ?, 1)",
        (*key, cells, digest, closed_at),
    )
    connection.execute("DELETE FROM open_page WHERE pool = ? AND stream = ? AND number = ?", key)


def find_page(connection: sqlite3.Connection, lane: Lane, number: int) -> ClosedPage:
    """A closed page that is still kept; refuses one that is not there (yet) or not there any more."""
    row = connection.execute(
        "SELECT cells, digest, kept FROM page WHERE pool = ? AND stream = ? AND number = ?", (*lane, number)
    ).fetchone()
    if row is None:
        lowest, highest = _span(connection, lane)
        raise refuse_page(number, lowest=lowest, highest=highest)
    if not row[2]:
        raise ExpiredRefusal
    return ClosedPage(key=(*lane, number), cells=row[0], digest=row[1])


def encode_index(connection: sqlite3.Connection, lane: Lane, chunk: int | None) -> IndexChunk:
    """The index as it is sent."""
    lowest, highest = _span(connection, lane)
    rows = connection.execute(
        "SELECT cells, digest, closed_at FROM page WHERE pool = ? AND stream = ? AND number BETWEEN ? AND ?"
        " ORDER BY number",
        (*lane, *pages_of_chunk(chunk, highest=highest)),
    )
    return encode_chunk(rows.fetchall(), chunk=chunk, lowest=lowest, highest=highest)


def expire_pages(connection: sqlite3.Connection, *, now: float) -> None:
    """Serve pages past their retention no more; their lines stay in the index for now."""
    for stream, name in enumerate(wire.STREAMS):
        limit = now - wire.RETENTION_DAYS_OF[name] * 86_400
        connection.execute(
            "UPDATE page SET kept = 0 WHERE stream = ? AND kept = 1 AND closed_at < ?", (stream, limit)
        )
    for pool, stream in connection.execute("SELECT DISTINCT pool, stream FROM page").fetchall():
        _delete_dead_chunks(connection, (pool, stream))


def lowest_kept(connection: sqlite3.Connection) -> list[tuple[Lane, int]]:
    """For each lane that ever closed a page, the lowest number whose file is still wanted."""
    lanes = connection.execute("SELECT DISTINCT pool, stream FROM page").fetchall()
    return [((pool, stream), _span(connection, (pool, stream))[0]) for pool, stream in lanes]


def lowest_young(connection: sqlite3.Connection, *, now: float) -> list[tuple[Lane, int]]:
    """For each lane, the lowest number that will still be wanted once `expire_pages` has been here."""
    found: list[tuple[Lane, int]] = []
    for stream, name in enumerate(wire.STREAMS):
        rows = connection.execute(
            "SELECT pool, coalesce(min(CASE WHEN closed_at >= ? THEN number END), max(number) + 1)"
            " FROM page WHERE stream = ? AND kept = 1 GROUP BY pool",
            (now - wire.RETENTION_DAYS_OF[name] * 86_400, stream),
        )
        found += [((pool, stream), lowest) for pool, lowest in rows]
    return found


def _delete_dead_chunks(connection: sqlite3.Connection, lane: Lane) -> None:
    """Delete index lines of chunks in which nothing is kept; the newest stays, it has the last number."""
    lowest, highest = _span(connection, lane)
    connection.execute(
        "DELETE FROM page WHERE pool = ? AND stream = ? AND number <= ?",
        (*lane, pages_of_dead_chunks(lowest=lowest, highest=highest)),
    )


def delete_old_tokens(connection: sqlite3.Connection, *, now: float) -> None:
    """Delete token sets that count no more, and which of their tokens were spent."""
    oldest = wire.week_of(now) - wire.WEEKS_EITHER_SIDE - 1
    connection.execute("DELETE FROM token_set WHERE week < ?", (oldest,))
    connection.execute("DELETE FROM spent WHERE week < ?", (oldest,))


def _span(connection: sqlite3.Connection, lane: Lane) -> tuple[int, int]:
    """The lowest page number that is kept (the next number, if none is) and the highest that was closed (or
    0).
    """
    highest = (
        connection.execute("SELECT max(number) FROM page WHERE pool = ? AND stream = ?", lane).fetchone()[0]
        or 0
    )
    lowest = connection.execute(
        "SELECT min(number) FROM page WHERE pool = ? AND stream = ? AND kept = 1", lane
    ).fetchone()[0]
    return (highest + 1 if lowest is None else lowest, highest)
