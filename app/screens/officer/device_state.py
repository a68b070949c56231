"""The state of a device in one chip, and why it was revoked: no more than roster and counters say."""

from __future__ import annotations

import flet as ft

from app.actions.views import DeviceView
from app.i18n import Translator
from app.screens.casework import day_words
from app.screens.casework.arrivals_words import QUIET_DAYS
from app.screens.parts.chips import Form, chip


def state_chip(
    device: DeviceView, tr: Translator, *, this: str, look: bool = False, selected: bool = False
) -> ft.Control:
    """The chip. `look`: its counters say that somebody should look at it (two with one number, expired)."""
    word, form, icon = state(device, tr, this=this, look=look)
    return chip(word, form, icon=icon, on_selected=selected)


def state(
    device: DeviceView, tr: Translator, *, this: str, look: bool = False
) -> tuple[str, Form, ft.IconData]:
    """In use, quiet, look at it, revoked with day and reason, and what is still on the way to belonging."""
    if device.state == "revoked":
        return revoked_word(device, tr), "waiting", ft.Icons.BLOCK_ROUNDED
    if device.state == "waiting":
        return tr("Waits for another officer"), "paused", ft.Icons.HOURGLASS_EMPTY_ROUNDED
    if device.state == "answered":
        return tr("Has answered, compare"), "new", ft.Icons.MARK_EMAIL_READ_ROUNDED
    if look or device.state == "displaced":
        return tr("Look at it"), "attention", ft.Icons.PRIORITY_HIGH_ROUNDED
    if device.id == this:
        return tr("This machine"), "new", ft.Icons.LAPTOP_ROUNDED
    days = day_words.quiet_days(device.last_heard)
    if device.closed_at is not None:
        return tr("No longer waited for"), "paused", ft.Icons.TIMER_OFF_OUTLINED
    if days is None:
        return tr("Not heard yet"), "paused", ft.Icons.HOURGLASS_EMPTY_ROUNDED
    if days >= QUIET_DAYS:
        return tr("Quiet {n} days", n=days), "paused", ft.Icons.HOURGLASS_EMPTY_ROUNDED
    return tr("In use"), "done", ft.Icons.CHECK_ROUNDED


def revoked_word(device: DeviceView, tr: Translator) -> str:
    """`Revoked 1 Oct, lost`"""
    when = day_words.short(device.revoked_at, tr) if device.revoked_at else ""
    words = tr("Revoked {when}", when=when) if when else tr("Revoked")
    why = reason_word(device.reason, tr)
    return f"{words}, {why}" if why else words


def reason_word(reason: str | None, tr: Translator) -> str:
    """Why a device was revoked, as it stands behind the day; empty when none was given."""
    return {
        "seized": tr("seized"),
        "lost": tr("lost"),
        "left": tr("left us"),
        "replaced": tr("replaced"),
    }.get(reason or "", "")


def may_be_waiting_in_vain(device: DeviceView) -> bool:
    """A phone in use that was not heard for so long that the desk keeps old keys for it."""
    if device.role != "intake" or device.state != "active" or device.closed_at is not None:
        return False
    days = day_words.quiet_days(device.last_heard)
    return days is None or days >= QUIET_DAYS
