"""What somebody who holds devices, unlocked, can read and forge: found out by trying every key on everything.

`Loot` gathers the secrets of any number of seized devices; `reads` opens with them what the relay keeps and
hands out to everybody, `forges` makes things and lets the real checks judge them. Nothing here knows what
ought to hold: `test_compromise` compares with the table of the threat model.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from app.actions.device import Device
from crypto.cells import Cell, CellKind, UntrustedCell, open_cell, seal_cell
from crypto.desk_keys import DayOpeningKey, DeskSeed, day_of
from crypto.directory import Head, PhoneDirectory, UntrustedPhoneDirectory, open_handler_part, sign_head
from crypto.encoding import decode, encode
from crypto.errors import CellDamagedError, CryptoError, DirectoryRefusedError
from crypto.heads import Seen, verify_head
from crypto.ids import DeskId, device_id
from crypto.operations import CHAIN_START, SignedOperation
from crypto.parcels import Chunk, join, open_parcel
from crypto.primitives import DeviceSigningKey, OfficerSigningKey, OpenError, OpeningKey, random_bytes
from crypto.reply_cells import HandlerWord, ReplyKind, open_reply
from crypto.root import next_root, verify_chain
from crypto.roster import Admission, Reason, Revocation, Role, Roster, Statement, sign_statement
from crypto.slot_chains import SlotChain
from crypto.tokens import week_of
from sync.answers import load_reply_keys
from sync.deskkeys import load_epoch_keys, load_generations
from sync.errors import DirectoryConflictError, PublishRefusedError, TokenRefusedError
from sync.membership import Membership, Self
from sync.pairwise import introductions_of
from tests.sync.world import World

_AROUND = 2
"""Days before and after today whose keys are tried: all of a test happens today."""


@dataclass
class Loot:
    """Every secret of the devices that were taken."""

    chains: list[DeskSeed] = field(default_factory=list)
    epoch_keys: list[OpeningKey] = field(default_factory=list)
    reply_keys: list[OpeningKey] = field(default_factory=list)
    slot_chains: list[SlotChain] = field(default_factory=list)
    identities: list[DeviceSigningKey] = field(default_factory=list)
    officers: list[OfficerSigningKey] = field(default_factory=list)
    members: list[Membership] = field(default_factory=list)
    publish_tokens: list[str] = field(default_factory=list)
    plain: bytes = b""
    """Everything that stands in the vaults' tables."""

    @classmethod
    def of(cls, device: Device) -> Loot:
        """All that an unlocked device holds."""
        state, loot = device.state, cls()
        me = Self.load(state)
        assert me is not None
        loot.identities.append(me.identity)
        loot.members.append(device.member)
        loot.chains += [entry.chain for entry in load_generations(state)]
        loot.epoch_keys += [key for _epoch, key in load_epoch_keys(state)]
        loot.reply_keys += load_reply_keys(state)
        for (name,) in device.vault.db.execute("SELECT name FROM setting").fetchall():
            loot._keep(str(name), device.vault.get(str(name)) or b"")
        loot.plain = _tables(device)
        return loot

    def _keep(self, name: str, value: bytes) -> None:
        if name == "officer":
            self.officers.append(OfficerSigningKey(value))
        elif name.startswith("publish-token") and len(value) == 43:
            self.publish_tokens.append(value.decode())
        elif name.startswith("slot/"):
            self.slot_chains += [SlotChain.from_wire(chain) for chain in decode(value)]
        elif name.startswith("introductions/"):
            self.slot_chains += [
                SlotChain.from_wire(chain) for _device, chains in decode(value) for chain in chains
            ]

    @classmethod
    def together(cls, loots: Iterable[Loot]) -> Loot:
        """What several hold."""
        both = cls()
        for loot in loots:
            for name, value in vars(loot).items():
                setattr(both, name, getattr(both, name) + value)
        return both


def _tables(device: Device) -> bytes:
    """Every value of every table, as bytes that can be searched."""
    db, found = device.vault.db, []
    rows = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (name,) in rows:
        for row in db.execute(f'SELECT * FROM "{name}"').fetchall():
            found += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    return b"\0".join(found)


# --- reading --------------------------------------------------------------------------------------------


