"""What the publishing device does for the others, over months, with a relay that stops at a bad moment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.actions import casework, intake, sending
from app.actions.sending import session_of
from crypto.desk_keys import day_of
from crypto.errors import DirectoryExpiredError
from crypto.tokens import week_of
from sync.deskkeys import load_generations
from sync.errors import RelayUnreachableError
from sync.publish import WEEKS_AHEAD, Publisher, publish_token
from sync.transport import RelayClient
from sync.wire import HANDLER_PART, PHONE_PART
from tests.sync.world import DAY, Clock, World, record


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(tmp_path: Path, clock: Clock) -> Iterator[World]:
    with World(tmp_path, clock=clock) as world:
        yield world


def weeks_at(world: World) -> list[int]:
    rows = world.desk.vault.db.execute("SELECT week FROM sync_token_week ORDER BY week").fetchall()
    return [int(row[0]) for row in rows]


def test_eight_weeks_of_tokens_are_at_the_relay_and_each_week_brings_the_next(
    world: World, clock: Clock
) -> None:
    this = week_of(clock())
    assert weeks_at(world) == list(range(this, this + WEEKS_AHEAD))
    clock.ahead = 7 * DAY
    maintain(world)
    assert weeks_at(world)[-1] == this + WEEKS_AHEAD


def test_a_reseed_each_week_keeps_old_parcels_readable_and_days_ahead(world: World, clock: Clock) -> None:
    phone = world.phone("Blue-7")
    (code,) = intake.new_complaints(phone, [record("finished in week 0")], finish=True)
    world.sync(phone)
    generations = set()
    for week in range(1, 7):
        clock.ahead = week * 7 * DAY
        maintain(world)
        directory = world.desk.directory()
        assert directory is not None
        today = day_of(clock())
        days = [key.day for key in directory.part.days]
        assert days == list(range(today - 1, today + 41))
        generations |= {key.generation for key in directory.part.days}
        assert directory.head.issued_at >= int(clock()) - 5
        held = load_generations(world.desk.state)
        assert [entry.chain.generation for entry in held] == sorted(entry.chain.generation for entry in held)
    assert generations == {2, 3, 4, 5, 6, 7}
    reading = session_of(world.desk)
    with world.client() as client:
        reading._fetch_complaints(client, world.desk.directory_client.refresh(client))
    assert intake.show(world.desk, code).record["narrative"] == "finished in week 0"  # type: ignore[index]


def maintain(world: World) -> None:
    with world.client() as client:
        Publisher(world.desk.directory_client, publish_token(world.desk.state) or "").maintain(client)


def test_an_officer_who_was_away_for_months_publishes_again(world: World, clock: Clock) -> None:
    for months in (2, 5):
        clock.ahead = months * 30 * DAY
        before = world.desk.directory()
        maintain(world)
        after = world.desk.directory()
        assert before is not None
        assert after is not None
        assert after.head.version > before.head.version
        assert after.head.expires_at > clock()
        assert {key.generation for key in after.part.days}.isdisjoint(
            {key.generation for key in before.part.days}
        ), "no generation comes twice"


def test_a_relay_back_from_an_old_backup_is_brought_up_to_date(world: World) -> None:
    with world.client() as client:
        old = {part: client.get_directory(part) for part in (PHONE_PART, HANDLER_PART)}
    phone = world.phone("Blue-7")
    seen = phone.directory().head.version  # type: ignore[union-attr]
    token = world.pool.publish_token
    with world.client() as client:
        for part, kept in old.items():
            assert kept is not None
            now = client.get_directory(part)
            assert now is not None
            client.put_directory(part, kept[0], publish_token=token, if_match=now[1])
    world.desk.state.set_place("publish-due", True)
    world.sync(world.desk)
    world.sync(phone)
    assert phone.directory().head.version > seen  # type: ignore[union-attr]


@pytest.mark.parametrize("first", [True, False], ids=["the very first edition", "a later edition"])
def test_a_publisher_killed_between_the_two_parts_publishes_at_its_next_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: bool
) -> None:
    put = RelayClient.put_directory

    def dies(self: RelayClient, part: str, body: bytes, *, publish_token: str, if_match: str | None) -> str:
        if part == PHONE_PART:
            raise RelayUnreachableError
        return put(self, part, body, publish_token=publish_token, if_match=if_match)

    if first:
        monkeypatch.setattr(RelayClient, "put_directory", dies)
    with World(tmp_path) as world:
        if not first:
            world.desk.state.set_place("publish-due", True)
            monkeypatch.setattr(RelayClient, "put_directory", dies)
            with pytest.raises(RelayUnreachableError):
                world.sync(world.desk)
        monkeypatch.setattr(RelayClient, "put_directory", put)
        world.sync(world.desk)
        phone = world.phone("Blue-7")
        (code,) = intake.new_complaints(phone, [record()], finish=True)
        world.sync(phone, world.desk)
        assert [row.code for row in casework.inbox(world.desk)] == [code]
        other = world.handler("Desk-2")
        world.sync(other)
        assert [row.code for row in casework.inbox(other)] == [code]


def test_keys_that_were_turned_while_the_relay_was_down_are_published_when_it_is_back(
    world: World, clock: Clock
) -> None:
    clock.ahead = 3 * DAY
    world.desk.state.set_place("publish-due", True)
    maintain(world)
    clock.ahead = 7 * DAY + 60
    publisher = Publisher(world.desk.directory_client, publish_token(world.desk.state) or "")
    with world.client() as client:
        publisher.upkeep.finish(client, looked=False)
    before = world.desk.directory()
    port = world.relay.port
    world.relay.kill()
    with (
        RelayClient(f"http://127.0.0.1:{port}", world.pool.name) as client,
        pytest.raises(RelayUnreachableError),
    ):
        publisher.maintain(client)
    world.restart_relay()
    maintain(world)
    after = world.desk.directory()
    assert before is not None
    assert after is not None
    assert {key.generation for key in after.part.days} == {2}


def test_a_phone_that_never_hears_of_a_new_directory_stops_when_the_old_one_is_over(
    world: World, clock: Clock
) -> None:
    phone = world.phone("Blue-7")
    clock.ahead = 48 * DAY
    with world.client() as client:
        phone.directory_client.refresh(client)
        clock.ahead = 50 * DAY
        for _ in range(2):
            with pytest.raises(DirectoryExpiredError) as caught:
                phone.directory_client.refresh(client)
    assert "finish" in caught.value.next_step
    (code,) = intake.new_complaints(phone, [record()], finish=True)
    assert [item.code for item in sending.outbox(phone).items] == [code], (
        "what is finished is kept until then"
    )
