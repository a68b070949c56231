"""The digits of the three scripts.

Guarantees only a change of digits: nothing else in a text is touched. The way back (what a person typed, in
any
of the three) is `app.domain.digits.to_western`.
"""

from __future__ import annotations

from typing import Final, Literal

Lang = Literal["en", "bn", "km"]

LANGUAGES: Final[tuple[Lang, ...]] = ("bn", "km", "en")
"""In the order in which the unlock screen offers them."""

OWN_NAMES: Final[dict[Lang, str]] = {"en": "English", "bn": "বাংলা", "km": "ខ្មែរ"}

DIGITS: Final[dict[Lang, str]] = {"en": "0123456789", "bn": "০১২৩৪৫৬৭৮৯", "km": "០១២៣៤៥៦៧៨៩"}

_TABLES: Final = {lang: str.maketrans("0123456789", digits) for lang, digits in DIGITS.items()}


def to_numerals(text: str, lang: Lang) -> str:
    """`text` with its Western digits written in the numerals of `lang`."""
    return text.translate(_TABLES[lang])


def script_of(text: str) -> Lang:
    """The script that decides the line height of `text`: the first Bengali or Khmer letter, else Latin."""
    for char in text:
        if "\u0980" <= char <= "\u09ff" or char in "\u0964\u0965":
            return "bn"
        if "\u1780" <= char <= "\u17ff" or "\u19e0" <= char <= "\u19ff":
            return "km"
    return "en"
