"""An unlocked device: its vault, who it is, and what it may do. The screens and the command line hold one of
these.

`unlock` gives it, `lock` ends it. Sealing, queueing and signing for the rooms above go through it, so that
intake can seal but never open, and casework can queue but never sign by itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from app.actions.errors import ChoiceUnknownError, NotAdmittedError
from app.actions.views import DeskView
from app.vault.vault import Vault
from crypto.cells import MAX_BODY_BYTES, CellKind
from crypto.directory import PhoneDirectory, Seen
from crypto.encoding import decode, encode
from crypto.ids import DeskId, DeviceId
from crypto.operations import CHAIN_START, SignedOperation, link_hash
from crypto.parcels import ParcelContent, ParcelKind, seal_parcel
from crypto.reply_cells import MAX_SIGNED_BODY_BYTES, ReplyKind
from crypto.roster import Role, Roster
from sync.answers import Answers
from sync.chains import LINK
from sync.directory import DirectoryClient
from sync.joining import Joining
from sync.membership import Membership, Self
from sync.outbox import CellState, Outbox
from sync.state import State
from sync.windows import sealing_key

_JOINING_MARK: Final = "joining"
_PARCEL_KINDS: Final = {
    "complaint": ParcelKind.COMPLAINT,
    "addition": ParcelKind.ADDITION,
    "answer": ParcelKind.ANSWER,
}
_REPLY_KINDS: Final = {"question": ReplyKind.QUESTION}

Clock = Callable[[], float]


class Device:
    """One unlocked device. Not safe to use after `lock`."""

    def __init__(self, home: Path, vault: Vault) -> None:
        self.home = home
        self.vault = vault
        self.state = State(vault.db, vault, vault.transaction, vault.clock)
        me, member = Self.load(self.state), Membership.load(self.state)
        if me is None or member is None:
            raise NotAdmittedError("This vault belongs to no organisation: its set-up was interrupted.")
        self.me = me
        self.member = member
        self._directory: tuple[Seen, PhoneDirectory | None] | None = None
        self._roster: tuple[Seen, int, Roster] | None = None

    def __repr__(self) -> str:
        return f"<Device {self.member.label or 'without label'}>"

    def reload(self) -> None:
        """Take over what a session or a welcome changed of this device's membership."""
        member = Membership.load(self.state)
        if member is not None:
            self.member = member

    def lock(self) -> None:
        """Close the vault. The keys live on in freed memory until the process ends."""
        self.vault.close()

    # --- who ------------------------------------------------------------------------------------------

    def now(self) -> float:
        """Unix seconds by this device's clock."""
        return self.vault.clock()

    @property
    def role(self) -> str:
        """intake or handler."""
        return "intake" if self.member.role is Role.INTAKE else "handler"

    @property
    def officer(self) -> bool:
        """Whether this device holds the signing keys of an officer whom the organisation's root names."""
        phone = self.directory() if self.vault.get("officer") is not None else None
        return phone is not None and any(one.device == self.me.id for one in phone.root.officers)

    @property
    def joined(self) -> bool:
        """Whether the welcome has come."""
        return self.member.directory_key is not None

    @property
    def id(self) -> bytes:
        """16 bytes."""
        return self.me.id

    @property
    def label(self) -> str:
        return self.member.label

    @property
    def org_name(self) -> str:
        """The organisation's name as its newest root says; empty before the welcome."""
        phone = self.directory()
        return phone.root.name if phone else self.member.org_name

    @property
    def code_prefix(self) -> int | None:
        return self.member.prefix

    @property
    def desks(self) -> Sequence[DeskView]:
        """Every desk of the organisation, this device's own first."""
        phone = self.directory()
        if phone is None:
            return []
        own_first = sorted(phone.root.desks, key=lambda desk: desk.id != self.member.desk)
        return [DeskView(desk.id.hex(), desk.name) for desk in own_first]

    # --- whom it knows --------------------------------------------------------------------------------

    @property
    def directory_client(self) -> DirectoryClient:
        return DirectoryClient(self.state, self.me, self.member)

    def directory(self) -> PhoneDirectory | None:
        """The newest verified directory, or None before the welcome. Read and checked again when a newer
        one has been accepted, not for every line of a list.
        """
        client = self.directory_client
        seen = client.seen()
        if self._directory is None or self._directory[0] != seen:
            self._directory = (seen, client.current())
        return self._directory[1]

    def roster(self) -> Roster | None:
        """Every device of the organisation, at a desk; None on a phone, which knows no other intake
        device.
        """
        phone = self.directory()
        if phone is None or self.role != "handler":
            return None
        client = self.directory_client
        seen, statements = client.seen(), client.statements()
        if self._roster is None or self._roster[:2] != (seen, statements):
            self._roster = (seen, statements, client.roster(phone))
        return self._roster[2]

    def label_of(self, device: bytes) -> str:
        """The label of another device, "" when it is not known."""
        if device == self.me.id:
            return self.label
        roster = self.roster()
        if roster is not None:
            member = roster.members.get(DeviceId(device))
            return member.admission.label if member else ""
        phone = self.directory()
        entries = phone.part.handlers if phone else ()
        return next((entry.admission.label for entry in entries if entry.admission.device == device), "")

    def handlers(self) -> Sequence[tuple[bytes, str]]:
        """(device id, label) of this desk's active handlers."""
        roster = self.roster()
        found = roster.handlers(self.member.desk) if roster else []
        return [(admission.device, admission.label) for admission in found]

    # --- what goes out --------------------------------------------------------------------------------

    @property
    def outbox(self) -> Outbox:
        return Outbox(self.state, self.me, self.member)

    @property
    def answers(self) -> Answers:
        return Answers(self.state, self.me, self.member, self.outbox)

    def seal_parcel(self, kind: str, code: str, payload: dict[str, Any]) -> None:
        """Seal to the newest day key of the desk named in ``payload["desk"]``, inside the caller's
        transaction.

        Raises NotAdmittedError before the welcome, ChoiceUnknownError for a desk that does not exist.
        """
        phone = self.directory()
        if phone is None:
            raise NotAdmittedError
        desk = self._desk(phone, payload.get("desk"))
        day_key = sealing_key(phone, desk, self.now())  # never before the day that the last heartbeat named
        if day_key is None:
            raise ChoiceUnknownError("This desk has no key yet, so nothing can be sealed for it.")
        content = ParcelContent(_PARCEL_KINDS[kind], code, int(self.now()), payload)
        parcel = seal_parcel(content, to=day_key, org=self.member.org)
        self.outbox.put_parcel(parcel, kind=content.kind, code=code)

    def _desk(self, phone: PhoneDirectory, name: object) -> DeskId:
        if name is None:
            return self.member.desk
        found = phone.root.desk_named(str(name))
        if found is None:
            raise ChoiceUnknownError(f'There is no desk called "{name}".')
        return found.id

    def queue_reply(self, to_device: bytes, kind: str, body: dict[str, Any]) -> None:
        """Queue something for a phone, inside the caller's transaction. kind: question."""
        encoded = encode({1: body})
        if len(encoded) > MAX_SIGNED_BODY_BYTES:
            raise ChoiceUnknownError("This is too long for one reply.")
        self.answers.queue(DeviceId(to_device), _REPLY_KINDS[kind], encoded)

    def queue_operation(self, op: dict[str, Any]) -> None:
        """Sign a case operation, chain it to this device's last one, and queue it; inside the caller's
        transaction.
        """
        last = self.state.place(LINK) or [0, CHAIN_START]
        link = SignedOperation(self.me.id, last[0] + 1, last[1], op).sign(self.me.identity)
        self.state.set_place(LINK, [last[0] + 1, link_hash(link)])
        self._join_waiting_cell(link)

    def _join_waiting_cell(self, link: bytes) -> None:
        """Many operations to a cell: as long as the last one has not been packed, the next goes into it."""
        row = self.vault.db.execute(
            "SELECT counter, body FROM sync_cell WHERE desk = ? AND state = ? AND kind = ?"
            " ORDER BY counter DESC",
            (self.member.desk, CellState.WAITING, int(CellKind.OPERATION)),
        ).fetchone()
        if row is not None:
            body = encode([*decode(bytes(row[1])), link])
            if len(body) <= MAX_BODY_BYTES:
                self.vault.db.execute(
                    "UPDATE sync_cell SET body = ? WHERE desk = ? AND counter = ?",
                    (body, self.member.desk, row[0]),
                )
                return
        self.outbox.put_cell(self.member.desk, CellKind.OPERATION, encode([link]))


# --- opening ------------------------------------------------------------------------------------------


def state(home: Path) -> str:
    """empty (no vault here), joining (waits for its welcome) or ready. Readable without the passphrase."""
    if not Vault.exists(home):
        return "empty"
    return "joining" if (home / _JOINING_MARK).exists() else "ready"


def mark_joining(home: Path, *, waiting: bool) -> None:
    """Remember, outside the vault, that the welcome is awaited; it says nothing that an empty vault does
    not.
    """
    mark = home / _JOINING_MARK
    if waiting:
        mark.touch(mode=0o600)
    else:
        mark.unlink(missing_ok=True)


def unlock(home: Path, passphrase: str, *, clock: Clock = time.time) -> Device:
    """Open this folder's vault. Raises what `Vault.open` raises, having changed nothing."""
    vault = Vault.open(home, passphrase, clock=clock)
    try:
        device = Device(home, vault)
    except BaseException:
        vault.close()
        raise
    mark_joining(home, waiting=Joining.load(device.state) is not None)
    return device


__all__ = ["Clock", "Device", "mark_joining", "state", "unlock"]
