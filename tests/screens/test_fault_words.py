"""No sentence of an error that a screen can show is in English only: every class, and every sentence that the
actions and the layers under them write into one.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import app.actions
import app.domain
import app.vault
import crypto
import sync
from app.actions.cards import CardNumberError
from app.actions.errors import IncompleteError, TextRefusedError
from app.actions.officers import ChangeRefusedError, NothingWaitsError
from app.i18n import Translator, catalogue
from app.screens.settings.fault_words import INSTEAD, TEMPLATES, filled
from app.screens.settings.faults import BY_CLASS, FOR_WRITERS, said
from crypto.errors import CardDamagedError

PACKAGES = (app.actions, app.domain, app.vault, crypto, sync)
OF_THE_SERVER = "sync.relay"


def modules() -> list[str]:
    """Every module whose errors can come to a screen; not those of the relay's server."""
    return [
        found.name
        for package in PACKAGES
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not found.name.startswith(OF_THE_SERVER)
    ]


def classes() -> dict[str, type[BaseException]]:
    """All error classes with a next step that those modules define, by name."""
    known = {name: importlib.import_module(name) for name in modules()}
    return {
        thing.__name__: thing
        for name, module in known.items()
        for thing in vars(module).values()
        if isinstance(thing, type)
        and issubclass(thing, BaseException)
        and thing.__module__ == name
        and hasattr(thing, "next_step")
        and not issubclass(thing, FOR_WRITERS)
    }


def sentence_of(kind: type[BaseException]) -> str:
    return str(kind.__doc__).strip().splitlines()[0]


def written() -> Iterator[tuple[str, str]]:
    """(place, sentence) of each text that is given to one of those classes where it is raised or made."""
    kinds = {name for name, kind in classes().items() if not issubclass(kind, BY_CLASS)}
    for name in modules():
        path = Path(str(importlib.import_module(name).__file__))
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or ast.unparse(node.func).rsplit(".", 1)[-1] not in kinds:
                continue
            for said_there in [*node.args, *(one.value for one in node.keywords if one.arg == "next_step")]:
                sentence = text_of(said_there)
                if sentence is not None:
                    yield f"{name}:{node.lineno}", sentence


def text_of(node: ast.expr) -> str | None:
    """A literal, or one with `7` where something is filled in; None for what is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    return None


def is_translated(sentence: str, lang: str) -> bool:
    found = filled(sentence)
    source = found[0] if found else sentence
    return INSTEAD.get(source, source) in catalogue(lang)  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", ["bn", "km"])
def test_no_class_of_errors_that_a_screen_can_show_lacks_a_translation(lang: str) -> None:
    missing = {
        (name, words)
        for name, kind in classes().items()
        for words in (sentence_of(kind), " ".join(str(kind.next_step).split()))  # type: ignore[attr-defined]
        if not is_translated(words, lang)
    }
    assert not missing, sorted(missing)


@pytest.mark.parametrize("lang", ["bn", "km"])
def test_no_sentence_that_is_written_into_an_error_lacks_a_translation(lang: str) -> None:
    missing = {(place, words) for place, words in written() if not is_translated(words, lang)}
    assert not missing, sorted(missing)


def test_no_sentence_of_a_class_is_cut_at_the_end_of_its_first_line() -> None:
    cut = {name for name, kind in classes().items() if not sentence_of(kind).endswith((".", "?", ":"))}
    assert not cut


def test_the_walk_finds_the_errors_of_every_layer() -> None:
    found = classes()
    assert {"ChangeRefusedError", "RelayBusyError", "CardDamagedError", "VaultFullError"} <= found.keys()
    assert len(found) > 80
    assert len(list(written())) > 50


@pytest.mark.parametrize("lang", ["bn", "km"])
def test_every_template_and_every_simpler_sentence_is_translated(lang: str) -> None:
    missing = {*TEMPLATES, *INSTEAD.values()} - catalogue(lang).keys()  # type: ignore[arg-type]
    assert not missing, sorted(missing)


def test_what_stands_in_the_middle_of_a_sentence_is_kept_in_the_numerals_of_the_language() -> None:
    wrong = ChangeRefusedError("So many officers there are not: 1 to 3.")
    assert "৩" in said(Translator("bn"), wrong)
    assert "៣" in said(Translator("km"), wrong)
    assert said(Translator("en"), wrong).startswith("So many officers there are not: 1 to 3.")


def test_the_fault_of_one_card_among_several_is_said_with_its_number() -> None:
    inner = CardDamagedError("There is a mistake in line 4.")
    sentence = said(Translator("bn"), CardNumberError(f"Card 2: {inner}"))
    assert "২" in sentence
    assert "৪" in sentence
    assert not any("a" <= char <= "z" for char in sentence), sentence


def test_a_screen_never_tells_of_the_command_line() -> None:
    for kind in classes().values():
        step = " ".join(str(kind.next_step).split())  # type: ignore[attr-defined]
        assert "kantha " not in INSTEAD.get(step, step), step
        assert "--" not in INSTEAD.get(step, step), step
    assert "kantha" not in said(Translator("en"), NothingWaitsError())


def test_values_of_the_record_and_control_characters_are_said_in_plain_words() -> None:
    assert "narrative" not in said(Translator("en"), IncompleteError(["narrative"]))
    odd = TextRefusedError("The text holds the control character U+0007 at character 4; only …")
    assert "U+0007" not in said(Translator("en"), TextRefusedError(f"{odd}."))
