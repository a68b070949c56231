"""Parcels put together from the cells that carry them, opened, and handed on as shown, refuted or not
introduced.

A parcel whose sender is not shown is never mixed with one that is. What nobody could check yet is kept
sealed, so that it can be handed on again when another handler vouches for it (protocol.md 6.1, 6.3, 6.4).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from crypto.announcements import Receipts
from crypto.cells import UntrustedCell
from crypto.errors import EncodingError, ParcelDamagedError
from crypto.ids import DeskId, DeviceId, OrganisationId
from crypto.parcels import Chunk, ParcelKind, join, open_parcel
from crypto.roster import Member, Roster
from sync.deskkeys import DayKeys
from sync.receipts import attested_by, note_shown
from sync.state import State

VOUCHED: Final = 1
REFUTED: Final = 0
UNKNOWN: Final = 2


@dataclass(frozen=True)
class ArrivedParcel:
    """A whole parcel at the desk. `authentic`: True shown, False refuted, None not introduced yet; then
    `attested_by` is the handler who vouches for it, if one does.
    """

    id: bytes
    kind: str
    code: str
    finished_at: int
    payload: dict[str, Any] = field(repr=False)
    device: DeviceId
    desk: DeskId
    authentic: bool | None
    received_at: int
    attested_by: DeviceId | None = None


class Sink(Protocol):
    """Where things go once they are readable. Called inside the transaction that moves the place in the
    stream.
    """

    def take_parcel(self, arrived: ArrivedParcel) -> None: ...

    def take_operation(self, device: DeviceId, operation: dict[str, Any]) -> None: ...

    def take_question(self, handler: DeviceId, body: dict[str, Any]) -> None: ...

    def take_left(self, code: str, kind: str) -> None: ...

    def take_confirmation(self, code: str, kind: str) -> None: ...


@dataclass
class Taken:
    """What a page brought, in numbers. `foreign`: cells that no key of ours opens, or whose sender is no
    member.
    """

    parcels: int = 0
    operations: int = 0
    foreign: int = 0
    unreadable: int = 0


@dataclass
class Assembly:
    """The parcels of one desk, during one session."""

    state: State
    org: OrganisationId
    roster: Roster
    keys: DayKeys = field(repr=False)
    sink: Sink
    _pieces: bool = field(init=False)

    def __post_init__(self) -> None:
        self._pieces = self.state.db.execute("SELECT 1 FROM sync_chunk LIMIT 1").fetchone() is not None

    def take_chunk(self, cell: UntrustedCell, member: Member | None, vouched: int, taken: Taken) -> None:
        """A piece of a parcel; the parcel with it if it is the last one. Nothing is kept of what names a
        sender who never belonged: anybody could fill the vault with it.
        """
        if member is None:
            taken.foreign += 1
            return
        try:
            chunk = Chunk.from_body(cell.cell.body)
        except EncodingError:
            return
        device, place = cell.cell.sender, (cell.cell.sender, chunk.parcel, vouched)
        alone = chunk.total == 1 and vouched != UNKNOWN  # what may be vouched for later is kept, sealed
        if alone and self._whole(device, cell.desk, [chunk], member, vouched, taken):
            return  # most complaints fit one cell: nothing to put together
        done = self.state.db.execute(
            "SELECT 1 FROM sync_parcel_done WHERE device = ? AND parcel = ? AND vouched = ?", place
        ).fetchone()
        if done is not None:
            return
        self._pieces = True
        self.state.db.execute(
            "INSERT OR IGNORE INTO sync_chunk (device, parcel, vouched, desk, piece, at, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*place, cell.desk, chunk.index, self.state.now(), cell.cell.body),
        )
        rows = self.state.db.execute(
            "SELECT body FROM sync_chunk WHERE device = ? AND parcel = ? AND vouched = ? AND desk = ?",
            (*place, cell.desk),
        ).fetchall()
        if len(rows) >= chunk.total and not alone:
            chunks = [Chunk.from_body(bytes(row[0])) for row in rows]
            self._whole(device, cell.desk, chunks, member, vouched, taken)

    def _whole(
        self,
        device: DeviceId,
        desk: DeskId,
        chunks: Sequence[Chunk],
        member: Member | None,
        vouched: int,
        taken: Taken,
    ) -> bool:
        """True once the parcel has been handed on, now or before."""
        try:
            parcel = join(list(chunks), desk=desk)
            key = self.keys.exactly(desk, parcel.generation, parcel.day)
            if key is None:
                raise ParcelDamagedError
            content = open_parcel(parcel, key=key, org=self.org)
            if not content.code:
                raise ParcelDamagedError  # it belongs to no complaint, and no archive would hold it
        except ParcelDamagedError:
            taken.unreadable += 1
            return False
        authentic = {VOUCHED: True, REFUTED: False, UNKNOWN: None}[vouched]
        if member is None or content.code[:3] != str(member.admission.prefix):
            authentic = False  # a code names the device that gave it out
        by = attested_by(self.state, device, desk, parcel) if authentic is None else None
        arrived = ArrivedParcel(
            parcel.id, _KIND_NAMES[content.kind], content.code, content.at, content.payload,
            device, desk, authentic, self.state.now(), by,
        )  # fmt: skip
        place = (device, parcel.id, vouched)
        new = self.state.db.execute(
            "INSERT OR IGNORE INTO sync_parcel_done (device, parcel, vouched) VALUES (?, ?, ?)", place
        )
        if self._pieces and (authentic is not None or by is not None):
            self.state.db.execute(
                "DELETE FROM sync_chunk WHERE device = ? AND parcel = ? AND vouched IN (?, ?)",
                (*place, UNKNOWN if authentic else vouched),
            )
        if new.rowcount == 0:
            return True
        if authentic:
            note_shown(self.state, device, parcel)
        self.sink.take_parcel(arrived)
        taken.parcels += 1
        return True

    def take_receipts(self, said: Receipts, taken: Taken) -> None:
        """Parcels that came before their receipt are handed on again, with the one who vouches for them."""
        for entry in said.entries:
            rows = self.state.db.execute(
                "SELECT body FROM sync_chunk WHERE device = ? AND desk = ? AND parcel = ? AND vouched = ?",
                (entry.device, said.desk, entry.parcel, UNKNOWN),
            ).fetchall()
            chunks = [Chunk.from_body(bytes(row[0])) for row in rows]
            if not chunks or len(chunks) < chunks[0].total:
                continue
            try:
                parcel = join(chunks, desk=said.desk)
            except ParcelDamagedError:
                continue
            if attested_by(self.state, entry.device, said.desk, parcel) is None:
                continue
            self.state.db.execute(
                "DELETE FROM sync_parcel_done WHERE device = ? AND parcel = ? AND vouched = ?",
                (entry.device, entry.parcel, UNKNOWN),
            )
            member = self.roster.members.get(entry.device)
            self._whole(entry.device, said.desk, chunks, member, UNKNOWN, taken)


_KIND_NAMES = {
    ParcelKind.COMPLAINT: "complaint",
    ParcelKind.ADDITION: "addition",
    ParcelKind.ANSWER: "answer",
}
