"""Tables of the SQLite relay, and how its file is opened.

SQLite says what is stored; the cells themselves lie in files beside it (`cellfiles`), because every byte that
goes through SQLite is written twice and copied six times. Everything is keyed by a hash or by a number that
is public anyway (pool, stream, page): `WITHOUT ROWID` leaves no row order that tells what arrived when.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sync import wire
from sync.relay.disk import LockedError, lock_file, sync_folder, write_new

DATABASE_NAME: Final = "relay.db"
LOCK_NAME: Final = "relay.lock"
MOVED_NAME: Final = "relay.moved"  # an empty file: everything is in a database now

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS pool (
    name BLOB NOT NULL PRIMARY KEY,        -- 16 random bytes
    number INTEGER NOT NULL UNIQUE,        -- short name of the pool in the other tables
    publish_hash BLOB NOT NULL             -- SHA-256 of the publishing token; the token itself is not here
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS open_page (     -- pages that are not in the index yet; their cells are in a log
    pool INTEGER NOT NULL,
    stream INTEGER NOT NULL,               -- index in wire.STREAMS
    number INTEGER NOT NULL,
    log_bytes INTEGER NOT NULL,            -- how much of the log counts; anything behind it is not stored
    PRIMARY KEY (pool, stream, number)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS page (          -- closed pages: the lines of the index
    pool INTEGER NOT NULL,
    stream INTEGER NOT NULL,
    number INTEGER NOT NULL,               -- 1, 2, 3, ... without gaps
    cells INTEGER NOT NULL,
    digest BLOB NOT NULL,                  -- wire.page_digest of its cells
    closed_at INTEGER NOT NULL,            -- unix seconds, rounded down to the page period
    kept INTEGER NOT NULL,                 -- 0 once its file has been deleted because of its age
    PRIMARY KEY (pool, stream, number)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS token_set (
    pool INTEGER NOT NULL,
    week INTEGER NOT NULL,
    hashes BLOB NOT NULL,                  -- 16-byte hashes, sorted, one after the other
    PRIMARY KEY (pool, week)
) WITHOUT ROWID;

-- What makes a retry harmless. `receipt` is keyed with the token, which is not stored: without the device,
-- nobody can tell from this table which cells came under which token.
CREATE TABLE IF NOT EXISTS spent (
    pool INTEGER NOT NULL,
    token_hash BLOB NOT NULL,
    id_hash BLOB NOT NULL,
    receipt BLOB NOT NULL,
    week INTEGER NOT NULL,
    PRIMARY KEY (pool, token_hash)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS spent_by_id ON spent (pool, id_hash);

CREATE TABLE IF NOT EXISTS directory (
    pool INTEGER NOT NULL,
    part TEXT NOT NULL,
    etag TEXT NOT NULL,                    -- SHA-256 of the body, in hexadecimal digits
    body BLOB NOT NULL,
    PRIMARY KEY (pool, part)
) WITHOUT ROWID;
"""


Step = Callable[[sqlite3.Connection, Path], None]


def make_tables(connection: sqlite3.Connection, data_dir: Path) -> None:
    """1: the tables."""
    statement = ""
    for line in SCHEMA.splitlines(keepends=True):  # `executescript` would end the transaction
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


def digests_over_hashes(connection: sqlite3.Connection, data_dir: Path) -> None:
    """2: a page's digest stands over the hashes of its cells, no longer over the cells."""
    rows = connection.execute("SELECT pool, stream, number FROM page WHERE kept = 1").fetchall()
    for pool, stream, number in rows:
        size = wire.CELL_BYTES_OF[wire.STREAMS[stream]]
        with contextlib.suppress(FileNotFoundError):  # a check will say so
            body = memoryview((data_dir / "pages" / f"{pool}-{stream}" / str(number)).read_bytes())
            hashes = [hashlib.sha256(body[at : at + size]).digest() for at in range(0, len(body), size)]
            connection.execute(
                "UPDATE page SET digest = ? WHERE pool = ? AND stream = ? AND number = ?",
                (wire.page_digest(hashes), pool, stream, number),
            )


