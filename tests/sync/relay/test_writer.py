"""Which commits SQLite itself has to sync."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sync.relay.sqlite_store import SqliteStore
from tests.sync.relay.test_ageing import in_store, new_deposit

FULL, NORMAL = 2, 1


def level(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA synchronous").fetchone()[0])


def test_a_commit_is_synced_by_sqlite_unless_logs_hold_all_that_it_brings(tmp_path: Path) -> None:
    async def story(store: SqliteStore, pool: bytes, tokens: list[bytes]) -> None:
        writer = store._writer
        assert await writer.submit(level) == FULL
        await store.deposit(new_deposit(pool, tokens[0]))
        assert await writer.ask(level) == NORMAL
        together = writer.deposit(new_deposit(pool, tokens[1])), writer.submit(level)
        assert (await together[1], await together[0]) == (FULL, False)

    in_store(tmp_path, story)
