"""The parcel: a finished complaint, addition or answer, which the phone that wrote it cannot open again.

Sealed to a desk's day key and cut into cell bodies. Its length shows on a seized phone, so it is padded to
full kilobytes. The key id (generation, day) travels inside the cells, so the desk searches nothing.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any, Final

from crypto import primitives
from crypto.cells import MAX_BODY_BYTES, TO_DESK
from crypto.desk_keys import DayKey, DayOpeningKey
from crypto.encoding import Fields, decode, encode
from crypto.errors import EncodingError, ParcelDamagedError
from crypto.ids import DeskId, OrganisationId

PARCEL_ID_BYTES: Final = 16
PAD_TO_BYTES: Final = 1_024
MAX_PLAIN_BYTES: Final = 4 * 1024 * 1024
"""A narrative of 200,000 Khmer characters is 600 kB; anything near this is not a complaint."""
CHUNK_BYTES: Final = 14_592
"""What is left of a cell's body beside the chunk's place."""
MAX_CHUNKS: Final = (MAX_PLAIN_BYTES + PAD_TO_BYTES + primitives.XWING_OVERHEAD_BYTES) // CHUNK_BYTES + 1


class ParcelKind(enum.IntEnum):
    """What a parcel is to the desk."""

    COMPLAINT = 1
    ADDITION = 2
    ANSWER = 3


@dataclass(frozen=True)
class ParcelContent:
    """What is inside: the code it belongs to, when it was finished (unix seconds) and the payload."""

    kind: ParcelKind
    code: str
    at: int
    payload: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Parcel:
    """A sealed parcel as it waits on a device: nobody there can open it."""

    id: bytes
    desk: DeskId
    generation: int
    day: int
    sealed: bytes = field(repr=False)

    @property
    def digest(self) -> bytes:
        """32 bytes: how a receipt names this very parcel (protocol.md 6.4)."""
        place = self.desk + self.generation.to_bytes(4, "big") + self.day.to_bytes(4, "big")
        return primitives.sha256(b"kantha/v1/receipt\0" + place + self.sealed)


def _info(org: OrganisationId, desk: DeskId, generation: int, day: int) -> bytes:
    return encode(["kantha/v1/parcel", org, desk, generation, day, TO_DESK])


def seal_parcel(content: ParcelContent, *, to: DayKey, org: OrganisationId) -> Parcel:
    """Seal to the newest day key the device knows."""
    plain = encode({1: int(content.kind), 2: content.code, 3: content.at, 4: content.payload})
    if len(plain) > MAX_PLAIN_BYTES:
        raise ValueError("a parcel is larger than a complaint can be")
    framed = len(plain).to_bytes(4, "big") + plain
    framed += bytes(-len(framed) % PAD_TO_BYTES)
    sealed = to.key.seal(framed, info=_info(org, to.desk, to.generation, to.day))
    return Parcel(primitives.random_bytes(PARCEL_ID_BYTES), to.desk, to.generation, to.day, sealed)


def open_parcel(parcel: Parcel, *, key: DayOpeningKey, org: OrganisationId) -> ParcelContent:
    """What was sealed, or `ParcelDamagedError`."""
    try:
        framed = key.key.open(parcel.sealed, info=_info(org, parcel.desk, parcel.generation, parcel.day))
        length = int.from_bytes(framed[:4], "big")
        end = 4 + length
        if len(framed) % PAD_TO_BYTES or end > len(framed) or framed.count(0, end) != len(framed) - end:
            raise ParcelDamagedError
        if len(framed) - end >= PAD_TO_BYTES:
            raise ParcelDamagedError
        fields = Fields(decode(framed[4:end]))
        content = ParcelContent(
            ParcelKind(fields.natural(1)),
            fields.text(2, limit=16),
            fields.natural(3, below=2**40),
            fields.take(4, dict),
        )
        fields.done()
    except (primitives.OpenError, EncodingError, ValueError) as error:
        raise ParcelDamagedError from error
    return content


@dataclass(frozen=True)
class Chunk:
    """A piece in one cell body: {1: parcel id, 2: index, 3: total, 4: generation, 5: day, 6: bytes}."""

    parcel: bytes
    index: int
    total: int
    generation: int
    day: int
    data: bytes = field(repr=False)

    def to_body(self) -> bytes:
        body = encode(
            {1: self.parcel, 2: self.index, 3: self.total, 4: self.generation, 5: self.day, 6: self.data}
        )
        assert len(body) <= MAX_BODY_BYTES
        return body

    @classmethod
    def from_body(cls, body: bytes) -> Chunk:
        """What `to_body` wrote, or `EncodingError`."""
        fields = Fields.of(body)
        chunk = cls(
            fields.octets(1, PARCEL_ID_BYTES),
            fields.natural(2, below=MAX_CHUNKS),
            fields.natural(3, below=MAX_CHUNKS + 1),
            fields.natural(4, below=2**32),
            fields.natural(5, below=2**31),
            fields.take(6, bytes),
        )
        fields.done()
        if chunk.index >= chunk.total or not 0 < len(chunk.data) <= CHUNK_BYTES:
            raise EncodingError
        return chunk


def cut(parcel: Parcel) -> list[Chunk]:
    """The pieces of a parcel, each fit for one cell."""
    starts = range(0, len(parcel.sealed), CHUNK_BYTES)
    pieces = [parcel.sealed[start : start + CHUNK_BYTES] for start in starts]
    return [
        Chunk(parcel.id, i, len(pieces), parcel.generation, parcel.day, data) for i, data in enumerate(pieces)
    ]


def join(chunks: list[Chunk], *, desk: DeskId) -> Parcel:
    """The parcel from all its pieces, in any order; `ParcelDamagedError` if they do not fit together."""
    ordered = sorted(chunks, key=lambda chunk: chunk.index)
    first = ordered[0]
    same = {(chunk.parcel, chunk.total, chunk.generation, chunk.day) for chunk in ordered}
    if len(same) != 1 or [chunk.index for chunk in ordered] != list(range(first.total)):
        raise ParcelDamagedError
    sealed = b"".join(chunk.data for chunk in ordered)
    return Parcel(first.parcel, desk, first.generation, first.day, sealed)
