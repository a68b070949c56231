"""The danger card: calm, four steps, three exits. Works without a network; a tap on it is never kept.

The numbers to call are set by the organisation. Until it has set any, the public ones of the country are
shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import flet as ft

from app.i18n import Translator
from app.screens.parts import stitch
from app.screens.parts.buttons import madder_button, outlined_button
from app.screens.parts.cards import card
from app.screens.parts.type import heading, text
from app.screens.state import AppModel

PUBLIC_NUMBERS = {
    "BD": (("999", "Police, ambulance"), ("109", "Violence at home")),
    "KH": (("117", "Police"), ("119", "Ambulance")),
}
"""Free public lines: Bangladesh 999 (national emergency) and 109 (violence against women and children),
Cambodia 117
(police) and 119 (ambulance). An organisation checks them before it hands out phones."""


def danger_card(
    model: AppModel,
    *,
    country: str | None,
    on_two_lines: Callable[[object], Any],
    on_safe: Callable[[object], Any],
    writing: bool,
) -> ft.Control:
    """The card. `writing`: there is a draft behind it, which is kept."""
    tr = model.tr
    steps = ft.Column(
        [
            _step(
                ft.Icons.TRANSFER_WITHIN_A_STATION_ROUNDED,
                tr("Move"),
                tr("Somewhere you can both leave. If you cannot talk, put the phone away."),
            ),
            _step(
                ft.Icons.CALL_ROUNDED,
                tr("Call, if she wants it"),
                tr("You choose together. She may say no."),
                _numbers(tr, country),
            ),
            _step(
                ft.Icons.CHILD_CARE_ROUNDED,
                tr("A child, or locked in?"),
                tr("Tell your own officer today. Nobody goes to the factory alone."),
            ),
            _step(
                ft.Icons.EDIT_NOTE_ROUNDED,
                tr("Write two lines only"),
                tr("What the danger is. How to reach her safely. The rest can wait."),
            ),
        ],
        spacing=12,
        tight=True,
    )
    kept = tr("What you had written is kept, locked, on this phone.") if writing else ""
    foot: list[ft.Control] = []
    if kept:
        foot.append(text(kept, "body_medium", color=ft.Colors.ON_SURFACE_VARIANT))
    foot += [
        madder_button(tr("Write two lines and finish"), on_click=on_two_lines, key="two-lines"),
        ft.Row(
            [
                outlined_button(
                    tr("Lock phone now"),
                    on_click=lambda _: model.lock(),
                    expand=1,
                    tall=48,
                    size=14,
                    ink=ft.Colors.ON_SURFACE,
                    key="lock-now",
                ),
                outlined_button(
                    tr("We are safe, go on"),
                    on_click=on_safe,
                    expand=1,
                    tall=48,
                    size=14,
                    ink=ft.Colors.ON_SURFACE,
                    key="safe-now",
                ),
            ],
            spacing=8,
        ),
    ]
    inside = ft.Column(
        [
            text(tr("Works without a network"), "body_medium", color=ft.Colors.ON_SURFACE_VARIANT),
            ft.Column(
                [
                    heading(tr("Stop here. Safety first."), color=ft.Colors.ERROR),
                    ft.Container(height=4),
                    steps,
                ],
                spacing=6,
                scroll=ft.ScrollMode.AUTO,
                expand=True,
            ),
            *foot,
        ],
        spacing=8,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    return ft.Stack(
        [
            ft.Container(
                padding=ft.Padding.only(left=27, right=16, top=16, bottom=16), content=inside, expand=True
            ),
            ft.Container(stitch.left_edge(), left=9, top=14, bottom=26),
        ],
        expand=True,
        fit=ft.StackFit.EXPAND,
    )


def _step(icon: ft.IconData, title: str, below: str, more: Sequence[ft.Control] = ()) -> ft.Control:
    return ft.Row(
        [
            ft.Container(
                ft.Icon(icon, size=22, color=ft.Colors.ERROR),
                width=44,
                height=44,
                border_radius=22,
                border=ft.Border.all(1, ft.Colors.ERROR),
                alignment=ft.Alignment.CENTER,
            ),
            ft.Column(
                [
                    text(title, "title_large", bold=True),
                    text(below, "body_medium", color=ft.Colors.ON_SURFACE_VARIANT, size=15),
                    *more,
                ],
                spacing=2,
                tight=True,
                expand=True,
            ),
        ],
        spacing=14,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )


def _numbers(tr: Translator, country: str | None) -> list[ft.Control]:
    guessed = country or ("KH" if tr.lang == "km" else "BD")
    words = {
        "Police, ambulance": tr("Police, ambulance"),
        "Violence at home": tr("Violence at home"),
        "Police": tr("Police"),
        "Ambulance": tr("Ambulance"),
    }

    def one(number: str, what: str) -> ft.Control:
        return card(
            ft.Column(
                [
                    text(tr.digits(number), "title_large", bold=True),
                    text(words[what], "body_medium", color=ft.Colors.ON_SURFACE_VARIANT, size=13),
                ],
                spacing=0,
                tight=True,
            ),
            padding=ft.Padding.symmetric(horizontal=12, vertical=6),
            bgcolor=ft.Colors.SURFACE_CONTAINER_LOW,
            expand=1,
        )

    numbers = PUBLIC_NUMBERS.get(guessed, ())
    return (
        [ft.Container(height=4), ft.Row([one(*number) for number in numbers], spacing=8)] if numbers else []
    )
