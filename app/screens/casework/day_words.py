"""Times in tables and lines, in the local time of the desk and the words of its language."""

from __future__ import annotations

import datetime as dt

from babel.dates import format_date

from app.i18n import Translator


def moment(iso: str) -> dt.datetime:
    """A time of a view (`2026-11-22T16:01:59Z`, or a day) in local time."""
    read = dt.datetime.fromisoformat(iso)
    return read.replace(tzinfo=dt.UTC).astimezone() if read.tzinfo is None else read.astimezone()


def short(iso: str, tr: Translator, *, now: dt.datetime | None = None) -> str:
    """For a narrow column: 09:40 today, then yesterday, the day of the week, 6 Nov, 6 Nov 2025."""
    then = moment(iso)
    today = (now or dt.datetime.now(then.tzinfo)).date()
    days = (today - then.date()).days
    if days == 0:
        return tr.time(then)
    if days == 1:
        return tr("yesterday")
    if 1 < days < 7:
        return str(format_date(then, "EEE", locale=tr.lang))
    pattern = "d MMM" if then.year == today.year else "d MMM y"
    return tr.digits(format_date(then, pattern, locale=tr.lang))


def long(iso: str, tr: Translator) -> str:
    """today, 10:20 · yesterday, 18:10 · 6 November, 18:10"""
    return tr.ago(moment(iso))


def quiet_days(iso: str | None, *, now: dt.datetime | None = None) -> int | None:
    """How many days ago that was; None when never."""
    if iso is None:
        return None
    then = moment(iso)
    return ((now or dt.datetime.now(then.tzinfo)).date() - then.date()).days
