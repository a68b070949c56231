"""The index of a stream's closed pages, as a relay sends it and as a device believes it.

Read strictly: only the very bytes that deterministic CBOR gives for these values, and numbers that can be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cbor2

from sync import wire
from sync.errors import RelayRubbishError

NUMBER_MAX: Final = 2**31
TIME_MAX: Final = 2**40


@dataclass(frozen=True, slots=True)
class PageEntry:
    """One closed page as the index lists it."""

    number: int
    cells: int
    digest: bytes
    closed_at: int  # unix seconds, rounded down to the page period


@dataclass(frozen=True, slots=True)
class Index:
    """One chunk of a stream's index. A full chunk never changes, so it does not say the last two."""

    first: int  # number of the chunk's first page
    entries: tuple[PageEntry, ...]
    etag: str
    lowest: int = 0  # lowest page number that is still kept
    highest_chunk: int = 0


def parse_index(body: bytes, *, etag: str, chunk: int | None) -> Index:
    """Read the chunk that was asked for (None: the newest). Anything odd in it is `RelayRubbishError`."""
    try:
        content = cbor2.loads(body)
        if cbor2.dumps(content, canonical=True) != body:
            raise RelayRubbishError
    except (cbor2.CBORError, ValueError, TypeError, RecursionError, OverflowError) as error:
        raise RelayRubbishError from error
    if not isinstance(content, dict) or not {wire.INDEX_FIRST, wire.INDEX_PAGES} <= content.keys():
        raise RelayRubbishError
    if not content.keys() <= {
        wire.INDEX_FIRST,
        wire.INDEX_PAGES,
        wire.INDEX_LOWEST,
        wire.INDEX_HIGHEST_CHUNK,
    }:
        raise RelayRubbishError
    first, rows = _number(content[wire.INDEX_FIRST]), content[wire.INDEX_PAGES]
    if (first - 1) % wire.PAGES_PER_CHUNK or not isinstance(rows, list) or len(rows) > wire.PAGES_PER_CHUNK:
        raise RelayRubbishError
    if chunk is not None and first != chunk * wire.PAGES_PER_CHUNK + 1:
        raise RelayRubbishError
    entries = tuple(_parse_entry(first + place, row) for place, row in enumerate(rows))
    if chunk is None and len(content) != 4:
        raise RelayRubbishError
    return Index(
        first=first,
        entries=entries,
        etag=etag,
        lowest=_number(content.get(wire.INDEX_LOWEST, 0)),
        highest_chunk=_number(content.get(wire.INDEX_HIGHEST_CHUNK, 0)),
    )


def _parse_entry(number: int, row: object) -> PageEntry:
    if not isinstance(row, list) or len(row) != 3:
        raise RelayRubbishError
    cells, digest, closed_at = _number(row[0]), row[1], row[2]
    if not 0 < cells <= wire.CELLS_PER_PAGE or not isinstance(digest, bytes):
        raise RelayRubbishError
    if len(digest) != wire.DIGEST_BYTES or type(closed_at) is not int or not 0 <= closed_at < TIME_MAX:
        raise RelayRubbishError
    return PageEntry(number=number, cells=cells, digest=digest, closed_at=closed_at)


def _number(value: object) -> int:
    if type(value) is not int or not 0 <= value < NUMBER_MAX:
        raise RelayRubbishError
    return value
