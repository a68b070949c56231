"""Months of silence: what a phone finished is readable while its window is open, and never silently lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.actions import casework, intake, revocation, sending
from app.actions.device import Device
from crypto.desk_keys import day_of
from sync.condition import condition
from sync.deskkeys import load_generations
from sync.integrity import forks, missing
from sync.windows import first_day_kept, windows
from tests.scenarios.moved_relay import move_relay
from tests.sync.world import DAY, Clock, World, record


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    move_relay(monkeypatch, clock)
    return clock


@pytest.fixture
def world(tmp_path: Path, clock: Clock) -> Iterator[World]:
    with World(tmp_path, clock=clock) as world:
        yield world


def finish(phone: Device, text: str) -> str:
    return intake.new_complaints(phone, [record(text)], finish=True)[0]


def weeks(world: World, clock: Clock, start: int, end: int, *more: Device) -> None:
    """The desk synchronises each week; it publishes, reseeds and forgets."""
    for day in range(start, end, 7):
        clock.ahead = day * DAY
        world.sync(world.desk, *more, deposits=1)


def kept_days(world: World, clock: Clock) -> int:
    """How many days back the desk can read."""
    phone = world.desk.directory()
    assert phone is not None
    client = world.desk.directory_client
    first = first_day_kept(
        world.desk.state, roster=client.roster(phone), policy=phone.root.policy, desk=world.desk.member.desk
    )
    held = min(entry.chain.day for entry in load_generations(world.desk.state))
    assert held >= first
    return day_of(clock()) - first


def readable(world: World, codes: dict[str, str]) -> None:
    for code, text in codes.items():
        shown = intake.show(world.desk, code)
        assert shown.record is not None
        assert shown.record["narrative"] == text
        assert shown.authentic is True


def told(device: Device) -> list[str]:
    found = condition(device.state, member=device.member, phone=device.directory(), clock=device.now())
    return [one.kind for one in found]


def test_what_was_finished_in_a_hundred_days_without_a_network_is_read(world: World, clock: Clock) -> None:
    phone, other = world.phone("Blue-7"), world.phone("Red-2")
    world.round(phone)
    codes = {}
    for start in range(0, 100, 25):
        clock.ahead = start * DAY
        codes[finish(phone, f"day {start}")] = f"day {start}"
        weeks(world, clock, start, start + 25, other)
    assert kept_days(world, clock) > 90
    clock.ahead = 100 * DAY
    assert {"offline", "stale", "expired_soon"} <= set(told(phone))
    world.sync(phone, world.desk)
    readable(world, codes)
    assert not any(item.state == "too_late" for item in sending.outbox(phone).items)
    world.sync(world.desk, phone)
    assert sending.outbox(phone).items == []
    assert told(phone) == []
    world.sync(phone, world.desk)
    assert kept_days(world, clock) == 44, "all is confirmed and heard: nothing holds old keys any more"
    assert forks(world.desk.state) == []


def test_what_was_given_up_is_said_by_the_phone_and_missing_at_the_desk(world: World, clock: Clock) -> None:
    phone, other = world.phone("Blue-7"), world.phone("Red-2")
    world.round(phone)
    lost = finish(phone, "never sent")
    weeks(world, clock, 0, 60, other)
    revocation.close_window(world.desk, "Blue-7")
    weeks(world, clock, 61, 100, other)
    roster = world.desk.directory_client.roster(world.desk.directory())  # type: ignore[arg-type]
    shown = {
        one.device: one.closed
        for one in windows(world.desk.state, roster=roster, desk=world.desk.member.desk)
    }
    assert shown == {phone.me.id: True, other.me.id: False}
    assert kept_days(world, clock) == 44
    clock.ahead = 100 * DAY
    kept = finish(phone, "also with the old directory")
    world.sync(phone, world.desk, world.desk, phone)
    assert {item.code: item.state for item in sending.outbox(phone).items} == {
        lost: "too_late",
        kept: "too_late",
    }
    assert sending.outbox(phone).items[0].code == lost
    assert {row.code for row in casework.inbox(world.desk)}.isdisjoint({lost, kept})
    gaps = [gap for gap in missing(world.desk.state) if gap.device == phone.me.id]
    assert [(gap.kind, gap.last - gap.first + 1) for gap in gaps] == [("cell", 2)]
    fresh = finish(phone, "with the new directory")
    world.round(phone)
    readable(world, {fresh: "with the new directory"})
    assert {item.code for item in sending.outbox(phone).items} == {lost, kept}, "never silently dropped"
    roster = world.desk.directory_client.roster(world.desk.directory())  # type: ignore[arg-type]
    assert not any(
        one.closed for one in windows(world.desk.state, roster=roster, desk=world.desk.member.desk)
    ), "heard again: its window is open again"


def test_a_desk_that_hears_a_phone_in_the_middle_of_a_long_upload_keeps_its_keys(
    world: World, clock: Clock
) -> None:
    phone, other = world.phone("Blue-7"), world.phone("Red-2")
    world.round(phone)
    codes = {}
    for number in range(4):
        text = f"{number} " + "a long story, told slowly. " * 6_000
        codes[finish(phone, text)] = text
    weeks(world, clock, 0, 100, other)
    for day in range(100, 112, 2):  # eight cells each time, the heartbeat among them
        clock.ahead = day * DAY
        world.sync(phone, deposits=1)
        world.sync(world.desk, other, deposits=1)
    assert sending.outbox(phone).items, "it takes longer than that"
    for day in range(112, 120):
        clock.ahead = day * DAY
        world.sync(phone, world.desk, world.desk, phone)
    assert sending.outbox(phone).items == []
    readable(world, codes)


def test_a_phone_that_is_never_heard_again_holds_keys_for_120_days_and_no_longer(
    world: World, clock: Clock
) -> None:
    world.phone("Blue-7")
    other = world.phone("Red-2")
    weeks(world, clock, 0, 130, other)
    clock.ahead = 133 * DAY
    world.sync(world.desk, other, world.desk, deposits=1)
    assert kept_days(world, clock) == 120
    revocation.revoke(world.desk, "Blue-7", reason="lost")
    roster = world.desk.directory_client.roster(world.desk.directory())  # type: ignore[arg-type]
    holding = windows(world.desk.state, roster=roster, desk=world.desk.member.desk)
    assert [one.device for one in holding] == [other.me.id]
