"""Beside the inbox: the chosen complaint in short, its screening, and what can be done with it (look/05)."""

from __future__ import annotations

import flet as ft

from app.actions import complaint_views
from app.actions.views import ComplaintView, InboxRow
from app.screens.casework.ask_box import AskBox
from app.screens.casework.complaint_head import complaint_head
from app.screens.casework.loading import use_loaded
from app.screens.casework.model import DeskModel
from app.screens.casework.narrative import narrative
from app.screens.casework.screening import Screening
from app.screens.parts import states, stitch
from app.screens.parts.buttons import button
from app.screens.settings.faults import said

_LINES = 9
_LINES_LOW = 5
"""On a low window and beside an ask box, so that what can be done stays in sight."""

_LOW = 880


@ft.component
def InboxPane(desk: DeskModel, row: InboxRow, *, key: str | None = None) -> ft.Control:
    """The pane; it scrolls by itself."""
    tr = desk.tr
    device = desk.app.device
    loaded = use_loaded(
        lambda: complaint_views.show(device, row.code, taken_by=row.device), [row.code, desk.app.seen]
    )
    parts: list[ft.Control] = []
    if loaded.value is not None:
        view = loaded.value
        asking: list[ft.Control] = []
        if desk.asking:
            phone = phone_of(desk, row)
            asking = [AskBox(desk, row.code, phone, autofocus=True, key=f"ask-box-{row.code}")]
        parts += [
            complaint_head(view, row, tr),
            narrative(view.record, tr, max_lines=_lines(desk)),
            *asking,
            Screening(desk, view, key=f"screening-{row.code}"),
            stitch.divider(inset=0),
            actions(desk, row, view, read_all=True),
        ]
    elif loaded.fault is not None:
        parts.append(states.problem(said(tr, loaded.fault)))
    if desk.problem:
        parts.insert(0, states.problem(desk.problem))
    return ft.Column(
        [
            ft.Container(
                ft.Column(parts, spacing=14, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
                padding=20,
            )
        ],
        scroll=ft.ScrollMode.AUTO,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _lines(desk: DeskModel) -> int:
    low = desk.asking or (desk.app.page.height or _LOW) < _LOW
    return _LINES_LOW if low else _LINES


def phone_of(desk: DeskModel, row: InboxRow) -> str:
    """The label of the phone, or words for one that has none."""
    return row.device_label or desk.tr("the phone")


def actions(
    desk: DeskModel, row: InboxRow, view: ComplaintView, *, read_all: bool = False, ask: bool = True
) -> ft.Control:
    """Accept, join, ask. Where it is in a case already, the case comes first."""
    tr = desk.tr
    tall = 48 if desk.narrow else 36
    hints = not desk.narrow

    def ask_now(_: object) -> None:
        desk.acted()
        desk.asking = not desk.asking

    shown: list[ft.Control] = []
    for number in view.cases:
        shown.append(
            button(
                tr("Open {case}", case=number),
                on_click=lambda _, number=number: desk.go("case", number),
                desk=True,
                tall=tall,
                key=f"open-{number}",
            )
        )
    shown.append(
        button(
            tr("Accept, new case"),
            kind="plain" if view.cases else "main",
            hint="c" if hints else None,
            on_click=lambda _: desk.go("new_case", row.code),
            desk=True,
            tall=tall,
            key="accept",
        )
    )
    shown.append(
        button(
            tr("Join a case"),
            kind="plain" if view.cases else "second",
            hint="m" if hints else None,
            on_click=lambda _: desk.go("join", row.code),
            desk=True,
            tall=tall,
            key="join",
        )
    )
    if read_all:
        shown.append(
            button(
                tr("Read it all"),
                kind="outlined",
                hint="Enter" if hints else None,
                on_click=lambda _: desk.go("complaint", row.code),
                desk=True,
                tall=tall,
                key="read-all",
            )
        )
    if ask:
        shown.append(
            button(
                tr("Ask {phone}", phone=phone_of(desk, row)),
                kind="plain",
                hint="q" if hints else None,
                on_click=ask_now,
                desk=True,
                tall=tall,
                key="ask-phone",
            )
        )
    return ft.Row(shown, spacing=8, run_spacing=10, wrap=True)
