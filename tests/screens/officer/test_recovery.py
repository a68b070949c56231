"""The pages of recovery do what they say with real files: a card opens an archive and nothing is left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.actions import recovery
from app.actions.errors import ActionError
from app.actions.recovery_views import CanRestoreView
from app.actions.views import DrillView
from app.i18n import Translator
from app.screens.officer.drill import try_it
from app.screens.officer.gone import kept_words, quorum_words, tried_words
from app.screens.officer.make_archive import archive_bytes
from crypto.errors import CryptoError
from tests.screens.officer.fakes import organisation
from tests.sync.world import MEMORY_KIB, World

EN = Translator("en")
CARD_PASSPHRASE = "the loom stands by the window"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("recovery")) as world:
        yield world


def test_an_archive_and_a_card_are_tried_and_leave_no_file_behind(world: World) -> None:
    before = sorted(path.name for path in world.desk.home.iterdir())
    archive, _ = archive_bytes(world.desk)
    card = recovery.card(world.desk, passphrase=CARD_PASSPHRASE, memory_kib=MEMORY_KIB)
    done = try_it(world.desk, archive, [(card.text, CARD_PASSPHRASE)])
    assert (done.desk, done.cards, done.threshold) == ("main", 1, 1)
    assert sorted(path.name for path in world.desk.home.iterdir()) == before
    said = [words for words, look in kept_words(recovery.can_restore(world.desk), EN) if not look]
    assert len(said) == 2


def test_a_trial_that_does_not_work_is_said_and_leaves_no_file_behind(world: World) -> None:
    before = sorted(path.name for path in world.desk.home.iterdir())
    archive, _ = archive_bytes(world.desk)
    card = recovery.card(world.desk, passphrase=CARD_PASSPHRASE, memory_kib=MEMORY_KIB)
    with pytest.raises((ActionError, CryptoError)):
        try_it(world.desk, archive, [(card.text, "not the right passphrase")])
    assert sorted(path.name for path in world.desk.home.iterdir()) == before
    assert "did not work" in tried_words(recovery.last_drill(world.desk), EN)


def test_who_can_restore_is_said_with_what_it_takes() -> None:
    assert quorum_words(organisation(officers=5, threshold=3), EN).startswith("3 of 5 officers together")
    assert "an archive and their cards" in quorum_words(organisation(officers=5, threshold=3), EN)
    assert quorum_words(organisation(officers=1, threshold=1), EN).startswith("One officer alone")


def test_when_it_was_tried_and_is_to_be_tried_again() -> None:
    assert tried_words(None, EN) == "Not tried yet. Try it before it is needed."
    worked = DrillView(at="2026-09-14T08:00:00Z", worked=True, due=False)
    assert tried_words(worked, EN) == "Last tried: 14 September 2026, worked. Next trial: 13 December 2026."
    due = DrillView(at="2026-01-14T08:00:00Z", worked=True, due=True)
    assert tried_words(due, EN).endswith("The next trial is due.")


def test_what_is_missing_or_old_is_to_be_looked_at() -> None:
    nothing = CanRestoreView(3, 2, True, None, True, None, True, None, False, True)
    assert [look for _, look in kept_words(nothing, EN)] == [True, True]
    old = CanRestoreView(
        3, 2, True, "2026-09-01T00:00:00Z", True, "2026-09-01T00:00:00Z", True, None, False, True
    )
    assert [look for _, look in kept_words(old, EN)] == [True, True]
    handler = CanRestoreView(3, 2, False, "2026-11-20T00:00:00Z", False, None, True, None, False, True)
    assert kept_words(handler, EN) == [("Archive: 20 November 2026.", False)]
