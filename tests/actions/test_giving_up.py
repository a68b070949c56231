"""A beginning that is given up leaves nothing; a device that belongs cannot be given up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.actions import device as devices
from app.actions import enrolment
from app.actions.giving_up import AlreadyWelcomeError, give_up
from tests.sync.world import MEMORY_KIB, PASSPHRASE, World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("giving-up")) as world:
        yield world


def test_digits_that_differ_erase_the_beginning_and_the_folder_is_as_new(world: World) -> None:
    home = world.root / "Clay-1"
    text = enrolment.invite(world.desk, role="intake", desk="main", label="Clay-1").text
    enrolment.join(home, PASSPHRASE, text, argon_memory_kib=MEMORY_KIB)
    assert devices.state(home) == "joining"
    give_up(devices.unlock(home, PASSPHRASE))
    assert devices.state(home) == "empty"
    assert [file.name for file in home.iterdir() if file.stat().st_size] == []
    again = enrolment.invite(world.desk, role="intake", desk="main", label="Clay-1").text
    enrolment.join(home, PASSPHRASE, again, argon_memory_kib=MEMORY_KIB)
    assert devices.state(home) == "joining"


def test_a_device_that_belongs_is_not_erased_by_it(world: World) -> None:
    with pytest.raises(AlreadyWelcomeError):
        give_up(world.desk)
    assert world.desk.joined
    assert devices.state(world.desk.home) == "ready"
