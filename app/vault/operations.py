"""Operations on cases and on single complaints, as they were signed; only ever added."""

from __future__ import annotations

import msgspec

from app.vault.database import Database


class StoredOperation(msgspec.Struct, frozen=True):
    """One operation. ``subject`` is the case or complaint it is about, ``body`` the whole operation as
    MessagePack."""

    id: bytes
    subject: bytes
    device: bytes
    counter: int
    at_ms: int
    body: bytes

    def __repr__(self) -> str:
        return f"<StoredOperation {self.id.hex()}>"


def keep(db: Database, operation: StoredOperation) -> bool:
    """Keep an operation; False when it was here before."""
    done = db.execute(
        "INSERT OR IGNORE INTO operation (id, subject, device, counter, at, body) VALUES (?, ?, ?, ?, ?, ?)",
        (
            operation.id,
            operation.subject,
            operation.device,
            operation.counter,
            operation.at_ms,
            operation.body,
        ),
    )
    if done.rowcount != 1:
        return False
    db.execute("INSERT OR IGNORE INTO unfolded (subject) VALUES (?)", (operation.subject,))
    return True


def unfolded(db: Database) -> list[bytes]:
    """Subjects of which operations were kept since they were last folded."""
    return [row[0] for row in db.execute("SELECT subject FROM unfolded ORDER BY rowid")]


def mark_folded(db: Database, subject: bytes) -> None:
    """The tables made from the fold show all operations of this subject."""
    db.execute("DELETE FROM unfolded WHERE subject = ?", (subject,))


def about(db: Database, subject: bytes) -> list[bytes]:
    """The bodies of all operations on one case or complaint, in no order that means anything."""
    return [
        row[0]
        for row in db.execute("SELECT body FROM operation WHERE subject = ? ORDER BY rowid", (subject,))
    ]


def latest(db: Database, device: bytes) -> tuple[int, int]:
    """(highest counter of this device, highest clock of all devices), 0 where there is none: what comes next
    is above.
    """
    counter = db.execute("SELECT max(counter) FROM operation WHERE device = ?", (device,)).fetchone()[0]
    at_ms = db.execute("SELECT max(at) FROM operation").fetchone()[0]
    return int(counter or 0), int(at_ms or 0)
