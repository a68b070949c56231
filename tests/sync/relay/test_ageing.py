"""What the relay forgets, and when; and what happens when its disk is full."""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import cbor2
import pytest

from sync import wire
from sync.relay import closing
from sync.relay.clockwork import Clockwork
from sync.relay.errors import BusyRefusal, ExpiredRefusal, NothingThereRefusal, TokenRefusal
from sync.relay.pools import create_pool, replace_publish_token
from sync.relay.schema import RelayVersionError, open_relay_database
from sync.relay.sqlite_store import SqliteStore
from sync.relay.store import Deposit, make_deposit

DAY = 86_400
NOW = int(time.time())
LANE = (1, 0)


def in_store(folder: Path, story: Callable[[SqliteStore, bytes, list[bytes]], Awaitable[None]]) -> None:
    """Run a story with a store, a pool and some tokens that are accepted this week."""

    async def run() -> None:
        name, publish_token = create_pool(folder)
        pool, tokens = bytes.fromhex(name), [os.urandom(32) for _ in range(20)]
        store = SqliteStore(folder)
        try:
            hashes = b"".join(hashlib.sha256(token).digest()[:16] for token in tokens)
            publisher = hashlib.sha256(_decode(publish_token)).digest()
            await store.replace_tokens(pool=pool, publish_hash=publisher, week=wire.week_of(NOW), body=hashes)
            await story(store, pool, tokens)
        finally:
            store.close()

    asyncio.run(run())


def _decode(token: str) -> bytes:
    import base64

    return base64.urlsafe_b64decode(token + "=")


def new_deposit(pool: bytes, token: bytes, stream: str = wire.COMPLAINTS, *, now: float = NOW) -> Deposit:
    return make_deposit(
        pool=pool,
        stream=stream,
        deposit_id=os.urandom(16),
        token=token,
        weeks=wire.weeks_accepted(now),
        body=os.urandom(wire.DEPOSIT_BYTES_OF[stream]),
    )


@pytest.mark.parametrize(("stream", "days"), [(wire.COMPLAINTS, 14), (wire.REPLIES, 35)])
def test_pages_are_deleted_after_their_retention_and_not_before(
    tmp_path: Path, stream: str, days: int
) -> None:
    async def story(store: SqliteStore, pool: bytes, tokens: list[bytes]) -> None:
        for closed_at in (NOW, NOW + DAY):
            await store.deposit(new_deposit(pool, tokens.pop(), stream))
            await store.close_pages(stream=stream, closed_at=closed_at, only_full=False)
        files = tmp_path / "pages" / f"1-{wire.STREAMS.index(stream)}"
        await store.sweep(now=NOW + days * DAY - 1)
        assert sorted(path.name for path in files.iterdir()) == ["1", "2"]
        await store.sweep(now=NOW + days * DAY + 1)
        assert [path.name for path in files.iterdir()] == ["2"]
        with pytest.raises(ExpiredRefusal):
            await store.page(pool=pool, stream=stream, number=1)
        assert (await store.page(pool=pool, stream=stream, number=2)).cells > 0
        index = cbor2.loads((await store.index(pool=pool, stream=stream, chunk=None)).body)
        assert index[wire.INDEX_LOWEST] == 2
        assert len(index[wire.INDEX_PAGES]) == 2, "digests stay as long as their chunk does"

    in_store(tmp_path, story)


def test_numbers_go_on_when_everything_has_expired(tmp_path: Path) -> None:
    async def story(store: SqliteStore, pool: bytes, tokens: list[bytes]) -> None:
        await store.deposit(new_deposit(pool, tokens.pop()))
        await store.close_pages(stream=wire.COMPLAINTS, closed_at=NOW, only_full=False)
        await store.sweep(now=NOW + 15 * DAY)
        index = cbor2.loads((await store.index(pool=pool, stream=wire.COMPLAINTS, chunk=None)).body)
        assert index[wire.INDEX_LOWEST] == 2

    in_store(tmp_path, story)
    connection = open_relay_database(tmp_path)
    assert connection.execute("SELECT max(number) FROM page").fetchone() == (1,)


def test_spent_tokens_are_forgotten_with_their_week_and_not_before(tmp_path: Path) -> None:
    async def story(store: SqliteStore, pool: bytes, tokens: list[bytes]) -> None:
        await store.deposit(new_deposit(pool, tokens[0]))
        for weeks, rows in ((2, 1), (3, 0)):
            await store.sweep(now=NOW + weeks * wire.WEEK_SECONDS)
            connection = open_relay_database(tmp_path)
            assert connection.execute("SELECT count(*) FROM spent").fetchone() == (rows,)
            assert connection.execute("SELECT count(*) FROM token_set").fetchone() == (rows,)
            connection.close()
        with pytest.raises(TokenRefusal):
            await store.deposit(new_deposit(pool, tokens[0], now=NOW + 3 * wire.WEEK_SECONDS))

    in_store(tmp_path, story)


