"""Enrolment in person: invitation, reply, the six groups of digits, welcome (protocol.md section 4.4).

The digits are computed over the invitation's and the reply's bytes, so whoever swaps a key on the way changes
them. There is no way to join remotely on trust.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import Final

from crypto import primitives
from crypto.encoding import Fields, decode, encode
from crypto.errors import (
    CellDamagedError,
    DigitsDifferError,
    EncodingError,
    InvitationRefusedError,
    ReplyRefusedError,
    WelcomeRefusedError,
)
from crypto.ids import DESK_ID_BYTES, DeskId, DeviceId, OrganisationId, device_id
from crypto.primitives import XWING_PUBLIC_BYTES, DeviceSigningKey, OpeningKey, SealingKey
from crypto.reply_cells import ReplyCell, ReplyKind, open_reply, seal_reply
from crypto.roster import Role, places_fit

INVITATION_PREFIX: Final = "KANTHA1-INVITATION:"
REPLY_PREFIX: Final = "KANTHA1-REPLY:"
MAX_TEXT: Final = 8_000
MAX_LABEL: Final = 60
GROUPS: Final = 6
MAX_WELCOME_BYTES: Final = 2_900
_MAC_BYTES: Final = 32


@dataclass(frozen=True)
class Invitation:
    """What the officer's screen shows: where, to what, and a single-use secret."""

    org: OrganisationId
    root_hash: bytes
    relay: str
    pool: bytes
    secret: bytes = field(repr=False)
    role: Role
    desk: DeskId
    label: str | None
    first_token_seed: bytes = field(repr=False)
    token_epoch: int
    gap_seconds: int
    deposits: int
    expires_at: int

    @property
    def id(self) -> bytes:
        """16 bytes: how a reply names the invitation without giving away its secret."""
        return primitives.hkdf(self.secret, info=b"kantha/v1/invitation-id", length=16)

    def encode(self) -> bytes:
        return encode(
            {
                1: self.org, 2: self.root_hash, 3: self.relay, 4: self.pool, 5: self.secret,
                6: int(self.role), 7: self.desk, 8: self.label, 9: self.first_token_seed,
                10: self.token_epoch, 11: self.gap_seconds, 12: self.deposits, 13: self.expires_at,
            }
        )  # fmt: skip

    def to_text(self) -> str:
        """One line, the same in the QR code and in the file."""
        return INVITATION_PREFIX + _to_base64(self.encode())

    @classmethod
    def from_text(cls, text: str) -> Invitation:
        """What `to_text` wrote, or `InvitationRefusedError`."""
        try:
            return cls.decode(_from_text(text, INVITATION_PREFIX))
        except EncodingError as error:
            raise InvitationRefusedError from error

    @classmethod
    def decode(cls, data: bytes) -> Invitation:
        """What `encode` wrote, or `InvitationRefusedError`."""
        try:
            fields = Fields.of(data)
            invitation = cls(
                org=OrganisationId(fields.octets(1, 32)),
                root_hash=fields.octets(2, 32),
                relay=fields.text(3, limit=300),
                pool=fields.octets(4, 16),
                secret=fields.octets(5, 32),
                role=Role(fields.natural(6)),
                desk=DeskId(fields.octets(7, DESK_ID_BYTES)),
                label=fields.optional(8, str),
                first_token_seed=fields.octets(9, 32),
                token_epoch=fields.natural(10, below=2**32),
                gap_seconds=fields.natural(11, below=2**20),
                deposits=fields.natural(12, below=65),
                expires_at=fields.natural(13, below=2**40),
            )
            fields.done()
        except (EncodingError, ValueError) as error:
            raise InvitationRefusedError from error
        if invitation.deposits < 1 or not invitation.relay.startswith(("http://", "https://")):
            raise InvitationRefusedError
        if len(invitation.label or "") > MAX_LABEL:
            raise InvitationRefusedError
        return invitation


