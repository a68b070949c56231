"""What is missing and what came twice, of phones, of case work and of pages, in one list for the screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.actions.gaps import gaps
from app.actions.sending import missing_at
from sync.integrity import CELLS, OPERATIONS, Line, note_fork, note_gap
from tests.sync.world import World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("gaps")) as world:
        yield world


def test_gaps_and_forks_of_phones_and_of_case_work_stand_beside_each_other(world: World) -> None:
    desk = world.desk
    phone, handler = bytes([1] * 16), bytes([2] * 16)
    assert gaps(desk) == []
    with desk.vault.transaction():
        note_gap(desk.state, Line(phone, desk.member.desk, 1), 3, 4)  # type: ignore[arg-type]
        note_gap(desk.state, Line(handler, desk.member.desk, 1), 7, 7, kind=OPERATIONS)  # type: ignore[arg-type]
        note_fork(desk.state, Line(handler, desk.member.desk, 1), 9, kind=OPERATIONS)  # type: ignore[arg-type]
        note_fork(desk.state, Line(phone, desk.member.desk, 1), 5, kind=CELLS)  # type: ignore[arg-type]
    found = [(one.device[:2], one.kind, one.state, one.from_, one.to, one.desk) for one in gaps(desk)]
    assert found == [
        ("01", "cell", "missing", 3, 4, "main"),
        ("02", "operation", "missing", 7, 7, "main"),
        ("01", "cell", "fork", 5, 5, "main"),
        ("02", "operation", "fork", 9, 9, "main"),
    ]
    assert len(missing_at(desk)) == 2  # a fork is not missing
