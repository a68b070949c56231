"""The rail on the left, labels always on; on a narrow screen the bar at the bottom."""

from __future__ import annotations

import flet as ft

from app.screens.casework import urgency
from app.screens.casework.model import DeskModel
from app.screens.casework.places import Place, places, rail_place, settings
from app.screens.parts.press import press
from app.screens.parts.type import text

WIDTH = 88


def rail(desk: DeskModel) -> ft.Control:
    """The places, one under the other; Settings and Lock at the foot."""
    tr = desk.tr
    lock = Place("lock", tr("Lock"), ft.Icons.LOCK_ROUNDED, ft.Icons.LOCK_ROUNDED, "Ctrl L")
    places_shown = [_item(desk, place, count=_count(desk, place.name)) for place in places(tr)]
    return ft.Container(
        width=WIDTH,
        bgcolor=ft.Colors.SURFACE_CONTAINER,
        border=ft.Border.only(right=ft.BorderSide(1, ft.Colors.OUTLINE_VARIANT)),
        padding=ft.Padding.only(top=16, bottom=12),
        content=ft.Column(
            [
                _badge(),
                ft.Column(places_shown, spacing=6, tight=True, scroll=ft.ScrollMode.AUTO, expand=True),
                _item(desk, settings(tr)),
                _item(desk, lock),
            ],
            spacing=6,
            horizontal_alignment=ft.CrossAxisAlignment.CENTER,
        ),
    )


def bar(desk: DeskModel) -> ft.Control:
    """The same places side by side; Lock stands at the top right of every page."""
    shown = [*places(desk.tr), settings(desk.tr)]
    return ft.Container(
        bgcolor=ft.Colors.SURFACE_CONTAINER,
        border=ft.Border.only(top=ft.BorderSide(1, ft.Colors.OUTLINE_VARIANT)),
        padding=ft.Padding.symmetric(vertical=4),
        content=ft.Row(
            [_item(desk, place, count=_count(desk, place.name), expand=True) for place in shown], spacing=0
        ),
    )


def _badge() -> ft.Control:
    """The neutral square with three rows of stitches."""
    stitch = ft.Container(width=5, height=2.5, border_radius=1, bgcolor=ft.Colors.ON_PRIMARY)
    row = ft.Row([stitch, stitch, stitch], spacing=2.5, tight=True)
    return ft.Semantics(
        exclude_semantics=True,
        content=ft.Container(
            width=28,
            height=28,
            border_radius=6,
            bgcolor=ft.Colors.PRIMARY,
            alignment=ft.Alignment.CENTER,
            margin=ft.Margin.only(bottom=8),
            content=ft.Column([row, row, row], spacing=3, tight=True),
        ),
    )


def _count(desk: DeskModel, place: str) -> int:
    if place == "inbox":
        return urgency.not_screened(desk.rows or ())
    if place == "arrivals":
        return sum(one.to - one.from_ + 1 for one in desk.missing)  # a fork is one number, and counts
    return 0


def _item(desk: DeskModel, place: Place, *, count: int = 0, expand: bool = False) -> ft.Control:
    tr = desk.tr
    chosen = rail_place(desk.place) == place.name
    ink = ft.Colors.ON_SURFACE if chosen else ft.Colors.ON_SURFACE_VARIANT
    pill = ft.Container(
        left=2,
        top=0,
        width=56,
        height=30,
        border_radius=15,
        bgcolor=ft.Colors.SECONDARY_CONTAINER if chosen else None,
        alignment=ft.Alignment.CENTER,
        content=ft.Icon(place.chosen_icon if chosen else place.icon, size=22, color=ink),
    )
    over: list[ft.Control] = [pill]
    if count:
        over.append(
            ft.Container(
                right=0,
                top=0,
                height=17,
                border_radius=9,
                bgcolor=ft.Colors.PRIMARY,
                padding=ft.Padding.symmetric(horizontal=5),
                alignment=ft.Alignment.CENTER,
                content=text(tr.number(count), "label_small", color=ft.Colors.ON_PRIMARY, no_wrap=True),
            )
        )

    def go(_: object) -> None:
        if place.name == "lock":
            desk.app.lock()
        elif place.name != desk.place:
            desk.root(place.name)

    spoken = place.word if not count else tr("{place}, {n} waiting", place=place.word, n=count)
    return press(
        ft.Column(
            [
                ft.Stack(over, width=60, height=30),
                text(place.word, "label_medium", bold=chosen, color=ink, align=ft.TextAlign.CENTER),
            ],
            spacing=3,
            tight=True,
            horizontal_alignment=ft.CrossAxisAlignment.CENTER,
        ),
        on_click=go,
        label=spoken,
        selected=chosen,
        key=f"place-{place.name}",
        radius=12,
        padding=ft.Padding.symmetric(vertical=4, horizontal=0),
        alignment=ft.Alignment.CENTER,
        width=None if expand else WIDTH - 8,
        expand=expand,
    )
