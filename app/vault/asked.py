"""Questions that were asked from this desk, so that an answer finds the question it belongs to."""

from __future__ import annotations

import msgspec

from app.vault.database import Database


class Asked(msgspec.Struct, frozen=True):
    """A question to the phone that took a complaint. ``at`` is Unix seconds."""

    id: bytes
    code: str
    at: int
    text: str

    def __repr__(self) -> str:
        return f"<Asked {self.code}>"


def keep(db: Database, asked: Asked) -> None:
    """Remember a question; the same again changes nothing."""
    db.execute(
        "INSERT OR IGNORE INTO asked (id, code, at, text) VALUES (?, ?, ?, ?)",
        (asked.id, asked.code, asked.at, asked.text),
    )


def about(db: Database, code: str) -> list[Asked]:
    """All questions about a complaint, the oldest first."""
    rows = db.execute("SELECT id, code, at, text FROM asked WHERE code = ? ORDER BY at, rowid", (code,))
    return [Asked(*row) for row in rows]
