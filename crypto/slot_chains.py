"""The pairwise key of a sender slot, as it moves on from counter to counter (protocol.md 6.3).

Device and handler begin with one seed at the counter that the introduction names. Each counter has a key of
its own, and there is no way back: once a device has moved past what the desk confirmed, nobody who takes the
device can check the slots of what it sent before, so a handler's forgery and the real thing are the same to
them.

Positions are counted from the seed's counter in blocks of 64, so that a counter far ahead is reached quickly.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from crypto import primitives
from crypto.encoding import Fields
from crypto.errors import EncodingError

BLOCK: Final = 64
MAX_AHEAD: Final = 2**20
"""A counter further ahead than a device fills in its life is refused before anything is computed for it."""
_FIRST: Final = b"kantha/v1/slot-first"
_NEXT: Final = b"kantha/v1/slot-next"
_BLOCK: Final = b"kantha/v1/slot-block"
_KEY: Final = b"kantha/v1/slot-key"


@dataclass(frozen=True)
class SlotChain:
    """Where a chain stands. From it every later key follows, and no earlier one."""

    first: int
    """The counter of the seed."""
    counter: int
    step: bytes = field(repr=False)
    """The secret of this counter."""
    block: bytes = field(repr=False)
    """The secret of the next block."""

    @classmethod
    def begin(cls, seed: bytes, *, first: int) -> SlotChain:
        """The chain at the counter of its introduction. `seed`: 32 random bytes."""
        return cls(first, first, _derived(seed, _FIRST), _derived(seed, _BLOCK))

    def at(self, counter: int) -> SlotChain:
        """The chain moved on; ValueError for an earlier counter or one out of reach."""
        if not 0 <= counter - self.counter <= MAX_AHEAD:
            raise ValueError("a slot chain only moves forward")
        place, wanted = self.counter - self.first, counter - self.first
        step, block = self.step, self.block
        while place // BLOCK < wanted // BLOCK:
            step, block = _derived(block, _FIRST), _derived(block, _BLOCK)
            place = (place // BLOCK + 1) * BLOCK
        for _ in range(wanted - place):
            step = _derived(step, _NEXT)
        return SlotChain(self.first, counter, step, block)

    @property
    def key(self) -> bytes:
        """32 bytes: the MAC key of this counter."""
        return _derived(self.step, _KEY)

    def to_wire(self) -> list[object]:
        return [self.first, self.counter, self.step, self.block]

    @classmethod
    def from_wire(cls, value: object) -> SlotChain:
        """What `to_wire` wrote, or `EncodingError`."""
        fields = Fields(dict(enumerate(value)) if type(value) is list else None)
        chain = cls(
            fields.natural(0, below=2**48), fields.natural(1, below=2**49), fields.octets(2, 32),
            fields.octets(3, 32),
        )  # fmt: skip
        fields.done()
        if chain.counter < chain.first:
            raise EncodingError
        return chain


def _derived(secret: bytes, label: bytes) -> bytes:
    return primitives.hmac_sha256(secret, label)
