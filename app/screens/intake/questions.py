"""Questions of the desk to this phone, and the answer. A question goes when it is answered, and after seven
days."""

from __future__ import annotations

import flet as ft

from app.actions import intake
from app.actions.views import QuestionView
from app.screens.intake.page import page
from app.screens.intake.reading import use_reading
from app.screens.moments import ago
from app.screens.parts.buttons import main_button
from app.screens.parts.cards import card, list_row
from app.screens.parts.code_badge import code_badge
from app.screens.parts.fields import field
from app.screens.parts.states import empty, problem, working
from app.screens.parts.type import text
from app.screens.settings.faults import said
from app.screens.state import AppModel


@ft.component
def Questions(model: AppModel) -> ft.Control:
    """The list: numbers and days, never what is asked."""
    tr = model.tr
    found, fault = use_reading(model, intake.questions)
    body: list[ft.Control] = [problem(fault)] if fault else []
    if found is not None and not found:
        body.append(empty(tr("No question waits for you.")))
    for one in found or ():
        body.append(_row(model, one))
    return page(model, tr("A question for you"), body, gap=4)


def _row(model: AppModel, one: QuestionView) -> ft.Control:
    tr = model.tr
    left = tr.count("{n} days left", one.days_left, one="{n} day left")
    return list_row(
        tr("About {code}", code=tr.code(one.code)),
        on_click=lambda _: model.go("question", one.id),
        icon=ft.Icons.FORUM_ROUNDED,
        below=tr.join([ago(tr, one.at), left]),
        key=f"question-{one.code}",
    )


@ft.component
def Question(model: AppModel, question_id: str) -> ft.Control:
    """One question and the answer. What is written here is gone from the phone when it is locked away."""
    tr = model.tr
    found, fault = use_reading(model, intake.questions)
    typed = ft.use_ref("")
    busy, set_busy = ft.use_state(False)
    wrong, set_wrong = ft.use_state("")
    one = next((asked for asked in found or () if asked.id == question_id), None)

    def typing(value: str) -> None:
        typed.current = value

    async def send(_: object) -> None:
        if one is None or busy:
            return
        set_wrong("")
        set_busy(True)
        try:
            await model.off_loop(intake.reply, model.device, one.code, typed.current or "", question=one.id)
        except Exception as error:
            set_wrong(said(tr, error))
            set_busy(False)
            return
        typed.current = ""
        model.seen += 1
        model.back()

    body: list[ft.Control] = [problem(said_now) for said_now in (fault, wrong) if said_now]
    if found is not None and one is None and not fault:
        body.append(empty(tr("This question is not here any more.")))
    if one is not None:
        body += [
            ft.Row(
                [
                    code_badge(one.code),
                    text(ago(tr, one.at), "body_medium", color=ft.Colors.ON_SURFACE_VARIANT),
                ],
                alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
            ),
            card(text(one.text, "title_large")),
            field(
                key="answer",
                label=tr("What she says"),
                value=typed.current or "",
                on_change=typing,
                lang=model.lang,
                lines=5,
            ),
            text(
                tr("When you finish, it is locked here and leaves with the next sending."),
                "body_medium",
                color=ft.Colors.ON_SURFACE_VARIANT,
            ),
        ]
    foot: list[ft.Control] = []
    if one is not None:
        foot.append(
            working(tr("Locking it"))
            if busy
            else main_button(tr("Finish"), on_click=send, icon=ft.Icons.LOCK_ROUNDED, key="finish")
        )
    return page(model, tr("A question for you"), body, foot=foot)
