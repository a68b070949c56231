"""The handler part of the directory: what only handlers may know (protocol.md section 4.3).

The roster, the wrapped seeds, what officers are still signing, every version of the root, the state of the
tokens, and the publishing token for each publisher. Sealed under a key of its own in each edition, which is
wrapped to each active handler: whoever was revoked opens no later one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from crypto import primitives
from crypto.desk_keys import EpochKey, SeedWrap
from crypto.encoding import Fields, decode, encode
from crypto.errors import DirectoryRefusedError, EncodingError, SignatureRefusedError
from crypto.heads import Head, content_hash, frame, unframe, verify_head
from crypto.ids import DEVICE_ID_BYTES, DeviceId, OrganisationId
from crypto.primitives import OpeningKey
from crypto.root import Root, root_hash, verify_chain
from crypto.signed import Countersigned, Signed

HANDLER_PAD_BYTES: Final = 64 * 1024
MAX_HANDLER_BYTES: Final = 8 * 1024 * 1024
MAX_STATEMENTS: Final = 4_096
MAX_WRAPS: Final = 4_096
MAX_PROPOSALS: Final = 64
"""16 officers with 4 each (crypto.proposals)."""
MAX_ROOTS: Final = 1_024
MAX_BOXES: Final = 16
"""As many as a root has publishers."""
WRAPS_PAD_TO: Final = 32
"""The part key is wrapped to 32 keys or a multiple, some thrown away: handlers cannot be counted."""
PUBLISH_TOKEN_BYTES: Final = 43
"""The token's text, as the relay writes it: 32 bytes in base64url."""
_KEY_BYTES: Final = 32
_NO_STATE: Final = (0, bytes(32))


@dataclass(frozen=True)
class PublisherBox:
    """The publishing token, sealed to one publisher: [device, epoch, sealed (1,179)].

    It is replaced in the edition after a publisher was revoked, and no relay knows whom it is for.
    """

    device: DeviceId
    epoch: int
    sealed: bytes = field(repr=False)

    @classmethod
    def make(cls, token: str, *, to: EpochKey, org: OrganisationId) -> PublisherBox:
        """For the handler with this epoch key. ValueError for what is not a token's text."""
        text = token.encode()
        if len(text) != PUBLISH_TOKEN_BYTES:
            raise ValueError("not a publishing token")
        return cls(to.handler, to.epoch, to.key.seal(text, info=_box_info(org, to.handler, to.epoch)))

    def open(self, key: OpeningKey, *, org: OrganisationId) -> str:
        """The token, or `primitives.OpenError`."""
        try:
            return key.open(self.sealed, info=_box_info(org, self.device, self.epoch)).decode("ascii")
        except UnicodeDecodeError as error:
            raise primitives.OpenError from error

    def to_wire(self) -> list[object]:
        return [self.device, self.epoch, self.sealed]

    @classmethod
    def from_wire(cls, value: object) -> PublisherBox:
        """What `to_wire` wrote, or `EncodingError`."""
        fields = Fields(dict(enumerate(value)) if type(value) is list else None)
        box = cls(
            DeviceId(fields.octets(0, DEVICE_ID_BYTES)),
            fields.natural(1, below=2**32),
            fields.octets(2, PUBLISH_TOKEN_BYTES + primitives.XWING_OVERHEAD_BYTES),
        )
        fields.done()
        return box


def _box_info(org: OrganisationId, device: DeviceId, epoch: int) -> bytes:
    return encode(["kantha/v1/publisher-box", org, device, epoch])


