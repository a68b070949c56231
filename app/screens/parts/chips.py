"""Chips: a state with an icon and a word, and things to choose.

Five forms of state: outline = waiting, flax = being worked, indigo = new, yours to act, moss = done, dashed =
paused, held, estimate. Turmeric is "look here", madder only danger and a fork. Colour is never alone.
"""

from __future__ import annotations

from typing import Literal

import flet as ft
import flet.canvas as cv

from app.screens.parts.press import OnPress, press
from app.screens.parts.theme import RADIUS_CHIP, RADIUS_FIELD
from app.screens.parts.type import text

Form = Literal["waiting", "worked", "new", "done", "paused", "attention", "danger"]

_FORMS: dict[Form, tuple[ft.ColorValue, ft.ColorValue, ft.ColorValue | None, ft.IconData]] = {
    "waiting": (
        ft.Colors.TRANSPARENT,
        ft.Colors.ON_SURFACE_VARIANT,
        ft.Colors.OUTLINE,
        ft.Icons.SCHEDULE_ROUNDED,
    ),
    "worked": (
        ft.Colors.SECONDARY_CONTAINER,
        ft.Colors.ON_SECONDARY_CONTAINER,
        None,
        ft.Icons.EDIT_NOTE_ROUNDED,
    ),
    "new": (
        ft.Colors.PRIMARY_CONTAINER,
        ft.Colors.ON_PRIMARY_CONTAINER,
        None,
        ft.Icons.FIBER_MANUAL_RECORD_ROUNDED,
    ),
    "done": (ft.Colors.TERTIARY_FIXED, ft.Colors.ON_TERTIARY_FIXED, None, ft.Icons.CHECK_ROUNDED),
    "paused": (ft.Colors.TRANSPARENT, ft.Colors.ON_SURFACE_VARIANT, None, ft.Icons.PAUSE_ROUNDED),
    "attention": (
        ft.Colors.TERTIARY_CONTAINER,
        ft.Colors.ON_TERTIARY_CONTAINER,
        None,
        ft.Icons.ERROR_OUTLINE_ROUNDED,
    ),
    "danger": (
        ft.Colors.ERROR_CONTAINER,
        ft.Colors.ON_ERROR_CONTAINER,
        None,
        ft.Icons.WARNING_AMBER_ROUNDED,
    ),
}


def _dashes(*, upright: bool, color: ft.ColorValue) -> ft.Container:
    paint = ft.Paint(color=color, stroke_width=1.5, style=ft.PaintingStyle.STROKE, stroke_dash_pattern=[4, 3])
    line = cv.Line(0.75, 0, 0.75, 4000, paint=paint) if upright else cv.Line(0, 0.75, 4000, 0.75, paint=paint)
    return ft.Container(
        width=1.5 if upright else None,
        height=None if upright else 1.5,
        clip_behavior=ft.ClipBehavior.HARD_EDGE,
        content=cv.Canvas([line]),
    )


def dashed_frame(
    content: ft.Control, *, color: ft.ColorValue = ft.Colors.OUTLINE, inset: float = 3
) -> ft.Control:
    """`content` inside a frame of dashes: held, estimated, not asked, or in conflict (turmeric)."""
    top, bottom = _dashes(upright=False, color=color), _dashes(upright=False, color=color)
    left, right = _dashes(upright=True, color=color), _dashes(upright=True, color=color)
    top.left = top.right = bottom.left = bottom.right = inset
    left.top = left.bottom = right.top = right.bottom = inset
    top.top = bottom.bottom = left.left = right.right = 0
    return ft.Stack([content, top, bottom, left, right])


def chip(label: str, form: Form, *, icon: ft.IconData | None = None, on_selected: bool = False) -> ft.Control:
    """A chip of state. `on_selected` gives it an edge where its row is selected. One status chip a row."""
    ground, ink, edge, own = _FORMS[form]
    if on_selected and edge is None:
        edge = ink
    body = ft.Container(
        bgcolor=ground,
        border=ft.Border.all(1, edge) if edge is not None and form != "paused" else None,
        border_radius=RADIUS_CHIP,
        padding=ft.Padding.only(left=6, right=8, top=2, bottom=2),
        content=ft.Row(
            [ft.Icon(icon or own, size=16, color=ink), text(label, "label_medium", color=ink, no_wrap=True)],
            spacing=4,
            tight=True,
        ),
    )
    return dashed_frame(body) if form == "paused" else body


def choice_chip(
    label: str,
    *,
    chosen: bool,
    on_click: OnPress | None,
    icon: ft.IconData | None = None,
    expand: bool | int = False,
    key: str | None = None,
    tick: bool = True,
) -> ft.Control:
    """A chip to choose, 48 high: indigo ground with a tick when chosen, or a thick edge where a tick has no
    room
    (`tick=False`, the three chips of a question)."""
    ink = ft.Colors.ON_PRIMARY_CONTAINER if chosen else ft.Colors.ON_SURFACE_VARIANT
    mark = ft.Icons.CHECK_ROUNDED if chosen and tick else icon
    word = text(label, "body_medium", bold=chosen, color=ink, align=ft.TextAlign.CENTER)
    inside: ft.Control = word
    if mark is not None:
        word.expand, word.expand_loose = True, True
        inside = ft.Row(
            [ft.Icon(mark, size=18, color=ink), word],
            spacing=6,
            tight=True,
            alignment=ft.MainAxisAlignment.CENTER,
        )
    edge = ft.Colors.PRIMARY if chosen and not tick else None if chosen else ft.Colors.OUTLINE_VARIANT
    return press(
        inside,
        on_click=on_click,
        label=label,
        selected=chosen,
        key=key,
        bgcolor=ft.Colors.PRIMARY_CONTAINER if chosen else ft.Colors.TRANSPARENT,
        edge=edge,
        edge_width=2 if chosen and not tick else 1,
        radius=RADIUS_FIELD,
        padding=ft.Padding.symmetric(horizontal=6 if not tick else 10, vertical=12),
        alignment=ft.Alignment.CENTER,
        expand=expand,
    )
