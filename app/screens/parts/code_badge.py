"""The code of a complaint: bold, digits of one width, in groups, never broken, never shortened.

Read aloud digit by digit. On a phone the person's own numerals may stand below the Western ones.
"""

from __future__ import annotations

import flet as ft

from app.i18n import Translator
from app.screens.parts.type import Slot, text


def spoken_code(code: str) -> str:
    """ "2 0 7, 4 1 9 3, 6": what a screen reader is given, so that it says digits and not a number."""
    return ", ".join(" ".join(group) for group in code.split("-"))


def code_badge(
    code: str,
    *,
    slot: Slot = "title_medium",
    color: ft.ColorValue = ft.Colors.ON_SURFACE,
    desk: bool = False,
    key: str | None = None,
) -> ft.Control:
    """The code in Western digits."""
    return text(
        code,
        slot,
        bold=True,
        color=color,
        desk=desk,
        no_wrap=True,
        selectable=desk or None,
        spoken=spoken_code(code),
        key=key,
    )


def code_in_full(code: str, tr: Translator) -> ft.Control:
    """The number at the end of an interview: the largest type of the product, own numerals below. Letters
    of twice the
    size put a group on the next line, so that no digit is ever cut."""
    groups = code.split("-")
    written = [group + ("-" if index < len(groups) - 1 else "") for index, group in enumerate(groups)]
    large = ft.Row(
        [text(group, "display_small", no_wrap=True) for group in written],
        spacing=0,
        run_spacing=0,
        wrap=True,
        alignment=ft.MainAxisAlignment.CENTER,
    )
    parts: list[ft.Control] = [
        ft.Semantics(
            label=spoken_code(code), exclude_semantics=True, container=True, content=large, key="code"
        )
    ]
    if tr.lang != "en":
        parts.append(text(tr.code(code), "headline_small", bold=False, no_wrap=True, spoken=""))
    return ft.Column(
        parts,
        spacing=0,
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
        alignment=ft.MainAxisAlignment.CENTER,
    )
