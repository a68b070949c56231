"""Whole amounts of money in words, for the line below an entry.

Guarantees the usual reading of 0 to 99,99,99,999 in English, Bengali (lakh, crore) and Khmer; a larger
number is
given in digits. Fractions are not said.
"""

from __future__ import annotations

from typing import Final

from app.i18n.numerals import Lang, to_numerals

_LARGEST: Final = 999_999_999

_EN: Final = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_EN_TENS: Final = ["-", "-", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]

_BN: Final = [
    "শূন্য",
    "এক",
    "দুই",
    "তিন",
    "চার",
    "পাঁচ",
    "ছয়",
    "সাত",
    "আট",
    "নয়",
    "দশ",
    "এগারো",
    "বারো",
    "তেরো",
    "চৌদ্দ",
    "পনেরো",
    "ষোলো",
    "সতেরো",
    "আঠারো",
    "উনিশ",
    "বিশ",
    "একুশ",
    "বাইশ",
    "তেইশ",
    "চব্বিশ",
    "পঁচিশ",
    "ছাব্বিশ",
    "সাতাশ",
    "আটাশ",
    "ঊনত্রিশ",
    "ত্রিশ",
    "একত্রিশ",
    "বত্রিশ",
    "তেত্রিশ",
    "চৌত্রিশ",
    "পঁয়ত্রিশ",
    "ছত্রিশ",
    "সাঁইত্রিশ",
    "আটত্রিশ",
    "ঊনচল্লিশ",
    "চল্লিশ",
    "একচল্লিশ",
    "বিয়াল্লিশ",
    "তেতাল্লিশ",
    "চুয়াল্লিশ",
    "পঁয়তাল্লিশ",
    "ছেচল্লিশ",
    "সাতচল্লিশ",
    "আটচল্লিশ",
    "ঊনপঞ্চাশ",
    "পঞ্চাশ",
    "একান্ন",
    "বায়ান্ন",
    "তিপ্পান্ন",
    "চুয়ান্ন",
    "পঞ্চান্ন",
    "ছাপ্পান্ন",
    "সাতান্ন",
    "আটান্ন",
    "ঊনষাট",
    "ষাট",
    "একষট্টি",
    "বাষট্টি",
    "তেষট্টি",
    "চৌষট্টি",
    "পঁয়ষট্টি",
    "ছেষট্টি",
    "সাতষট্টি",
    "আটষট্টি",
    "ঊনসত্তর",
    "সত্তর",
    "একাত্তর",
    "বাহাত্তর",
    "তিয়াত্তর",
    "চুয়াত্তর",
    "পঁচাত্তর",
    "ছিয়াত্তর",
    "সাতাত্তর",
    "আটাত্তর",
    "ঊনআশি",
    "আশি",
    "একাশি",
    "বিরাশি",
    "তিরাশি",
    "চুরাশি",
    "পঁচাশি",
    "ছিয়াশি",
    "সাতাশি",
    "আটাশি",
    "ঊননব্বই",
    "নব্বই",
    "একানব্বই",
    "বিরানব্বই",
    "তিরানব্বই",
    "চুরানব্বই",
    "পঁচানব্বই",
    "ছিয়ানব্বই",
    "সাতানব্বই",
    "আটানব্বই",
    "নিরানব্বই",
]

_KM: Final = ["សូន្យ", "មួយ", "ពីរ", "បី", "បួន", "ប្រាំ", "ប្រាំមួយ", "ប្រាំពីរ", "ប្រាំបី", "ប្រាំបួន"]
_KM_TENS: Final = ["-", "ដប់", "ម្ភៃ", "សាមសិប", "សែសិប", "ហាសិប", "ហុកសិប", "ចិតសិប", "ប៉ែតសិប", "កៅសិប"]
_KM_PLACES: Final = ((1_000_000, "លាន"), (100_000, "សែន"), (10_000, "ម៉ឺន"), (1_000, "ពាន់"), (100, "រយ"))

_UNITS: Final[dict[str, dict[Lang, str]]] = {
    "BDT": {"en": "taka", "bn": "টাকা", "km": "តាកា"},
    "KHR": {"en": "riel", "bn": "রিয়েল", "km": "រៀល"},
    "USD": {"en": "dollars", "bn": "ডলার", "km": "ដុល្លារ"},
}


def _english(n: int) -> str:
    if n < 20:
        return _EN[n]
    if n < 100:
        return _EN_TENS[n // 10] + (f"-{_EN[n % 10]}" if n % 10 else "")
    for size, name in ((1_000_000, "million"), (1_000, "thousand"), (100, "hundred")):
        if n >= size:
            rest = n % size
            return f"{_english(n // size)} {name}" + (f" {_english(rest)}" if rest else "")
    raise AssertionError(n)


def _bengali(n: int) -> str:
    parts: list[str] = []
    for size, name in ((10_000_000, " কোটি"), (100_000, " লাখ"), (1_000, " হাজার"), (100, "শ")):
        if n >= size:
            parts.append(_BN[n // size] + name)
            n %= size
    if n or not parts:
        parts.append(_BN[n])
    return " ".join(parts)


def _khmer(n: int) -> str:
    parts: list[str] = []
    for size, name in _KM_PLACES:
        if n >= size:
            parts.append(_khmer(n // size) + name)
            n %= size
    if n >= 10:
        parts.append(_KM_TENS[n // 10])
        n %= 10
    if n or not parts:
        parts.append(_KM[n])
    return "\u200b".join(parts)


def amount_in_words(whole: int, currency: str, lang: Lang) -> str:
    """`whole` units of `currency` as they are said, e.g. "তিন হাজার একত্রিশ টাকা"."""
    unit = _UNITS.get(currency, {}).get(lang, currency)
    if not 0 <= whole <= _LARGEST:
        return f"{to_numerals(str(whole), lang)} {unit}"
    if lang == "bn":
        return f"{_bengali(whole)} {unit}"
    if lang == "km":
        return f"{_khmer(whole)}\u200b{unit}"
    return f"{_english(whole)} {unit}"