@dataclass
class Reader:
    """What the relay shows to whoever asks, and what any keys make of it. Each key is tried on each cell
    once.
    """

    complaints: list[bytes]
    replies: list[bytes]
    phone: bytes
    handler: bytes
    _opened: dict[bytes, list[UntrustedCell]] = field(default_factory=dict)

    @classmethod
    def at(cls, world: World) -> Reader:
        cells = world.cells_at_relay()
        with world.client() as client:
            phone, handler = client.get_directory("phone"), client.get_directory("handler")
        assert phone is not None
        assert handler is not None
        return cls(cells["complaints"], cells["replies"], phone[0], handler[0])

    def text(self, loot: Loot) -> bytes:
        """Everything that becomes readable with the loot, in the clear."""
        text, chains = loot.plain, list(loot.chains)
        for member in loot.members:
            assert member.directory_key is not None
            found = UntrustedPhoneDirectory.open(self.phone, key=member.directory_key, org=member.org)
            text += found.content
            directory = found.verify(org=member.org, seen=Seen(), now=0)
            try:
                _head, part = open_handler_part(
                    self.handler, keys=loot.epoch_keys, org=member.org, root=directory.root
                )
            except DirectoryRefusedError:
                continue
            text += part.encode()
            for wrap in part.wraps:
                for key in loot.epoch_keys:
                    try:
                        chains.append(wrap.open(key, org=member.org))
                    except OpenError:
                        continue
        return text + self._complaints(loot, chains) + self._replies(loot)

    def _complaints(self, loot: Loot, chains: list[DeskSeed]) -> bytes:
        text = b""
        keys = {key.key.seed: key for chain in chains for key in _keys_around(chain)}
        for key in keys.values():
            for cell in self._under(key, loot.members[0]):
                text += cell.cell.body
                if cell.cell.kind is CellKind.PARCEL:
                    text += _parcel(cell, keys.values(), loot.members[0])
        return text

    def _under(self, key: DayOpeningKey, member: Membership) -> list[UntrustedCell]:
        if key.key.seed not in self._opened:
            found = []
            for sealed in self.complaints:
                try:
                    found.append(open_cell(sealed, key=key, org=member.org))
                except CellDamagedError:
                    continue
            self._opened[key.key.seed] = found
        return self._opened[key.key.seed]

    def _replies(self, loot: Loot) -> bytes:
        text = b""
        for key in loot.reply_keys:
            for sealed in self.replies:
                try:
                    text += open_reply(sealed, key=key, org=loot.members[0].org).content
                except CellDamagedError:
                    continue
        return text


def _keys_around(chain: DeskSeed) -> list[DayOpeningKey]:
    today = day_of(time.time())
    days = [day for day in range(today - _AROUND, today + _AROUND + 1) if day >= chain.day]
    return [chain.at(day).opening_key for day in days]


def _parcel(cell: UntrustedCell, keys: Iterable[DayOpeningKey], member: Membership) -> bytes:
    parcel = join([Chunk.from_body(cell.cell.body)], desk=cell.desk)
    for key in keys:
        if (key.desk, key.generation, key.day) == (parcel.desk, parcel.generation, parcel.day):
            try:
                return encode(open_parcel(parcel, key=key, org=member.org).payload)
            except CryptoError:
                continue
    return b""


# --- forging --------------------------------------------------------------------------------------------


def as_phone(loot: Loot, phone: Device, handler: Device, *, desk: DeskId) -> bool:
    """Whether a cell in the phone's name convinces this handler, with any pairwise key at hand."""
    directory, org = _directory(phone), phone.member.org
    chains = introductions_of(handler.state, phone.me.id, desk)
    to = directory.part.day_key(desk, today=day_of(time.time()))
    slot = handler.member.slot
    assert chains
    assert to is not None
    assert slot is not None
    key, counter = chains[-1].at(9_999).key, 9_999
    held = {entry.chain.generation: entry.chain for entry in load_generations(handler.state)}
    opening = held[to.generation].at(to.day).opening_key
    for stolen in {*(chain.at(9_999).key for chain in loot.slot_chains), bytes(32)}:
        cell = Cell(CellKind.PARCEL, phone.me.id, 1, counter, b"made up")
        sealed = seal_cell(cell, to=to, org=org, slot_keys=dict.fromkeys(range(32), stolen))
        if open_cell(sealed, key=opening, org=org).vouched_by(key, slot=slot):
            return True
    return False


