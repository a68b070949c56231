"""How long a desk keeps the keys of a day, and what may destroy them: two clocks together, never one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.root import Policy
from crypto.roster import Revocation, Role, Roster, WindowClosed, sign_statement
from crypto.tokens import week_of
from sync.deskkeys import (
    DayKeys,
    Generation,
    forget_before,
    forget_past,
    load_epoch_keys,
    load_generations,
    note_published,
    renew_epoch_key,
    save_generations,
)
from sync.integrity import Line
from sync.state import State
from sync.windows import (
    age_days,
    first_day_kept,
    newest_page_day,
    note_heard,
    note_page_day,
    note_since,
    trusted_day,
    windows,
)
from tests.crypto import people
from tests.crypto.people import DESK, NOW, ORG, OTHER_DESK, TODAY
from tests.sync.stores import Hands, new_state

DAY = 86_400
POLICY = Policy()
LINE = Line(people.device("phone"), DESK, 1)


def roster(*more: object) -> Roster:
    statements = [
        people.signed_admission("handler", Role.HANDLER),
        people.signed_admission("phone", Role.INTAKE),
        *more,
    ]
    return Roster.verify(statements, root=people.first_root(), org=ORG)  # type: ignore[arg-type]


def closed(at: int) -> object:
    return sign_statement(WindowClosed(ORG, people.device("phone"), at), by=[people.officer()])


class Days:
    """A desk's store, with its clock and the relay's moved apart. `at`: days since the phone was admitted."""

    def __init__(self) -> None:
        self.clock = Hands()
        self.state: State = new_state(self.clock)

    def at(self, day: int, *, relay: int | None = None) -> Days:
        self.clock.now = float(NOW + day * DAY)
        note_page_day(self.state, TODAY + (day if relay is None else relay))
        return self

    def kept(self, *more: object, desk: bytes = DESK) -> int:
        """The first day kept, in days since the phone was admitted."""
        found = first_day_kept(self.state, roster=roster(*more), policy=POLICY, desk=desk)  # type: ignore[arg-type]
        return found - TODAY

    def heard(self, day: int, *, since: int, counter: int = 1) -> None:
        note_heard(self.state, LINE, at=NOW + day * DAY)
        note_since(self.state, LINE, counter=counter, since=TODAY + since, at=NOW + day * DAY)


# --- windows -------------------------------------------------------------------------------


def test_keys_are_kept_44_days_while_every_phone_is_heard() -> None:
    days = Days().at(100)
    days.heard(100, since=98)
    assert days.kept() == 100 - 44


@pytest.mark.parametrize(("silent", "first"), [(40, -4), (60, -1), (100, -1), (119, -1), (121, 1), (200, 80)])
def test_a_phone_that_was_never_heard_holds_its_window_open_for_120_days(silent: int, first: int) -> None:
    assert Days().at(silent).kept() == first


@pytest.mark.parametrize(("silent", "first"), [(30, -14), (60, 12), (100, 12), (133, 13)])
def test_a_silent_phone_holds_open_what_it_said_it_may_need(silent: int, first: int) -> None:
    days = Days()
    days.heard(16, since=12)
    assert days.at(silent).kept() == first


def test_a_heartbeat_that_was_overtaken_changes_nothing() -> None:
    days = Days()
    days.heard(10, since=8, counter=5)
    days.heard(11, since=3, counter=4)
    assert days.at(100).kept() == 8
    days.heard(12, since=9, counter=5)
    assert days.kept() == 9


def test_being_heard_without_a_heartbeat_keeps_what_was_said_before() -> None:
    days = Days()
    days.heard(10, since=2)
    note_heard(days.state, LINE, at=NOW + 90 * DAY)
    assert days.at(90).kept() == 2


def test_a_phone_holds_open_each_desk_for_itself() -> None:
    days = Days()
    days.heard(10, since=8)
    assert days.at(100).kept(desk=OTHER_DESK) == -1


def test_an_officer_closes_the_window_and_it_opens_when_the_phone_is_heard_again() -> None:
    days = Days().at(100)
    days.heard(3, since=1)
    at = NOW + 90 * DAY
    assert days.kept() == 1
    assert days.kept(closed(at)) == 56
    assert [one.closed for one in windows(days.state, roster=roster(closed(at)), desk=DESK)] == [True]
    days.heard(89, since=88, counter=2)
    assert days.kept(closed(at)) == 56, "what was read late had reached the relay before"
    days.heard(91, since=50, counter=3)
    assert days.kept(closed(at)) == 50


def test_a_closing_from_a_clock_that_was_ahead_is_undone_when_the_phone_is_heard_again() -> None:
    days, at = Days().at(100), NOW + 500 * DAY
    days.heard(99, since=90)
    assert days.kept(closed(at)) == 56
    days.at(110).heard(103, since=40, counter=2)
    assert days.kept(closed(at)) == 40
    days.at(501)
    assert [one.closed for one in windows(days.state, roster=roster(closed(at)), desk=DESK)] == [False]


def test_a_closing_that_was_seen_before_any_page_counts_from_when_it_was_said() -> None:
    days, shut = Days(), closed(NOW + 98 * DAY)
    days.clock.now += 99 * DAY
    assert [one.closed for one in windows(days.state, roster=roster(shut), desk=DESK)] == [True]
    days.at(100).heard(97, since=90)
    assert [one.closed for one in windows(days.state, roster=roster(shut), desk=DESK)] == [True]


def test_a_closing_from_a_clock_that_was_ahead_closes_no_other_phones_window() -> None:
    name = "second phone"
    admitted = people.admission(name, Role.INTAKE, prefix=208, token_slot=2)
    both = [closed(NOW + 500 * DAY), sign_statement(admitted, by=[people.officer()])]
    later = WindowClosed(ORG, people.device(name), NOW + 600 * DAY)

    def open_windows(*more: object) -> int:
        return sum(not one.closed for one in windows(days.state, roster=roster(*both, *more), desk=DESK))

    days = Days().at(100)
    assert open_windows() == 1
    days.at(110).heard(105, since=40)
    assert open_windows(sign_statement(later, by=[people.officer()])) == 1, "the first one is open again"


def test_a_closing_from_a_clock_that_was_ahead_hides_no_later_one() -> None:
    days, ahead = Days().at(100), closed(NOW + 500 * DAY)
    assert days.kept(ahead) == 56
    days.at(110).heard(105, since=40)
    assert days.kept(ahead) == 40
    assert days.kept(ahead, closed(NOW + 109 * DAY)) == 66


def test_a_revoked_phone_holds_nothing_open() -> None:
    days = Days().at(100)
    gone = sign_statement(Revocation(ORG, people.device("phone"), NOW), by=[people.officer()])
    assert days.kept() == -1
    assert days.kept(gone) == 56


# --- clocks --------------------------------------------------------------------------------


def test_one_clock_alone_destroys_nothing() -> None:
    days = Days()
    days.heard(10, since=9)
    true = days.at(20).kept()
    assert days.at(20 + 60).state is days.state
    assert days.at(80, relay=20).kept() == true, "this desk's clock ran ahead"
    assert days.at(20, relay=2_000).kept() == true, "the relay lied"
    assert days.at(20).kept() == true


def test_before_any_page_was_seen_nothing_is_destroyed() -> None:
    days = Days()
    days.clock.now += 1_000 * DAY
    assert newest_page_day(days.state) is None
    assert trusted_day(days.state) == 0
    assert first_day_kept(days.state, roster=roster(), policy=POLICY, desk=DESK) == 0


def test_what_a_relay_said_once_does_not_stay() -> None:
    days = Days().at(10, relay=5_000)
    days.at(11)
    days.clock.now += 60 * DAY
    assert trusted_day(days.state) == TODAY + 11


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(-90, 4_000), st.booleans()), max_size=30))
def test_whatever_one_clock_says_no_key_goes_that_a_true_clock_would_keep(
    steps: list[tuple[int, int, bool]],
) -> None:
    days, chain, day = Days(), Generation(people.desk_seed(day=TODAY - 2), TODAY - 2, TODAY + 400), 0
    save_generations(days.state, [chain])
    for step, wrong, own in sorted(steps, key=lambda entry: entry[0]):
        day = max(day, step)
        true = days.at(day).kept()
        days.at(day + wrong, relay=day) if own else days.at(day, relay=day + wrong)
        forget_past(days.state, {DESK: TODAY + days.kept()})
        for entry in load_generations(days.state):
            assert entry.chain.day - TODAY <= max(true, -2)


def test_a_desk_that_is_not_named_forgets_nothing() -> None:
    chains = [Generation(people.desk_seed(day=TODAY), TODAY, TODAY + 40)]
    assert forget_before(chains, {OTHER_DESK: TODAY + 90}) == chains
    assert forget_before(chains, {DESK: TODAY + 41}) == []
    assert forget_before(chains, {DESK: TODAY + 40})[0].chain.day == TODAY + 40


# --- epoch keys ----------------------------------------------------------------------------


def renew(days: Days) -> list[int]:
    """The numbers of the epoch keys that are held after a session, oldest first."""
    me = people.identity("handler")
    renew_epoch_key(days.state, me=people.device("handler"), identity=me, org=ORG, key_days=44)
    return [epoch for epoch, _key in reversed(load_epoch_keys(days.state))]


def test_an_epoch_key_serves_a_week_and_is_kept_for_the_window() -> None:
    days = Days()
    first = renew(days.at(0))
    assert renew(days.at(0)) == first
    for week in range(1, 7):
        held = renew(days.at(7 * week))
        assert len(held) == week + 1
        assert first[0] in held
    assert first[0] not in renew(days.at(49))


def test_an_epoch_key_from_a_clock_that_was_ahead_is_replaced_by_a_newer_number() -> None:
    days = Days()
    renew(days.at(0))
    ahead = renew(days.at(60, relay=0))[-1]
    assert ahead == week_of(NOW + 60 * DAY)
    held = renew(days.at(1))
    assert held[-1] == ahead + 1, "the directory takes the highest number, so it must go on from there"
    assert len(held) == 3, "and nothing was destroyed"
    assert renew(days.at(2)) == held
    assert renew(days.at(9))[-1] == ahead + 2, "a week later the next one"


def test_an_epoch_key_survives_one_session_of_a_clock_that_is_a_year_ahead() -> None:
    days = Days()
    (first,) = renew(days.at(0))
    assert first in renew(days.at(365, relay=1))
    assert first in renew(days.at(1, relay=5_000))
    assert first in renew(days.at(30))


def test_each_clock_is_held_against_itself() -> None:
    days = Days().at(0, relay=-10)
    made, page = days.state.now(), newest_page_day(days.state)
    days.at(30, relay=20)
    assert age_days(days.state, made, page) == 30, "a clock that is always ten days off is no reason to wait"
    days.at(90, relay=20)
    assert age_days(days.state, made, page) == 30
    assert age_days(days.state, made, None) == 0
    days.at(90, relay=-20)
    assert age_days(days.state, made, page) == 90, "a relay that took back what it said has no say"


# --- trial openings ------------------------------------------------------------------------


def test_a_generation_reaches_as_far_as_the_directory_publishes_it() -> None:
    days = Days()
    seed = people.desk_seed(day=TODAY)
    save_generations(days.state, [Generation(seed, TODAY, TODAY + 2)])
    note_published(days.state, seed.public_days(6))
    assert load_generations(days.state)[0].last == TODAY + 5
    note_published(days.state, [replace(day, generation=9) for day in seed.public_days(9)])
    assert load_generations(days.state)[0].last == TODAY + 5


def test_what_no_new_cell_can_be_sealed_to_is_not_tried_and_still_opens_parcels() -> None:
    old = Generation(people.desk_seed(generation=1, day=TODAY), TODAY, TODAY + 3)
    new = Generation(people.desk_seed(generation=2, day=TODAY + 7), TODAY + 7, TODAY + 10)
    for today, tried in ((0, {1, 2}), (TODAY + 107, {1, 2}), (TODAY + 108, {2})):
        keys = DayKeys([old, new], today)
        assert {key.generation for key in keys.candidates(TODAY)} == tried
        assert keys.exactly(DESK, 1, TODAY + 1) is not None
