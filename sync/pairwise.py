"""Where both sides keep the chains of pairwise keys: a device those of a desk's handlers, a handler those of
each device.

A device moves its chains on to what is not confirmed yet, so that what it keeps checks nothing older. A
handler keeps where each introduction began: it could forge with it anyway, and a cell that comes again must
be told from a false one. A device introduces itself again only while a handler has never answered; cells from
before are then vouched for by the chain from before. protocol.md 6.3, 6.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from crypto.ids import DeskId, DeviceId
from crypto.slot_chains import MAX_AHEAD, SlotChain
from sync.state import State

MAX_CHAINS: Final = 4
Chains = tuple[SlotChain, ...]
"""Of one device and one handler, the newest last."""


# --- on a device ----------------------------------------------------------------------------------------


def device_chains(state: State, desk: DeskId) -> dict[DeviceId, Chains]:
    """The chains for each handler of a desk that was introduced."""
    kept = state.secret(_introductions(desk)) or []
    return {DeviceId(device): tuple(map(SlotChain.from_wire, chains)) for device, chains in kept}


def save_device_chains(state: State, desk: DeskId, chains: Mapping[DeviceId, Chains]) -> None:
    wire = [[device, [one.to_wire() for one in chains[device]]] for device in sorted(chains)]
    state.set_secret(_introductions(desk), wire)


def move_on(state: State, desk: DeskId, *, to: int) -> None:
    """Forget the keys of every counter before `to`. Inside a transaction."""
    chains = device_chains(state, desk)
    moved = {device: _moved(own, to) for device, own in chains.items()}
    if moved != chains:
        save_device_chains(state, desk, moved)


def _moved(chains: Chains, to: int) -> Chains:
    """Without the chains that a newer one has replaced from `to` on, the others moved on."""
    needed = [
        chain
        for place, chain in enumerate(chains)
        if not any(newer.counter <= to for newer in chains[place + 1 :])
    ]
    return tuple(chain.at(to) if chain.counter < to else chain for chain in needed)


@dataclass
class SlotKeys:
    """A desk's chains by sender slot, during one session."""

    chains: Mapping[int, Chains] = field(repr=False)
    _reached: dict[tuple[int, int], SlotChain] = field(default_factory=dict, repr=False)

    def at(self, counter: int) -> dict[int, bytes]:
        """The MAC key of each slot for this counter; none for a handler introduced from a later one on."""
        keys = {}
        for slot, chains in self.chains.items():
            for place in reversed(range(len(chains))):
                if chains[place].counter <= counter:
                    near = self._reached.get((slot, place), chains[place])
                    start = near if near.counter <= counter else chains[place]
                    self._reached[slot, place] = start.at(counter)
                    keys[slot] = self._reached[slot, place].key
                    break
        return keys


def _introductions(desk: DeskId) -> str:
    return f"introductions/{desk.hex()}"


# --- at a handler ---------------------------------------------------------------------------------------


def handler_key_name(device: DeviceId, desk: DeskId) -> str:
    """Under which name a handler keeps what a device introduced to it."""
    return f"slot/{desk.hex()}/{device.hex()}"


def introductions_of(state: State, device: DeviceId, desk: DeskId) -> list[SlotChain]:
    """Where each introduction of a device to this handler began, the newest last."""
    kept = state.secret(handler_key_name(device, desk)) or []
    return [SlotChain.from_wire(chain) for chain in kept]


def take_introduction(state: State, device: DeviceId, desk: DeskId, *, seed: bytes, first: int) -> bool:
    """Keep an introduction. False for one that is known, or older than all when there are enough: whoever
    repeats an old one changes nothing. One that comes after a newer one was lost on the way in between, and
    what was sent under it is on the way too.
    """
    known, made = introductions_of(state, device, desk), SlotChain.begin(seed, first=first)
    chains = sorted([*known, made], key=lambda chain: chain.first)[-MAX_CHAINS:]
    if made in known or made not in chains:
        return False
    state.set_secret(handler_key_name(device, desk), [chain.to_wire() for chain in chains])
    return True


@dataclass
class HandlerKeys:
    """One device's chains at this handler, during one session; near counters are reached from the last."""

    chains: list[SlotChain] = field(repr=False)
    _reached: dict[int, SlotChain] = field(default_factory=dict, repr=False)

    @property
    def introduced(self) -> bool:
        return bool(self.chains)

    def at(self, counter: int) -> Iterator[bytes]:
        """The MAC keys under which a cell with this counter may be vouched for, the newest chain's first.

        None at all for what was sent before the first introduction, or is absurdly far ahead.
        """
        for place in reversed(range(len(self.chains))):
            base = self.chains[place]
            if not 0 <= counter - base.counter <= MAX_AHEAD:
                continue
            near = self._reached.get(place, base)
            self._reached[place] = (near if near.counter <= counter else base).at(counter)
            yield self._reached[place].key
