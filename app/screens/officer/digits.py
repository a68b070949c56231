"""Six groups of digits, large, in the person's own numerals and in Western ones below, said one by one."""

from __future__ import annotations

import flet as ft

from app.i18n import Translator
from app.screens.parts.palette import CARD
from app.screens.parts.type import text


def digit_groups(digits: str, tr: Translator) -> ft.Control:
    """`12345 67890 …` as boxes that wrap."""
    groups = digits.split()
    return ft.Semantics(
        container=True,
        label=", ".join(" ".join(group) for group in groups),
        content=ft.Row([_group(group, tr) for group in groups], spacing=10, run_spacing=10, wrap=True),
        exclude_semantics=True,
    )


def _group(group: str, tr: Translator) -> ft.Control:
    shown: list[ft.Control] = [text(group, "headline_small", no_wrap=True)]
    if tr.lang != "en":
        shown.insert(0, text(tr.digits(group), "headline_small", no_wrap=True))
        shown[1] = text(group, "body_medium", color=ft.Colors.ON_SURFACE_VARIANT, no_wrap=True)
    return ft.Container(
        bgcolor=CARD,
        border=ft.Border.all(1, ft.Colors.OUTLINE_VARIANT),
        border_radius=10,
        padding=ft.Padding.symmetric(horizontal=14, vertical=6),
        content=ft.Column(shown, spacing=0, tight=True, horizontal_alignment=ft.CrossAxisAlignment.CENTER),
    )
