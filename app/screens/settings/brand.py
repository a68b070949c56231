"""The neutral face of the app: a square with three rows of stitches, and a name that says nothing."""

from __future__ import annotations

import flet as ft


def square(size: int) -> ft.Control:
    """The square with three rows of three stitches."""
    high = max(2.0, size * 0.075)
    rows: list[ft.Control] = [
        ft.Row([_stitch(size * 0.2, high) for _ in range(3)], spacing=size * 0.075, tight=True)
        for _ in range(3)
    ]
    return ft.Container(
        width=size,
        height=size,
        border_radius=size * 0.27,
        bgcolor=ft.Colors.PRIMARY,
        alignment=ft.Alignment.CENTER,
        content=ft.Column(rows, spacing=size * 0.1, tight=True),
    )


def _stitch(wide: float, high: float) -> ft.Control:
    return ft.Container(width=wide, height=high, bgcolor=ft.Colors.ON_PRIMARY, border_radius=high / 2)
