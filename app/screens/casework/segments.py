"""Several answers side by side in one frame, of which one may be chosen: the three questions of screening,
the type of a case. Nothing is chosen beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import flet as ft

from app.screens.parts.palette import CARD
from app.screens.parts.press import press
from app.screens.parts.theme import RADIUS_FIELD_DESK
from app.screens.parts.type import text


def segments(
    options: Sequence[tuple[str, str]],
    *,
    chosen: str | None,
    on_choose: Callable[[str], object],
    question: str,
    width: float | None = None,
    tall: bool = False,
    key: str,
) -> ft.Control:
    """`options` are (value, word). `question` is what a screen reader hears before each word."""
    parts: list[ft.Control] = []
    for n, (value, word) in enumerate(options):
        if n:
            parts.append(ft.Container(width=1, bgcolor=ft.Colors.OUTLINE))
        parts.append(
            _segment(
                value, word, value == chosen, on_choose, question, tall, f"{key}-{value}", n, len(options)
            )
        )
    return ft.Container(
        width=width,
        height=48 if tall else 34,
        border=ft.Border.all(1, ft.Colors.OUTLINE),
        border_radius=RADIUS_FIELD_DESK,
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
        bgcolor=CARD,
        content=ft.Row(parts, spacing=0, vertical_alignment=ft.CrossAxisAlignment.STRETCH),
    )


def _segment(
    value: str,
    word: str,
    is_chosen: bool,
    on_choose: Callable[[str], object],
    question: str,
    tall: bool,
    key: str,
    n: int,
    of: int,
) -> ft.Control:
    ink = ft.Colors.ON_SECONDARY_CONTAINER if is_chosen else ft.Colors.ON_SURFACE
    inside: list[ft.Control] = [
        text(
            word, "body_medium", desk=True, bold=is_chosen, color=ink, no_wrap=True, align=ft.TextAlign.CENTER
        )
    ]
    if is_chosen:
        inside.insert(0, ft.Icon(ft.Icons.CHECK_ROUNDED, size=16, color=ink))
    round_left = RADIUS_FIELD_DESK - 1 if n == 0 else 0
    round_right = RADIUS_FIELD_DESK - 1 if n == of - 1 else 0
    return press(
        ft.Row(inside, spacing=4, tight=True, alignment=ft.MainAxisAlignment.CENTER),
        on_click=lambda _: on_choose(value),
        label=f"{question} {word}",
        selected=is_chosen,
        key=key,
        bgcolor=ft.Colors.SECONDARY_CONTAINER if is_chosen else ft.Colors.TRANSPARENT,
        radius=ft.BorderRadius.only(
            top_left=round_left, bottom_left=round_left, top_right=round_right, bottom_right=round_right
        ),
        padding=ft.Padding.symmetric(horizontal=4),
        alignment=ft.Alignment.CENTER,
        expand=1,
    )
