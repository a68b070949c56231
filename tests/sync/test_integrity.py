"""What came and what did not, by counters."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from crypto.ids import DeskId, DeviceId
from sync.integrity import (
    EXPIRES_AFTER_S,
    MAX_BITMAP_BYTES,
    Fork,
    Line,
    Seen,
    begin_line,
    bitmap,
    counters_in,
    forks,
    last_heard,
    missing,
    note_cell,
    note_gap,
    note_highest,
)
from sync.state import State
from tests.crypto import people
from tests.sync.stores import NOW, Hands, new_state

PHONE, OTHER = people.device("phone"), people.device("other")
LINE = Line(PHONE, people.DESK, 1)


def take(state: State, *counters: int, line: Line = LINE) -> None:
    for counter in counters:
        assert note_cell(state, line, counter, b"body %d" % counter) is Seen.NEW


def gaps(state: State) -> list[tuple[int, int]]:
    return [(run.first, run.last) for run in missing(state)]


def test_a_gap_is_shown_until_it_is_filled() -> None:
    state = new_state()
    take(state, 1, 2, 5, 9)
    assert gaps(state) == [(3, 4), (6, 8)]
    take(state, 3)
    assert gaps(state) == [(4, 4), (6, 8)]
    take(state, 8, 7, 6, 4)
    assert gaps(state) == []


def test_cells_in_any_order_leave_no_gap() -> None:
    state, counters = new_state(), list(range(1, 60))
    random.Random(7).shuffle(counters)
    take(state, *counters)
    assert gaps(state) == []


def test_a_repeat_is_ignored_and_another_body_under_its_number_is_a_fork() -> None:
    state = new_state()
    take(state, 1)
    assert note_cell(state, LINE, 1, b"body 1") is Seen.REPEAT
    assert forks(state) == []
    assert note_cell(state, LINE, 1, b"another") is Seen.FORK
    assert note_cell(state, LINE, 1, b"body 1") is Seen.REPEAT, "what came first stays"
    assert forks(state) == [Fork(PHONE, people.DESK, 1)]


def test_a_heartbeat_shows_that_the_end_is_missing() -> None:
    state = new_state()
    take(state, 1, 2)
    note_highest(state, LINE, 2)
    assert gaps(state) == []
    note_highest(state, LINE, 4)
    assert gaps(state) == [(3, 4)]
    note_highest(state, LINE, 1)
    assert gaps(state) == [(3, 4)], "an old heartbeat takes nothing back"


def test_an_announcement_ahead_of_its_turn_makes_no_gap_but_is_not_missing_later() -> None:
    state = new_state()
    assert note_cell(state, LINE, 30, b"key", leads=False) is Seen.NEW
    assert gaps(state) == []
    take(state, 1, 2)
    assert gaps(state) == []
    note_highest(state, LINE, 30)
    assert gaps(state) == [(3, 29)]


def test_what_was_sent_before_a_handler_came_is_not_missing_to_it() -> None:
    state = new_state()
    begin_line(state, LINE, 50)
    take(state, 50, 52)
    assert gaps(state) == [(51, 51)]
    begin_line(state, LINE, 90)
    take(state, 53)
    assert gaps(state) == [(51, 51)], "a second introduction hides nothing"


def test_lines_of_other_devices_desks_and_beginnings_are_counted_apart() -> None:
    state = new_state()
    take(state, 1, 3)
    take(state, 1, 2, line=Line(OTHER, people.DESK, 1))
    take(state, 1, 2, line=Line(PHONE, people.OTHER_DESK, 1))
    take(state, 1, 2, line=Line(PHONE, people.DESK, 2))
    assert [(run.device, run.desk, run.first, run.last) for run in missing(state)] == [
        (PHONE, people.DESK, 2, 2)
    ]


def test_after_the_relays_retention_a_gap_is_called_expired() -> None:
    clock = Hands()
    state = new_state(clock)
    take(state, 1, 3)
    clock.now += EXPIRES_AFTER_S - 1
    take(state, 5)
    assert [(run.first, run.expired, run.since) for run in missing(state)] == [
        (2, False, NOW),
        (4, False, NOW + EXPIRES_AFTER_S - 1),
    ]
    clock.now += 2
    assert [(run.first, run.expired) for run in missing(state)] == [(2, True), (4, False)]


def rows(state: State) -> int:
    return int(state.db.execute("SELECT count(*) FROM sync_gap_run").fetchone()[0])


def test_whatever_numbers_a_phone_claims_one_cell_makes_at_most_two_rows() -> None:
    state, chance = new_state(), random.Random(3)
    take(state, 1, 2**40)
    assert gaps(state) == [(2, 2**40 - 1)]
    assert rows(state) == 1
    note_highest(state, LINE, 2**47)
    for taken in range(1, 200):
        take(state, chance.randrange(3, 2**46))
        assert rows(state) <= 2 * (taken + 3)


def test_announcements_far_ahead_of_their_turn_cut_the_gap_and_nothing_else() -> None:
    state = new_state()
    for counter in (100, 50, 2**30):
        assert note_cell(state, LINE, counter, b"key", leads=False) is Seen.NEW
    note_highest(state, LINE, 2**31)
    assert gaps(state) == [(1, 49), (51, 99), (101, 2**30 - 1), (2**30 + 1, 2**31)]


def test_a_device_was_heard_when_anything_counted_came() -> None:
    clock = Hands()
    state = new_state(clock)
    take(state, 1)
    clock.now += 500
    assert note_cell(state, LINE, 2, b"key", leads=False) is Seen.NEW
    assert last_heard(state) == {PHONE: NOW + 500}
    clock.now += 500
    note_highest(state, LINE, 2)
    assert last_heard(state) == {PHONE: NOW + 1_000}


@given(st.sets(st.integers(1, 400), max_size=200))
def test_a_confirmation_names_exactly_what_has_come(counters: set[int]) -> None:
    state = new_state()
    take(state, *counters)
    below, bits = bitmap(state, LINE)
    assert set(counters_in(below, bits, up_to=10_000)) == counters
    assert set(counters_in(below, bits, up_to=100)) == {counter for counter in counters if counter <= 100}


@given(below=st.integers(0, 2**48), bits=st.binary(max_size=300), up_to=st.integers(0, 3_000))
def test_whatever_a_confirmation_claims_it_names_nothing_that_was_never_counted(
    below: int, bits: bytes, up_to: int
) -> None:
    named = counters_in(below, bits, up_to=up_to)
    assert len(named) <= up_to + len(bits) * 8
    assert all(counter <= up_to for counter in named)


@given(st.permutations(range(1, 12)), st.integers(1, 11))
def test_gaps_are_what_was_not_taken_up_to_the_highest(order: list[int], taken: int) -> None:
    state, came = new_state(), set(order[:taken])
    take(state, *order[:taken])
    shown = {counter for first, last in gaps(state) for counter in range(first, last + 1)}
    assert shown == set(range(1, max(came))) - came


def test_missing_carries_the_ids_of_device_and_desk() -> None:
    state = new_state()
    take(state, 2)
    (run,) = missing(state)
    assert run.device == DeviceId(PHONE)
    assert run.desk == DeskId(people.DESK)


def test_only_something_higher_than_before_is_news() -> None:
    state = new_state()
    assert [note_highest(state, LINE, counter) for counter in (3, 3, 2, 4)] == [True, False, False, True]


def test_gaps_of_two_devices_that_touch_stay_two() -> None:
    state, first, second = new_state(), *sorted([LINE, Line(OTHER, people.DESK, 1)], key=lambda one: one.key)
    note_gap(state, first, 1, 2)
    note_gap(state, second, 3, 4)
    found = [(run.device, run.first, run.last) for run in missing(state)]
    assert found == [(first.device, 1, 2), (second.device, 3, 4)]


def test_a_confirmation_has_a_greatest_size_however_far_ahead_a_device_counts() -> None:
    state, last = new_state(), 2 + 8 * MAX_BITMAP_BYTES - 1
    take(state, 1, last)
    assert len(bitmap(state, LINE)[1]) == MAX_BITMAP_BYTES
    take(state, last + 1, 2**40)
    below, bits = bitmap(state, LINE)
    assert (below, len(bits)) == (2, MAX_BITMAP_BYTES)
    assert counters_in(below, bits, up_to=2**48) == [1, last]
