"""The states of LOOK section 8: empty, offline, loading, a problem, and what somebody else may do.

A problem says what happened, what is safe, what to do, in this order, where it happened. Nothing is shown
for the
first 300 ms of work; then stitches fill; over two seconds a sentence stands with them.
"""

from __future__ import annotations

import asyncio

import flet as ft

from app.screens.parts import stitch
from app.screens.parts.buttons import outlined_button
from app.screens.parts.press import OnPress
from app.screens.parts.theme import RADIUS_CARD
from app.screens.parts.type import text


def empty(sentence: str, *, action: str | None = None, on_action: OnPress | None = None) -> ft.Control:
    """A line of open stitches, one sentence, one action."""
    parts: list[ft.Control] = [
        stitch.open_stitches(),
        text(sentence, "body_large", color=ft.Colors.ON_SURFACE_VARIANT, align=ft.TextAlign.CENTER),
    ]
    if action is not None:
        parts.append(outlined_button(action, on_click=on_action))
    return ft.Container(
        padding=ft.Padding.symmetric(vertical=32, horizontal=16),
        alignment=ft.Alignment.CENTER,
        content=ft.Column(parts, spacing=16, tight=True, horizontal_alignment=ft.CrossAxisAlignment.CENTER),
    )


def offline(sentence: str) -> ft.Control:
    """Normal, so grey: a crossed cloud and a sentence. Never a colour, never a dialog."""
    return _line(ft.Icons.CLOUD_OFF_ROUNDED, sentence)


def connected(sentence: str) -> ft.Control:
    """The same place, when the last sending went through."""
    return _line(ft.Icons.CLOUD_DONE_OUTLINED, sentence)


def _line(icon: ft.IconData, sentence: str) -> ft.Control:
    return ft.Row(
        [
            ft.Icon(icon, size=20, color=ft.Colors.ON_SURFACE_VARIANT),
            text(sentence, "body_medium", color=ft.Colors.ON_SURFACE_VARIANT, expand=True),
        ],
        spacing=10,
    )


def problem(
    happened: str, *, action: str | None = None, on_action: OnPress | None = None, calm: bool = False
) -> ft.Control:
    """A problem in words, announced to a screen reader. `calm`: turmeric edge instead of madder."""
    ink = ft.Colors.ON_TERTIARY_CONTAINER if calm else ft.Colors.ON_ERROR_CONTAINER
    parts: list[ft.Control] = [
        ft.Row(
            [
                ft.Icon(ft.Icons.ERROR_OUTLINE_ROUNDED, size=22, color=ink),
                text(happened, "body_large", color=ink, expand=True),
            ],
            spacing=10,
            vertical_alignment=ft.CrossAxisAlignment.START,
        )
    ]
    if action is not None:
        parts.append(outlined_button(action, on_click=on_action))
    return ft.Semantics(
        live_region=True,
        container=True,
        content=ft.Container(
            bgcolor=ft.Colors.TERTIARY_CONTAINER if calm else ft.Colors.ERROR_CONTAINER,
            border_radius=RADIUS_CARD,
            padding=14,
            content=ft.Column(parts, spacing=12, tight=True),
        ),
    )


@ft.component
def working(sentence: str) -> ft.Control:
    """Nothing before 300 ms, then open stitches filling, after 2 s the sentence. It takes the place of a
    button."""
    steps, set_steps = ft.use_state(-1)

    async def tick() -> None:
        await asyncio.sleep(0.3)
        for n in range(10_000):
            set_steps(n)
            await asyncio.sleep(0.35)

    ft.use_effect(tick, [])
    if steps < 0:
        return ft.Container(height=56)
    shown: list[ft.Control] = [stitch.progress(steps % 7, 6, current=False, width=22, spoken=sentence)]
    if steps >= 5:
        shown.append(text(sentence, "body_medium", color=ft.Colors.ON_SURFACE_VARIANT))
    return ft.Container(
        height=56,
        alignment=ft.Alignment.CENTER,
        content=ft.Column(
            shown,
            spacing=6,
            tight=True,
            horizontal_alignment=ft.CrossAxisAlignment.CENTER,
            alignment=ft.MainAxisAlignment.CENTER,
        ),
    )


def no_right(sentence: str) -> ft.Control:
    """The thing stays in its place, with a lock and who may: "Officers can open this." """
    return _line(ft.Icons.LOCK_ROUNDED, sentence)
