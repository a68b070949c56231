"""The store on SQLite: one writer thread with group commit, a few reading threads.

Guarantees what `Store` promises. Not guaranteed: that two relays may serve one folder; a lock refuses the
second.
"""

from __future__ import annotations

import asyncio
import hmac
import os
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

from sync import wire
from sync.relay import closing
from sync.relay.batches import BATCH_ITEMS
from sync.relay.cellfiles import SPARE_SECONDS, CellFiles
from sync.relay.deposits import DepositDesk
from sync.relay.disk import LockedError, lock_file
from sync.relay.errors import BusyRefusal, ChangedRefusal, NothingThereRefusal, PoolRefusal, TokenRefusal
from sync.relay.openpages import OpenPages
from sync.relay.pools import pool_number
from sync.relay.records import Key, Lane
from sync.relay.schema import LOCK_NAME, MOVED_NAME, log_key, open_relay_database
from sync.relay.store import ClosedPage, Deposit, DirectoryPart, IndexChunk
from sync.relay.tokens import TokenSets, distinct_hashes
from sync.relay.writer import Hooks, Writer

READERS: Final = 2
# What is read of a page at once.
PIECE_BYTES: Final = 256 * 1024
# Encoded index chunks kept in memory; a full one is about 45 kB.
CACHED_CHUNKS: Final = 256

P = ParamSpec("P")
T = TypeVar("T")


class RelayRunningError(Exception):
    """Another relay is already serving this data folder."""


class RelayMovedError(Exception):
    """This folder's relay was moved into a database; start it with --database-url."""


class SqliteStore:
    """A `Store` in one folder. Made inside a running event loop, and used from that loop only."""

    def __init__(self, data_dir: Path, *, batch_jobs: int = BATCH_ITEMS) -> None:
        self._data_dir = data_dir
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = _lock(data_dir)
        if (data_dir / MOVED_NAME).exists():
            os.close(self._lock)
            raise RelayMovedError(RelayMovedError.__doc__)
        connection = open_relay_database(data_dir, locked=True)
        self._files = CellFiles(data_dir, log_key=log_key(connection))
        self._tokens = TokenSets(connection)
        self._pages = OpenPages(connection, self._files)
        self._desk = DepositDesk(tokens=self._tokens, pages=self._pages)
        self._writer = Writer(
            connection,
            loop=asyncio.get_running_loop(),
            hooks=Hooks(
                before=self._tokens.notice_other_processes,
                take=self._desk.take,
                before_commit=self._pages.write,
                committed=self._pages.committed,
                rolled_back=self._after_rollback,
            ),
            batch_jobs=batch_jobs,
        )
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="relay-reader")
        self._local = threading.local()
        self._chunks: dict[tuple[Lane, int | None], IndexChunk] = {}
        self._generation = 0
        self._numbers: dict[bytes, int] = {}

    def remembers_token(self, *, pool: bytes, token_hash: bytes, weeks: tuple[int, ...]) -> bool:
        number = self._numbers.get(pool)
        return number is not None and self._tokens.remembers(token_hash, pool=number, weeks=weeks)

    async def knows_token(self, *, pool: bytes, token_hash: bytes, weeks: tuple[int, ...]) -> None:
        await self._pool_number(pool)
        await self._writer.ask(bind(self._desk.check, pool=pool, token_hash=token_hash, weeks=weeks))

    async def deposit(self, deposit: Deposit) -> bool:
        return await self._writer.deposit(deposit)

    async def may_publish(self, *, pool: bytes, publish_hash: bytes) -> None:
        await self._read(bind(_check_publisher, pool, publish_hash))

    async def replace_publish_token(self, *, pool: bytes, publish_hash: bytes, fresh: bytes) -> None:
        def job(db: sqlite3.Connection) -> None:
            number = _check_publisher(db, pool, publish_hash)
            db.execute("UPDATE pool SET publish_hash = ? WHERE number = ?", (fresh, number))

        await self._writer.submit(job)

    async def replace_tokens(self, *, pool: bytes, publish_hash: bytes, week: int, body: bytes) -> None:
        fresh = await asyncio.to_thread(distinct_hashes, body)

        def job(db: sqlite3.Connection) -> None:
            self._tokens.replace(pool=_check_publisher(db, pool, publish_hash), week=week, hashes=fresh)

        await self._writer.submit(job)

    async def directory(self, *, pool: bytes, part: str) -> DirectoryPart:
        return await self._read(lambda db: _directory(db, _number(db, pool), part))

    async def replace_directory(
        self, *, pool: bytes, publish_hash: bytes, part: str, body: bytes, replaces: str | None
    ) -> DirectoryPart:
        fresh = DirectoryPart(body=body, etag=sha256(body).hexdigest())

        def job(db: sqlite3.Connection) -> DirectoryPart:
            number = _check_publisher(db, pool, publish_hash)
            if _etag(db, number, part) != replaces:
                raise ChangedRefusal
            db.execute(
                "REPLACE INTO directory (pool, part, etag, body) VALUES (?, ?, ?, ?)",
                (number, part, fresh.etag, fresh.body),
            )
            return fresh

        return await self._writer.submit(job)

    async def index(self, *, pool: bytes, stream: str, chunk: int | None) -> IndexChunk:
        lane = await self._lane(pool, stream)
        known = self._chunks.get((lane, chunk))
        if known is None:
            generation = self._generation
            known = await self._read(bind(closing.encode_index, lane, chunk))
            if generation == self._generation:  # nothing was closed or deleted while it was read
                if len(self._chunks) >= CACHED_CHUNKS:
                    self._chunks.clear()
                self._chunks[lane, chunk] = known
        return known

    async def page(self, *, pool: bytes, stream: str, number: int) -> ClosedPage:
        lane = await self._lane(pool, stream)
        return await self._read(bind(closing.find_page, lane, number))

    async def page_body(self, page: ClosedPage, *, first: int, last: int) -> AsyncIterator[bytes]:
        for start in range(first, last + 1, PIECE_BYTES):
            size = min(PIECE_BYTES, last + 1 - start)
            piece = await self._file(partial(self._files.read_page, page.key, first=start, size=size))
            if len(piece) != size:
                raise BusyRefusal
            yield piece

    async def close_pages(self, *, stream: str, closed_at: int, only_full: bool) -> None:
        index = wire.STREAMS.index(stream)

        def seal(_: sqlite3.Connection) -> list[tuple[Key, int]]:
            if not only_full:
                for lane in self._pages.lanes(index):
                    self._pages.seal(lane)
            return self._pages.sealed(index)

        for key, log_bytes in await self._writer.ask(seal):
            await self._close_page(key, log_bytes, closed_at)

    async def _close_page(self, key: Key, log_bytes: int, closed_at: int) -> None:
        cells, digest = await self._file(partial(self._files.write_page, key, log_bytes=log_bytes))
        await self._writer.submit(
            bind(closing.list_page, key, cells=cells, digest=digest, closed_at=closed_at)
        )
        self._forget_chunks()
        await self._file(partial(self._files.retire_log, key))

    async def sweep(self, *, now: float) -> None:
        try:
            await self._writer.submit(bind(closing.expire_pages, now=now))
        except BusyRefusal:  # a disk without room even to note that: the files go first, and make some
            await self._delete_pages(await self._read(bind(closing.lowest_young, now=now)))
            await self._writer.submit(bind(closing.expire_pages, now=now))
        await self._writer.submit(bind(closing.delete_old_tokens, now=now))
        self._forget_chunks()
        await self._delete_pages(await self._read(closing.lowest_kept))

    async def _delete_pages(self, lowest_of: list[tuple[Lane, int]]) -> None:
        for lane, lowest in lowest_of:
            await self._file(partial(self._files.delete_pages, lane, below=lowest))

    async def tidy(self) -> None:
        await self._file(partial(self._files.scrub, older_than_s=SPARE_SECONDS))

    def close(self) -> None:
        self._readers.shutdown(wait=True)
        self._writer.stop()
        self._files.close()
        os.close(self._lock)

    async def _read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Ask the database in a reading thread, which has a connection of its own."""

        def ask() -> T:
            connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
            if connection is None:
                connection = self._local.connection = open_relay_database(self._data_dir)
            return question(connection)

        return await self._file(ask)

    async def _file(self, task: Callable[[], T]) -> T:
        """Work on files in a reading thread."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._readers, task)
        except (sqlite3.Error, OSError):
            raise BusyRefusal from None

    async def _lane(self, pool: bytes, stream: str) -> Lane:
        return (await self._pool_number(pool), wire.STREAMS.index(stream))

    async def _pool_number(self, pool: bytes) -> int:
        number = self._numbers.get(pool)
        if number is None:
            number = self._numbers[pool] = await self._read(bind(_number, pool))
        return number

    def _forget_chunks(self) -> None:
        self._generation += 1
        self._chunks.clear()

    def _after_rollback(self) -> None:
        self._tokens.forget()
        self._pages.rolled_back()


