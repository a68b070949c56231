"""Closing pages, their index, and deleting what is too old: the parts of the store that work page by page."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from typing import Final

import cbor2

from sync import wire
from sync.relay.errors import ExpiredRefusal, NothingThereRefusal
from sync.relay.openpages import Lane
from sync.relay.store import ClosedPage, IndexChunk

# Cells read at once: 256 KiB of complaints.
CELLS_AT_ONCE: Final = 16


def cells_of(
    connection: sqlite3.Connection, lane: Lane, number: int, *, after: bytes, skip: int
) -> list[tuple[bytes, bytes]]:
    """Some cells of a page as (hash, body), in the order of their hashes."""
    return connection.execute(
        "SELECT hash, body FROM cell WHERE pool = ? AND stream = ? AND page = ? AND hash > ?"
        " ORDER BY hash LIMIT ? OFFSET ?",
        (*lane, number, after, CELLS_AT_ONCE, skip),
    ).fetchall()


def measure(connection: sqlite3.Connection, lane: Lane, number: int) -> tuple[int, bytes]:
    """How many cells a sealed page has, and the SHA-256 of its body."""
    digest, count = hashlib.sha256(), 0
    for body in _bodies(connection, lane, number):
        digest.update(body)
        count += 1
    return count, digest.digest()


def _bodies(connection: sqlite3.Connection, lane: Lane, number: int) -> Iterator[bytes]:
    after = b""
    while cells := cells_of(connection, lane, number, after=after, skip=0):
        yield from (body for _, body in cells)
        after = cells[-1][0]


def list_page(
    connection: sqlite3.Connection, lane: Lane, number: int, *, cells: int, digest: bytes, closed_at: int
) -> None:
    """Put a sealed page into the index."""
    connection.execute(
        "INSERT INTO page (pool, stream, number, cells, digest, closed_at, kept)"
        " VALUES (?, ?, ?, ?, ?, ?, 1)",
        (*lane, number, cells, digest, closed_at),
    )


def find_page(connection: sqlite3.Connection, lane: Lane, number: int) -> ClosedPage:
    """A closed page that is still kept; refuses one that is not there (yet) or not there any more."""
    row = connection.execute(
        "SELECT cells, digest, kept FROM page WHERE pool = ? AND stream = ? AND number = ?", (*lane, number)
    ).fetchone()
    if row is None:
        lowest, highest = _span(connection, lane)
        if 0 < number < lowest and highest:
            raise ExpiredRefusal
        raise NothingThereRefusal
    if not row[2]:
        raise ExpiredRefusal
    return ClosedPage(pool=lane[0], stream=wire.STREAMS[lane[1]], number=number, cells=row[0], digest=row[1])


def encode_index(connection: sqlite3.Connection, lane: Lane, chunk: int | None) -> IndexChunk:
    """The index as it is sent. Only a chunk that is full and was asked for by its number never changes."""
    lowest, highest = _span(connection, lane)
    highest_chunk = max(0, highest - 1) // wire.PAGES_PER_CHUNK
    wanted = highest_chunk if chunk is None else chunk
    if wanted > highest_chunk:
        raise NothingThereRefusal
    first = wanted * wire.PAGES_PER_CHUNK + 1
    last = first + wire.PAGES_PER_CHUNK - 1
    rows = connection.execute(
        "SELECT cells, digest, closed_at FROM page WHERE pool = ? AND stream = ? AND number BETWEEN ? AND ?"
        " ORDER BY number",
        (*lane, first, last),
    ).fetchall()
    if not rows and highest:
        raise ExpiredRefusal
    content: dict[int, object] = {wire.INDEX_FIRST: first, wire.INDEX_PAGES: [list(row) for row in rows]}
    for_ever = chunk is not None and highest >= last
    if not for_ever:
        content[wire.INDEX_LOWEST] = lowest
        content[wire.INDEX_HIGHEST_CHUNK] = highest_chunk
    body = cbor2.dumps(content, canonical=True)
    return IndexChunk(body=body, etag=hashlib.sha256(body).hexdigest(), for_ever=for_ever)


def too_old(connection: sqlite3.Connection, *, now: float) -> list[tuple[Lane, int]]:
    """Pages whose retention has passed, oldest first."""
    found: list[tuple[Lane, int]] = []
    for stream, name in enumerate(wire.STREAMS):
        limit = now - wire.RETENTION_DAYS_OF[name] * 86_400
        rows = connection.execute(
            "SELECT pool, number FROM page WHERE stream = ? AND kept = 1 AND closed_at < ?"
            " ORDER BY pool, number",
            (stream, limit),
        )
        found += [((pool, stream), number) for pool, number in rows.fetchall()]
    return found


def delete_page(connection: sqlite3.Connection, lane: Lane, number: int) -> None:
    """Delete a page's cells (secure_delete writes zeros over them) and keep its line in the index."""
    connection.execute("DELETE FROM cell WHERE pool = ? AND stream = ? AND page = ?", (*lane, number))
    connection.execute(
        "UPDATE page SET kept = 0 WHERE pool = ? AND stream = ? AND number = ?", (*lane, number)
    )


def delete_dead_chunks(connection: sqlite3.Connection, lane: Lane) -> None:
    """Delete index lines of chunks in which nothing is kept; the newest stays, it has the last number."""
    lowest, highest = _span(connection, lane)
    chunks = min(lowest - 1, max(0, highest - 1)) // wire.PAGES_PER_CHUNK
    connection.execute(
        "DELETE FROM page WHERE pool = ? AND stream = ? AND number <= ?",
        (*lane, chunks * wire.PAGES_PER_CHUNK),
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
