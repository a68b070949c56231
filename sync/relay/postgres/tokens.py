"""Accepted token sets, kept in memory by each process and compared with the database's versions.

A set is replaced under the pool's lock, and every batch of deposits holds that lock shared until its commit:
so a replaced set holds for every deposit that is stored after it, at every relay.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable
from typing import cast

from sync.relay.postgres.schema import Link
from sync.relay.tokens import CACHED_SETS, TokenSet


class SharedTokenSets:
    """The sets of the last few pools asked for. Any thread may use it."""

    def __init__(self) -> None:
        self._sets: OrderedDict[tuple[int, int], tuple[bytes, TokenSet]] = OrderedDict()
        self._lock = threading.Lock()

    def read(
        self, link: Link, *, pools: Collection[int], weeks: Collection[int]
    ) -> dict[tuple[int, int], TokenSet]:
        """The sets of these pools and weeks as they are in the present transaction."""
        rows = link.execute(
            "SELECT pool, week, version FROM token_set WHERE pool = ANY(%s) AND week = ANY(%s)",
            (list(pools), list(weeks)),
        ).fetchall()
        found: dict[tuple[int, int], TokenSet] = {}
        for pool, week, version in cast(list[tuple[int, int, bytes]], rows):
            with self._lock:
                known = self._sets.get((pool, week))
            if known is None or known[0] != version:
                known = self._load(link, pool, week)
            found[pool, week] = known[1]
        return found

    def remembers(self, token_hash: bytes, *, pool: int, weeks: Iterable[int]) -> bool:
        """Whether a set in memory holds the hash; a no is no answer, and a yes may be out of date."""
        with self._lock:
            sets = [self._sets.get((pool, week)) for week in weeks]
        return any(known is not None and token_hash in known[1] for known in sets)

    def _load(self, link: Link, pool: int, week: int) -> tuple[bytes, TokenSet]:
        row = link.execute(
            "SELECT version, hashes FROM token_set WHERE pool = %s AND week = %s", (pool, week)
        ).fetchone()
        if row is None:
            return b"", TokenSet(b"")
        known = cast(bytes, row[0]), TokenSet(cast(bytes, row[1]))
        with self._lock:
            self._sets[pool, week] = known
            self._sets.move_to_end((pool, week))
            while len(self._sets) > CACHED_SETS:
                self._sets.popitem(last=False)
        return known


def replace_set(link: Link, *, pool: int, week: int, hashes: frozenset[bytes]) -> None:
    """Store a week's set in place of the one before, without what was spent in an earlier week."""
    rows = link.execute("SELECT token_hash FROM spent WHERE pool = %s AND week < %s", (pool, week))
    blob = b"".join(sorted(hashes.difference(cast(bytes, row[0]) for row in rows)))
    link.execute(
        "INSERT INTO token_set (pool, week, version, hashes) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (pool, week) DO UPDATE SET version = excluded.version, hashes = excluded.hashes",
        (pool, week, os.urandom(8), blob),
    )
