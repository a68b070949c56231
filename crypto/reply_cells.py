"""The second stream: 4,096-byte cells from the desk, sealed to a key that the device renews.

Every device downloads the whole stream and tries its keys; the relay cannot see who is answered. Inside,
2,960 bytes: version, kind, content length (4), content, zeros. Handlers sign what they say; a welcome carries
a MAC instead, because its reader knows nobody's key yet.
"""

from __future__ import annotations

import enum
import struct
from dataclasses import dataclass, field
from typing import Final

from crypto import primitives
from crypto.cells import MAX_COUNTER
from crypto.encoding import encode
from crypto.errors import CellDamagedError
from crypto.ids import DeviceId, OrganisationId
from crypto.primitives import DeviceSigningKey, OpeningKey, SealingKey

REPLY_CELL_BYTES: Final = 4_096
PLAIN_BYTES: Final = REPLY_CELL_BYTES - primitives.XWING_OVERHEAD_BYTES
_HEADER: Final = struct.Struct(">BBH")
_SIGNED: Final = struct.Struct(">16sQ64s")
"""sender, counter, Ed25519 signature."""
MAX_CONTENT_BYTES: Final = PLAIN_BYTES - _HEADER.size
MAX_SIGNED_BODY_BYTES: Final = MAX_CONTENT_BYTES - _SIGNED.size
MAX_QUESTION_BYTES: Final = 1_800
"""UTF-8: about 600 Bengali letters, what fits one small screen twice."""
VERSION: Final = 1
TO_DEVICE: Final = 1

assert (PLAIN_BYTES, MAX_CONTENT_BYTES, MAX_SIGNED_BODY_BYTES) == (2_960, 2_956, 2_868)


class ReplyKind(enum.IntEnum):
    """What a reply cell carries."""

    DUMMY = 0
    WELCOME = 1
    CONFIRM = 2
    QUESTION = 3


@dataclass(frozen=True)
class ReplyCell:
    """An opened reply cell; who wrote its content is still to be shown."""

    kind: ReplyKind
    content: bytes = field(repr=False)


def _info(org: OrganisationId) -> bytes:
    return encode(["kantha/v1/reply", org, TO_DEVICE])


def seal_reply(cell: ReplyCell, *, to: SealingKey, org: OrganisationId) -> bytes:
    """Exactly `REPLY_CELL_BYTES`."""
    if len(cell.content) > MAX_CONTENT_BYTES:
        raise ValueError("a content does not fit one reply cell")
    plain = (_HEADER.pack(VERSION, cell.kind, len(cell.content)) + cell.content).ljust(PLAIN_BYTES, b"\0")
    return to.seal(plain, info=_info(org))


def dummy_reply(*, org: OrganisationId) -> bytes:
    """A cell that nobody can open: sealed to a key that is thrown away at once."""
    return seal_reply(ReplyCell(ReplyKind.DUMMY, b""), to=OpeningKey.generate().sealing_key, org=org)


def open_reply(sealed: bytes, *, key: OpeningKey, org: OrganisationId) -> ReplyCell:
    """The cell, or `CellDamagedError`: not for this key, or not well formed."""
    if len(sealed) != REPLY_CELL_BYTES:
        raise CellDamagedError
    try:
        plain = key.open(sealed, info=_info(org))
        version, kind, length = _HEADER.unpack_from(plain)
        reply_kind = ReplyKind(kind)
    except (primitives.OpenError, ValueError, struct.error) as error:
        raise CellDamagedError from error
    end = _HEADER.size + length
    if version != VERSION or end > PLAIN_BYTES or plain.count(0, end) != PLAIN_BYTES - end:
        raise CellDamagedError
    return ReplyCell(reply_kind, plain[_HEADER.size : end])


# --- content signed by a handler ----------------------------------------------------------------------------


@dataclass(frozen=True)
class HandlerWord:
    """What a handler says to one device: confirmations and questions."""

    kind: ReplyKind
    sender: DeviceId
    counter: int
    body: bytes = field(repr=False)
    signature: bytes = field(repr=False, default=b"")

    def _message(self, org: OrganisationId, recipient: DeviceId) -> bytes:
        parts = [org, recipient, int(self.kind), self.sender, self.counter, self.body]
        return encode(["kantha/v1/reply-body", *parts])

    def seal(
        self, *, by: DeviceSigningKey, recipient: DeviceId, to: SealingKey, org: OrganisationId
    ) -> bytes:
        """The signed, sealed reply cell for this one device."""
        if len(self.body) > MAX_SIGNED_BODY_BYTES:
            raise ValueError("a body does not fit one reply cell")
        signature = by.sign(self._message(org, recipient))
        content = _SIGNED.pack(self.sender, self.counter, signature) + self.body
        return seal_reply(ReplyCell(self.kind, content), to=to, org=org)

    @classmethod
    def read(cls, cell: ReplyCell) -> HandlerWord:
        """The claimed word of a reply cell, or `CellDamagedError`."""
        if len(cell.content) < _SIGNED.size:
            raise CellDamagedError
        sender, counter, signature = _SIGNED.unpack_from(cell.content)
        if counter >= MAX_COUNTER:
            raise CellDamagedError
        return cls(cell.kind, DeviceId(sender), counter, cell.content[_SIGNED.size :], signature)

    def said_by(self, identity_public: bytes, *, to: DeviceId, org: OrganisationId) -> bool:
        """True if the handler with this identity said it to this device."""
        return primitives.device_signature_holds(identity_public, self.signature, self._message(org, to))
