"""The invitation: what an officer's screen shows to whoever stands before it (protocol.md section 4.4).

A QR code or the same text as a file. It holds a secret that is used once, so it is worth a day at most.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import Final

from crypto import primitives
from crypto.encoding import Fields, encode
from crypto.errors import EncodingError, InvitationRefusedError
from crypto.ids import DESK_ID_BYTES, DeskId, OrganisationId
from crypto.statements import Role

INVITATION_PREFIX: Final = "KANTHA1-INVITATION:"
MAX_TEXT: Final = 16_000
"""An officer's reply, with two kinds of signing keys and their signatures, has about 12,500."""
MAX_LABEL: Final = 60


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
        return INVITATION_PREFIX + to_base64(self.encode())

    @classmethod
    def from_text(cls, text: str) -> Invitation:
        """What `to_text` wrote, or `InvitationRefusedError`."""
        try:
            return cls.decode(read_text(text, INVITATION_PREFIX))
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


def to_base64(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def read_text(text: str, prefix: str) -> bytes:
    """The bytes after this prefix, white space anywhere ignored; `EncodingError` for any other text."""
    compact = "".join(text.split())
    if len(compact) > MAX_TEXT or not compact.startswith(prefix):
        raise EncodingError
    body = compact.removeprefix(prefix)
    try:
        data = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise EncodingError from error
    if to_base64(data) != body:
        raise EncodingError
    return data
