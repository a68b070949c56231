"""Tokens, spent in order: the next one is marked as used before it is ever sent."""

from __future__ import annotations

from typing import Final

from crypto.tokens import TokenSeed, week_of
from sync.errors import TokensUsedUpError
from sync.state import State

OWN: Final = "own"
FIRST: Final = "first"
_WEEKS_KEPT: Final = 64


def take_token(state: State, seed: TokenSeed, *, source: str) -> bytes:
    """The next unused token of this week. Inside a transaction. `TokensUsedUpError` when the week's
    are used up.
    """
    week = week_of(state.clock())
    row = state.db.execute(
        "SELECT next FROM sync_token WHERE source = ? AND week = ?", (_source(source, seed), week)
    ).fetchone()
    index = int(row[0]) if row else 0
    if index >= seed.limit:
        raise TokensUsedUpError
    state.db.execute(
        "INSERT OR REPLACE INTO sync_token (source, week, next) VALUES (?, ?, ?)",
        (_source(source, seed), week, index + 1),
    )
    # By number and not by age: a clock that was ahead for a while must not make a spent token new again.
    state.db.execute(
        "DELETE FROM sync_token WHERE week NOT IN"
        " (SELECT DISTINCT week FROM sync_token ORDER BY week DESC LIMIT ?)",
        (_WEEKS_KEPT,),
    )
    return seed.token(week=week, index=index)


def _source(source: str, seed: TokenSeed) -> str:
    return f"{source}-{seed.epoch}"
