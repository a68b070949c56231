"""Two panes side by side from 1000 px on, one under the other below; each scrolls by itself where they stand
beside.
"""

from __future__ import annotations

from collections.abc import Sequence

import flet as ft

from app.screens.casework.model import DeskModel


def scrolling(parts: Sequence[ft.Control], *, padding: int = 20, spacing: int = 14) -> ft.Control:
    """A pane that scrolls."""
    return ft.Column(
        [
            ft.Container(
                padding=padding,
                content=ft.Column(
                    list(parts),
                    spacing=spacing,
                    tight=True,
                    horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
                ),
            )
        ],
        scroll=ft.ScrollMode.AUTO,
        expand=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def one_pane(desk: DeskModel, parts: Sequence[ft.Control], *, width: int = 760) -> ft.Control:
    """A page to read from top to bottom: lines no longer than an eye follows."""
    if desk.narrow:
        return scrolling(parts, padding=16)
    inside = ft.Column(
        list(parts), spacing=14, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH
    )
    return scrolling([ft.Row([ft.Container(inside, width=width, expand=True, expand_loose=True)])])


def panes(
    desk: DeskModel,
    left: Sequence[ft.Control],
    right: Sequence[ft.Control],
    *,
    shares: tuple[int, int] = (41, 59),
    told_left: bool = True,
    right_first: bool = False,
) -> ft.Control:
    """`told_left` gives the left pane the ground of what was told, else the right one. On one pane the order
    is kept unless `right_first`.
    """
    if not desk.two_panes:
        first, second = (right, left) if right_first else (left, right)
        return scrolling([*first, *second], padding=16 if desk.narrow else 20)
    hairline = ft.BorderSide(1, ft.Colors.OUTLINE_VARIANT)
    sides: list[ft.Control] = [
        ft.Container(
            scrolling(left),
            expand=shares[0],
            bgcolor=ft.Colors.SURFACE_CONTAINER_LOW if told_left else None,
            border=ft.Border.only(right=hairline) if told_left else None,
        ),
        ft.Container(
            scrolling(right),
            expand=shares[1],
            bgcolor=None if told_left else ft.Colors.SURFACE_CONTAINER_LOW,
            border=None if told_left else ft.Border.only(left=hairline),
        ),
    ]
    return ft.Row(sides, spacing=0, expand=True, vertical_alignment=ft.CrossAxisAlignment.STRETCH)
