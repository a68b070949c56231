"""The product's own keypad: digits of the language, so that the system keyboard learns nothing.

Keys give Western digits to `on_key` ("0" to "9", ".", and "<" for the last one taken back), whatever is
drawn on them.
"""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from app.i18n import Translator
from app.screens.parts.press import press
from app.screens.parts.theme import RADIUS_FIELD
from app.screens.parts.type import text


def keypad(tr: Translator, *, on_key: Callable[[str], None], point: bool = False) -> ft.Control:
    """Four rows of three keys, 50 high. `point`: with a decimal point."""
    rows = ["123", "456", "789", ("." if point else " ") + "0<"]
    return ft.Column(
        [ft.Row([_key(tr, key, on_key) for key in row], spacing=8) for row in rows],
        spacing=8,
        tight=True,
    )


def _key(tr: Translator, key: str, on_key: Callable[[str], None]) -> ft.Control:
    if key == " ":
        return ft.Container(expand=1, height=50)
    face: ft.Control = (
        ft.Icon(ft.Icons.BACKSPACE_ROUNDED, size=24, color=ft.Colors.ON_SURFACE)
        if key == "<"
        else text(tr.digits(key), "title_large", align=ft.TextAlign.CENTER)
    )
    return press(
        face,
        on_click=lambda _: on_key(key),
        label=tr("Take back the last digit") if key == "<" else tr.digits(key),
        key=f"key-{key}",
        bgcolor=ft.Colors.SURFACE_CONTAINER_HIGH,
        radius=RADIUS_FIELD,
        padding=ft.Padding.symmetric(horizontal=8, vertical=12),
        alignment=ft.Alignment.CENTER,
        height=50,
        expand=1,
    )


def pressed(digits: str, key: str, *, longest: int = 12, decimals: int = 0) -> str:
    """What an entry becomes after a key; a key that cannot be meant changes nothing."""
    if key == "<":
        return digits[:-1]
    if key == ".":
        return digits + "." if decimals and digits and "." not in digits else digits
    whole, point, part = digits.partition(".")
    if len(part) >= decimals if point else len(whole) >= longest:
        return digits
    return key if digits == "0" else digits + key
