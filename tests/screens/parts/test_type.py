"""Every text names its fonts, the fallback of the same weight, and the line height of its own script."""

from __future__ import annotations

import flet as ft
import pytest

from app import assets
from app.screens.parts import palette, theme, type

LATIN, BENGALI, KHMER = "What happened?", "কী হয়েছিল?", "មានរឿងអ្វីកើតឡើង?"


@pytest.mark.parametrize(("written", "height"), [(LATIN, 1.5), (BENGALI, 1.7), (KHMER, 1.9)])
def test_the_line_height_follows_the_script_of_the_text(written: str, height: float) -> None:
    made = type.text(written, "body_large").style
    assert made is not None
    assert made.height == height


def test_a_bengali_narrative_on_an_english_desk_has_its_own_height() -> None:
    theme_style = theme.theme("en", "light", desk=True).text_theme
    assert theme_style is not None
    assert theme_style.body_large is not None
    assert theme_style.body_large.height == 1.5
    assert type.text("Abir: বেতন").style.height == 1.7  # type: ignore[union-attr]


def test_the_six_families_are_in_the_package() -> None:
    assert len(type.FONTS) == 6
    for file in type.FONTS.values():
        assert (assets.ROOT / file).is_file(), file


@pytest.mark.parametrize("lang", ["en", "bn", "km"])
def test_every_slot_of_the_theme_has_a_family_and_its_fallback_in_one_weight(lang: str) -> None:
    made = theme.theme(lang, "light").text_theme  # type: ignore[arg-type]
    for name in vars(made):
        style = getattr(made, name)
        if not isinstance(style, ft.TextStyle):
            continue
        heavy = style.font_family == "NotoSansBold"
        assert style.font_family_fallback == (["BengaliBold", "KhmerBold"] if heavy else ["Bengali", "Khmer"])


@pytest.mark.parametrize("name", ["light", "dark", "sun"])
def test_each_scheme_gives_every_role(name: str) -> None:
    made = palette.scheme(name)  # type: ignore[arg-type]
    for role in vars(ft.ColorScheme()):
        if not role.startswith("_"):
            assert getattr(made, role) is not None, role


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", ["light", "dark", "sun"])
@pytest.mark.parametrize(
    "pair",
    [
        ("on_surface", "surface"),
        ("on_surface_variant", "surface"),
        ("on_surface_variant", "surface_container"),
        ("on_primary", "primary"),
        ("primary", "surface"),
        ("on_primary_container", "primary_container"),
        ("on_secondary_container", "secondary_container"),
        ("on_tertiary_container", "tertiary_container"),
        ("on_tertiary_fixed", "tertiary_fixed"),
        ("on_error", "error"),
        ("error", "surface"),
        ("on_error_container", "error_container"),
        ("on_primary_fixed", "primary_fixed"),
        ("on_inverse_surface", "inverse_surface"),
    ],
)
def test_text_has_a_contrast_of_at_least_five_to_one(name: str, pair: tuple[str, str]) -> None:
    roles = palette.ROLES[name]  # type: ignore[index]
    assert contrast(roles[pair[0]], roles[pair[1]]) >= 5.2


def test_nothing_sensitive_is_set_above_eighteen() -> None:
    larger = [slot for slot, size in type.SIZES.items() if size > 18]
    assert larger == ["display_small", "headline_small"]  # the code and the question, which are neutral
