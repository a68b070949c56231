"""The index of closed pages as it is sent, whatever database its lines come from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import cbor2

from sync import wire
from sync.relay.errors import ExpiredRefusal, NothingThereRefusal
from sync.relay.store import IndexChunk

Line = Sequence[object]  # cells, digest, closed at


def pages_of_chunk(chunk: int | None, *, highest: int) -> tuple[int, int]:
    """First and last page number of a chunk (None: the newest); refuses one that is not there yet."""
    newest = _newest(highest)
    wanted = newest if chunk is None else chunk
    if wanted > newest:
        raise NothingThereRefusal
    first = wanted * wire.PAGES_PER_CHUNK + 1
    return first, first + wire.PAGES_PER_CHUNK - 1


def encode_chunk(lines: Iterable[Line], *, chunk: int | None, lowest: int, highest: int) -> IndexChunk:
    """The lines of a chunk, in order. Only a chunk that is full and was asked for by its number never
    changes; only the others say which pages are kept and how many chunks there are.
    """
    first, last = pages_of_chunk(chunk, highest=highest)
    rows = [list(line) for line in lines]
    if not rows and highest:
        raise ExpiredRefusal
    content: dict[int, object] = {wire.INDEX_FIRST: first, wire.INDEX_PAGES: rows}
    for_ever = chunk is not None and highest >= last
    if not for_ever:
        content[wire.INDEX_LOWEST] = lowest
        content[wire.INDEX_HIGHEST_CHUNK] = _newest(highest)
    body = cbor2.dumps(content, canonical=True)
    return IndexChunk(body=body, etag=hashlib.sha256(body).hexdigest(), for_ever=for_ever)


def refuse_page(number: int, *, lowest: int, highest: int) -> NothingThereRefusal | ExpiredRefusal:
    """Why a page is not listed: it was deleted long ago, or there is none yet."""
    return ExpiredRefusal() if 0 < number < lowest and highest else NothingThereRefusal()


def pages_of_dead_chunks(*, lowest: int, highest: int) -> int:
    """Up to which number index lines may go: chunks in which nothing is kept, but not the newest one."""
    return min(lowest - 1, max(0, highest - 1)) // wire.PAGES_PER_CHUNK * wire.PAGES_PER_CHUNK


def _newest(highest: int) -> int:
    return max(0, highest - 1) // wire.PAGES_PER_CHUNK
