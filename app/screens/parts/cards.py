"""Cards and rows: paper on paper, one hairline, no shadow."""

from __future__ import annotations

import flet as ft

from app.screens.parts.palette import CARD
from app.screens.parts.palette import edge as at_least
from app.screens.parts.press import OnPress, press
from app.screens.parts.theme import RADIUS_CARD, RADIUS_CARD_DESK
from app.screens.parts.type import text


def card(
    content: ft.Control,
    *,
    desk: bool = False,
    padding: ft.PaddingValue | None = None,
    edge: ft.ColorValue = ft.Colors.OUTLINE_VARIANT,
    edge_width: float = 1,
    bgcolor: ft.ColorValue = CARD,
    expand: bool | int = False,
) -> ft.Control:
    """A card that only holds something. What is to be pressed as a whole is `press`."""
    return ft.Container(
        content=content,
        bgcolor=bgcolor,
        border=ft.Border.all(at_least(edge_width), edge),
        border_radius=RADIUS_CARD_DESK if desk else RADIUS_CARD,
        padding=14 if padding is None else padding,
        expand=expand or None,
    )


def list_row(
    title: str,
    *,
    on_click: OnPress,
    icon: ft.IconData | None = None,
    below: str | None = None,
    count: str | None = None,
    key: str | None = None,
    spoken: str | None = None,
) -> ft.Control:
    """A row that leads somewhere: picture, title, one line, a number in words of the language, an arrow."""
    words: list[ft.Control] = [text(title, "body_large")]
    if below:
        words.append(text(below, "body_medium", color=ft.Colors.ON_SURFACE_VARIANT))
    parts: list[ft.Control] = []
    if icon is not None:
        parts.append(ft.Icon(icon, size=26, color=ft.Colors.ON_SURFACE_VARIANT))
    parts.append(ft.Column(words, spacing=0, tight=True, expand=True))
    if count is not None:
        parts.append(text(count, "title_large", bold=True))
    parts.append(ft.Icon(ft.Icons.CHEVRON_RIGHT_ROUNDED, size=26, color=ft.Colors.ON_SURFACE))
    return press(
        ft.Row(parts, spacing=16),
        on_click=on_click,
        label=spoken or ", ".join(part for part in (title, below, count) if part),
        key=key,
        radius=12,
        padding=ft.Padding.symmetric(horizontal=4, vertical=7),
    )


def pair(label: str, value: str, *, label_width: int = 92, desk: bool = False) -> ft.Control:
    """A label on the left and what was said on the right, as in *Read it back*."""
    return ft.Row(
        [
            ft.Container(
                width=label_width,
                content=text(label, "body_medium", color=ft.Colors.ON_SURFACE_VARIANT, desk=desk),
            ),
            text(value, "body_medium", desk=desk, expand=True),
        ],
        spacing=8,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )
