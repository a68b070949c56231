"""One complaint in the inbox: a row of the table, or a card on a narrow screen."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.actions.views import InboxRow
from app.i18n import Lang, Translator
from app.screens.casework import day_words, table, urgency
from app.screens.casework.issue_words import issue_line
from app.screens.casework.mark_line import mark_line, mark_word
from app.screens.casework.state_chips import complaint_chip, complaint_word
from app.screens.casework.table import Column
from app.screens.parts.palette import CARD
from app.screens.parts.press import press
from app.screens.parts.type import text

_ISSUES_SHOWN = 2


def columns(tr: Translator) -> list[Column]:
    """The columns of look/05."""
    return [
        Column(tr("Code"), width=100),
        Column(tr("Marks"), width=124),
        Column(tr("Issues"), expand=14),
        Column(tr("Workplace"), expand=9),
        Column(tr("Arrived"), width=80),
        Column(tr("Phone"), width=78),
        Column(tr("State"), width=124),
    ]


def spoken(row: InboxRow, tr: Translator) -> str:
    """The whole line as one sentence for a screen reader."""
    said = [
        row.code,
        *(mark_word(mark, tr, added=row.added) for mark in urgency.marks(row)),
        *(issue_line(code, tr.lang) for code in row.issues),
        row.facility or tr("workplace not known"),
        day_words.short(row.received, tr),
        row.device_label,
        complaint_word(row, tr),
    ]
    return ", ".join(part for part in said if part)


@ft.component
def InboxLine(
    row: InboxRow, selected: bool, lang: Lang, on_press: Callable[[str], None], *, key: str | None = None
) -> ft.Control:
    """A row of the table. Memoised by the list: it is drawn again only when it differs."""
    tr = Translator(lang)
    lines = 2 if len(row.issues) == 1 else 1
    issues: list[ft.Control] = [
        table.words(issue_line(code, lang), selected=selected, lines=lines)
        for code in row.issues[:_ISSUES_SHOWN]
    ]
    if len(row.issues) > _ISSUES_SHOWN:
        more = table.words(f"+ {tr.number(len(row.issues) - _ISSUES_SHOWN)}", selected=selected, soft=True)
        issues[-1] = ft.Row([ft.Container(issues[-1], expand=True), more], spacing=4)
    marks = [mark_line(mark, tr, added=row.added, selected=selected) for mark in urgency.marks(row)]
    cells: list[ft.Control] = [
        table.words(row.code, selected=selected, bold=True, lines=1),
        ft.Column(marks, spacing=2, tight=True),
        ft.Column([*issues], spacing=0, tight=True),
        table.words(row.facility or tr("not known"), selected=selected, soft=row.facility is None),
        table.words(day_words.short(row.received, tr), selected=selected, soft=True, lines=1),
        table.words(row.device_label, selected=selected, soft=True, lines=1),
        complaint_chip(row, tr, selected=selected),
    ]
    return table.line(
        columns(tr),
        cells,
        on_press=lambda: on_press(row.code),
        selected=selected,
        spoken=spoken(row, tr),
        key=f"complaint-{row.code}-{row.device}",
    )


@ft.component
def InboxCard(
    row: InboxRow, chosen: bool, lang: Lang, on_press: Callable[[str], None], *, key: str | None = None
) -> ft.Control:
    """The same where the table has no room."""
    tr = Translator(lang)
    soft = ft.Colors.ON_SURFACE_VARIANT
    marks = [mark_line(mark, tr, added=row.added) for mark in urgency.marks(row)]
    parts: list[ft.Control] = [
        ft.Row(
            [text(row.code, "title_medium", no_wrap=True), complaint_chip(row, tr, selected=chosen)],
            alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
        )
    ]
    if marks:
        parts.append(ft.Row(marks, spacing=12, run_spacing=2, wrap=True))
    for code in row.issues[:_ISSUES_SHOWN]:
        parts.append(text(issue_line(code, lang), "body_medium", max_lines=2))
    where = tr.join(
        [row.facility or tr("workplace not known"), day_words.short(row.received, tr), row.device_label]
    )
    parts.append(text(where, "body_medium", color=soft, max_lines=2))
    return press(
        ft.Column(
            parts,
            spacing=4,
            tight=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            key=ft.ScrollKey(f"complaint-{row.code}-{row.device}"),  # type: ignore[call-arg]
        ),
        on_click=lambda _: on_press(row.code),
        label=spoken(row, tr),
        key=f"complaint-{row.code}-{row.device}",
        bgcolor=ft.Colors.PRIMARY_CONTAINER if chosen else CARD,
        edge=ft.Colors.PRIMARY if chosen else ft.Colors.OUTLINE_VARIANT,
        edge_width=2 if chosen else 1,
        selected=chosen or None,
        radius=12,
        padding=14,
    )
