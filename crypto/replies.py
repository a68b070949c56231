"""The reply: what a joining device answers to an invitation (protocol.md section 4.4).

As a QR code, a file, or a cell through the relay. It proves that its sender has the keys that it names and
the invitation's secret; that it is the right person's device, only the digits show.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from crypto import primitives
from crypto.cells import CELL_BYTES
from crypto.encoding import Fields, decode, encode
from crypto.errors import EncodingError, ReplyRefusedError
from crypto.ids import DeviceId, device_id
from crypto.invitations import Invitation, read_text, to_base64
from crypto.primitives import XWING_PUBLIC_BYTES, DeviceSigningKey, OfficerSigningKey, OpeningKey
from crypto.statements import Role

REPLY_PREFIX: Final = "KANTHA1-REPLY:"
_SIGNATURE: Final = b"kantha/v1/reply-signature\0"
_OFFICER: Final = b"kantha/v1/officer-reply\0"


@dataclass(frozen=True)
class Reply:
    """What the joining device answers: its public keys, signed by itself, under the invitation's secret.

    A handler gives an epoch key as well; an officer that and the officer's two public keys.
    """

    invitation: bytes
    identity: bytes = field(repr=False)
    kem: bytes = field(repr=False)
    epoch: int | None
    epoch_key: bytes | None = field(repr=False)
    epoch_certificate: bytes | None = field(repr=False)
    at: int
    officer: bytes | None = field(repr=False, default=None)
    officer_kem: bytes | None = field(repr=False, default=None)

    @property
    def device(self) -> DeviceId:
        return device_id(self.identity)

    def _body(self) -> bytes:
        return encode(
            {
                1: self.invitation, 2: self.identity, 3: self.kem, 4: self.epoch, 5: self.epoch_key,
                6: self.epoch_certificate, 7: self.at, 8: self.officer, 9: self.officer_kem,
            }
        )  # fmt: skip

    def seal(
        self, *, secret: bytes, by: DeviceSigningKey, officer_key: OfficerSigningKey | None = None
    ) -> bytes:
        """CBOR [body, signature, mac]: the signature proves the identity key, the MAC the invitation.

        An officer's has a fourth part, both signatures of the officer keys: nobody can give another's as own.
        """
        if (officer_key.public if officer_key else None) != self.officer:
            raise ValueError("an officer's reply is signed with the officer keys that it names")
        body = self._body()
        signature = by.sign(_SIGNATURE + body)
        parts = [body, signature, reply_mac(secret, body + signature)]
        return encode([*parts, officer_key.sign(_OFFICER + body)] if officer_key else parts)

    @staticmethod
    def to_text(sealed: bytes) -> str:
        return REPLY_PREFIX + to_base64(sealed)

    @staticmethod
    def from_text(text: str) -> bytes:
        """The sealed bytes of a reply's text, or `ReplyRefusedError`."""
        try:
            return read_text(text, REPLY_PREFIX)
        except EncodingError as error:
            raise ReplyRefusedError from error

    @classmethod
    def claimed_invitation(cls, sealed: bytes) -> bytes:
        """Which invitation this reply says it answers."""
        return _read(sealed).reply.invitation

    @classmethod
    def verify(cls, sealed: bytes, *, invitation: Invitation) -> Reply:
        """The reply, once it answers this invitation; `ReplyRefusedError` otherwise."""
        read = _read(sealed)
        reply, expected = read.reply, reply_mac(invitation.secret, read.body + read.signature)
        holds = (
            primitives.same(read.mac, expected)
            and reply.invitation == invitation.id
            and primitives.device_signature_holds(reply.identity, read.signature, _SIGNATURE + read.body)
            and (reply.epoch is not None) == (invitation.role.admitted is Role.HANDLER)
            and (reply.officer is not None) == (invitation.role is Role.OFFICER)
            and (reply.officer is None) == (not read.officer_signature)
        )
        if holds and reply.officer is not None:
            holds = primitives.officer_signature_holds(
                reply.officer, read.officer_signature, _OFFICER + read.body
            )
        if not holds:
            raise ReplyRefusedError
        return reply


