"""Questions of a desk, on a phone. The text goes when it is answered, and after seven days in any case.

The id stays, so that a desk that repeats what is unanswered does not bring an erased question back.
"""

from __future__ import annotations

from typing import Final

import msgspec

from app.vault import erasable
from app.vault.database import Database

KEPT_S: Final = 7 * 24 * 3600  # PROTOCOL section 6: erased from the device when answered or after 7 days


class Question(msgspec.Struct, frozen=True):
    """An open question. Times are Unix seconds; the seven days run from ``arrived``."""

    id: bytes
    code: str
    desk: str
    asked: int
    arrived: int
    text: str

    def __repr__(self) -> str:
        return f"<Question {self.code}>"


def keep(db: Database, question: Question) -> bool:
    """Keep a question that came; False when it was here before."""
    done = db.execute(
        "INSERT OR IGNORE INTO question (id, code, desk, asked, arrived, state, text)"
        " VALUES (?, ?, ?, ?, ?, 'open', ?)",
        (
            question.id,
            question.code,
            question.desk,
            question.asked,
            question.arrived,
            erasable.pack(question.text.encode()),
        ),
    )
    return done.rowcount == 1


def waiting(db: Database, code: str | None = None) -> list[Question]:
    """Open questions, the oldest first; of one complaint if ``code`` is given."""
    rows = db.execute(
        "SELECT id, code, desk, asked, arrived, text FROM question"
        " WHERE state = 'open' AND (?1 IS NULL OR code = ?1) ORDER BY asked, id",
        (code,),
    )
    return [
        Question(question, about, desk, asked, arrived, erasable.unpack(text).decode())
        for question, about, desk, asked, arrived, text in rows
    ]


def close(db: Database, question_id: bytes) -> None:
    """It was answered: erase the text."""
    db.execute("UPDATE question SET state = 'answered', text = NULL WHERE id = ?", (question_id,))


def expire(db: Database, now_s: int) -> int:
    """Erase what is seven days old; how many there were."""
    return db.execute(
        "UPDATE question SET state = 'expired', text = NULL WHERE state = 'open' AND arrived <= ?",
        (now_s - KEPT_S,),
    ).rowcount
