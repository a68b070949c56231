"""Two handlers wrote different things: both values side by side, nothing chosen beforehand (look/08).

The one that is not kept stays in the history.
"""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.actions.views import ConflictSide, ConflictView
from app.i18n import Translator
from app.screens.casework import day_words
from app.screens.casework.case_words import field_word, value_word
from app.screens.parts.buttons import button, key_hint
from app.screens.parts.chips import dashed_frame
from app.screens.parts.palette import CARD
from app.screens.parts.type import text


def conflict_pair(
    conflict: ConflictView,
    tr: Translator,
    *,
    narrow: bool,
    on_keep: Callable[[ConflictSide], object],
    keys: bool,
) -> ft.Control:
    """The pair in its dashed frame. `keys`: whether 1 and 2 choose here (the first conflict only)."""
    sides = [
        _side(n, side, conflict.field, tr, on_keep=on_keep, hint=str(n) if keys and not narrow else None)
        for n, side in enumerate(conflict.sides, start=1)
    ]
    heading = ft.Row(
        [
            ft.Icon(ft.Icons.CALL_SPLIT_ROUNDED, size=18, color=ft.Colors.TERTIARY),
            text(
                tr(
                    "{field}: two handlers wrote different things. Both are kept until one is chosen.",
                    field=field_word(conflict.field, tr),
                ),
                "body_medium",
                desk=True,
                bold=True,
                expand=True,
            ),
        ],
        spacing=8,
    )
    pair: ft.Control = ft.Row(
        sides, spacing=12, vertical_alignment=ft.CrossAxisAlignment.STRETCH, intrinsic_height=True
    )
    if narrow:
        for side in sides:
            side.expand = None
        pair = ft.Column(sides, spacing=8, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    inside = ft.Container(
        padding=14,
        content=ft.Column(
            [heading, pair], spacing=10, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH
        ),
    )
    return ft.Semantics(
        container=True,
        label=tr("Two values for {field}", field=field_word(conflict.field, tr)),
        content=dashed_frame(inside, color=ft.Colors.TERTIARY, inset=0),
    )


def _side(
    n: int,
    side: ConflictSide,
    field: str,
    tr: Translator,
    *,
    on_keep: Callable[[ConflictSide], object],
    hint: str | None,
) -> ft.Control:
    value = value_word(field, side.value, tr)
    parts: list[ft.Control] = [key_hint(hint)] if hint else []
    parts.append(
        ft.Column(
            [
                text(value, "body_medium", desk=True, bold=True),
                text(
                    tr.join([side.by, day_words.long(side.at, tr)]),
                    "body_medium",
                    desk=True,
                    color=ft.Colors.ON_SURFACE_VARIANT,
                ),
            ],
            spacing=2,
            tight=True,
            expand=True,
        )
    )
    parts.append(
        button(
            tr("Keep"),
            kind="outlined",
            desk=True,
            spoken=tr("Keep {value}", value=value),
            on_click=lambda _: on_keep(side),
            key=f"keep-{field}-{n}",
        )
    )
    return ft.Container(
        expand=1,
        bgcolor=CARD,
        border=ft.Border.all(1, ft.Colors.OUTLINE_VARIANT),
        border_radius=8,
        padding=ft.Padding.symmetric(horizontal=14, vertical=8),
        content=ft.Row(parts, spacing=14),
    )
