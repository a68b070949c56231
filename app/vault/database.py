"""The only door to SQLCipher.

`open_database` gives a `Database`: the part of a DB-API connection that is used here (execute, fetch), in
autocommit mode, safe to call from several threads, with every failure of the storage mapped to one of the
vault's sentences.

What the settings are for: ``secure_delete`` overwrites what is deleted; the WAL with ``synchronous = FULL``
makes a commit survive a crash of the machine; ``locking_mode = EXCLUSIVE`` keeps the index of the WAL in
memory, so that no ``-shm`` file exists; ``temp_store = MEMORY`` keeps sorting off the disk;
``cipher_memory_security`` wipes the library's memory when it is freed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from app.vault import errors

PAGE_BYTES = 4096  # SQLCipher 4's page; `content` derives its padding from it

_SETTINGS = (
    "PRAGMA cipher_memory_security = ON",
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA secure_delete = ON",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
)

# Primary result codes of SQLite (sqlite.org/rescode.html) that a person can do something about.
_SQLITE_PERM, _SQLITE_BUSY, _SQLITE_LOCKED, _SQLITE_READONLY = 3, 5, 6, 8
_SQLITE_IOERR, _SQLITE_CORRUPT, _SQLITE_FULL, _SQLITE_CANTOPEN, _SQLITE_NOTADB = 10, 11, 13, 14, 26

_SENTENCES: dict[int, type[errors.VaultError]] = {
    _SQLITE_PERM: errors.VaultUnwritableError,
    _SQLITE_BUSY: errors.VaultBusyError,
    _SQLITE_LOCKED: errors.VaultBusyError,
    _SQLITE_READONLY: errors.VaultUnwritableError,
    _SQLITE_IOERR: errors.VaultUnwritableError,
    _SQLITE_CORRUPT: errors.VaultDamagedError,
    _SQLITE_FULL: errors.VaultFullError,
    _SQLITE_CANTOPEN: errors.VaultUnwritableError,
    _SQLITE_NOTADB: errors.VaultDamagedError,
}

DatabaseError = dbapi2.Error
IntegrityError = dbapi2.IntegrityError


def _sentence(error: Exception) -> errors.VaultError | None:
    code = getattr(error, "sqlite_errorcode", None)
    kind = _SENTENCES.get(code & 0xFF) if isinstance(code, int) else None
    return kind() if kind else None


class Rows:
    """The rows of one statement, all read: no statement stays open, so nothing ever keeps `Vault.scrub` from
    its work.

    Ask for large things with LIMIT.
    """

    def __init__(self, rows: list[Any], rowcount: int, lastrowid: int) -> None:
        self._rows = rows
        self._next = 0
        self.rowcount = rowcount
        self.lastrowid = lastrowid

    def fetchone(self) -> Any:
        if self._next >= len(self._rows):
            return None
        self._next += 1
        return self._rows[self._next - 1]

    def fetchall(self) -> list[Any]:
        rows, self._next = self._rows[self._next :], len(self._rows)
        return rows

    def __iter__(self) -> Iterator[Any]:
        while (row := self.fetchone()) is not None:
            yield row


def _raise(error: Exception) -> Any:
    """A failure of the storage becomes one of the vault's sentences; a mistake in the SQL stays what it
    is.
    """
    sentence = _sentence(error)
    if sentence is None:
        raise error
    raise sentence from error


class Database:
    """A connection in autocommit mode. It holds no lock between statements: `Vault.transaction` does."""

    def __init__(self, connection: Any, lock: threading.RLock) -> None:
        self._connection = connection
        self.lock = lock

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Rows:
        with self.lock:
            return self._run("execute", sql, parameters)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> Rows:
        with self.lock:
            return self._run("executemany", sql, rows)

    def script(self, sql: str) -> None:
        """Several statements, each ended by a semicolon, in the transaction that is open (``executescript``
        would commit it).
        """
        statement = ""
        for part in sql.split(";")[:-1]:
            statement += part + ";"
            if dbapi2.complete_statement(statement):
                self.execute(statement)
                statement = ""

    def _run(self, method: str, sql: str, parameters: Any) -> Rows:
        if self._connection is None:
            raise errors.VaultLockedError
        try:
            cursor = getattr(self._connection, method)(sql, parameters)
            rows = cursor.fetchall() if method == "execute" else []
            return Rows(rows, int(cursor.rowcount), int(cursor.lastrowid or 0))
        except dbapi2.Error as error:
            return _raise(error)  # type: ignore[no-any-return]

    @property
    def in_transaction(self) -> bool:
        return bool(self._connection is not None and self._connection.in_transaction)

    def close(self) -> None:
        with self.lock:
            if self._connection is not None:
                connection, self._connection = self._connection, None
                connection.close()


def open_database(path: Path, raw_key: bytes) -> Database:
    """Open or create the encrypted file at ``path`` with its 32-byte key.

    Raises VaultDamagedError (also for another key: the key slots vouch for the key, so the file must be at
    fault), VaultBusyError, VaultUnwritableError or VaultFullError.
    """
    if len(raw_key) != 32:
        raise ValueError("the key of a vault has 32 bytes")
    try:
        connection = dbapi2.connect(str(path), isolation_level=None, check_same_thread=False, timeout=1.0)
    except dbapi2.Error as error:
        raise (_sentence(error) or errors.VaultUnwritableError()) from error
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{raw_key.hex()}'\"")
        for setting in _SETTINGS:
            connection.execute(setting)
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
            raise errors.VaultUnwritableError
        connection.execute("PRAGMA synchronous = FULL")
    except dbapi2.Error as error:
        connection.close()
        _raise(error)
    except errors.VaultError:
        connection.close()
        raise
    return Database(connection, threading.RLock())