@dataclass(frozen=True)
class Reply:
    """What the joining device answers: its public keys, signed by itself, under the invitation's secret."""

    invitation: bytes
    identity: bytes = field(repr=False)
    kem: bytes = field(repr=False)
    epoch: int | None
    epoch_key: bytes | None = field(repr=False)
    epoch_certificate: bytes | None = field(repr=False)
    at: int

    @property
    def device(self) -> DeviceId:
        return device_id(self.identity)

    def _body(self) -> bytes:
        return encode(
            {
                1: self.invitation, 2: self.identity, 3: self.kem, 4: self.epoch, 5: self.epoch_key,
                6: self.epoch_certificate, 7: self.at,
            }
        )  # fmt: skip

    def seal(self, *, secret: bytes, by: DeviceSigningKey) -> bytes:
        """CBOR [body, signature, mac]: the signature proves the identity key, the MAC the invitation."""
        body = self._body()
        signature = by.sign(b"kantha/v1/reply-signature\0" + body)
        return encode([body, signature, _mac(secret, b"kantha/v1/reply-mac", body + signature)])

    @staticmethod
    def to_text(sealed: bytes) -> str:
        return REPLY_PREFIX + _to_base64(sealed)

    @staticmethod
    def from_text(text: str) -> bytes:
        """The sealed bytes of a reply's text, or `ReplyRefusedError`."""
        try:
            return _from_text(text, REPLY_PREFIX)
        except EncodingError as error:
            raise ReplyRefusedError from error

    @classmethod
    def claimed_invitation(cls, sealed: bytes) -> bytes:
        """Which invitation this reply says it answers."""
        return cls._decode(sealed)[0].invitation

    @classmethod
    def verify(cls, sealed: bytes, *, invitation: Invitation) -> Reply:
        """The reply, once it answers this invitation; `ReplyRefusedError` otherwise."""
        reply, body, signature, mac = cls._decode(sealed)
        expected = _mac(invitation.secret, b"kantha/v1/reply-mac", body + signature)
        signed = primitives.device_signature_holds(
            reply.identity, signature, b"kantha/v1/reply-signature\0" + body
        )
        fits = (reply.epoch is not None) == (invitation.role is Role.HANDLER)
        if not primitives.same(mac, expected) or not signed or not fits or reply.invitation != invitation.id:
            raise ReplyRefusedError
        return reply

    @classmethod
    def _decode(cls, sealed: bytes) -> tuple[Reply, bytes, bytes, bytes]:
        try:
            value = decode(sealed)
            if type(value) is not list or [type(part) for part in value] != [bytes, bytes, bytes]:
                raise EncodingError
            body, signature, mac = value
            fields = Fields.of(body)
            reply = cls(
                fields.octets(1, 16),
                fields.octets(2, 32),
                fields.octets(3, XWING_PUBLIC_BYTES),
                fields.optional(4, int),
                fields.optional(5, bytes),
                fields.optional(6, bytes),
                fields.natural(7, below=2**40),
            )
            fields.done()
        except EncodingError as error:
            raise ReplyRefusedError from error
        absent = [part is None for part in (reply.epoch, reply.epoch_key, reply.epoch_certificate)]
        if len(set(absent)) != 1 or (reply.epoch is not None and not 0 <= reply.epoch < 2**32):
            raise ReplyRefusedError
        if not all(primitives.is_sealing_key(key) for key in (reply.kem, reply.epoch_key) if key is not None):
            raise ReplyRefusedError
        return reply, body, signature, mac


def transcript(invitation: bytes, reply: bytes) -> bytes:
    """32 bytes over everything that was said: both encoded invitations and replies, whole."""
    return primitives.sha256(
        b"kantha/v1/transcript\0" + primitives.sha256(invitation) + primitives.sha256(reply)
    )


def digits(transcript_hash: bytes) -> str:
    """Six groups of five digits, 99.6 bits: too many to search for a second transcript with the same ones."""
    stream = primitives.hkdf(transcript_hash, info=b"kantha/v1/digits", length=8 * GROUPS)
    groups = (int.from_bytes(stream[8 * i : 8 * i + 8], "big") % 100_000 for i in range(GROUPS))
    return " ".join(f"{group:05d}" for group in groups)


