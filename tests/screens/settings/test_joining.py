"""A new device: the reply, the digits, the question; and what happens when they are not the same."""

from __future__ import annotations

from pathlib import Path

import flet as ft
import pytest
from flet.controls.base_control import BaseControl

from app.actions.views import JoinedView
from app.i18n import Translator
from app.screens.settings.joining import Comparing
from app.screens.settings.not_the_same import NotTheSame
from app.screens.state import AppModel, Session
from tests.screens.drawing import Paper, draw
from tests.screens.officer.fakes import DIGITS

VIEW = JoinedView(check=DIGITS, device="aa", reply_text="KANTHA-REPLY abc")


def model(home: Path, lang: str = "en") -> AppModel:
    return AppModel(session=Session(home), page=Paper(), lang=lang)  # type: ignore[arg-type]


def shown(at: AppModel, view: JoinedView, *, same: bool = False) -> list[BaseControl]:
    asked = ft.component(lambda m: Comparing(m, view, "", same=same, on_yes=lambda: None, on_no=lambda: None))
    return draw(at.page, asked, at)  # type: ignore[arg-type]


def words(found: list[BaseControl]) -> list[str]:
    return [control.value for control in found if isinstance(control, ft.Text)]


@pytest.mark.parametrize("lang", ["en", "bn", "km"])
def test_the_six_groups_are_shown_and_the_question_is_asked(lang: str, tmp_path: Path) -> None:
    tr = Translator(lang)
    said = words(shown(model(tmp_path, lang), VIEW))
    assert set(DIGITS.split()) <= set(said)
    assert {tr("Are they the same on the officer’s screen?"), tr("No"), tr("Yes, all six")} <= set(said)
    if lang != "en":
        assert {tr.digits(group) for group in DIGITS.split()} <= set(said)


def test_after_yes_the_digits_stay_and_the_welcome_is_awaited(tmp_path: Path) -> None:
    said = words(shown(model(tmp_path), VIEW, same=True))
    assert set(DIGITS.split()) <= set(said)
    assert "Waiting for your officer" in said
    assert "Are they the same on the officer’s screen?" not in said


def test_a_reply_that_no_picture_holds_is_given_as_a_file(tmp_path: Path) -> None:
    long = JoinedView(
        check=DIGITS, device="aa", reply_text="x" * 15_000, officer_check=DIGITS[::-1], fits_qr=False
    )
    found = shown(model(tmp_path), long)
    assert not [control for control in found if isinstance(control, ft.Image)]
    assert any("too long for a picture" in one for one in words(found))
    assert "For other officers, who sign after the first" in words(found)


@pytest.mark.parametrize("lang", ["en", "bn", "km"])
def test_digits_that_differ_explain_themselves_before_anything_is_erased(lang: str, tmp_path: Path) -> None:
    at = model(tmp_path, lang)
    found = draw(at.page, NotTheSame, at, lambda: None)  # type: ignore[arg-type]
    said = words(found)
    assert {at.tr("They are not the same"), at.tr("Erase and begin anew"), at.tr("Compare once more")} <= set(
        said
    )
    focused = [control for control in found if isinstance(control, ft.TextButton) and control.autofocus]
    assert len(focused) == 1
