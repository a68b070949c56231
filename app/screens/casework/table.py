"""Tables of the desk: a head with a thicker line, rows with hairlines, the chosen row with a bar and a
ground.

Every row is one thing to press, and one sentence to a screen reader.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import flet as ft

from app.screens.parts.press import press
from app.screens.parts.type import text


@dataclass(frozen=True)
class Column:
    """One column: a fixed `width`, or a share (`expand`) of what is left."""

    title: str
    width: float | None = None
    expand: int = 1
    right: bool = False


def _cell(column: Column, content: ft.Control) -> ft.Control:
    return ft.Container(
        width=column.width,
        expand=column.expand if column.width is None else None,
        padding=ft.Padding.symmetric(horizontal=10),
        alignment=ft.Alignment.CENTER_RIGHT if column.right else ft.Alignment.CENTER_LEFT,
        content=content,
    )


def head(columns: Sequence[Column]) -> ft.Control:
    """The titles of the columns."""
    cells = [
        _cell(
            column,
            text(column.title, "body_medium", bold=True, desk=True, color=ft.Colors.ON_SURFACE_VARIANT),
        )
        for column in columns
    ]
    return ft.Container(
        padding=ft.Padding.symmetric(vertical=8),
        border=ft.Border.only(bottom=ft.BorderSide(1.5, ft.Colors.OUTLINE)),
        content=ft.Row(cells, spacing=0),
    )


def line(
    columns: Sequence[Column],
    cells: Sequence[ft.Control],
    *,
    on_press: Callable[[], object] | None = None,
    selected: bool = False,
    spoken: str = "",
    key: str | None = None,
) -> ft.Control:
    """One row. Without `on_press` it only shows."""
    row = ft.Row(
        [_cell(column, cell) for column, cell in zip(columns, cells, strict=True)],
        spacing=0,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )
    ground = ft.Colors.PRIMARY_CONTAINER if selected else ft.Colors.TRANSPARENT
    body = ft.Container(
        key=ft.ScrollKey(key) if key else None,  # type: ignore[call-arg]
        padding=ft.Padding.symmetric(vertical=6),
        border=ft.Border.only(bottom=ft.BorderSide(1, ft.Colors.OUTLINE_VARIANT)),
        content=row,
    )
    bar = ft.Container(width=4, top=0, bottom=0, left=0, bgcolor=ft.Colors.PRIMARY, visible=selected)
    whole = ft.Stack([body, bar])
    if on_press is None:
        return body
    return press(
        whole,
        on_click=lambda _: on_press(),
        label=spoken,
        selected=selected,
        key=key,
        bgcolor=ground,
        radius=0,
        padding=0,
    )


def words(
    value: str, *, selected: bool = False, soft: bool = False, bold: bool = False, lines: int = 2
) -> ft.Text:
    """A text in a cell."""
    ink = ft.Colors.ON_PRIMARY_CONTAINER if selected else ft.Colors.ON_SURFACE
    if soft and not selected:
        ink = ft.Colors.ON_SURFACE_VARIANT
    return text(value, "body_medium", desk=True, color=ink, bold=bold or None, max_lines=lines)
