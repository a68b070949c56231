"""The interview: opens its draft, shows the question on show, and what lies over it."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import flet as ft

from app.actions import intake
from app.screens.intake import closing_questions as closing
from app.screens.intake import last_questions as last
from app.screens.intake import middle_questions as middle
from app.screens.intake import money_questions as money
from app.screens.intake import opening_questions as opening
from app.screens.intake.danger_card import danger_card
from app.screens.intake.interview import Interview
from app.screens.intake.sheets import discard_sheet, jump_sheet, over, private_sheet
from app.screens.intake.steps import Question, get, in_danger, put
from app.screens.parts.states import problem, working
from app.screens.settings.faults import said
from app.screens.state import AppModel

Q = Question

_SCREENS: dict[Question, Callable[[Interview], ft.Control]] = {
    Q.SAFE: opening.safe,
    Q.RECORD: opening.may_write,
    Q.DANGER: opening.danger,
    Q.WORDS: opening.words,
    Q.REMEDY: opening.remedy,
    Q.WHERE: middle.where,
    Q.WHEN: middle.When,
    Q.ISSUES: middle.Issues,
    Q.WAGES: money.Wages,
    Q.DISMISSAL: money.Dismissal,
    Q.STILL_SO: middle.still_so,
    Q.OTHERS: closing.Others,
    Q.EVIDENCE: closing.evidence,
    Q.RISK: closing.risk,
    Q.READ_BACK: last.ReadBack,
    Q.CONTACT: closing.contact,
    Q.NUMBER: last.Number,
}


@ft.component
def InterviewScreen(model: AppModel, draft_id: str | None, two_lines: bool = False) -> ft.Control:
    """One interview. Without `draft_id` a new one is begun. `two_lines`: from the danger card."""
    shown = ft.use_ref(cast("Interview | None", None))
    _, set_ready = ft.use_state(False)
    fault, set_fault = ft.use_state("")

    async def open_draft() -> None:
        try:
            if draft_id is None:
                draft = await model.off_loop(intake.new_draft, model.device)
            else:
                draft = await model.off_loop(intake.load_draft, model.device, draft_id)
        except Exception as error:
            set_fault(said(model.tr, error))
            return
        opened = Interview.of(model, draft)
        if two_lines:
            _to_two_lines(opened)
        opened.watch_lock()
        shown.current = opened
        set_ready(True)

    def close() -> None:
        if shown.current is not None:
            shown.current.forget_lock()

    ft.use_effect(open_draft, [], cleanup=close)
    if fault:
        return ft.Container(
            problem(fault, action=model.tr("Go back"), on_action=lambda _: model.root("start")), padding=16
        )
    if shown.current is None:
        return ft.Container(working(model.tr("Opening")), padding=16)
    return Asking(shown.current, model)


@ft.component
def Asking(interview: Interview, model: AppModel) -> ft.Control:
    """The question on show, or what lies over it."""
    if interview.sheet == "danger":
        return _danger(interview, model)
    screen = _SCREENS[interview.question](interview)
    if interview.sheet == "private":
        return over(screen, private_sheet(interview))
    if interview.sheet == "jump":
        return over(screen, jump_sheet(interview))
    if interview.sheet == "discard":
        return over(screen, discard_sheet(interview))
    return screen


def _danger(interview: Interview, model: AppModel) -> ft.Control:
    async def two_lines(_: object) -> None:
        _to_two_lines(interview)
        await interview.jump(Q.RECORD if get(interview.record, "consent.record") != "yes" else Q.WORDS)

    async def safe(_: object) -> None:
        interview.sheet = ""
        if interview.question is Q.DANGER and in_danger(interview.record):
            # What the danger is stays told, so that the desk sees it; only the card is behind them.
            interview.card_read = True
            await interview.next()

    return danger_card(
        model,
        country=get(interview.record, "facility.country"),
        on_two_lines=two_lines,
        on_safe=safe,
        writing=True,
    )


def _to_two_lines(interview: Interview) -> None:
    """Somebody is in danger now: two lines are enough to finish."""
    interview.two_lines = True
    interview.sheet = ""
    if not in_danger(interview.record):
        kinds = get(interview.record, "danger.kinds") or []
        interview.answer(put(put(interview.record, "danger.now", "yes"), "danger.kinds", kinds))
    interview.question = Q.RECORD if get(interview.record, "consent.record") != "yes" else Q.WORDS
