"""The private keys with which a handler reads: desk seeds of each generation, and its own epoch keys.

Deleting is the point: a seed is advanced to the oldest day that must still be readable, and an epoch key
older than the window is dropped. Both live in the keyring, where what is replaced is erased.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from crypto.desk_keys import DayOpeningKey, DeskSeed, EpochKey, SeedWrap, day_of
from crypto.errors import EncodingError
from crypto.ids import DeskId, DeviceId, OrganisationId
from crypto.primitives import DeviceSigningKey, OpenError, OpeningKey
from crypto.tokens import week_of
from sync.state import State

_SEEDS: Final = "desk-seeds"
_EPOCHS: Final = "epoch-keys"
RESEED_DAYS: Final = 7
"""A stolen seed reads forward; a week is the longest that a theft nobody noticed lasts."""


@dataclass(frozen=True)
class Generation:
    """A desk's chain as this handler holds it. `started` and `last` are the first and last days ever
    published.
    """

    chain: DeskSeed
    started: int
    last: int

    def to_wire(self) -> list[object]:
        chain = self.chain
        return [chain.desk, chain.generation, chain.day, chain.seed, self.started, self.last]

    @classmethod
    def from_wire(cls, value: list[object]) -> Generation:
        desk, generation, day, seed, started, last = value
        if not (isinstance(desk, bytes) and isinstance(seed, bytes) and isinstance(generation, int)):
            raise EncodingError
        if not (isinstance(day, int) and isinstance(started, int) and isinstance(last, int)):
            raise EncodingError
        return cls(DeskSeed(DeskId(desk), generation, day, seed), started, last)


def load_generations(state: State) -> list[Generation]:
    """All chains held, oldest generation first."""
    return [Generation.from_wire(value) for value in state.secret(_SEEDS) or []]


def save_generations(state: State, generations: list[Generation]) -> None:
    ordered = sorted(generations, key=lambda entry: (entry.chain.desk, entry.chain.generation))
    state.set_secret(_SEEDS, [entry.to_wire() for entry in ordered])


def newest(generations: list[Generation], desk: DeskId) -> Generation | None:
    mine = [entry for entry in generations if entry.chain.desk == desk]
    return max(mine, key=lambda entry: entry.chain.generation) if mine else None


def forget_old(generations: list[Generation], *, today: int, key_days: int) -> list[Generation]:
    """Chains advanced past every day whose time is over; generations wholly over are gone."""
    oldest = today - key_days
    kept = []
    for entry in generations:
        if entry.last < oldest:
            continue
        kept.append(entry if entry.chain.day >= oldest else replace(entry, chain=entry.chain.at(oldest)))
    return kept


def forget_over(state: State, *, key_days: int) -> None:
    """What every handler does in every session, whether it publishes or not: old day keys go."""
    held = load_generations(state)
    kept = forget_old(held, today=day_of(state.clock()), key_days=key_days)
    if kept != held:
        save_generations(state, kept)


def take_wraps(
    state: State, wraps: tuple[SeedWrap, ...], *, me: DeviceId, org: OrganisationId, ahead: int
) -> None:
    """Keep the chains that were wrapped to this handler and are not held yet."""
    generations = load_generations(state)
    held = {(entry.chain.desk, entry.chain.generation) for entry in generations}
    epochs = dict(load_epoch_keys(state))
    added = False
    for wrap in wraps:
        if wrap.handler != me or (wrap.desk, wrap.generation) in held or wrap.epoch not in epochs:
            continue
        try:
            chain = wrap.open(epochs[wrap.epoch], org=org)
        except OpenError:
            continue
        today = day_of(state.clock())
        generations.append(Generation(chain, started=chain.day, last=max(today, chain.day) + ahead))
        held.add((wrap.desk, wrap.generation))
        added = True
    if added:
        save_generations(state, generations)


@dataclass
class DayKeys:
    """Day keys to open cells with, the likeliest first. Keys are derived once and kept until the session
    ends.
    """

    generations: list[Generation] = field(repr=False)
    _derived: dict[tuple[DeskId, int, int], DayOpeningKey] = field(default_factory=dict, repr=False)
    _orders: dict[int, list[tuple[Generation, int]]] = field(default_factory=dict, repr=False)

    def exactly(self, desk: DeskId, generation: int, day: int) -> DayOpeningKey | None:
        """The key of this very day, or None when it was never held or is deleted."""
        for entry in self.generations:
            chain = entry.chain
            if (chain.desk, chain.generation) == (desk, generation) and chain.day <= day <= entry.last + 60:
                return self._derive(entry, day)
        return None

    def candidates(self, around: int) -> Iterator[DayOpeningKey]:
        """For a cell that was stored about this day: newest generation and nearest day first, then every
        other.
        """
        if around not in self._orders:
            pairs = [
                (entry, day) for entry in self.generations for day in range(entry.chain.day, entry.last + 1)
            ]
            pairs.sort(key=lambda pair: (abs(pair[1] - around), -pair[0].chain.generation, pair[1]))
            self._orders[around] = pairs
        for entry, day in self._orders[around]:
            yield self._derive(entry, day)

    def _derive(self, entry: Generation, day: int) -> DayOpeningKey:
        place = (entry.chain.desk, entry.chain.generation, day)
        if place not in self._derived:
            self._derived[place] = entry.chain.at(day).opening_key
        return self._derived[place]


# --- epoch keys ---------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _opening_key(seed: bytes) -> OpeningKey:
    return OpeningKey(seed)


def load_epoch_keys(state: State) -> list[tuple[int, OpeningKey]]:
    """This handler's epoch keys, newest first."""
    entries = [(int(epoch), _opening_key(seed)) for epoch, seed, _made in state.secret(_EPOCHS) or []]
    return sorted(entries, key=lambda entry: -entry[0])


def renew_epoch_key(
    state: State, *, me: DeviceId, identity: DeviceSigningKey, org: OrganisationId, key_days: int
) -> tuple[EpochKey, bytes] | None:
    """A new epoch key with its certificate when the week is new, else None. Keys past the window are
    dropped.
    """
    epoch, now = week_of(state.clock()), state.now()
    held = [entry for entry in state.secret(_EPOCHS) or [] if entry[2] > now - key_days * 86_400]
    if any(entry[0] >= epoch for entry in held):
        return None
    key = OpeningKey.generate()
    state.set_secret(_EPOCHS, [*held, [epoch, key.seed, now]])
    made = EpochKey(me, epoch, key.sealing_key)
    certificate = made.certify(identity, org=org)
    remember_epoch_key(state, made, certificate)
    return made, certificate


def remember_epoch_key(state: State, key: EpochKey, certificate: bytes) -> None:
    """Keep a handler's verified epoch key, so that seeds can be wrapped to it."""
    state.db.execute(
        "INSERT OR IGNORE INTO sync_epoch_key (handler, epoch, public, certificate) VALUES (?, ?, ?, ?)",
        (key.handler, key.epoch, key.key.public, certificate),
    )
