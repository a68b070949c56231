"""Times as the actions give them, and as a person reads them."""

from __future__ import annotations

from datetime import datetime

from app.i18n import Translator


def local(iso: str) -> datetime:
    """An ISO time in UTC, or a day, as a time of this device's own clock."""
    moment = datetime.fromisoformat(iso.replace("Z", "+00:00"))
    return moment.astimezone().replace(tzinfo=None) if moment.tzinfo else moment


def ago(tr: Translator, iso: str) -> str:
    """today, 10:20"""
    return tr.ago(local(iso), now=datetime.now())
