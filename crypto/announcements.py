"""What devices announce to a desk: pairwise keys for the sender slots, reply keys, handlers' epoch keys; and
what handlers vouch for: receipts of parcels, the head of their chain of operations (protocol.md 6.4).

Signed with the device's identity key, which signs nothing else of an intake device: the signature says "this
is my key", never "this is what she told me".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from crypto import primitives
from crypto.desk_keys import EpochKey
from crypto.encoding import Fields, encode
from crypto.errors import EncodingError, SignatureRefusedError
from crypto.ids import DESK_ID_BYTES, DEVICE_ID_BYTES, DeskId, DeviceId, OrganisationId
from crypto.parcels import PARCEL_ID_BYTES
from crypto.primitives import (
    XWING_OVERHEAD_BYTES,
    XWING_PUBLIC_BYTES,
    DeviceSigningKey,
    OpeningKey,
    SealingKey,
)
from crypto.sender import SLOT_KEY_BYTES
from crypto.signed import Signed

LABEL: Final = "kantha/v1/announce"
INTRODUCTIONS_PER_CELL: Final = 11
"""11 × 1,192 bytes and a signature fit one cell's body."""
RECEIPTS_PER_CELL: Final = 200
"""200 × 69 bytes and a signature fit one cell's body."""
_SEALED_SLOT_KEY_BYTES: Final = SLOT_KEY_BYTES + XWING_OVERHEAD_BYTES


@dataclass(frozen=True)
class Introduction:
    """A pairwise key for one handler, sealed to its epoch key: the other handlers cannot learn it."""

    handler: DeviceId
    epoch: int
    sealed: bytes = field(repr=False)

    @staticmethod
    def _info(org: OrganisationId, desk: DeskId, device: DeviceId, handler: DeviceId, epoch: int) -> bytes:
        return encode(["kantha/v1/introduction", org, desk, device, handler, epoch])

    @classmethod
    def make(
        cls, key: bytes, *, to: EpochKey, org: OrganisationId, desk: DeskId, device: DeviceId
    ) -> Introduction:
        info = cls._info(org, desk, device, to.handler, to.epoch)
        return cls(to.handler, to.epoch, to.key.seal(key, info=info))

    def open(self, key: OpeningKey, *, org: OrganisationId, desk: DeskId, device: DeviceId) -> bytes:
        """The pairwise key, or `primitives.OpenError`."""
        opened = key.open(self.sealed, info=self._info(org, desk, device, self.handler, self.epoch))
        if len(opened) != SLOT_KEY_BYTES:
            raise primitives.OpenError
        return opened


@dataclass(frozen=True)
class Introductions:
    """{1: 1, 2: org, 3: desk, 4: [[handler, epoch, sealed key], …], 5: first}

    `first`: the lowest counter that is vouched for with these keys; a handler who came later does not miss
    what was sent before.
    """

    desk: DeskId
    first: int
    entries: Sequence[Introduction]


@dataclass(frozen=True)
class ReplyKey:
    """{1: 2, 2: org, 3: number, 4: public key}: where this device reads answers from now on."""

    number: int
    key: SealingKey = field(repr=False)


@dataclass(frozen=True)
class EpochAnnouncement:
    """{1: 3, 2: org, 3: epoch, 4: public key, 5: certificate}: a handler's key of a new week."""

    epoch: int
    key: SealingKey = field(repr=False)
    certificate: bytes = field(repr=False)


@dataclass(frozen=True)
class Receipt:
    """[device, parcel, digest]: this very parcel came from this device. `digest`: `Parcel.digest`."""

    device: DeviceId
    parcel: bytes
    digest: bytes = field(repr=False)


@dataclass(frozen=True)
class Receipts:
    """{1: 4, 2: org, 3: desk, 4: [receipt, …]}: a handler was shown who sent these, and says so to
    newcomers.
    """

    desk: DeskId
    entries: Sequence[Receipt]


@dataclass(frozen=True)
class ChainHead:
    """{1: 5, 2: org, 3: desk, 4: counter, 5: link hash}: how far a handler's operations go."""

    desk: DeskId
    counter: int
    hash: bytes = field(repr=False)


Announcement = Introductions | ReplyKey | EpochAnnouncement | Receipts | ChainHead


def sign_announcement(said: Announcement, *, by: DeviceSigningKey, org: OrganisationId) -> bytes:
    """The signed body of an `announce` cell."""
    value: dict[int, object]
    match said:
        case Introductions():
            entries = [[entry.handler, entry.epoch, entry.sealed] for entry in said.entries]
            value = {1: 1, 2: org, 3: said.desk, 4: entries, 5: said.first}
        case ReplyKey():
            value = {1: 2, 2: org, 3: said.number, 4: said.key.public}
        case EpochAnnouncement():
            value = {1: 3, 2: org, 3: said.epoch, 4: said.key.public, 5: said.certificate}
        case Receipts():
            receipts = [[entry.device, entry.parcel, entry.digest] for entry in said.entries]
            value = {1: 4, 2: org, 3: said.desk, 4: receipts}
        case ChainHead():
            value = {1: 5, 2: org, 3: said.desk, 4: said.counter, 5: said.hash}
    return Signed.make(encode(value), label=LABEL, by=by).to_wire()


def read_announcement(body: bytes, *, identity_public: bytes, org: OrganisationId) -> Announcement:
    """What the device with this identity announced; `SignatureRefusedError` or `EncodingError` otherwise."""
    fields = Fields.of(Signed.from_wire(body).require(label=LABEL, public=identity_public))
    kind = fields.natural(1)
    if fields.octets(2, 32) != org:
        raise SignatureRefusedError
    said: Announcement
    if kind == 1:
        desk = DeskId(fields.octets(3, DESK_ID_BYTES))
        entries = [_entry(value) for value in fields.items(4, limit=INTRODUCTIONS_PER_CELL)]
        said = Introductions(desk, fields.natural(5, below=2**48), entries)
        if said.first < 1:
            raise EncodingError
    elif kind == 2:
        said = ReplyKey(fields.natural(3, below=2**32), SealingKey.read(fields.octets(4, XWING_PUBLIC_BYTES)))
    elif kind == 3:
        epoch, key = fields.natural(3, below=2**32), SealingKey.read(fields.octets(4, XWING_PUBLIC_BYTES))
        said = EpochAnnouncement(epoch, key, fields.octets(5, 64))
    elif kind == 4:
        desk = DeskId(fields.octets(3, DESK_ID_BYTES))
        said = Receipts(desk, [_receipt(value) for value in fields.items(4, limit=RECEIPTS_PER_CELL)])
    elif kind == 5:
        desk = DeskId(fields.octets(3, DESK_ID_BYTES))
        said = ChainHead(desk, fields.natural(4, below=2**48), fields.octets(5, 32))
    else:
        raise EncodingError
    fields.done()
    return said


def _entry(value: object) -> Introduction:
    fields = Fields(dict(enumerate(value)) if type(value) is list else None)
    handler = DeviceId(fields.octets(0, DEVICE_ID_BYTES))
    entry = Introduction(handler, fields.natural(1, below=2**32), fields.octets(2, _SEALED_SLOT_KEY_BYTES))
    fields.done()
    return entry


def _receipt(value: object) -> Receipt:
    fields = Fields(dict(enumerate(value)) if type(value) is list else None)
    device, parcel = DeviceId(fields.octets(0, DEVICE_ID_BYTES)), fields.octets(1, PARCEL_ID_BYTES)
    receipt = Receipt(device, parcel, fields.octets(2, 32))
    fields.done()
    return receipt
