"""Desks whose own publisher is here, elsewhere, or nobody: each has keys that its handlers can open."""

from __future__ import annotations

import pytest

from crypto.directory import PhoneDirectory
from crypto.ids import DeskId
from crypto.roster import Reason, Role
from sync.deskkeys import load_generations, newest
from sync.due import mark_due
from sync.integrity import Line
from sync.revoking import revoke
from sync.takeover import fits
from sync.windows import note_page_day, note_since
from tests.sync.agreeing import agree
from tests.sync.dying import KilledError
from tests.sync.offices import DAY, Hands, Office
from tests.sync.relay.running import RunningRelay


@pytest.fixture
def office(relay: RunningRelay) -> Office:
    """A publishes and handles "main"; the desk "night" has no publisher."""
    office = Office(relay, clock=Hands())
    office.session("A")
    office.add_desk("A", "night")
    office.session("A")
    return office


def number(found: PhoneDirectory, desk: DeskId) -> int:
    return max((day.generation for day in found.part.days if day.desk == desk), default=0)


def reads(office: Office, name: str) -> bool:
    """Whether this handler holds the chain of its desk's published days."""
    office.fetch(name)
    own, found = office.client(name).member.desk, office.phone_part(name)
    held = newest(load_generations(office.states[name]), own)
    return held is not None and held.chain.generation == number(found, own) and fits(held, found.part.days)


def test_a_desk_without_handlers_has_no_days(office: Office) -> None:
    assert number(office.phone_part("A"), office.desk("night")) == 0


def test_a_desk_without_a_publisher_gets_keys_that_the_publisher_does_not_keep(office: Office) -> None:
    office.join("N", desk="night")
    office.session("A")
    assert reads(office, "N")
    night = office.desk("night")
    assert all(entry.chain.desk != night for entry in load_generations(office.states["A"]))
    assert all(value.find(night) < 0 for value in _secrets(office, "A")), "nothing of it is kept"


def _secrets(office: Office, name: str) -> list[bytes]:
    rows = office.states[name].db.execute("SELECT value FROM named WHERE name = 'desk-seeds'").fetchall()
    return [bytes(row[0]) for row in rows]


def test_it_gets_fresh_ones_each_week_and_old_ones_stay_readable(office: Office) -> None:
    office.join("N", desk="night")
    office.session("A", "N")
    night = office.desk("night")
    for week in range(1, 4):
        office.clock.now += 7 * DAY
        office.session("A")
        assert number(office.phone_part("A"), night) == week + 1
        assert reads(office, "N")
    held = [e.chain.generation for e in load_generations(office.states["N"]) if e.chain.desk == night]
    assert held == [1, 2, 3, 4]


def test_a_handler_who_was_away_finds_every_generation_in_between(office: Office) -> None:
    office.join("N", desk="night")
    office.session("A", "N")
    for _week in range(4):
        office.clock.now += 7 * DAY
        office.session("A")
    assert reads(office, "N")
    night = office.desk("night")
    held = [e.chain.generation for e in load_generations(office.states["N"]) if e.chain.desk == night]
    assert held == [1, 2, 3, 4, 5]


def test_a_new_handler_of_it_gets_keys_at_once_and_so_does_every_other(office: Office) -> None:
    office.join("N", desk="night")
    office.session("A", "N")
    before = number(office.phone_part("A"), office.desk("night"))
    office.join("M", desk="night")
    office.session("A")
    assert number(office.phone_part("A"), office.desk("night")) == before + 1
    assert reads(office, "N")
    assert reads(office, "M")


def test_nothing_changes_for_it_as_long_as_nothing_is_due(office: Office) -> None:
    office.join("N", desk="night")
    office.session("A", "N", "A")
    before = number(office.phone_part("A"), office.desk("night"))
    office.states["A"].set_place("publish-due", True)
    office.session("A")
    assert number(office.phone_part("A"), office.desk("night")) == before
    assert reads(office, "N")


def test_a_revoked_handler_of_it_is_left_out_at_once(office: Office) -> None:
    office.join("N", desk="night")
    office.join("M", desk="night")
    office.session("A", "N", "M")
    revoke(office.client("A"), device=office.client("M").me.id, reason=Reason.SEIZED)
    held = load_generations(office.states["M"])
    office.session("A")
    assert reads(office, "N")
    assert number(office.phone_part("A"), office.desk("night")) > max(e.chain.generation for e in held)


