"""The store on PostgreSQL: one connection that writes deposits in batches, a few for everything else.

Guarantees what `Store` promises, also while other relays work on the same database. A connection that breaks
is made again by the next request; what was under way hears that the relay is busy.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from typing import Final, TypeVar

import psycopg

from sync import wire
from sync.relay.batches import BATCH_ITEMS, Batches
from sync.relay.errors import BusyRefusal, PoolRefusal, Refusal, TokenRefusal
from sync.relay.places import RelayDatabaseError
from sync.relay.postgres import deposits, housekeeping, pages, publishing
from sync.relay.postgres.schema import Link, connect, open_database
from sync.relay.postgres.tokens import SharedTokenSets
from sync.relay.store import ClosedPage, Deposit, DirectoryPart, IndexChunk
from sync.relay.tokens import distinct_hashes

READERS: Final = 4
PIECE_BYTES: Final = 256 * 1024
CACHED_CHUNKS: Final = 256

T = TypeVar("T")


class Connection:
    """A connection for one thread, made when it is needed and again when it has broken."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._link: Link | None = None

    def use(self, question: Callable[[Link], T], *, again: bool = True) -> T:
        """Ask; every failure of the database is `BusyRefusal`.

        A connection that turns out to be broken (the database was started anew meanwhile) is made once more,
        and the question asked `again`: for what may be repeated even if it was done already.
        """
        try:
            kept = self._link
            if kept is None or kept.closed:
                return question(self._open())
            try:
                return question(kept)
            except psycopg.OperationalError:
                if not again or not _is_closed(kept):
                    raise
                return question(self._open())
        except (psycopg.Error, RelayDatabaseError):
            raise BusyRefusal from None

    def _open(self) -> Link:
        self._link = connect(self._url)
        return self._link

    def close(self) -> None:
        """Close it, if it was ever opened."""
        if self._link is not None:
            self._link.close()


