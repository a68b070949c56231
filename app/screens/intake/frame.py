"""The frame of every question: stitches and Lock above, the question, the answer, and a bar that never moves.

The bar holds *Stop · Danger now · Private matter*, then Back and Next. Next is never grey: what is missing
is said
when it is pressed. *Stop* keeps and locks; it asks nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import flet as ft

from app.screens.intake import answers
from app.screens.intake.interview import Interview
from app.screens.intake.steps import STITCH, STITCHES
from app.screens.parts import stitch
from app.screens.parts.buttons import main_button, outlined_button
from app.screens.parts.options import leave_chips
from app.screens.parts.press import press
from app.screens.parts.states import problem
from app.screens.parts.theme import PHONE_SIDE
from app.screens.parts.type import heading, text
from app.screens.settings.lock_button import lock_button


def frame(
    interview: Interview,
    *,
    title: str,
    body: Sequence[ft.Control],
    help: str | None = None,
    leavable: bool = False,
    before_leave: Callable[[], Any] | None = None,
    next_label: str | None = None,
    finish: bool = False,
    gap: int = 12,
) -> ft.Control:
    """One question. `leavable`: the three chips are shown. `finish`: the last button finishes."""
    tr = interview.model.tr
    head: list[ft.Control] = [heading(title)]
    if help:
        head.append(text(help, "body_medium", size=15, color=ft.Colors.ON_SURFACE_VARIANT))
    parts: list[ft.Control] = [
        ft.Container(ft.Column(head, spacing=2, tight=True), padding=ft.Padding.only(bottom=6))
    ]
    if interview.problem:
        parts.append(problem(interview.problem))
    parts += body
    if leavable:

        def leave(how: str) -> None:
            if before_leave is not None:
                before_leave()
            interview.answer(answers.leave(interview.record, interview.question, how), go_on=True)

        chosen = answers.left_as(interview.record, interview.question)
        parts.append(leave_chips(tr, chosen=chosen, on_leave=leave))
    return ft.Column(
        [
            _top(interview),
            ft.Column(
                [
                    ft.Container(
                        padding=ft.Padding.only(left=PHONE_SIDE, right=PHONE_SIDE, top=4, bottom=16),
                        content=ft.Column(
                            parts,
                            spacing=gap,
                            tight=True,
                            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                        ),
                    )
                ],
                key=f"question-{interview.question}",
                scroll=ft.ScrollMode.AUTO,
                expand=True,
                horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            ),
            _bar(interview, next_label=next_label, finish=finish),
        ],
        spacing=0,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _top(interview: Interview) -> ft.Control:
    tr = interview.model.tr
    number = STITCH[interview.question]

    def jump(_: object) -> None:
        interview.sheet = "jump"

    row = stitch.progress(
        number - 1, STITCHES, spoken=tr("Question {number} of {all}", number=number, all=STITCHES)
    )
    said = tr("{number} of {all}", number=number, all=STITCHES)
    return ft.Container(
        padding=ft.Padding.only(left=PHONE_SIDE, right=4, top=6, bottom=0),
        content=ft.Row(
            [
                ft.GestureDetector(row, on_long_press=jump, expand=True),
                text(said, "body_medium", color=ft.Colors.ON_SURFACE_VARIANT, no_wrap=True, spoken=""),
                lock_button(interview.model),
            ],
            spacing=12,
        ),
    )


def _bar(interview: Interview, *, next_label: str | None, finish: bool) -> ft.Control:
    tr = interview.model.tr

    async def back(_: object) -> None:
        await interview.back()

    async def go_on(_: object) -> None:
        if finish:
            await interview.finish()
        else:
            await interview.next()

    last = (
        main_button(tr("Finish"), on_click=go_on, icon=ft.Icons.LOCK_ROUNDED, expand=2, key="finish")
        if finish
        else main_button(
            next_label or tr("Next"),
            spoken=tr("Next"),
            on_click=go_on,
            trailing=ft.Icons.ARROW_FORWARD_ROUNDED,
            expand=2,
            key="next",
        )
    )
    return ft.Container(
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOW,
        border=ft.Border.only(top=ft.BorderSide(1, ft.Colors.OUTLINE_VARIANT)),
        padding=ft.Padding.only(left=PHONE_SIDE, right=PHONE_SIDE, top=4, bottom=16),
        content=ft.Column(
            [
                _always(interview),
                ft.Row([outlined_button(tr("Back"), on_click=back, expand=1, key="back"), last], spacing=12),
            ],
            spacing=6,
            tight=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
    )


def _always(interview: Interview) -> ft.Control:
    """Stop, Danger now, Private matter: always in this place."""
    tr = interview.model.tr

    def danger(_: object) -> None:
        interview.sheet = "danger"

    def private(_: object) -> None:
        interview.sheet = "private"

    return ft.Row(
        [
            _quiet(
                ft.Icons.BACK_HAND_ROUNDED,
                tr("Stop"),
                lambda _: interview.model.lock(),
                ft.Colors.ON_SURFACE,
                "stop",
            ),
            _quiet(
                ft.Icons.WARNING_AMBER_ROUNDED,
                tr("Danger now"),
                danger,
                ft.Colors.ERROR,
                "danger-now",
                bold=True,
            ),
            _quiet(
                ft.Icons.VISIBILITY_OFF_ROUNDED,
                tr("Private matter"),
                private,
                ft.Colors.ON_SURFACE,
                "private",
            ),
        ],
        alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
        spacing=0,
        run_spacing=0,
        wrap=True,  # large letters: a second line rather than a word that is cut
    )


def _quiet(
    icon: ft.IconData,
    label: str,
    on_click: Callable[[object], Any],
    ink: ft.ColorValue,
    key: str,
    *,
    bold: bool = False,
) -> ft.Control:
    return press(
        ft.Row(
            [
                ft.Icon(icon, size=20, color=ink),
                text(label, "body_medium", bold=bold, color=ink, no_wrap=True),
            ],
            spacing=6,
            tight=True,
        ),
        on_click=on_click,
        label=label,
        key=key,
        radius=12,
        padding=ft.Padding.symmetric(horizontal=6, vertical=14),
        alignment=ft.Alignment.CENTER,
    )
