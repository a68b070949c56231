"""What is known of one worker's claim, checked against what a rule set may ask; a range where it is unsure.

`Facts.points()` are the exact cases that a range stands for: both ends of every range and, for an uncertain
first or last day, every day on which a count of years can change. The ledger computes each exactly; a result
that differs between them is a range and printed as an estimate.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any, Final

from app.domain.dates import PartialDate, parse_date
from app.domain.errors import DateError
from app.law.errors import FactError
from app.law.expression import Value
from app.law.rules import RuleSet
from app.law.service import Service, anniversaries

MAX_POINTS: Final = 20_000
JOINED: Final = "joined"
LAST_DAY: Final = "last_day"
Exact = Fraction | str | bool | datetime.date


@dataclass(frozen=True)
class Facts:
    """Each fact with its possible exact values, in order; one value where it is known."""

    values: Mapping[str, tuple[Exact, ...]]

    @classmethod
    def read(cls, told: Mapping[str, Any], *, rules: RuleSet) -> Facts:
        """Facts as told: amounts and numbers as decimal strings, dates as `2019`, `2019-06` or `2019-06-15`,
        a range as a list of two. `FactError` names the one that is wrong; what is absent or null is not
        known.
        """
        values: dict[str, tuple[Exact, ...]] = {}
        for name, value in told.items():
            kind = rules.facts.get(name)
            if kind is None:
                raise FactError(name, "is not asked under this law")
            if value is None:
                continue
            ends = value if isinstance(value, list) else [value]
            if not 1 <= len(ends) <= 2:
                raise FactError(name, "a range has two ends")
            values[name] = _span([_one(name, end, kind.kind, kind.words) for end in ends], name)
        facts = cls(values)
        facts._require_order()
        return facts

    @property
    def estimated(self) -> frozenset[str]:
        """The facts that are only known as a range."""
        return frozenset(name for name, values in self.values.items() if len(values) > 1)

    def points(self, needed: frozenset[str]) -> Iterator[dict[str, Exact]]:
        """Every exact case of the facts in `needed`; the first value stands for the rest."""
        names = list(self.values)
        choices = [self._choices(name) if name in needed else self.values[name][:1] for name in names]
        count = 1
        for choice in choices:
            count *= len(choice)
        if count > MAX_POINTS:
            raise FactError(", ".join(sorted(self.estimated & needed)), "too many ranges at once; narrow one")
        for point in product(*choices):
            yield dict(zip(names, point, strict=True))

    def _choices(self, name: str) -> tuple[Exact, ...]:
        values = self.values[name]
        if name not in (JOINED, LAST_DAY) or len(values) == 1:
            return values
        low, high = values[0], values[-1]
        assert isinstance(low, datetime.date)
        assert isinstance(high, datetime.date)
        other = self.values.get(LAST_DAY if name == JOINED else JOINED)
        if other is None:
            return values
        turning = set[datetime.date]()
        for end in other:
            assert isinstance(end, datetime.date)
            turning |= _turning_days(name, low, high, end)
        return (low, *sorted(turning - {low, high}), high)

    def _require_order(self) -> None:
        first, last = self.values.get(JOINED), self.values.get(LAST_DAY)
        if first and last and isinstance(first[-1], datetime.date) and isinstance(last[0], datetime.date):
            Service(first[-1], last[0])  # raises when no reading of them fits


def _turning_days(
    name: str, low: datetime.date, high: datetime.date, end: datetime.date
) -> set[datetime.date]:
    """The days between low and high on which the count of half-years to `end` changes, and the day after."""
    if name == LAST_DAY:
        days = anniversaries(end, high)
    else:
        # Counted back from the day after the last one.
        until, days = end + datetime.timedelta(days=1), []
        for months in range(6, 12 * 80, 6):
            year, month = divmod(until.year * 12 + until.month - 1 - months, 12)
            if year < low.year:
                break
            days.append(datetime.date(year, month + 1, min(until.day, 28)))
    near = {day + datetime.timedelta(days=shift) for day in days for shift in (-1, 0, 1)}
    return {day for day in near if low < day < high}


def names_of(point: Mapping[str, Exact]) -> dict[str, Value]:
    """The values that expressions see: the facts, and what first and last day give."""
    names: dict[str, Value] = {
        name: value for name, value in point.items() if not isinstance(value, datetime.date)
    }
    first, last = point.get(JOINED), point.get(LAST_DAY)
    if isinstance(first, datetime.date) and isinstance(last, datetime.date):
        service = Service(first, last)
        names |= {
            "years": Fraction(service.years),
            "years_rounded": Fraction(service.years_rounded),
            "exact_years": service.exact_years,
            "months": Fraction(service.months),
            "days": Fraction((service.last - service.first).days + 1),
        }
    return names


def _one(name: str, value: Any, kind: str, words: tuple[str, ...]) -> tuple[Exact, Exact]:
    """The lowest and highest exact value of what was told."""
    if kind == "truth" and isinstance(value, bool):
        return value, value
    if kind == "word" and value in words:
        return value, value
    if kind == "date" and isinstance(value, str):
        try:
            day: PartialDate = parse_date(value)
        except DateError as error:
            raise FactError(name, str(error)) from error
        return day.earliest(), day.latest()
    if kind in ("money", "number") and isinstance(value, str | int) and not isinstance(value, bool):
        return (number := _number(name, str(value))), number
    raise FactError(name, f"is not {'one of ' + ', '.join(words) if words else 'a ' + kind}")


def _number(name: str, text: str) -> Fraction:
    whole, _, part = text.partition(".")
    if not (whole.isascii() and whole.isdigit() and (not part or (part.isascii() and part.isdigit()))):
        raise FactError(name, f'"{text[:20]}" is not an amount: no sign, no grouping, at most one point')
    if len(text) > 24:
        raise FactError(name, "has too many digits")
    return Fraction(text)


def _span(ends: list[tuple[Exact, Exact]], name: str) -> tuple[Exact, ...]:
    low, high = ends[0][0], ends[-1][1]
    if type(low) is not type(high) or (isinstance(low, str | bool) and low != high):
        raise FactError(name, "only amounts, numbers and dates can be ranges")
    if low == high:
        return (low,)
    if isinstance(low, Fraction | datetime.date) and low > high:  # type: ignore[operator]
        raise FactError(name, "the first end of a range is the lower one")
    return (low, high)
