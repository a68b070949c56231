"""The directory at the relay: a phone part for every enrolled device, a handler part for handlers.

A signed *head* in both parts carries version, expiry and the hashes of both contents, so that a relay that
mixes an old part with a new one, rolls back, forks or freezes is noticed. `Seen` is what a client remembers
of the newest head.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from crypto import primitives
from crypto.desk_keys import DayKey, EpochKey, SeedWrap, decode_days, encode_days
from crypto.encoding import Fields, decode, encode
from crypto.errors import DirectoryExpiredError, DirectoryRefusedError, EncodingError, SignatureRefusedError
from crypto.ids import DEVICE_ID_BYTES, DeskId, DeviceId, OrganisationId
from crypto.primitives import XWING_PUBLIC_BYTES, DeviceSigningKey, OpeningKey, SealingKey
from crypto.root import Root, root_hash, verify_chain
from crypto.roster import Admission, Role, read_statement
from crypto.signed import Countersigned, Signed

HEAD_LABEL: Final = "kantha/v1/directory-head"
PHONE_PAD_BYTES: Final = 64 * 1024
HANDLER_PAD_BYTES: Final = 64 * 1024
MAX_PHONE_BYTES: Final = 256 * 1024
MAX_HANDLER_BYTES: Final = 8 * 1024 * 1024
WRAPS_PAD_TO: Final = 32
"""The part key is wrapped to 32 keys or a multiple, some thrown away: handlers cannot be counted."""
_KEY_BYTES: Final = 32


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


@dataclass(frozen=True)
class HandlerEntry:
    """A handler as phones know it: the officers' admission and the key of its present epoch."""

    admission: Admission
    signed_admission: Countersigned = field(repr=False)
    epoch_key: EpochKey
    certificate: bytes = field(repr=False)


@dataclass(frozen=True)
class PhonePart:
    """What every device may know. No other intake device is named in it."""

    roots: tuple[Countersigned, ...]
    days: tuple[DayKey, ...]
    handlers: tuple[HandlerEntry, ...]

    def encode(self) -> bytes:
        runs: dict[tuple[DeskId, int], list[DayKey]] = {}
        for day in self.days:
            runs.setdefault((day.desk, day.generation), []).append(day)
        handlers = [
            [
                entry.signed_admission.to_wire(),
                entry.epoch_key.epoch,
                entry.epoch_key.key.public,
                entry.certificate,
            ]
            for entry in self.handlers
        ]
        roots = [root.to_wire() for root in self.roots]
        return encode({1: roots, 2: [encode_days(run) for run in runs.values()], 3: handlers})

    def day_key(self, desk: DeskId, *, today: int) -> DayKey | None:
        """The newest generation's key for today; for a clock outside all known days, the nearest one."""
        mine = [day for day in self.days if day.desk == desk]
        if not mine:
            return None
        newest = max(day.generation for day in mine)
        run = sorted((day for day in mine if day.generation == newest), key=lambda day: day.day)
        past = [day for day in run if day.day <= today]
        return past[-1] if past else run[0]

    def desk_handlers(self, desk: DeskId) -> list[HandlerEntry]:
        return [entry for entry in self.handlers if entry.admission.desk == desk]


@dataclass(frozen=True)
class HandlerPart:
    """What only handlers may know: the roster and the wrapped seeds."""

    statements: tuple[Countersigned, ...]
    wraps: tuple[SeedWrap, ...]

    def encode(self) -> bytes:
        return encode(
            {1: [entry.to_wire() for entry in self.statements], 2: [wrap.to_wire() for wrap in self.wraps]}
        )

    @classmethod
    def decode(cls, data: bytes) -> HandlerPart:
        fields = Fields.of(data)
        statements = tuple(_countersigned(entry) for entry in fields.items(1, limit=4_096))
        wraps = tuple(SeedWrap.from_wire(entry) for entry in fields.items(2, limit=4_096))
        fields.done()
        return cls(statements, wraps)


def content_hash(part: str, content: bytes) -> bytes:
    """32 bytes: what the head says of a part's content."""
    return primitives.sha256(f"kantha/v1/directory-{part}\0".encode() + content)


# --- sealing and opening the two parts ----------------------------------------------------------------------


def _info(org: OrganisationId, part: str) -> bytes:
    return encode(["kantha/v1/directory", org, part])


def _frame(head: Signed, content: bytes, pad: int) -> bytes:
    plain = encode([head.to_wire(), content])
    framed = len(plain).to_bytes(4, "big") + plain
    return framed + bytes(-(len(framed) + primitives.SECRET_OVERHEAD_BYTES) % pad)


def _unframe(framed: bytes) -> tuple[Signed, bytes]:
    end = 4 + int.from_bytes(framed[:4], "big")
    if len(framed) < 4 or end > len(framed) or framed.count(0, end) != len(framed) - end:
        raise EncodingError
    value = decode(framed[4:end])
    if type(value) is not list or len(value) != 2 or [type(part) for part in value] != [bytes, bytes]:
        raise EncodingError
    return Signed.from_wire(value[0]), value[1]


def sign_head(head: Head, *, by: DeviceSigningKey) -> Signed:
    """The head with the publisher's signature."""
    return Signed.make(head.encode(), label=HEAD_LABEL, by=by)


def seal_phone_part(part: PhonePart, head: Signed, *, key: bytes, org: OrganisationId) -> bytes:
    """A multiple of 64 KiB, at most 256 KiB."""
    sealed = primitives.seal_secret(
        key, _frame(head, part.encode(), PHONE_PAD_BYTES), info=_info(org, "phone")
    )
    if len(sealed) > MAX_PHONE_BYTES:
        raise ValueError("the phone part is larger than a phone may be asked to fetch")
    return sealed


def seal_handler_part(part: HandlerPart, head: Signed, *, to: list[EpochKey], org: OrganisationId) -> bytes:
    """CBOR [part key wraps as one byte string, sealed content], under a fresh part key each time."""
    part_key = primitives.random_bytes(_KEY_BYTES)
    info = _info(org, "handler-key")
    wraps = [epoch_key.key.seal(part_key, info=info) for epoch_key in to]
    while len(wraps) % WRAPS_PAD_TO or not wraps:
        wraps.append(OpeningKey.generate().sealing_key.seal(part_key, info=info))
    wraps.sort()
    framed = _frame(head, part.encode(), HANDLER_PAD_BYTES)
    sealed = primitives.seal_secret(part_key, framed, info=_info(org, "handler"))
    return encode([b"".join(wraps), sealed])


@dataclass(frozen=True)
class Seen:
    """The newest head a client has accepted, and the newest root."""

    version: int = 0
    head_hash: bytes = b""
    root_version: int = 0
    root_hash: bytes = b""


@dataclass(frozen=True)
class PhoneDirectory:
    """A phone part that has been verified."""

    head: Head
    root: Root
    part: PhonePart


@dataclass(frozen=True)
class UntrustedPhoneDirectory:
    """A decrypted phone part. Every enrolled device has the key, so nothing in it is true before `verify`."""

    head: Signed
    content: bytes = field(repr=False)

    @classmethod
    def open(cls, sealed: bytes, *, key: bytes, org: OrganisationId) -> UntrustedPhoneDirectory:
        """`DirectoryRefusedError` for bytes that are not a phone part of this organisation."""
        try:
            return cls(*_unframe(primitives.open_secret(key, sealed, info=_info(org, "phone"))))
        except (primitives.OpenError, EncodingError) as error:
            raise DirectoryRefusedError from error

    def verify(self, *, org: OrganisationId, seen: Seen, now: float) -> PhoneDirectory:
        """The directory, once root chain, head, handlers, version and expiry hold.

        `DirectoryExpiredError` for one that was right once; `DirectoryRefusedError` for everything else.
        """
        try:
            found = _verified(self.head, self.content, org)
        except (EncodingError, SignatureRefusedError) as error:
            raise DirectoryRefusedError from error
        if found.root.version < seen.root_version:
            raise DirectoryRefusedError("The relay shows an older organisation than this device has seen.")
        if seen.root_hash and seen.root_hash not in {root_hash(entry.body) for entry in found.part.roots}:
            raise DirectoryRefusedError("The relay shows another organisation than this device has seen.")
        require_newer(found.head, seen)
        if now > found.head.expires_at or now > found.root.expires_at:
            raise DirectoryExpiredError
        return found


@lru_cache(maxsize=4)
def _verified(signed: Signed, content: bytes, org: OrganisationId) -> PhoneDirectory:
    """All that depends on the bytes alone; kept, since a device looks at its directory very often."""
    fields = Fields.of(content)
    roots = tuple(_countersigned(entry) for entry in fields.items(1, limit=64))
    runs = [decode_days(entry) for entry in fields.items(2, limit=64)]
    entries = fields.items(3, limit=512)
    fields.done()
    root = verify_chain(list(roots), org=org)
    head = _verify_head(signed, root=root, org=org)
    handlers = tuple(_handler_entry(entry, root=root, org=org) for entry in entries)
    if content_hash("phone", content) != head.phone_hash:
        raise EncodingError
    return PhoneDirectory(head, root, PhonePart(roots, tuple(day for run in runs for day in run), handlers))


def require_newer(head: Head, seen: Seen) -> None:
    """Refuse a head that is older than, or different from, the one this device has accepted."""
    if head.version < seen.version:
        raise DirectoryRefusedError("The relay shows an older directory than this device has seen.")
    if head.version == seen.version and seen.head_hash and head.hash != seen.head_hash:
        raise DirectoryRefusedError("The relay shows two different directories under one number.")


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
        signed_head, content = _unframe(framed)
        head = _verify_head(signed_head, root=root, org=org)
        if content_hash("handler", content) != head.handler_hash:
            raise EncodingError
        return head, HandlerPart.decode(content)
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


def _verify_head(signed: Signed, *, root: Root, org: OrganisationId) -> Head:
    claimed = Head.decode(signed.body)
    if claimed.org != org:
        raise EncodingError
    signed.require(label=HEAD_LABEL, public=root.publisher(claimed.publisher))
    return claimed


def _countersigned(value: Any) -> Countersigned:
    if type(value) is not bytes:
        raise EncodingError
    return Countersigned.from_wire(value)


def _handler_entry(value: Any, *, root: Root, org: OrganisationId) -> HandlerEntry:
    fields = Fields(dict(enumerate(value)) if type(value) is list else None)
    signed = _countersigned(fields.take(0, bytes))
    epoch = fields.natural(1, below=2**32)
    key, certificate = SealingKey.read(fields.octets(2, XWING_PUBLIC_BYTES)), fields.octets(3, 64)
    fields.done()
    admission = read_statement(signed, root=root, org=org)
    if not isinstance(admission, Admission) or admission.role is not Role.HANDLER:
        raise EncodingError
    epoch_key = EpochKey(admission.device, epoch, key)
    epoch_key.verify(certificate, identity_public=admission.identity, org=org)
    return HandlerEntry(admission, signed, epoch_key, certificate)
