"""Weeks without a network: what was finished in time is readable at the desk, however late it comes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import sync.wallet
from app.actions import casework, intake, sending
from app.actions.device import Device
from crypto.tokens import week_of
from sync.integrity import forks
from sync.publish import Publisher, publish_token
from tests.sync.world import DAY, Clock, World, record


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The devices' days pass; the relay's do not, so the tokens of its own week are spent."""
    monkeypatch.setattr(sync.wallet, "week_of", lambda _moment: week_of(time.time()))
    return Clock()


@pytest.fixture
def world(tmp_path: Path, clock: Clock) -> Iterator[World]:
    with World(tmp_path, clock=clock) as world:
        yield world


def maintain(world: World) -> None:
    with world.client() as relay:
        Publisher(world.desk.directory_client, publish_token(world.desk.state) or "").maintain(relay)


def finish(phone: Device, text: str) -> str:
    return intake.new_complaints(phone, [record(text)], finish=True)[0]


def test_a_phone_that_was_offline_for_29_days_is_read_and_answered(world: World, clock: Clock) -> None:
    phone = world.phone("Blue-7")
    codes = {}
    for day in range(0, 30):
        clock.ahead = day * DAY
        if day % 7 == 3:
            maintain(world)  # the desk reseeds each week, and the phone hears nothing of it
        if day in (0, 6, 15, 29):
            codes[finish(phone, f"finished on day {day}")] = day
    assert len(sending.outbox(phone).items) == 4
    report = world.sync(phone, world.desk)
    assert report.missing == []
    for code, day in codes.items():
        shown = intake.show(world.desk, code)
        assert shown.record["narrative"] == f"finished on day {day}"  # type: ignore[index]
        assert shown.authentic is True
    casework.ask(world.desk, next(iter(codes)), "Still so?")
    world.sync(world.desk, phone)
    assert [question.text for question in intake.questions(phone)] == ["Still so?"]
    assert sending.outbox(phone).items == []
    assert forks(world.desk.state) == []


def test_a_handler_that_was_away_for_two_weeks_reads_all_of_them(world: World, clock: Clock) -> None:
    phone, other = world.phone("Blue-7"), world.handler("Desk-2")
    codes = []
    for day in range(0, 15, 2):
        clock.ahead = day * DAY
        if day % 4 == 0:
            maintain(world)
        codes.append(finish(phone, f"day {day}"))
        world.sync(phone, deposits=1)
    world.sync(other)
    assert sorted(row.code for row in casework.inbox(other)) == sorted(codes)
    assert {intake.show(other, code).authentic for code in codes} == {True}
    finish(phone, "and on")
    world.sync(world.desk, other, phone, other)
    assert len(casework.inbox(other)) == len(codes) + 1


def test_a_desk_that_nobody_opened_for_a_month_reads_everything(world: World, clock: Clock) -> None:
    phone = world.phone("Blue-7")
    codes = []
    for day in (0, 10, 20, 30):
        clock.ahead = day * DAY
        codes.append(finish(phone, f"day {day}"))
        world.sync(phone, deposits=1)
    world.sync(world.desk)
    assert sorted(row.code for row in casework.inbox(world.desk)) == sorted(codes)
    world.round(phone)
    assert sending.outbox(phone).items == []


def test_a_phone_whose_clock_is_a_month_wrong_loses_nothing(world: World, clock: Clock) -> None:
    wrong = Clock()
    phone = world.phone("Blue-7", clock=wrong)
    wrong.ahead = -35 * DAY  # its battery was out
    early = finish(phone, "in the past")
    world.sync(phone)
    wrong.ahead = 30 * DAY
    late = finish(phone, "in the future")
    world.sync(phone)
    wrong.ahead = 0.0
    now = finish(phone, "now")
    world.round(phone)
    assert sorted(row.code for row in casework.inbox(world.desk)) == sorted([early, late, now])
    assert {intake.show(world.desk, code).authentic for code in (early, late, now)} == {True}
    assert sending.outbox(phone).items == []
