"""Lines, records and a page of the desk without a vault, for tests of what is said and in which order."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from app.actions.views import CaseRow, InboxRow
from app.i18n import Translator
from app.screens.casework.model import DeskModel
from app.screens.state import AppModel


def line(code: str = "207-4193-6", **changes: Any) -> InboxRow:
    """A line of the inbox that nobody has looked at yet."""
    usual: dict[str, Any] = {
        "received": "2026-11-22T09:12:00Z",
        "device": "aa" * 16,
        "device_label": "Blue-7",
        "issues": ["T4", "W1"],
        "facility": None,
        "danger": "no",
        "screened": False,
        "retaliation": False,
        "added": 0,
        "state": "new",
        "authentic": True,
        "desk": "main",
        "cases": [],
    }
    return InboxRow(code=code, **{**usual, **changes})


def case_line(number: str, **changes: Any) -> CaseRow:
    """A line of the cases."""
    usual: dict[str, Any] = {
        "title": None,
        "status": "new",
        "case_type": "individual",
        "priority": None,
        "assignee": None,
        "assignee_label": None,
        "complaints": 1,
        "conflicts": 0,
        "opened": "2026-11-22T09:12:00Z",
        "changed": "2026-11-22T09:12:00Z",
    }
    return CaseRow(number=number, **{**usual, **changes})


class FakeApp:
    """The page behind a desk: where it is and what was shown before."""

    def __init__(self) -> None:
        self.place, self.what, self.lang, self.seen = "start", cast("str | None", None), "en", 0
        self.page: Any = None
        self.trail: list[tuple[str, str | None]] = []
        self.session = SimpleNamespace(device=None, models=[self])

    @property
    def tr(self) -> Translator:
        return Translator(self.lang)

    def go(self, place: str, what: str | None = None) -> None:
        self.trail.append((self.place, self.what))
        self.place, self.what = place, what

    def root(self, place: str) -> None:
        self.trail.clear()
        self.place, self.what = place, None

    def back(self) -> None:
        self.place, self.what = self.trail.pop() if self.trail else ("start", None)


def desk(*rows: InboxRow, width: float = 1440) -> DeskModel:
    """A desk that shows these lines."""
    return DeskModel(app=cast("AppModel", FakeApp()), rows=rows, width=width)
