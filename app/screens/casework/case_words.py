"""The fields and values of a case in words: for its history and for what is in conflict."""

from __future__ import annotations

from app.actions.views import HistoryView
from app.i18n import Translator
from app.screens.casework.state_chips import status_word, type_word


def field_word(field: str, tr: Translator) -> str:
    """The name of a field."""
    words = {
        "status": tr("Status"),
        "assignee": tr("Lead"),
        "title": tr("Title"),
        "priority": tr("Priority"),
        "type": tr("Case type"),
    }
    return words.get(field, field)


def value_word(field: str, value: str, tr: Translator) -> str:
    """A value as it is shown; nobody and nothing are said too."""
    if field == "status":
        status, _, reason = value.partition(" (")
        return (
            f"{status_word(status, tr)} ({reason_word(reason[:-1], tr)})"
            if reason
            else status_word(status, tr)
        )
    if field == "type":
        return type_word(value, tr)
    if field == "priority":
        words = {"low": tr("low"), "normal": tr("normal"), "high": tr("high"), "urgent": tr("urgent")}
        return words.get(value, value)
    if field == "assignee":
        return value or tr("Nobody yet")
    return value or tr("nothing")


def reason_word(reason: str, tr: Translator) -> str:
    """Why a case was closed without a remedy."""
    words = {"not_remedied": tr("ended without a remedy"), "merged": tr("another case goes on with it")}
    return words.get(reason, reason)


def history_line(event: HistoryView, tr: Translator) -> str:
    """One thing that happened, as a sentence without a full stop."""
    if event.what == "opened":
        return tr("opened as {number}", number=event.value)
    if event.what == "complaint":
        return tr("complaint {code} joined", code=event.value)
    if event.what == "note":
        return tr("note written")
    value = value_word(event.what, event.value, tr)
    if event.replaced is not None:
        before = value_word(event.what, event.replaced, tr)
        return tr(
            "{field}: {value}, before {before}", field=field_word(event.what, tr), value=value, before=before
        )
    return tr("{field}: {value}", field=field_word(event.what, tr), value=value)