def as_handler(loot: Loot, handler: Device) -> bool:
    """Whether casework in the handler's name is taken by its fellows."""

    def taken(key: DeviceSigningKey) -> bool:
        link = SignedOperation(handler.me.id, 1, CHAIN_START, {"kind": "x"}).sign(key)
        SignedOperation.read(link, identity_public=handler.me.identity.public)
        return True

    return _any(taken, loot.identities)


def answers(loot: Loot, handler: Device, phone: Device) -> bool:
    """Whether a question or confirmation in the handler's name is believed by the phone."""
    org = phone.member.org

    def believed(key: DeviceSigningKey) -> bool:
        to = OpeningKey.generate()
        word = HandlerWord(ReplyKind.QUESTION, handler.me.id, 9_999, b"who is she?")
        sealed = word.seal(by=key, recipient=phone.me.id, to=to.sealing_key, org=org)
        read = HandlerWord.read(open_reply(sealed, key=to, org=org))
        return read.said_by(handler.me.identity.public, to=phone.me.id, org=org)

    return _any(believed, loot.identities)


def admits(loot: Loot, desk: Device, role: Role) -> bool:
    """Whether a device of the attacker's own becomes a member."""
    identity = DeviceSigningKey.generate()
    admission = Admission(
        org=desk.member.org, device=device_id(identity.public), role=role, desk=desk.member.desk,
        label="Somebody", identity=identity.public, kem_hash=bytes(32),
        slot=31 if role is Role.HANDLER else None, prefix=None if role is Role.HANDLER else 999,
        token_slot=1, transcript=bytes(32), at=int(time.time()),
    )  # fmt: skip
    member = _signed(loot, desk, admission).members.get(admission.device)
    return member is not None and member.active


def revokes(loot: Loot, desk: Device, victim: Device) -> bool:
    """Whether the victim is thrown out."""
    revocation = Revocation(desk.member.org, victim.me.id, int(time.time()), Reason.LEFT)
    return not _signed(loot, desk, revocation).members[victim.me.id].active


def _signed(loot: Loot, desk: Device, statement: Statement) -> Roster:
    root, roster = _directory(desk).root, desk.roster()
    assert roster is not None
    made = sign_statement(statement, by=loot.officers)
    return Roster.verify([*roster.statements.values(), made], root=root, org=desk.member.org)


def changes_root(loot: Loot, desk: Device) -> bool:
    """Whether a root with the attacker's threshold is accepted after the present one."""
    directory = _directory(desk)
    body = directory.part.roots[-1].body
    changed = next_root(directory.root, body=body, now=int(time.time()), name="Ours now")
    chain = [*directory.part.roots, changed.sign(loot.officers)]
    return _any(lambda made: verify_chain(made, org=desk.member.org) == changed, [chain])


def publishes(loot: Loot, desk: Device) -> bool:
    """Whether a directory head of the attacker's is believed: phones would seal to its keys."""
    directory = _directory(desk)

    def believed(key: DeviceSigningKey) -> bool:
        head: Head = replace(
            directory.head, version=directory.head.version + 1, previous=directory.head.hash,
            publisher=device_id(key.public),
        )  # fmt: skip
        verify_head(sign_head(head, by=key), root=directory.root, org=desk.member.org)
        return True

    return _any(believed, loot.identities)


def replaces(loot: Loot, world: World) -> bool:
    """Whether the relay would let it replace the directory. Nothing is replaced: the tag is a wrong one."""
    with world.client() as client:
        for token in {*loot.publish_tokens, "A" * 43}:
            try:
                client.put_directory("phone", b"x" * 65_536, publish_token=token, if_match="0" * 64)
            except DirectoryConflictError:
                return True
            except PublishRefusedError:
                continue
    return False


def deposits(loot: Loot, world: World) -> bool:
    """Whether the relay takes cells from it."""
    with world.client() as client:
        for member in loot.members:
            token = member.tokens.token(week=week_of(time.time()), index=_next_index())
            try:
                client.deposit("complaints", random_bytes(16), token, random_bytes(8 * 16_384))
            except TokenRefusedError:
                continue
            return True
    return False


_index = iter(range(1_000, 100, -1))


def _next_index() -> int:
    return next(_index)


def _directory(device: Device) -> PhoneDirectory:
    found = device.directory()
    assert found is not None
    return found


def _any(check: Callable[[Any], bool], keys: Iterable[Any]) -> bool:
    for key in keys:
        try:
            if check(key):
                return True
        except CryptoError:
            continue
    return False
