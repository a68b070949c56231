"""Chips of state for complaints and cases: an icon and a word, one a row."""

from __future__ import annotations

import flet as ft

from app.actions.views import InboxRow
from app.i18n import Translator
from app.screens.parts.chips import Form, chip

_PAUSED = frozenset({"paused_for_safety", "withdrawn", "lost_contact", "not_taken", "referred_out"})
_DONE = frozenset({"verified", "closed"})


def complaint_chip(row: InboxRow, tr: Translator, *, selected: bool = False) -> ft.Control:
    """What the desk has done with a complaint so far."""
    word, form, icon = _complaint(row, tr)
    return chip(word, form, icon=icon, on_selected=selected)


def complaint_word(row: InboxRow, tr: Translator) -> str:
    """The word alone."""
    return _complaint(row, tr)[0]


def _complaint(row: InboxRow, tr: Translator) -> tuple[str, Form, ft.IconData]:
    if row.state == "in_case":
        return (row.cases[0] if row.cases else tr("In a case")), "done", ft.Icons.FOLDER_OUTLINED
    if row.state == "screened":
        return tr("Screened"), "worked", ft.Icons.RULE_ROUNDED
    if row.state == "withdrawn":
        return tr("Withdrawn"), "paused", ft.Icons.UNDO_ROUNDED
    if row.state == "unreadable":
        return tr("Cannot be read"), "attention", ft.Icons.ERROR_OUTLINE_ROUNDED
    return tr("New"), "new", ft.Icons.FIBER_NEW_ROUNDED


def status_word(status: str, tr: Translator) -> str:
    """A status of a case in words (DOMAIN 1.3)."""
    words = {
        "new": tr("New"),
        "screening": tr("Screening"),
        "accepted": tr("Accepted"),
        "referred_out": tr("Referred out"),
        "not_taken": tr("Not taken"),
        "fact_finding": tr("Fact-finding"),
        "demand_or_filing": tr("Demand or filing"),
        "negotiation": tr("Negotiation"),
        "conciliation": tr("Conciliation"),
        "hearing": tr("Hearing"),
        "agreement_or_decision": tr("Agreement or decision"),
        "implementation": tr("Implementation"),
        "verified": tr("Verified"),
        "closed": tr("Closed"),
        "paused_for_safety": tr("Paused for safety"),
        "withdrawn": tr("Withdrawn"),
        "lost_contact": tr("Lost contact"),
        "reopened": tr("Reopened"),
    }
    return words.get(status, status.replace("_", " "))


def status_chip(status: str, tr: Translator, *, selected: bool = False) -> ft.Control:
    """The chip of a case's status."""
    form: Form = "worked"
    icon = ft.Icons.GAVEL_ROUNDED
    if status in ("new", "reopened"):
        form, icon = "new", ft.Icons.FIBER_NEW_ROUNDED
    elif status in _DONE:
        form, icon = "done", ft.Icons.CHECK_ROUNDED
    elif status in _PAUSED:
        form, icon = "paused", ft.Icons.PAUSE_ROUNDED
    elif status in ("screening", "accepted", "fact_finding"):
        icon = ft.Icons.MANAGE_SEARCH_ROUNDED
    return chip(status_word(status, tr), form, icon=icon, on_selected=selected)


def type_word(case_type: str, tr: Translator) -> str:
    """Individual, group or collective."""
    words = {"individual": tr("Individual"), "group": tr("Group"), "collective": tr("Collective")}
    return words.get(case_type, case_type)
