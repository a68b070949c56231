"""A date as far as it is known: a year, then a month, then a day. Never more than she knows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import flet as ft

from app.i18n import Translator
from app.screens.parts.chips import choice_chip
from app.screens.parts.type import text

_DAYS_A_ROW = 7
_YEARS_OFFERED = 4


@ft.component
def partial_date(
    *,
    tr: Translator,
    value: str | None,
    on_change: Callable[[str | None], None],
    today: date,
    label: str = "",
    name: str = "date",
    key: str | None = None,  # taken by the component itself
) -> ft.Control:
    """Chips for the year, the month and the day. `value` is "2019", "2019-06" or "2019-06-15"."""
    earlier, set_earlier = ft.use_state(0)
    parts = value.split("-") if value else []
    year = int(parts[0]) if parts else None
    month = int(parts[1]) if len(parts) > 1 else None
    day = int(parts[2]) if len(parts) > 2 else None
    shown: list[ft.Control] = []
    if label:
        shown.append(text(label, "body_medium", bold=True))
    shown.append(_years(tr, year, today.year - earlier, on_change, lambda: set_earlier(earlier + 3), name))
    if year is not None:
        shown.append(_months(tr, year, month, today, on_change, name))
    if year is not None and month is not None:
        shown.append(text(tr("The day, if she knows it"), "body_medium", color=ft.Colors.ON_SURFACE_VARIANT))
        shown.append(_days(tr, year, month, day, today, on_change, name))
    return ft.Column(shown, spacing=8, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _years(
    tr: Translator,
    year: int | None,
    latest: int,
    on_change: Callable[[str | None], None],
    on_earlier: Callable[[], None],
    name: str,
) -> ft.Control:
    offered = [latest - back for back in range(_YEARS_OFFERED - 1)]
    if year is not None and year not in offered:
        offered = [year, *offered[:2]]

    def chip(one: int) -> ft.Control:
        return choice_chip(
            tr.digits(str(one)),
            chosen=one == year,
            on_click=lambda _: on_change(None if one == year else str(one)),
            expand=1,
            tick=False,
            key=f"{name}-year-{one}",
        )

    return ft.Row(
        [
            *[chip(one) for one in offered],
            choice_chip(
                tr("Earlier"), chosen=False, on_click=lambda _: on_earlier(), expand=1, key=f"{name}-earlier"
            ),
        ],
        spacing=8,
    )


def _months(
    tr: Translator,
    year: int,
    month: int | None,
    today: date,
    on_change: Callable[[str | None], None],
    name: str,
) -> ft.Control:
    def chip(one: int) -> ft.Control:
        if (year, one) > (today.year, today.month):
            return ft.Container(expand=1)
        written = f"{year:04}-{one:02}"
        return choice_chip(
            tr.month_name(one),
            chosen=one == month,
            on_click=lambda _: on_change(f"{year:04}" if one == month else written),
            expand=1,
            tick=False,
            key=f"{name}-month-{one}",
        )

    last = 12 if year < today.year else today.month
    rows = [range(first, first + 3) for first in range(1, last + 1, 3)]
    return ft.Column([ft.Row([chip(one) for one in row], spacing=8) for row in rows], spacing=6, tight=True)


def _days(
    tr: Translator,
    year: int,
    month: int,
    day: int | None,
    today: date,
    on_change: Callable[[str | None], None],
    name: str,
) -> ft.Control:
    following = date(year + month // 12, month % 12 + 1, 1)
    last = (following - date(year, month, 1)).days
    if (year, month) == (today.year, today.month):
        last = today.day

    def chip(one: int) -> ft.Control:
        if one > last:
            return ft.Container(expand=1)
        written = f"{year:04}-{month:02}-{one:02}"
        return choice_chip(
            tr.digits(str(one)),
            chosen=one == day,
            on_click=lambda _: on_change(f"{year:04}-{month:02}" if one == day else written),
            expand=1,
            tick=False,
            key=f"{name}-day-{one}",
        )

    rows = [range(first, first + _DAYS_A_ROW) for first in range(1, last + 1, _DAYS_A_ROW)]
    return ft.Column([ft.Row([chip(one) for one in row], spacing=4) for row in rows], spacing=4, tight=True)
