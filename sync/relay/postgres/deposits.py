"""Storing many deposits in one transaction: their tokens are spent and their cells are kept, or neither.

The cells wait in a table without a page number. Whoever closes a page takes what is committed by then, so a
commit that comes late is in the next page and never in none.
"""

from __future__ import annotations

import hmac
import struct
from collections.abc import Iterable, Sequence
from typing import Final, cast

from psycopg import sql

from sync import wire
from sync.relay.errors import ConflictRefusal, PoolRefusal, Refusal, TokenRefusal
from sync.relay.postgres.schema import Link, lock
from sync.relay.postgres.tokens import SharedTokenSets
from sync.relay.store import Cell, Deposit

SPEND: Final = (
    "INSERT INTO spent (pool, token_hash, id_hash, receipt, week)"
    " SELECT * FROM unnest(%s::int[], %s::bytea[], %s::bytea[], %s::bytea[], %s::int[])"
    " ON CONFLICT DO NOTHING RETURNING pool, token_hash, receipt"
)
# PostgreSQL's binary format for COPY: a signature, no flags, no extension; and what stands behind the rows.
COPY_HEAD: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
COPY_END: Final = b"\xff\xff"
COPY_BYTES: Final = 1 << 20

Spending = tuple[int, bytes, bytes]  # pool, token hash, receipt


def pool_numbers(link: Link, names: Iterable[bytes]) -> dict[bytes, int]:
    """Short numbers of those pools that there are."""
    rows = link.execute("SELECT name, number FROM pool WHERE name = ANY(%s)", (list(set(names)),)).fetchall()
    return dict(cast(list[tuple[bytes, int]], rows))


def take(
    link: Link, deposits: Sequence[Deposit], *, numbers: dict[bytes, int], tokens: SharedTokenSets
) -> list[bool | Refusal]:
    """Store what can be stored, in the transaction of whoever calls. True where something new was stored."""
    pools = sorted({numbers[deposit.pool] for deposit in deposits if deposit.pool in numbers})
    for pool in pools:
        lock(link, pool, shared=True)
    weeks = {week for deposit in deposits for week in deposit.weeks}
    sets = tokens.read(link, pools=pools, weeks=weeks)
    accepted: list[tuple[Deposit, int, int]] = []
    for deposit in deposits:
        pool = numbers.get(deposit.pool, 0)
        for week in deposit.weeks:
            if (pool, week) in sets and deposit.token_hash in sets[pool, week]:
                accepted.append((deposit, pool, week))
                break
    fresh = _spend(link, accepted)
    known = {id(deposit) for deposit, _, _ in accepted}
    cells: dict[str, list[tuple[int, Cell]]] = {}
    answers: list[bool | Refusal] = []
    for deposit in deposits:
        pool = numbers.get(deposit.pool, 0)
        spending = (pool, deposit.token_hash, deposit.receipt)
        if not pool:
            answers.append(PoolRefusal())
        elif spending in fresh:
            fresh.discard(spending)  # the same deposit may be twice in one batch
            cells.setdefault(deposit.stream, []).extend((pool, cell) for cell in deposit.cells)
            answers.append(True)
        else:
            answers.append(_again(link, pool, deposit, accepted=id(deposit) in known))
    for stream, kept in cells.items():
        copy_cells(link, stream, kept)
    return answers


def copy_cells(link: Link, stream: str, cells: list[tuple[int, Cell]]) -> None:
    """Put cells where they wait for their page, in the order of their hashes: even a table in which they are
    alone does not tell which of those that came together belong together.
    """
    cells.sort(key=_order)
    table = sql.Identifier(f"waiting_{wire.STREAMS.index(stream)}")
    statement = sql.SQL("COPY {} (pool, hash, body) FROM STDIN (FORMAT BINARY)").format(table)
    with link.cursor() as cursor, cursor.copy(statement) as copy:
        pieces, size = [COPY_HEAD], 0
        for pool, (name, body) in cells:
            head = struct.pack("!hiiI32si", 3, 4, pool, wire.DIGEST_BYTES, name, len(body))
            pieces += [head, bytes(body)]
            size += len(body)
            if size >= COPY_BYTES:
                copy.write(b"".join(pieces))
                pieces, size = [], 0
        copy.write(b"".join([*pieces, COPY_END]))


def spent_with(link: Link, pool: int, token_hash: bytes) -> bytes | None:
    """The receipt of what this token was spent for."""
    row = link.execute(
        "SELECT receipt FROM spent WHERE pool = %s AND token_hash = %s", (pool, token_hash)
    ).fetchone()
    return None if row is None else cast(bytes, row[0])


def _spend(link: Link, accepted: Sequence[tuple[Deposit, int, int]]) -> set[Spending]:
    """Spend the tokens that were not spent yet. Returns which those are.

    In one order at every relay: two batches with the same tokens wait for each other, and never in a ring.
    """
    if not accepted:
        return set()
    rows = sorted(
        (pool, deposit.token_hash, deposit.id_hash, deposit.receipt, week) for deposit, pool, week in accepted
    )
    columns = [list(column) for column in zip(*rows, strict=True)]
    return set(cast(list[Spending], link.execute(SPEND, columns, binary=True).fetchall()))


def _again(link: Link, pool: int, deposit: Deposit, *, accepted: bool) -> bool | Refusal:
    """The answer to a deposit whose token could not be spent."""
    before = spent_with(link, pool, deposit.token_hash)
    if before is None and not accepted:
        return TokenRefusal()
    if before is None or not hmac.compare_digest(before, deposit.receipt):
        return ConflictRefusal()
    return False


def _order(cell: tuple[int, Cell]) -> tuple[int, bytes]:
    return cell[0], cell[1][0]
