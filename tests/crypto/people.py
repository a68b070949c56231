"""A small organisation with fixed keys: an officer, handlers, a phone and two desks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cache

from crypto.desk_keys import DayKey, DeskSeed, EpochKey, SeedWrap
from crypto.directory import (
    HandlerEntry,
    HandlerPart,
    Head,
    PhonePart,
    content_hash,
    sign_head,
)
from crypto.ids import DeskId, DeviceId, OrganisationId, device_id
from crypto.primitives import DeviceSigningKey, OfficerSigningKey, OpeningKey, sha256
from crypto.root import Desk, Officer, Policy, PublishRight, Root, root_hash
from crypto.roster import Admission, Role, sign_statement
from crypto.signed import Countersigned, Signed

NOW = 1_795_000_000
TODAY = NOW // 86_400
WEEK = NOW // 604_800
DESK = DeskId(b"desk-one")
OTHER_DESK = DeskId(b"desk-two")
POOL = bytes(range(16))


def seed(name: str) -> bytes:
    """32 bytes that are always the same for this name."""
    return hashlib.sha256(name.encode()).digest()


@cache
def officer(name: str = "officer") -> OfficerSigningKey:
    return OfficerSigningKey(seed(name))


@cache
def pair(name: str) -> OpeningKey:
    return OpeningKey(seed(name))


@cache
def identity(name: str) -> DeviceSigningKey:
    return DeviceSigningKey(seed(name))


def device(name: str) -> DeviceId:
    return device_id(identity(name).public)


@cache
def first_root(officers: tuple[str, ...] = ("officer",), threshold: int = 1) -> Root:
    return Root(
        version=1,
        previous=b"",
        name="Sommilito Union",
        threshold=threshold,
        officers=tuple(
            Officer(officer(name).public, pair(name + "-kem").sealing_key.public, device(name))
            for name in officers
        ),
        desks=(Desk(DESK, "main"), Desk(OTHER_DESK, "গোপন")),
        publishers=(PublishRight(device("publisher"), identity("publisher").public),),
        policy=Policy(),
        pool=POOL,
        issued_at=NOW,
        expires_at=NOW + 365 * 86_400,
    )


@cache
def signed_root() -> Countersigned:
    return first_root().sign([officer()])


ORG = OrganisationId(root_hash(first_root().encode()))
OTHER_ORG = OrganisationId(seed("another organisation"))


def next_root(before: Root, **changes: object) -> Root:
    """The version after `before`."""
    follows = {"version": before.version + 1, "previous": root_hash(before.encode())}
    return replace(before, **{**follows, **changes})  # type: ignore[arg-type]


def admission(name: str, role: Role, **changes: object) -> Admission:
    handler = role is Role.HANDLER
    made = Admission(
        org=ORG,
        device=device(name),
        role=role,
        desk=DESK,
        label=name,
        identity=identity(name).public,
        kem_hash=sha256(pair(name + "-kem").sealing_key.public),
        slot=0 if handler else None,
        prefix=None if handler else 207,
        token_slot=1,
        transcript=seed("transcript"),
        at=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@cache
def signed_admission(name: str, role: Role, slot: int | None = None) -> Countersigned:
    changes = {"slot": slot} if slot is not None else {}
    return sign_statement(admission(name, role, **changes), by=[officer()])


def epoch_key(name: str) -> EpochKey:
    return EpochKey(device(name), WEEK, pair(name + "-epoch").sealing_key)


def desk_seed(*, generation: int = 3, day: int = TODAY) -> DeskSeed:
    return DeskSeed(DESK, generation, day, seed("desk seed"))


@cache
def day_key() -> DayKey:
    return desk_seed().public_days(1)[0]


@cache
def _wrap() -> SeedWrap:
    return SeedWrap.make(desk_seed(), to=epoch_key("handler"), org=ORG)


@dataclass(frozen=True)
class Published:
    """Both parts with their signed head."""

    phone: PhonePart
    handler: HandlerPart
    head: Head
    signed_head: Signed


def published(version: int = 5, *, days: int = 3, label: str = "") -> Published:
    """A directory with one handler, some days and one wrap. `label` makes another one of the same version."""
    return _published(version, days, label)


@cache
def _published(version: int, days: int, label: str) -> Published:
    admitted = signed_admission("handler", Role.HANDLER)
    key = epoch_key("handler")
    entry = HandlerEntry(
        admission("handler", Role.HANDLER), admitted, key, key.certify(identity("handler"), org=ORG)
    )
    phone = PhonePart((signed_root(),), tuple(desk_seed().public_days(days)), (entry,))
    statements = (admitted, signed_admission("phone", Role.INTAKE))
    handler = HandlerPart(statements, (_wrap(),))
    handler = replace(handler, roots=(signed_root(),))
    head = Head(
        org=ORG,
        version=version,
        previous=_published(version - 1, days, "").head.hash if version > 1 else bytes(32),
        issued_at=NOW + len(label),
        expires_at=NOW + 49 * 86_400,
        phone_hash=content_hash("phone", phone.encode()),
        handler_hash=content_hash("handler", handler.encode()),
        token_epoch=1,
        publisher=device("publisher"),
    )
    return Published(phone, handler, head, sign_head(head, by=identity("publisher")))


def flips(data: bytes, *, sampled: int = 64) -> list[bytes]:
    """`data` with one bit changed, once for each of so many evenly spread places; the bit varies with it."""
    step = max(1, len(data) // sampled)
    places = sorted({*range(0, len(data), step), len(data) - 1})
    return [flip(data, place, place % 8) for place in places]


def flip(data: bytes, place: int, bit: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]
