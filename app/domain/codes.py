"""Complaint codes: eight digits, `PPP-NNNN-C`. A device's prefix, a number it never gives twice, a check
digit.

Guarantees: the check digit (Damm 2004) finds every single wrong digit and every two neighbours exchanged,
which is how people mishear and mistype. Does not: say whether the code was ever given.
"""

from __future__ import annotations

import re
from typing import Final

from app.domain.digits import to_western
from app.domain.errors import CodeError

MAX_PREFIX: Final = 999
MAX_NUMBER: Final = 9999

# H. M. Damm, "Total anti-symmetrische Quasigruppen", Marburg 2004: a quasigroup of order 10.
_DAMM: Final = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip

_BETWEEN = re.compile(r"[\s\u200b\u200c\u200d\-\u2010-\u2015\u2212.]+")


def format_code(prefix: int, number: int) -> str:
    """The code of a device's prefix (0 to 999) and number (0 to 9999), as it is read aloud."""
    if not 0 <= prefix <= MAX_PREFIX:
        raise CodeError(f"A prefix has three digits; {prefix} is none.")
    if not 0 <= number <= MAX_NUMBER:
        raise CodeError(f"A number has four digits; {number} is none.")
    digits = f"{prefix:03d}{number:04d}"
    return f"{digits[:3]}-{digits[3:]}-{_check_digit(digits)}"


def parse_code(text: str) -> str:
    """Read a code as people write it and give it in its one form; CodeError when it cannot be one.

    Hyphens, dots and spaces may be missing or stand anywhere; digits may be western, Bengali or Khmer.
    """
    digits = _BETWEEN.sub("", to_western(text[:100]))
    if not (digits.isascii() and digits.isdigit()):
        raise CodeError("A code has digits only, eight of them, such as 118-2206-6.")
    if len(digits) != 8:
        raise CodeError(f"A code has eight digits, such as 118-2206-6; this has {len(digits)}.")
    if _check_digit(digits[:7]) != digits[7]:
        raise CodeError("The last digit does not fit the others: one of the eight is not as it was given.")
    return f"{digits[:3]}-{digits[3:7]}-{digits[7]}"


def _check_digit(digits: str) -> str:
    state = 0
    for digit in digits:
        state = int(_DAMM[state][int(digit)])
    return str(state)
