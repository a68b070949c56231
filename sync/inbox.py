"""What a handler takes from a page: cells opened, senders shown, gaps and forks written down, announcements
and operations taken; parcels go to `sync.assembly`.

A page is taken in one transaction together with the place in the stream, so a killed process takes it again
or not at all. What cannot be opened is somebody else's: skipped and counted. A parcel whose sender is not
shown is handed on as such, never mixed with one that is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice

from crypto.announcements import (
    ChainHead,
    EpochAnnouncement,
    Introductions,
    Receipts,
    ReplyKey,
    read_announcement,
)
from crypto.cells import CellKind, UntrustedCell, open_cell, read_heartbeat
from crypto.desk_keys import DayOpeningKey, EpochKey, day_of
from crypto.directory import PhoneDirectory
from crypto.encoding import decode
from crypto.errors import CellDamagedError, EncodingError, SignatureRefusedError
from crypto.ids import DeskId, DeviceId
from crypto.operations import SignedOperation
from crypto.primitives import OpenError
from crypto.roster import Member, Role, Roster
from sync.admission import take_reply_cell
from sync.answers import Answers
from sync.assembly import REFUTED, UNKNOWN, VOUCHED, ArrivedParcel, Assembly, Sink, Taken
from sync.chains import take_head, take_link
from sync.deskkeys import DayKeys, load_epoch_keys, load_generations, remember_epoch_key
from sync.due import mark_due
from sync.integrity import Line, Seen, begin_line, note_cell, note_highest, note_unread
from sync.membership import Membership, Self
from sync.pairwise import HandlerKeys, introductions_of, take_introduction
from sync.receipts import take_receipts
from sync.state import State
from sync.windows import note_heard, note_since, trusted_day
from sync.wire import CELL_BYTES

__all__ = ["ArrivedParcel", "Inbox", "Sink", "Taken"]


@dataclass
class Inbox:
    """One handler's reading of the complaint stream during one session."""

    state: State
    me: Self
    member: Membership
    directory: PhoneDirectory
    roster: Roster
    answers: Answers
    sink: Sink
    keys: DayKeys = field(init=False)
    assembly: Assembly = field(init=False)
    _joined_at: int | None = field(init=False)
    _at: int = 0
    """When the page at hand was closed, or now if that is earlier."""
    _slot_keys: dict[tuple[DeviceId, DeskId], HandlerKeys] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.keys = DayKeys(load_generations(self.state), trusted_day(self.state))
        own = self.roster.members.get(self.me.id)
        self._joined_at = own.admission.at if own is not None else None
        self.assembly = Assembly(self.state, self.member.org, self.roster, self.keys, self.sink)

    def take_page(self, page: bytes, *, closed_at: int) -> Taken:
        """Take every cell of a page. Inside a transaction."""
        taken, lines, around = Taken(), set[Line](), day_of(closed_at)
        self._at = min(self.state.now(), closed_at)
        likeliest = next(self.keys.candidates(around), None)
        cells = []
        for start in range(0, len(page), CELL_BYTES):
            sealed = page[start : start + CELL_BYTES]
            cell = self._open(sealed, likeliest, around)
            if cell is not None:
                cells.append(cell)
            elif not take_reply_cell(self.state, sealed):  # somebody who joins answers an invitation of ours
                taken.foreign += 1
        me = self.me.id  # derived from the key each time
        said = [cell for cell in cells if cell.cell.kind is not CellKind.DUMMY and cell.cell.sender != me]
        # Within a page the cells lie in the order of their hashes. What was announced comes first, the rest
        # as each device counted it, so that nothing is a gap for a moment.
        said.sort(key=lambda cell: (cell.cell.sender, cell.desk, cell.cell.incarnation, cell.cell.counter))
        for cell in said:
            member = self.roster.members.get(cell.cell.sender)
            if cell.cell.kind is CellKind.ANNOUNCE and member is not None and member.active:
                self._announcement(cell, member, taken)
        for cell in said:
            line = Line(cell.cell.sender, cell.desk, cell.cell.incarnation)
            if self._take(cell, line, taken):
                lines.add(line)
        for line in lines:
            self.answers.queue_confirmation(line)
        return taken

    def _open(self, sealed: bytes, likeliest: DayOpeningKey | None, around: int) -> UntrustedCell | None:
        if likeliest is None:
            return None
        try:
            return open_cell(sealed, key=likeliest, org=self.member.org)
        except CellDamagedError:
            pass
        for key in islice(self.keys.candidates(around), 1, None):
            try:
                return open_cell(sealed, key=key, org=self.member.org)
            except CellDamagedError:
                continue
        return None

    def _take(self, cell: UntrustedCell, line: Line, taken: Taken) -> bool:
        """True if the cell counts in its sender's line, so that the sender is told."""
        kind, member = cell.cell.kind, self.roster.members.get(cell.cell.sender)
        if kind is CellKind.OPERATION:
            self._operation(cell, member, taken)
            return False
        if kind is not CellKind.HEARTBEAT and cell.cell.counter < 1:
            return False  # counters begin at one; a nought would have no place in any confirmation
        vouched = self._vouched(cell, member)
        if kind is CellKind.HEARTBEAT:
            if vouched == VOUCHED:
                self._heartbeat(cell, line)
            return False
        seen = Seen.NEW
        if vouched == VOUCHED:
            leads = kind is not CellKind.ANNOUNCE
            seen = note_cell(self.state, line, cell.cell.counter, cell.cell.body, leads=leads)
            if seen is Seen.NEW:
                note_heard(self.state, line, at=self._at)
        if kind is CellKind.PARCEL and seen is Seen.NEW:
            unreadable = taken.unreadable
            self.assembly.take_chunk(cell, member, vouched, taken)
            if vouched == VOUCHED and taken.unreadable > unreadable:
                # "Received" would make the phone forget it. Its key may come, or another handler may have it.
                note_unread(self.state, line, cell.cell.counter)
                return False
        return vouched == VOUCHED and seen is not Seen.FORK

    def _vouched(self, cell: UntrustedCell, member: Member | None) -> int:
        if member is None or not member.active:
            return REFUTED
        place = (cell.cell.sender, cell.desk)
        if place not in self._slot_keys:
            self._slot_keys[place] = HandlerKeys(introductions_of(self.state, *place))
        slot = self.member.slot
        keys = list(self._slot_keys[place].at(cell.cell.counter + (cell.cell.kind is CellKind.HEARTBEAT)))
        if not keys or slot is None:
            return UNKNOWN  # also what was sent before this device introduced itself to this handler
        return VOUCHED if any(cell.vouched_by(key, slot=slot) for key in keys) else REFUTED

    # --- kinds ----------------------------------------------------------------------------------------

    def _heartbeat(self, cell: UntrustedCell, line: Line) -> None:
        try:
            since = read_heartbeat(cell.cell.body)
        except EncodingError:
            return
        if note_highest(self.state, line, cell.cell.counter):
            note_heard(self.state, line, at=self._at)
        note_since(self.state, line, counter=cell.cell.counter, since=since, at=self._at)

    def _fellow(self, cell: UntrustedCell, member: Member) -> bool:
        """A handler of the desk to whose key the cell was sealed: nobody else speaks to this desk's
        handlers.
        """
        admission = member.admission
        return admission.role is Role.HANDLER and admission.desk == cell.desk and not member.displaced

    def _since_start(self, member: Member) -> bool:
        return self._joined_at is not None and member.admission.at > self._joined_at

    def _announcement(self, cell: UntrustedCell, member: Member, taken: Taken) -> None:
        device, org = member.admission.device, self.member.org
        try:
            said = read_announcement(cell.cell.body, identity_public=member.admission.identity, org=org)
            match said:
                case Introductions() if said.desk == cell.desk:
                    self._introduced(said, Line(device, said.desk, cell.cell.incarnation))
                case ReplyKey():
                    self.state.db.execute(
                        "INSERT INTO sync_device_reply_key (device, number, public) VALUES (?, ?, ?)"
                        " ON CONFLICT (device) DO UPDATE"
                        " SET number = excluded.number, public = excluded.public"
                        " WHERE excluded.number > number",
                        (device, said.number, said.key.public),
                    )
                case EpochAnnouncement() if member.admission.role is Role.HANDLER:
                    key = EpochKey(device, said.epoch, said.key)
                    key.verify(said.certificate, identity_public=member.admission.identity, org=org)
                    remember_epoch_key(self.state, key, said.certificate)
                    mark_due(self.state)
                case Receipts() if self._fellow(cell, member) and said.desk == cell.desk:
                    take_receipts(self.state, said, by=device)
                    self.assembly.take_receipts(said, taken)
                case ChainHead() if self._fellow(cell, member) and said.desk == cell.desk:
                    line = Line(device, cell.desk, 0)
                    take_head(self.state, line, said, from_start=self._since_start(member))
                case _:
                    pass
        except (EncodingError, SignatureRefusedError):
            return

    def _introduced(self, said: Introductions, line: Line) -> None:
        device = line.device
        epochs = dict(load_epoch_keys(self.state))
        for entry in said.entries:
            if entry.handler != self.me.id or entry.epoch not in epochs:
                continue
            try:
                seed = entry.open(epochs[entry.epoch], org=self.member.org, desk=said.desk, device=device)
            except OpenError:
                continue
            if not take_introduction(self.state, device, said.desk, seed=seed, first=said.first):
                continue
            begin_line(self.state, line, said.first)
            self._slot_keys.pop((device, said.desk), None)

    def _operation(self, cell: UntrustedCell, member: Member | None, taken: Taken) -> None:
        if member is None or not member.active or not self._fellow(cell, member):
            return
        try:
            links = decode(cell.cell.body)
            if type(links) is not list or any(type(link) is not bytes for link in links):
                raise EncodingError
            identity = member.admission.identity
            read = [(wire, SignedOperation.read(wire, identity_public=identity)) for wire in links]
        except (EncodingError, SignatureRefusedError):
            return
        line, from_start = Line(member.admission.device, cell.desk, 0), self._since_start(member)
        for wire, link in read:
            if link.device == member.admission.device and link.counter > 0:
                take_link(self.state, line, link, wire, from_start=from_start)
            self.sink.take_operation(member.admission.device, link.operation)
            taken.operations += 1
