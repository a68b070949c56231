"""The private keys with which a handler reads: desk seeds of each generation, and its own epoch keys.

Deleting is the point: a seed is advanced to the oldest day that must still be readable (`sync.windows` says
which), and an epoch key older than the window is dropped. Both live in the keyring, where what is replaced is
erased.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from crypto.desk_keys import DayKey, DayOpeningKey, DeskSeed, EpochKey, SeedWrap, day_of
from crypto.errors import EncodingError
from crypto.ids import DeskId, DeviceId, OrganisationId
from crypto.primitives import DeviceSigningKey, OpenError, OpeningKey
from crypto.tokens import week_of
from sync.state import State
from sync.windows import age_days, newest_page_day, trusted_day

_SEEDS: Final = "desk-seeds"
_EPOCHS: Final = "epoch-keys"
RESEED_DAYS: Final = 7
"""A stolen seed reads forward; a week is the longest that a theft nobody noticed lasts."""
CELL_DAYS: Final = 100
"""How long after its successor began a generation may still be met in a new cell: a directory lives 49 days,
a clock with which the relay takes tokens is at most 14 days wrong, a stored deposit is taken for 21 and
listed for 14.
"""
MAX_WINDOW_DAYS: Final = 400
_EPOCH_S: Final = 7 * 86_400


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


def forget_before(generations: list[Generation], first: Mapping[DeskId, int]) -> list[Generation]:
    """Chains advanced to the first day that their desk still needs (step 5.3.4); generations wholly over are
    gone.

    `first`: from `sync.windows.first_day_kept`. A desk that is not in it forgets nothing.
    """
    kept = []
    for entry in generations:
        oldest = first.get(entry.chain.desk, 0)
        if entry.last < oldest:
            continue
        kept.append(entry if entry.chain.day >= oldest else replace(entry, chain=entry.chain.at(oldest)))
    return kept


def forget_past(state: State, first: Mapping[DeskId, int]) -> None:
    """What every handler does in every session, once pages have come: day keys that nobody needs go."""
    held = load_generations(state)
    kept = forget_before(held, first)
    if kept != held:
        save_generations(state, kept)


def forget_over(state: State, *, key_days: int) -> None:
    """What no window can need any more goes, also before anything is known of who belongs."""
    oldest = trusted_day(state) - max(key_days, MAX_WINDOW_DAYS)
    forget_past(state, {entry.chain.desk: oldest for entry in load_generations(state)})


def note_published(state: State, days: Iterable[DayKey]) -> None:
    """How far the directory's day keys reach: a phone with an old directory seals to its last one."""
    reach: dict[tuple[DeskId, int], int] = {}
    for day in days:
        place = (day.desk, day.generation)
        reach[place] = max(day.day, reach.get(place, 0))
    held = load_generations(state)
    grown = [
        replace(entry, last=max(entry.last, reach.get((entry.chain.desk, entry.chain.generation), 0)))
        for entry in held
    ]
    if grown != held:
        save_generations(state, grown)


def take_wraps(
    state: State, wraps: Iterable[SeedWrap], *, me: DeviceId, org: OrganisationId, ahead: int
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
        last = max(day_of(state.clock()), chain.day + RESEED_DAYS) + ahead
        generations.append(Generation(chain, started=chain.day, last=last))
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
    today: int = 0
    """The trusted day, to leave out what can be in no new cell any more; 0 leaves out nothing."""
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
                (entry, day)
                for entry in self._in_cells()
                for day in range(max(entry.chain.day, entry.started - 1), entry.last + 1)
            ]
            pairs.sort(key=lambda pair: (abs(pair[1] - around), -pair[0].chain.generation, pair[1]))
            self._orders[around] = pairs
        for entry, day in self._orders[around]:
            yield self._derive(entry, day)

    def _in_cells(self) -> list[Generation]:
        """Generations to which a cell that is new at the relay can be sealed; parcels may need older ones."""
        found = []
        for entry in self.generations:
            later = [
                other.started
                for other in self.generations
                if other.chain.desk == entry.chain.desk and other.chain.generation > entry.chain.generation
            ]
            if not later or max(later) + CELL_DAYS >= self.today:
                found.append(entry)
        return found

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
    entries = [(int(entry[0]), _opening_key(entry[1])) for entry in state.secret(_EPOCHS) or []]
    return sorted(entries, key=lambda entry: -entry[0])


def renew_epoch_key(
    state: State, *, me: DeviceId, identity: DeviceSigningKey, org: OrganisationId, key_days: int
) -> tuple[EpochKey, bytes] | None:
    """A new epoch key with its certificate in a new week, else None (step 5.2.1). Keys past the window are
    dropped.

    Its number is the week, or one more than the last one: a clock that was once ahead must not stop the
    renewal.
    """
    now, known = state.now(), [list(entry) for entry in state.secret(_EPOCHS) or []]
    newest = max(known, key=lambda entry: int(entry[0]), default=None)
    if newest is not None:
        # A number from a clock that ran ahead serves its seven days; a key "made tomorrow" serves no longer.
        serves = newest[0] == week_of(now) or (newest[0] > week_of(now) and now - newest[2] < _EPOCH_S)
        if serves and newest[2] - now < 86_400:
            return None
    epoch = week_of(now) if newest is None else max(week_of(now), int(newest[0]) + 1)
    key = OpeningKey.generate()
    held = kept_keys(state, known, days=key_days)
    state.set_secret(_EPOCHS, [*held, [epoch, key.seed, now, newest_page_day(state)]])
    made = EpochKey(me, epoch, key.sealing_key)
    certificate = made.certify(identity, org=org)
    remember_epoch_key(state, made, certificate)
    return made, certificate


def kept_keys(state: State, known: list[list[Any]], *, days: int) -> list[list[Any]]:
    """Keys `[number, seed, made, page day?]` that are not surely older than this (step 5.3.6).

    One that was made before any page was seen counts from the first page day that is known.
    """
    page = newest_page_day(state)
    entries = [[*entry[:3], entry[3] if len(entry) > 3 and entry[3] is not None else page] for entry in known]
    return [entry for entry in entries if age_days(state, entry[2], entry[3]) <= days]


def remember_epoch_key(state: State, key: EpochKey, certificate: bytes) -> None:
    """Keep a handler's verified epoch key, so that seeds can be wrapped to it."""
    state.db.execute(
        "INSERT OR IGNORE INTO sync_epoch_key (handler, epoch, public, certificate) VALUES (?, ?, ?, ?)",
        (key.handler, key.epoch, key.key.public, certificate),
    )
