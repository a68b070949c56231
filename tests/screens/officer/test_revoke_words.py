"""What a revocation saves, loses and leaves open is said truly for each kind of device."""

from __future__ import annotations

import pytest

from app.actions.views import DeviceView
from app.i18n import Translator
from app.screens.officer import revoke_words
from app.screens.officer.destructive import fits
from tests.screens.officer.fakes import device

EN = Translator("en")


def said(one: DeviceView, *, officer: bool = False, more: int = 0, tr: Translator = EN) -> str:
    found = revoke_words.follows(one, tr, officer=officer, more_officers=more)
    return " ".join(f"{point.bold} {point.words}" for point in found)


def test_what_a_phone_had_not_sent_is_lost_with_the_number_that_is_known() -> None:
    assert "2 parcels from it are known to be missing. What it had not sent is lost." in said(
        device(missing=2)
    )
    assert "One parcel from it is known to be missing." in said(device(missing=1))
    assert "Nothing is known to be missing" in said(device())


def test_what_is_on_a_phone_is_protected_only_by_its_passphrase_and_that_is_said() -> None:
    words = said(device())
    assert "Unfinished drafts" in words
    assert "protected only by its passphrase" in words
    assert "cannot be undone" in words


def test_a_handlers_machine_keeps_what_it_has_and_what_comes_by_stick() -> None:
    words = said(device(role="handler"))
    assert "From each phone’s next connection on" in words
    assert "memory stick" in words
    assert "protected only by its passphrase" in words
    assert "can no longer be read on it" not in words
    assert "officer’s keys" not in words


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (0, "Its officer’s keys are out at once."),
        (1, "Its officer’s keys are out only when one more officer signs."),
        (2, "Its officer’s keys are out only when 2 more officers sign."),
    ],
)
def test_an_officers_keys_are_out_only_when_enough_officers_sign(more: int, sentence: str) -> None:
    words = said(device(role="handler"), officer=True, more=more)
    assert sentence in words
    assert "Archives that were made before can still be opened" in words


@pytest.mark.parametrize("lang", ["bn", "km"])
@pytest.mark.parametrize("role", ["intake", "handler"])
def test_all_of_it_is_said_in_every_language(lang: str, role: str) -> None:
    words = said(device("ক", role=role, missing=2), officer=role == "handler", more=1, tr=Translator(lang))
    assert not any(char.isascii() and char.isalpha() for char in words)


def test_without_a_connection_it_is_not_said_to_be_in_force() -> None:
    told = revoke_words.came_of_it(EN, label="Blue-7", published=False, officer_waits=False, waiting=0)
    assert told[0].bold == "The relay does not have it yet."
    assert told[0].danger
    there = revoke_words.came_of_it(EN, label="Blue-7", published=True, officer_waits=True, waiting=2)
    words = " ".join(f"{point.bold} {point.words}" for point in there)
    assert "The relay has it." in words
    assert "still in force" in words
    assert "2 parcels from Blue-7 will not come any more." in words


def test_giving_a_phone_up_says_what_cannot_be_read_again() -> None:
    words = " ".join(point.words for point in revoke_words.gives_up(device(), EN))
    assert "nobody can read it" in words
    assert "The phone stays admitted" in words


def test_the_label_must_be_typed_and_capitals_do_not_matter() -> None:
    assert fits("Blue-7", "Blue-7")
    assert fits(" blue-7 ", "Blue-7")
    assert not fits("", "Blue-7")
    assert not fits("Blue-", "Blue-7")
    assert not fits("", "")
