"""The colour roles of Kantha: light, dark and *Sun*, in full and without a seed colour.

Measured: text pairs at least 5.2 to 1. `outline_variant` only divides, except in *Sun*, where it is
`outline`.
"""

from __future__ import annotations

from typing import Final, Literal

import flet as ft

CARD: Final = ft.Colors.SECONDARY_FIXED_DIM
"""The ground of cards and fields: white on paper, `surface_container` in the dark. Material has no role of
its own for
it, so one that Kantha does not use otherwise carries it; so do the two of the large button."""

LARGE: Final = ft.Colors.PRIMARY_FIXED
ON_LARGE: Final = ft.Colors.ON_PRIMARY_FIXED
"""The large button of Start: `primary` on paper, `primary_container` in the dark."""

Brightness = Literal["system", "light", "dark", "sun"]

_LIGHT: Final[dict[str, str]] = {
    "primary": "#2C4A70",
    "on_primary": "#FFFFFF",
    "primary_container": "#D8E3F3",
    "on_primary_container": "#122B4B",
    "secondary": "#5E5545",
    "on_secondary": "#FFFFFF",
    "secondary_container": "#E8DFCD",
    "on_secondary_container": "#2A2416",
    "tertiary": "#7A4F00",
    "on_tertiary": "#FFFFFF",
    "tertiary_container": "#FAE2B3",
    "on_tertiary_container": "#3A2600",
    "error": "#97291F",
    "on_error": "#FFFFFF",
    "error_container": "#F8DBD4",
    "on_error_container": "#480D08",
    "surface": "#FBF8F2",
    "on_surface": "#1F1C18",
    "on_surface_variant": "#524B42",
    "outline": "#7A7165",
    "outline_variant": "#D3CABC",
    "shadow": "#000000",
    "scrim": "#000000",
    "inverse_surface": "#34302A",
    "on_inverse_surface": "#F8F1E6",
    "inverse_primary": "#A9C5EC",
    "surface_tint": "#2C4A70",
    "primary_fixed": "#2C4A70",
    "on_primary_fixed": "#FFFFFF",
    "primary_fixed_dim": "#A9C5EC",
    "on_primary_fixed_variant": "#2C4A70",
    "secondary_fixed": "#E8DFCD",
    "on_secondary_fixed": "#2A2416",
    "secondary_fixed_dim": "#FFFFFF",
    "on_secondary_fixed_variant": "#5E5545",
    "tertiary_fixed": "#DCE8D2",
    "on_tertiary_fixed": "#1C3015",
    "tertiary_fixed_dim": "#C3D6B4",
    "on_tertiary_fixed_variant": "#36552C",
    "surface_container_lowest": "#FFFFFF",
    "surface_container_low": "#F6F2EA",
    "surface_container": "#F1ECE2",
    "surface_container_high": "#EBE5DA",
    "surface_container_highest": "#E4DDD1",
    "surface_dim": "#E2DBCF",
    "surface_bright": "#FFFDF9",
}

_DARK: Final[dict[str, str]] = _LIGHT | {
    "primary": "#A9C5EC",
    "on_primary": "#0F2E54",
    "primary_container": "#2A4568",
    "on_primary_container": "#D9E6FA",
    "secondary": "#D3C7B1",
    "on_secondary": "#383020",
    "secondary_container": "#4A4233",
    "on_secondary_container": "#F0E4CC",
    "tertiary": "#EFC06B",
    "on_tertiary": "#412D00",
    "tertiary_container": "#5A4108",
    "on_tertiary_container": "#FFE2AB",
    "error": "#F2B0A6",
    "on_error": "#5A120C",
    "error_container": "#76211A",
    "on_error_container": "#FFDAD3",
    "surface": "#171512",
    "on_surface": "#EAE3D8",
    "on_surface_variant": "#CFC6B8",
    "outline": "#998F81",
    "outline_variant": "#4C463C",
    "inverse_surface": "#EAE3D8",
    "on_inverse_surface": "#34302A",
    "inverse_primary": "#2C4A70",
    "surface_tint": "#A9C5EC",
    "surface_container_lowest": "#0F0E0B",
    "surface_container_low": "#1D1B17",
    "surface_container": "#22201B",
    "surface_container_high": "#2C2924",
    "surface_container_highest": "#37332D",
    "surface_dim": "#171512",
    "surface_bright": "#3B3832",
    "primary_fixed": "#2A4568",
    "on_primary_fixed": "#D9E6FA",
    "secondary_fixed_dim": "#22201B",
}

_SUN: Final[dict[str, str]] = _LIGHT | {
    "surface": "#FFFFFF",
    "on_surface_variant": _LIGHT["on_surface"],
    "outline_variant": _LIGHT["outline"],
}

ROLES: Final[dict[Literal["light", "dark", "sun"], dict[str, str]]] = {
    "light": _LIGHT,
    "dark": _DARK,
    "sun": _SUN,
}


def scheme(name: Literal["light", "dark", "sun"]) -> ft.ColorScheme:
    """The full `ft.ColorScheme` of one setting."""
    return ft.ColorScheme(**ROLES[name])


_thinnest: float = 1


def set_edges(brightness: Brightness) -> None:
    """In *Sun* every edge is 2 px, in every other setting 1. One setting holds for the process, as for its
    vault."""
    global _thinnest
    _thinnest = 2 if brightness == "sun" else 1


def edge(width: float = 1) -> float:
    """The width in px of an edge that is `width` on paper."""
    return max(width, _thinnest)
