"""What the keyboard does at the desk, and that it does nothing while somebody writes."""

from __future__ import annotations

import pytest

from app.i18n import Translator
from app.screens.casework.keys import LETTERS, PLACES_BY_LETTER, Heard, Stroke, hear
from app.screens.casework.places import foot_keys, places, settings


def heard(
    key: str, place: str = "inbox", *, writing: bool = False, prefix: bool = False, **held: bool
) -> Heard:
    """What a key means there."""
    return hear(Stroke(key, **held), place=place, writing=writing, prefix=prefix)


@pytest.mark.parametrize(
    ("key", "command"),
    [("J", "next"), ("K", "previous"), ("Enter", "open"), ("C", "new_case"), ("M", "join"), ("Q", "ask")],
)
def test_the_keys_of_the_inbox(key: str, command: str) -> None:
    assert heard(key).command == command
    assert heard(key.lower() if len(key) == 1 else key).command == command


def test_arrows_move_as_j_and_k_do() -> None:
    assert heard("Arrow Down").command == "next"
    assert heard("Arrow Up").command == "previous"


@pytest.mark.parametrize("place", sorted(LETTERS))
@pytest.mark.parametrize("key", [*"JKCMQGIN12", "Enter", "?", "Arrow Down"])
def test_nothing_acts_while_a_field_has_the_focus(key: str, place: str) -> None:
    assert heard(key, place, writing=True) == Heard()


def test_save_and_lock_and_leave_act_also_while_somebody_writes() -> None:
    assert heard("Enter", "case", writing=True, ctrl=True).command == "save"
    assert heard("L", "case", writing=True, ctrl=True).command == "lock"
    assert heard("Escape", "case", writing=True).command == "leave"


def test_g_waits_for_one_more_key_and_then_goes_there() -> None:
    assert heard("G") == Heard(prefix=True)
    for letter, place in PLACES_BY_LETTER.items():
        assert heard(letter, prefix=True) == Heard(f"go:{place}")
    assert heard("J", prefix=True) == Heard()


def test_keys_of_the_browser_are_left_to_it() -> None:
    assert heard("C", ctrl=True) == Heard()
    assert heard("J", alt=True) == Heard()
    assert heard("M", meta=True) == Heard()


def test_a_question_mark_lists_all_keys_on_every_keyboard() -> None:
    assert heard("?").command == "keys"
    assert heard("/", shift=True).command == "keys"


def test_every_place_of_the_rail_has_its_letter() -> None:
    tr = Translator("en")
    shown = {place.name: place.keys for place in [*places(tr), settings(tr)]}
    assert {f"g {letter.lower()}": place for letter, place in PLACES_BY_LETTER.items()} == {
        keys: name for name, keys in shown.items()
    }


@pytest.mark.parametrize("place", sorted(LETTERS))
def test_the_foot_of_a_page_lists_only_keys_that_act_there(place: str) -> None:
    for keys, _ in foot_keys(place, Translator("en")):
        for key in keys:
            if key in ("Esc", "?", "g i", "Ctrl Enter"):
                continue
            assert (key if len(key) > 1 else key.upper()) in LETTERS[place], (place, key)


def test_delete_asks_about_the_chosen_device_and_about_nothing_elsewhere() -> None:
    assert heard("Delete", "devices").command == "revoke"
    assert heard("Delete", "devices", writing=True) == Heard()
    for place in set(LETTERS) - {"devices"}:
        assert heard("Delete", place) == Heard()
