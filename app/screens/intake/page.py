"""The frame of every place but the interview: the bar with Lock, what scrolls, what stays at the foot."""

from __future__ import annotations

import flet as ft

from app.screens.parts.press import press
from app.screens.parts.theme import PHONE_SIDE
from app.screens.parts.type import text
from app.screens.settings.lock_button import lock_button
from app.screens.state import AppModel


def bar(model: AppModel, title: str, *, back: bool = True, leading: ft.Control | None = None) -> ft.Control:
    """The app bar: back or a picture, the title, Lock."""
    tr = model.tr
    parts: list[ft.Control] = []
    if back:
        parts.append(
            press(
                ft.Row(
                    [
                        ft.Icon(ft.Icons.ARROW_BACK_ROUNDED, size=24, color=ft.Colors.ON_SURFACE),
                        text(title, "title_large", expand=True, max_lines=2),
                    ],
                    spacing=12,
                ),
                on_click=lambda _: model.back(),
                label=tr("Back"),
                key="back",
                radius=12,
                padding=ft.Padding.symmetric(horizontal=8, vertical=10),
                expand=True,
            )
        )
    else:
        if leading is not None:
            parts.append(leading)
        parts.append(text(title, "title_large", expand=True))
    parts.append(lock_button(model))
    return ft.Container(
        padding=ft.Padding.only(left=PHONE_SIDE - (8 if back else 0), right=4, top=6, bottom=2),
        content=ft.Row(parts, spacing=14 if leading else 4),
    )


def page(
    model: AppModel,
    title: str,
    body: list[ft.Control],
    *,
    foot: list[ft.Control] | None = None,
    back: bool = True,
    leading: ft.Control | None = None,
    gap: int = 12,
) -> ft.Control:
    """A place: the bar, what scrolls, and what stays at the foot."""
    parts: list[ft.Control] = [
        bar(model, title, back=back, leading=leading),
        ft.Column(
            [
                ft.Container(
                    padding=ft.Padding.only(left=PHONE_SIDE, right=PHONE_SIDE, top=4, bottom=12),
                    content=ft.Column(
                        body, spacing=gap, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH
                    ),
                )
            ],
            key=f"place-{model.place}",
            scroll=ft.ScrollMode.AUTO,
            expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
    ]
    if foot:
        parts.append(
            ft.Container(
                padding=ft.Padding.only(left=PHONE_SIDE, right=PHONE_SIDE, top=4, bottom=14),
                content=ft.Column(
                    foot, spacing=8, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH
                ),
            )
        )
    return ft.Column(parts, spacing=0, expand=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
