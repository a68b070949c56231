"""What only the store on PostgreSQL has to prove: late commits, expiry by the day, nothing left in order."""

from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable

import cbor2
import psycopg
import pytest

from sync import wire
from sync.relay.errors import BusyRefusal, ConflictRefusal, ExpiredRefusal, PoolRefusal, TokenRefusal
from sync.relay.places import RelayDatabaseError, create_pool, replace_publish_token
from sync.relay.pools import PoolMissingError
from sync.relay.postgres.deposits import copy_cells
from sync.relay.postgres.schema import connect, open_database
from sync.relay.postgres.store import PostgresStore
from sync.relay.store import Deposit, make_deposit
from tests.sync.relay.database import Database
from tests.sync.relay.running import REPOSITORY

DAY = 86_400
NOW = int(time.time()) // DAY * DAY + DAY // 2
Story = Callable[[PostgresStore, bytes, list[bytes]], Awaitable[None]]


def in_store(url: str, story: Story, *, batch_jobs: int = 64) -> None:
    """Run a story with a store, a pool and some tokens that are accepted this week."""

    async def run() -> None:
        name = create_pool(url)[0]
        pool, tokens = bytes.fromhex(name), [os.urandom(32) for _ in range(300)]
        store = PostgresStore(url, batch_jobs=batch_jobs)
        try:
            await accept(store, pool, url, tokens)
            await story(store, pool, tokens)
        finally:
            store.close()

    asyncio.run(run())


async def accept(store: PostgresStore, pool: bytes, url: str, tokens: list[bytes], *, later: int = 0) -> None:
    import base64

    secret = base64.urlsafe_b64decode(replace_publish_token(url, pool=pool.hex()) + "=")
    await store.replace_tokens(
        pool=pool,
        publish_hash=hashlib.sha256(secret).digest(),
        week=wire.week_of(NOW) + later,
        body=b"".join(hashlib.sha256(token).digest()[:16] for token in tokens),
    )


def new_deposit(pool: bytes, token: bytes, stream: str = wire.COMPLAINTS, *, now: float = NOW) -> Deposit:
    return make_deposit(
        pool=pool,
        stream=stream,
        deposit_id=os.urandom(16),
        token=token,
        weeks=wire.weeks_accepted(now),
        body=os.urandom(wire.DEPOSIT_BYTES_OF[stream]),
    )


async def index(
    store: PostgresStore, pool: bytes, stream: str = wire.COMPLAINTS
) -> dict[int, list[list[object]]]:
    content: dict[int, list[list[object]]] = cbor2.loads(
        (await store.index(pool=pool, stream=stream, chunk=None)).body
    )
    return content


async def close(
    store: PostgresStore, stream: str = wire.COMPLAINTS, *, at: int = NOW, full: bool = False
) -> None:
    await store.close_pages(stream=stream, closed_at=at, only_full=full)


def test_a_commit_that_comes_late_is_in_the_next_page(database: Database) -> None:
    url = database.fresh()

    async def story(store: PostgresStore, pool: bytes, tokens: list[bytes]) -> None:
        late, early = new_deposit(pool, tokens[0]), new_deposit(pool, tokens[1])
        with connect(url) as link, link.transaction():
            copy_cells(link, wire.COMPLAINTS, [(1, cell) for cell in late.cells])  # began first, ends last
            await store.deposit(early)
            await close(store)
        await close(store)
        lines = (await index(store, pool))[wire.INDEX_PAGES]
        digests = [wire.page_digest(sorted(name for name, _ in deposit.cells)) for deposit in (early, late)]
        assert [(line[0], line[1]) for line in lines] == [(8, digest) for digest in digests]

    in_store(url, story)


def test_two_that_close_at_once_give_each_number_once(database: Database) -> None:
    url = database.fresh()

    async def story(store: PostgresStore, pool: bytes, tokens: list[bytes]) -> None:
        other = PostgresStore(url)
        for token in tokens[:40]:
            await store.deposit(new_deposit(pool, token))
            await asyncio.gather(close(store), close(other), close(store))
        lines = (await index(store, pool))[wire.INDEX_PAGES]
        assert (len(lines), sum(int(str(line[0])) for line in lines)) == (40, 320)
        other.close()

    in_store(url, story)


