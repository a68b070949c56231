"""The chips above a list: which lines are shown, with how many there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import flet as ft

from app.screens.parts.press import press
from app.screens.parts.theme import RADIUS_CHIP
from app.screens.parts.type import text


def filter_chips(
    options: Sequence[tuple[str, str]],
    *,
    chosen: str,
    on_choose: Callable[[str], object],
    tall: bool = False,
    key: str,
) -> ft.Control:
    """`options` are (value, word with its number). The chosen one carries a tick."""
    return ft.Row(
        [_one(value, word, value == chosen, on_choose, tall, f"{key}-{value}") for value, word in options],
        spacing=8,
        run_spacing=8,
        wrap=True,
    )


def _one(
    value: str, word: str, is_chosen: bool, on_choose: Callable[[str], object], tall: bool, key: str
) -> ft.Control:
    ink = ft.Colors.ON_PRIMARY_CONTAINER if is_chosen else ft.Colors.ON_SURFACE_VARIANT
    inside: list[ft.Control] = [text(word, "label_medium", color=ink, no_wrap=True)]
    if is_chosen:
        inside.insert(0, ft.Icon(ft.Icons.CHECK_ROUNDED, size=16, color=ink))
    return press(
        ft.Row(inside, spacing=6, tight=True),
        on_click=lambda _: on_choose(value),
        label=word,
        selected=is_chosen,
        key=key,
        bgcolor=ft.Colors.PRIMARY_CONTAINER if is_chosen else ft.Colors.TRANSPARENT,
        edge=None if is_chosen else ft.Colors.OUTLINE,
        radius=RADIUS_CHIP,
        padding=ft.Padding.symmetric(horizontal=10, vertical=0),
        alignment=ft.Alignment.CENTER,
        height=48 if tall else 32,
    )
