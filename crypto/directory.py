"""The directory at the relay: a phone part for every enrolled device, a handler part for handlers.

Here is the phone part: the root chain, the desks' day keys, the handlers. The head that both parts carry is
in crypto.heads, the handler part in crypto.handler_part; all of it is imported from here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from crypto import primitives
from crypto.desk_keys import DAY_SECONDS, DayKey, EpochKey, decode_days, encode_days, generation_limit
from crypto.encoding import Fields, encode
from crypto.errors import DirectoryExpiredError, DirectoryRefusedError, EncodingError, SignatureRefusedError
from crypto.handler_part import (
    MAX_HANDLER_BYTES,
    MAX_STATEMENTS,
    HandlerPart,
    PublisherBox,
    open_handler_part,
    seal_handler_part,
)
from crypto.heads import (
    HEAD_LABEL,
    Head,
    Seen,
    content_hash,
    frame,
    require_newer,
    sign_head,
    unframe,
    verify_head,
)
from crypto.ids import DESK_ID_BYTES, DeskId, OrganisationId
from crypto.primitives import XWING_PUBLIC_BYTES, SealingKey
from crypto.root import MAX_DESKS, Root, root_hash, verify_chain
from crypto.roster import Admission, Role, read_statement
from crypto.signed import Countersigned, Signed

__all__ = [
    "HEAD_LABEL", "MAX_HANDLER_BYTES", "MAX_PHONE_BYTES", "MAX_STATEMENTS", "HandlerEntry", "HandlerPart",
    "Head", "PhoneDirectory", "PhonePart", "PublisherBox", "Seen", "UntrustedPhoneDirectory", "content_hash",
    "open_handler_part", "require_newer", "seal_handler_part", "seal_phone_part", "sign_head",
]  # fmt: skip

PHONE_PAD_BYTES: Final = 64 * 1024
MAX_PHONE_BYTES: Final = 512 * 1024
"""32 handlers whose admissions two officers signed, a root with ten of those, the days of several desks."""
MAX_PHONE_ROOTS: Final = 64


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
    """The root chain; versions replaced so long ago that no device can still need them may be left out."""
    days: tuple[DayKey, ...]
    handlers: tuple[HandlerEntry, ...]
    readable: tuple[tuple[DeskId, int], ...] = ()
    """The first day of each desk whose key still exists: what was sealed to earlier ones nobody can read."""
    believed: int | None = field(default=None, compare=False)
    """The latest such day that a reader believes; set when the part is verified."""

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
        readable = [[desk, day] for desk, day in self.readable]
        return encode({1: roots, 2: [encode_days(run) for run in runs.values()], 3: handlers, 4: readable})

    def first_readable(self, desk: DeskId) -> int:
        """The first day whose key the desk still has; 0 when the publisher says nothing about this desk.

        Handlers keep `key_days` before the day of issue in any case, so no later day is believed.
        """
        said = dict(self.readable).get(desk, 0)
        return said if self.believed is None else min(said, self.believed)

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


# --- sealing and opening the two parts ----------------------------------------------------------------------


def _info(org: OrganisationId, part: str) -> bytes:
    return encode(["kantha/v1/directory", org, part])


def seal_phone_part(part: PhonePart, head: Signed, *, key: bytes, org: OrganisationId) -> bytes:
    """A multiple of 64 KiB, at most 512 KiB."""
    sealed = primitives.seal_secret(
        key, frame(head, part.encode(), pad=PHONE_PAD_BYTES), info=_info(org, "phone")
    )
    if len(sealed) > MAX_PHONE_BYTES:
        raise ValueError("the phone part is larger than a phone may be asked to fetch")
    return sealed


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
            return cls(*unframe(primitives.open_secret(key, sealed, info=_info(org, "phone"))))
        except (primitives.OpenError, EncodingError) as error:
            raise DirectoryRefusedError from error

    def verify(
        self, *, org: OrganisationId, seen: Seen, now: float, pinned: bytes | None = None
    ) -> PhoneDirectory:
        """The directory, once root chain, head, handlers, version and expiry hold.

        Its chain must contain the newest root seen or, before any was, the `pinned` one, which the invitation
        named. `DirectoryExpiredError` for one that was right once; `DirectoryRefusedError` for all else.
        """
        anchor = seen.root_hash or pinned
        try:
            found = _verified(self.head, self.content, org, anchor)
        except (EncodingError, SignatureRefusedError) as error:
            raise DirectoryRefusedError from error
        if found.root.version < seen.root_version:
            raise DirectoryRefusedError("The relay shows an older organisation than this device has seen.")
        if anchor and anchor not in {root_hash(entry.body) for entry in found.part.roots}:
            known = "this device has seen" if seen.root_hash else "the invitation named"
            raise DirectoryRefusedError(f"The relay shows another organisation than {known}.")
        require_newer(found.head, seen, newer_root=0 < seen.root_version < found.root.version)
        if now > found.head.expires_at or now > found.root.expires_at:
            raise DirectoryExpiredError
        return found


@lru_cache(maxsize=4)
def _verified(signed: Signed, content: bytes, org: OrganisationId, anchor: bytes | None) -> PhoneDirectory:
    """All that depends on the bytes alone; kept, since a device looks at its directory very often."""
    fields = Fields.of(content)
    roots = tuple(_countersigned(entry) for entry in fields.items(1, limit=MAX_PHONE_ROOTS))
    runs = [decode_days(entry) for entry in fields.items(2, limit=64)]
    entries = fields.items(3, limit=512)
    readable = tuple(_readable(entry) for entry in fields.items(4, limit=MAX_DESKS))
    fields.done()
    root = verify_chain(list(roots), org=org, anchors=[anchor] if anchor else [])
    head = verify_head(signed, root=root, org=org)
    handlers = tuple(_handler_entry(entry, root=root, org=org) for entry in entries)
    if content_hash("phone", content) != head.phone_hash:
        raise EncodingError
    if len(dict(readable)) != len(readable) or any(
        day > head.issued_at // DAY_SECONDS for _, day in readable
    ):
        raise EncodingError  # a day to come would call lost what every handler can still read
    days = tuple(day for run in runs for day in run)
    if any(day.generation >= generation_limit(root.version) for day in days):
        raise EncodingError  # no publisher may use the numbers up
    believed = max(0, head.issued_at // DAY_SECONDS - root.policy.key_days)
    return PhoneDirectory(head, root, PhonePart(roots, days, handlers, readable, believed))


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


def _readable(value: Any) -> tuple[DeskId, int]:
    fields = Fields(dict(enumerate(value)) if type(value) is list else None)
    entry = (DeskId(fields.octets(0, DESK_ID_BYTES)), fields.natural(1, below=2**31))
    fields.done()
    return entry
