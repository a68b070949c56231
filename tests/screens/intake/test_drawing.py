"""Every question draws in every language, everything to press has a name, and nothing sensitive is large."""

from __future__ import annotations

from pathlib import Path

import flet as ft
import pytest

from app.actions.views import Draft
from app.i18n import Translator
from app.screens.intake.interview import Interview
from app.screens.intake.interview_screen import Asking
from app.screens.intake.steps import Question, step_of
from app.screens.state import AppModel, Session
from tests.screens.drawing import Paper, draw
from tests.screens.intake.test_steps import whole


def interview_at(
    question: Question, lang: str, home: Path, record: dict[str, object] | None = None
) -> Interview:
    """An interview with everything told, at one question."""
    model = AppModel(session=Session(home), page=Paper(), lang=lang)  # type: ignore[arg-type]
    told = whole() if record is None else record
    draft = Draft(id="00", code="207-4193-6", step=step_of(question), record=told, desk="main", saved_at="")
    return Interview.of(model, draft)


def controls_of(interview: Interview) -> list[ft.BaseControl]:
    """All that is on show."""
    return draw(interview.model.page, Asking, interview, interview.model)  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", ["en", "bn", "km"])
@pytest.mark.parametrize("question", list(Question))
@pytest.mark.parametrize("told", [True, False], ids=["all told", "nothing told"])
def test_every_question_draws(question: Question, lang: str, told: bool, tmp_path: Path) -> None:
    found = controls_of(interview_at(question, lang, tmp_path, None if told else {}))
    words = {control.value for control in found if isinstance(control, ft.Text)}
    tr = Translator(lang)
    assert {tr("Stop"), tr("Danger now"), tr("Private matter"), tr("Back")} <= words


@pytest.mark.parametrize("sheet", ["danger", "private", "jump", "discard"])
@pytest.mark.parametrize("lang", ["en", "bn", "km"])
def test_what_lies_over_a_question_draws(sheet: str, lang: str, tmp_path: Path) -> None:
    interview = interview_at(Question.WORDS, lang, tmp_path)
    interview.sheet = sheet
    assert controls_of(interview)


@pytest.mark.parametrize("question", list(Question))
def test_everything_to_press_has_a_name(question: Question, tmp_path: Path) -> None:
    for control in controls_of(interview_at(question, "en", tmp_path)):
        if isinstance(control, ft.TextButton):
            said = control.content
            words = said.label if isinstance(said, ft.Semantics) else None
            assert words or isinstance(said, ft.Row), control


@pytest.mark.parametrize("question", list(Question))
def test_her_words_and_the_workplace_are_never_large(question: Question, tmp_path: Path) -> None:
    for control in controls_of(interview_at(question, "en", tmp_path)):
        style = getattr(control, "style", None) or getattr(control, "text_style", None)
        value = str(getattr(control, "value", "") or "")
        if isinstance(style, ft.TextStyle) and ("Mondol" in value or "জোর" in value):
            assert (style.size or 0) <= 18


def test_the_missing_ones_are_named_with_the_way_there(tmp_path: Path) -> None:
    interview = interview_at(Question.NUMBER, "en", tmp_path, {})
    interview.missing = ("happened", "facility")
    words = {control.value for control in controls_of(interview) if isinstance(control, ft.Text)}
    assert {"when it was", "where it was"} <= words
    assert "what happened" not in words


def test_a_single_answer_starts_the_way_on_and_can_be_switched_off(tmp_path: Path) -> None:
    interview = interview_at(Question.DANGER, "en", tmp_path, {})
    page = interview.model.page
    interview.answer({"danger": {"now": "no"}}, go_on=True)
    assert len(page.started) == 2  # type: ignore[attr-defined]
    interview.model.auto_advance = False
    interview.answer({"danger": {"now": "no"}}, go_on=True)
    assert len(page.started) == 3  # type: ignore[attr-defined]
