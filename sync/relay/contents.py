"""Everything that a relay keeps, row by row, whatever it is kept in: to count, to check, to compare, to copy.

A digest over all of it says whether two relays hold the same. Nothing here can tell more than the operator
could see anyway: the rows hold hashes and sealed bytes.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import cbor2

from sync import wire

DAY = 86_400


class PoolRow(NamedTuple):
    name: bytes
    number: int
    publish_hash: bytes


class PageRow(NamedTuple):
    pool: int
    stream: int
    number: int
    cells: int
    digest: bytes
    closed_at: int
    kept: bool


class WaitingRow(NamedTuple):
    pool: int
    stream: int
    hash: bytes
    body: bytes


class TokenSetRow(NamedTuple):
    pool: int
    week: int
    hashes: bytes


class SpentRow(NamedTuple):
    pool: int
    token_hash: bytes
    id_hash: bytes
    receipt: bytes
    week: int


class DirectoryRow(NamedTuple):
    pool: int
    part: str
    etag: str
    body: bytes


class Contents(Protocol):
    """One relay's rows; each kind in the order of its key, except cells that wait for their page."""

    def pools(self) -> Iterator[PoolRow]: ...
    def pages(self) -> Iterator[PageRow]: ...
    def body(self, page: PageRow) -> bytes:
        """A kept page's cells. OSError or nothing if it is not there."""

    def waiting(self) -> Iterator[WaitingRow]: ...
    def token_sets(self) -> Iterator[TokenSetRow]: ...
    def spent(self) -> Iterator[SpentRow]: ...
    def directory(self) -> Iterator[DirectoryRow]: ...


def digest(contents: Contents) -> str:
    """SHA-256 over everything, the same for the same things in a folder and in a database."""
    whole = hashlib.sha256()
    waiting = sorted((row.pool, row.stream, row.hash) for row in contents.waiting())
    kinds: tuple[Iterator[tuple[object, ...]], ...] = (
        contents.pools(),
        contents.pages(),
        iter(waiting),
        contents.token_sets(),
        contents.spent(),
        contents.directory(),
    )
    for rows in kinds:
        for row in rows:
            whole.update(cbor2.dumps(list(row), canonical=True))
        whole.update(b"\xff")
    return whole.hexdigest()


@dataclass(frozen=True, slots=True)
class Moved:
    """How far a move into a database is. Not `finished`: stop the relay and do it again."""

    pages: int
    finished: bool
    digest: str = ""


@dataclass
class Checked:
    """What a check went through, and what it found wrong: sentences without any content."""

    pages: int = 0
    cells: int = 0
    problems: list[str] = field(default_factory=list)


def check(contents: Contents) -> Checked:
    """Hash every kept page, every waiting cell and every directory part, and compare with what is noted."""
    found = Checked()
    for (pool, stream), rows in itertools.groupby(contents.pages(), key=lambda row: (row.pool, row.stream)):
        last = None
        for page in rows:
            if last is not None and page.number != last + 1:
                found.problems.append(f"Pool {pool}, {wire.STREAMS[stream]}: page {last + 1} is not listed.")
            last = page.number
            if page.kept:
                found.pages += 1
                found.cells += page.cells
                if not _is_whole(contents, page):
                    found.problems.append(
                        f"Pool {pool}, {wire.STREAMS[stream]}: page {page.number} is damaged."
                    )
    for cell in contents.waiting():
        found.cells += 1
        if hashlib.sha256(cell.body).digest() != cell.hash:
            found.problems.append(
                f"Pool {cell.pool}, {wire.STREAMS[cell.stream]}: a waiting cell is damaged."
            )
    for part in contents.directory():
        if hashlib.sha256(part.body).hexdigest() != part.etag:
            found.problems.append(f"Pool {part.pool}: the {part.part} part of the directory is damaged.")
    return found


def page_hashes(body: bytes, stream: int) -> list[bytes]:
    """SHA-256 of each cell of a page."""
    size, view = wire.CELL_BYTES_OF[wire.STREAMS[stream]], memoryview(body)
    return [hashlib.sha256(view[start : start + size]).digest() for start in range(0, len(body), size)]


def _is_whole(contents: Contents, page: PageRow) -> bool:
    try:
        body = contents.body(page)
    except OSError:
        return False
    hashes = page_hashes(body, page.stream)
    return (
        len(body) == page.cells * wire.CELL_BYTES_OF[wire.STREAMS[page.stream]]
        and hashes == sorted(hashes)
        and wire.page_digest(hashes) == page.digest
    )


def counts(contents: Contents) -> dict[str, object]:
    """How much there is, and nothing else."""
    pages = list(contents.pages())
    by_stream: dict[str, object] = {}
    waiting = [row.stream for row in contents.waiting()]
    for stream, name in enumerate(wire.STREAMS):
        kept = [page for page in pages if page.stream == stream and page.kept]
        cells = sum(page.cells for page in kept)
        by_stream[name] = {
            "pages": len(kept),
            "cells": cells,
            "bytes": cells * wire.CELL_BYTES_OF[name],
            "waiting_cells": waiting.count(stream),
            "oldest_day": min((page.closed_at // DAY for page in kept), default=None),
            "days_kept": wire.RETENTION_DAYS_OF[name],
        }
    return {
        "pools": sum(1 for _ in contents.pools()),
        "spent_tokens": sum(1 for _ in contents.spent()),
        "token_weeks": len({row.week for row in contents.token_sets()}),
        **by_stream,
    }
