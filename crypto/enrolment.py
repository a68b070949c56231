"""Enrolment in person: the six groups of digits, and the welcome (protocol.md section 4.4).

The digits are computed over the invitation's and the reply's bytes (crypto.invitations, crypto.replies; both
are imported from here), so whoever swaps a key on the way changes them. There is no way to join remotely on
trust.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from crypto import primitives
from crypto.encoding import Fields, encode
from crypto.errors import CellDamagedError, DigitsDifferError, EncodingError, WelcomeRefusedError
from crypto.handler_part import PUBLISH_TOKEN_BYTES
from crypto.ids import DESK_ID_BYTES, DeskId, DeviceId, OrganisationId
from crypto.invitations import INVITATION_PREFIX, MAX_LABEL, MAX_TEXT, Invitation
from crypto.primitives import OpeningKey, SealingKey
from crypto.replies import REPLY_PREFIX, Reply, open_reply_cell, seal_reply_cell
from crypto.reply_cells import ReplyCell, ReplyKind, open_reply, seal_reply
from crypto.statements import Role, places_fit

__all__ = [
    "GROUPS", "INVITATION_PREFIX", "MAX_LABEL", "MAX_TEXT", "MAX_WELCOME_BYTES", "REPLY_PREFIX", "Invitation",
    "Reply", "Welcome", "digits", "open_reply_cell", "require_digits", "seal_reply_cell", "transcript",
]  # fmt: skip

GROUPS: Final = 6
MAX_WELCOME_BYTES: Final = 2_900
_MAC_BYTES: Final = 32


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
    token_master: bytes | None = field(repr=False, default=None)
    """What officers share: every slot's tokens come from it."""
    publish_token: str | None = field(repr=False, default=None)

    def seal(self, *, transcript_hash: bytes, secret: bytes, to: SealingKey) -> bytes:
        """A reply cell that only the joining device opens; it believes it by the invitation's secret."""
        body = encode(
            {
                1: self.org, 2: self.root_hash, 3: self.device, 4: int(self.role), 5: self.desk,
                6: self.slot, 7: self.label, 8: self.directory_key, 9: self.prefix, 10: self.token_seed,
                11: self.token_epoch, 12: self.tokens_per_week, 13: self.token_master,
                14: self.publish_token,
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
                token_master=fields.optional(13, bytes),
                publish_token=fields.optional(14, str),
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
        if not _shares_fit(welcome):
            raise WelcomeRefusedError
        return welcome


def _shares_fit(welcome: Welcome) -> bool:
    """Only an officer is given what officers share, and in its own form."""
    master, token = welcome.token_master, welcome.publish_token
    if welcome.role is not Role.OFFICER:
        return master is None and token is None
    if master is not None and len(master) != 32:
        return False
    return token is None or len(token.encode()) == PUBLISH_TOKEN_BYTES == len(token)


def _mac(secret: bytes, label: bytes, data: bytes) -> bytes:
    return primitives.hmac_sha256(primitives.hkdf(secret, info=label), data)
