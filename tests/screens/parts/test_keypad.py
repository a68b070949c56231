"""Our own keypad: what an entry becomes, key by key."""

from __future__ import annotations

from app.screens.parts.code_badge import spoken_code
from app.screens.parts.keypad import pressed


def after(keys: str, *, longest: int = 12, decimals: int = 0) -> str:
    """What stands there after these keys."""
    digits = ""
    for key in keys:
        digits = pressed(digits, key, longest=longest, decimals=decimals)
    return digits


def test_digits_stand_one_after_another_and_can_be_taken_back() -> None:
    assert after("3031") == "3031"
    assert after("3031<<") == "30"
    assert after("<") == ""


def test_a_leading_nought_gives_way() -> None:
    assert after("05") == "5"


def test_a_point_only_where_the_currency_has_one_and_only_once() -> None:
    assert after("12.5") == "125"
    assert after("12.5.6", decimals=2) == "12.56"
    assert after("12.567", decimals=2) == "12.56"
    assert after(".5", decimals=2) == "5"


def test_no_more_digits_than_there_is_room_for() -> None:
    assert after("123456", longest=5) == "12345"


def test_a_code_is_said_digit_by_digit() -> None:
    assert spoken_code("207-4193-6") == "2 0 7, 4 1 9 3, 6"
