"""One complaint as a page: left as it was told, right screening, what to do with it, and the conversation."""

from __future__ import annotations

import flet as ft

from app.actions import complaint_views
from app.screens.casework.ask_box import AskBox
from app.screens.casework.conversation import conversation
from app.screens.casework.inbox_pane import actions, phone_of
from app.screens.casework.loading import use_loaded
from app.screens.casework.model import DeskModel
from app.screens.casework.panes import panes, scrolling
from app.screens.casework.screening import Screening
from app.screens.casework.told_pane import ToldPane
from app.screens.parts import states, stitch
from app.screens.settings.faults import said


@ft.component
def Complaint(desk: DeskModel, code: str, *, key: str | None = None) -> ft.Control:
    """The page. The record is shown as it came; there is nothing on it that could change it."""
    tr = desk.tr
    device, row = desk.app.device, desk.row(code)
    taken_by = row.device if row else None
    loaded = use_loaded(
        lambda: complaint_views.show(device, code, taken_by=taken_by), [code, taken_by, desk.app.seen]
    )
    if loaded.value is None:
        waiting = (
            states.problem(said(tr, loaded.fault)) if loaded.fault else states.working(tr("Opening it."))
        )
        return ft.Container(waiting, padding=20)
    view = loaded.value
    right: list[ft.Control] = [states.problem(desk.problem)] if desk.problem else []
    right.append(Screening(desk, view, key=f"screening-{code}"))
    if row is not None:
        right += [actions(desk, row, view, ask=False), stitch.divider(inset=0)]
    right.append(conversation(view, tr))
    phone = phone_of(desk, row) if row is not None else view.device_label or tr("the phone")
    right.append(AskBox(desk, code, phone, autofocus=desk.asking, key=f"ask-box-{code}-{desk.asking}"))
    if desk.two_panes:
        return panes(desk, [ToldPane(view, row, tr, key=f"told-{code}")], right, shares=(54, 46))
    words = ToldPane(view, row, tr, part="words", key=f"told-{code}")
    rest = ToldPane(view, row, tr, part="rest", key=f"rest-{code}")
    return scrolling([words, *right, rest], padding=16 if desk.narrow else 20)
