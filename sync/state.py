"""Where the sync layer keeps its place: tables in the device's own encrypted store, and named secrets.

The store is passed in; this layer opens no file. Nothing in these tables is plaintext of a complaint: parcels
are sealed before they come here. Secrets (seeds, epoch keys, reply keys, pairwise keys) go through `Keyring`,
whose owner erases what is replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from crypto.encoding import decode, encode


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
