"""Times as the views show them: ISO 8601 in UTC, whole seconds."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(seconds: float) -> str:
    """``2026-11-22T16:01:59Z``."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_ms(milliseconds: int) -> str:
    """The same, from milliseconds."""
    return iso(milliseconds // 1000)


def day(seconds: float) -> str:
    """``2026-11-22``."""
    return iso(seconds)[:10]


def seconds_of(text: str) -> int | None:
    """Unix seconds of what `iso` wrote; None for anything else, since it comes from other devices."""
    try:
        return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())
    except ValueError:
        return None
