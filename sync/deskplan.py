"""Which desks' keys this publisher makes, and what it makes for desks whose chain it may not hold.

A desk's generations come from a publisher that handles the desk. A desk that no active publisher handles gets
them *blind*: the seed is made while an edition is built, wrapped to the desk's handlers and forgotten. A desk
without handlers has no days: what were sealed for it nobody could ever open. protocol.md 5.1, 8.4.5.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from crypto.desk_keys import DayKey, DeskSeed, EpochKey, SeedWrap, day_of, generation_limit
from crypto.directory import HandlerEntry, PhoneDirectory
from crypto.ids import DeskId, DeviceId, OrganisationId
from crypto.root import Root
from crypto.roster import Roster
from crypto.tokens import week_of
from sync.deskkeys import RESEED_DAYS, Generation, load_generations, newest
from sync.state import State

_WRAPPED: Final = "published-wraps"
_CARRIED: Final = "published-elsewhere"
_GENERATION: Final = "generation"
_REKEY: Final = "rekey-desks"
RUNNING_OUT_DAYS: Final = 14
"""A desk whose own publisher is away so long that its published days end: another one goes on, blind."""


@dataclass(frozen=True)
class Plan:
    """What is known about the desks at this moment, for one publisher."""

    state: State
    me: DeviceId
    own: DeskId
    root: Root
    roster: Roster
    current: PhoneDirectory | None

    @property
    def today(self) -> int:
        return day_of(self.state.clock())

    def publishers_desks(self) -> set[DeskId]:
        """Desks that an active device with the publish right handles."""
        rights = {right.device for right in self.root.publishers}
        return {
            admission.desk
            for desk in self.root.desks
            for admission in self.roster.handlers(desk.id)
            if admission.device in rights
        }

    def published_days(self, desk: DeskId) -> list[DayKey]:
        """The newest generation's days as the directory has them."""
        days = [day for day in self.current.part.days if day.desk == desk] if self.current else []
        top = max((day.generation for day in days), default=0)
        return [day for day in days if day.generation == top]

    def published_generation(self, desk: DeskId) -> int:
        return max((day.generation for day in self.published_days(desk)), default=0)

    def held(self) -> Generation | None:
        """The newest chain of the own desk that this device holds, if the directory has no newer one."""
        latest = newest(load_generations(self.state), self.own)
        if latest is None or latest.chain.generation < self.published_generation(self.own):
            return None
        return latest

    def own_chain_due(self) -> bool:
        """Whether the own desk needs a fresh generation: after a week, or when none serves today."""
        if not self.has_number(self.own):
            return False
        latest = self.held()
        return latest is None or latest.chain.day > self.today or self.today - latest.started >= RESEED_DAYS

    def blind_due(self, entries: Sequence[HandlerEntry]) -> list[DeskId]:
        """Other desks that need a generation from this publisher."""
        own_publishers, asked = self.publishers_desks(), rekey_wanted(self.state)
        found = []
        for desk in self.root.desks:
            handlers = [entry for entry in entries if entry.admission.desk == desk.id]
            if desk.id == self.own or not handlers or not self.has_number(desk.id):
                continue
            days = self.published_days(desk.id)
            if not days or desk.id in asked:
                found.append(desk.id)
            elif desk.id in own_publishers:
                if max(day.day for day in days) < self.today + RUNNING_OUT_DAYS:
                    found.append(desk.id)
            elif self._stale(desk.id, days[0].generation) or self._uncovered(
                desk.id, days[0].generation, handlers
            ):
                found.append(desk.id)
        return found

    def own_uncovered(self, entries: Sequence[HandlerEntry]) -> bool:
        """Whether a handler of the own desk has no wrap of the newest chain yet."""
        latest = self.held()
        handlers = [entry for entry in entries if entry.admission.desk == self.own]
        return latest is not None and self._uncovered(self.own, latest.chain.generation, handlers)

    def next_number(self, desk: DeskId) -> int:
        """A generation number that this device never used and has never seen. Inside a transaction."""
        number = self._highest_number(desk) + 1
        self.state.set_place(self._place(desk), number)  # never a second time, also when all chains are over
        return number

    def has_number(self, desk: DeskId) -> bool:
        """Whether a number is left under this root (4.3). A publisher who turned may have used them up: then
        nothing fresh is made until the root that takes its right away is in force.
        """
        return self._highest_number(desk) + 1 < generation_limit(self.root.version)

    def _highest_number(self, desk: DeskId) -> int:
        seen = [entry.generation for entry in wrapped(self.state) if entry.desk == desk]
        held = [e.chain.generation for e in load_generations(self.state) if e.chain.desk == desk]
        used = int(self.state.place(self._place(desk)) or 0)
        return max([used, self.published_generation(desk), *seen, *held])

    def _place(self, desk: DeskId) -> str:
        return _GENERATION if desk == self.own else f"{_GENERATION}/{desk.hex()}"

    def _uncovered(self, desk: DeskId, generation: int, handlers: Iterable[HandlerEntry]) -> bool:
        has = {entry.handler for entry in self._wraps_of(desk, generation)}
        return any(entry.admission.device not in has | {self.me} for entry in handlers)

    def _stale(self, desk: DeskId, generation: int) -> bool:
        begun = [entry.day for entry in self._wraps_of(desk, generation)]
        return not begun or self.today - (min(begun) + 1) >= RESEED_DAYS

    def _wraps_of(self, desk: DeskId, generation: int) -> list[Wrapped]:
        known = wrapped(self.state)
        return [entry for entry in known if (entry.desk, entry.generation) == (desk, generation)]


