"""What she agreed to, as chips: a tick for yes, a bar for refused, dashes and a question mark for what was
not asked.
"""

from __future__ import annotations

from typing import Any

import flet as ft

from app.i18n import Translator
from app.screens.casework.consent_words import Agreed, answer_word, how_given, purposes
from app.screens.parts.chips import Form, chip
from app.screens.parts.type import text

_FORMS: dict[str, tuple[Form, ft.IconData]] = {
    "yes": ("done", ft.Icons.CHECK_ROUNDED),
    "no": ("waiting", ft.Icons.CLOSE_ROUNDED),
    "refused": ("waiting", ft.Icons.BLOCK_ROUNDED),
    "unknown": ("paused", ft.Icons.MORE_HORIZ_ROUNDED),
    "not_asked": ("paused", ft.Icons.HELP_OUTLINE_ROUNDED),
    "withdrawn": ("attention", ft.Icons.UNDO_ROUNDED),
}


def consent_chips(record: dict[str, Any], tr: Translator, *, withdrawn: bool = False) -> ft.Control:
    """Title, one chip a purpose, and how it was given."""
    consent = record.get("consent") or {}
    parts: list[ft.Control] = [
        text(tr("What she agreed to"), "label_large"),
        ft.Row(
            [_chip(one, tr) for one in purposes(consent, tr, withdrawn=withdrawn)],
            spacing=6,
            run_spacing=6,
            wrap=True,
        ),
    ]
    given = how_given(consent, tr)
    if given:
        parts.append(
            text(tr("Given {how}", how=given), "body_medium", desk=True, color=ft.Colors.ON_SURFACE_VARIANT)
        )
    return ft.Column(parts, spacing=8, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _chip(agreed: Agreed, tr: Translator) -> ft.Control:
    form, icon = _FORMS.get(agreed.answer, _FORMS["not_asked"])
    words = tr("{purpose}: {answer}", purpose=agreed.purpose, answer=answer_word(agreed.answer, tr))
    return chip(words, form, icon=icon)
