"""A complaint as it was told: her words, the lines of the record, what she agreed to, what came later. Read
only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import flet as ft

from app.actions.views import ComplaintView, InboxRow, MessageView
from app.i18n import Translator
from app.screens.casework import day_words, record_words
from app.screens.casework.complaint_head import complaint_head
from app.screens.casework.consent_chips import consent_chips
from app.screens.casework.narrative import narrative
from app.screens.casework.record_words import Line
from app.screens.parts.buttons import button
from app.screens.parts.type import text

Part = Literal["all", "words", "rest"]

_LATER = frozenset({"addition", "withdrawal", "variant"})


def title_line(tr: Translator) -> ft.Control:
    """`As it was told`, with the lock: nobody can change it."""
    return ft.Row(
        [
            ft.Container(text(tr("As it was told"), "title_large", bold=True), expand=True),
            ft.Icon(ft.Icons.LOCK_ROUNDED, size=16, color=ft.Colors.ON_SURFACE),
            text(tr("cannot be changed"), "label_medium", color=ft.Colors.ON_SURFACE_VARIANT),
        ],
        spacing=6,
    )


@ft.component
def ToldPane(
    view: ComplaintView,
    row: InboxRow | None,
    tr: Translator,
    *,
    short: bool = False,
    part: Part = "all",
    key: str | None = None,
) -> ft.Control:
    """The whole of it. `short` gives only the lines that a new case needs; `part` cuts it after her words, so
    that on a narrow screen what is to be decided stands between.
    """
    parts: list[ft.Control] = []
    if part != "rest":
        parts += [title_line(tr), complaint_head(view, row, tr), narrative(view.record, tr, wants=False)]
    if part != "words" and view.record is not None:
        parts += _answers(view, view.record, tr, short=short)
    if part != "words":
        parts += [_added(message, tr) for message in view.messages if message.kind in _LATER]
    return ft.Column(parts, spacing=12, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _answers(view: ComplaintView, record: dict[str, Any], tr: Translator, *, short: bool) -> list[ft.Control]:
    withdrawn = view.status == "withdrawn"
    agreed = consent_chips(record, tr, withdrawn=withdrawn)
    if short:
        return [said_lines(record_words.short_lines(record, tr)), agreed]
    return [
        said_lines(record_words.lines(record, tr)),
        WhoSheIs(record_words.who(record, tr), tr),
        agreed,
    ]


def said_lines(lines: Sequence[Line]) -> ft.Control:
    """Label left, what was said right, a hairline between."""
    return ft.Column(
        [
            ft.Container(
                padding=ft.Padding.symmetric(horizontal=10, vertical=7),
                border=ft.Border.only(bottom=ft.BorderSide(1, ft.Colors.OUTLINE_VARIANT)),
                content=ft.Row(
                    [
                        ft.Container(
                            text(line.label, "body_medium", desk=True, color=ft.Colors.ON_SURFACE_VARIANT),
                            width=140,
                        ),
                        text(line.value, "body_medium", desk=True, expand=True, selectable=True),
                    ],
                    spacing=10,
                    vertical_alignment=ft.CrossAxisAlignment.START,
                ),
            )
            for line in lines
        ],
        spacing=0,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


@ft.component
def WhoSheIs(lines: Sequence[Line], tr: Translator) -> ft.Control:
    """Her name and numbers stay covered until they are asked for, and are covered again when the page is
    left.
    """
    shown, set_shown = ft.use_state(False)
    if not lines:
        return ft.Container()
    toggle = button(
        tr("Cover") if shown else tr("Show who she is"),
        kind="plain",
        icon=ft.Icons.VISIBILITY_OFF_OUTLINED if shown else ft.Icons.VISIBILITY_OUTLINED,
        desk=True,
        on_click=lambda _: set_shown(not shown),
        key="who",
    )
    parts: list[ft.Control] = [said_lines(lines)] if shown else []
    return ft.Column([*parts, ft.Row([toggle])], spacing=4, tight=True)


def _added(message: MessageView, tr: Translator) -> ft.Control:
    said = {
        "withdrawal": tr("Withdrawn {when}", when=day_words.long(message.at, tr)),
        "variant": tr("Sent again with other content {when}", when=day_words.long(message.at, tr)),
    }.get(message.kind, tr("Added {when}", when=day_words.long(message.at, tr)))
    icon = ft.Icons.UNDO_ROUNDED if message.kind == "withdrawal" else ft.Icons.POST_ADD_ROUNDED
    lines: list[ft.Control] = [text(said, "body_medium", desk=True, bold=True)]
    if message.text:
        lines.append(text(message.text, "body_large", selectable=True))
    if message.authentic is False:
        lines.append(
            text(
                tr("It is not proven that her phone sent this."),
                "body_medium",
                desk=True,
                color=ft.Colors.TERTIARY,
            )
        )
    return ft.Row(
        [
            ft.Icon(icon, size=20, color=ft.Colors.ON_SURFACE_VARIANT),
            ft.Column(lines, spacing=2, tight=True, expand=True),
        ],
        spacing=10,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )
