"""A new case from a complaint: left as it was told, right what the union makes of it (look/06)."""

from __future__ import annotations

from typing import Any

import flet as ft

from app.actions import casework, complaint_views
from app.actions.views import CaseView, ComplaintView, InboxRow
from app.i18n import Translator
from app.screens.casework import record_words
from app.screens.casework.desk_field import DeskField
from app.screens.casework.filter_chips import filter_chips
from app.screens.casework.issue_words import issue_line, issue_name
from app.screens.casework.loading import use_loaded
from app.screens.casework.model import DeskModel
from app.screens.casework.panes import panes
from app.screens.casework.segments import segments
from app.screens.casework.state_chips import type_word
from app.screens.casework.told_pane import ToldPane, said_lines
from app.screens.parts import states
from app.screens.parts.buttons import button
from app.screens.parts.type import text
from app.screens.settings.faults import said

CASE_TYPES = ("individual", "group", "collective")


def proposed_title(row: InboxRow | None, tr: Translator) -> str:
    """Workplace and first issue, never a person: a title is seen by whoever passes the desk."""
    if row is None:
        return ""
    issue = issue_name(row.issues[0], tr.lang) if row.issues else ""
    return ", ".join(part for part in (row.facility, issue) if part)


def proposed_type(record: dict[str, Any] | None) -> str:
    """Group when she spoke for several, else individual. Collective is for people to say."""
    record = record or {}
    several = (record.get("affected") or {}).get("count") or 0
    return "group" if record.get("filed_by") in ("group", "union") or several > 1 else "individual"


def make_case(device: Any, code: str, *, title: str, case_type: str, lead: str | None) -> CaseView:
    """The case and its lead: two operations, as they are two decisions."""
    made = casework.new_case(device, [code], title=title.strip() or None, case_type=case_type)
    return casework.assign(device, made.number, lead) if lead else made


@ft.component
def CaseForm(desk: DeskModel, code: str, *, key: str | None = None) -> ft.Control:
    """The page."""
    tr = desk.tr
    device, row = desk.app.device, desk.row(code)
    taken_by = row.device if row else None
    loaded = use_loaded(lambda: complaint_views.show(device, code, taken_by=taken_by), [code, taken_by])
    if loaded.value is None:
        waiting = (
            states.problem(said(tr, loaded.fault)) if loaded.fault else states.working(tr("Opening it."))
        )
        return ft.Container(waiting, padding=20)
    view = loaded.value
    right: list[ft.Control] = [states.problem(desk.problem)] if desk.problem else []
    right.append(_Form(desk, view, row, key=f"form-{code}"))
    return panes(desk, [ToldPane(view, row, tr, short=True, key=f"told-{code}")], right, shares=(42, 58))


@ft.component
def _Form(
    desk: DeskModel, view: ComplaintView, row: InboxRow | None, *, key: str | None = None
) -> ft.Control:
    tr = desk.tr
    device = desk.app.device
    title, set_title = ft.use_state(proposed_title(row, tr))
    case_type, set_type = ft.use_state(proposed_type(view.record))
    lead, set_lead = ft.use_state(device.id.hex())
    handlers = [(known.hex(), label or tr("this desk")) for known, label in device.handlers()]

    async def save() -> None:
        made = await desk.do(make_case, view.code, title=title, case_type=case_type, lead=lead or None)
        if made is not None:
            desk.app.replace("case", made.number)

    def obey(command: str) -> None:
        if command == "save":
            desk.app.page.run_task(save)

    desk.on_commands(obey)
    heading = ft.Row(
        [
            text(tr("New case"), "title_large", bold=True, no_wrap=True),
            text(
                tr("number given on save"),
                "body_medium",
                desk=True,
                color=ft.Colors.ON_SURFACE_VARIANT,
                expand=not desk.narrow,
            ),
        ],
        spacing=10,
        expand=not desk.narrow,
    )
    kinds = segments(
        [(name, type_word(name, tr)) for name in CASE_TYPES],
        chosen=case_type,
        on_choose=set_type,
        question=tr("Case type"),
        width=None if desk.narrow else 330,
        tall=desk.narrow,
        key="type",
    )
    record = view.record or {}
    known = [
        record_words.Line(tr("Workplace"), record_words.workplace(record, tr)),
        record_words.Line(tr("Happened"), record_words.when(record, tr)),
        record_words.Line(tr("Asked for"), record.get("remedy_wanted") or ""),
        record_words.Line(
            tr("Issues"), tr.join(issue_line(code, tr.lang) for code in record.get("issues") or ())
        ),
    ]
    return ft.Column(
        [
            ft.Column([heading, kinds], spacing=10, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
            if desk.narrow
            else ft.Row([heading, kinds], spacing=12),
            DeskField(
                desk,
                "title",
                label=tr("Title, without anybody's name"),
                value=title,
                on_change=lambda words: set_title(words),
                aside=tr("from complaint") if title == proposed_title(row, tr) and title else "",
                key="case-title",
            ),
            ft.Column(
                [
                    text(tr("Lead"), "label_large"),
                    filter_chips(
                        [*handlers, ("", tr("Nobody yet"))],
                        chosen=lead,
                        on_choose=set_lead,
                        tall=desk.narrow,
                        key="lead",
                    ),
                ],
                spacing=6,
                tight=True,
            ),
            ft.Column(
                [
                    ft.Row(
                        [
                            ft.Container(text(tr("From the complaint"), "label_large"), expand=True),
                            ft.Icon(ft.Icons.SUBDIRECTORY_ARROW_RIGHT_ROUNDED, size=16),
                            text(
                                tr("stays as it was told"), "label_medium", color=ft.Colors.ON_SURFACE_VARIANT
                            ),
                        ],
                        spacing=4,
                    ),
                    said_lines([line for line in known if line.value]),
                ],
                spacing=4,
                tight=True,
                horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
            ),
            ft.Row(
                [
                    button(
                        tr("Save case"),
                        hint=None if desk.narrow else "Ctrl Enter",
                        desk=True,
                        tall=48 if desk.narrow else 36,
                        on_click=lambda _: desk.app.page.run_task(save),
                        key="save-case",
                    ),
                    button(
                        tr("Join a case instead"),
                        kind="second",
                        desk=True,
                        tall=48 if desk.narrow else 36,
                        on_click=lambda _: desk.go("join", view.code),
                        key="join-instead",
                    ),
                ],
                spacing=8,
                run_spacing=8,
                wrap=True,
            ),
        ],
        spacing=16,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
