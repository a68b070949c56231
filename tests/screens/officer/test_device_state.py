"""The state of a device in words: no more than the roster and the counters say."""

from __future__ import annotations

import datetime as dt

import pytest

from app.actions.views import DeviceView
from app.i18n import Translator
from app.screens.officer.device_lines import role_of
from app.screens.officer.device_state import may_be_waiting_in_vain, revoked_word, state
from app.screens.officer.devices import in_order, kinds
from tests.screens.officer.fakes import THIS, device

EN = Translator("en")


def ago(days: int) -> str:
    return (dt.datetime.now(dt.UTC) - dt.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def word(one: DeviceView, *, look: bool = False) -> str:
    return state(one, EN, this=THIS, look=look)[0]


def test_a_phone_that_was_heard_is_in_use_and_one_that_was_not_for_a_week_is_quiet() -> None:
    assert word(device(last_heard=ago(0))) == "In use"
    assert word(device(last_heard=ago(6))) == "In use"
    assert word(device(last_heard=ago(10))) == "Quiet 10 days"
    assert word(device()) == "Not heard yet"


def test_a_revoked_device_says_when_and_why() -> None:
    gone = device(state="revoked", revoked_at="2025-10-01T10:00:00Z", reason="lost", last_heard=ago(1))
    assert word(gone) == "Revoked 1 Oct 2025, lost"
    assert revoked_word(device(state="revoked", reason="none"), EN) == "Revoked"


def test_what_came_twice_or_lost_its_place_is_to_be_looked_at_before_all_else() -> None:
    assert word(device(last_heard=ago(0)), look=True) == "Look at it"
    assert word(device(state="displaced", role="handler")) == "Look at it"
    assert word(device(state="revoked"), look=True) == "Revoked"


def test_what_is_on_the_way_says_what_it_waits_for() -> None:
    assert word(device(state="waiting", role="handler")) == "Waits for another officer"
    assert word(device(state="answered")) == "Has answered, compare"


def test_this_machine_is_named_as_such() -> None:
    assert word(device(id=THIS, role="handler")) == "This machine"


def test_only_a_silent_phone_in_use_may_be_waited_for_in_vain() -> None:
    assert may_be_waiting_in_vain(device(last_heard=ago(8)))
    assert may_be_waiting_in_vain(device())
    assert not may_be_waiting_in_vain(device(last_heard=ago(1)))
    assert not may_be_waiting_in_vain(device(role="handler"))
    assert not may_be_waiting_in_vain(device(state="revoked"))
    assert not may_be_waiting_in_vain(device(closed_at=ago(1)))


@pytest.mark.parametrize("lang", ["bn", "km"])
def test_every_state_has_words_of_the_language(lang: str) -> None:
    tr = Translator(lang)
    every = [
        device(last_heard=ago(0)),
        device(last_heard=ago(9)),
        device(),
        device(closed_at=ago(1)),
        device(state="displaced"),
        device(state="waiting"),
        device(state="answered"),
        device(id=THIS),
        device(state="revoked", revoked_at=ago(9), reason="replaced"),
    ]
    words = {state(one, tr, this=THIS)[0] for one in every}
    assert len(words) == len(every)
    assert not any(char.isascii() and char.isalpha() for one in words for char in one)


def test_an_officers_machine_is_also_a_handlers() -> None:
    assert role_of(device(role="handler", officer=True), EN) == "Officer, handler"
    assert role_of(device(role="handler"), EN) == "Handler"


def test_what_waits_for_an_officer_stands_first_and_what_is_revoked_last() -> None:
    lines = [
        device("Moss-3", state="revoked"),
        device("Zinc-1"),
        device("Blue-7"),
        device("A", state="waiting"),
    ]
    assert [one.label for one in in_order(lines)] == ["A", "Blue-7", "Zinc-1", "Moss-3"]


def test_the_chips_count_phones_machines_and_what_is_revoked() -> None:
    lines = [device("1"), device("2", role="handler"), device("3", state="revoked")]
    assert [one for _, one in kinds(lines, EN)] == ["All 3", "Phones 1", "Desks 1", "Revoked 1"]
    assert len(kinds(lines[:1], EN)) == 3
