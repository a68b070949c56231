"""A question over the page, before something that cannot be taken back: what happens, what is lost, what
does not come back; then the words to type, and the button at the end.

Guarantees: *Cancel* has the focus and Escape is the same; the madder button cannot be pressed before the
label was typed; on a narrow screen everything scrolls and the buttons are as high as a finger.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import flet as ft

from app.screens.parts.palette import CARD
from app.screens.parts.press import press
from app.screens.parts.theme import RADIUS_CHIP, RADIUS_DIALOG
from app.screens.parts.type import text

_WIDTH = 560
_EDGE = 12


@dataclass(frozen=True)
class Point:
    """One thing that follows: its picture, a few words in bold, the rest of the sentence."""

    icon: ft.IconData
    words: str
    bold: str = ""
    danger: bool = False


def question(content: ft.Control, *, screen_width: float, on_close: Callable[[], object]) -> ft.AlertDialog:
    """The surface. Escape and a press beside it close it as *Cancel* does."""
    narrow = screen_width < _WIDTH + 4 * _EDGE
    side = 16 if narrow else 30
    return ft.AlertDialog(
        content=ft.Container(content, width=min(_WIDTH, screen_width - 2 * _EDGE)),
        content_padding=ft.Padding.only(left=side, right=side, top=side, bottom=side),
        actions_padding=0,
        inset_padding=_EDGE,
        bgcolor=CARD,
        shape=ft.RoundedRectangleBorder(radius=RADIUS_DIALOG),
        scrollable=True,
        on_dismiss=lambda _: on_close(),
    )


def question_title(words: str, icon: ft.IconData, *, calm: bool = False) -> ft.Control:
    """What is asked, with its picture; `calm` where nothing is lost."""
    return ft.Row(
        [
            ft.Icon(icon, size=26, color=ft.Colors.PRIMARY if calm else ft.Colors.ERROR),
            ft.Semantics(
                content=text(words, "headline_small", bold=False),
                heading_level=1,
                container=True,
                expand=True,
            ),
        ],
        spacing=12,
    )


def points(found: Sequence[Point]) -> list[ft.Control]:
    """What follows, one line each."""
    return [_point(one) for one in found]


def _point(one: Point) -> ft.Control:
    words: list[ft.Control] = []
    if one.bold:
        words.append(text(one.bold, "body_large", size=15, bold=True))
    if one.words:
        words.append(text(one.words, "body_large", size=15))
    return ft.Row(
        [
            ft.Icon(one.icon, size=20, color=ft.Colors.ERROR if one.danger else ft.Colors.ON_SURFACE),
            ft.Column(words, spacing=0, tight=True, expand=True),
        ],
        spacing=14,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )


def reasons(
    options: Sequence[tuple[str, str]],
    *,
    chosen: str | None,
    on_choose: Callable[[str], object],
    question: str,
    tall: bool,
) -> ft.Control:
    """Why, as chips: the chosen one in madder with a tick."""
    shown: list[ft.Control] = [text(question, "body_medium", color=ft.Colors.ON_SURFACE_VARIANT, spoken="")]
    for value, word in options:
        is_chosen = value == chosen
        ink = ft.Colors.ON_ERROR_CONTAINER if is_chosen else ft.Colors.ON_SURFACE_VARIANT
        inside: list[ft.Control] = [text(word, "body_medium", bold=is_chosen, color=ink, no_wrap=True)]
        if is_chosen:
            inside.insert(0, ft.Icon(ft.Icons.CHECK_ROUNDED, size=18, color=ink))
        shown.append(
            press(
                ft.Row(inside, spacing=6, tight=True),
                on_click=lambda _, value=value: on_choose(value),
                label=f"{question} {word}",
                selected=is_chosen,
                key=f"reason-{value}",
                bgcolor=ft.Colors.ERROR_CONTAINER if is_chosen else ft.Colors.TRANSPARENT,
                edge=None if is_chosen else ft.Colors.OUTLINE,
                radius=RADIUS_CHIP,
                padding=ft.Padding.symmetric(horizontal=10),
                alignment=ft.Alignment.CENTER,
                height=48 if tall else 34,
            )
        )
    return ft.Row(shown, spacing=8, run_spacing=8, wrap=True, vertical_alignment=ft.CrossAxisAlignment.CENTER)
