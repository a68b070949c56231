"""Opening an archive officer by officer, each on a machine of their own.

The new machine asks (`HandoverRequest`) with a key made for this one archive; both sides read the digits of
the request to each other, because whoever could put another key there would get the archive. Officers take
off their layers in turn and hand on a `Piece`; the last one seals the archive key to the new machine
(protocol.md 10A.5).
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any, Final

from crypto import primitives
from crypto.encoding import decode, encode
from crypto.enrolment import digits, require_digits
from crypto.errors import EncodingError, HandoverRefusedError
from crypto.ids import DESK_ID_BYTES, OFFICER_ID_BYTES, DeskId, OfficerId, OrganisationId
from crypto.primitives import XWING_PUBLIC_BYTES, OpeningKey, SealingKey
from crypto.quorum import Piece

LABEL: Final = "kantha/v1/quorum-handover"
_TITLES: Final = {"request": "KANTHA1-HANDOVER:", "piece": "KANTHA1-PIECE:", "key": "KANTHA1-KEY:"}
MAX_TEXT: Final = 64_000
"""16 layers and room."""


@dataclass(frozen=True)
class HandoverRequest:
    """What the new machine asks for: this archive's key, sealed to this key of its own."""

    org: OrganisationId
    desk: DeskId
    archive: bytes
    machine: bytes

    def encode(self) -> bytes:
        return encode([self.org, self.desk, self.archive, self.machine])

    @property
    def digits(self) -> str:
        """Six groups of five, to be read aloud."""
        return digits(self._transcript())

    def require(self, confirmed: str) -> None:
        """`DigitsDifferError` unless the new machine shows the same."""
        require_digits(self._transcript(), confirmed)

    def _transcript(self) -> bytes:
        return primitives.sha256(LABEL.encode() + b"-request\0" + self.encode())

    def to_text(self) -> str:
        return _text("request", self.encode())

    @classmethod
    def from_text(cls, text: str) -> HandoverRequest:
        """`HandoverRefusedError` for anything that is none, or has a key to which nothing can be sealed."""
        org, desk, archive, machine = _row(_data("request", text), 32, DESK_ID_BYTES, 32, XWING_PUBLIC_BYTES)
        try:
            SealingKey.read(machine)
        except EncodingError as error:
            raise HandoverRefusedError from error
        return cls(OrganisationId(org), DeskId(desk), archive, machine)

    def info(self) -> bytes:
        return encode([LABEL, self.org, self.desk, self.archive, self.machine])

    def give(self, key: bytes) -> str:
        """The archive key for the machine that asked, as text. By the officer of the last layer."""
        return _text("key", SealingKey(self.machine).seal(key, info=self.info()))

    def take(self, text: str, *, by: OpeningKey) -> bytes:
        """The archive key, on the machine that asked."""
        try:
            return by.open(_data("key", text), info=self.info())
        except primitives.OpenError as error:
            raise HandoverRefusedError from error


def piece_to_text(piece: Piece, *, archive: bytes) -> str:
    """What one officer hands to the next."""
    row = [piece.org, piece.desk, archive, list(piece.subset), piece.position, piece.sealed]
    return _text("piece", encode(row))


def piece_from_text(text: str, *, request: HandoverRequest) -> Piece:
    """`HandoverRefusedError` for a piece of another archive than the one that is asked for."""
    row = _decoded(_data("piece", text), 6)
    org, desk, archive, subset, position, sealed = row
    if [org, desk, archive] != [request.org, request.desk, request.archive]:
        raise HandoverRefusedError
    if type(subset) is not list or type(position) is not int or type(sealed) is not bytes:
        raise HandoverRefusedError
    if any(type(officer) is not bytes or len(officer) != OFFICER_ID_BYTES for officer in subset):
        raise HandoverRefusedError
    if subset != sorted(set(subset)) or not 0 <= position < len(subset) <= 16:
        raise HandoverRefusedError
    return Piece(request.org, request.desk, tuple(map(OfficerId, subset)), position, sealed)


def is_key(text: str) -> bool:
    """Whether this is what the last officer hands to the new machine."""
    return "".join(text.split()).startswith(_TITLES["key"])


def _decoded(data: bytes, length: int) -> list[Any]:
    try:
        row = decode(data)
    except EncodingError as error:
        raise HandoverRefusedError from error
    if type(row) is not list or len(row) != length:
        raise HandoverRefusedError
    return row


def _row(data: bytes, *lengths: int) -> list[bytes]:
    row = _decoded(data, len(lengths))
    for part, length in zip(row, lengths, strict=True):
        if type(part) is not bytes or len(part) != length:
            raise HandoverRefusedError
    return row


def _text(kind: str, data: bytes) -> str:
    return _TITLES[kind] + base64.urlsafe_b64encode(data).decode().rstrip("=")


def _data(kind: str, text: str) -> bytes:
    joined = "".join(text.split()) if len(text) <= MAX_TEXT else ""
    if not joined.startswith(_TITLES[kind]):
        raise HandoverRefusedError
    body = joined[len(_TITLES[kind]) :]
    try:
        data = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise HandoverRefusedError from error
    if base64.urlsafe_b64encode(data).decode().rstrip("=") != body:
        raise HandoverRefusedError
    return data