def test_a_spent_token_in_the_set_of_a_later_week_stays_spent(tmp_path: Path) -> None:
    later = NOW + 3 * wire.WEEK_SECONDS

    async def story(store: SqliteStore, pool: bytes, tokens: list[bytes]) -> None:
        publisher = hashlib.sha256(_decode(replace_publish_token(tmp_path, pool=pool.hex()))).digest()
        body = b"".join(hashlib.sha256(token).digest()[:16] for token in tokens[:2])
        await store.deposit(new_deposit(pool, tokens[0]))
        for week in (0, 2):
            await store.replace_tokens(
                pool=pool, publish_hash=publisher, week=wire.week_of(NOW) + week, body=body
            )
        await store.sweep(now=later)
        with pytest.raises(TokenRefusal):
            await store.deposit(new_deposit(pool, tokens[0], now=later))
        assert await store.deposit(new_deposit(pool, tokens[1], now=later)) is False

    in_store(tmp_path, story)


def fill_index(folder: Path, pages: int, *, kept_from: int = 1) -> None:
    """An index as it is after many pages."""
    connection = open_relay_database(folder)
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "INSERT INTO page VALUES (1, 0, ?, 8, ?, ?, ?)",
        [
            (number, hashlib.sha256(b"%d" % number).digest(), NOW, int(number >= kept_from))
            for number in range(1, pages + 1)
        ],
    )
    connection.execute("COMMIT")
    connection.close()


def test_a_full_chunk_never_changes_and_the_newest_says_what_does(tmp_path: Path) -> None:
    fill_index(tmp_path, 2_005, kept_from=3)
    connection = open_relay_database(tmp_path)
    newest = closing.encode_index(connection, LANE, None)
    assert not newest.for_ever
    content = cbor2.loads(newest.body)
    assert (content[1], len(content[2]), content[3], content[4]) == (2_001, 5, 3, 2)
    for chunk in (0, 1):
        full = closing.encode_index(connection, LANE, chunk)
        assert full.for_ever
        content = cbor2.loads(full.body)
        assert (content.keys(), content[1], len(content[2])) == ({1, 2}, chunk * 1_000 + 1, 1_000)
        assert len(full.body) < 64 * 1024
    with pytest.raises(NothingThereRefusal):
        closing.encode_index(connection, LANE, 3)


def test_a_chunk_that_is_exactly_full_is_still_the_newest(tmp_path: Path) -> None:
    fill_index(tmp_path, 1_000)
    connection = open_relay_database(tmp_path)
    assert cbor2.loads(closing.encode_index(connection, LANE, None).body)[4] == 0
    assert closing.encode_index(connection, LANE, 0).for_ever
    assert not closing.encode_index(connection, LANE, None).for_ever


def test_a_chunk_in_which_nothing_is_kept_goes_away_except_the_newest(tmp_path: Path) -> None:
    fill_index(tmp_path, 2_000, kept_from=2_001)
    connection = open_relay_database(tmp_path)
    closing.expire_pages(connection, now=NOW)
    with pytest.raises(ExpiredRefusal):
        closing.encode_index(connection, LANE, 0)
    with pytest.raises(ExpiredRefusal):
        closing.find_page(connection, LANE, 7)
    assert connection.execute("SELECT min(number), max(number) FROM page").fetchone() == (1_001, 2_000)


def test_a_disk_that_is_full_refuses_everything_and_stores_nothing_by_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(store: SqliteStore, pool: bytes, tokens: list[bytes]) -> None:
        deposits = [new_deposit(pool, token) for token in tokens[:4]]
        await store.deposit(deposits[0])

        def full(*_: object) -> int:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr("sync.relay.disk.os.pwritev", full)
            for deposit in deposits[1:3]:
                with pytest.raises(BusyRefusal):
                    await store.deposit(deposit)
        await store.deposit(deposits[1])
        await store.deposit(deposits[3])
        await store.close_pages(stream=wire.COMPLAINTS, closed_at=NOW, only_full=False)
        page = await store.page(pool=pool, stream=wire.COMPLAINTS, number=1)
        stored = b"".join(
            [piece async for piece in store.page_body(page, first=0, last=page.cells * wire.CELL_BYTES - 1)]
        )
        cells = sorted(cell for kept in (0, 1, 3) for cell in deposits[kept].cells)
        assert stored == b"".join(body for _, body in cells)

    in_store(tmp_path, story)


def test_closing_goes_on_after_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.relay.clockwork.RETRY_SECONDS", 0.01)

    async def story(store: SqliteStore, pool: bytes, tokens: list[bytes]) -> None:
        failures = iter([RuntimeError("a bug"), OSError("the disk")])
        write_page = store._files.write_page

        def sometimes(*arguments: object, **named: object) -> object:
            for failure in failures:
                raise failure
            return write_page(*arguments, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(store._files, "write_page", sometimes)
        clockwork = Clockwork(store, page_seconds=0.0, reply_page_seconds=0.0)
        clockwork.start()
        clockwork.stored(wire.COMPLAINTS, page_full=await store.deposit(new_deposit(pool, tokens[0])))
        async with asyncio.timeout(10):
            while not cbor2.loads((await store.index(pool=pool, stream=wire.COMPLAINTS, chunk=None)).body)[2]:
                await asyncio.sleep(0.01)
        await clockwork.stop()

    in_store(tmp_path, story)


def test_a_folder_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    connection = open_relay_database(tmp_path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(RelayVersionError, match="newer version"):
        create_pool(tmp_path)
