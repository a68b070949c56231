"""Ids are hashes of public keys: nobody assigns them, nobody can claim another's."""

from __future__ import annotations

from typing import Final, NewType

from crypto import primitives

OrganisationId = NewType("OrganisationId", bytes)
"""32 bytes: the hash of the first root."""
DeviceId = NewType("DeviceId", bytes)
"""16 bytes: from the device's identity key."""
OfficerId = NewType("OfficerId", bytes)
"""16 bytes: from the officer's two signing keys."""
DeskId = NewType("DeskId", bytes)
"""8 random bytes."""

DEVICE_ID_BYTES: Final = 16
OFFICER_ID_BYTES: Final = 16
DESK_ID_BYTES: Final = 8


def device_id(identity_public: bytes) -> DeviceId:
    """The id of the device with this Ed25519 identity key."""
    return DeviceId(primitives.sha256(b"kantha/v1/device\x00" + identity_public)[:DEVICE_ID_BYTES])


def officer_id(public: bytes) -> OfficerId:
    """The id of the officer with these signing keys (Ed25519 then ML-DSA-65)."""
    return OfficerId(primitives.sha256(b"kantha/v1/officer\x00" + public)[:OFFICER_ID_BYTES])


def new_desk_id() -> DeskId:
    """A desk's id is random: a desk's name may change, its id never does."""
    return DeskId(primitives.random_bytes(DESK_ID_BYTES))
