"""Four buttons: main (indigo), second (flax), outlined, madder. One main button a screen.

Heights grow with the text: 56 on a phone, 36 at the desk (`desk=True`). `hint` is the key of the keyboard
that does the
same, shown in a small frame. `expand=True` shares a row.
"""

from __future__ import annotations

from typing import Literal

import flet as ft

from app.i18n import script_of
from app.screens.parts.palette import CARD
from app.screens.parts.press import OnPress, press
from app.screens.parts.theme import RADIUS_FIELD, RADIUS_FIELD_DESK
from app.screens.parts.type import HEIGHTS, text

Kind = Literal["main", "second", "outlined", "madder", "madder_outlined", "plain"]

_COLOURS: dict[Kind, tuple[ft.ColorValue, ft.ColorValue, ft.ColorValue | None]] = {
    "main": (ft.Colors.PRIMARY, ft.Colors.ON_PRIMARY, None),
    "second": (ft.Colors.SECONDARY_CONTAINER, ft.Colors.ON_SECONDARY_CONTAINER, None),
    "outlined": (ft.Colors.TRANSPARENT, ft.Colors.PRIMARY, ft.Colors.OUTLINE),
    "madder": (ft.Colors.ERROR, ft.Colors.ON_ERROR, None),
    "madder_outlined": (ft.Colors.TRANSPARENT, ft.Colors.ERROR, ft.Colors.ERROR),
    "plain": (ft.Colors.TRANSPARENT, ft.Colors.PRIMARY, None),
}


def key_hint(key: str) -> ft.Control:
    """The key as a keycap: paper with a thicker lower edge, on any ground. The desk only."""
    edge = ft.BorderSide(1, ft.Colors.OUTLINE)
    return ft.Container(
        padding=ft.Padding.symmetric(horizontal=5, vertical=0),
        bgcolor=CARD,
        border=ft.Border(top=edge, right=edge, bottom=ft.BorderSide(2, ft.Colors.OUTLINE), left=edge),
        border_radius=4,
        content=text(key, "label_small", color=ft.Colors.ON_SURFACE),
    )


def button(
    label: str,
    *,
    on_click: OnPress | None,
    kind: Kind = "main",
    icon: ft.IconData | None = None,
    trailing: ft.IconData | None = None,
    hint: str | None = None,
    desk: bool = False,
    expand: bool | int = False,
    key: str | None = None,
    tall: int | None = None,
    spoken: str | None = None,
    radius: int | None = None,
    size: int | None = None,
    ink: ft.ColorValue | None = None,
    autofocus: bool = False,
    disabled: bool = False,
) -> ft.Control:
    """A button with its word. `size`, `ink`: smaller, or in another colour, beside a main button. `tall` is
    the least height; `spoken` replaces the name a screen reader says. `disabled` looks like paper."""
    ground, own_ink, edge = _COLOURS[kind]
    if disabled:
        ground, own_ink, edge = ft.Colors.SURFACE_CONTAINER_HIGHEST, ft.Colors.ON_SURFACE_VARIANT, None
    ink = ink or own_ink
    high = tall or (36 if desk else 56)
    size = size or (14 if desk else 16)
    slot_height = HEIGHTS["label_large"][script_of(label)] * size
    parts: list[ft.Control] = []
    if icon is not None:
        parts.append(ft.Icon(icon, size=18 if desk else 22, color=ink))
    parts.append(text(label, "label_large", size=size, color=ink, align=ft.TextAlign.CENTER))
    if trailing is not None:
        parts.append(ft.Icon(trailing, size=18 if desk else 22, color=ink))
    if hint is not None:
        parts.append(key_hint(hint))
    inside: ft.Control = (
        parts[0]
        if len(parts) == 1
        else ft.Row(parts, spacing=6 if desk else 10, tight=True, alignment=ft.MainAxisAlignment.CENTER)
    )
    return press(
        inside,
        on_click=on_click,
        label=spoken or label,
        key=key,
        bgcolor=ground,
        edge=edge,
        radius=radius if radius is not None else RADIUS_FIELD_DESK if desk else 16,
        padding=ft.Padding.symmetric(
            horizontal=12 if size > 14 or desk else 6, vertical=max(4.0, (high - slot_height) / 2)
        ),
        alignment=ft.Alignment.CENTER,
        expand=expand,
        autofocus=autofocus,
        disabled=disabled,
    )


def main_button(label: str, *, on_click: OnPress | None, **more: object) -> ft.Control:
    """The one main action."""
    return button(label, on_click=on_click, kind="main", **more)  # type: ignore[arg-type]


def second_button(label: str, *, on_click: OnPress | None, **more: object) -> ft.Control:
    """Flax: the second action."""
    return button(label, on_click=on_click, kind="second", **more)  # type: ignore[arg-type]


def outlined_button(label: str, *, on_click: OnPress | None, **more: object) -> ft.Control:
    """An edge only: Back, and what may be left."""
    return button(label, on_click=on_click, kind="outlined", **more)  # type: ignore[arg-type]


def madder_button(label: str, *, on_click: OnPress | None, **more: object) -> ft.Control:
    """Danger, revoke, wipe; nothing else."""
    return button(label, on_click=on_click, kind="madder", **more)  # type: ignore[arg-type]


def icon_button(
    icon: ft.IconData,
    label: str,
    *,
    on_click: OnPress | None,
    key: str | None = None,
    color: ft.ColorValue = ft.Colors.ON_SURFACE,
    size: int = 24,
) -> ft.Control:
    """An icon alone: only for Lock, Listen and Close. `label` is its name, in the language on show."""
    return press(
        ft.Icon(icon, size=size, color=color),
        on_click=on_click,
        label=label,
        key=key,
        radius=RADIUS_FIELD,
        padding=12,
        alignment=ft.Alignment.CENTER,
        width=48,
        height=48,
    )
