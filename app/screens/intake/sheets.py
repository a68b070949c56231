"""What lies over a question: the private matter, and throwing a draft away. Both take the focus and give it
back."""

from __future__ import annotations

from collections.abc import Sequence

import flet as ft

from app.screens.intake.interview import Interview
from app.screens.intake.steps import STITCH, first_of
from app.screens.parts.buttons import madder_button, main_button, outlined_button
from app.screens.parts.press import press
from app.screens.parts.theme import PHONE_SIDE, RADIUS_DIALOG
from app.screens.parts.type import text


def over(below: ft.Control, sheet: ft.Control) -> ft.Control:
    """A sheet at the foot of the screen; what is below it does not answer until it goes."""
    return ft.Stack(
        [
            ft.Semantics(
                exclude_semantics=True, content=ft.Container(below, ignore_interactions=True, expand=True)
            ),
            ft.Container(bgcolor=ft.Colors.with_opacity(0.4, ft.Colors.SCRIM), expand=True),
            ft.Container(sheet, left=0, right=0, bottom=0),
        ],
        expand=True,
        fit=ft.StackFit.EXPAND,
    )


def _sheet(
    title: str, sentences: Sequence[str], actions: Sequence[ft.Control], icon: ft.IconData
) -> ft.Control:
    return ft.Container(
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOW,
        border_radius=ft.BorderRadius.only(top_left=RADIUS_DIALOG, top_right=RADIUS_DIALOG),
        padding=ft.Padding.only(left=PHONE_SIDE + 4, right=PHONE_SIDE + 4, top=20, bottom=20),
        shadow=ft.BoxShadow(blur_radius=12, color=ft.Colors.with_opacity(0.2, ft.Colors.SHADOW)),
        content=ft.Column(
            [
                ft.Row(
                    [
                        ft.Icon(icon, size=24, color=ft.Colors.ON_SURFACE),
                        text(title, "title_large", bold=True, expand=True),
                    ],
                    spacing=12,
                ),
                *[text(sentence) for sentence in sentences],
                ft.Container(height=4),
                *actions,
            ],
            spacing=10,
            tight=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
    )


def private_sheet(interview: Interview) -> ft.Control:
    """There is no desk of its own for it yet: that is said first, before she speaks."""
    tr = interview.model.tr

    def close(_: object) -> None:
        interview.sheet = ""

    return _sheet(
        tr("Private matter"),
        [
            tr("There is no desk yet that alone can read a private matter."),
            tr("What is written here is read by all who work at the desk. Tell her this first."),
            tr("Nothing about it is asked. Two words are enough, or none."),
        ],
        [
            main_button(tr("Go back"), on_click=close, key="private-back"),
            outlined_button(tr("She knows, and goes on"), on_click=close, key="private-on"),
        ],
        ft.Icons.VISIBILITY_OFF_ROUNDED,
    )


def jump_sheet(interview: Interview) -> ft.Control:
    """The way to any of the twelve stitches; a long press on them opens it."""
    tr = interview.model.tr
    names = (
        tr("Can we talk here?"),
        tr("May I write this down?"),
        tr("Is anyone in danger now?"),
        tr("Her words"),
        tr("What would make it right?"),
        tr("Where does she work?"),
        tr("When was it?"),
        tr("What is it about?"),
        tr("What belongs to it"),
        tr("Does it concern others too?"),
        tr("Read it back, then ask"),
        tr("Her number"),
    )
    here = STITCH[interview.question]

    def one(number: int, name: str) -> ft.Control:
        async def there(_: object) -> None:
            await interview.jump(first_of(number, interview.record))

        chosen = number == here
        return press(
            ft.Row(
                [
                    ft.Container(
                        text(tr.number(number), "body_medium", color=ft.Colors.ON_SURFACE_VARIANT), width=28
                    ),
                    text(name, "body_large", bold=chosen, expand=True),
                ]
            ),
            on_click=there,
            label=f"{tr.number(number)}, {name}",
            selected=chosen,
            key=f"jump-{number}",
            radius=12,
            padding=ft.Padding.symmetric(horizontal=8, vertical=12),
        )

    def close(_: object) -> None:
        interview.sheet = ""

    listed = ft.Column(
        [one(number, name) for number, name in enumerate(names, 1)],
        spacing=0,
        height=420,
        scroll=ft.ScrollMode.AUTO,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    return _sheet(
        tr("Where to?"),
        [],
        [listed, outlined_button(tr("Go back"), on_click=close, key="jump-back")],
        ft.Icons.FORMAT_LIST_NUMBERED_ROUNDED,
    )


def discard_sheet(interview: Interview) -> ft.Control:
    """Throw the draft away: what happens, what is lost, what does not come back."""
    tr = interview.model.tr

    def close(_: object) -> None:
        interview.sheet = ""

    async def away(_: object) -> None:
        await interview.discard()

    return discard_question(
        title=tr("Throw this away?"),
        sentence=tr(
            "What was written under {code} goes from this phone and does not come back.",
            code=tr.code(interview.code),
        ),
        keep=outlined_button(tr("Keep it"), on_click=close, key="discard-keep"),
        away=madder_button(tr("Throw it away"), on_click=away, key="discard-yes"),
    )


def discard_question(*, title: str, sentence: str, keep: ft.Control, away: ft.Control) -> ft.Control:
    """The same sheet for the list of what is not finished."""
    return _sheet(title, [sentence], [keep, away], ft.Icons.DELETE_OUTLINE_ROUNDED)
