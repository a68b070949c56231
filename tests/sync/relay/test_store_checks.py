"""What a store checks itself, in the transaction that writes: whatever was asked before, when a body began to
come, may be true no more when it is there.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sync import wire
from sync.relay.errors import (
    ChangedRefusal,
    ConflictRefusal,
    NothingThereRefusal,
    PoolRefusal,
    Refusal,
    TokenRefusal,
)
from sync.relay.pools import create_pool
from sync.relay.sqlite_store import SqliteStore
from sync.relay.store import Deposit, hash_token, make_deposit

WEEK = 3_000
WEEKS = (WEEK, WEEK - 1, WEEK + 1)
ETAG = hashlib.sha256(b"part").hexdigest()


class Pool:
    """A pool in an open store, with its publishing token."""

    def __init__(self, store: SqliteStore, name: str, token: str) -> None:
        self.store, self.name = store, bytes.fromhex(name)
        self.publish_hash = hashlib.sha256(_raw(token)).digest()

    async def tokens(self, *tokens: bytes, week: int = WEEK) -> None:
        body = b"".join(map(hash_token, tokens))
        await self.store.replace_tokens(pool=self.name, publish_hash=self.publish_hash, week=week, body=body)

    def made(self, token: bytes, *, body: bytes | None = None, name: bytes = bytes(16)) -> Deposit:
        content = os.urandom(wire.DEPOSIT_BYTES_OF[wire.REPLIES]) if body is None else body
        return make_deposit(
            pool=self.name, stream=wire.REPLIES, deposit_id=name, token=token, weeks=WEEKS, body=content
        )

    async def refused(self, deposit: Deposit) -> type[Refusal] | None:
        try:
            await self.store.deposit(deposit)
        except Refusal as refusal:
            return type(refusal)
        return None

    async def known(self, token: bytes, *, pool: bytes | None = None) -> bool:
        try:
            await self.store.knows_token(pool=pool or self.name, token_hash=hash_token(token), weeks=WEEKS)
        except TokenRefusal:
            return False
        return True


def _raw(token: str) -> bytes:
    return base64.urlsafe_b64decode(token + "=")


def within(folder: Path, story: Callable[[Pool, Pool], Awaitable[None]]) -> None:
    """Tell a story in a store with two pools."""

    async def told() -> None:
        store = SqliteStore(folder)
        try:
            await story(Pool(store, *create_pool(folder)), Pool(store, *create_pool(folder)))
        finally:
            store.close()

    asyncio.run(told())


def test_nothing_is_published_under_a_token_that_was_replaced_while_the_body_came(tmp_path: Path) -> None:
    async def story(mine: Pool, other: Pool) -> None:
        store, fresh = mine.store, os.urandom(32)

        async def each(pool: bytes, publish_hash: bytes, refusal: type[Refusal]) -> None:
            asked: dict[str, Any] = {"pool": pool, "publish_hash": publish_hash}
            for call in (
                store.may_publish(**asked),
                store.replace_tokens(**asked, week=WEEK, body=hash_token(b"stolen")),
                store.replace_directory(**asked, part="phone", body=b"part", replaces=None),
                store.replace_publish_token(**asked, fresh=os.urandom(32)),
            ):
                with pytest.raises(refusal):
                    await call

        await each(mine.name, other.publish_hash, TokenRefusal)
        await each(bytes(16), mine.publish_hash, PoolRefusal)
        before = mine.publish_hash
        await store.replace_publish_token(pool=mine.name, publish_hash=before, fresh=fresh)
        await each(mine.name, before, TokenRefusal)
        await store.may_publish(pool=mine.name, publish_hash=fresh)
        assert not await mine.known(b"stolen")
        with pytest.raises(NothingThereRefusal):
            await store.directory(pool=mine.name, part="phone")
        await store.may_publish(pool=other.name, publish_hash=other.publish_hash)

    within(tmp_path, story)


def test_a_directory_is_replaced_only_in_the_place_of_what_is_there(tmp_path: Path) -> None:
    async def story(mine: Pool, _other: Pool) -> None:
        async def replaced(body: bytes, replaces: str | None) -> None:
            await mine.store.replace_directory(
                pool=mine.name, publish_hash=mine.publish_hash, part="phone", body=body, replaces=replaces
            )

        with pytest.raises(ChangedRefusal):
            await replaced(b"part", ETAG)
        await replaced(b"part", None)
        for wrong in (None, hashlib.sha256(b"another").hexdigest()):
            with pytest.raises(ChangedRefusal):
                await replaced(b"newer", wrong)
        await replaced(b"newer", ETAG)
        assert (await mine.store.directory(pool=mine.name, part="phone")).body == b"newer"

    within(tmp_path, story)


def test_a_token_counts_in_its_pool_and_its_weeks_and_nowhere_else(tmp_path: Path) -> None:
    async def story(mine: Pool, other: Pool) -> None:
        token, late, early = (os.urandom(32) for _ in range(3))
        await mine.tokens(token)
        await mine.tokens(late, week=WEEK - 2)
        await mine.tokens(early, week=WEEK + 2)
        assert [await mine.known(one) for one in (token, late, early)] == [True, False, False]
        assert not await other.known(token)
        with pytest.raises(PoolRefusal):
            await mine.known(token, pool=bytes(16))
        for one in (late, early, os.urandom(32)):
            assert await mine.refused(mine.made(one)) is TokenRefusal
        assert await mine.refused(other.made(token)) is TokenRefusal
        assert await mine.refused(replace(mine.made(token), pool=bytes(16))) is PoolRefusal
        assert await mine.refused(mine.made(token)) is None
        asked: dict[str, Any] = {"token_hash": hash_token(token), "weeks": WEEKS}
        assert mine.store.remembers_token(pool=mine.name, **asked)
        assert not mine.store.remembers_token(pool=other.name, **asked)
        assert not mine.store.remembers_token(pool=bytes(16), **asked)
        assert not mine.store.remembers_token(pool=mine.name, token_hash=hash_token(token), weeks=(WEEK + 1,))

    within(tmp_path, story)


def test_a_token_buys_one_deposit_and_the_same_again_is_acknowledged(tmp_path: Path) -> None:
    async def story(mine: Pool, _other: Pool) -> None:
        token, second = os.urandom(32), os.urandom(32)
        await mine.tokens(token, second)
        first = mine.made(token)
        assert await mine.refused(first) is None
        assert await mine.refused(first) is None
        assert await mine.refused(mine.made(token)) is ConflictRefusal, "another body"
        assert await mine.refused(mine.made(second)) is ConflictRefusal, "under an id that was used"
        assert await mine.refused(mine.made(second, name=b"another id here!")) is None
        await mine.tokens()
        assert await mine.known(token), "an honest retry may still come"
        assert await mine.refused(first) is None
        assert await mine.refused(mine.made(token)) is ConflictRefusal

    within(tmp_path, story)


def test_of_two_deposits_under_one_token_that_come_together_one_is_stored(tmp_path: Path) -> None:
    async def story(mine: Pool, _other: Pool) -> None:
        token, body = os.urandom(32), os.urandom(wire.DEPOSIT_BYTES_OF[wire.REPLIES])
        await mine.tokens(token)
        same, other = mine.made(token, body=body), mine.made(token)
        answers = await asyncio.gather(*[mine.refused(one) for one in (same, other, same)])
        assert answers == [None, ConflictRefusal, None]
        await mine.store.close_pages(stream=wire.REPLIES, closed_at=9, only_full=False)
        page = await mine.store.page(pool=mine.name, stream=wire.REPLIES, number=1)
        assert page.cells == wire.REPLY_CELLS_PER_DEPOSIT

    within(tmp_path, story)
