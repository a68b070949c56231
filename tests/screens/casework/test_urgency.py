"""What stands first in the inbox, and which marks a line carries."""

from __future__ import annotations

from app.screens.casework.urgency import Filter, Mark, marks, not_screened, offered, shown, urgent_first
from tests.screens.casework.fakes import line

DANGER = line("1", danger="yes", received="2026-11-22T12:00:00Z")
REPRISAL = line("2", retaliation=True, received="2026-11-22T11:00:00Z")
OLD = line("3", received="2026-11-20T09:00:00Z")
FRESH = line("4", received="2026-11-22T09:00:00Z", added=1)
DECIDED = line("5", danger="yes", state="in_case", cases=["C-2026-001"])


def test_danger_comes_before_reprisal_and_both_before_what_is_older() -> None:
    assert [row.code for row in urgent_first([FRESH, OLD, REPRISAL, DANGER])] == ["1", "2", "3", "4"]


def test_what_is_decided_stands_after_what_is_not_however_urgent_it_was() -> None:
    assert [row.code for row in urgent_first([DECIDED, FRESH])] == ["4", "5"]


def test_the_marks_of_a_line_stand_in_one_order() -> None:
    everything = line(danger="yes", retaliation=True, authentic=False, added=2)
    assert marks(everything) == (Mark.DANGER, Mark.REPRISAL, Mark.UNPROVEN, Mark.ADDED)
    assert marks(line()) == ()


def test_a_sender_who_could_not_be_checked_yet_is_no_alarm() -> None:
    assert marks(line(authentic=None)) == ()


def test_only_yes_is_danger() -> None:
    for answer in ("no", "refused", "unknown", "not_asked"):
        assert Mark.DANGER not in marks(line(danger=answer))


def test_a_filter_shows_its_lines_and_its_number() -> None:
    rows = [DANGER, REPRISAL, OLD, FRESH, DECIDED]
    numbers = dict(offered(rows))
    assert numbers == {
        Filter.TODO: 4,
        Filter.ALL: 5,
        Filter.URGENT: 3,
        Filter.ADDED: 1,
        Filter.IN_CASE: 1,
    }
    for chosen, number in numbers.items():
        assert len(shown(rows, chosen)) == number


def test_filters_that_would_show_nothing_are_not_offered_but_the_first_two() -> None:
    assert [chosen for chosen, _ in offered([])] == [Filter.TODO, Filter.ALL]


def test_what_was_withdrawn_or_screened_does_not_wait_for_screening() -> None:
    assert not_screened([OLD, line("6", screened=True), line("7", state="withdrawn"), DECIDED]) == 1
