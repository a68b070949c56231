"""Restoring a desk from its screens: with real files on an empty machine, and nothing is left beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import flet as ft
import pytest

from app.actions import device as devices
from app.actions import recovery
from app.actions.recovery_views import DrillView, RestoredView
from app.i18n import Translator
from app.screens.officer.make_archive import archive_bytes
from app.screens.settings.restore import RestoreDesk
from app.screens.settings.restore_choices import RestoreChoices, gone_words, happens
from app.screens.settings.restore_done import came_back, restore_done
from app.screens.settings.restoring import Wanted, labels, restore, try_first
from app.screens.state import AppModel, Preferences, Session
from crypto.errors import CardPassphraseError
from tests.screens.drawing import Paper, draw
from tests.sync.world import MEMORY_KIB, World

CARD_PASSPHRASE = "the loom stands by the window"
NEW_PASSPHRASE = "seven lamps along the dry canal"
TRIED = DrillView("Sramik Union", "main", "2026-11-20T00:00:00Z", "Desk-1", 2, 5, 3, 2, 2, 0, "2026-11-22")
BACK = RestoredView("2026-11-20T00:00:00Z", "Desk-1", 2, 5, ["Desk-1", "Desk-2"], True, False, 0)


@pytest.fixture(scope="module")
def brought(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wanted]:
    """The archive and the card of a desk, and a relay that answers."""
    with World(tmp_path_factory.mktemp("raid")) as world:
        archive, _ = archive_bytes(world.desk)
        card = recovery.card(world.desk, passphrase=CARD_PASSPHRASE, memory_kib=MEMORY_KIB)
        yield Wanted(archive, ((card.text, CARD_PASSPHRASE),), NEW_PASSPHRASE)


def empty_machine(folder: Path) -> Session:
    """On which somebody has chosen a language, as people do first."""
    session = Session(folder / "home")
    session.keep(Preferences(lang="bn"))
    return session


def test_a_desk_is_restored_on_an_empty_machine_whose_language_was_chosen(
    brought: Wanted, tmp_path: Path
) -> None:
    session = empty_machine(tmp_path)
    tried = try_first(session, brought.archive, brought.cards)
    assert (tried.organisation, tried.desk) == ("Sramik Union", "main")
    view = restore(session, brought, argon_memory_kib=MEMORY_KIB)
    assert view.published
    assert len(view.revoked) == 1
    assert devices.state(session.home) == "ready"
    assert session.preferences() == Preferences(lang="bn")
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
    device = devices.unlock(session.home, NEW_PASSPHRASE)
    assert device.officer
    device.lock()


def test_a_restoration_that_is_refused_leaves_the_machine_as_it_was(brought: Wanted, tmp_path: Path) -> None:
    session = empty_machine(tmp_path)
    wrong = replace(brought, cards=((brought.cards[0][0], "another passphrase altogether"),))
    with pytest.raises(CardPassphraseError):
        try_first(session, wrong.archive, wrong.cards)
    with pytest.raises(CardPassphraseError):
        restore(session, wrong, argon_memory_kib=MEMORY_KIB)
    assert devices.state(session.home) == "empty"
    assert session.preferences() == Preferences(lang="bn")
    assert [path.name for path in tmp_path.rglob("*")] == ["home", "screen.json"]


def words_of(component: object, home: Path, lang: str, *args: object, **more: object) -> set[str]:
    at = AppModel(session=Session(home), page=Paper(), lang=lang)  # type: ignore[arg-type]
    drawn = ft.component(lambda model: component(model, *args, **more))  # type: ignore[operator]
    return {one.value for one in draw(at.page, drawn, at) if isinstance(one, ft.Text)}  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", ["en", "bn", "km"])
def test_the_pages_draw_in_every_language(lang: str, tmp_path: Path) -> None:
    tr = Translator(lang)
    first = words_of(RestoreDesk, tmp_path, lang, lambda: None)
    assert {tr("Open the archive"), tr("Add this card"), tr("Try it first")} <= first
    assert tr("Restore now") not in first
    second = words_of(
        RestoreChoices, tmp_path, lang, TRIED, b"", (), on_back=lambda: None, on_done=lambda _: None
    )
    assert {tr("Restore now"), tr("This cannot be undone.")} <= second
    assert {word for _, word, _ in gone_words(tr)} <= second
    last = words_of(restore_done, tmp_path, lang, BACK)
    assert {tr("The desk is back"), tr("Shut out: {labels}.", labels="Desk-1, Desk-2")} <= last


def test_what_cannot_be_undone_is_not_said_where_nothing_is_shut_out() -> None:
    en = Translator("en")
    assert [one.bold for one in happens(en, "none") if one.bold] == []
    assert [one.bold for one in happens(en, "some") if one.bold] == ["This cannot be undone."]


def test_what_still_needs_somebody_after_a_restoration_is_said() -> None:
    en = Translator("en")

    def said(**changes: object) -> str:
        view = RestoredView(**{name: getattr(BACK, name) for name in BACK.__struct_fields__} | changes)
        return " ".join(f"{one.bold} {one.words}" for one in came_back(view, en))

    assert "The relay has it." in said()
    assert "The relay does not have it yet." in said(published=False)
    assert "new publish token" in said(published=False, refused=True)
    assert "One more officer needs a machine" in said(officers_left=1)


def test_labels_are_written_one_a_line_or_with_commas() -> None:
    assert labels("Desk-1\n Desk 2, Desk-3 \n\n") == ("Desk-1", "Desk 2", "Desk-3")