@dataclass(frozen=True)
class HandlerPart:
    """What only handlers may know. What its statements and proposals say is still to be verified."""

    statements: tuple[Countersigned, ...]
    """Those that hold and those that are pending."""
    wraps: tuple[SeedWrap, ...]
    proposals: tuple[Countersigned, ...] = ()
    roots: tuple[Countersigned, ...] = ()
    """From version 1 on."""
    token_state: tuple[int, bytes] = _NO_STATE
    """The epoch of the published token sets, and what they were made of (crypto.tokens.token_state)."""
    boxes: tuple[PublisherBox, ...] = ()

    @property
    def fits(self) -> bool:
        """False if a reader would refuse it for the number of its entries."""
        counts = (
            (self.statements, MAX_STATEMENTS),
            (self.wraps, MAX_WRAPS),
            (self.proposals, MAX_PROPOSALS),
            (self.roots, MAX_ROOTS),
            (self.boxes, MAX_BOXES),
        )
        return all(len(entries) <= limit for entries, limit in counts)

    def encode(self) -> bytes:
        return encode(
            {
                1: [entry.to_wire() for entry in self.statements],
                2: [wrap.to_wire() for wrap in self.wraps],
                3: [entry.to_wire() for entry in self.proposals],
                4: [entry.to_wire() for entry in self.roots],
                5: list(self.token_state),
                6: [box.to_wire() for box in self.boxes],
            }
        )

    @classmethod
    def decode(cls, data: bytes) -> HandlerPart:
        """What `encode` wrote, or `EncodingError`."""
        fields = Fields.of(data)
        part = cls(
            statements=_all_countersigned(fields.items(1, limit=MAX_STATEMENTS)),
            wraps=tuple(SeedWrap.from_wire(entry) for entry in fields.items(2, limit=MAX_WRAPS)),
            proposals=_all_countersigned(fields.items(3, limit=MAX_PROPOSALS)),
            roots=_all_countersigned(fields.items(4, limit=MAX_ROOTS)),
            token_state=_token_state(fields.items(5, limit=2)),
            boxes=tuple(PublisherBox.from_wire(entry) for entry in fields.items(6, limit=MAX_BOXES)),
        )
        fields.done()
        return part


def _all_countersigned(values: list[Any]) -> tuple[Countersigned, ...]:
    if any(type(value) is not bytes for value in values):
        raise EncodingError
    return tuple(Countersigned.from_wire(value) for value in values)


def _token_state(value: list[Any]) -> tuple[int, bytes]:
    fields = Fields(dict(enumerate(value)))
    state = (fields.natural(0, below=2**32), fields.octets(1, 32))
    fields.done()
    return state


# --- sealing and opening ------------------------------------------------------------------------------------


def _info(org: OrganisationId, part: str) -> bytes:
    return encode(["kantha/v1/directory", org, part])


def seal_handler_part(part: HandlerPart, head: Signed, *, to: list[EpochKey], org: OrganisationId) -> bytes:
    """CBOR [part key wraps as one byte string, sealed content], under a fresh part key each time.

    ValueError for more than a relay takes or a reader accepts.
    """
    if not part.fits:
        raise ValueError("the handler part holds more than its readers take")
    part_key = primitives.random_bytes(_KEY_BYTES)
    info = _info(org, "handler-key")
    wraps = [epoch_key.key.seal(part_key, info=info) for epoch_key in to]
    while len(wraps) % WRAPS_PAD_TO or not wraps:
        wraps.append(OpeningKey.generate().sealing_key.seal(part_key, info=info))
    wraps.sort()
    framed = frame(head, part.encode(), pad=HANDLER_PAD_BYTES)
    sealed = encode([b"".join(wraps), primitives.seal_secret(part_key, framed, info=_info(org, "handler"))])
    if len(sealed) > MAX_HANDLER_BYTES:
        raise ValueError("the handler part is larger than a relay takes")
    return sealed


def open_handler_part(
    sealed: bytes, *, keys: list[OpeningKey], org: OrganisationId, root: Root
) -> tuple[Head, HandlerPart]:
    """The handler part with its verified head; `DirectoryRefusedError` if none of the epoch keys opens it."""
    try:
        value = decode(sealed)
        wraps, body = value if type(value) is list and len(value) == 2 else (b"", b"")
        if type(wraps) is not bytes or type(body) is not bytes:
            raise EncodingError
        framed = primitives.open_secret(
            _part_key(wraps, keys=keys, org=org), body, info=_info(org, "handler")
        )
        signed_head, content = unframe(framed)
        head = verify_head(signed_head, root=root, org=org)
        if content_hash("handler", content) != head.handler_hash:
            raise EncodingError
        part = HandlerPart.decode(content)
        if part.roots:
            verify_chain(list(part.roots), org=org)
            if root_hash(root.encode()) not in {root_hash(entry.body) for entry in part.roots}:
                raise EncodingError
        return head, part
    except (primitives.OpenError, EncodingError, SignatureRefusedError) as error:
        raise DirectoryRefusedError from error


def _part_key(wraps: bytes, *, keys: list[OpeningKey], org: OrganisationId) -> bytes:
    size = _KEY_BYTES + primitives.XWING_OVERHEAD_BYTES
    for start in range(0, min(len(wraps), size * 1_024), size):
        for key in keys:
            try:
                return key.open(wraps[start : start + size], info=_info(org, "handler-key"))
            except primitives.OpenError:
                continue
    raise primitives.OpenError