def require_digits(transcript_hash: bytes, confirmed: str) -> None:
    """`DigitsDifferError` unless the people read exactly these digits, in the numerals of any script."""
    try:
        read = "".join(
            str(int(character)) for character in confirmed if not character.isspace() and character != "-"
        )
    except ValueError as error:
        raise DigitsDifferError from error
    if not primitives.same(read.encode(), digits(transcript_hash).replace(" ", "").encode()):
        raise DigitsDifferError


@dataclass(frozen=True)
class Welcome:
    """What makes an admitted device one of the organisation: secrets and hashes, at most 2,900 bytes."""

    org: OrganisationId
    root_hash: bytes
    device: DeviceId
    role: Role
    desk: DeskId
    slot: int | None
    label: str
    directory_key: bytes = field(repr=False)
    prefix: int | None
    token_seed: bytes = field(repr=False)
    token_epoch: int
    tokens_per_week: int

    def seal(self, *, transcript_hash: bytes, secret: bytes, to: SealingKey) -> bytes:
        """A reply cell that only the joining device opens; it believes it by the invitation's secret."""
        body = encode(
            {
                1: self.org, 2: self.root_hash, 3: self.device, 4: int(self.role), 5: self.desk,
                6: self.slot, 7: self.label, 8: self.directory_key, 9: self.prefix, 10: self.token_seed,
                11: self.token_epoch, 12: self.tokens_per_week,
            }
        )  # fmt: skip
        if len(body) > MAX_WELCOME_BYTES:
            raise ValueError("a welcome does not fit its cell")
        mac = _mac(secret, b"kantha/v1/welcome-mac", transcript_hash + body)
        return seal_reply(ReplyCell(ReplyKind.WELCOME, mac + body), to=to, org=self.org)

    @classmethod
    def open(
        cls, sealed: bytes, *, key: OpeningKey, invitation: Invitation, transcript_hash: bytes
    ) -> Welcome:
        """The welcome, or `WelcomeRefusedError`: not ours, not from this invitation, or not well formed."""
        try:
            cell = open_reply(sealed, key=key, org=invitation.org)
            mac, body = cell.content[:_MAC_BYTES], cell.content[_MAC_BYTES:]
            expected = _mac(invitation.secret, b"kantha/v1/welcome-mac", transcript_hash + body)
            if cell.kind is not ReplyKind.WELCOME or not primitives.same(mac, expected):
                raise WelcomeRefusedError
            fields = Fields.of(body)
            welcome = cls(
                org=OrganisationId(fields.octets(1, 32)),
                root_hash=fields.octets(2, 32),
                device=DeviceId(fields.octets(3, 16)),
                role=Role(fields.natural(4)),
                desk=DeskId(fields.octets(5, DESK_ID_BYTES)),
                slot=fields.optional(6, int),
                label=fields.text(7, limit=MAX_LABEL),
                directory_key=fields.octets(8, 32),
                prefix=fields.optional(9, int),
                token_seed=fields.octets(10, 32),
                token_epoch=fields.natural(11, below=2**32),
                tokens_per_week=fields.natural(12, below=2**20),
            )
            fields.done()
        except (CellDamagedError, EncodingError, ValueError) as error:
            raise WelcomeRefusedError from error
        if welcome.org != invitation.org or welcome.role is not invitation.role:
            raise WelcomeRefusedError
        if welcome.desk != invitation.desk:  # the people stood beside each other for this desk and no other
            raise WelcomeRefusedError
        if not places_fit(welcome.role, slot=welcome.slot, prefix=welcome.prefix):
            raise WelcomeRefusedError
        return welcome


def _mac(secret: bytes, label: bytes, data: bytes) -> bytes:
    return primitives.hmac_sha256(primitives.hkdf(secret, info=label), data)


def _to_base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _from_text(text: str, prefix: str) -> bytes:
    compact = "".join(text.split())
    if len(compact) > MAX_TEXT or not compact.startswith(prefix):
        raise EncodingError
    body = compact.removeprefix(prefix)
    try:
        data = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise EncodingError from error
    if _to_base64(data) != body:
        raise EncodingError
    return data
