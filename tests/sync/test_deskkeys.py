"""Which desk seeds a handler takes, for which days they open, and when an epoch key is renewed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crypto.desk_keys import DeskSeed, EpochKey, SeedWrap
from crypto.errors import EncodingError
from crypto.ids import OrganisationId
from sync.deskkeys import (
    CELL_DAYS,
    RESEED_DAYS,
    DayKeys,
    Generation,
    kept_keys,
    load_epoch_keys,
    load_generations,
    newest,
    renew_epoch_key,
    save_generations,
    take_wraps,
)
from sync.state import State
from sync.windows import note_page_day
from tests.crypto import people
from tests.crypto.people import DESK, ORG, OTHER_DESK, TODAY
from tests.sync.stores import NOW, Hands, new_state

ME = people.device("handler")
SEED, KEY = people.desk_seed(), people.epoch_key("handler")
LATER = replace(SEED, generation=4)
AHEAD, WEEK_S = 40, 604_800


def handler(clock: Hands | None = None) -> State:
    state = new_state(clock)
    state.set_secret("epoch-keys", [[people.WEEK, people.pair("handler-epoch").seed, NOW]])
    return state


def wrapped(chain: DeskSeed = SEED, *, to: EpochKey = KEY, org: OrganisationId = ORG) -> SeedWrap:
    return SeedWrap.make(chain, to=to, org=org)


def taken(state: State, *wraps: SeedWrap) -> list[DeskSeed]:
    take_wraps(state, wraps, me=ME, org=ORG, ahead=AHEAD)
    return [entry.chain for entry in load_generations(state)]


def test_a_seed_that_is_wrapped_to_this_handler_is_kept_once_with_its_days() -> None:
    state = handler()
    assert taken(state, wrapped(), wrapped()) == [SEED]
    assert taken(state, wrapped(replace(SEED, seed=people.seed("another")))) == [SEED], "the first one stays"
    (entry,) = load_generations(state)
    assert (entry.started, entry.last) == (SEED.day, TODAY + RESEED_DAYS + AHEAD)
    assert (
        len(taken(state, wrapped(replace(SEED, generation=4)), wrapped(replace(SEED, desk=OTHER_DESK)))) == 3
    )


@pytest.mark.parametrize(
    "wrap",
    [
        wrapped(LATER, to=replace(KEY, handler=people.device("other"))),
        wrapped(LATER, to=replace(KEY, epoch=people.WEEK - 1)),
        wrapped(LATER, to=replace(KEY, key=people.pair("another").sealing_key)),
        wrapped(LATER, org=people.OTHER_ORG),
        replace(wrapped(LATER), generation=9),
        replace(wrapped(LATER), day=TODAY - 1),
    ],
    ids=["another handler", "a key that is over", "another key", "another organisation", "number", "day"],
)
def test_a_seed_that_is_not_wrapped_to_this_very_handler_is_passed(wrap: SeedWrap) -> None:
    assert taken(handler(), wrap, wrapped()) == [SEED]
    assert taken(handler(), wrapped(LATER)) == [LATER], "the right one"


def test_a_day_key_is_found_for_days_that_the_chain_still_has_and_no_others() -> None:
    keys = DayKeys([Generation(SEED, TODAY, TODAY + 3)])
    for day, there in ((TODAY - 1, False), (TODAY, True), (TODAY + 63, True), (TODAY + 64, False)):
        assert (keys.exactly(DESK, SEED.generation, day) is not None) is there
    assert keys.exactly(OTHER_DESK, SEED.generation, TODAY) is None
    assert keys.exactly(DESK, SEED.generation + 1, TODAY) is None


def test_the_newest_chain_is_the_desks_own() -> None:
    older, other = replace(SEED, generation=2), replace(SEED, desk=OTHER_DESK, generation=9)
    held = [Generation(chain, TODAY, TODAY) for chain in (older, SEED, other)]
    assert newest(held, DESK) == held[1]
    assert newest(held[2:], DESK) is None


@pytest.mark.parametrize("place", range(6))
def test_a_kept_chain_of_another_form_is_refused(place: int) -> None:
    wire: list[Any] = Generation(SEED, TODAY, TODAY).to_wire()
    assert Generation.from_wire(wire).chain == SEED
    wire[place] = None
    with pytest.raises(EncodingError):
        Generation.from_wire(wire)


def renewed(state: State) -> int | None:
    made = renew_epoch_key(state, me=ME, identity=people.identity("handler"), org=ORG, key_days=44)
    return None if made is None else made[0].epoch


def test_an_epoch_key_is_renewed_once_a_week_and_never_under_a_lower_number() -> None:
    clock = Hands()
    state = new_state(clock)
    assert renewed(state) == people.WEEK
    assert renewed(state) is None
    clock.now += WEEK_S
    assert renewed(state) == people.WEEK + 1
    assert [number for number, _key in load_epoch_keys(state)] == [people.WEEK + 1, people.WEEK]


def test_a_number_from_a_clock_that_was_ahead_serves_seven_days_and_a_key_made_tomorrow_not_at_all() -> None:
    clock = Hands(float(NOW + 5 * WEEK_S))
    state = new_state(clock)
    high = renewed(state)
    assert high == people.WEEK + 5
    clock.now = float(NOW)
    assert renewed(state) == high + 1, "made tomorrow"
    assert renewed(state) is None
    clock.now += WEEK_S - 1
    assert renewed(state) is None
    clock.now += 1
    assert renewed(state) == high + 2


def test_seeds_are_kept_in_order_of_desk_and_number() -> None:
    state = new_state()
    chains = [replace(SEED, generation=number, desk=desk) for desk in (OTHER_DESK, DESK) for number in (5, 4)]
    save_generations(state, [Generation(chain, TODAY, TODAY) for chain in chains])
    found = [(entry.chain.desk, entry.chain.generation) for entry in load_generations(state)]
    assert found == sorted(found)


def test_a_newer_seed_of_another_desk_says_nothing_of_which_of_this_desks_is_over() -> None:
    theirs = replace(SEED, desk=OTHER_DESK, generation=9)
    held = [Generation(SEED, TODAY, TODAY), Generation(theirs, TODAY, TODAY)]
    for desks in (held, held[::-1]):
        keys = DayKeys(desks, TODAY + CELL_DAYS + 1)
        assert {key.desk for key in keys.candidates(TODAY)} == {DESK, OTHER_DESK}


def test_a_key_from_before_any_page_was_seen_counts_from_the_first_page_day_that_is_known() -> None:
    state = new_state()
    made: list[list[Any]] = [[1, b"", NOW], [2, b"", NOW, None], [3, b"", NOW, TODAY - 1]]
    assert [entry[3] for entry in kept_keys(state, made, days=44)] == [None, None, TODAY - 1]
    note_page_day(state, TODAY)
    assert [entry[3] for entry in kept_keys(state, made, days=44)] == [TODAY, TODAY, TODAY - 1]
