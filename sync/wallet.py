"""Tokens, spent in order: the next one is marked as used before it is ever sent."""

from __future__ import annotations

from typing import Final

from crypto.tokens import TokenSeed, week_of
from sync.errors import TokenRefusedError
from sync.state import State

OWN: Final = "own"
FIRST: Final = "first"


def take_token(state: State, seed: TokenSeed, *, source: str) -> bytes:
    """The next unused token of this week. Inside a transaction. `TokenRefusedError` when the week's are used
    up.
    """
    week = week_of(state.clock())
    row = state.db.execute(
        "SELECT next FROM sync_token WHERE source = ? AND week = ?", (_source(source, seed), week)
    ).fetchone()
    index = int(row[0]) if row else 0
    if index >= seed.limit:
        raise TokenRefusedError("This device has used all its sendings of this week.")
    state.db.execute(
        "INSERT OR REPLACE INTO sync_token (source, week, next) VALUES (?, ?, ?)",
        (_source(source, seed), week, index + 1),
    )
    state.db.execute("DELETE FROM sync_token WHERE week < ?", (week - 2,))
    return seed.token(week=week, index=index)


def _source(source: str, seed: TokenSeed) -> str:
    return f"{source}-{seed.epoch}"
