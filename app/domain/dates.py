"""Partial dates: a year, a month or a day, as people remember them.

Guarantees: only real calendar dates between 1900 and 2199, in western digits, year first.
Does not: know today; a review date may lie ahead, and a story may begin before she was born.
"""

from __future__ import annotations

import calendar
import datetime
import re
from dataclasses import dataclass

from app.domain.errors import DateError

PATTERN = r"^(19|20|21)[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"
_FORM = re.compile(PATTERN[:-1] + r"\Z")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date of which the day, or the month and the day, may not be known."""

    year: int
    month: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        parts = [f"{self.year:04d}"] + [f"{part:02d}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)

    def earliest(self) -> datetime.date:
        """The first day that it can mean."""
        return datetime.date(self.year, self.month or 1, self.day or 1)

    def latest(self) -> datetime.date:
        """The last day that it can mean."""
        month = self.month or 12
        return datetime.date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def surely_after(self, other: PartialDate) -> bool:
        """Say whether no reading of the two lets this one come first; `2019-06` is not surely after
        `2019-06-15`.
        """
        return self.earliest() > other.latest()


def parse_date(text: str) -> PartialDate:
    """Read `2019`, `2019-06` or `2019-06-15`; DateError otherwise, with a sentence."""
    if _FORM.match(text) is None:
        raise DateError(f'"{text[:20]}" is not a date (use 2019, 2019-06 or 2019-06-15)')
    year, month, day = ([int(part) for part in text.split("-")] + [None, None])[:3]
    assert year is not None
    if month is not None and day is not None and day > calendar.monthrange(year, month)[1]:
        raise DateError(f'"{text}" is not a date: that month has {calendar.monthrange(year, month)[1]} days')
    return PartialDate(year, month, day)
