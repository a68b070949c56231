"""The foot of a page: the keys that act on it. Not on a narrow screen, where nobody has them."""

from __future__ import annotations

import flet as ft

from app.i18n import Translator
from app.screens.casework.places import all_keys, foot_keys
from app.screens.parts.buttons import key_hint
from app.screens.parts.type import text


def foot(place: str, tr: Translator) -> ft.Control:
    """One line of keys and what they do."""
    groups: list[ft.Control] = [
        ft.Row(
            [
                *(key_hint(key) for key in keys),
                text(what, "label_medium", color=ft.Colors.ON_SURFACE_VARIANT, no_wrap=True),
            ],
            spacing=4,
            tight=True,
        )
        for keys, what in foot_keys(place, tr)
    ]
    return ft.Container(
        height=34,
        padding=ft.Padding.symmetric(horizontal=20),
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOW,
        border=ft.Border.only(top=ft.BorderSide(1, ft.Colors.OUTLINE_VARIANT)),
        content=ft.Row(groups, spacing=16),
    )


def key_sheet(tr: Translator) -> ft.Control:
    """All keys, for the dialog of `?`."""
    lines: list[ft.Control] = [
        ft.Row(
            [
                ft.Container(ft.Row([key_hint(keys)], tight=True), width=96),
                text(what, "body_medium", expand=True),
            ],
            spacing=12,
        )
        for keys, what in all_keys(tr)
    ]
    return ft.Column(lines, spacing=6, tight=True, scroll=ft.ScrollMode.AUTO)
