"""What a device announces at the beginning of a session: pairwise keys to new handlers, a new reply key, a
new epoch key.

It goes out as counted cells before everything else, so that what follows in the same page can be checked.
"""

from __future__ import annotations

from dataclasses import dataclass

from crypto.announcements import (
    INTRODUCTIONS_PER_CELL,
    EpochAnnouncement,
    Introduction,
    Introductions,
    sign_announcement,
)
from crypto.cells import CellKind
from crypto.directory import PhoneDirectory
from crypto.ids import DeskId, DeviceId
from crypto.primitives import SealingKey, random_bytes
from crypto.roster import Role
from crypto.sender import SLOT_KEY_BYTES
from sync.answers import renew_reply_key
from sync.deskkeys import renew_epoch_key
from sync.membership import Membership, Self
from sync.outbox import Outbox
from sync.state import State


@dataclass(frozen=True)
class Announcing:
    """One device's announcements to the desks it knows."""

    state: State
    me: Self
    member: Membership
    outbox: Outbox

    def announce(self, phone: PhoneDirectory) -> None:
        if self.member.role is Role.INTAKE:
            renew_reply_key(self.state, me=self.me, member=self.member, outbox=self.outbox)
            with self.state.transaction():
                for desk in phone.root.desks:
                    self._introduce(phone, desk.id)
            return
        with self.state.transaction():
            renewed = renew_epoch_key(
                self.state, me=self.me.id, identity=self.me.identity, org=self.member.org,
                key_days=phone.root.policy.key_days,
            )  # fmt: skip
            if renewed is not None or self._unheard(phone):
                self._announce_epoch()

    def _unheard(self, phone: PhoneDirectory) -> bool:
        """Whether the newest epoch key is not in the directory and no announcement of it waits to leave.

        Nobody confirms what handlers send, so what the relay lost is said again, until it is published.
        """
        published = [
            entry.epoch_key.epoch
            for entry in phone.part.desk_handlers(self.member.desk)
            if entry.admission.device == self.me.id
        ]
        newest = self.state.db.execute(
            "SELECT max(epoch) FROM sync_epoch_key WHERE handler = ?", (self.me.id,)
        ).fetchone()[0]
        waits = self.state.db.execute(
            "SELECT 1 FROM sync_cell WHERE kind = ?", (int(CellKind.ANNOUNCE),)
        ).fetchone()
        return newest is not None and waits is None and max(published, default=-1) < int(newest)

    def _announce_epoch(self) -> None:
        epoch, public, certificate = self.state.db.execute(
            "SELECT epoch, public, certificate FROM sync_epoch_key WHERE handler = ? ORDER BY epoch DESC",
            (self.me.id,),
        ).fetchone()
        said = EpochAnnouncement(int(epoch), SealingKey(bytes(public)), bytes(certificate))
        body = sign_announcement(said, by=self.me.identity, org=self.member.org)
        self.outbox.put_cell(self.member.desk, CellKind.ANNOUNCE, body)

    def _introduce(self, phone: PhoneDirectory, desk: DeskId) -> None:
        """Give every handler of the desk that has none yet a pairwise key of its own."""
        keys = self._introduced(desk)
        new = [entry for entry in phone.part.desk_handlers(desk) if entry.admission.device not in keys]
        for start in range(0, len(new), INTRODUCTIONS_PER_CELL):
            entries = []
            for handler in new[start : start + INTRODUCTIONS_PER_CELL]:
                key = random_bytes(SLOT_KEY_BYTES)
                keys[handler.admission.device] = key
                made = Introduction.make(
                    key, to=handler.epoch_key, org=self.member.org, desk=desk, device=self.me.id
                )
                entries.append(made)
            said = Introductions(desk, self.outbox.first_to_leave(desk), entries)
            body = sign_announcement(said, by=self.me.identity, org=self.member.org)
            self.outbox.put_cell(desk, CellKind.ANNOUNCE, body)
        if new:
            self.state.set_secret(
                _introductions(desk), [[device, key] for device, key in sorted(keys.items())]
            )

    def _introduced(self, desk: DeskId) -> dict[DeviceId, bytes]:
        return {DeviceId(device): key for device, key in self.state.secret(_introductions(desk)) or []}

    def slot_keys(self, phone: PhoneDirectory) -> dict[DeskId, dict[int, bytes]]:
        slots: dict[DeskId, dict[int, bytes]] = {}
        for desk in phone.root.desks:
            keys = self._introduced(desk.id)
            slots[desk.id] = {
                entry.admission.slot: keys[entry.admission.device]
                for entry in phone.part.desk_handlers(desk.id)
                if entry.admission.slot is not None and entry.admission.device in keys
            }
        return slots


def _introductions(desk: DeskId) -> str:
    return f"introductions/{desk.hex()}"
