"""What waited too long is said as such, with the way on that works."""

from __future__ import annotations

from pathlib import Path

import flet as ft
import pytest
from flet.controls.base_control import BaseControl

from app.actions.views import OutboxItem, OutboxView
from app.screens.intake import waiting
from app.screens.intake.too_late import too_late
from app.screens.state import AppModel, Session
from tests.screens.drawing import Paper, draw


def model(home: Path, lang: str = "en") -> AppModel:
    return AppModel(session=Session(home), page=Paper(), lang=lang)  # type: ignore[arg-type]


def shown(at: AppModel, kind: str) -> list[BaseControl]:
    return draw(at.page, ft.component(lambda m: too_late(m, "207-4101-9", kind, [])), at)  # type: ignore[arg-type]


def press(found: list[BaseControl]) -> None:
    (button,) = [control for control in found if isinstance(control, ft.TextButton)]
    button.on_click(None)  # type: ignore[misc, call-arg]


@pytest.mark.parametrize("lang", ["en", "bn", "km"])
def test_it_is_said_that_the_desk_can_no_longer_read_it(lang: str, tmp_path: Path) -> None:
    at = model(tmp_path, lang)
    words = " ".join(control.value for control in shown(at, "complaint") if isinstance(control, ft.Text))
    assert at.tr("Too late") in words
    assert at.tr("It waited here too long. The desk can no longer read it.") in words


def test_a_complaint_is_taken_down_anew_since_an_addition_to_it_would_not_be_seen(tmp_path: Path) -> None:
    at = model(tmp_path)
    press(shown(at, "complaint"))
    assert (at.place, at.what) == ("interview", None)


def test_an_addition_is_added_again_under_its_number(tmp_path: Path) -> None:
    at = model(tmp_path)
    press(shown(at, "addition"))
    assert (at.place, at.what) == ("add", "207-4101-9")


def test_it_stands_first_and_is_not_counted_among_what_still_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    items = [
        OutboxItem("207-4193-6", "complaint", "waiting", ""),
        OutboxItem("207-4190-2", "complaint", "left", ""),
        OutboxItem("207-4101-9", "complaint", "too_late", ""),
    ]
    monkeypatch.setattr(waiting.sending, "outbox", lambda _: OutboxView(items, None, 0))
    monkeypatch.setattr(waiting.intake, "listing", lambda _: [])
    box = waiting.read_box(None)  # type: ignore[arg-type]
    assert [(item.code, item.reached) for item in box.items] == [
        ("207-4101-9", 0),
        ("207-4193-6", 1),
        ("207-4190-2", 2),
    ]
