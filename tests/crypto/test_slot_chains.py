"""Slot keys go forward only, reach far in few steps, and are the same on both sides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import encode
from crypto.errors import EncodingError
from crypto.slot_chains import BLOCK, MAX_AHEAD, SlotChain
from tests.crypto.people import seed

SEED = seed("slot")


@given(st.integers(1, 2**40), st.lists(st.integers(0, 3 * BLOCK), min_size=1, max_size=6))
def test_every_way_to_a_counter_gives_the_same_key(first: int, steps: list[int]) -> None:
    chain = SlotChain.begin(SEED, first=first)
    for step in steps:
        chain = chain.at(chain.counter + step)
    assert chain.key == SlotChain.begin(SEED, first=first).at(first + sum(steps)).key


def test_every_counter_has_another_key() -> None:
    chain = SlotChain.begin(SEED, first=7)
    keys = {chain.at(counter).key for counter in range(7, 7 + 4 * BLOCK)}
    assert len(keys) == 4 * BLOCK


@given(st.integers(0, 5 * BLOCK), st.integers(1, 5 * BLOCK))
def test_there_is_no_way_back(place: int, back: int) -> None:
    chain = SlotChain.begin(SEED, first=1_000).at(1_000 + place)
    with pytest.raises(ValueError, match="forward"):
        chain.at(chain.counter - back)


@given(st.integers(0, 5 * BLOCK))
def test_what_is_kept_of_a_chain_holds_no_secret_of_an_earlier_counter(place: int) -> None:
    begun = SlotChain.begin(SEED, first=1)
    kept = encode(begun.at(1 + place).to_wire())
    for counter in range(1, 1 + place):
        earlier = begun.at(counter)
        assert earlier.step not in kept
        assert earlier.key not in kept
    assert SEED not in kept


def test_a_counter_out_of_reach_is_refused_before_anything_is_computed() -> None:
    chain = SlotChain.begin(SEED, first=1)
    assert chain.at(1 + MAX_AHEAD).counter == 1 + MAX_AHEAD
    with pytest.raises(ValueError, match="forward"):
        chain.at(2 + MAX_AHEAD)


@given(st.integers(1, 2**40), st.integers(0, 300))
def test_a_chain_is_kept_and_comes_back(first: int, place: int) -> None:
    chain = SlotChain.begin(SEED, first=first).at(first + place)
    assert SlotChain.from_wire(chain.to_wire()) == chain


@pytest.mark.parametrize(
    "wire",
    [
        None, [], [1, 1, SEED], [1, 1, SEED, SEED[:31]], [2, 1, SEED, SEED], [-1, 1, SEED, SEED],
        [1, 1, SEED, SEED, 1], ["1", 1, SEED, SEED],
    ],
)  # fmt: skip
def test_what_is_no_chain_is_refused(wire: object) -> None:
    with pytest.raises(EncodingError):
        SlotChain.from_wire(wire)


def test_a_chain_reaches_1_048_576_counters_and_no_further() -> None:
    assert MAX_AHEAD == 1_048_576
    chain = SlotChain.begin(SEED, first=2**48 - 1)
    last = SlotChain(chain.first, 2**49 - 1, chain.step, chain.block)
    for kept in (chain, last):
        assert SlotChain.from_wire(kept.to_wire()) == kept
    for wire in ([2**48, 2**48, SEED, SEED], [1, 2**49, SEED, SEED]):
        with pytest.raises(EncodingError):
            SlotChain.from_wire(wire)
