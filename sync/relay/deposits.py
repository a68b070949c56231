"""Storing one deposit in the writer's transaction: the token is spent and the cells are kept, or neither."""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Sequence
from typing import Final, cast

from sync import wire
from sync.relay.errors import ConflictRefusal, PoolRefusal, Refusal, TokenRefusal
from sync.relay.openpages import OpenPages
from sync.relay.pools import pool_number
from sync.relay.records import SpentToken
from sync.relay.store import Deposit
from sync.relay.tokens import TokenSets

SPEND: Final = "INSERT INTO spent (pool, token_hash, id_hash, receipt, week) VALUES {}"
CLASH: Final = " ON CONFLICT DO NOTHING RETURNING pool, token_hash, receipt"


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

    def take(self, connection: sqlite3.Connection, deposits: Sequence[Deposit]) -> list[bool | Refusal]:
        """Store them. The same again is fine, even after its token was withdrawn; anything else is refused.

        One statement spends all their tokens: each statement is a moment in which the thread that serves
        requests may take Python's lock away, for longer than the statement lasts. An answer is True if the
        deposit filled the open page.
        """
        numbers = [pool_number(connection, deposit.pool) for deposit in deposits]
        weeks = [
            None
            if number is None
            else self._tokens.week_of(deposit.token_hash, pool=number, weeks=deposit.weeks)
            for number, deposit in zip(numbers, deposits, strict=True)
        ]
        fresh = _spend(connection, numbers, weeks, deposits)
        answers: list[bool | Refusal] = []
        for number, week, deposit in zip(numbers, weeks, deposits, strict=True):
            if number is None:
                answers.append(PoolRefusal())
            elif (number, deposit.token_hash, deposit.receipt) in fresh:
                fresh.discard((number, deposit.token_hash, deposit.receipt))  # the same twice in one batch
                lane = (number, wire.STREAMS.index(deposit.stream))
                spent = SpentToken(deposit.token_hash, deposit.id_hash, deposit.receipt, cast(int, week))
                answers.append(self._pages.add(lane, deposit.cells, spent))
            else:
                answers.append(_again(connection, number, week, deposit))
        return answers


def _spend(
    connection: sqlite3.Connection,
    numbers: Sequence[int | None],
    weeks: Sequence[int | None],
    deposits: Sequence[Deposit],
) -> set[tuple[int, bytes, bytes]]:
    """Spend the tokens that are accepted and were not spent. Returns which those are."""
    values = [
        value
        for number, week, deposit in zip(numbers, weeks, deposits, strict=True)
        if week is not None
        for value in (number, deposit.token_hash, deposit.id_hash, deposit.receipt, week)
    ]
    if not values:
        return set()
    rows = ",".join(["(?,?,?,?,?)"] * (len(values) // 5))
    return set(connection.execute(SPEND.format(rows) + CLASH, values).fetchall())


def _again(connection: sqlite3.Connection, number: int, week: int | None, deposit: Deposit) -> bool | Refusal:
    """The answer to a deposit whose token could not be spent."""
    before = _spent_with(connection, number, deposit.token_hash)
    if week is None and before is None:
        return TokenRefusal()
    if before is None or not hmac.compare_digest(before, deposit.receipt):
        return ConflictRefusal()
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
