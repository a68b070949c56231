"""One lock for the whole process: what is typed is kept, the vault is closed, every page shows the lock."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.screens.state import AppModel, Preferences, Session


class Paper:
    """A page that takes what a theme gives it and shows nothing."""

    title = ""

    def update(self) -> None:
        """Nothing is drawn."""


class OpenDevice:
    """A device that only knows whether it was locked."""

    role = "intake"

    def __init__(self, told: list[str]) -> None:
        self.told = told

    def lock(self) -> None:
        """Remember it."""
        self.told.append("locked")


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(tmp_path)


def page_of(session: Session) -> AppModel:
    model = AppModel(session=session, page=Paper())  # type: ignore[arg-type]
    session.models.append(model)
    return model


def test_a_lock_keeps_what_is_typed_before_the_vault_closes(session: Session) -> None:
    told: list[str] = []
    session.device = OpenDevice(told)  # type: ignore[assignment]
    page_of(session).keep_before_lock(lambda _: told.append("kept"))
    session.lock()
    assert told == ["kept", "locked"]


def test_a_lock_on_one_page_is_a_lock_on_all(session: Session) -> None:
    session.device = OpenDevice([])  # type: ignore[assignment]
    first, second = page_of(session), page_of(session)
    second.go("interview", "a draft")
    first.lock()
    assert session.device is None
    assert second.stage == "empty"  # there is no vault in this folder
    assert (second.place, second.what) == ("start", None)


def test_locking_twice_does_nothing_twice(session: Session) -> None:
    told: list[str] = []
    session.device = OpenDevice(told)  # type: ignore[assignment]
    session.lock()
    session.lock()
    assert told == ["locked"]


def test_a_keeper_that_was_taken_back_is_not_called(session: Session) -> None:
    told: list[str] = []
    session.device = OpenDevice([])  # type: ignore[assignment]
    forget = page_of(session).keep_before_lock(lambda _: told.append("kept"))
    forget()
    session.lock()
    assert told == []


def test_back_leads_where_one_came_from_and_a_place_of_the_navigation_has_nothing_behind_it(
    session: Session,
) -> None:
    model = page_of(session)
    model.go("unfinished")
    model.go("interview", "a draft")
    model.back()
    assert (model.place, model.what) == ("unfinished", None)
    model.root("waiting")
    model.back()
    assert model.place == "start"


def test_the_language_is_known_before_the_key_and_nothing_else_is(session: Session) -> None:
    page_of(session).choose(lang="km", brightness="sun")
    assert Session(session.home).preferences() == Preferences("km", "sun", True)
    written: Any = (session.home / "screen.json").read_text()
    assert set(written) <= set('{}":,_') | set("langkmbrightnessunauto_advancetrue")


def test_a_damaged_choice_of_language_costs_no_more_than_the_choice(session: Session) -> None:
    (session.home / "screen.json").write_bytes(b"\x00{")
    assert session.preferences() == Preferences()


def test_doing_something_puts_the_lock_off(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("app.screens.state.time.monotonic", lambda: now[0])
    session.touch()
    now[0] += session.idle_minutes * 60 - 1
    assert session.seconds_left() == 1
    session.touch()
    assert session.seconds_left() == session.idle_minutes * 60
