"""A page that a relay lists and does not give as it lists it holds up nothing behind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.actions import casework, intake, sending
from app.actions.device import Device
from app.actions.sending import session_of
from sync.errors import PageDamagedError
from sync.integrity import missing
from sync.transport import RelayClient
from tests.sync.world import World, no_sleep, record


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path) as world:
        yield world


def damages(stream: str, number: int) -> type[RelayClient]:
    """A relay that gives this page as something else, for ever."""

    class Damages(RelayClient):
        def page(self, of: str, page: int, expect_digest: bytes, *, cells: int | None = None) -> bytes:
            if (of, page) == (stream, number):
                raise PageDamagedError
            return super().page(of, page, expect_digest, cells=cells)

    return Damages


def newest(world: World, stream: str) -> int:
    with world.client() as client:
        index = client.index(stream)
    assert index is not None
    return index.entries[-1].number


def session(world: World, device: Device, lie: type[RelayClient]) -> bool:
    """True if the session said that a page was damaged."""
    world.settle()
    with lie(world.relay.url, world.pool.name) as relay:
        try:
            session_of(device, sleep=no_sleep).run(relay)
        except PageDamagedError:
            return True
    return False


def finish(phone: Device, text: str) -> str:
    return intake.new_complaints(phone, [record(text)], finish=True)[0]


def test_a_desk_reads_on_behind_a_damaged_page_says_what_is_missing_and_takes_it_later(world: World) -> None:
    phone, other = world.phone("Blue-7"), world.phone("Red-2")
    world.sync(world.desk, phone, other, world.desk)
    held_back = finish(phone, "in the damaged page")
    world.sync(phone, deposits=1)
    lie = damages("complaints", newest(world, "complaints"))
    behind = finish(other, "behind it")
    world.sync(other, deposits=1)
    said = [session(world, world.desk, lie) for _ in range(5)]
    assert said == [True, True, False, False, False], "after three tries it is shown instead"
    assert [row.code for row in casework.inbox(world.desk)] == [behind]
    assert "page" in {gap.kind for gap in missing(world.desk.state)}
    world.sync(world.desk)
    assert {row.code for row in casework.inbox(world.desk)} == {behind, held_back}
    assert missing(world.desk.state) == []


def test_a_phone_hears_what_is_behind_a_damaged_page_of_answers(world: World) -> None:
    phone = world.phone("Blue-7")
    code = finish(phone, "told")
    world.round(phone)
    casework.ask(world.desk, code, "first?")
    world.sync(world.desk)
    lie = damages("replies", newest(world, "replies"))
    casework.ask(world.desk, code, "second?")
    world.sync(world.desk)
    assert session(world, phone, lie)
    assert [question.text for question in intake.questions(phone)] == ["second?"]
    world.sync(phone)
    assert sorted(question.text for question in intake.questions(phone)) == ["first?", "second?"]
    assert sending.outbox(phone).items == []
