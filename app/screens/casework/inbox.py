"""The inbox: what arrived, urgent first, and beside it the one that is chosen (look/05)."""

from __future__ import annotations

import flet as ft

from app.i18n import Translator
from app.screens.casework import urgency
from app.screens.casework.filter_chips import filter_chips
from app.screens.casework.inbox_list import InboxList
from app.screens.casework.inbox_pane import InboxPane
from app.screens.casework.model import DeskModel
from app.screens.casework.urgency import Filter
from app.screens.parts import states
from app.screens.parts.type import text


def _filter_word(chosen: Filter, n: int, tr: Translator) -> str:
    if chosen is Filter.TODO:
        return tr("To decide {n}", n=n)
    if chosen is Filter.URGENT:
        return tr("Danger or reprisal {n}", n=n)
    if chosen is Filter.ADDED:
        return tr("Added to {n}", n=n)
    if chosen is Filter.IN_CASE:
        return tr("In a case {n}", n=n)
    return tr("All {n}", n=n)


@ft.component
def Inbox(desk: DeskModel, *, key: str | None = None) -> ft.Control:
    """The list, and from 1000 px on the pane of the chosen line."""
    tr = desk.tr
    if desk.rows is None:
        return ft.Container(
            states.working(tr("Opening the inbox.")), padding=24, alignment=ft.Alignment.TOP_CENTER
        )
    rows = desk.inbox()
    chosen = desk.chosen()
    options = [(one.value, _filter_word(one, n, tr)) for one, n in urgency.offered(desk.rows)]
    bar = ft.Row(
        [
            ft.Container(
                filter_chips(
                    options,
                    chosen=desk.filter.value,
                    on_choose=lambda value: desk.choose_filter(Filter(value)),
                    tall=desk.narrow,
                    key="filter",
                ),
                expand=True,
            ),
        ],
        spacing=12,
    )
    if desk.room_for_table:
        bar.controls += [
            text(
                tr("Urgent first, then oldest"),
                "label_medium",
                color=ft.Colors.ON_SURFACE_VARIANT,
                no_wrap=True,
            ),
            ft.Icon(ft.Icons.SORT_ROUNDED, size=18, color=ft.Colors.ON_SURFACE_VARIANT),
        ]
    if not rows:
        content: ft.Control = states.empty(_nothing(desk))
    else:
        marked = chosen.code if chosen and desk.two_panes else None
        content = InboxList(desk, rows, marked, key=f"list-{desk.filter}")
    side = 16 if desk.narrow else 20
    listing = ft.Container(
        padding=ft.Padding.only(left=side, right=side, top=10),
        expand=True,
        content=ft.Column([bar, content], spacing=4 if desk.room_for_table else 12, expand=True),
    )
    if not desk.two_panes or chosen is None:
        return listing
    return ft.Row(
        [
            listing,
            ft.Container(
                width=440 if desk.width >= 1300 else 380,
                bgcolor=ft.Colors.SURFACE_CONTAINER_LOW,
                border=ft.Border.only(left=ft.BorderSide(1, ft.Colors.OUTLINE_VARIANT)),
                content=InboxPane(desk, chosen, key=f"pane-{chosen.code}"),
            ),
        ],
        spacing=0,
        expand=True,
        vertical_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _nothing(desk: DeskModel) -> str:
    if desk.filter is Filter.TODO:
        if desk.rows:
            return desk.tr("Nothing to decide. All that arrived is in a case.")
        return desk.tr("Nothing has arrived yet. Finished complaints come with the next Sync now.")
    return desk.tr("Nothing here.")
