"""Both sides of the pairwise keys: what a device keeps and forgets, what a handler believes."""

from __future__ import annotations

from crypto.ids import DeviceId
from crypto.slot_chains import SlotChain
from sync.pairwise import (
    MAX_CHAINS,
    HandlerKeys,
    SlotKeys,
    device_chains,
    introductions_of,
    move_on,
    save_device_chains,
    take_introduction,
)
from tests.crypto.people import DESK, device, seed
from tests.sync.stores import new_state

PHONE, HANDLER = device("phone"), device("handler")


def keys(chains: tuple[SlotChain, ...], counter: int) -> bytes | None:
    return SlotKeys({0: chains}).at(counter).get(0)


def test_device_and_handler_agree_on_every_counter_in_any_order() -> None:
    state = new_state()
    take_introduction(state, PHONE, DESK, seed=seed("a"), first=3)
    mine, theirs = (
        SlotKeys({0: (SlotChain.begin(seed("a"), first=3),)}),
        HandlerKeys(introductions_of(state, PHONE, DESK)),
    )
    for counter in (3, 9, 4, 300, 70, 3, 299):
        assert mine.at(counter)[0] == next(theirs.at(counter))


def test_what_was_sent_before_the_introduction_is_not_vouched_for() -> None:
    state = new_state()
    take_introduction(state, PHONE, DESK, seed=seed("a"), first=3)
    assert list(HandlerKeys(introductions_of(state, PHONE, DESK)).at(2)) == []
    assert keys((SlotChain.begin(seed("a"), first=3),), 2) is None


def test_a_device_that_moved_on_has_the_later_keys_and_no_earlier_one() -> None:
    state, begun = new_state(), SlotChain.begin(seed("a"), first=1)
    save_device_chains(state, DESK, {HANDLER: (begun,)})
    move_on(state, DESK, to=40)
    kept = device_chains(state, DESK)[HANDLER]
    assert keys(kept, 40) == begun.at(40).key
    assert keys(kept, 39) is None
    move_on(state, DESK, to=20)
    assert device_chains(state, DESK)[HANDLER] == kept, "there is no way back"


def test_after_a_second_introduction_each_counter_is_vouched_for_by_the_newest_that_reaches_it() -> None:
    old, new = SlotChain.begin(seed("a"), first=1), SlotChain.begin(seed("b"), first=10)
    assert keys((old, new), 9) == old.at(9).key
    assert keys((old, new), 10) == new.key
    state = new_state()
    save_device_chains(state, DESK, {HANDLER: (old, new)})
    move_on(state, DESK, to=9)
    assert len(device_chains(state, DESK)[HANDLER]) == 2
    move_on(state, DESK, to=10)
    assert device_chains(state, DESK)[HANDLER] == (new,)


def test_a_handler_takes_each_introduction_once_in_any_order() -> None:
    state = new_state()
    assert take_introduction(state, PHONE, DESK, seed=seed("a"), first=5)
    assert not take_introduction(state, PHONE, DESK, seed=seed("a"), first=5)
    assert take_introduction(state, PHONE, DESK, seed=seed("z"), first=4), "it was lost in between"
    assert take_introduction(state, PHONE, DESK, seed=seed("b"), first=5)
    assert take_introduction(state, PHONE, DESK, seed=seed("c"), first=9)
    assert not take_introduction(state, PHONE, DESK, seed=seed("b"), first=5)
    found = HandlerKeys(introductions_of(state, PHONE, DESK))
    assert next(found.at(9)) == SlotChain.begin(seed("c"), first=9).key
    assert SlotChain.begin(seed("b"), first=5).at(7).key in list(found.at(7))


def test_a_handler_keeps_few_of_a_device() -> None:
    state = new_state()
    for number in range(9):
        take_introduction(state, PHONE, DESK, seed=seed(str(number)), first=number + 1)
    assert len(introductions_of(state, PHONE, DESK)) == MAX_CHAINS
    assert introductions_of(state, PHONE, DESK)[-1].first == 9
    assert not take_introduction(state, PHONE, DESK, seed=seed("0"), first=1), "older than all"


def test_devices_and_desks_do_not_mix() -> None:
    state = new_state()
    take_introduction(state, PHONE, DESK, seed=seed("a"), first=1)
    assert introductions_of(state, DeviceId(bytes(16)), DESK) == []
