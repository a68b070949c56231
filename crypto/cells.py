"""The cell: 16,384 bytes, all of it one HPKE ciphertext. No header, no recipient, no length outside.

Inside, 15,248 bytes: header (32), 32 sender slots (512), body, zeros. An `UntrustedCell` has been decrypted,
which anybody who knows the desk's public key can bring about; only `vouched_by` says who sent it.
"""

from __future__ import annotations

import enum
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from crypto import primitives, sender
from crypto.desk_keys import DayKey, DayOpeningKey
from crypto.encoding import Fields, encode
from crypto.errors import CellDamagedError
from crypto.ids import DeskId, DeviceId, OrganisationId

CELL_BYTES: Final = 16_384
PLAIN_BYTES: Final = CELL_BYTES - primitives.XWING_OVERHEAD_BYTES
_HEADER: Final = struct.Struct(">BB16sIQH")
"""version, kind, sender, incarnation, counter, body length."""
BODY_START: Final = _HEADER.size + sender.SLOTS_BYTES
MAX_BODY_BYTES: Final = PLAIN_BYTES - BODY_START
VERSION: Final = 1
TO_DESK: Final = 0
MAX_COUNTER: Final = 2**48
"""A phone that counts beyond what a desk's store can hold would stop the desk at that page for ever."""
NOBODY: Final = DeviceId(bytes(16))

assert (PLAIN_BYTES, _HEADER.size, BODY_START, MAX_BODY_BYTES) == (15_248, 32, 544, 14_704)


class CellKind(enum.IntEnum):
    """What a cell carries."""

    DUMMY = 0
    PARCEL = 1
    FRAGMENT = 2
    OPERATION = 3
    ANNOUNCE = 4
    HEARTBEAT = 5


_KINDS: Final = tuple(CellKind)
_ZEROS: Final = bytes(PLAIN_BYTES)
"""Compared with at once: a desk opens thousands of cells, most of them dummies that are all padding."""


@dataclass(frozen=True)
class Cell:
    """What goes into a cell. `counter` is per sender, desk and incarnation, and never used for two bodies."""

    kind: CellKind
    sender: DeviceId
    incarnation: int
    counter: int
    body: bytes = field(repr=False)

    def header(self) -> bytes:
        return _HEADER.pack(VERSION, self.kind, self.sender, self.incarnation, self.counter, len(self.body))


@dataclass(frozen=True)
class UntrustedCell:
    """An opened cell whose sender is only claimed."""

    cell: Cell
    desk: DeskId
    generation: int
    day: int
    slots: bytes = field(repr=False)

    def vouched_by(self, key: bytes, *, slot: int) -> bool:
        """True if the claimed sender made this very cell for the handler in `slot` with this pairwise key."""
        message = sender.digest(self.desk, self.cell.header(), self.cell.body)
        return sender.slot_holds(self.slots, message, slot=slot, key=key)


@lru_cache(maxsize=1024)
def _info(org: OrganisationId, desk: DeskId, generation: int, day: int) -> bytes:
    return encode(["kantha/v1/cell", org, desk, generation, day, TO_DESK])


def seal_cell(cell: Cell, *, to: DayKey, org: OrganisationId, slot_keys: Mapping[int, bytes]) -> bytes:
    """Exactly `CELL_BYTES`, sealed to a day key, vouched for to each handler whose slot key is given."""
    if len(cell.body) > MAX_BODY_BYTES:
        raise ValueError("a body does not fit one cell")
    header = cell.header()
    slots = sender.fill_slots(sender.digest(to.desk, header, cell.body), slot_keys)
    plain = (header + slots + cell.body).ljust(PLAIN_BYTES, b"\0")
    return to.key.seal(plain, info=_info(org, to.desk, to.generation, to.day))


def dummy_cell(*, to: DayKey, org: OrganisationId) -> bytes:
    """A genuine sealed cell that says nothing: the desk opens it and throws it away."""
    cell = Cell(CellKind.DUMMY, NOBODY, 0, 0, b"")
    return seal_cell(cell, to=to, org=org, slot_keys={})


def open_cell(sealed: bytes, *, key: DayOpeningKey, org: OrganisationId) -> UntrustedCell:
    """The cell. `CellDamagedError` if it is not for this key or not well formed: nobody learns which."""
    if len(sealed) != CELL_BYTES:
        raise CellDamagedError
    try:
        plain = key.key.open(sealed, info=_info(org, key.desk, key.generation, key.day))
    except primitives.OpenError as error:
        raise CellDamagedError from error
    version, kind, sender_id, incarnation, counter, length = _HEADER.unpack_from(plain)
    end = BODY_START + length
    if version != VERSION or kind >= len(_KINDS) or counter >= MAX_COUNTER:
        raise CellDamagedError
    if end > PLAIN_BYTES or plain[end:] != _ZEROS[end:]:
        raise CellDamagedError
    cell = Cell(_KINDS[kind], DeviceId(sender_id), incarnation, counter, plain[BODY_START:end])
    return UntrustedCell(cell, key.desk, key.generation, key.day, plain[_HEADER.size : BODY_START])


# --- the body of a heartbeat (protocol.md 6.2) ----------------------------------------------------------


def heartbeat_body(since: int) -> bytes:
    """{1: since}: the first day whose key this device may still need at this desk."""
    return encode({1: since})


def read_heartbeat(body: bytes) -> int:
    """What `heartbeat_body` wrote, or `EncodingError`."""
    fields = Fields.of(body)
    since = fields.natural(1, below=2**31)
    fields.done()
    return since
