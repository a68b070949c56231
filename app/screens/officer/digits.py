"""Six groups of digits, large, in the person's own numerals and in Western ones below, said one by one."""

from __future__ import annotations

import flet as ft

from app.i18n import Translator
from app.screens.parts.palette import CARD
from app.screens.parts.type import text


def digit_groups(digits: str, tr: Translator, *, narrow: bool) -> ft.Control:
    """`12345 67890 …` in one row, on a narrow screen in rows of three, as the new device shows them."""
    groups = digits.split()
    size = 3 if narrow else len(groups)
    rows = [groups[start : start + size] for start in range(0, len(groups), size)]
    shown: list[ft.Control] = [
        ft.Row([_group(group, tr, expand=narrow) for group in row], spacing=8 if narrow else 10)
        for row in rows
    ]
    return ft.Semantics(
        container=True,
        label=", ".join(" ".join(group) for group in groups),
        content=ft.Column(shown, spacing=8, tight=True),
        exclude_semantics=True,
    )


def _group(group: str, tr: Translator, *, expand: bool) -> ft.Control:
    shown: list[ft.Control] = [text(group, "headline_small", size=20 if expand else None, no_wrap=True)]
    if tr.lang != "en":
        own = text(tr.digits(group), "headline_small", size=20 if expand else None, no_wrap=True)
        shown = [own, text(group, "body_medium", color=ft.Colors.ON_SURFACE_VARIANT, no_wrap=True)]
    return ft.Container(
        bgcolor=CARD,
        border=ft.Border.all(1, ft.Colors.OUTLINE_VARIANT),
        border_radius=10,
        padding=ft.Padding.symmetric(horizontal=4 if expand else 14, vertical=6),
        alignment=ft.Alignment.CENTER if expand else None,
        expand=1 if expand else None,
        content=ft.Column(shown, spacing=0, tight=True, horizontal_alignment=ft.CrossAxisAlignment.CENTER),
    )
