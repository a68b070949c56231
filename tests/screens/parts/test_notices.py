"""Warnings say how long, what is safe and what to do, in other words to a phone than to a desk."""

from __future__ import annotations

import pytest

from app.actions.views import WarningView
from app.i18n import Translator
from app.screens.parts.notices import notice_words, notices

KINDS = (
    "offline", "stale", "clock_ahead", "clock_behind", "expired_soon", "root_ends", "admitted_twice",
    "something new",
)  # fmt: skip


def said(kind: str, days: int, *, desk: bool = False, lang: str = "en") -> str:
    return notice_words(WarningView(kind, days), Translator(lang), desk=desk)


def test_a_phone_without_a_network_is_told_what_is_safe_and_by_when() -> None:
    words = said("offline", 21)
    assert "21 days" in words
    assert "All is kept here" in words


def test_a_desk_that_publishes_nothing_is_named_to_the_phone_as_something_to_tell() -> None:
    assert "Tell your officer" in said("stale", 14)
    assert "officer’s machine must connect" in said("stale", 14, desk=True)


def test_a_clock_that_is_wrong_says_in_which_direction() -> None:
    assert said("clock_ahead", 1).startswith("The clock here is a day ahead.")
    assert said("clock_behind", 3).startswith("The clock here is 3 days behind.")


def test_what_has_ended_is_not_said_to_end() -> None:
    assert "ends in 4 days" in said("expired_soon", 4)
    assert "has ended" in said("expired_soon", 0)


def test_a_phone_that_was_admitted_twice_is_named() -> None:
    words = notice_words(WarningView("admitted_twice", 0, "Blue-7"), Translator("en"), desk=True)
    assert words.startswith("Blue-7 was admitted a second time")


@pytest.mark.parametrize("lang", ["bn", "km"])
@pytest.mark.parametrize("desk", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_every_warning_is_said_in_every_language(kind: str, desk: bool, lang: str) -> None:
    words = said(kind, 15, desk=desk, lang=lang)
    assert not any(char.isascii() and char.isalpha() for char in words), words


def test_nothing_to_say_takes_no_place() -> None:
    assert notices([], Translator("en")) is None
    assert notices([WarningView("stale", 15)], Translator("en")) is not None
