"""The theme of both screens: colour, type, shape, no elevation, no transitions.

`apply(page, ...)` is the one door: it registers the six families and sets the theme for a language and a
brightness. Call it again when either changes. Colours are asked for by role (`ft.Colors.PRIMARY`), never by
value.
"""

from __future__ import annotations

from typing import Final, Literal

import flet as ft

from app.i18n import Lang
from app.screens.parts.palette import Brightness, scheme, set_edges
from app.screens.parts.type import FONTS, style, text_theme

PHONE_SIDE: Final = 16
BLOCK_GAP: Final = 12
PRESS_GAP: Final = 8
RADIUS_CHIP: Final = 8
RADIUS_FIELD: Final = 12
RADIUS_FIELD_DESK: Final = 10
RADIUS_CARD: Final = 16
RADIUS_CARD_DESK: Final = 12
RADIUS_DIALOG: Final = 24

_STILL: Final = ft.PageTransitionsTheme(
    android=ft.PageTransitionTheme.NONE,
    ios=ft.PageTransitionTheme.NONE,
    linux=ft.PageTransitionTheme.NONE,
    macos=ft.PageTransitionTheme.NONE,
    windows=ft.PageTransitionTheme.NONE,
)


def theme(lang: Lang, colours: Literal["light", "dark", "sun"], *, desk: bool = False) -> ft.Theme:
    """One complete `ft.Theme`."""
    return ft.Theme(
        color_scheme=scheme(colours),
        font_family="NotoSans",
        text_theme=text_theme(lang, desk=desk),
        primary_text_theme=text_theme(lang, desk=desk),
        scaffold_bgcolor=ft.Colors.SURFACE,
        canvas_color=ft.Colors.SURFACE,
        visual_density=ft.VisualDensity.STANDARD,
        page_transitions=_STILL,
        divider_theme=ft.DividerTheme(color=ft.Colors.OUTLINE_VARIANT, thickness=1, space=1),
        navigation_bar_theme=ft.NavigationBarTheme(
            bgcolor=ft.Colors.SURFACE_CONTAINER,
            indicator_color=ft.Colors.SECONDARY_CONTAINER,
            elevation=0,
            label_text_style={
                ft.ControlState.SELECTED: style("label_medium", lang, color=ft.Colors.ON_SURFACE, bold=True),
                ft.ControlState.DEFAULT: style("label_medium", lang, color=ft.Colors.ON_SURFACE_VARIANT),
            },
        ),
        navigation_rail_theme=ft.NavigationRailTheme(
            bgcolor=ft.Colors.SURFACE_CONTAINER,
            indicator_color=ft.Colors.SECONDARY_CONTAINER,
            elevation=0,
            selected_label_text_style=style("label_medium", lang, color=ft.Colors.ON_SURFACE, bold=True),
            unselected_label_text_style=style("label_medium", lang, color=ft.Colors.ON_SURFACE_VARIANT),
        ),
        dialog_theme=ft.DialogTheme(
            bgcolor=ft.Colors.SURFACE_CONTAINER_LOW,
            elevation=3,
            shape=ft.RoundedRectangleBorder(radius=RADIUS_DIALOG),
            title_text_style=style("title_medium", lang, color=ft.Colors.ON_SURFACE),
            content_text_style=style("body_large", lang, color=ft.Colors.ON_SURFACE),
        ),
        snackbar_theme=ft.SnackBarTheme(
            bgcolor=ft.Colors.INVERSE_SURFACE,
            action_text_color=ft.Colors.INVERSE_PRIMARY,
            content_text_style=style("body_medium", lang, color=ft.Colors.ON_INVERSE_SURFACE),
        ),
    )


def apply(page: ft.Page, *, lang: Lang, brightness: Brightness, desk: bool = False) -> None:
    """Set fonts, both themes and the mode on `page`. *Sun* replaces the light scheme and holds in the dark
    too."""
    set_edges(brightness)
    page.fonts = FONTS
    page.theme = theme(lang, "sun" if brightness == "sun" else "light", desk=desk)
    page.dark_theme = theme(lang, "dark", desk=desk)
    page.theme_mode = {
        "system": ft.ThemeMode.SYSTEM,
        "light": ft.ThemeMode.LIGHT,
        "dark": ft.ThemeMode.DARK,
        "sun": ft.ThemeMode.LIGHT,
    }[brightness]
    page.bgcolor = ft.Colors.SURFACE
    page.padding = 0
    page.spacing = 0


def is_dark(page: ft.Page) -> bool:
    """Whether the dark scheme is on show now."""
    if page.theme_mode == ft.ThemeMode.SYSTEM:
        return page.platform_brightness == ft.Brightness.DARK
    return page.theme_mode == ft.ThemeMode.DARK
