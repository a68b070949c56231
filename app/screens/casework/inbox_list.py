"""The lines of the inbox under a filter: a table where it has room, else cards, page by page."""

from __future__ import annotations

import flet as ft

from app.actions.views import InboxRow
from app.screens.casework import table
from app.screens.casework.in_view import use_in_view
from app.screens.casework.inbox_lines import InboxCard, InboxLine, columns
from app.screens.casework.memo import memoised
from app.screens.casework.model import DeskModel
from app.screens.parts.buttons import button

_PAGE = 60
"""More than a handler works through in a morning; the rest is one press away."""


@ft.component
def InboxList(
    desk: DeskModel, rows: list[InboxRow], chosen: str | None, *, key: str | None = None
) -> ft.Control:
    """The list. It scrolls by itself and keeps the chosen line in view."""
    pages, set_pages = ft.use_state(1)
    codes = [row.code for row in rows]
    needed = codes.index(chosen) // _PAGE + 1 if chosen in codes else 1
    held = rows[: max(pages, needed) * _PAGE]
    lang, press = desk.app.lang, desk.select
    lines: list[ft.Control]
    if desk.room_for_table:
        line = memoised(InboxLine)
        lines = [line(row, row.code == chosen, lang, press, key=f"{row.device}-{row.code}") for row in held]
    else:
        card = memoised(InboxCard)
        lines = [card(row, row.code == chosen, lang, press, key=f"{row.device}-{row.code}") for row in held]
    left = len(rows) - len(held)
    if left > 0:
        more = button(
            desk.tr("Show {n} more", n=left),
            kind="plain",
            desk=True,
            on_click=lambda _: set_pages(max(pages, needed) + 1),
            key="more",
        )
        lines.append(ft.Container(more, padding=12))
    listing = ft.Column(
        lines,
        spacing=0 if desk.room_for_table else 8,
        scroll=ft.ScrollMode.AUTO,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    use_in_view(
        listing,
        [f"complaint-{row.code}-{row.device}" for row in held],
        next((f"complaint-{row.code}-{row.device}" for row in held if row.code == chosen), None),
        height=desk.app.page.height,
    )
    if not desk.room_for_table:
        return listing
    return ft.Column(
        [table.head(columns(desk.tr)), listing],
        spacing=0,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
