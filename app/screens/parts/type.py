"""Type: nine slots, three scripts, two weights.

Guarantees that every text names its family, the fallback families of the same weight and the line height of
the
script it is written in, so that mixed text never shows a box and no Khmer vowel is cut. Noto Sans has
digits of
one width, and so has Noto Sans Bengali; Khmer digits do not, so dense tables use Western ones.
"""

from __future__ import annotations

from typing import Final, Literal

import flet as ft

from app.i18n import Lang, script_of

Slot = Literal[
    "display_small",
    "headline_small",
    "title_large",
    "title_medium",
    "body_large",
    "body_medium",
    "label_large",
    "label_medium",
    "label_small",
]

FONTS: Final[dict[str, str]] = {
    "NotoSans": "fonts/NotoSans-Regular.ttf",
    "NotoSansBold": "fonts/NotoSans-Bold.ttf",
    "Bengali": "fonts/NotoSansBengali-Regular.ttf",
    "BengaliBold": "fonts/NotoSansBengali-Bold.ttf",
    "Khmer": "fonts/NotoSansKhmer-Regular.ttf",
    "KhmerBold": "fonts/NotoSansKhmer-Bold.ttf",
}
"""One family holds one file: a bold weight of a single file would be faked and clogs conjuncts."""

SIZES: Final[dict[Slot, int]] = {
    "display_small": 44,
    "headline_small": 24,
    "title_large": 18,
    "title_medium": 16,
    "body_large": 16,
    "body_medium": 14,
    "label_large": 14,
    "label_medium": 12,
    "label_small": 11,
}

HEIGHTS: Final[dict[Slot, dict[Lang, float]]] = {
    "display_small": {"en": 1.25, "bn": 1.35, "km": 1.5},
    "headline_small": {"en": 1.4, "bn": 1.6, "km": 1.8},
    "title_large": {"en": 1.35, "bn": 1.55, "km": 1.75},
    "title_medium": {"en": 1.4, "bn": 1.6, "km": 1.8},
    "body_large": {"en": 1.5, "bn": 1.7, "km": 1.9},
    "body_medium": {"en": 1.45, "bn": 1.65, "km": 1.85},
    "label_large": {"en": 1.4, "bn": 1.6, "km": 1.8},
    "label_medium": {"en": 1.4, "bn": 1.6, "km": 1.8},
    "label_small": {"en": 1.4, "bn": 1.6, "km": 1.8},
}

BOLD: Final[frozenset[Slot]] = frozenset({"display_small", "headline_small", "title_medium", "label_large"})


def size_of(slot: Slot, script: Lang = "en", *, desk: bool = False) -> int:
    """The size in sp: Khmer questions are 23, tables at the desk 13."""
    if slot == "headline_small" and script == "km":
        return 23
    if slot == "body_medium" and desk:
        return 13
    return SIZES[slot]


def style(
    slot: Slot,
    script: Lang = "en",
    *,
    color: ft.ColorValue | None = None,
    bold: bool | None = None,
    size: int | None = None,
    desk: bool = False,
) -> ft.TextStyle:
    """A complete style: family, fallback of the same weight, size, line height of `script`, colour."""
    heavy = slot in BOLD or (desk and slot == "title_large") if bold is None else bold
    return ft.TextStyle(
        size=size or size_of(slot, script, desk=desk),
        height=HEIGHTS[slot][script],
        font_family="NotoSansBold" if heavy else "NotoSans",
        font_family_fallback=["BengaliBold", "KhmerBold"] if heavy else ["Bengali", "Khmer"],
        weight=ft.FontWeight.NORMAL,
        letter_spacing=0,
        color=color,
    )


def text(
    value: str,
    slot: Slot = "body_large",
    *,
    color: ft.ColorValue = ft.Colors.ON_SURFACE,
    bold: bool | None = None,
    size: int | None = None,
    desk: bool = False,
    align: ft.TextAlign = ft.TextAlign.START,
    max_lines: int | None = None,
    selectable: bool | None = None,
    expand: bool = False,
    no_wrap: bool = False,
    spoken: str | None = None,
    key: str | None = None,
) -> ft.Text:
    """A text in one of the slots; the line height follows the script of `value`, not of the interface.

    A selectable text says its own words to a screen reader, which would meet an empty field otherwise.
    """
    return ft.Text(
        value,
        style=style(slot, script_of(value), color=color, bold=bold, size=size, desk=desk),
        text_align=align,
        max_lines=max_lines,
        overflow=ft.TextOverflow.ELLIPSIS if max_lines else ft.TextOverflow.CLIP,
        selectable=selectable,
        expand=expand or None,
        no_wrap=no_wrap,
        semantics_label=spoken or (value if selectable else None),
        key=key,
    )


def heading(
    value: str, slot: Slot = "headline_small", *, level: int = 1, color: ft.ColorValue | None = None
) -> ft.Control:
    """A text that a screen reader can jump to."""
    shown = text(value, slot, color=color or ft.Colors.ON_SURFACE)
    return ft.Semantics(content=shown, heading_level=level, container=True)


def text_theme(lang: Lang, *, desk: bool = False) -> ft.TextTheme:
    """All fifteen Material slots, so that no control of Flet's own falls back to another family."""

    def at(slot: Slot) -> ft.TextStyle:
        return style(slot, lang, desk=desk)

    return ft.TextTheme(
        display_large=at("display_small"),
        display_medium=at("display_small"),
        display_small=at("display_small"),
        headline_large=at("headline_small"),
        headline_medium=at("headline_small"),
        headline_small=at("headline_small"),
        title_large=at("title_large"),
        title_medium=at("title_medium"),
        title_small=at("label_large"),
        body_large=at("body_large"),
        body_medium=at("body_medium"),
        body_small=at("label_medium"),
        label_large=at("label_large"),
        label_medium=at("label_medium"),
        label_small=at("label_small"),
    )
