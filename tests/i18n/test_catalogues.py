"""The catalogues are whole: every word on a screen is there in both languages, with the same fields."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from app.i18n import catalogue
from app.screens import parts

SCREENS = Path(parts.__file__).parents[1]
FIELDS = re.compile(r"{(\w+)}")


def texts_of(source: str) -> set[str]:
    """The English texts that a module says: literal first arguments of `tr(…)`, `tr.count(…)` and `N_(…)`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = ast.unparse(node.func)
        first = node.args[0]
        if not re.fullmatch(r"(.*\.)?(tr|N_|tr\.count)", called) or not isinstance(first, ast.Constant):
            continue
        if isinstance(first.value, str):
            found.add(first.value)
    return found


def said_on_screens() -> set[str]:
    """All of them."""
    return {text for file in sorted(SCREENS.rglob("*.py")) for text in texts_of(file.read_text("utf-8"))}


@pytest.mark.parametrize("lang", ["bn", "km"])
def test_every_text_on_a_screen_is_translated(lang: str) -> None:
    missing = said_on_screens() - catalogue(lang).keys()  # type: ignore[arg-type]
    assert not missing, sorted(missing)


@pytest.mark.parametrize("lang", ["bn", "km"])
def test_a_translation_has_the_fields_of_its_source(lang: str) -> None:
    for source, text in catalogue(lang).items():  # type: ignore[arg-type]
        assert set(FIELDS.findall(text)) == set(FIELDS.findall(source)), source


@pytest.mark.parametrize(("lang", "first", "last"), [("bn", "\u0980", "\u09ff"), ("km", "\u1780", "\u17ff")])
def test_a_translation_is_in_its_own_script(lang: str, first: str, last: str) -> None:
    names_and_units = {"{size} MB", "{number} of {all}"}
    for source, text in catalogue(lang).items():  # type: ignore[arg-type]
        if source not in names_and_units and re.search(r"[A-Za-z]{2}", FIELDS.sub("", source)):
            assert any(first <= char <= last for char in text), source


@pytest.mark.parametrize("lang", ["bn", "km"])
def test_no_translation_uses_the_digits_of_another_script(lang: str) -> None:
    for source, text in catalogue(lang).items():  # type: ignore[arg-type]
        if not re.search(r"[0-9]", source):
            assert not re.search(r"[0-9]", text), source


def test_long_khmer_texts_can_break_between_words() -> None:
    for source, text in catalogue("km").items():
        for piece in re.split(r"[ \u200b]", FIELDS.sub("", text)):
            assert len(piece) <= 24, (source, piece)


def test_no_text_uses_a_word_that_frightens_or_blames() -> None:
    forbidden = re.compile(
        r"\b(allege|victim|perpetrator|upload|error|invalid|failed|please|sorry)\w*\b|!", re.I
    )
    assert not [text for text in said_on_screens() if forbidden.search(text)]
