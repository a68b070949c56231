"""A desk's seed, its days and its generations (protocol.md section 5).

`seed[d+1] = HKDF(seed[d])`: whoever holds day d can read d and later, never earlier. A vault keeps only the
seed of the oldest day it must still read; advancing it is what destroys the past. A fresh random seed is a
new *generation*.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from crypto import primitives
from crypto.encoding import Fields, encode
from crypto.errors import EncodingError, SignatureRefusedError
from crypto.ids import DESK_ID_BYTES, DeskId, DeviceId, OrganisationId
from crypto.primitives import XWING_PUBLIC_BYTES, OpeningKey, SealingKey

DAY_SECONDS: Final = 86_400
_MAX_STEPS: Final = 4_000
"""Ten years of days: a seed asked further ahead is a mistake or an attack on the processor."""


LINE_GENERATIONS: Final = 2**16
"""One a week for a thousand years."""


def line_of(generation: int) -> int:
    """Generations of one line follow each other while somebody holds the older ones. A desk that was restored
    begins a new line: what was sealed to a generation of an older one nobody can read any more (step
    10A.6.7).
    """
    return generation // LINE_GENERATIONS


def new_line(generation: int) -> int:
    """The first generation of the line after that of `generation`."""
    return (line_of(generation) + 1) * LINE_GENERATIONS


def generation_limit(root_version: int) -> int:
    """No desk of an organisation with this root has this generation or a higher one: every line but the first
    began with a recovery, which makes a root (10A.6). So a publisher alone cannot use the numbers up: what it
    used up, the root that takes its right away gives back.
    """
    return min((root_version + 1) * LINE_GENERATIONS, 2**32)


def day_of(unix_s: float) -> int:
    """The day number (UTC days since 1970) of a moment."""
    return int(unix_s // DAY_SECONDS)


@dataclass(frozen=True)
class DayKey:
    """The public half of a desk's key for one day."""

    desk: DeskId
    generation: int
    day: int
    key: SealingKey = field(repr=False)


@dataclass(frozen=True)
class DayOpeningKey:
    """The private half; only handlers of the desk can derive it."""

    desk: DeskId
    generation: int
    day: int
    key: OpeningKey = field(repr=False)


@dataclass(frozen=True)
class DeskSeed:
    """A generation's chain, standing at one day."""

    desk: DeskId
    generation: int
    day: int
    seed: bytes = field(repr=False)

    @classmethod
    def generate(cls, desk: DeskId, *, generation: int, day: int) -> DeskSeed:
        """A fresh random chain."""
        return cls(desk, generation, day, primitives.random_bytes(32))

    def at(self, day: int) -> DeskSeed:
        """The chain advanced to `day`. There is no way back: an earlier day raises ValueError."""
        if not self.day <= day <= self.day + _MAX_STEPS:
            raise ValueError("a desk seed only moves forward")
        seed = self.seed
        for _ in range(day - self.day):
            seed = primitives.hkdf(seed, info=b"kantha/v1/desk-seed-next")
        return DeskSeed(self.desk, self.generation, day, seed)

    @cached_property
    def opening_key(self) -> DayOpeningKey:
        """The key pair of the day on which the chain stands."""
        pair = OpeningKey(primitives.hkdf(self.seed, info=b"kantha/v1/day-key"))
        return DayOpeningKey(self.desk, self.generation, self.day, pair)

    def public_days(self, count: int) -> list[DayKey]:
        """The public keys of `count` days from here on."""
        days, chain = [], self
        for _ in range(count):
            own = chain.opening_key
            days.append(DayKey(self.desk, self.generation, own.day, own.key.sealing_key))
            chain = chain.at(chain.day + 1)
        return days


def encode_days(days: list[DayKey]) -> dict[int, object]:
    """{1: desk, 2: generation, 3: first day, 4: [public keys of consecutive days]}."""
    first = days[0]
    if [day.day for day in days] != list(range(first.day, first.day + len(days))):
        raise ValueError("days must follow each other")
    return {1: first.desk, 2: first.generation, 3: first.day, 4: [day.key.public for day in days]}


def decode_days(value: object) -> list[DayKey]:
    """What `encode_days` wrote, or `EncodingError`."""
    fields = Fields(value)
    desk = DeskId(fields.octets(1, DESK_ID_BYTES))
    generation, first = fields.natural(2, below=2**32), fields.natural(3, below=2**31)
    publics = fields.items(4, limit=400)
    fields.done()
    if any(type(public) is not bytes or len(public) != XWING_PUBLIC_BYTES for public in publics):
        raise EncodingError
    return [DayKey(desk, generation, first + i, SealingKey.read(public)) for i, public in enumerate(publics)]


# --- epoch keys and wraps -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class EpochKey:
    """A handler's public key of one epoch (a week), to which seeds are wrapped; signed by its identity."""

    handler: DeviceId
    epoch: int
    key: SealingKey = field(repr=False)

    def _message(self, org: OrganisationId) -> bytes:
        return encode(["kantha/v1/epoch-key", org, self.handler, self.epoch, self.key.public])

    def certify(self, identity: primitives.DeviceSigningKey, *, org: OrganisationId) -> bytes:
        """64 bytes: the handler's own signature over its epoch key."""
        return identity.sign(self._message(org))

    def verify(self, signature: bytes, *, identity_public: bytes, org: OrganisationId) -> None:
        """Raises `SignatureRefusedError` unless the handler itself made this key."""
        if not primitives.device_signature_holds(identity_public, signature, self._message(org)):
            raise SignatureRefusedError


def _wrap_info(org: OrganisationId, seed: DeskSeed | SeedWrap, handler: DeviceId, epoch: int) -> bytes:
    return encode(["kantha/v1/seed-wrap", org, seed.desk, seed.generation, seed.day, handler, epoch])


@dataclass(frozen=True)
class SeedWrap:
    """A desk seed, wrapped to one handler's epoch key: 32 + 1,136 bytes."""

    desk: DeskId
    generation: int
    day: int
    handler: DeviceId
    epoch: int
    sealed: bytes = field(repr=False)

    @classmethod
    def make(cls, seed: DeskSeed, *, to: EpochKey, org: OrganisationId) -> SeedWrap:
        """Wrap the chain as it stands at `seed.day`."""
        info = _wrap_info(org, seed, to.handler, to.epoch)
        return cls(
            seed.desk, seed.generation, seed.day, to.handler, to.epoch, to.key.seal(seed.seed, info=info)
        )

    def open(self, key: OpeningKey, *, org: OrganisationId) -> DeskSeed:
        """The chain, or `primitives.OpenError`."""
        seed = key.open(self.sealed, info=_wrap_info(org, self, self.handler, self.epoch))
        if len(seed) != 32:
            raise primitives.OpenError
        return DeskSeed(self.desk, self.generation, self.day, seed)

    def to_wire(self) -> list[object]:
        """[desk, generation, day, handler, epoch, sealed]."""
        return [self.desk, self.generation, self.day, self.handler, self.epoch, self.sealed]

    @classmethod
    def from_wire(cls, value: object) -> SeedWrap:
        """What `to_wire` wrote, or `EncodingError`."""
        fields = Fields(dict(enumerate(value)) if type(value) is list else None)
        wrap = cls(
            DeskId(fields.octets(0, DESK_ID_BYTES)),
            fields.natural(1, below=2**32),
            fields.natural(2, below=2**31),
            DeviceId(fields.octets(3, 16)),
            fields.natural(4, below=2**32),
            fields.octets(5, 32 + primitives.XWING_OVERHEAD_BYTES),
        )
        fields.done()
        return wrap
