"""A field of the desk: label inside the edge, smaller than on a phone, and it tells the keyboard that
somebody writes.

While a field has the focus single letters are letters (`keys.hear`).
"""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.i18n import script_of
from app.screens.casework.model import DeskModel
from app.screens.parts.palette import CARD
from app.screens.parts.theme import RADIUS_FIELD_DESK
from app.screens.parts.type import style, text


@ft.component
def DeskField(
    desk: DeskModel,
    name: str,
    *,
    label: str,
    value: str,
    on_change: Callable[[str], object],
    lines: int = 1,
    most_lines: int | None = None,
    aside: str = "",
    problem: str | None = None,
    autofocus: bool = False,
    read_only: bool = False,
    password: bool = False,
    expand: bool | int = False,
    key: str | None = None,
) -> ft.Control:
    """`name` is the key of the field; `aside` stands on the right of the label (`from complaint`);
    `password` hides what is typed.
    """
    focused, set_focused = ft.use_state(False)

    def focus(on: bool) -> None:
        set_focused(on)
        desk.write_in(name, on=on)

    def changed(event: ft.Event[ft.TextField]) -> None:
        heard.current = event.control.value or ""
        on_change(heard.current)

    ft.use_effect(lambda: None, [], cleanup=lambda: desk.write_in(name, on=False))
    # Keys come faster than a page is drawn. What was typed meanwhile is in the field on show, not yet in
    # `value`: giving `value` back would take letters away. So the field keeps its text unless the caller
    # wants another one.
    shown: ft.MutableRef[ft.TextField] = ft.use_ref(None)
    heard = ft.use_ref(value)
    if shown.current is not None and value == heard.current:
        value = shown.current.value or ""
    heard.current = value
    script = script_of(value) if value else desk.app.lang
    entry = ft.TextField(
        value=value,
        on_change=changed,
        on_focus=lambda _: focus(True),
        on_blur=lambda _: focus(False),
        border=ft.NoInputBorder(),
        dense=True,
        content_padding=ft.Padding.only(top=2, bottom=0),
        text_style=style("label_large", script, bold=False, color=ft.Colors.ON_SURFACE),
        cursor_color=ft.Colors.PRIMARY,
        multiline=lines > 1,
        min_lines=lines if lines > 1 else None,
        max_lines=(most_lines or lines) if lines > 1 else 1,
        autofocus=autofocus,
        read_only=read_only,
        password=password,
        autocorrect=False,
        enable_suggestions=False,
        enable_ime_personalized_learning=False,
        key=f"{name}-entry",
    )
    shown.current = entry
    ink = ft.Colors.PRIMARY if focused else ft.Colors.ON_SURFACE_VARIANT
    heading: list[ft.Control] = [text(label, "label_small", color=ink, spoken="", expand=True)]
    if aside:
        heading += [
            ft.Icon(ft.Icons.SUBDIRECTORY_ARROW_RIGHT_ROUNDED, size=14, color=ft.Colors.ON_SURFACE_VARIANT),
            text(aside, "label_small", color=ft.Colors.ON_SURFACE_VARIANT),
        ]
    wide = 2 if focused or problem else 1
    edge = ft.Colors.ERROR if problem else ft.Colors.PRIMARY if focused else ft.Colors.OUTLINE
    box = ft.Container(
        bgcolor=CARD,
        border=ft.Border.all(wide, edge),
        border_radius=RADIUS_FIELD_DESK,
        padding=ft.Padding.only(left=14 - wide, right=14 - wide, top=6 - wide, bottom=8 - wide),
        content=ft.Column(
            [ft.Row(heading, spacing=4), ft.MergeSemantics(ft.Semantics(label=label, content=entry))],
            spacing=0,
            tight=True,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
    )
    if not problem:
        return ft.Container(box, expand=expand)
    below = ft.Row(
        [
            ft.Icon(ft.Icons.ERROR_OUTLINE_ROUNDED, size=16, color=ft.Colors.ERROR),
            text(problem, "body_medium", desk=True, color=ft.Colors.ERROR, expand=True),
        ],
        spacing=6,
    )
    return ft.Column(
        [box, below], spacing=4, tight=True, expand=expand, horizontal_alignment=ft.CrossAxisAlignment.STRETCH
    )
