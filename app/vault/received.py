"""The inbox of a desk: one line for each complaint, made from what arrived under its device and code.

A line can always be made again from `arrived` and from the operations; it exists so that a list of thousands
opens at once.
"""

from __future__ import annotations

import msgspec

from app.vault.database import Database

_COLUMNS = (
    "device, code, parcel, desk, authentic, received, readable, issues, facility, danger, retaliation, added,"
    " withdrawn, genuine, ours, safe"
)


class Received(msgspec.Struct, frozen=True):
    """One line. ``parcel`` is the arrival that it shows; ``added`` counts what came after. No person's name
    is in it.
    """

    device: bytes
    code: str
    parcel: bytes
    desk: str
    authentic: bool | None
    received: int
    readable: bool
    issues: list[str]
    facility: str | None
    danger: str
    retaliation: bool
    added: int
    withdrawn: bool
    genuine: bool | None = None
    ours: bool | None = None
    safe: bool | None = None

    @property
    def screened(self) -> bool:
        """All three questions were answered."""
        return None not in (self.genuine, self.ours, self.safe)


def put(db: Database, line: Received) -> None:
    """Write or rewrite a line; what screening said of it stays."""
    db.execute(
        f"INSERT INTO received ({_COLUMNS})"  # noqa: S608
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL)"
        " ON CONFLICT (device, code) DO UPDATE SET parcel = excluded.parcel, desk = excluded.desk,"
        " authentic = excluded.authentic, received = excluded.received, readable = excluded.readable,"
        " issues = excluded.issues, facility = excluded.facility, danger = excluded.danger,"
        " retaliation = excluded.retaliation, added = excluded.added, withdrawn = excluded.withdrawn",
        (
            line.device,
            line.code,
            line.parcel,
            line.desk,
            line.authentic,
            line.received,
            line.readable,
            " ".join(line.issues),
            line.facility,
            line.danger,
            line.retaliation,
            line.added,
            line.withdrawn,
        ),
    )


def set_screening(
    db: Database, code: str, *, genuine: bool | None, ours: bool | None, safe: bool | None
) -> None:
    """What the three questions of screening came to; without effect when the complaint has not come yet."""
    db.execute(
        "UPDATE received SET genuine = ?, ours = ?, safe = ? WHERE code = ?",
        (genuine, ours, safe, code),
    )


def find(db: Database, device: bytes, code: str) -> Received | None:
    """One line."""
    sql = f"SELECT {_COLUMNS} FROM received WHERE device = ? AND code = ?"  # noqa: S608
    row = db.execute(sql, (device, code)).fetchone()
    return _received(row) if row else None


def with_code(db: Database, code: str) -> list[Received]:
    """The lines of a code: one, unless a device used a code that is not its own. The most trustworthy
    first.
    """
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM received WHERE code = ?"  # noqa: S608
        " ORDER BY CASE authentic WHEN 1 THEN 0 WHEN 0 THEN 2 ELSE 1 END, received, device",
        (code,),
    )
    return [_received(row) for row in rows]


def every(db: Database) -> list[Received]:
    """All lines: danger first, then reprisal, then the oldest (LOOK section 6, urgency marks)."""
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM received"  # noqa: S608
        " ORDER BY danger = 'yes' DESC, retaliation DESC, received, code, device"
    )
    return [_received(row) for row in rows]


def _received(row: tuple[object, ...]) -> Received:
    fields = dict(zip(Received.__struct_fields__, row, strict=True))
    fields["issues"] = str(fields["issues"]).split()
    return msgspec.convert(fields, Received, strict=False)
