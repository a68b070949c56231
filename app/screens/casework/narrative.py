"""Her words, as she said them: line height by the language of the text, never by that of the desk."""

from __future__ import annotations

from typing import Any

import flet as ft

from app.i18n import Translator
from app.screens.parts.cards import card
from app.screens.parts.type import text


def narrative(
    record: dict[str, Any] | None, tr: Translator, *, max_lines: int | None = None, wants: bool = True
) -> ft.Control:
    """A card with what was told and, under it, what she wants."""
    parts: list[ft.Control] = []
    words = (record or {}).get("narrative") or ""
    if record is None:
        parts.append(
            text(
                tr(
                    "What came under this code does not hold to the form and cannot be shown."
                    " It is kept as it came."
                ),
                "body_medium",
                color=ft.Colors.ON_SURFACE_VARIANT,
            )
        )
    elif words:
        parts.append(
            text(
                f"“{words}”", "body_large", selectable=max_lines is None, max_lines=max_lines, key="narrative"
            )
        )
    else:
        parts.append(
            text(
                tr("Nothing was written down in her words."),
                "body_medium",
                color=ft.Colors.ON_SURFACE_VARIANT,
            )
        )
    wanted = (record or {}).get("remedy_wanted")
    if wanted and wants:
        parts.append(
            text(
                tr("She wants: {what}", what=wanted),
                "body_medium",
                desk=True,
                color=ft.Colors.ON_SURFACE_VARIANT,
                max_lines=max_lines and 3,
            )
        )
    return card(
        ft.Column(parts, spacing=8, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH), desk=True
    )
