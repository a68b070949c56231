"""The urgency marks as they are drawn: a shape and a word each, so that they are understood in grey."""

from __future__ import annotations

import flet as ft

from app.i18n import Translator
from app.screens.casework.urgency import Mark
from app.screens.parts.type import text

_SHAPES: dict[Mark, tuple[ft.IconData, ft.ColorValue]] = {
    Mark.DANGER: (ft.Icons.WARNING_ROUNDED, ft.Colors.ERROR),
    Mark.REPRISAL: (ft.Icons.GPP_MAYBE_ROUNDED, ft.Colors.TERTIARY),
    Mark.UNPROVEN: (ft.Icons.HELP_OUTLINE_ROUNDED, ft.Colors.TERTIARY),
    Mark.ADDED: (ft.Icons.POST_ADD_ROUNDED, ft.Colors.PRIMARY),
}


def mark_word(mark: Mark, tr: Translator, *, added: int = 0) -> str:
    """The word of a mark."""
    if mark is Mark.DANGER:
        return tr("Danger now")
    if mark is Mark.REPRISAL:
        return tr("Reprisal")
    if mark is Mark.UNPROVEN:
        return tr("Sender not proven")
    return tr("+ {n} added", n=added)


def mark_line(mark: Mark, tr: Translator, *, added: int = 0, selected: bool = False) -> ft.Control:
    """Shape and word."""
    shape, ink = _SHAPES[mark]
    return ft.Row(
        [
            ft.Icon(shape, size=18, color=ink),
            text(mark_word(mark, tr, added=added), "label_medium", bold=True, color=ink, no_wrap=True),
        ],
        spacing=5,
        tight=True,
    )
