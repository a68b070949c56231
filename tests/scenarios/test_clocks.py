"""Clocks that are wrong, on a phone, on a desk and at the relay: nothing that was finished is lost by one of
them.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.actions import casework, intake, sending
from app.actions.device import Device
from crypto.errors import DirectoryExpiredError
from sync.condition import condition
from sync.deskkeys import load_epoch_keys, load_generations
from sync.errors import SyncError
from sync.integrity import forks
from sync.pageindex import Index
from sync.transport import RelayClient
from tests.scenarios.moved_relay import spend_real_tokens
from tests.sync.world import DAY, Clock, World, record


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The desk's clock; the relay and the phones have the right time."""
    spend_real_tokens(monkeypatch)
    return Clock()


@pytest.fixture
def world(tmp_path: Path, clock: Clock) -> Iterator[World]:
    with World(tmp_path, clock=clock) as world:
        yield world


def finish(phone: Device, text: str = "told") -> str:
    return intake.new_complaints(phone, [record(text)], finish=True)[0]


def told(device: Device) -> list[str]:
    found = condition(device.state, member=device.member, phone=device.directory(), clock=device.now())
    return [one.kind for one in found]


def read(world: World, codes: list[str]) -> None:
    assert sorted(row.code for row in casework.inbox(world.desk)) == sorted(codes)
    assert {intake.show(world.desk, code).authentic for code in codes} == {True}
    assert forks(world.desk.state) == []


@pytest.mark.parametrize("ahead", [60, 200, -60])
def test_a_desk_whose_clock_is_wrong_for_one_session_destroys_nothing(
    world: World, clock: Clock, ahead: int
) -> None:
    right = Clock()
    phone = world.phone("Blue-7", clock=right)
    world.round(phone)
    codes = [finish(phone, "before")]
    seeds, epochs = load_generations(world.desk.state), load_epoch_keys(world.desk.state)
    clock.ahead = ahead * DAY
    with contextlib.suppress(SyncError):  # a relay does not take tokens for a week that is long over
        world.sync(world.desk)
    held = {entry.chain.generation: entry.chain.day for entry in load_generations(world.desk.state)}
    assert all(held[entry.chain.generation] == entry.chain.day for entry in seeds)
    assert {number for number, _key in epochs} <= {
        number for number, _key in load_epoch_keys(world.desk.state)
    }
    clock.ahead = 0.0
    world.sync(world.desk)
    codes.append(finish(phone, "after"))
    world.sync(phone, world.desk)
    codes.append(finish(phone, "later"))
    world.sync(phone, world.desk, world.desk, phone)
    read(world, codes)
    assert sending.outbox(phone).items == []


def test_while_the_desks_clock_is_ahead_phones_are_read_too(world: World, clock: Clock) -> None:
    right = Clock()
    phone = world.phone("Blue-7", clock=right)
    world.round(phone)
    clock.ahead = 12 * DAY
    world.sync(world.desk)
    codes = [finish(phone, "sealed with the old directory")]
    world.sync(phone, world.desk)
    codes.append(finish(phone, "sealed with the one from the future"))
    world.sync(phone, world.desk)
    clock.ahead = 0.0
    world.sync(world.desk)
    codes.append(finish(phone, "the same, and the desk's clock is right again"))
    world.sync(phone, world.desk, world.desk, phone)
    codes.append(finish(phone, "all is right"))
    world.sync(phone, world.desk, world.desk, phone)
    read(world, codes)
    assert sending.outbox(phone).items == []


def test_an_epoch_key_is_renewed_weekly_although_the_clock_was_once_ahead(world: World, clock: Clock) -> None:
    other = world.handler("Desk-2")
    clock.ahead = 40 * DAY
    world.sync(other)
    clock.ahead = 0.0
    numbers = [load_epoch_keys(other.state)[0][0]]
    for day in (1, 9, 17):
        clock.ahead = day * DAY
        world.sync(world.desk, other, world.desk, other)
        numbers.append(load_epoch_keys(other.state)[0][0])
    assert numbers == sorted(set(numbers)), "each has a higher number, so that the directory takes it"


def lies(days: int) -> type[RelayClient]:
    """A relay whose pages were closed so many days from when they were."""

    class Lies(RelayClient):
        def index(self, stream: str, *, chunk: int | None = None, etag: str | None = None) -> Index | None:
            found = super().index(stream, chunk=chunk)
            assert found is not None
            entries = tuple(
                replace(entry, closed_at=max(0, entry.closed_at + days * DAY)) for entry in found.entries
            )
            return replace(found, entries=entries)

    return Lies


@pytest.mark.parametrize("days", [5_000, -5_000])
def test_a_relay_that_lies_about_the_time_of_its_pages_destroys_nothing_and_hides_nothing(
    world: World, days: int
) -> None:
    phone = world.phone("Blue-7")
    world.round(phone)
    codes = [finish(phone)]
    world.sync(phone)
    seeds = load_generations(world.desk.state)
    with lies(days)(world.relay.url, world.pool.name) as relay:
        sending.session_of(world.desk, sleep=lambda _seconds: None).run(relay)
    world.settle()
    assert [entry.chain.day for entry in load_generations(world.desk.state)] == [
        entry.chain.day for entry in seeds
    ]
    read(world, codes)
    codes.append(finish(phone))
    world.sync(phone, world.desk, world.desk, phone)
    read(world, codes)


@pytest.mark.parametrize("wrong", [60, 20, -35, -400])
def test_a_phone_with_any_clock_loses_nothing(world: World, wrong: int) -> None:
    clock = Clock()
    phone = world.phone("Blue-7", clock=clock)
    world.round(phone)
    clock.ahead = wrong * DAY
    codes = [finish(phone, "with a wrong clock")]
    if wrong > 49:
        with pytest.raises(DirectoryExpiredError):
            world.sync(phone)
    else:
        world.sync(phone)
    clock.ahead = 0.0
    codes.append(finish(phone, "with the right one"))
    world.sync(phone, world.desk, world.desk, phone)
    world.sync(phone, world.desk, world.desk, phone)
    read(world, codes)
    assert sending.outbox(phone).items == []
    assert told(phone) == []


def test_a_phone_whose_clock_is_behind_is_told(world: World) -> None:
    clock = Clock()
    phone = world.phone("Blue-7", clock=clock)
    clock.ahead = -9 * DAY
    world.sync(phone)
    assert told(phone)[0] == "clock_behind"
