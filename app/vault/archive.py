"""What a desk archives of its vault, row by row: an allow-list of tables, and how their rows come back.

What arrived, what was asked and what handlers did (from which inbox, screening and cases are made again).
Nothing else: no setting, so no seed, day key, epoch key, pairwise key or token, and nothing of the sync
layer's tables (protocol.md 10A.3). A table that is added to the vault is not archived before somebody adds it
here.

Guarantees: a page of rows at a time in memory, however many there are; rows that came back twice change
nothing. Rows from a file are not trusted to have the right form: `keep` refuses what the vault would not have
written itself. What `keep` would refuse is not archived, only counted: one row never costs a desk its
archive.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from app.domain import operations as ops
from app.domain.errors import OperationError
from app.vault import arrived, asked, operations
from app.vault.arrived import Arrived
from app.vault.asked import Asked
from app.vault.database import Database
from app.vault.operations import StoredOperation
from crypto.archives import MAX_RECORD_BYTES
from crypto.errors import ArchiveRefusedError

ARRIVAL: Final = 3
ASKED: Final = 4
OPERATION: Final = 5
_PAGE_ROWS: Final = 32
"""A payload may have megabytes."""
_ROOM_BYTES: Final = 1_024
"""Around the values of a record."""
_KINDS: Final = ("complaint", "addition", "answer")
_TRUST: Final = {0: False, 1: True, None: None}

_SELECTED: Final[dict[int, tuple[str, str]]] = {
    ARRIVAL: ("arrival", "device, code, kind, parcel, desk, authentic, received, payload"),
    ASKED: ("asked", "id, code, at, text"),
    OPERATION: ("operation", "body"),
}


def tables() -> list[str]:
    """The names of all tables that are archived."""
    return [table for table, _columns in _SELECTED.values()]


def rows(db: Database, *, left_out: Counter[int] | None = None) -> Iterator[tuple[int, list[Any]]]:
    """(kind, values) of every row that is there now; what comes in meanwhile is for the next archive.
    Rows that no archive may hold are counted in `left_out`, by their kind.
    """
    ends = {kind: _last(db, table) for kind, (table, _columns) in _SELECTED.items()}
    for kind, (table, columns) in _SELECTED.items():
        place = 0
        while True:
            page = db.execute(
                f"SELECT rowid, {columns} FROM {table} WHERE rowid > ? AND rowid <= ?"  # noqa: S608
                " ORDER BY rowid LIMIT ?",
                (place, ends[kind], _PAGE_ROWS),
            ).fetchall()
            if not page:
                break
            for row in page:
                if fits(kind, list(row[1:])):
                    yield kind, list(row[1:])
                elif left_out is not None:
                    left_out[kind] += 1
            place = page[-1][0]


def _last(db: Database, table: str) -> int:
    return int(db.execute(f"SELECT max(rowid) FROM {table}").fetchone()[0] or 0)  # noqa: S608


def keep(db: Database, kind: int, values: list[Any]) -> None:
    """Keep a row of an archive; the same again changes nothing. `ArchiveRefusedError` for what is no such
    row.
    """
    row = read(kind, values)
    if isinstance(row, Arrived):
        arrived.keep(db, row)
    elif isinstance(row, Asked):
        asked.keep(db, row)
    else:
        operations.keep(db, row)


def read(kind: int, values: list[Any]) -> Arrived | Asked | StoredOperation:
    """A row of an archive with every value checked."""
    if kind not in _READERS:
        raise ArchiveRefusedError("This archive was made by a newer version of this program.")
    return _READERS[kind](values)


def fits(kind: int, values: list[Any]) -> bool:
    """Whether an archive may hold this row: it is read again, and no larger than a record."""
    try:
        read(kind, values)
    except ArchiveRefusedError:
        return False
    size = sum(len(value.encode()) if type(value) is str else len(value) for value in values if _long(value))
    return size + _ROOM_BYTES <= MAX_RECORD_BYTES


def _long(value: Any) -> bool:
    return type(value) in (str, bytes)


def _arrived(values: list[Any]) -> Arrived:
    device, code, kind, parcel, desk, trust, received, payload = _typed(
        values, bytes, str, str, bytes, str, None, int, str
    )
    _require(len(device) == 16 and len(parcel) == 16 and 0 < len(code) <= 16 and kind in _KINDS)
    _require(0 < len(desk) <= 60 and 0 <= received < 2**40)
    _require(trust is None or (type(trust) is int and trust in (0, 1)))
    try:
        _require(type(json.loads(payload)) is dict)
    except (ValueError, RecursionError) as error:
        raise ArchiveRefusedError from error
    return Arrived(device, code, kind, parcel, desk, _TRUST[trust], received, payload)


def _asked(values: list[Any]) -> Asked:
    question, code, at, text = _typed(values, bytes, str, int, str)
    _require(0 < len(question) <= 32 and 0 < len(code) <= 16 and 0 <= at < 2**47 and len(text) <= 100_000)
    return Asked(question, code, at, text)


def _operation(values: list[Any]) -> StoredOperation:
    (body,) = _typed(values, bytes)
    try:
        operation = ops.decode(msgspec.msgpack.decode(body))
    except (OperationError, msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise ArchiveRefusedError from error
    return StoredOperation(
        id=operation.id,
        subject=operation.case,
        device=operation.device,
        counter=operation.counter,
        at_ms=operation.at_ms,
        body=msgspec.msgpack.encode(ops.encode(operation)),
    )


_READERS: Final[dict[int, Callable[[list[Any]], Arrived | Asked | StoredOperation]]] = {
    ARRIVAL: _arrived,
    ASKED: _asked,
    OPERATION: _operation,
}


def _typed(values: list[Any], *kinds: type | None) -> list[Any]:
    """As many values as kinds, each of its kind; None takes any."""
    _require(len(values) == len(kinds))
    for value, kind in zip(values, kinds, strict=True):
        _require(kind is None or type(value) is kind)
    return values


def _require(holds: bool) -> None:
    if not holds:
        raise ArchiveRefusedError


def complaints(db: Database) -> Iterator[tuple[bytes, str]]:
    """(device, code) under which anything arrived, so that the lines of the inbox can be made again."""
    device, code = b"", ""
    while True:
        page = db.execute(
            "SELECT DISTINCT device, code FROM arrival WHERE (device, code) > (?, ?)"
            " ORDER BY device, code LIMIT 500",
            (device, code),
        ).fetchall()
        if not page:
            return
        for row in page:
            device, code = bytes(row[0]), str(row[1])
            yield device, code