def keyed_logs(connection: sqlite3.Connection, data_dir: Path) -> None:
    """3: logs are made of records under a key; what older ones hold becomes closed pages now."""
    connection.execute("CREATE TABLE log_key (key BLOB NOT NULL PRIMARY KEY) WITHOUT ROWID")
    connection.execute("INSERT INTO log_key VALUES (?)", (secrets.token_bytes(wire.DIGEST_BYTES),))
    rows = connection.execute("SELECT pool, stream, number, log_bytes FROM open_page").fetchall()
    for pool, stream, number, log_bytes in rows:
        period = (wire.PAGE_SECONDS, wire.REPLY_PAGE_SECONDS)[stream]
        cells = _cells_of_old_log(data_dir / "open" / f"{pool}-{stream}-{number}", stream, log_bytes)
        folder = data_dir / "pages" / f"{pool}-{stream}"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_new(folder / str(number), [cells[name] for name in sorted(cells)])
        sync_folder(folder)
        connection.execute(
            "INSERT INTO page (pool, stream, number, cells, digest, closed_at, kept)"
            " VALUES (?, ?, ?, ?, ?, ?, 1)",
            (pool, stream, number, len(cells), wire.page_digest(sorted(cells)), _rounded_now(period)),
        )
    connection.execute("DELETE FROM open_page")


def _cells_of_old_log(path: Path, stream: int, log_bytes: int) -> dict[bytes, bytes]:
    """Before step 3 a log was the cells, each behind its SHA-256."""
    size = wire.DIGEST_BYTES + wire.CELL_BYTES_OF[wire.STREAMS[stream]]
    content = path.read_bytes()[:log_bytes]
    units = [content[start : start + size] for start in range(0, log_bytes, size)]
    return {unit[: wire.DIGEST_BYTES]: unit[wire.DIGEST_BYTES :] for unit in units}


def _rounded_now(period: float) -> int:
    return int(time.time() // period * period)


# Numbered from 1: append, never edit one that was released.
MIGRATIONS: Final[tuple[Step, ...]] = (make_tables, digests_over_hashes, keyed_logs)


class RelayVersionError(Exception):
    """The relay's data was written by a newer version of Kantha."""


class RelayOldRunningError(RelayVersionError):
    """An older version of Kantha is serving this folder. Restart the relay with this one, then try again."""


def open_relay_database(data_dir: Path, *, locked: bool = False) -> sqlite3.Connection:
    """Open `data_dir`/relay.db, made with its tables where it is missing: WAL, every commit synced.

    `locked` says that the caller holds the folder's lock. Raises `RelayOldRunningError` if the tables must be
    changed while somebody else holds it, `RelayVersionError` for a file from the future, and `sqlite3.Error`
    where the file cannot be used.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    connection = sqlite3.connect(
        data_dir / DATABASE_NAME,
        timeout=30.0,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=64,
    )
    try:
        _prepare(connection, data_dir, locked=locked)
    except BaseException:
        connection.close()
        raise
    return connection


def log_key(connection: sqlite3.Connection) -> bytes:
    """What vouches for the records in the logs of this folder."""
    return bytes(connection.execute("SELECT key FROM log_key").fetchone()[0])


def _prepare(connection: sqlite3.Connection, data_dir: Path, *, locked: bool) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    if _version(connection) > len(MIGRATIONS):
        raise RelayVersionError(RelayVersionError.__doc__)
    if _version(connection) == 0 or (_version(connection) < len(MIGRATIONS) and locked):
        _migrate(connection, data_dir)
    elif _version(connection) < len(MIGRATIONS):
        try:
            held = lock_file(data_dir / LOCK_NAME)
        except LockedError:
            raise RelayOldRunningError(RelayOldRunningError.__doc__) from None
        try:
            _migrate(connection, data_dir)
        finally:
            os.close(held)


def _migrate(connection: sqlite3.Connection, data_dir: Path) -> None:
    """Take the missing steps, in one transaction. Another process may do the same: it finds them done."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in MIGRATIONS[_version(connection) :]:
            step(connection, data_dir)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
