"""Every parcel that a desk opened, kept as it came: complaints, additions and answers, in whatever order.

Nothing here is ever replaced. The same parcel again is ignored; only its authenticity, once unknown, may
become known, or another handler may vouch for it.
"""

from __future__ import annotations

import msgspec

from app.vault.database import Database

_COLUMNS = "device, code, kind, parcel, desk, authentic, received, payload, attested_by"


class Arrived(msgspec.Struct, frozen=True):
    """One parcel. ``received`` is Unix seconds, ``payload`` JSON. ``authentic`` None: could not be
    checked; then ``attested_by`` is the device of a handler who vouches for it, if one does.
    """

    device: bytes
    code: str
    kind: str
    parcel: bytes
    desk: str
    authentic: bool | None
    received: int
    payload: str
    attested_by: bytes | None = None

    def __repr__(self) -> str:
        return f"<Arrived {self.kind} {self.code}>"


def keep(db: Database, arrived: Arrived) -> bool:
    """Keep a parcel; False when it changes nothing."""
    done = db.execute(
        f"INSERT INTO arrival ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
        " ON CONFLICT (device, code, kind, parcel) DO UPDATE SET authentic = excluded.authentic,"
        " attested_by = coalesce(attested_by, excluded.attested_by)"
        " WHERE authentic IS NULL AND (excluded.authentic IS NOT NULL"
        "  OR attested_by IS NULL AND excluded.attested_by IS NOT NULL)",
        (
            arrived.device,
            arrived.code,
            arrived.kind,
            arrived.parcel,
            arrived.desk,
            arrived.authentic,
            arrived.received,
            arrived.payload,
            arrived.attested_by,
        ),
    )
    return done.rowcount == 1


def under(db: Database, device: bytes, code: str) -> list[Arrived]:
    """All that came from a device under a code, in the order of arrival."""
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM arrival WHERE device = ? AND code = ? ORDER BY received, rowid",  # noqa: S608
        (device, code),
    )
    return [_arrived(row) for row in rows]


def find(db: Database, device: bytes, code: str, parcel: bytes) -> Arrived | None:
    """The complaint parcel that a line of the inbox stands for."""
    row = db.execute(
        f"SELECT {_COLUMNS} FROM arrival WHERE device = ? AND code = ? AND kind = 'complaint' AND parcel = ?",  # noqa: S608
        (device, code, parcel),
    ).fetchone()
    return _arrived(row) if row else None


def _arrived(row: tuple[bytes, str, str, bytes, str, int | None, int, str, bytes | None]) -> Arrived:
    authentic = None if row[5] is None else bool(row[5])
    return Arrived(row[0], row[1], row[2], row[3], row[4], authentic, row[6], row[7], row[8])
