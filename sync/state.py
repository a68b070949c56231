"""Where the sync layer keeps its place: tables in the device's own encrypted store, and named secrets.

The store is passed in; this layer opens no file. Nothing in these tables is plaintext of a complaint: parcels
are sealed before they come here. Secrets (seeds, epoch keys, reply keys, pairwise keys) go through `Keyring`,
whose owner erases what is replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final, Protocol

from crypto.encoding import decode, encode

MIGRATIONS: Final[list[str]] = [
    """
    -- What waits to leave this device, and what left and is not confirmed. `sealed` is readable by the desk
    alone. CREATE TABLE sync_parcel ( id BLOB PRIMARY KEY, desk BLOB NOT NULL, kind INTEGER NOT NULL, code
    TEXT NOT NULL, made_at INTEGER NOT NULL, generation INTEGER NOT NULL, day INTEGER NOT NULL, sealed BLOB )
    WITHOUT ROWID; -- One row a counted cell. state: 0 waiting, 1 in a deposit, 2 acknowledged by the relay, 3
    confirmed by the desk. CREATE TABLE sync_cell ( desk BLOB NOT NULL, counter INTEGER NOT NULL, kind INTEGER
    NOT NULL, body BLOB NOT NULL, parcel BLOB, state INTEGER NOT NULL, deposit BLOB, left_at INTEGER, PRIMARY
    KEY (desk, counter) ) WITHOUT ROWID; CREATE INDEX sync_cell_state ON sync_cell (state, desk, counter);
    CREATE INDEX sync_cell_parcel ON sync_cell (parcel); CREATE INDEX sync_cell_deposit ON sync_cell
    (deposit); -- Deposit and token, durable before they are sent: a retry is exactly this pair. CREATE TABLE
    sync_deposit ( id BLOB PRIMARY KEY, stream TEXT NOT NULL, token BLOB NOT NULL, made_at INTEGER NOT NULL,
    body BLOB NOT NULL ) WITHOUT ROWID; CREATE TABLE sync_counter (desk BLOB PRIMARY KEY, next INTEGER NOT
    NULL) WITHOUT ROWID; CREATE TABLE sync_token (source TEXT NOT NULL, week INTEGER NOT NULL, next INTEGER
    NOT NULL, PRIMARY KEY (source, week)) WITHOUT ROWID; CREATE TABLE sync_place (name TEXT PRIMARY KEY, value
    BLOB NOT NULL) WITHOUT ROWID;

    -- At a desk: which counters of which device have come. body: hash, so that another body under it is a
    fork. CREATE TABLE sync_received ( device BLOB NOT NULL, desk BLOB NOT NULL, incarnation INTEGER NOT NULL,
    counter INTEGER NOT NULL, body BLOB NOT NULL, at INTEGER NOT NULL, authentic INTEGER, PRIMARY KEY (device,
    desk, incarnation, counter) ) WITHOUT ROWID; CREATE TABLE sync_heard ( device BLOB NOT NULL, desk BLOB NOT
    NULL, incarnation INTEGER NOT NULL, highest INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (device,
    desk, incarnation) ) WITHOUT ROWID; CREATE TABLE sync_gap ( device BLOB NOT NULL, desk BLOB NOT NULL,
    incarnation INTEGER NOT NULL, counter INTEGER NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (device, desk,
    incarnation, counter) ) WITHOUT ROWID; CREATE TABLE sync_fork ( device BLOB NOT NULL, desk BLOB NOT NULL,
    incarnation INTEGER NOT NULL, counter INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (device, desk,
    incarnation, counter) ) WITHOUT ROWID; CREATE TABLE sync_chunk ( device BLOB NOT NULL, desk BLOB NOT NULL,
    parcel BLOB NOT NULL, piece INTEGER NOT NULL, body BLOB NOT NULL, authentic INTEGER, at INTEGER NOT NULL,
    PRIMARY KEY (device, desk, parcel, piece) ) WITHOUT ROWID; CREATE TABLE sync_parcel_done ( device BLOB NOT
    NULL, parcel BLOB NOT NULL, PRIMARY KEY (device, parcel)) WITHOUT ROWID;

    -- At a desk: answers to devices. state: 0 waiting, 1 in a deposit, 2 acknowledged by the relay. CREATE
    TABLE sync_reply ( id INTEGER PRIMARY KEY, device BLOB NOT NULL, kind INTEGER NOT NULL, body BLOB NOT
    NULL, made_at INTEGER NOT NULL, state INTEGER NOT NULL, deposit BLOB ); CREATE TABLE sync_device_reply_key
    (device BLOB PRIMARY KEY, number INTEGER NOT NULL, public BLOB NOT NULL) WITHOUT ROWID; -- On a phone:
    which words of which handler have been taken, so that a replay is ignored. CREATE TABLE sync_word (sender
    BLOB NOT NULL, counter INTEGER NOT NULL, PRIMARY KEY (sender, counter)) WITHOUT ROWID;

    -- What has been verified of the organisation.
    CREATE TABLE sync_statement (hash BLOB PRIMARY KEY, wire BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE sync_epoch_key (
        handler BLOB NOT NULL, epoch INTEGER NOT NULL, public BLOB NOT NULL, certificate BLOB NOT NULL,
        PRIMARY KEY (handler, epoch)) WITHOUT ROWID;
    CREATE TABLE sync_invitation (
        id BLOB PRIMARY KEY, wire BLOB NOT NULL, token_slot INTEGER NOT NULL, expires_at INTEGER NOT NULL,
        device BLOB) WITHOUT ROWID;
    CREATE TABLE sync_token_week (week INTEGER PRIMARY KEY, epoch INTEGER NOT NULL);
    """,
]


class Database(Protocol):
    """The part of a DB-API connection that this layer uses, in autocommit mode."""

    def execute(self, sql: str, parameters: Sequence[Any] = ...) -> Any: ...

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> Any: ...


class Keyring(Protocol):
    """Named secrets of this device, kept encrypted; replacing or dropping one erases it."""

    def get(self, name: str) -> bytes | None: ...

    def put(self, name: str, value: bytes) -> None: ...

    def drop(self, name: str) -> None: ...


@dataclass(frozen=True)
class State:
    """The open store as the sync layer sees it. `transaction()` is all or nothing and may be nested."""

    db: Database
    keys: Keyring
    transaction: Callable[[], AbstractContextManager[Any]]
    clock: Callable[[], float]

    def now(self) -> int:
        """Unix seconds by this device's clock."""
        return int(self.clock())

    def place(self, name: str) -> Any:
        """A remembered position or cached document (any CBOR value), or None."""
        row = self.db.execute("SELECT value FROM sync_place WHERE name = ?", (name,)).fetchone()
        return None if row is None else decode(bytes(row[0]))

    def set_place(self, name: str, value: Any) -> None:
        self.db.execute(
            "INSERT OR REPLACE INTO sync_place (name, value) VALUES (?, ?)", (name, encode(value))
        )

    def secret(self, name: str) -> Any:
        """A named secret (any CBOR value), or None."""
        value = self.keys.get(name)
        return None if value is None else decode(value)

    def set_secret(self, name: str, value: Any) -> None:
        self.keys.put(name, encode(value))
