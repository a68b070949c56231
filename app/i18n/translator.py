"""Words, numbers, dates and money in the language of the person who holds the device.

The English source text is the key of the catalogues in `assets/translations/{bn,km}.po`. A text without a
translation appears in English rather than not at all; a test sees to it that there is none. Digits are
those of
the language, everywhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from babel.dates import format_date
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from app import assets
from app.i18n.numerals import Lang, to_numerals
from app.i18n.words import amount_in_words

_SIGNS = {"BDT": "৳", "KHR": "៛", "USD": "$"}
_GROUPING = {"en": "en", "bn": "bn", "km": "en"}
"""Khmer money is written with the comma of the English grouping in garment factories' papers."""


@lru_cache(maxsize=4)
def catalogue(lang: Lang) -> dict[str, str]:
    """Source text to translation for `lang`, from `{lang}.po` and every `*-{lang}.po`; empty for English."""
    if lang == "en":
        return {}
    folder = assets.path("translations")
    entries: dict[str, str] = {}
    for path in [*sorted(folder.glob(f"*-{lang}.po")), folder / f"{lang}.po"]:
        with path.open("rb") as file:
            read = read_po(file, locale=lang)
        entries |= {str(entry.id): str(entry.string) for entry in read if entry.id and entry.string}
    return entries


class Translator:
    """Says things in one language. Call it with the English source text: `tr("Next")`."""

    def __init__(self, lang: str) -> None:
        self.lang: Lang = lang if lang in ("en", "bn", "km") else "en"  # type: ignore[assignment]
        self._catalogue = catalogue(self.lang)

    def __call__(self, source: str, **fields: object) -> str:
        """The text in this language with `fields` filled in; whole numbers become numerals of the
        language."""
        text = self._catalogue.get(source, source)
        if not fields:
            return text
        return text.format(**{k: self.number(v) if type(v) is int else v for k, v in fields.items()})

    def count(self, source: str, n: int, *, one: str | None = None, **fields: object) -> str:
        """`source` with `{n}`; English takes `one` for a single thing, the other languages need no second
        form."""
        if n == 1 and one is not None and self.lang == "en":
            return self(one, n=n, **fields)
        return self(source, n=n, **fields)

    def digits(self, text: str) -> str:
        """`text` with its Western digits in the numerals of the language."""
        return to_numerals(text, self.lang)

    def number(self, n: int | Decimal) -> str:
        """A number grouped as the language groups: 1,20,000 in Bengali."""
        return self.digits(format_decimal(n, locale=_GROUPING[self.lang]))

    def decimal(self, value: float, *, places: int) -> str:
        """A measure with its decimals: 0.9"""
        return self.digits(f"{value:.{places}f}")

    def code(self, code: str) -> str:
        """A complaint's code in the numerals of the language, groups and hyphens as they are."""
        return self.digits(code)

    def date(self, day: dt.date) -> str:
        """6 November 2026"""
        return self.digits(format_date(day, "d MMMM y", locale=self.lang))

    def month(self, day: dt.date) -> str:
        """November 2026"""
        return self.digits(format_date(day, "MMMM y", locale=self.lang))

    def month_name(self, month: int) -> str:
        """November; alone, as on a chip"""
        return format_date(dt.date(2000, month, 1), "LLLL", locale=self.lang)

    def partial(self, text: str) -> str:
        """A partial date as the record holds it ("2019", "2019-06", "2019-06-15") in words."""
        parts = [int(part) for part in text.split("-")]
        if len(parts) == 1:
            return self.digits(str(parts[0]))
        if len(parts) == 2:
            return self.month(dt.date(parts[0], parts[1], 1))
        return self.date(dt.date(parts[0], parts[1], parts[2]))

    def time(self, moment: dt.datetime) -> str:
        """18:10, the clock of twenty-four hours"""
        return self.digits(f"{moment:%H:%M}")

    def ago(self, then: dt.datetime, *, now: dt.datetime | None = None) -> str:
        """today, 10:20 · yesterday, 18:10 · 6 November, 18:10 · 6 November 2025"""
        now = now or dt.datetime.now(then.tzinfo)
        days = (now.date() - then.date()).days
        if days == 0:
            return self("today, {time}", time=self.time(then))
        if days == 1:
            return self("yesterday, {time}", time=self.time(then))
        if abs(now.date() - then.date()) < dt.timedelta(days=300):
            return f"{self.digits(format_date(then, 'd MMMM', locale=self.lang))}, {self.time(then)}"
        return self.date(then)

    def money(self, amount: str | int | Decimal, currency: str, *, table: bool = False) -> str:
        """৳ ৬,৫০০ on a phone; `table` gives BDT 6,500.00 with Western digits for the desk's columns."""
        value = Decimal(amount)
        if table:
            return f"{currency} {value:,.2f}"
        pattern = "#,##0.##" if self.lang != "bn" else "#,##,##0.##"
        written = format_decimal(value, format=pattern, locale=_GROUPING[self.lang])
        return f"{self.sign(currency)} {self.digits(written)}"

    def sign(self, currency: str) -> str:
        """The sign of a currency: ৳"""
        return _SIGNS.get(currency, currency)

    def amount_typed(self, digits: str, currency: str) -> str:
        """An amount while it is being entered: a point at its end stays, nothing entered is a dash."""
        if not digits:
            return f"{self.sign(currency)} –"
        whole, point, part = digits.partition(".")
        return self.money(whole or "0", currency) + point + self.digits(part)

    def in_words(self, amount: str | int | Decimal, currency: str) -> str:
        """The whole part of an amount as it is said; empty for what is not a number."""
        try:
            return amount_in_words(int(Decimal(amount)), currency, self.lang)
        except ArithmeticError:
            return ""

    def join(self, parts: Iterable[str]) -> str:
        """Several things on one line, divided by a middle dot."""
        return " · ".join(part for part in parts if part)
