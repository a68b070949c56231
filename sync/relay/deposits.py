"""Storing one deposit in the writer's transaction: the token is spent and the cells are kept, or neither."""

from __future__ import annotations

import hmac
import sqlite3
from typing import Final

from sync import wire
from sync.relay.errors import ConflictRefusal, PoolRefusal, TokenRefusal
from sync.relay.openpages import OpenPages
from sync.relay.pools import pool_number
from sync.relay.store import Deposit
from sync.relay.tokens import TokenSets

SPEND: Final = (
    "INSERT INTO spent (pool, token_hash, id_hash, receipt, week) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT DO NOTHING"
)


class DepositDesk:
    """Takes deposits. The writer's thread owns it."""

    def __init__(self, *, tokens: TokenSets, pages: OpenPages) -> None:
        self._tokens = tokens
        self._pages = pages

    def check(
        self, connection: sqlite3.Connection, *, pool: bytes, token_hash: bytes, weeks: tuple[int, ...]
    ) -> None:
        """Refuse early what `take` would refuse anyway. A spent token passes: it may be an honest retry."""
        number = _pool(connection, pool)
        accepted = self._tokens.week_of(token_hash, pool=number, weeks=weeks) is not None
        if not accepted and _spent_with(connection, number, token_hash) is None:
            raise TokenRefusal

    def take(self, connection: sqlite3.Connection, deposit: Deposit) -> bool:
        """Store it. The same again is fine, even after its token was withdrawn; anything else is refused.

        True if it filled the open page.
        """
        number = _pool(connection, deposit.pool)
        stream = wire.STREAMS.index(deposit.stream)
        week = self._tokens.week_of(deposit.token_hash, pool=number, weeks=deposit.weeks)
        if week is not None:
            spent = connection.execute(
                SPEND, (number, deposit.token_hash, deposit.id_hash, deposit.receipt, week)
            ).rowcount
            if spent == 1:
                return self._pages.add((number, stream), deposit.cells)
        before = _spent_with(connection, number, deposit.token_hash)
        if week is None and before is None:
            raise TokenRefusal
        if before is None or not hmac.compare_digest(before, deposit.receipt):
            raise ConflictRefusal
        return False


def _pool(connection: sqlite3.Connection, name: bytes) -> int:
    number = pool_number(connection, name)
    if number is None:
        raise PoolRefusal
    return number


def _spent_with(connection: sqlite3.Connection, pool: int, token_hash: bytes) -> bytes | None:
    row = connection.execute(
        "SELECT receipt FROM spent WHERE pool = ? AND token_hash = ?", (pool, token_hash)
    ).fetchone()
    return None if row is None else bytes(row[0])
