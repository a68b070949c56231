"""Anything that can be pressed and is not a plain button: cards, tiles, rows, keys, segments.

Made of `ft.TextButton`, so that it has a focus ring, answers to Enter and Space, and is a button with a
name for a
screen reader. `label` is that name in the language on show; without it the texts inside are read in order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flet as ft

from app.screens.parts.palette import edge as at_least
from app.screens.parts.theme import RADIUS_CARD

OnPress = Callable[..., Any]


def press(
    content: ft.Control,
    *,
    on_click: OnPress | None,
    label: str | None = None,
    key: str | None = None,
    bgcolor: ft.ColorValue = ft.Colors.TRANSPARENT,
    edge: ft.ColorValue | None = None,
    edge_width: float = 1,
    radius: ft.BorderRadiusValue = RADIUS_CARD,
    padding: ft.PaddingValue = 16,
    alignment: ft.Alignment = ft.Alignment.CENTER_LEFT,
    height: float | None = None,
    width: float | None = None,
    expand: bool | int = False,
    selected: bool | None = None,
    on_long_press: OnPress | None = None,
    tooltip: str | None = None,
    autofocus: bool = False,
    disabled: bool = False,
) -> ft.Control:
    """A surface to press. `selected` is said aloud and never shown by colour alone: give the content a tick
    too. `disabled` cannot be pressed and is said so."""
    if label is not None or selected is not None:
        content = ft.Semantics(
            label=label, selected=selected, exclude_semantics=label is not None, content=content
        )
    rest = (
        ft.BorderSide(at_least(edge_width), edge)
        if edge is not None
        else ft.BorderSide(0, ft.Colors.TRANSPARENT)
    )
    surface = ft.TextButton(
        content=content,
        height=height,
        width=width,
        tooltip=tooltip,
        autofocus=autofocus,
        disabled=disabled,
        on_click=on_click,
        on_long_press=on_long_press,
        style=ft.ButtonStyle(
            bgcolor=bgcolor,
            overlay_color=ft.Colors.with_opacity(0.08, ft.Colors.ON_SURFACE),
            shape=ft.RoundedRectangleBorder(radius=radius),
            side={
                ft.ControlState.FOCUSED: ft.BorderSide(3, ft.Colors.PRIMARY),
                ft.ControlState.DEFAULT: rest,
            },
            padding=padding,
            alignment=alignment,
            elevation=0,
            animation_duration=0,
            visual_density=ft.VisualDensity.STANDARD,
        ),
    )
    # Merged, so that the button, its name and its state are one thing to a screen reader.
    # `expand` must be absent, not false, for a place in a row that wraps.
    return ft.MergeSemantics(surface, key=key, expand=expand or None)
