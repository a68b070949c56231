"""One case: what it is, its next step and lead, notes, its complaints, its history, and what must be settled
first.
"""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.actions import casework
from app.actions.views import CaseView, ConflictSide, ConflictView, InboxRow
from app.screens.casework import day_words
from app.screens.casework.case_notes import CaseNotes
from app.screens.casework.case_words import history_line
from app.screens.casework.conflict_pair import conflict_pair
from app.screens.casework.filter_chips import filter_chips
from app.screens.casework.issue_words import issue_line
from app.screens.casework.loading import use_loaded
from app.screens.casework.model import DeskModel
from app.screens.casework.panes import scrolling
from app.screens.casework.state_chips import status_chip, status_word, type_word
from app.screens.parts import states, stitch
from app.screens.parts.buttons import button
from app.screens.parts.palette import CARD
from app.screens.parts.press import press
from app.screens.parts.type import text
from app.screens.settings.faults import said

_HISTORY_SHOWN = 60


@ft.component
def CasePage(desk: DeskModel, number: str, *, key: str | None = None) -> ft.Control:
    """The page: three panes from 1200 px, two from 1000, else one under the other."""
    tr = desk.tr
    device = desk.app.device
    loaded = use_loaded(lambda: casework.case(device, number), [number, desk.app.seen])
    if loaded.value is None:
        waiting = (
            states.problem(said(tr, loaded.fault)) if loaded.fault else states.working(tr("Opening it."))
        )
        return ft.Container(waiting, padding=20)
    case = loaded.value

    def keep(field: str) -> Callable[[ConflictSide], None]:
        def kept(side: ConflictSide) -> None:
            desk.app.page.run_task(desk.do, casework.resolve, number, field, side.op)

        return kept

    def obey(command: str) -> None:
        if command in ("keep_1", "keep_2") and case.conflicts:
            first = case.conflicts[0]
            keep(first.field)(first.sides[int(command[-1]) - 1])

    desk.on_commands(obey)
    left = _overview(desk, case)
    middle: list[ft.Control] = [states.problem(desk.problem)] if desk.problem else []
    middle += [_title(desk, case), *_conflicts(desk, case.conflicts, keep)]
    middle += [_steps(desk, case), _lead(desk, case), CaseNotes(desk, case, obey, key=f"notes-{case.id}")]
    right = _history(desk, case)
    hairline = ft.BorderSide(1, ft.Colors.OUTLINE_VARIANT)
    if not desk.two_panes:
        return scrolling([*middle, *left, *right], padding=16 if desk.narrow else 20)
    side = ft.Container(
        scrolling(left if desk.width >= 1200 else [*left, *right]),
        width=250 if desk.width >= 1200 else 300,
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOW,
        border=ft.Border.only(right=hairline),
    )
    shown: list[ft.Control] = [side, ft.Container(scrolling(middle), expand=True)]
    if desk.width >= 1200:
        shown.append(
            ft.Container(
                scrolling(right),
                width=280,
                bgcolor=ft.Colors.SURFACE_CONTAINER_LOW,
                border=ft.Border.only(left=hairline),
            )
        )
    return ft.Row(shown, spacing=0, expand=True, vertical_alignment=ft.CrossAxisAlignment.STRETCH)


def _overview(desk: DeskModel, case: CaseView) -> list[ft.Control]:
    tr = desk.tr
    places = list(dict.fromkeys(row.facility for row in case.complaints if row.facility))
    soft = ft.Colors.ON_SURFACE_VARIANT
    begun = tr.join(
        [type_word(case.case_type, tr), tr("opened {when}", when=day_words.long(case.opened, tr))]
    )
    parts: list[ft.Control] = [
        ft.Column(
            [
                text(case.number, "label_large", no_wrap=True, key="case-number"),
                *(text(place, "body_medium", desk=True, color=soft) for place in places),
            ],
            spacing=2,
            tight=True,
        ),
        ft.Row([status_chip(case.status, tr)]),
        text(begun, "body_medium", desk=True, color=soft),
        stitch.divider(inset=0),
        text(tr.count("{n} complaints", len(case.complaints), one="{n} complaint"), "label_large"),
    ]  # fmt: skip
    return [*parts, *(_complaint(desk, row) for row in case.complaints)]