class PostgresStore:
    """A `Store` in one database. Made inside a running event loop, and used from that loop only."""

    def __init__(self, url: str, *, batch_jobs: int = BATCH_ITEMS) -> None:
        self._url = url
        open_database(url).close()
        self._tokens = SharedTokenSets()
        self._numbers: dict[bytes, int] = {}
        self._chunks: dict[tuple[int, int, int | None], tuple[int, IndexChunk]] = {}
        self._waiting: Counter[tuple[bytes, str]] = Counter()  # cells that this process brought
        self._connections: list[Connection] = []
        self._local = threading.local()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="relay-reader")
        self._writing = self._connection()
        self._batches: Batches[Deposit] = Batches(
            self._take, loop=asyncio.get_running_loop(), at_once=batch_jobs
        )

    def remembers_token(self, *, pool: bytes, token_hash: bytes, weeks: tuple[int, ...]) -> bool:
        number = self._numbers.get(pool)
        return number is not None and self._tokens.remembers(token_hash, pool=number, weeks=weeks)

    async def knows_token(self, *, pool: bytes, token_hash: bytes, weeks: tuple[int, ...]) -> None:
        number = await self._number(pool)

        def ask(link: Link) -> None:
            sets = self._tokens.read(link, pools=[number], weeks=weeks)
            if any(token_hash in accepted for accepted in sets.values()):
                return
            with link.transaction():
                link.execute("LOCK TABLE spent IN ACCESS SHARE MODE")  # not while it is written anew
                if deposits.spent_with(link, number, token_hash) is None:
                    raise TokenRefusal

        await self._ask(ask)

    async def deposit(self, deposit: Deposit) -> bool:
        await self._number(deposit.pool)
        if not await self._batches.submit(deposit):
            return False
        lane = deposit.pool, deposit.stream
        self._waiting[lane] += len(deposit.cells)
        return self._waiting[lane] >= wire.CELLS_PER_PAGE

    async def may_publish(self, *, pool: bytes, publish_hash: bytes) -> None:
        await self._ask(lambda link: publishing.publisher(link, pool, publish_hash))

    async def replace_publish_token(self, *, pool: bytes, publish_hash: bytes, fresh: bytes) -> None:
        await self._change(lambda link: publishing.change_token(link, pool, publish_hash, fresh))

    async def replace_tokens(self, *, pool: bytes, publish_hash: bytes, week: int, body: bytes) -> None:
        hashes = await asyncio.to_thread(distinct_hashes, body)
        await self._change(lambda link: publishing.change_tokens(link, pool, publish_hash, week, hashes))

    async def directory(self, *, pool: bytes, part: str) -> DirectoryPart:
        number = await self._number(pool)
        return await self._ask(lambda link: publishing.read_part(link, number, part))

    async def replace_directory(
        self, *, pool: bytes, publish_hash: bytes, part: str, body: bytes, replaces: str | None
    ) -> DirectoryPart:
        fresh = DirectoryPart(body=body, etag=sha256(body).hexdigest())
        await self._change(
            lambda link: publishing.change_part(link, pool, publish_hash, part, fresh, replaces)
        )
        return fresh

    async def index(self, *, pool: bytes, stream: str, chunk: int | None) -> IndexChunk:
        number, lane = await self._number(pool), wire.STREAMS.index(stream)

        def ask(link: Link) -> IndexChunk:
            version = pages.version_of(link, number, lane)
            known = self._chunks.get((number, lane, chunk))
            if known is None or known[0] != version:
                known = version, pages.encode_index(link, number, lane, chunk)
                if len(self._chunks) >= CACHED_CHUNKS:
                    self._chunks.clear()
                self._chunks[number, lane, chunk] = known
            return known[1]

        return await self._ask(ask)

    async def page(self, *, pool: bytes, stream: str, number: int) -> ClosedPage:
        short, lane = await self._number(pool), wire.STREAMS.index(stream)
        return await self._ask(lambda link: pages.find_page(link, short, lane, number))

    async def page_body(self, page: ClosedPage, *, first: int, last: int) -> AsyncIterator[bytes]:
        for start in range(first, last + 1, PIECE_BYTES):
            size = min(PIECE_BYTES, last + 1 - start)
            piece = await self._ask(partial(pages.read_body, page=page, first=start, size=size))
            if len(piece) != size:
                raise BusyRefusal
            yield piece

    async def close_pages(self, *, stream: str, closed_at: int, only_full: bool) -> None:
        for lane in [lane for lane in self._waiting if lane[1] == stream]:
            del self._waiting[lane]
        await self._ask(
            lambda link: pages.close_lanes(
                link, wire.STREAMS.index(stream), closed_at=closed_at, only_full=only_full
            )
        )

    async def sweep(self, *, now: float) -> None:
        await self._ask(partial(housekeeping.expire, now=now))
        await self._ask(partial(housekeeping.forget_tokens, now=now))

    async def tidy(self) -> None:
        await self._ask(housekeeping.give_back)

    def close(self) -> None:
        self._readers.shutdown(wait=True)
        self._batches.stop()
        for connection in self._connections:
            connection.close()

    def _take(self, batch: Sequence[Deposit]) -> list[bool | Refusal]:
        """One transaction, in the writer's thread."""

        def write(link: Link) -> list[bool | Refusal]:
            with link.transaction():
                return deposits.take(link, batch, numbers=self._numbers, tokens=self._tokens)

        return self._writing.use(write)

    async def _number(self, pool: bytes) -> int:
        number = self._numbers.get(pool)
        if number is None:
            found = await self._ask(lambda link: deposits.pool_numbers(link, [pool]))
            if pool not in found:
                raise PoolRefusal
            number = self._numbers[pool] = found[pool]
        return number

    async def _change(self, question: Callable[[Link], None]) -> None:
        """Something that must not be done a second time when nobody knows whether it was done."""
        await self._ask(question, again=False)

    async def _ask(self, question: Callable[[Link], T], *, again: bool = True) -> T:
        """Ask the database in a reading thread, which has a connection of its own."""

        def ask() -> T:
            connection: Connection | None = getattr(self._local, "connection", None)
            if connection is None:
                connection = self._local.connection = self._connection()
            return connection.use(question, again=again)

        return await asyncio.get_running_loop().run_in_executor(self._readers, ask)

    def _connection(self) -> Connection:
        connection = Connection(self._url)
        self._connections.append(connection)
        return connection


def _is_closed(link: Link) -> bool:
    return link.closed
