"""*Officers and rules*: what is chosen is said before it is signed, what cannot be is not offered, and what
still waits for other officers is said afterwards.
"""

from __future__ import annotations

from typing import Any

import flet as ft
import pytest
from flet.controls.base_control import BaseControl

from app.actions.officers import OfficersReturnError
from app.actions.views import ChangeView, SignedView
from app.i18n import Translator
from app.screens.casework.model import DeskModel
from app.screens.officer import rules_words
from app.screens.officer.proposal_words import change_words
from app.screens.officer.rules import HowMany, WhoAdmits
from app.screens.officer.rules_asked import DIALOG, Asked, question_on_show, remove
from app.screens.officer.rules_numbers import Numbers, read
from crypto.root import MAX_WINDOW_DAYS, Policy
from tests.screens.officer.fakes import officers_desk, root
from tests.screens.officer.test_drawing import buttons_of, shown, words_of

EN = Translator("en")
ASKED = [
    Asked("threshold", number=3),
    Asked("threshold", number=1),
    Asked("admitting", number=1),
    Asked("admitting", number=2),
    Asked("numbers", numbers=(("key_days", 60), ("window_days", 90))),
    Asked("remove", device="01" * 16, label="Desk-1"),
    Asked("rotate"),
]


def ask(_: Asked) -> None:
    """Nobody listens."""


def asked_words(desk: DeskModel, asked: Asked, **more: Any) -> list[BaseControl]:
    desk.dialog = DIALOG

    def asking(at: DeskModel) -> ft.Control:
        dialog = question_on_show(at, asked, root(**more))
        assert dialog is not None
        assert isinstance(dialog.content, ft.Container)
        assert dialog.content.content is not None
        return dialog.content.content

    return shown(desk, ft.component(asking))


@pytest.mark.parametrize("lang", ["en", "bn", "km"])
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("asked", ASKED, ids=lambda one: f"{one.kind}-{one.number}")
def test_every_question_draws_with_the_focus_on_cancel(asked: Asked, width: int, lang: str) -> None:
    desk = officers_desk(lang=lang, width=width)
    buttons = buttons_of(asked_words(desk, asked))
    assert [name for name, button in buttons.items() if button.autofocus] == [desk.tr("Cancel")]


@pytest.mark.parametrize("asked", ASKED, ids=lambda one: f"{one.kind}-{one.number}")
def test_a_threshold_and_a_removal_need_something_typed_and_the_rest_is_read(asked: Asked) -> None:
    buttons = buttons_of(asked_words(officers_desk(), asked))
    sign = buttons.get("Sign this change") or buttons["Make fresh keys"]
    assert bool(sign.disabled) == (asked.kind in ("threshold", "remove"))


@pytest.mark.parametrize("asked", [one for one in ASKED if one.kind != "rotate"])
def test_who_else_must_sign_is_said_before_it_is_signed(asked: Asked) -> None:
    assert "One more officer must sign this." in words_of(asked_words(officers_desk(), asked))
    alone = words_of(asked_words(officers_desk(), asked, threshold=1))
    assert "more officer" not in alone


def test_no_question_stands_open_that_was_closed() -> None:
    desk = officers_desk()
    desk.dialog = DIALOG
    desk.close_dialog()
    assert question_on_show(desk, ASKED[0], root()) is None


def test_what_so_many_of_so_many_means_is_said() -> None:
    assert "2 of 3 must sign" in rules_words.signing(EN, needed=2, of=3)[0]
    assert "nobody can change the officers" in rules_words.signing(EN, needed=2, of=3)[0]
    assert "All 3 must sign" in rules_words.signing(EN, needed=3, of=3)[0]
    assert any("forces one officer" in one for one in rules_words.signing(EN, needed=1, of=3))
    assert len(rules_words.signing(EN, needed=1, of=1)) == 1