@dataclass(frozen=True)
class _Read:
    """The parts of a reply, none of them verified."""

    reply: Reply
    body: bytes
    signature: bytes
    mac: bytes
    officer_signature: bytes


def _read(sealed: bytes) -> _Read:
    try:
        value = decode(sealed)
        if type(value) is not list or len(value) not in (3, 4) or {type(part) for part in value} != {bytes}:
            raise EncodingError
        fields = Fields.of(value[0])
        reply = Reply(
            fields.octets(1, 16),
            fields.octets(2, 32),
            fields.octets(3, XWING_PUBLIC_BYTES),
            fields.optional(4, int),
            fields.optional(5, bytes),
            fields.optional(6, bytes),
            fields.natural(7, below=2**40),
            fields.optional(8, bytes),
            fields.optional(9, bytes),
        )
        fields.done()
    except EncodingError as error:
        raise ReplyRefusedError from error
    for together in (
        (reply.epoch, reply.epoch_key, reply.epoch_certificate),
        (reply.officer, reply.officer_kem),
    ):
        if len({part is None for part in together}) != 1:
            raise ReplyRefusedError
    if reply.epoch is not None and not 0 <= reply.epoch < 2**32:
        raise ReplyRefusedError
    keys = (reply.kem, reply.epoch_key, reply.officer_kem)
    if not all(primitives.is_sealing_key(key) for key in keys if key is not None):
        raise ReplyRefusedError
    return _Read(reply, value[0], value[1], value[2], value[3] if len(value) == 4 else b"")


def reply_mac(secret: bytes, data: bytes) -> bytes:
    """32 bytes under a key that only the two devices at the table have."""
    return primitives.hmac_sha256(primitives.hkdf(secret, info=b"kantha/v1/reply-mac"), data)


# --- a reply that travels by the relay ----------------------------------------------------------------------

_CELL_LABEL: Final = "kantha/v1/reply-cell"
_SHARE_BYTES: Final = primitives.XWING_OVERHEAD_BYTES - 16
_PLAIN_BYTES: Final = CELL_BYTES - _SHARE_BYTES - primitives.SECRET_OVERHEAD_BYTES
_LENGTH_BYTES: Final = 2


def seal_reply_cell(reply: bytes, *, secret: bytes) -> bytes:
    """A cell of the complaint stream that only the officer's device opens which holds the invitation.

    It begins as every cell does, with what encapsulation to a key gives, here one that is thrown away. An
    ML-KEM ciphertext is not uniform: without this the relay could tell who is joining from a few cells.
    """
    plain = len(reply).to_bytes(_LENGTH_BYTES, "big") + reply
    if len(plain) > _PLAIN_BYTES:
        raise ValueError("a reply does not fit one cell")
    share = OpeningKey.generate().sealing_key.seal(b"", info=b"")[:_SHARE_BYTES]
    key = primitives.hkdf(secret, info=_CELL_LABEL.encode())
    return share + primitives.seal_secret(
        key, plain.ljust(_PLAIN_BYTES, b"\0"), info=encode([_CELL_LABEL, share])
    )


def open_reply_cell(cell: bytes, *, secret: bytes) -> bytes:
    """The sealed reply, still to be verified; `ReplyRefusedError` for a cell to anything else."""
    if len(cell) != CELL_BYTES:
        raise ReplyRefusedError
    share, sealed = cell[:_SHARE_BYTES], cell[_SHARE_BYTES:]
    key = primitives.hkdf(secret, info=_CELL_LABEL.encode())
    try:
        plain = primitives.open_secret(key, sealed, info=encode([_CELL_LABEL, share]))
    except primitives.OpenError as error:
        raise ReplyRefusedError from error
    end = _LENGTH_BYTES + int.from_bytes(plain[:_LENGTH_BYTES], "big")
    if plain.count(0, end) != len(plain) - end:  # also when the length points beyond the end
        raise ReplyRefusedError
    return plain[_LENGTH_BYTES:end]
