"""Deniable sender authentication: one short MAC for each handler, in 32 fixed slots (protocol.md 6.3).

A device never signs a complaint: a signature on a seized desk would prove to a court who reported what. Each
handler shares a random key with the device; whoever can check a MAC could also have made it, so it convinces
the handler and nobody else, and one handler cannot forge the device to another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crypto import primitives
from crypto.ids import DeskId

SLOTS: Final = 32
"""A desk has at most 32 handlers: a group in which everybody can know everybody."""
MAC_BYTES: Final = 16
SLOTS_BYTES: Final = SLOTS * MAC_BYTES
SLOT_KEY_BYTES: Final = 32
_LABEL: Final = b"kantha/v1/sender\x00"
_SLOT_LABELS: Final = tuple(_LABEL + bytes([slot]) for slot in range(SLOTS))


def digest(desk: DeskId, header: bytes, body: bytes) -> bytes:
    """What every slot's MAC covers besides its slot: desk, the whole header and the body's hash."""
    return primitives.sha256(desk + header + primitives.sha256(body))


def fill_slots(message: bytes, keys: Mapping[int, bytes]) -> bytes:
    """512 bytes: the MAC in each slot that has a key, random bytes in the others: nobody counts handlers."""
    noise = primitives.random_bytes(SLOTS_BYTES)
    slots = [noise[start : start + MAC_BYTES] for start in range(0, SLOTS_BYTES, MAC_BYTES)]
    for slot, key in keys.items():
        slots[slot] = _mac(key, slot, message)
    return b"".join(slots)


def slot_holds(slots: bytes, message: bytes, *, slot: int, key: bytes) -> bool:
    """True if the sender holds this handler's pairwise key."""
    start = slot * MAC_BYTES
    return primitives.same(slots[start : start + MAC_BYTES], _mac(key, slot, message))


def _mac(key: bytes, slot: int, message: bytes) -> bytes:
    return primitives.hmac_sha256_prefixed(key, _SLOT_LABELS[slot], message)[:MAC_BYTES]