@pytest.mark.parametrize("lang", ["en", "bn", "km"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_groups_of_the_page_draw_and_everything_to_press_has_a_name(width: int, lang: str) -> None:
    desk = officers_desk(lang=lang, width=width)
    at = root()
    for found in (
        shown(desk, HowMany, at, ask),
        shown(desk, WhoAdmits, at, ask),
        shown(desk, Numbers, at.policy, ask),
    ):
        assert buttons_of(found)


def test_nothing_can_be_changed_into_what_it_is() -> None:
    desk = officers_desk()
    for found in (shown(desk, HowMany, root(), ask), shown(desk, WhoAdmits, root(), ask)):
        assert buttons_of(found)["Change this…"].disabled
    assert buttons_of(shown(desk, Numbers, Policy(), ask))["Change these numbers…"].disabled


def test_one_officer_is_told_to_invite_another() -> None:
    found = shown(officers_desk(), HowMany, root(officers=1, threshold=1), ask)
    assert "Invite a second officer." in words_of(found)
    assert "Change this…" not in buttons_of(found)


def test_no_more_officers_admit_than_sign_a_change() -> None:
    found = shown(officers_desk(), WhoAdmits, root(threshold=2), ask)
    chips = [name for name in buttons_of(found) if "officer" in name]
    assert chips == ["1 officer", "2 officers"]


def test_numbers_that_no_organisation_can_have_are_said_and_not_asked() -> None:
    policy = Policy()
    assert rules_words.lacking(EN, policy, {}) == ""
    assert rules_words.lacking(EN, policy, {"key_days": 60}) == ""
    assert "whole numbers" in rules_words.lacking(EN, policy, {"key_days": None})
    assert "as a phone may be away" in rules_words.lacking(EN, policy, {"key_days": 20})
    assert "in any case" in rules_words.lacking(EN, policy, {"window_days": 43})
    assert "in any case" in rules_words.lacking(EN, policy, {"window_days": MAX_WINDOW_DAYS + 1})
    assert "too much" in rules_words.lacking(EN, policy, {"token_slots": 9_000})
    assert read("৪৪") == 44
    assert read("៤៤") == 44
    assert read("44,5") is None


def test_shorter_keys_say_what_is_lost_and_longer_ones_what_is_risked() -> None:
    def said(**wanted: int) -> str:
        return " ".join(
            point.words for point in rules_words.numbers_follow(EN, before=Policy(), wanted=wanted, now=1)
        )

    assert "do not come back" in said(window_days=90)
    assert "Whoever takes a machine" in said(window_days=200)
    assert "do not come back" not in said(tokens_per_week=500)


def test_what_waits_for_others_is_not_said_to_be_in_force() -> None:
    waits = rules_words.came_of_it(EN, SignedView("aa", False, 1, 2, True))
    assert waits[0].bold == "It waits for one more signature."
    done = rules_words.came_of_it(EN, SignedView("aa", True, 2, 2, False))
    assert [point.words for point in done] == [
        "It is in force now.",
        "It goes to the relay with the next connection.",
    ]


@pytest.mark.parametrize("rule", [*rules_words.NUMBERS, "handler_officers", "gap_seconds", "ahead_days"])
@pytest.mark.parametrize("lang", ["en", "bn", "km"])
def test_a_rule_that_waits_is_said_in_words_and_not_by_its_name_in_the_program(rule: str, lang: str) -> None:
    words = change_words(ChangeView("policy", f"{rule} 44"), Translator(lang))
    assert "_" not in words
    assert Translator(lang).digits("44") in words


def test_a_removal_that_lets_somebody_back_is_refused_once_and_done_when_it_was_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[bool] = []

    def removed(_: object, who: str, *, returning: bool = False) -> SignedView:
        said.append(returning)
        if not returning:
            raise OfficersReturnError
        return SignedView(who, True, 2, 2, True)

    monkeypatch.setattr("app.actions.officers.remove_officer", removed)
    asked = Asked("remove", device="01" * 16, label="Desk-1")
    other = Asked("remove", device="02" * 16, label="Desk-2")
    machine: Any = None
    with pytest.raises(OfficersReturnError):
        remove(machine, asked)
    with pytest.raises(OfficersReturnError):
        remove(machine, other)
    assert remove(machine, asked).in_force
    assert said == [False, False, True]
