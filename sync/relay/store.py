"""What the HTTP side asks of a store. SQLite keeps it today; another database only has to do the same.

Every call may raise one of `sync.relay.errors`; each of them writes either everything or nothing, and returns
only when what it wrote would survive a power cut.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from sync import wire

Cell = tuple[bytes, memoryview]  # SHA-256, body


@dataclass(frozen=True, slots=True)
class Deposit:
    """Some cells under one token. Of the token and the id, only hashes come as far as a store."""

    pool: bytes
    stream: str
    token_hash: bytes
    id_hash: bytes
    receipt: bytes
    weeks: tuple[int, ...]  # weeks whose tokens count at this moment
    cells: list[Cell]


def make_deposit(
    *, pool: bytes, stream: str, deposit_id: bytes, token: bytes, weeks: tuple[int, ...], body: bytes
) -> Deposit:
    """What is stored of a request.

    The receipt tells this deposit from any other one, and tells nothing to anybody who does not have the
    token. The body stands in it through the hashes of its cells, in order: they are needed anyway, and
    hashing 128 KiB again would be a quarter of a deposit's cost.
    """
    size, view = wire.CELL_BYTES_OF[stream], memoryview(body)
    pieces = [view[start : start + size] for start in range(0, len(view), size)]
    cells = [(hashlib.sha256(piece).digest(), piece) for piece in pieces]
    content = stream.encode("ascii") + deposit_id + b"".join(digest for digest, _ in cells)
    return Deposit(
        pool=pool,
        stream=stream,
        token_hash=hash_token(token),
        id_hash=hashlib.sha256(deposit_id).digest()[: wire.TOKEN_HASH_BYTES],
        receipt=hmac.digest(token, content, "sha256")[: wire.TOKEN_HASH_BYTES],
        weeks=weeks,
        cells=cells,
    )


def hash_token(token: bytes) -> bytes:
    """What is kept and compared of a deposit token."""
    return hashlib.sha256(token).digest()[: wire.TOKEN_HASH_BYTES]


@dataclass(frozen=True, slots=True)
class DirectoryPart:
    """One opaque part of a pool's directory; `etag` is the SHA-256 of the body in hexadecimal digits."""

    body: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class IndexChunk:
    """An encoded index; `for_ever` when it can never change again."""

    body: bytes
    etag: str
    for_ever: bool


@dataclass(frozen=True, slots=True)
class ClosedPage:
    """What is known of a closed page without reading it."""

    key: tuple[int, int, int]  # pool number, index of the stream, page number
    cells: int
    digest: bytes
    day: int = 0  # closed at, for a store that keeps pages by the day


class Store(Protocol):
    """Durable storage of one relay."""

    def remembers_token(self, *, pool: bytes, token_hash: bytes, weeks: tuple[int, ...]) -> bool:
        """Whether the token is in an accepted set that is in memory. Enough to begin reading a body: storing
        it checks again. A no is no answer.
        """

    async def knows_token(self, *, pool: bytes, token_hash: bytes, weeks: tuple[int, ...]) -> None:
        """Refuse a token that is neither accepted in these weeks nor already spent. Asked before a body is
        read.
        """

    async def deposit(self, deposit: Deposit) -> bool:
        """Spend the token and store the cells, in one transaction; the same deposit again changes nothing.

        True if the open page is full now and waits to be closed.
        """

    async def may_publish(self, *, pool: bytes, publish_hash: bytes) -> None:
        """Refuse a publishing token that is not the pool's."""

    async def replace_publish_token(self, *, pool: bytes, publish_hash: bytes, fresh: bytes) -> None:
        """Let the token whose hash is `fresh` publish from now on, and the present one no more."""

    async def replace_tokens(self, *, pool: bytes, publish_hash: bytes, week: int, body: bytes) -> None:
        """Replace a week's accepted hashes. What was spent before does not become acceptable again."""

    async def directory(self, *, pool: bytes, part: str) -> DirectoryPart:
        """The part as it was last published."""

    async def replace_directory(
        self, *, pool: bytes, publish_hash: bytes, part: str, body: bytes, replaces: str | None
    ) -> DirectoryPart:
        """Publish a part in place of the one with the etag `replaces` (None: in place of nothing)."""

    async def index(self, *, pool: bytes, stream: str, chunk: int | None) -> IndexChunk:
        """One chunk of a stream's index; None is the newest, with what changes over time."""

    async def page(self, *, pool: bytes, stream: str, number: int) -> ClosedPage:
        """A closed page that is still kept."""

    def page_body(self, page: ClosedPage, *, first: int, last: int) -> AsyncIterator[bytes]:
        """The page's bytes from `first` to `last`, both included, in pieces."""

    async def close_pages(self, *, stream: str, closed_at: int, only_full: bool) -> None:
        """Close what is open and not empty (or only what is full) in every pool, and list it in the index."""

    async def sweep(self, *, now: float) -> None:
        """Delete pages past their retention, and tokens that count no more."""

    async def tidy(self) -> None:
        """Get rid of what was only kept in case that it is needed again soon."""

    def close(self) -> None:
        """Finish what is queued and let go of the files. Blocks."""
