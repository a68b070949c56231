"""The running stitch: a divider, an edge, and progress that can be seen.

An open stitch is something that is not there yet. At most one divider of stitches on a phone screen.
"""

from __future__ import annotations

import flet as ft
import flet.canvas as cv

_LONGER_THAN_ANY_SCREEN = 4000


def _thread(color: ft.ColorValue, width: float, dash: float, gap: float) -> ft.Paint:
    return ft.Paint(
        color=color,
        stroke_width=width,
        style=ft.PaintingStyle.STROKE,
        stroke_cap=ft.StrokeCap.ROUND,
        stroke_dash_pattern=[dash - width, gap + width],  # the round ends add one width to each dash
    )


def divider(color: ft.ColorValue = ft.Colors.OUTLINE_VARIANT, *, inset: float = 4) -> ft.Control:
    """One row of stitches across: dash 10, gap 6, thickness 2, round ends. Says nothing to a screen
    reader."""
    line = cv.Line(2, 1, _LONGER_THAN_ANY_SCREEN, 1, paint=_thread(color, 2, 10, 6))
    return ft.Container(
        height=2,
        margin=ft.Margin.symmetric(horizontal=inset),
        clip_behavior=ft.ClipBehavior.HARD_EDGE,
        content=cv.Canvas([line], height=2),
    )


def left_edge(color: ft.ColorValue = ft.Colors.ERROR) -> ft.Control:
    """The stitched left edge of the danger card and of a conflict, as high as its row."""
    paint = ft.Paint(color=color, stroke_width=5, style=ft.PaintingStyle.STROKE, stroke_dash_pattern=[21, 13])
    line = cv.Line(2.5, 0, 2.5, _LONGER_THAN_ANY_SCREEN, paint=paint)
    return ft.Container(width=5, clip_behavior=ft.ClipBehavior.HARD_EDGE, content=cv.Canvas([line], width=5))


def _stitch(done: bool, current: bool, *, width: float | None) -> ft.Control:
    # Every stitch stands in a box of the same height, so that the row does not jump as it fills.
    high = 8 if current else 4 if done else 5
    bar = ft.Container(
        height=high,
        width=width,
        border_radius=high / 2,
        bgcolor=ft.Colors.PRIMARY if done or current else None,
        border=None if done or current else ft.Border.all(1, ft.Colors.OUTLINE),
    )
    return ft.Container(
        height=8, width=width, expand=width is None, alignment=ft.Alignment.CENTER, content=bar
    )


def progress(
    done: int,
    total: int,
    *,
    current: bool = True,
    spoken: str | None = None,
    width: float | None = None,
    gap: int = 6,
) -> ft.Control:
    """A row of `total` rounded bars: `done` filled, then the current one (8 high), the rest open.

    Args:
        done: stitches that are behind; with `current` the next one is the present step.
        spoken: what a screen reader says, such as "Question 4 of 12".
        width: of one stitch; without it the row fills its place.
    """
    stitches = [_stitch(i < done, current and i == done, width=width) for i in range(total)]
    row = ft.Row(stitches, spacing=gap, tight=width is not None, expand=width is None)
    return ft.Semantics(
        label=spoken, container=True, exclude_semantics=True, content=row, expand=width is None
    )


def open_stitches(total: int = 6) -> ft.Control:
    """The short line of open stitches of an empty state."""
    return progress(0, total, current=False, width=22)
