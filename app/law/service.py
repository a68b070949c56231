"""Length of service, counted as labour law counts it: whole years, months and days between two calendar days.

The last day is worked, so it counts: from 5 February 2018 to 4 February 2019 is one year. Published
calculators that leave the first day out give the same whole years except on the anniversary itself.
"""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass
from fractions import Fraction

from app.law.errors import FactError


@dataclass(frozen=True)
class Service:
    """From the first to the last day, both worked."""

    first: datetime.date
    last: datetime.date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise FactError("joined", f"the first day ({self.first}) is after the last ({self.last})")

    def _until(self) -> datetime.date:
        return self.last + datetime.timedelta(days=1)

    @property
    def months(self) -> int:
        """Completed months."""
        until = self._until()
        months = (until.year - self.first.year) * 12 + until.month - self.first.month
        return months - (until < add_months(self.first, months))

    @property
    def years(self) -> int:
        """Completed years."""
        return self.months // 12

    @property
    def days_after_months(self) -> int:
        """Days beyond the completed months."""
        return (self._until() - add_months(self.first, self.months)).days

    @property
    def years_rounded(self) -> int:
        """Completed years, where a part of more than six months counts as a year (s.2(10) and others)."""
        over = self.months % 12
        return self.years + (over > 6 or (over == 6 and self.days_after_months > 0))

    @property
    def exact_years(self) -> Fraction:
        """Months ÷ 12, for comparisons with a boundary such as "from three years"."""
        return Fraction(self.months, 12)


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def anniversaries(first: datetime.date, last: datetime.date) -> list[datetime.date]:
    """Every half-year's day in between: where a count of years can change when the first day is uncertain."""
    days, months = [], 6
    while (day := add_months(first, months)) < last and months < 12 * 80:
        days.append(day)
        months += 6
    return days
