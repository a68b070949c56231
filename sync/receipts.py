"""Receipts: a handler who was shown who sent a parcel vouches for it to handlers who join later (protocol.md
6.4).

A newcomer has no pairwise key for what was sent before it came, and the phone does not send that again once
it is confirmed. A receipt says "I was shown this"; it is the word of one handler, and is shown as that.
"""

from __future__ import annotations

from typing import Final

from crypto.announcements import RECEIPTS_PER_CELL, Receipt, Receipts, sign_announcement
from crypto.cells import CellKind
from crypto.desk_keys import DAY_SECONDS
from crypto.ids import DeskId, DeviceId
from crypto.parcels import Parcel
from crypto.roster import Roster
from sync.membership import Membership, Self
from sync.outbox import Outbox
from sync.state import State
from sync.windows import trusted_day

RECEIPT_DAYS: Final = 15
"""A newcomer reads what the relay keeps, 14 days; one more for the session in which it is said."""
_KEPT_DAYS: Final = 60


def note_shown(state: State, device: DeviceId, parcel: Parcel) -> None:
    """This parcel's sender was shown to this handler. Inside the transaction that hands it on."""
    state.db.execute(
        "INSERT OR IGNORE INTO sync_shown (device, desk, parcel, digest, at, said) VALUES (?, ?, ?, ?, ?, 0)",
        (device, parcel.desk, parcel.id, parcel.digest, state.now()),
    )


def say_receipts(state: State, *, me: Self, member: Membership, roster: Roster, outbox: Outbox) -> None:
    """Step 8.2.5: while a handler of the desk is new, a receipt for every shown parcel, once. Inside a
    transaction.
    """
    over = (trusted_day(state) - _KEPT_DAYS) * DAY_SECONDS
    state.db.execute("DELETE FROM sync_shown WHERE at < ?", (over,))
    state.db.execute("DELETE FROM sync_receipt WHERE at < ?", (over,))
    # Pieces of what nobody vouched for, or what was shown not to come from where it says.
    state.db.execute("DELETE FROM sync_chunk WHERE vouched <> 1 AND at < ?", (over,))
    recent, mine = state.now() - RECEIPT_DAYS * DAY_SECONDS, me.id
    if not any(entry.at >= recent for entry in roster.handlers(member.desk) if entry.device != mine):
        return
    rows = state.db.execute(
        "SELECT device, parcel, digest FROM sync_shown WHERE desk = ? AND said = 0 AND at >= ?"
        " ORDER BY device, parcel",
        (member.desk, recent),
    ).fetchall()
    for start in range(0, len(rows), RECEIPTS_PER_CELL):
        entries = [
            Receipt(DeviceId(bytes(device)), bytes(parcel), bytes(digest))
            for device, parcel, digest in rows[start : start + RECEIPTS_PER_CELL]
        ]
        body = sign_announcement(Receipts(member.desk, entries), by=me.identity, org=member.org)
        outbox.put_cell(member.desk, CellKind.ANNOUNCE, body)
    state.db.execute("UPDATE sync_shown SET said = 1 WHERE desk = ? AND at >= ?", (member.desk, recent))


def take_receipts(state: State, said: Receipts, *, by: DeviceId) -> None:
    """Keep what another handler of this desk vouches for. Inside a transaction."""
    state.db.executemany(
        "INSERT OR IGNORE INTO sync_receipt (device, desk, parcel, handler, digest, at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [(entry.device, said.desk, entry.parcel, by, entry.digest, state.now()) for entry in said.entries],
    )


def attested_by(state: State, device: DeviceId, desk: DeskId, parcel: Parcel) -> DeviceId | None:
    """The handler who vouches that this very parcel came from this device, or None."""
    row = state.db.execute(
        "SELECT handler FROM sync_receipt WHERE device = ? AND desk = ? AND parcel = ? AND digest = ?"
        " ORDER BY at, handler",
        (device, desk, parcel.id, parcel.digest),
    ).fetchone()
    return None if row is None else DeviceId(bytes(row[0]))
