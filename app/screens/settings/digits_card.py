"""Six groups of digits on a phone, in Western digits and in the person's own, said digit by digit."""

from __future__ import annotations

import flet as ft

from app.i18n import Translator
from app.screens.parts.type import text


def digits_card(tr: Translator, check: str) -> ft.Control:
    """Two rows of three groups."""
    groups = check.split()

    def one(group: str) -> ft.Control:
        parts: list[ft.Control] = [
            text(group, "headline_small", no_wrap=True, spoken=" ".join(group), align=ft.TextAlign.CENTER)
        ]
        if tr.lang != "en":
            parts.append(
                text(tr.digits(group), "title_large", no_wrap=True, spoken="", align=ft.TextAlign.CENTER)
            )
        return ft.Container(
            ft.Column(parts, spacing=0, tight=True, horizontal_alignment=ft.CrossAxisAlignment.CENTER),
            expand=1,
            alignment=ft.Alignment.CENTER,
        )

    rows = [groups[index : index + 3] for index in range(0, len(groups), 3)]
    return ft.Column([ft.Row([one(group) for group in row]) for row in rows], spacing=12, tight=True)