def _complaint(desk: DeskModel, row: InboxRow) -> ft.Control:
    tr = desk.tr
    issues = [issue_line(code, tr.lang) for code in row.issues]
    lines: list[ft.Control] = [text(row.code, "label_large", no_wrap=True)]
    lines += [text(issue, "body_medium", desk=True, max_lines=2) for issue in issues[:3]]
    where = tr.join([row.device_label, day_words.short(row.received, tr)])
    lines.append(text(where, "body_medium", desk=True, color=ft.Colors.ON_SURFACE_VARIANT))
    return press(
        ft.Column(lines, spacing=2, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        on_click=lambda _: desk.go("complaint", row.code),
        label=", ".join([tr("Complaint"), row.code, *issues]),
        key=f"complaint-{row.code}",
        bgcolor=CARD,
        edge=ft.Colors.OUTLINE_VARIANT,
        radius=10,
        padding=ft.Padding.symmetric(horizontal=12, vertical=8),
    )


def _title(desk: DeskModel, case: CaseView) -> ft.Control:
    return text(case.title or desk.tr("without a title"), "title_large", bold=True, selectable=True)


def _conflicts(
    desk: DeskModel, conflicts: list[ConflictView], keep: Callable[[str], Callable[[ConflictSide], None]]
) -> list[ft.Control]:
    return [
        conflict_pair(one, desk.tr, narrow=desk.width < 760, on_keep=keep(one.field), keys=n == 0)
        for n, one in enumerate(conflicts)
    ]


def _steps(desk: DeskModel, case: CaseView) -> ft.Control:
    tr = desk.tr
    usual = [
        step
        for step in case.allowed_statuses
        if step not in ("paused_for_safety", "withdrawn", "lost_contact")
    ]
    aside = [step for step in case.allowed_statuses if step not in usual]

    def step(status: str, kind: str) -> ft.Control:
        return button(
            status_word(status, tr),
            kind=kind,  # type: ignore[arg-type]
            desk=True,
            tall=48 if desk.narrow else 36,
            on_click=lambda _: desk.app.page.run_task(desk.do, casework.set_status, case.number, status),
            key=f"status-{status}",
        )

    rows: list[ft.Control] = [
        ft.Row(
            [
                text(tr("Next step"), "label_large"),
                text(tr("now: {status}", status=status_word(case.status, tr)), "body_medium", desk=True,
                     color=ft.Colors.ON_SURFACE_VARIANT),
            ],
            spacing=8,
        ),
        ft.Row([step(one, "outlined") for one in usual], spacing=8, run_spacing=8, wrap=True),
    ]  # fmt: skip
    if aside:
        rows.append(ft.Row([step(one, "plain") for one in aside], spacing=8, run_spacing=8, wrap=True))
    if "closed" not in case.allowed_statuses and case.status != "closed":
        rows.append(
            text(
                tr("A case closes when what was agreed is paid and verified, never from a promise."),
                "body_medium",
                desk=True,
                color=ft.Colors.ON_SURFACE_VARIANT,
            )
        )
    return ft.Column(rows, spacing=8, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _lead(desk: DeskModel, case: CaseView) -> ft.Control:
    tr = desk.tr

    def choose(handler: str) -> None:
        if handler == (case.assignee or ""):
            return
        desk.app.page.run_task(desk.do, casework.assign, case.number, handler or None)

    options = [(one.id, one.label or tr("this desk")) for one in case.handlers]
    return ft.Column(
        [
            text(tr("Lead"), "label_large"),
            filter_chips(
                [*options, ("", tr("Nobody yet"))],
                chosen=case.assignee or "",
                on_choose=choose,
                tall=desk.narrow,
                key="assign",
            ),
        ],
        spacing=8,
        tight=True,
    )


def _history(desk: DeskModel, case: CaseView) -> list[ft.Control]:
    tr = desk.tr
    lines: list[ft.Control] = [text(tr("History"), "label_large")]
    for event in reversed(case.history[-_HISTORY_SHOWN:]):
        lines.append(
            ft.Container(
                padding=ft.Padding.only(bottom=8),
                border=ft.Border.only(bottom=ft.BorderSide(1, ft.Colors.OUTLINE_VARIANT)),
                content=ft.Column(
                    [
                        text(history_line(event, tr), "body_medium", desk=True),
                        text(tr.join([event.by, day_words.long(event.at, tr)]), "label_medium",
                             color=ft.Colors.ON_SURFACE_VARIANT),
                    ],
                    spacing=0,
                    tight=True,
                ),
            )
        )  # fmt: skip
    return lines
