from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import sender
from crypto.ids import DeskId
from tests.crypto.people import DESK, OTHER_DESK, seed

HEADER = bytes(range(32))
MESSAGE = sender.digest(DESK, HEADER, b"body")


def key(slot: int) -> bytes:
    return seed(f"slot {slot}")


def test_every_handler_of_a_full_desk_is_convinced() -> None:
    slots = sender.fill_slots(MESSAGE, {slot: key(slot) for slot in range(32)})
    assert len(slots) == 512
    assert all(sender.slot_holds(slots, MESSAGE, slot=slot, key=key(slot)) for slot in range(32))


def test_no_handler_can_use_another_slot_or_another_key() -> None:
    slots = sender.fill_slots(MESSAGE, {slot: key(slot) for slot in range(32)})
    for slot in range(32):
        assert not sender.slot_holds(slots, MESSAGE, slot=(slot + 1) % 32, key=key(slot))
        assert not sender.slot_holds(slots, MESSAGE, slot=slot, key=key((slot + 1) % 32))


def test_a_handler_who_copies_its_own_mac_to_a_fellows_slot_convinces_nobody() -> None:
    slots = bytearray(sender.fill_slots(MESSAGE, {0: key(0)}))
    slots[16:32] = slots[0:16]
    assert not sender.slot_holds(bytes(slots), MESSAGE, slot=1, key=key(1))


def test_a_handler_who_forges_with_every_key_it_has_convinces_no_fellow() -> None:
    forged = sender.digest(DESK, HEADER, b"a complaint that she never made")
    slots = sender.fill_slots(forged, {slot: key(0) for slot in range(32)})
    assert sender.slot_holds(slots, forged, slot=0, key=key(0))
    assert not any(sender.slot_holds(slots, forged, slot=slot, key=key(slot)) for slot in range(1, 32))


def test_nobody_else_can_tell_since_a_handler_can_make_the_very_same_slot() -> None:
    """What would be shown to a court: the MAC that the device made, and the one that the handler makes."""
    by_device = sender.fill_slots(MESSAGE, {4: key(4)})
    by_handler = sender.fill_slots(MESSAGE, {4: key(4)})
    assert by_device[64:80] == by_handler[64:80]


def test_empty_slots_look_like_filled_ones() -> None:
    """Both are 16 bytes that change with every cell; the number of zero bytes tells nothing."""
    none, other = sender.fill_slots(MESSAGE, {}), sender.fill_slots(MESSAGE, {})
    assert len(none) == len(other) == 512
    assert all(none[i : i + 16] != other[i : i + 16] for i in range(0, 512, 16))
    assert bytes(16) not in [none[i : i + 16] for i in range(0, 512, 16)]


@given(st.binary(min_size=8, max_size=8), st.binary(min_size=32, max_size=32), st.binary(max_size=50))
def test_desk_header_and_body_are_all_covered(desk: bytes, header: bytes, body: bytes) -> None:
    same = (desk, header, body) == (DESK, HEADER, b"body")
    assert (sender.digest(DeskId(desk), header, body) == MESSAGE) == same


def test_the_same_words_to_another_desk_are_another_message() -> None:
    assert sender.digest(OTHER_DESK, HEADER, b"body") != MESSAGE


@pytest.mark.parametrize("bit", range(0, 128, 5))
def test_a_change_of_any_bit_of_the_slot_refuses(bit: int) -> None:
    slots = bytearray(sender.fill_slots(MESSAGE, {9: key(9)}))
    slots[9 * 16 + bit // 8] ^= 1 << bit % 8
    assert not sender.slot_holds(bytes(slots), MESSAGE, slot=9, key=key(9))