@dataclass(frozen=True)
class Blind:
    """A generation of which this device keeps nothing."""

    days: list[DayKey]
    wraps: list[SeedWrap]


def make_blind(
    desk: DeskId, *, number: int, today: int, ahead: int, to: Iterable[EpochKey], org: OrganisationId
) -> Blind:
    """A fresh generation for a desk that this device does not handle."""
    seed = DeskSeed.generate(desk, generation=number, day=today - 1)
    wraps = [SeedWrap.make(seed, to=key, org=org) for key in to]
    return Blind(seed.public_days(ahead + 2), wraps)


# --- wraps at the relay -----------------------------------------------------------------------------------


def note_wraps(state: State, wraps: Iterable[SeedWrap]) -> None:
    """Remember what an accepted handler part wraps to whom, and the wraps that only it has."""
    wraps = list(wraps)
    held = {(entry.chain.desk, entry.chain.generation) for entry in load_generations(state)}
    state.set_place(_WRAPPED, [[wrap.desk, wrap.generation, wrap.handler, wrap.day] for wrap in wraps])
    others = [wrap.to_wire() for wrap in wraps if (wrap.desk, wrap.generation) not in held]
    state.set_place(_CARRIED, others)


@dataclass(frozen=True)
class Wrapped:
    """Which chain the newest handler part wraps for whom, and at which day the wrapped seed stands."""

    desk: DeskId
    generation: int
    handler: DeviceId
    day: int


def wrapped(state: State) -> list[Wrapped]:
    """Every wrap in the newest handler part."""
    return [
        Wrapped(DeskId(desk), int(generation), DeviceId(handler), int(day))
        for desk, generation, handler, day in state.place(_WRAPPED) or []
    ]


def carried(state: State, *, handlers: set[DeviceId], key_days: int) -> list[SeedWrap]:
    """Wraps of generations that this device does not hold, for active handlers, that can still be opened."""
    held = {(entry.chain.desk, entry.chain.generation) for entry in load_generations(state)}
    oldest = week_of(state.clock() - key_days * 86_400) - 1
    wraps = [SeedWrap.from_wire(wire) for wire in state.place(_CARRIED) or []]
    return [
        wrap
        for wrap in wraps
        if (wrap.desk, wrap.generation) not in held and wrap.handler in handlers and wrap.epoch >= oldest
    ]


# --- fresh keys at once -----------------------------------------------------------------------------------


def want_rekey(state: State, desk: DeskId) -> None:
    """A fresh generation for this desk at the next publication, whoever handles it. Inside a transaction."""
    state.set_place(_REKEY, sorted({*rekey_wanted(state), desk}))


def rekey_wanted(state: State) -> set[DeskId]:
    return {DeskId(entry) for entry in state.place(_REKEY) or []}


def rekeyed(state: State, desks: Iterable[DeskId]) -> None:
    """These desks have one: for the own desk when it was made, for others when it was published."""
    left = rekey_wanted(state) - set(desks)
    if left != rekey_wanted(state):
        state.set_place(_REKEY, sorted(left))