def test_a_desk_that_another_publisher_handles_is_left_to_it(office: Office) -> None:
    office.officer("B", desk="night")
    office.session("A", "B")
    night = office.desk("night")
    assert reads(office, "B")
    before = number(office.phone_part("A"), night)
    office.clock.now += 7 * DAY
    office.session("A")
    assert number(office.phone_part("A"), night) == before
    office.session("B")
    assert number(office.phone_part("B"), night) == before + 1
    held = newest(load_generations(office.states["B"]), night)
    assert held is not None
    office.session("A")
    assert reads(office, "B")


def test_its_publisher_goes_on_from_the_chain_that_was_made_without_it(office: Office) -> None:
    """After a revocation by another officer a fresh generation at once, which its publisher takes over."""
    office.officer("B", desk="night")
    office.join("N", desk="night")
    office.session("A", "B", "N", "B", "A")
    night, before = office.desk("night"), number(office.phone_part("A"), office.desk("night"))
    revoke(office.client("A"), device=office.client("N").me.id, reason=Reason.LOST)
    office.session("A")
    assert number(office.phone_part("A"), night) == before + 1
    office.settle("B", "A")
    assert reads(office, "B")
    assert number(office.phone_part("B"), night) == before + 1


def test_a_publisher_who_stays_away_does_not_leave_its_desk_without_days(office: Office) -> None:
    office.officer("B", desk="night")
    office.session("A", "B")
    for _week in range(7):
        office.clock.now += 7 * DAY
        office.session("A")
    days = [day.day for day in office.phone_part("A").part.days if day.desk == office.desk("night")]
    assert max(days) >= office.clock() // DAY + 14
    office.session("B")
    office.settle("A", "B")
    assert reads(office, "B")


@pytest.mark.parametrize("at", [3, 4])
def test_a_generation_whose_publisher_was_killed_does_no_harm(office: Office, at: int) -> None:
    """The seed was in the first half of an edition and nowhere else: the next edition has another one."""
    office.join("N", desk="night")
    with pytest.raises(KilledError):
        office.publish("A", dies_at=at, after=at == 3)
    office.session("A")
    assert reads(office, "N")


def test_the_first_day_that_can_be_read_is_in_the_phone_part(office: Office) -> None:
    office.join("N", desk="night")
    office.session("A", "N")
    part = office.phone_part("A").part
    today = int(office.clock() // DAY)
    state = office.states["A"]
    assert {part.first_readable(desk.id) for desk in office.root().desks} == {0}, "no page was ever seen"
    state.set_place("page-day", today)
    state.set_place("publish-due", True)
    office.session("A")
    part = office.phone_part("A").part
    assert part.first_readable(office.desk("main")) == today - 44
    assert part.first_readable(office.desk("night")) == today - 120


def test_what_was_said_to_be_too_late_is_not_taken_back_by_a_publisher_who_came_later(office: Office) -> None:
    """The newcomer never saw a page, or has heard of no phone: it would promise what it cannot read."""
    office.join("P", role=Role.INTAKE)
    for _week in range(12):
        office.clock.now += 6 * DAY
        today, state = int(office.clock() // DAY), office.states["A"]
        note_page_day(state, today)
        line = Line(office.client("P").me.id, office.desk("main"), 1)
        note_since(state, line, counter=today, since=today, at=int(office.clock()))
        office.session("A")
    mark_due(office.states["A"])
    office.session("A")
    said = office.phone_part("A").part.first_readable(office.desk("main"))
    assert said == int(office.clock() // DAY) - 44
    office.officer("B")
    office.session("A", "B")
    for page in (None, int(office.clock() // DAY)):
        if page is not None:
            note_page_day(office.states["B"], page)
        mark_due(office.states["B"])
        office.session("B")
        assert office.phone_part("B").part.first_readable(office.desk("main")) == said


def test_everybody_agrees_when_each_desk_has_its_publisher(office: Office) -> None:
    office.officer("B", desk="night")
    office.join("N", desk="night")
    office.session("A", "B", "N")
    office.settle("A", "B")
    office.fetch("N")
    agree(office, "A", "B", "N")
