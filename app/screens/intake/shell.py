"""The phone behind the lock: places with the navigation below them, and the interview, which stands alone."""

from __future__ import annotations

import flet as ft

from app.screens.intake.add_under_code import AddUnderCode
from app.screens.intake.danger_card import danger_card
from app.screens.intake.done import Done
from app.screens.intake.interview_screen import InterviewScreen
from app.screens.intake.questions import Question, Questions
from app.screens.intake.start import Start
from app.screens.intake.unfinished import Unfinished
from app.screens.intake.waiting import Waiting
from app.screens.parts.press import press
from app.screens.parts.type import text
from app.screens.settings.limits import Limits
from app.screens.settings.more import More
from app.screens.state import AppModel

_ROOTS = ("start", "waiting", "more")
_PHONE_WIDE = 600
_SHOWN_WIDE = 480


@ft.component
def PhoneShell(model: AppModel) -> ft.Control:
    """What the phone shows now. A wide window shows the phone in the middle of it."""
    wide = (model.page.width or 0) > _PHONE_WIDE
    return ft.Container(
        ft.Container(_place(model), width=_SHOWN_WIDE if wide else None, expand=not wide),
        alignment=ft.Alignment.TOP_CENTER if wide else None,
        bgcolor=ft.Colors.SURFACE,
        expand=True,
    )


def _place(model: AppModel) -> ft.Control:
    place, what = model.place, model.what
    if place == "interview":
        return InterviewScreen(model, what)
    if place == "two-lines":
        return InterviewScreen(model, None, True)
    if place == "danger":
        return danger_card(
            model,
            country=None,
            on_two_lines=lambda _: model.replace("two-lines"),
            on_safe=lambda _: model.back(),
            writing=False,
        )
    if place == "done":
        return Done(model, what or "")
    if place in _ROOTS:
        inside = {"start": Start, "waiting": Waiting, "more": More}[place](model)
        return ft.Column(
            [ft.Container(inside, expand=True), _navigation(model)],
            spacing=0,
            expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        )
    if place == "question":
        return Question(model, what or "")
    inside = {
        "unfinished": Unfinished,
        "questions": Questions,
        "add": AddUnderCode,
        "limits": Limits,
    }[place](model)
    return inside


def _navigation(model: AppModel) -> ft.Control:
    tr = model.tr
    places = [
        ("start", ft.Icons.HOME_ROUNDED, tr("Start")),
        ("waiting", ft.Icons.OUTBOX_ROUNDED, tr("Waiting")),
        ("more", ft.Icons.MENU_ROUNDED, tr("More")),
    ]

    def one(place: str, icon: ft.IconData, label: str) -> ft.Control:
        here = place == model.place
        ink = ft.Colors.ON_SURFACE if here else ft.Colors.ON_SURFACE_VARIANT
        return press(
            ft.Column(
                [
                    ft.Container(
                        ft.Icon(icon, size=24, color=ink),
                        width=64,
                        height=32,
                        border_radius=16,
                        alignment=ft.Alignment.CENTER,
                        bgcolor=ft.Colors.SECONDARY_CONTAINER if here else None,
                    ),
                    text(label, "label_medium", bold=here, color=ink, no_wrap=True),
                ],
                spacing=4,
                tight=True,
                horizontal_alignment=ft.CrossAxisAlignment.CENTER,
            ),
            on_click=lambda _: model.root(place),
            label=label,
            selected=here,
            key=f"place-{place}",
            radius=12,
            padding=ft.Padding.symmetric(horizontal=4, vertical=6),
            alignment=ft.Alignment.CENTER,
            expand=1,
        )

    return ft.Container(
        bgcolor=ft.Colors.SURFACE_CONTAINER,
        padding=ft.Padding.symmetric(horizontal=4, vertical=4),
        content=ft.Row([one(*place) for place in places], spacing=0),
    )
