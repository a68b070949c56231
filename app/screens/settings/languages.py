"""The choice of a language, each in its own name and script."""

from __future__ import annotations

import flet as ft

from app.i18n import LANGUAGES, OWN_NAMES, Lang
from app.screens.parts.press import press
from app.screens.parts.type import text
from app.screens.state import AppModel


def language_line(model: AppModel) -> ft.Control:
    """বাংলা · ខ្មែរ · English, on one line. The one on show is bold and has a line below it."""
    parts: list[ft.Control] = []
    for lang in LANGUAGES:
        if parts:
            parts.append(text("·", "body_large", color=ft.Colors.ON_SURFACE_VARIANT, spoken=""))
        parts.append(_one(model, lang))
    return ft.Row(parts, spacing=0, alignment=ft.MainAxisAlignment.CENTER)


def _one(model: AppModel, lang: Lang) -> ft.Control:
    chosen = lang == model.lang
    name = OWN_NAMES[lang]
    word = text(name, "body_large", bold=chosen, color=ft.Colors.ON_SURFACE)
    return press(
        word,
        on_click=lambda _: model.choose(lang=lang),
        label=name,
        selected=chosen,
        key=f"language-{lang}",
        radius=12,
        padding=ft.Padding.symmetric(horizontal=12, vertical=9),
        alignment=ft.Alignment.CENTER,
    )
