"""Drafts: complaints in the making, saved at every step, gone without a trace when finished or discarded."""

from __future__ import annotations

import msgspec

from app.vault import erasable
from app.vault.database import Database


class StoredDraft(msgspec.Struct, frozen=True):
    """A draft as it is kept. ``record`` is JSON, times are Unix milliseconds."""

    id: bytes
    code: str
    desk: str
    step: int
    started_ms: int
    saved_ms: int
    record: bytes

    def __repr__(self) -> str:
        return f"<StoredDraft {self.code}>"


def insert(db: Database, draft: StoredDraft) -> None:
    """A new draft."""
    db.execute(
        "INSERT INTO draft (id, code, desk, step, started, saved, record) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            draft.id,
            draft.code,
            draft.desk,
            draft.step,
            draft.started_ms,
            draft.saved_ms,
            erasable.pack(draft.record),
        ),
    )


def update(db: Database, draft_id: bytes, *, record: bytes, desk: str, step: int, saved_ms: int) -> bool:
    """Replace what a draft says; False when there is no such draft."""
    done = db.execute(
        "UPDATE draft SET record = ?, desk = ?, step = ?, saved = ? WHERE id = ?",
        (erasable.pack(record), desk, step, saved_ms, draft_id),
    )
    return done.rowcount == 1


def delete(db: Database, draft_id: bytes) -> bool:
    """Forget a draft; `Vault.scrub` then removes its last traces. False when there is no such draft."""
    return db.execute("DELETE FROM draft WHERE id = ?", (draft_id,)).rowcount == 1


def find(db: Database, draft_id: bytes) -> StoredDraft | None:
    """One draft."""
    return _one(db, "id = ?", draft_id)


def find_by_code(db: Database, code: str) -> StoredDraft | None:
    """The draft that will have this code."""
    return _one(db, "code = ?", code)


def every(db: Database) -> list[tuple[bytes, str, int, int, int]]:
    """(id, code, step, started, saved) of all drafts, the latest saved first; no content is read."""
    return db.execute("SELECT id, code, step, started, saved FROM draft ORDER BY saved DESC, id").fetchall()


def _one(db: Database, where: str, value: bytes | str) -> StoredDraft | None:
    row = db.execute(
        f"SELECT id, code, desk, step, started, saved, record FROM draft WHERE {where}",  # noqa: S608
        (value,),
    ).fetchone()
    if row is None:
        return None
    draft_id, written, desk, step, started, saved, record = row
    return StoredDraft(draft_id, written, desk, step, started, saved, erasable.unpack(record))
