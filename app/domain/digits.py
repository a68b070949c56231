"""Digits of three scripts. What people type is read in any of them; what is kept has western digits."""

from __future__ import annotations

from typing import Final

WESTERN: Final = "0123456789"
BENGALI: Final = "০১২৩৪৫৬৭৮৯"
KHMER: Final = "០១២៣៤៥៦៧៨៩"

_TO_WESTERN = str.maketrans(BENGALI + KHMER, WESTERN * 2)
_FROM_WESTERN = {"bn": str.maketrans(WESTERN, BENGALI), "km": str.maketrans(WESTERN, KHMER)}


def to_western(text: str) -> str:
    """The same text with western digits; all other characters stay."""
    return text.translate(_TO_WESTERN)


def to_local(text: str, *, lang: str) -> str:
    """The same text with the digits of a language: Bengali for bn, Khmer for km, western for all others."""
    table = _FROM_WESTERN.get(lang)
    return text if table is None else text.translate(table)
