"""What a device announces in a session: pairwise keys to new handlers, a new reply key, a new epoch key; a
handler also receipts and the head of its chain.

It goes out as counted cells before everything else, so that what follows in the same page can be checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crypto.announcements import (
    INTRODUCTIONS_PER_CELL,
    EpochAnnouncement,
    Introduction,
    Introductions,
    sign_announcement,
)
from crypto.cells import CellKind
from crypto.directory import HandlerEntry, PhoneDirectory
from crypto.ids import DeskId
from crypto.primitives import SealingKey, random_bytes
from crypto.roster import Role, Roster
from crypto.sender import SLOT_KEY_BYTES
from crypto.slot_chains import SlotChain
from sync.answers import renew_reply_key, say_reply_key_again
from sync.chains import head_to_say
from sync.deskkeys import renew_epoch_key
from sync.membership import Membership, Self
from sync.outbox import Outbox
from sync.pairwise import MAX_CHAINS, SlotKeys, device_chains, save_device_chains
from sync.receipts import say_receipts
from sync.state import State


@dataclass(frozen=True)
class Announcing:
    """One device's announcements to the desks it knows."""

    state: State
    me: Self
    member: Membership
    outbox: Outbox

    def announce(self, phone: PhoneDirectory) -> None:
        """At the beginning of a session: a phone's keys (8.1.3, 8.1.4), a handler's epoch key (8.2.2)."""
        if self.member.role is Role.INTAKE:
            desks = [desk.id for desk in phone.root.desks]
            me, member, outbox = self.me, self.member, self.outbox
            new_key = renew_reply_key(self.state, me=me, member=member, outbox=outbox, desks=desks)
            with self.state.transaction():
                for desk in desks:
                    if self._introduce(phone, desk) and not new_key:
                        say_reply_key_again(self.state, me=me, member=member, outbox=outbox, desk=desk)
            return
        with self.state.transaction():
            renewed = renew_epoch_key(
                self.state, me=self.me.id, identity=self.me.identity, org=self.member.org,
                key_days=phone.root.policy.key_days,
            )  # fmt: skip
            if renewed is not None or self._unheard(phone):
                self._announce_epoch(phone)

    def vouch(self, roster: Roster) -> None:
        """A handler's receipts for newcomers (8.2.5) and the head of its chain (8.2.4), before the last
        deposit.
        """
        with self.state.transaction():
            say_receipts(self.state, me=self.me, member=self.member, roster=roster, outbox=self.outbox)
            head = head_to_say(self.state, self.member.desk)
            if head is not None:
                body = sign_announcement(head, by=self.me.identity, org=self.member.org)
                self.outbox.put_cell(self.member.desk, CellKind.ANNOUNCE, body)

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

    def _announce_epoch(self, phone: PhoneDirectory) -> None:
        """To the own desk, and to the desks of the publishers: without them nobody would wrap seeds to it."""
        epoch, public, certificate = self.state.db.execute(
            "SELECT epoch, public, certificate FROM sync_epoch_key WHERE handler = ? ORDER BY epoch DESC",
            (self.me.id,),
        ).fetchone()
        said = EpochAnnouncement(int(epoch), SealingKey(bytes(public)), bytes(certificate))
        body = sign_announcement(said, by=self.me.identity, org=self.member.org)
        publishers = {right.device for right in phone.root.publishers}
        desks = {e.admission.desk for e in phone.part.handlers if e.admission.device in publishers}
        for desk in sorted({self.member.desk, *desks}):
            self.outbox.put_cell(desk, CellKind.ANNOUNCE, body)

    def _introduce(self, phone: PhoneDirectory, desk: DeskId) -> bool:
        """A chain of pairwise keys of its own for every handler of the desk that has none yet; and a new one,
        sealed to a newer epoch key, for one that never confirmed anything: it may have dropped the key
        that opens the first. The new one reaches back to all that may have to be sent again. True if anybody
        was introduced.
        """
        rows = self.state.db.execute(
            "SELECT handler, epoch, confirmed FROM sync_introduced WHERE desk = ?", (desk,)
        ).fetchall()
        told = {bytes(handler): (int(epoch), bool(confirmed)) for handler, epoch, confirmed in rows}
        new, again = [], []
        for entry in phone.part.desk_handlers(desk):
            known = told.get(entry.admission.device)
            if known is None:
                new.append(entry)
            elif entry.epoch_key.epoch > known[0] and not known[1]:
                again.append(entry)
        outstanding, first = self.outbox.oldest_outstanding(desk), self.outbox.first_to_leave(desk)
        for entries, begins in ((again, outstanding), (new, first)):
            for start in range(0, len(entries), INTRODUCTIONS_PER_CELL):
                self._introduce_to(entries[start : start + INTRODUCTIONS_PER_CELL], desk, first=begins)
        return bool(new or again)

    def _introduce_to(self, handlers: Sequence[HandlerEntry], desk: DeskId, *, first: int) -> None:
        """One cell of introductions."""
        chains, entries = device_chains(self.state, desk), []
        for handler in handlers:
            seed = random_bytes(SLOT_KEY_BYTES)
            before = chains.get(handler.admission.device, ())
            chains[handler.admission.device] = (*before, SlotChain.begin(seed, first=first))[-MAX_CHAINS:]
            made = Introduction.make(
                seed, to=handler.epoch_key, org=self.member.org, desk=desk, device=self.me.id
            )
            entries.append(made)
            self.state.db.execute(
                "INSERT OR REPLACE INTO sync_introduced (desk, handler, epoch, confirmed)"
                " VALUES (?, ?, ?, 0)",
                (desk, made.handler, made.epoch),
            )
        body = sign_announcement(
            Introductions(desk, first, entries), by=self.me.identity, org=self.member.org
        )
        self.outbox.put_cell(desk, CellKind.ANNOUNCE, body)
        save_device_chains(self.state, desk, chains)

    def slot_keys(self, phone: PhoneDirectory) -> dict[DeskId, SlotKeys]:
        """Every desk's pairwise keys by sender slot."""
        slots: dict[DeskId, SlotKeys] = {}
        for desk in phone.root.desks:
            chains = device_chains(self.state, desk.id)
            slots[desk.id] = SlotKeys(
                {
                    entry.admission.slot: chains[entry.admission.device]
                    for entry in phone.part.desk_handlers(desk.id)
                    if entry.admission.slot is not None and entry.admission.device in chains
                }
            )
        return slots
