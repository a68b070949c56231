"""The head of the directory: what both parts agree on, signed by a publisher (protocol.md section 4.3).

It carries version, expiry and the hashes of both contents, so that a relay that mixes an old part with a new
one, rolls back, forks or freezes is noticed. `Seen` is what a client remembers of the newest head.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from crypto import primitives
from crypto.encoding import Fields, decode, encode
from crypto.errors import DirectoryRefusedError, EncodingError
from crypto.ids import DEVICE_ID_BYTES, DeviceId, OrganisationId
from crypto.primitives import DeviceSigningKey
from crypto.root import Root
from crypto.signed import Signed

HEAD_LABEL: Final = "kantha/v1/directory-head"
MAX_VERSION: Final = 2**47
MAX_TOKEN_EPOCH: Final = 2**31
"""Far below what the fields hold, so that no publisher can use the numbers up."""
MAX_VERSION_STEP: Final = 2**20
"""How far one edition may go beyond the newest that a reader has seen."""
EPOCHS_AHEAD: Final = 2**16
"""An edition raises the token epoch by one at most, so it stays near the version."""


@dataclass(frozen=True)
class Head:
    """What both parts agree on."""

    org: OrganisationId
    version: int
    previous: bytes
    issued_at: int
    expires_at: int
    phone_hash: bytes
    handler_hash: bytes
    token_epoch: int
    publisher: DeviceId

    def encode(self) -> bytes:
        return encode(
            {
                1: self.org, 2: self.version, 3: self.previous, 4: self.issued_at, 5: self.expires_at,
                6: self.phone_hash, 7: self.handler_hash, 8: self.token_epoch, 9: self.publisher,
            }
        )  # fmt: skip

    @classmethod
    def decode(cls, body: bytes) -> Head:
        fields = Fields.of(body)
        head = cls(
            OrganisationId(fields.octets(1, 32)),
            fields.natural(2, below=2**48),
            fields.octets(3, 32),
            fields.natural(4, below=2**40),
            fields.natural(5, below=2**40),
            fields.octets(6, 32),
            fields.octets(7, 32),
            fields.natural(8, below=2**32),
            DeviceId(fields.octets(9, DEVICE_ID_BYTES)),
        )
        fields.done()
        return head

    @property
    def hash(self) -> bytes:
        """32 bytes: how the next head names this one."""
        return primitives.sha256(HEAD_LABEL.encode() + b"-hash\0" + self.encode())


def sign_head(head: Head, *, by: DeviceSigningKey) -> Signed:
    """The head with the publisher's signature."""
    return Signed.make(head.encode(), label=HEAD_LABEL, by=by)


def verify_head(signed: Signed, *, root: Root, org: OrganisationId) -> Head:
    """What a publisher of this root signed; `EncodingError` or `SignatureRefusedError` for anything else."""
    claimed = Head.decode(signed.body)
    if claimed.org != org:
        raise EncodingError
    signed.require(label=HEAD_LABEL, public=root.publisher(claimed.publisher))
    return claimed


@dataclass(frozen=True)
class Seen:
    """The newest head a client has accepted, and the newest root."""

    version: int = 0
    head_hash: bytes = b""
    root_version: int = 0
    root_hash: bytes = b""


def require_newer(head: Head, seen: Seen, *, newer_root: bool = False) -> None:
    """Refuse a head that is older than, or on another line than, the one this device has accepted.

    A head names the one before it. A client that skipped versions cannot check that; one that did not, does.
    `newer_root`: it stands under a newer root than the one seen, so it is newer, whatever its number:
    officers signed that root, and no publisher who turned can keep anybody from what comes after it.
    """
    if head.version < seen.version and newer_root:
        return
    if head.version < seen.version:
        raise DirectoryRefusedError("The relay shows an older directory than this device has seen.")
    if not seen.head_hash:
        return
    ends = head.version >= MAX_VERSION or head.token_epoch >= MAX_TOKEN_EPOCH
    far = head.version > seen.version + MAX_VERSION_STEP and not newer_root
    jumps = far or head.token_epoch > head.version + EPOCHS_AHEAD
    if head.version > seen.version and (ends or jumps):
        raise DirectoryRefusedError("The relay shows a directory whose numbers are absurdly high.")
    if head.version == seen.version and head.hash != seen.head_hash:
        raise DirectoryRefusedError("The relay shows two different directories under one number.")
    if head.version == seen.version + 1 and head.previous != seen.head_hash:
        raise DirectoryRefusedError("The relay shows a directory that does not follow this device's.")


# --- how head and content travel together -------------------------------------------------------------------


def content_hash(part: str, content: bytes) -> bytes:
    """32 bytes: what the head says of a part's content."""
    return primitives.sha256(f"kantha/v1/directory-{part}\0".encode() + content)


def frame(head: Signed, content: bytes, *, pad: int) -> bytes:
    """Length, head and content, then zeros: sealed, it is a multiple of `pad`."""
    plain = encode([head.to_wire(), content])
    framed = len(plain).to_bytes(4, "big") + plain
    return framed + bytes(-(len(framed) + primitives.SECRET_OVERHEAD_BYTES) % pad)


def unframe(framed: bytes) -> tuple[Signed, bytes]:
    """What `frame` wrote, or `EncodingError`; neither of the two is verified."""
    end = 4 + int.from_bytes(framed[:4], "big")
    if len(framed) < 4 or end > len(framed) or framed.count(0, end) != len(framed) - end:
        raise EncodingError
    value = decode(framed[4:end])
    if type(value) is not list or len(value) != 2 or [type(part) for part in value] != [bytes, bytes]:
        raise EncodingError
    return Signed.from_wire(value[0]), value[1]
