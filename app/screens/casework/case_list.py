"""All cases of this desk, the last changed first."""

from __future__ import annotations

import flet as ft

from app.actions.views import CaseRow
from app.i18n import Translator
from app.screens.casework import day_words, table
from app.screens.casework.in_view import use_in_view
from app.screens.casework.model import DeskModel
from app.screens.casework.state_chips import status_chip, status_word, type_word
from app.screens.casework.table import Column
from app.screens.parts import states
from app.screens.parts.palette import CARD
from app.screens.parts.press import press
from app.screens.parts.type import text


def _columns(tr: Translator) -> list[Column]:
    return [
        Column(tr("Case"), width=138),
        Column(tr("Title"), expand=6),
        Column(tr("Type"), width=104),
        Column(tr("Complaints"), width=104, right=True),
        Column(tr("Lead"), width=120),
        Column(tr("Changed"), width=100),
        Column(tr("Status"), width=180),
    ]


def _spoken(case: CaseRow, tr: Translator) -> str:
    said = [
        case.number,
        case.title or tr("without a title"),
        tr("two values to choose from") if case.conflicts else "",
        tr.count("{n} complaints", case.complaints, one="{n} complaint"),
        case.assignee_label or "",
        status_word(case.status, tr),
    ]
    return ", ".join(part for part in said if part)


@ft.component
def CaseList(desk: DeskModel, *, key: str | None = None) -> ft.Control:
    """The table; cards on a narrow screen."""
    tr = desk.tr
    if desk.cases is None:
        return ft.Container(states.working(tr("Opening the cases.")), padding=24)
    if not desk.cases:
        return states.empty(
            tr("There is no case yet. A case begins with a complaint from the inbox."),
            action=tr("Open the inbox"),
            on_action=lambda _: desk.root("inbox"),
        )
    chosen = desk.case or desk.cases[0].number
    lines: list[ft.Control] = []
    if desk.narrow:
        lines = [_card(desk, case) for case in desk.cases]
    else:
        lines = [_line(desk, case, case.number == chosen) for case in desk.cases]
    listing = ft.Column(
        lines,
        spacing=8 if desk.narrow else 0,
        scroll=ft.ScrollMode.AUTO,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    keys = [f"case-{case.number}" for case in desk.cases]
    use_in_view(listing, keys, f"case-{chosen}", height=desk.app.page.height)
    return ft.Container(
        padding=ft.Padding.symmetric(horizontal=16 if desk.narrow else 20, vertical=10),
        expand=True,
        content=ft.Column(
            [*([] if desk.narrow else [table.head(_columns(tr))]), listing],
            spacing=0,
            expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
    )


def _conflict_mark(tr: Translator) -> ft.Control:
    return ft.Row(
        [
            ft.Icon(ft.Icons.CALL_SPLIT_ROUNDED, size=16, color=ft.Colors.TERTIARY),
            text(tr("two values to choose from"), "label_medium", bold=True, color=ft.Colors.TERTIARY),
        ],
        spacing=4,
        tight=True,
    )


def _line(desk: DeskModel, case: CaseRow, selected: bool) -> ft.Control:
    tr = desk.tr
    title: list[ft.Control] = [
        table.words(case.title or tr("without a title"), selected=selected, soft=not case.title)
    ]
    if case.conflicts:
        title.append(_conflict_mark(tr))
    cells: list[ft.Control] = [
        table.words(case.number, selected=selected, bold=True, lines=1),
        ft.Column(title, spacing=2, tight=True),
        table.words(type_word(case.case_type, tr), selected=selected, soft=True, lines=1),
        table.words(str(case.complaints), selected=selected, lines=1),
        table.words(
            case.assignee_label or tr("nobody yet"), selected=selected, soft=not case.assignee, lines=1
        ),
        table.words(day_words.short(case.changed, tr), selected=selected, soft=True, lines=1),
        status_chip(case.status, tr, selected=selected),
    ]
    return table.line(
        _columns(tr),
        cells,
        on_press=lambda: desk.go("case", case.number),
        selected=selected,
        spoken=_spoken(case, tr),
        key=f"case-{case.number}",
    )


def _card(desk: DeskModel, case: CaseRow) -> ft.Control:
    tr = desk.tr
    parts: list[ft.Control] = [
        ft.Row(
            [text(case.number, "title_medium", no_wrap=True), status_chip(case.status, tr)],
            alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
        ),
        text(case.title or tr("without a title"), "body_medium", max_lines=2),
    ]
    if case.conflicts:
        parts.append(_conflict_mark(tr))
    rest = [
        type_word(case.case_type, tr),
        tr.count("{n} complaints", case.complaints, one="{n} complaint"),
        case.assignee_label or "",
        day_words.short(case.changed, tr),
    ]
    parts.append(text(tr.join(rest), "body_medium", color=ft.Colors.ON_SURFACE_VARIANT))
    return press(
        ft.Column(parts, spacing=4, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        on_click=lambda _: desk.go("case", case.number),
        label=_spoken(case, tr),
        key=f"case-{case.number}",
        bgcolor=CARD,
        edge=ft.Colors.OUTLINE_VARIANT,
        radius=12,
        padding=14,
    )
