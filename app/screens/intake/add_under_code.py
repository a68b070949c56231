"""Add under a code: what she brings later, or that she takes it back. The code is typed on our own keypad."""

from __future__ import annotations

import flet as ft

from app.actions import intake
from app.domain.codes import parse_code
from app.domain.errors import DomainError
from app.screens.intake.page import page
from app.screens.parts.buttons import main_button, outlined_button
from app.screens.parts.cards import card
from app.screens.parts.code_badge import code_in_full, spoken_code
from app.screens.parts.fields import field
from app.screens.parts.keypad import keypad, pressed
from app.screens.parts.options import option
from app.screens.parts.states import problem, working
from app.screens.parts.type import heading, text
from app.screens.settings.faults import said
from app.screens.state import AppModel

_DIGITS = 8


@ft.component
def AddUnderCode(model: AppModel) -> ft.Control:
    """First the number, digit by digit; then what is added."""
    tr = model.tr
    digits, set_digits = ft.use_state("")
    code, set_code = ft.use_state(model.what or "")  # a number that was chosen is not typed again
    wrong, set_wrong = ft.use_state("")

    def on_key(key: str) -> None:
        set_wrong("")
        set_digits(pressed("1" + digits, key, longest=_DIGITS + 1)[1:])

    def find(_: object) -> None:
        try:
            set_code(parse_code(digits))
        except DomainError:
            set_wrong(tr("This number is not right. Look at it once more, digit by digit."))

    if code:
        return Adding(model, code)
    shown = _grouped(digits)
    return page(
        model,
        tr("Add under a code"),
        [
            heading(tr("Which number?")),
            text(
                tr("The eight digits that she was told."), "body_medium", color=ft.Colors.ON_SURFACE_VARIANT
            ),
            card(
                ft.Column(
                    [
                        text(
                            shown,
                            "display_small",
                            size=36,
                            no_wrap=True,
                            align=ft.TextAlign.CENTER,
                            spoken=spoken_code(digits) if digits else tr("no digit yet"),
                        ),
                        *(
                            [text(tr.code(shown), "title_large", align=ft.TextAlign.CENTER, spoken="")]
                            if tr.lang != "en"
                            else []
                        ),
                    ],
                    spacing=0,
                    tight=True,
                    horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                )
            ),
            *([problem(wrong, calm=True)] if wrong else []),
            keypad(tr, on_key=on_key),
        ],
        foot=[main_button(tr("Next"), on_click=find, trailing=ft.Icons.ARROW_FORWARD_ROUNDED, key="next")],
    )


def _grouped(digits: str) -> str:
    """207-4193-6 with a raised dot for what is not there yet."""
    full = digits.ljust(_DIGITS, "·")
    return f"{full[:3]}-{full[3:7]}-{full[7:]}"


@ft.component
def Adding(model: AppModel, code: str) -> ft.Control:
    """What is added under the number, or a withdrawal."""
    tr = model.tr
    typed = ft.use_ref("")
    withdraw, set_withdraw = ft.use_state(False)
    busy, set_busy = ft.use_state(False)
    wrong, set_wrong = ft.use_state("")
    done, set_done = ft.use_state(False)

    def typing(value: str) -> None:
        typed.current = value

    async def finish(_: object) -> None:
        if busy:
            return
        set_wrong("")
        set_busy(True)
        written = (typed.current or "").strip() or None
        try:
            await model.off_loop(intake.add, model.device, code, text=written, withdraw=withdraw)
        except Exception as error:
            set_wrong(said(tr, error))
        else:
            typed.current = ""
            set_done(True)
            model.seen += 1
        set_busy(False)

    if done:
        return page(
            model,
            tr("Add under a code"),
            [
                heading(tr("It is locked now.")),
                card(code_in_full(code, tr)),
                text(tr("It leaves with the next sending."), "body_large"),
            ],
            foot=[main_button(tr("To the start"), on_click=lambda _: model.root("start"), key="to-start")],
            back=False,
        )
    return page(
        model,
        tr("Add under a code"),
        [
            card(code_in_full(code, tr)),
            *([problem(wrong)] if wrong else []),
            field(
                key="addition",
                label=tr("What she brings or says now"),
                value=typed.current or "",
                on_change=typing,
                lang=model.lang,
                lines=6,
            ),
            option(
                tr("She takes it back"),
                chosen=withdraw,
                on_click=lambda _: set_withdraw(not withdraw),
                icon=ft.Icons.UNDO_ROUNDED,
                key="withdraw",
                below=tr("The desk then stops working on it."),
            ),
        ],
        foot=[
            working(tr("Locking it"))
            if busy
            else ft.Row(
                [
                    outlined_button(tr("Back"), on_click=lambda _: model.back(), expand=1, key="leave"),
                    main_button(
                        tr("Finish"), on_click=finish, icon=ft.Icons.LOCK_ROUNDED, expand=2, key="finish"
                    ),
                ],
                spacing=12,
            )
        ],
    )
