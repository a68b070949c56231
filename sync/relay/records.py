"""One record in the log of an open page: what one commit brought, behind a header that vouches for it.

    32  HMAC-SHA256 over the rest of the header, with the folder's log key
    25  pool (4), stream (1), page (8), place of this record in the log (8), deposits (2), cells (2)
    52  for each deposit, in this order: token hash (16), id hash (16), receipt (16), week (4); sorted
    32  for each cell, in the order of these: its SHA-256
     …  zeros up to a multiple of 4,096 bytes, then the cells

A record that was synced is stored, whether or not SQLite has noted it: `recovery` notes it after a crash. The
HMAC is why nothing else can be taken for a record: logs are used again, and a cell's bytes, which strangers
choose, may look like a header but cannot have its first 32 bytes. Cells begin at multiples of 4,096 bytes, as
writing past the system's cache wants it (`disk.write_new`).
"""

from __future__ import annotations

import hmac
import mmap
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple

from sync import wire
from sync.relay.store import Cell

Lane = tuple[int, int]  # pool number, index of the stream
Key = tuple[int, int, int]  # pool number, index of the stream, page number

BLOCK: Final = 4_096
HEAD: Final = struct.Struct("!IBQQHH")
SPENT: Final = struct.Struct("!16s16s16sI")

Log = bytes | mmap.mmap


class SpentToken(NamedTuple):
    """A token that was spent, without its pool."""

    token_hash: bytes
    id_hash: bytes
    receipt: bytes
    week: int


@dataclass(frozen=True, slots=True)
class Record:
    """What a header says; the cells themselves stay in the log."""

    spent: list[SpentToken]
    cells: list[tuple[bytes, int]]  # SHA-256, and where in the log the cell begins
    end: int  # where the next record begins


def make_header(
    log_key: bytes, page: Key, *, at: int, spent: Sequence[SpentToken], cells: Sequence[Cell]
) -> bytes:
    """The header of a record at this place; the cells come behind it in the order in which they are given."""
    rest = b"".join(
        (
            HEAD.pack(*page, at, len(spent), len(cells)),
            *(SPENT.pack(*token) for token in spent),
            *(name for name, _ in cells),
        )
    )
    header = hmac.digest(log_key, rest, "sha256") + rest
    return header + bytes(-len(header) % BLOCK)


def read_records(log_key: bytes, page: Key, log: Log, *, at: int, end: int) -> Iterator[Record]:
    """The records between two places, up to the first that is none or not all there."""
    while at < end:
        record = _read_record(log_key, page, log, at)
        if record is None or record.end > end:
            return
        yield record
        at = record.end


def is_whole(record: Record, page: Key, log: Log) -> bool:
    """Whether each cell is the one that the header names: after a power cut some may be missing."""
    size = cell_bytes(page)
    with memoryview(log) as view:
        return all(sha256(view[start : start + size]).digest() == name for name, start in record.cells)


def cell_bytes(page: Key) -> int:
    """How large the cells of a page are."""
    return wire.CELL_BYTES_OF[wire.STREAMS[page[1]]]


def _read_record(log_key: bytes, page: Key, log: Log, at: int) -> Record | None:
    begin = at + wire.DIGEST_BYTES
    if len(log) < begin + HEAD.size:
        return None
    *named, deposits, count = HEAD.unpack_from(log, begin)
    names = begin + HEAD.size + deposits * SPENT.size
    stop = names + count * wire.DIGEST_BYTES
    if named != [*page, at] or not hmac.compare_digest(
        log[at:begin], hmac.digest(log_key, log[begin:stop], "sha256")
    ):
        return None
    size, first = cell_bytes(page), stop + (at - stop) % BLOCK
    return Record(
        spent=[SpentToken._make(one) for one in SPENT.iter_unpack(log[begin + HEAD.size : names])],
        cells=[
            (log[name : name + wire.DIGEST_BYTES], first + place * size)
            for place, name in enumerate(range(names, stop, wire.DIGEST_BYTES))
        ],
        end=first + count * size,
    )
