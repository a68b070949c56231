"""The lock looks like any notebook: no organisation, no count, no date, and the language before the key."""

from __future__ import annotations

from pathlib import Path

import flet as ft
import pytest

from app.i18n import OWN_NAMES, Translator
from app.screens.app import Root
from app.screens.settings.first_run import FirstRun
from app.screens.settings.unlock import Unlock
from app.screens.state import AppModel, Session
from tests.screens.drawing import Paper, draw


def words_of(component: object, model: AppModel) -> set[str]:
    """All that can be read."""
    found = draw(model.page, component, model)  # type: ignore[arg-type]
    return {control.value for control in found if isinstance(control, ft.Text)} - {"", "·"}


def model_in(home: Path, lang: str) -> AppModel:
    return AppModel(session=Session(home), page=Paper(), lang=lang)  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", ["en", "bn", "km"])
def test_nothing_names_the_work_before_the_key(lang: str, tmp_path: Path) -> None:
    tr = Translator(lang)
    expected = {tr("Notes"), tr("Passphrase"), tr("Open"), *OWN_NAMES.values()}
    assert words_of(Unlock, model_in(tmp_path, lang)) == expected


@pytest.mark.parametrize("lang", ["en", "bn", "km"])
def test_a_new_device_offers_three_ways_in(lang: str, tmp_path: Path) -> None:
    tr = Translator(lang)
    ways = {tr("Join with an invitation"), tr("Start an organisation"), tr("Restore a desk")}
    assert ways <= words_of(FirstRun, model_in(tmp_path, lang))


def test_an_empty_folder_shows_the_set_up_and_not_the_lock(tmp_path: Path) -> None:
    model = model_in(tmp_path, "en")
    model.show_stage()
    assert "Join with an invitation" in words_of(Root, model)
