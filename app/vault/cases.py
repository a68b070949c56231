"""The list of cases: a number and a summary of each, refreshed from the fold of its operations.

Two handlers who open cases apart from each other may give the same number. Then both numbers get a suffix
made from the operation that opened the case, the same on every desk, and the bare number means neither: paper
that carries it must not come to mean another case.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from app.vault.database import Database

MOST_DIGITS = 6
_COLUMNS = "id, base, suffix, title, status, case_type, priority, assignee, conflicts, opened, changed"
_LISTED = """
    id, base, suffix, title, status, case_type, priority, assignee, conflicts, opened, changed,
    CASE WHEN (SELECT count(*) FROM case_index AS other WHERE other.base = case_index.base) > 1
        THEN base || '-' || suffix ELSE base END,
    (SELECT count(*) FROM case_complaint WHERE case_id = case_index.id)
"""


class IndexedCase(msgspec.Struct, frozen=True):
    """One line. ``base`` is the number that its opener gave, times are Unix milliseconds."""

    id: bytes
    base: str
    suffix: str
    title: str | None
    status: str
    case_type: str
    priority: str | None
    assignee: str | None
    conflicts: int
    opened: int
    changed: int


class ListedCase(IndexedCase, frozen=True):
    """The same with ``number`` as it is shown (C-2026-001, or C-2026-001-7f3a while another case has the
    same) and with how many complaints belong to it.
    """

    number: str
    complaints: int


def put(db: Database, case: IndexedCase, codes: Iterable[str]) -> None:
    """Write or rewrite a line, and which complaints belong to it."""
    marks = ", ".join("?" for _ in IndexedCase.__struct_fields__)
    db.execute(
        f"INSERT OR REPLACE INTO case_index ({_COLUMNS}) VALUES ({marks})",  # noqa: S608
        msgspec.structs.astuple(case),
    )
    db.execute("DELETE FROM case_complaint WHERE case_id = ?", (case.id,))
    db.executemany(
        "INSERT OR IGNORE INTO case_complaint (case_id, code) VALUES (?, ?)",
        [(case.id, code) for code in codes],
    )


def find(db: Database, case_id: bytes) -> ListedCase | None:
    """One line by id."""
    return next(iter(_select(db, "WHERE id = ?", (case_id,))), None)


def with_base(db: Database, base: str) -> list[ListedCase]:
    """The lines whose openers gave this number."""
    return _select(db, "WHERE base = ? ORDER BY opened, id", (base,))


def every(db: Database) -> list[ListedCase]:
    """All lines, the last changed first."""
    return _select(db, "ORDER BY changed DESC, id", ())


def of_complaint(db: Database, code: str) -> list[ListedCase]:
    """The cases that a complaint belongs to."""
    return _select(
        db,
        "WHERE id IN (SELECT case_id FROM case_complaint WHERE code = ?) ORDER BY opened, id",
        (code,),
    )


def numbers_by_code(db: Database) -> dict[str, list[str]]:
    """For every complaint that belongs to cases, their numbers."""
    numbers = {case.id: case.number for case in every(db)}
    found: dict[str, list[str]] = {}
    for case_id, code in db.execute(
        "SELECT case_id, code FROM case_complaint JOIN case_index ON id = case_id ORDER BY opened, id"
    ):
        found.setdefault(code, []).append(numbers[case_id])
    return found


def highest(db: Database, prefix: str) -> int:
    """The highest number given so far under ``C-2026-``; 0 when there is none. Numbers that nobody would give
    are passed over: they come from other desks.
    """
    rows = db.execute("SELECT base FROM case_index WHERE base LIKE ? || '%'", (prefix,))
    numbers = [base[len(prefix) :] for (base,) in rows]
    given = (text for text in numbers if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS)
    return max((int(text) for text in given), default=0)


def _select(db: Database, where: str, values: tuple[object, ...]) -> list[ListedCase]:
    return [ListedCase(*row) for row in db.execute(f"SELECT {_LISTED} FROM case_index {where}", values)]  # noqa: S608
