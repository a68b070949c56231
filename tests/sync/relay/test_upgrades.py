"""A relay's data of every earlier version is brought up to date by numbered migrations, with nothing lost.

The data of a version is made by that version's migrations and holds what it wrote then: a closed page, a page
that was open, a spent token, a directory. Who adds a migration adds nothing here unless old bytes change.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from sync import wire
from sync.relay import schema
from sync.relay.operating import check, counts
from sync.relay.postgres.schema import MIGRATIONS as DATABASE_MIGRATIONS
from sync.relay.postgres.schema import open_database
from sync.relay.store import Deposit, make_deposit
from tests.sync.relay.asking import Office, cells_of, some_cells, token_hash
from tests.sync.relay.database import Database
from tests.sync.relay.running import Pool, start_relay

LOGS_OF_CELLS = 2
"""The last version whose logs were cells, each behind its hash."""


@dataclass(frozen=True)
class Written:
    """What an earlier version acknowledged."""

    pool: bytes
    tokens: list[bytes]
    closed: bytes
    waiting: bytes
    closed_id: bytes


def deposit_of(written: Written) -> Deposit:
    return make_deposit(
        pool=written.pool, stream=wire.COMPLAINTS, deposit_id=written.closed_id, token=written.tokens[0],
        weeks=(), body=written.closed,
    )  # fmt: skip


def write_folder(folder: Path, version: int) -> Written:
    """A relay's folder as `version` left it."""
    written = Written(
        os.urandom(16), [os.urandom(32) for _ in range(4)], some_cells(), some_cells(), os.urandom(16)
    )
    spent, week = deposit_of(written), wire.week_of(time.time())
    cells = sorted(spent.cells)
    page = b"".join(bytes(body) for _, body in cells)
    digest = hashlib.sha256(page).digest() if version == 1 else wire.page_digest(name for name, _ in cells)
    (folder / "pages" / "1-0").mkdir(parents=True)
    (folder / "pages" / "1-0" / "1").write_bytes(page)
    (folder / "open").mkdir()
    db = sqlite3.connect(folder / schema.DATABASE_NAME, isolation_level=None)
    db.execute("BEGIN")
    for step in schema.MIGRATIONS[:version]:
        step(db, folder)
    db.execute("INSERT INTO pool VALUES (?, 1, ?)", (written.pool, bytes(32)))
    db.execute("INSERT INTO page VALUES (1, 0, 1, 8, ?, ?, 1)", (digest, int(time.time())))
    hashes = b"".join(sorted(token_hash(token) for token in written.tokens))
    db.execute("INSERT INTO token_set VALUES (1, ?, ?)", (week, hashes))
    values = (spent.token_hash, spent.id_hash, spent.receipt, week)
    db.execute("INSERT INTO spent VALUES (1, ?, ?, ?, ?)", values)
    etag = hashlib.sha256(b"sealed").hexdigest()
    db.execute("INSERT INTO directory VALUES (1, 'phone', ?, ?)", (etag, b"sealed"))
    if version <= LOGS_OF_CELLS:
        log = b"".join(hashlib.sha256(cell).digest() + cell for cell in cells_of(written.waiting))
        (folder / "open" / "1-0-2").write_bytes(log + b"what an unfinished transaction left")
        db.execute("INSERT INTO open_page VALUES (1, 0, 2, ?)", (len(log),))
    db.execute(f"PRAGMA user_version = {version}")
    db.execute("COMMIT")
    db.close()
    return written


@pytest.mark.parametrize("version", range(1, len(schema.MIGRATIONS)))
def test_a_folder_of_every_earlier_version_loses_nothing(tmp_path: Path, version: int) -> None:
    written = write_folder(tmp_path, version)
    with start_relay(tmp_path) as relay:
        office = Office(relay, Pool(written.pool.hex(), ""), written.tokens[2:])
        stored = [written.closed, *([written.waiting] if version <= LOGS_OF_CELLS else [])]
        expected = sorted(cell for body in stored for cell in cells_of(body))
        assert sorted(office.wait_for(len(expected))) == expected
        again = office.deposit(written.closed, token=written.tokens[0], name=written.closed_id.hex())
        assert again.status == 204, "an honest retry"
        assert office.deposit(some_cells(), token=written.tokens[0]).status == 409, "spent is spent"
        assert office.deposit(some_cells()).status == 204
        assert office.get("directory/phone").body == b"sealed"
        assert len(office.wait_for(len(expected) + 8)) == len(expected) + 8
        assert relay.stop() == (0, "")
    assert check(tmp_path).problems == []
    with sqlite3.connect(tmp_path / schema.DATABASE_NAME) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(schema.MIGRATIONS),)


def test_an_upgrade_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = write_folder(tmp_path, 1)

    def fails(connection: sqlite3.Connection, data_dir: Path) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, fails))
        with pytest.raises(OSError, match="disk is full"):
            schema.open_relay_database(tmp_path)
    with sqlite3.connect(tmp_path / schema.DATABASE_NAME) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
        assert db.execute("SELECT count(*) FROM open_page").fetchone() == (1,)
    with start_relay(tmp_path) as relay:
        office = Office(relay, Pool(written.pool.hex(), ""), [])
        assert len(office.wait_for(16)) == 16


@pytest.mark.parametrize("version", range(len(DATABASE_MIGRATIONS)))
def test_a_database_of_every_earlier_version_is_brought_up_to_date_once(
    database: Database, version: int
) -> None:
    url = database.fresh()
    with psycopg.connect(url, autocommit=True) as link:
        link.execute("CREATE TABLE relay_schema (version integer NOT NULL)")
        for step in range(version):
            link.execute(sql.SQL(DATABASE_MIGRATIONS[step]))
            link.execute("INSERT INTO relay_schema VALUES (%s)", (step + 1,))
    openers = [threading.Thread(target=lambda: open_database(url).close()) for _ in range(4)]
    for opener in openers:
        opener.start()
    for opener in openers:
        opener.join()
    with psycopg.connect(url, autocommit=True) as link:
        steps = link.execute("SELECT version FROM relay_schema ORDER BY version").fetchall()
    assert steps == [(step + 1,) for step in range(len(DATABASE_MIGRATIONS))]
    with start_relay(url) as relay:
        office = Office.open(relay)
        assert office.deposit(some_cells()).status == 204
        assert len(office.wait_for(8)) == 8


def test_counts_say_how_long_everything_is_kept(tmp_path: Path) -> None:
    write_folder(tmp_path, 1)
    told = counts(tmp_path)
    kept = {stream: told[stream]["days_kept"] for stream in wire.STREAMS}  # type: ignore[index]
    assert kept == wire.RETENTION_DAYS_OF == {wire.COMPLAINTS: 14, wire.REPLIES: 35}