def test_a_page_closes_early_when_it_is_full_and_holds_no_more_than_a_page(database: Database) -> None:
    async def story(store: PostgresStore, pool: bytes, tokens: list[bytes]) -> None:
        full = [await store.deposit(new_deposit(pool, token)) for token in tokens[:128]]
        assert full == [False] * 127 + [True]
        await asyncio.gather(*(store.deposit(new_deposit(pool, token)) for token in tokens[128:260]))
        await close(store, full=True)
        assert [line[0] for line in (await index(store, pool))[wire.INDEX_PAGES]] == [1024, 1024]
        await close(store)
        assert [line[0] for line in (await index(store, pool))[wire.INDEX_PAGES]] == [1024, 1024, 32]

    in_store(database.fresh(), story)


@pytest.mark.parametrize(("stream", "days"), [(wire.COMPLAINTS, 14), (wire.REPLIES, 35)])
def test_pages_expire_with_their_retention_and_their_day_is_dropped(
    database: Database, stream: str, days: int
) -> None:
    url, lane = database.fresh(), wire.STREAMS.index(stream)

    async def story(store: PostgresStore, pool: bytes, tokens: list[bytes]) -> None:
        for closed_at in (NOW, NOW + DAY):
            await store.deposit(new_deposit(pool, tokens.pop(), stream))
            await close(store, stream, at=closed_at)
        expected = [
            (NOW + days * DAY - 1, 1, 2),
            (NOW + days * DAY + 1, 2, 2),  # not served; its day is not over
            (NOW + (days + 1) * DAY - DAY // 2, 2, 1),
        ]
        for moment, lowest, partitions in expected:
            await store.sweep(now=moment)
            assert (await index(store, pool, stream))[wire.INDEX_LOWEST] == lowest
            with connect(url) as link:
                kept = link.execute(
                    "SELECT count(*) FROM pg_inherits WHERE inhparent = to_regclass(%s)",
                    (f"page_body_{lane}",),
                ).fetchone()
            assert kept == (partitions,)
        with pytest.raises(ExpiredRefusal):
            await store.page(pool=pool, stream=stream, number=1)
        page = await store.page(pool=pool, stream=stream, number=2)
        size = page.cells * wire.CELL_BYTES_OF[stream]
        body = b"".join([piece async for piece in store.page_body(page, first=0, last=size - 1)])
        assert len(body) == size

    in_store(url, story)


def test_spent_tokens_stay_spent_through_every_sweep_and_lie_in_no_order(database: Database) -> None:
    url = database.fresh()

    async def story(store: PostgresStore, pool: bytes, tokens: list[bytes]) -> None:
        deposits = [new_deposit(pool, token) for token in tokens[:30]]
        for deposit in deposits:
            await store.deposit(deposit)
        await store.sweep(now=NOW)
        with connect(url) as link:
            rows = link.execute("SELECT token_hash, xmin::text FROM spent ORDER BY ctid").fetchall()
        assert len(rows) == 30
        assert [row[0] for row in rows] == sorted(deposit.token_hash for deposit in deposits)
        assert len({row[1] for row in rows}) == 1, "one transaction wrote all of them"
        assert await store.deposit(deposits[0]) is False
        with pytest.raises(ConflictRefusal):
            await store.deposit(new_deposit(pool, tokens[0]))
        later = NOW + 3 * wire.WEEK_SECONDS
        await accept(store, pool, url, tokens, later=2)
        await store.sweep(now=later)
        with pytest.raises(TokenRefusal):
            await store.deposit(new_deposit(pool, tokens[0], now=later))
        await store.deposit(new_deposit(pool, tokens[99], now=later))

    in_store(url, story)


def test_the_table_of_waiting_cells_gives_its_file_back(database: Database) -> None:
    url = database.fresh()

    async def story(store: PostgresStore, pool: bytes, tokens: list[bytes]) -> None:
        await store.deposit(new_deposit(pool, tokens[0]))
        await store.tidy()
        await close(store)
        await store.tidy()
        with connect(url) as link:
            assert link.execute("SELECT pg_table_size('waiting_0')").fetchone() in [(0,), (8192,)]
        assert len((await index(store, pool))[wire.INDEX_PAGES]) == 1

    in_store(url, story)


def test_good_and_bad_deposits_in_one_batch_have_each_their_answer(database: Database) -> None:
    async def story(store: PostgresStore, pool: bytes, tokens: list[bytes]) -> None:
        same = new_deposit(pool, tokens[0])
        batch = [
            same,
            same,
            new_deposit(pool, tokens[0]),
            new_deposit(pool, os.urandom(32)),
            new_deposit(pool, tokens[1]),
        ]
        batch.append(new_deposit(os.urandom(16), tokens[2]))
        answers = await asyncio.gather(*map(store.deposit, batch), return_exceptions=True)
        kinds = [answer if isinstance(answer, bool) else type(answer) for answer in answers]
        # Of two bodies under one token the one that is written first is taken.
        taken = [False, False, ConflictRefusal], [ConflictRefusal, ConflictRefusal, False]
        assert kinds[:3] in taken
        assert kinds[3:] == [TokenRefusal, False, PoolRefusal]
        await close(store)
        assert [line[0] for line in (await index(store, pool))[wire.INDEX_PAGES]] == [16]

    in_store(database.fresh(), story)


def test_a_database_that_goes_away_is_busy_and_comes_back_by_itself() -> None:
    with Database() as database:

        async def story(store: PostgresStore, pool: bytes, tokens: list[bytes]) -> None:
            await store.deposit(new_deposit(pool, tokens[0]))
            database.kill()
            for ask in (store.deposit(new_deposit(pool, tokens[1])), index(store, pool), close(store)):
                with pytest.raises(BusyRefusal):
                    await ask
            database.start()
            await store.deposit(new_deposit(pool, tokens[1]))
            await close(store)
            assert [line[0] for line in (await index(store, pool))[wire.INDEX_PAGES]] == [16]

        in_store(database.fresh(), story)


def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    url = database.fresh()
    open_database(url).execute("INSERT INTO relay_schema VALUES (99)")
    with pytest.raises(RelayDatabaseError, match="newer version"):
        create_pool(url)


def test_a_database_that_does_not_sync_is_refused() -> None:
    with Database() as database:
        with psycopg.connect(database.url("postgres"), autocommit=True) as link:
            link.execute("ALTER SYSTEM SET fsync = off")
        database.kill()
        database.start()
        with pytest.raises(RelayDatabaseError, match="does not sync"):
            create_pool(database.fresh())


def test_a_commit_is_synced_even_where_the_database_says_otherwise(database: Database) -> None:
    url = database.fresh()
    with psycopg.connect(url, autocommit=True) as link:
        name = url.split("/")[3].split("?")[0]
        link.execute(f"ALTER DATABASE {name} SET synchronous_commit = off".encode())
    with connect(url) as link:
        assert link.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_a_pool_that_is_not_there_gets_no_publishing_token(database: Database) -> None:
    url = database.fresh()
    for pool in ("0" * 32, "x"):
        with pytest.raises(PoolMissingError):
            replace_publish_token(url, pool=pool)


def test_a_database_that_cannot_be_reached_is_one_sentence() -> None:
    relay = [sys.executable, "-m", "sync.relay", "--listen", "127.0.0.1:0", "--database-url"]
    ended = subprocess.run(
        [*relay, "postgresql://x@127.0.0.1:1/x"], cwd=REPOSITORY, capture_output=True, check=False, timeout=60
    )
    assert ended.returncode == 1
    assert ended.stderr == b"The database cannot be reached. Check its address, and that it is running.\n"
