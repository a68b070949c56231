"""Which desks get keys from this publisher, each condition by itself, without a relay."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crypto.desk_keys import DayKey, DeskSeed, SeedWrap, generation_limit
from crypto.directory import HandlerEntry, PhoneDirectory
from crypto.ids import DeskId
from crypto.root import PublishRight
from crypto.roster import Reason, Revocation, Role, Roster, sign_statement
from sync.deskkeys import RESEED_DAYS, Generation, save_generations
from sync.deskplan import (
    RUNNING_OUT_DAYS,
    Plan,
    carried,
    note_wraps,
    rekey_wanted,
    rekeyed,
    want_rekey,
    wrapped,
)
from sync.state import State
from tests.crypto import people
from tests.crypto.people import DESK, OTHER_DESK, TODAY
from tests.sync.stores import NOW, Hands, new_state
from tests.sync.test_condition import directory

ME = people.device("handler")


def days(desk: DeskId = OTHER_DESK, *, generation: int = 3, last: int = TODAY + 30) -> list[DayKey]:
    """What is published of a desk: its last two days."""
    key = people.day_key()
    return [replace(key, desk=desk, generation=generation, day=day) for day in (last - 1, last)]


def entry(name: str, desk: DeskId = OTHER_DESK) -> HandlerEntry:
    (first,) = people.published().phone.handlers
    return replace(first, admission=people.admission(name, Role.HANDLER, desk=desk))


def plan(
    *published: DayKey, state: State | None = None, publishers: tuple[str, ...] = (), revoked: str = ""
) -> Plan:
    """The plan of "handler", who handles DESK; "one" and "two" handle OTHER_DESK."""
    phone: PhoneDirectory = directory()
    rights = tuple(PublishRight(people.device(name), people.identity(name).public) for name in publishers)
    root = replace(people.first_root(), publishers=rights)
    admitted = [
        people.admission("handler", Role.HANDLER),
        people.admission("one", Role.HANDLER, desk=OTHER_DESK),
        people.admission("two", Role.HANDLER, desk=OTHER_DESK, slot=1),
    ]
    signed = [sign_statement(one, by=[people.officer()]) for one in admitted]
    if revoked:
        gone = Revocation(people.ORG, people.device(revoked), NOW, Reason.LOST)
        signed.append(sign_statement(gone, by=[people.officer()]))
    current = replace(phone, part=replace(phone.part, days=published)) if published else None
    roster = Roster.verify(signed, root=people.first_root(), org=people.ORG)
    return Plan(state or new_state(), ME, DESK, root, roster, current)


def seed(desk: DeskId = DESK, *, generation: int = 3, day: int = TODAY) -> DeskSeed:
    return DeskSeed(desk, generation, day, people.seed("seed"))


def holding(*chains: DeskSeed, started: int = TODAY, clock: Hands | None = None) -> State:
    state = new_state(clock)
    save_generations(state, [Generation(chain, started, TODAY + 40) for chain in chains])
    return state


def wrap(chain: DeskSeed, name: str = "one", *, epoch: int = people.WEEK) -> SeedWrap:
    return SeedWrap.make(chain, to=replace(people.epoch_key(name), epoch=epoch), org=people.ORG)


def fresh_wraps(state: State, *names: str, generation: int = 3, day: int = TODAY - 1) -> State:
    note_wraps(state, [wrap(seed(OTHER_DESK, generation=generation, day=day), name) for name in names])
    return state


# --- the own desk ---------------------------------------------------------------------------------------


def test_the_own_chain_counts_unless_the_directory_has_a_newer_one() -> None:
    assert plan(state=holding()).held() is None
    assert plan(state=holding(seed(OTHER_DESK))).held() is None
    for published, serves in ((2, True), (3, True), (4, False)):
        found = plan(*days(DESK, generation=published), state=holding(seed()))
        assert (found.held() is not None) is serves
        assert found.own_chain_due() is not serves
    elsewhere = plan(*days(OTHER_DESK, generation=4), state=holding(seed()))
    assert elsewhere.held() is not None, "what is published of another desk says nothing of the own"


def test_a_fresh_chain_is_due_after_a_week_or_when_none_serves_today() -> None:
    assert not plan(state=holding(seed(), started=TODAY - RESEED_DAYS + 1)).own_chain_due()
    assert plan(state=holding(seed(), started=TODAY - RESEED_DAYS)).own_chain_due()
    assert not plan(state=holding(seed(day=TODAY))).own_chain_due()
    assert plan(state=holding(seed(day=TODAY + 1))).own_chain_due(), "the clock was ahead when it was made"


def test_no_chain_is_made_when_the_numbers_of_this_root_are_used_up() -> None:
    last = generation_limit(1) - 1
    for highest, due in ((last - 1, True), (last, False)):
        found = plan(*days(DESK, generation=highest))
        assert found.has_number(DESK) is due
        assert found.own_chain_due() is due
        blind = plan(*days(OTHER_DESK, generation=highest))
        assert blind.blind_due([entry("one")]) == ([OTHER_DESK] if due else [])


def test_a_number_is_above_all_that_were_used_seen_wrapped_or_held_for_this_desk_and_no_other() -> None:
    def number(desk: DeskId, state: State, *published: DayKey) -> int:
        return plan(*published, state=state).next_number(desk)

    assert number(DESK, new_state()) == 1
    assert number(DESK, new_state(), *days(DESK, generation=8), *days(DESK, generation=5)) == 9
    assert number(DESK, new_state(), *days(OTHER_DESK, generation=8)) == 1
    assert number(DESK, holding(seed(generation=6))) == 7
    assert number(DESK, holding(seed(OTHER_DESK, generation=6))) == 1
    assert number(OTHER_DESK, fresh_wraps(new_state(), "one", generation=7)) == 8
    assert number(DESK, fresh_wraps(new_state(), "one", generation=7)) == 1
    restored = new_state()
    restored.set_place("generation", 9)  # as a new beginning leaves it
    assert (number(DESK, restored), number(OTHER_DESK, restored)) == (10, 1)
    state = new_state()
    assert [number(DESK, state), number(DESK, state), number(OTHER_DESK, state)] == [1, 2, 1]


def test_a_handler_of_the_own_desk_without_the_newest_chain_is_seen() -> None:
    def uncovered(state: State, *entries: HandlerEntry) -> bool:
        return plan(state=state).own_uncovered(entries)

    other = entry("one", DESK)
    assert not uncovered(new_state(), other), "nothing to give"
    assert not uncovered(holding(seed()))
    assert not uncovered(holding(seed()), entry("handler", DESK)), "this device has it"
    assert not uncovered(holding(seed()), entry("one", OTHER_DESK)), "of another desk"
    assert uncovered(holding(seed()), other)
    state = holding(seed())
    note_wraps(state, [wrap(seed()), wrap(seed(), "handler")])
    assert not uncovered(state, other)
    assert uncovered(state, other, entry("two", DESK))
    for older in (wrap(seed(generation=2)), wrap(seed(OTHER_DESK))):
        state = holding(seed())
        note_wraps(state, [older])
        assert uncovered(state, other)


# --- other desks ----------------------------------------------------------------------------------------


def test_a_desk_gets_its_first_keys_from_any_publisher_once_it_has_a_handler() -> None:
    found = plan(*days(DESK))
    assert found.blind_due([]) == []
    assert found.blind_due([entry("handler", DESK)]) == [], "the own desk's are made with its chain"
    assert found.blind_due([entry("one")]) == [OTHER_DESK]


def test_a_desk_that_nobody_publishes_for_gets_fresh_keys_weekly_and_for_whoever_has_none() -> None:
    def due(state: State, *names: str) -> bool:
        return plan(*days(), state=state).blind_due([entry(name) for name in names]) == [OTHER_DESK]

    begun = TODAY - RESEED_DAYS
    assert not due(fresh_wraps(new_state(), "one", day=begun), "one")
    assert due(fresh_wraps(new_state(), "one", day=begun - 1), "one")
    assert due(new_state(), "one"), "nobody knows since when"
    assert due(fresh_wraps(new_state(), "one"), "one", "two")
    assert not due(fresh_wraps(new_state(), "one", "two"), "one", "two")
    assert due(fresh_wraps(new_state(), "one", generation=2), "one"), "of another generation"
    asked = fresh_wraps(new_state(), "one")
    want_rekey(asked, OTHER_DESK)
    assert due(asked, "one"), "asked for, as after a revocation"


def test_a_desk_with_a_publisher_is_left_to_it_until_its_days_run_out() -> None:
    def due(last: int, *, publisher: str = "one", revoked: str = "") -> bool:
        found = plan(*days(last=last), publishers=(publisher,), revoked=revoked)
        return found.blind_due([entry("two")]) == [OTHER_DESK]

    assert not due(TODAY + RUNNING_OUT_DAYS), "though no wrap is known, and nobody has one"
    assert due(TODAY + RUNNING_OUT_DAYS - 1)
    assert due(TODAY + RUNNING_OUT_DAYS, publisher="handler"), "a publisher of another desk"
    assert due(TODAY + RUNNING_OUT_DAYS, revoked="one")
    older = plan(*days(last=TODAY + 60), *days(generation=4, last=TODAY + 5), publishers=("one",))
    assert older.blind_due([entry("two")]) == [OTHER_DESK], "of the newest generation alone"


# --- wraps and wishes -----------------------------------------------------------------------------------


def test_wraps_of_chains_that_are_not_held_are_carried_to_active_handlers_while_they_can_be_opened() -> None:
    clock = Hands()
    state = holding(seed(), clock=clock)
    mine, theirs = wrap(seed()), wrap(seed(OTHER_DESK))
    note_wraps(state, [mine, theirs])
    assert {(one.desk, one.handler) for one in wrapped(state)} == {
        (DESK, people.device("one")),
        (OTHER_DESK, people.device("one")),
    }
    one, key_days = people.device("one"), 44

    def kept(*, to: set[bytes]) -> list[SeedWrap]:
        return carried(state, handlers=to, key_days=key_days)  # type: ignore[arg-type]

    assert kept(to={one}) == [theirs]
    assert kept(to={people.device("two")}) == []
    clock.now = NOW + key_days * 86_400
    assert kept(to={one}) == [theirs]
    clock.now = (people.WEEK + 2) * 604_800 + key_days * 86_400 - 1
    assert kept(to={one}) == [theirs]
    clock.now = (people.WEEK + 2) * 604_800 + key_days * 86_400
    assert kept(to={one}) == []


def test_a_wrap_of_a_chain_that_came_to_be_held_is_carried_no_more() -> None:
    state = new_state()
    note_wraps(state, [wrap(seed())])
    assert carried(state, handlers={people.device("one")}, key_days=44)
    save_generations(state, [Generation(seed(), TODAY, TODAY + 40)])
    assert carried(state, handlers={people.device("one")}, key_days=44) == []
    note_wraps(state, [wrap(seed())])
    save_generations(state, [])
    assert carried(state, handlers={people.device("one")}, key_days=44) == [], "held when it was noted"


@pytest.mark.parametrize("done", [(DESK,), (DESK, OTHER_DESK)])
def test_a_wish_for_fresh_keys_stays_until_it_is_met(done: tuple[DeskId, ...]) -> None:
    state = new_state()
    want_rekey(state, DESK)
    want_rekey(state, OTHER_DESK)
    rekeyed(state, done)
    assert rekey_wanted(state) == {DESK, OTHER_DESK} - set(done)
