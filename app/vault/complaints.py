"""What a phone remembers of what it finished: code, status, day, kind and desk. Not a word of what was
told.
"""

from __future__ import annotations

from typing import Final

import msgspec

from app.vault.database import Database

# A status only ever moves on: word of an earlier step that comes late changes nothing.
_ORDER: Final = ("sealed", "sent", "received", "withdrawn")


class FinishedComplaint(msgspec.Struct, frozen=True):
    """One finished complaint on the phone. ``created`` is a day. ``status``: sealed, sent, received or
    withdrawn.
    """

    code: str
    status: str
    created: str
    kind: str
    desk: str


def insert(db: Database, complaint: FinishedComplaint) -> None:
    """A complaint that was finished just now."""
    db.execute(
        "INSERT INTO complaint (code, status, created, kind, desk) VALUES (?, ?, ?, ?, ?)",
        (complaint.code, complaint.status, complaint.created, complaint.kind, complaint.desk),
    )


def advance(db: Database, code: str, status: str) -> None:
    """Move a complaint on to ``status``, never back; unknown codes are ignored."""
    earlier = _ORDER[: _ORDER.index(status)]
    marks = ", ".join("?" for _ in earlier)
    sql = f"UPDATE complaint SET status = ? WHERE code = ? AND status IN ({marks})"  # noqa: S608
    db.execute(sql, (status, code, *earlier))


def find(db: Database, code: str) -> FinishedComplaint | None:
    """One finished complaint."""
    row = db.execute(
        "SELECT code, status, created, kind, desk FROM complaint WHERE code = ?", (code,)
    ).fetchone()
    return FinishedComplaint(*row) if row else None


def every(db: Database) -> list[FinishedComplaint]:
    """All of them, the newest first."""
    rows = db.execute(
        "SELECT code, status, created, kind, desk FROM complaint ORDER BY created DESC, rowid DESC"
    )
    return [FinishedComplaint(*row) for row in rows]
