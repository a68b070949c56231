"""After a crash: SQLite is brought up to what the logs of open pages hold.

A deposit is acknowledged when its record is synced in a log. SQLite is told in the same moment, but is not
made to sync it: that would cost a deposit a second wait for the disk. After a power cut SQLite may so have
forgotten the last seconds; their records say which tokens were spent and how much of the log counts.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Final

from sync.relay.cellfiles import CellFiles
from sync.relay.disk import LockedError, lock_file
from sync.relay.records import Key, Record
from sync.relay.schema import DATABASE_NAME, LOCK_NAME, log_key, open_relay_database

SPEND: Final = "INSERT INTO spent (pool, token_hash, id_hash, receipt, week) VALUES (?, ?, ?, ?, ?)"


def recover(connection: sqlite3.Connection, files: CellFiles) -> None:
    """Note what only logs hold. Nobody may serve the folder meanwhile. Safe to repeat."""
    noted: dict[Key, int] = {
        (pool, stream, number): log_bytes
        for pool, stream, number, log_bytes in connection.execute(
            "SELECT pool, stream, number, log_bytes FROM open_page"
        )
    }
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        for key in files.logs():
            if key in noted or not _is_closed(connection, key):
                _recover_log(connection, files, key, noted.get(key, 0))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def settle(data_dir: Path) -> None:
    """The same for a folder that is not being served; one that is served needs nothing."""
    if not (data_dir / DATABASE_NAME).is_file():
        return
    try:
        held = lock_file(data_dir / LOCK_NAME)
    except LockedError:
        return
    try:
        connection = open_relay_database(data_dir, locked=True)
        try:
            recover(connection, CellFiles(data_dir, log_key=log_key(connection)))
        finally:
            connection.close()
    finally:
        os.close(held)


def _recover_log(connection: sqlite3.Connection, files: CellFiles, key: Key, noted: int) -> None:
    end = noted
    for record in files.records(key, at=noted):
        if not _note(connection, key[0], record):
            break
        end = record.end
    if end > noted:
        connection.execute(
            "REPLACE INTO open_page (pool, stream, number, log_bytes) VALUES (?, ?, ?, ?)", (*key, end)
        )


def _note(connection: sqlite3.Connection, pool: int, record: Record) -> bool:
    """Spend a record's tokens. If one of them is spent already, the record was given up and does not count:
    its deposits heard 503 and came again.
    """
    connection.execute("SAVEPOINT record")
    try:
        connection.executemany(SPEND, [(pool, *token) for token in record.spent])
    except sqlite3.IntegrityError:
        connection.execute("ROLLBACK TO record")
        return False
    finally:
        connection.execute("RELEASE record")
    return True


def _is_closed(connection: sqlite3.Connection, key: Key) -> bool:
    """Whether a page with this number or a higher one was closed: then what its log held is in no danger."""
    (last,) = connection.execute(
        "SELECT max(number) FROM page WHERE pool = ? AND stream = ?", key[:2]
    ).fetchone()
    return last is not None and key[2] <= last
