"""Let a complaint join a case: left as it was told, right the cases of this desk."""

from __future__ import annotations

import flet as ft

from app.actions import casework, complaint_views
from app.actions.views import CaseRow
from app.screens.casework.loading import use_loaded
from app.screens.casework.model import DeskModel
from app.screens.casework.panes import panes
from app.screens.casework.state_chips import status_chip
from app.screens.casework.told_pane import ToldPane
from app.screens.parts import states
from app.screens.parts.buttons import button
from app.screens.parts.type import text
from app.screens.settings.faults import said


@ft.component
def JoinCase(desk: DeskModel, code: str, *, key: str | None = None) -> ft.Control:
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
    open_cases = [case for case in desk.cases or () if case.number not in loaded.value.cases]
    right: list[ft.Control] = [states.problem(desk.problem)] if desk.problem else []
    right.append(text(tr("Join a case"), "title_large", bold=True))
    right.append(
        text(
            tr("The complaint stays as it was told and belongs to the case as well."),
            "body_medium",
            desk=True,
            color=ft.Colors.ON_SURFACE_VARIANT,
        )
    )
    if open_cases:
        right += [_choice(desk, case, code) for case in open_cases]
    else:
        right.append(
            states.empty(
                tr("There is no other case yet."),
                action=tr("Accept, new case"),
                on_action=lambda _: desk.app.replace("new_case", code),
            )
        )
    return panes(
        desk,
        [ToldPane(loaded.value, row, tr, short=True, key=f"told-{code}")],
        right,
        shares=(42, 58),
        right_first=True,
    )


def _choice(desk: DeskModel, case: CaseRow, code: str) -> ft.Control:
    tr = desk.tr

    async def join() -> None:
        done = await desk.do(casework.join_case, case.number, code)
        if done is not None:
            desk.app.replace("case", done.number)

    words = ft.Column(
        [
            ft.Row(
                [text(case.number, "label_large", no_wrap=True), status_chip(case.status, tr)],
                spacing=10,
                wrap=True,
            ),
            text(
                tr.join(
                    [
                        case.title or tr("without a title"),
                        tr.count("{n} complaints", case.complaints, one="{n} complaint"),
                    ]
                ),
                "body_medium",
                desk=True,
                color=ft.Colors.ON_SURFACE_VARIANT,
            ),
        ],
        spacing=2,
        tight=True,
        expand=True,
    )
    return ft.Container(
        padding=ft.Padding.symmetric(vertical=8),
        border=ft.Border.only(bottom=ft.BorderSide(1, ft.Colors.OUTLINE_VARIANT)),
        content=ft.Row(
            [
                words,
                button(
                    tr("Join {case}", case=case.number),
                    kind="second",
                    desk=True,
                    tall=48 if desk.narrow else 36,
                    on_click=lambda _: desk.app.page.run_task(join),
                    key=f"join-{case.number}",
                ),
            ],
            spacing=12,
        ),
    )