def bind(
    function: Callable[Concatenate[sqlite3.Connection, P], T], *arguments: P.args, **named: P.kwargs
) -> Callable[[sqlite3.Connection], T]:
    """The function with everything but its connection, which the thread that runs it brings."""
    return lambda connection: function(connection, *arguments, **named)


def _lock(data_dir: Path) -> int:
    try:
        return lock_file(data_dir / LOCK_NAME)
    except LockedError:
        raise RelayRunningError(RelayRunningError.__doc__) from None


def _number(db: sqlite3.Connection, pool: bytes) -> int:
    number = pool_number(db, pool)
    if number is None:
        raise PoolRefusal
    return number


def _check_publisher(db: sqlite3.Connection, pool: bytes, publish_hash: bytes) -> int:
    row = db.execute("SELECT number, publish_hash FROM pool WHERE name = ?", (pool,)).fetchone()
    if row is None:
        raise PoolRefusal
    if not hmac.compare_digest(row[1], publish_hash):
        raise TokenRefusal
    return int(row[0])


def _directory(db: sqlite3.Connection, pool: int, part: str) -> DirectoryPart:
    row = db.execute("SELECT body, etag FROM directory WHERE pool = ? AND part = ?", (pool, part)).fetchone()
    if row is None:
        raise NothingThereRefusal
    return DirectoryPart(body=row[0], etag=row[1])


def _etag(db: sqlite3.Connection, pool: int, part: str) -> str | None:
    row = db.execute("SELECT etag FROM directory WHERE pool = ? AND part = ?", (pool, part)).fetchone()
    return None if row is None else str(row[0])
