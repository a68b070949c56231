"""Faults are said in the person's language, with what to do, and without what is not theirs to read."""

from __future__ import annotations

import pytest

from app.actions.errors import DraftUnknownError, RecordRefusedError
from app.i18n import Translator
from app.screens.settings.faults import said
from app.vault.errors import VaultFullError
from crypto.errors import DigitsDifferError, WrongPassphraseError
from sync.errors import RelayBusyError, RelayUnreachableError

COMMON = [
    DraftUnknownError,
    VaultFullError,
    DigitsDifferError,
    WrongPassphraseError,
    RelayBusyError,
    RelayUnreachableError,
]


@pytest.mark.parametrize("kind", COMMON)
@pytest.mark.parametrize("lang", ["bn", "km"])
def test_what_often_goes_wrong_is_said_in_her_language(kind: type[Exception], lang: str) -> None:
    sentence = said(Translator(lang), kind())
    assert not any("a" <= char <= "z" for char in sentence), sentence


@pytest.mark.parametrize("kind", COMMON)
def test_in_english_it_says_what_happened_and_what_to_do(kind: type[Exception]) -> None:
    sentence = said(Translator("en"), kind())
    assert sentence.endswith(str(kind.next_step))  # type: ignore[attr-defined]
    assert len(sentence) > len(str(kind.next_step)) + 5  # type: ignore[attr-defined]


def test_a_refused_record_shows_neither_path_nor_value() -> None:
    assert "$" not in said(Translator("en"), RecordRefusedError("$.facility.country", "'ZZ' is no country"))


def test_a_fault_that_is_not_ours_gives_away_nothing() -> None:
    assert "secret" not in said(Translator("en"), RuntimeError("/home/x/secret"))
