"""Which tokens are accepted: weekly sets of hashes, each one sorted blob, searched by bisection.

The sets of the last few pools asked for stay in memory. They are read and replaced inside the writer's
transactions only, so a replaced set holds for every deposit that is stored after it. Another process that
changes the file (a second relay, a tool) is noticed by SQLite's `data_version` before each batch.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Final, overload

from sync import wire

# Sets kept in memory: three weeks of four busy pools; 8 MiB at most for each.
CACHED_SETS: Final = 12


class TokenSet(Sequence[bytes]):
    """A sorted blob of 16-byte hashes, seen as a sequence of them."""

    def __init__(self, blob: bytes) -> None:
        self._blob = blob

    def __len__(self) -> int:
        return len(self._blob) // wire.TOKEN_HASH_BYTES

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[bytes]: ...
    def __getitem__(self, index: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        start = index * wire.TOKEN_HASH_BYTES
        return self._blob[start : start + wire.TOKEN_HASH_BYTES]

    def __contains__(self, token_hash: object) -> bool:
        if not isinstance(token_hash, bytes):
            return False
        place = bisect_left(self, token_hash)
        return place < len(self) and self[place] == token_hash


class TokenSets:
    """The accepted sets, by pool number and week. The writer's thread owns it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._sets: OrderedDict[tuple[int, int], TokenSet] = OrderedDict()
        self._data_version = -1

    def notice_other_processes(self) -> None:
        """Forget everything if somebody else has written to the file. Call before each batch."""
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._data_version:
            self._data_version = version
            self._sets.clear()

    def forget(self) -> None:
        """Forget everything: after a rollback, memory may know what the file does not."""
        self._sets.clear()

    def week_of(self, token_hash: bytes, *, pool: int, weeks: Iterable[int]) -> int | None:
        """The first of these weeks whose set holds the hash, or None."""
        for week in weeks:
            if token_hash in self._set(pool, week):
                return week
        return None

    def remembers(self, token_hash: bytes, *, pool: int, weeks: Iterable[int]) -> bool:
        """Whether a set in memory holds the hash. Any thread may ask; a no is no answer."""
        sets = (self._sets.get((pool, week)) for week in weeks)
        return any(known is not None and token_hash in known for known in sets)

    def replace(self, *, pool: int, week: int, hashes: frozenset[bytes]) -> None:
        """Store a week's set in place of the one before.

        What was spent in an earlier week is left out: its line in `spent` goes away before this week's set
        does, and the token would count once more. Sorted, so that the order in which it was sent tells
        nothing.
        """
        rows = self._connection.execute(
            "SELECT token_hash FROM spent WHERE pool = ? AND week < ?", (pool, week)
        )
        blob = b"".join(sorted(hashes.difference(row[0] for row in rows)))
        self._connection.execute(
            "REPLACE INTO token_set (pool, week, hashes) VALUES (?, ?, ?)", (pool, week, blob)
        )
        self._sets.pop((pool, week), None)

    def _set(self, pool: int, week: int) -> TokenSet:
        key = (pool, week)
        known = self._sets.get(key)
        if known is None:
            row = self._connection.execute(
                "SELECT hashes FROM token_set WHERE pool = ? AND week = ?", key
            ).fetchone()
            known = self._sets[key] = TokenSet(b"" if row is None else row[0])
            while len(self._sets) > CACHED_SETS:
                self._sets.popitem(last=False)
        self._sets.move_to_end(key)
        return known


def distinct_hashes(body: bytes) -> frozenset[bytes]:
    """Each hash of a published set once."""
    size = wire.TOKEN_HASH_BYTES
    return frozenset(body[start : start + size] for start in range(0, len(body), size))
