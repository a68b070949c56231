"""Deposit tokens: the right to leave eight cells at the relay, without saying who leaves them.

`token = HMAC(slot seed, epoch ‖ week ‖ i)`. The relay knows the hashes of a week as one shuffled set of fixed
size that covers every slot, given to a device or not, so admission changes nothing. A slot whose device was
revoked goes on with its next *use*: other seeds, for whoever is given the slot next, and the places of the
revoked device are gone. Every set has its full size and nothing in it is random, so that two publishers who
know the same roster write the same set.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from crypto import primitives
from crypto.encoding import encode

TOKEN_BYTES: Final = 32
TOKEN_HASH_BYTES: Final = 16
FIRST_TOKENS: Final = 32
"""For the sessions before the welcome has come: an invitation carries no more than these each week."""
WEEK_SECONDS: Final = 604_800
_LABEL: Final = b"kantha/v1/token\x00"


def week_of(unix_s: float) -> int:
    """The week number (weeks since 1970) of a moment."""
    return int(unix_s // WEEK_SECONDS)


@dataclass(frozen=True)
class TokenSeed:
    """A device's source of tokens; `limit` of them are accepted each week."""

    seed: bytes = field(repr=False)
    epoch: int
    limit: int

    def token(self, *, week: int, index: int) -> bytes:
        """The 32-byte token; `index` must be below `limit`, or the relay has never heard of it."""
        place = self.epoch.to_bytes(4, "big") + week.to_bytes(4, "big") + index.to_bytes(4, "big")
        return primitives.hmac_sha256(self.seed, _LABEL + place)


@dataclass(frozen=True)
class TokenMaster:
    """What officers share: every slot's seeds come from it."""

    secret: bytes = field(repr=False)

    def slot_seed(self, slot: int, use: int = 0) -> bytes:
        """`use`: how many devices with this slot were revoked before the one that gets it."""
        return primitives.hkdf(self.secret, info=b"kantha/v1/token-slot" + _place(slot, use))

    def first_seed(self, slot: int, use: int = 0) -> bytes:
        """For the invitation: separate, so a photographed invitation takes none of the device's tokens."""
        return primitives.hkdf(self.secret, info=b"kantha/v1/token-first" + _place(slot, use))

    def week_hashes(self, *, epoch: int, week: int, per_slot: int, uses: Sequence[int]) -> bytes:
        """A week's accepted hashes, sorted: always `len(uses) * (per_slot + FIRST_TOKENS)` times 16 bytes.

        `uses[slot]` is the present use of each of the pool's slots.
        """
        hashes: list[bytes] = []
        for slot, use in enumerate(uses):
            own = TokenSeed(self.slot_seed(slot, use), epoch, per_slot)
            first = TokenSeed(self.first_seed(slot, use), epoch, FIRST_TOKENS)
            for seed in (own, first):
                hashes += [token_hash(seed.token(week=week, index=index)) for index in range(seed.limit)]
        return b"".join(sorted(hashes))


def _place(slot: int, use: int) -> bytes:
    return slot.to_bytes(4, "big") + use.to_bytes(4, "big")


def token_state(uses: Sequence[int], *, per_slot: int) -> bytes:
    """32 bytes that differ when the sets must: the directory carries them beside the epoch."""
    return primitives.sha256(b"kantha/v1/token-state\0" + encode([per_slot, list(uses)]))


def token_hash(token: bytes) -> bytes:
    """How the relay knows a token: the first 16 bytes of its SHA-256."""
    return hashlib.sha256(token).digest()[:TOKEN_HASH_BYTES]
