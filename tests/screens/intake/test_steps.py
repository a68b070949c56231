"""The order of the interview: twelve stitches, one question a screen, nothing put into anyone's mouth."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from app.domain.record import missing_required, parse
from app.screens.intake import answers, steps
from app.screens.intake.interview import lacks
from app.screens.intake.steps import ORDER, STITCH, STITCHES, TWO_LINES, Question

Q = Question


def walk(record: dict[str, Any], *, two_lines: bool = False) -> list[Question]:
    """Every question that Next shows, from the first."""
    question = steps.path(record, two_lines=two_lines)[0]
    seen = [question]
    while (following := steps.after(question, record, two_lines=two_lines)) is not question:
        question = following
        seen.append(question)
    return seen


def test_the_twelve_stitches_come_in_order_and_none_is_left_out_without_a_follow_up() -> None:
    numbers = [STITCH[question] for question in walk({})]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(1, STITCHES + 1)) - {9}


def test_every_question_has_a_stitch_and_a_place() -> None:
    assert set(STITCH) == set(Question) == set(ORDER)


def test_wages_are_asked_only_when_money_is_marked() -> None:
    assert Q.WAGES not in walk({"issues": ["O2"]})
    assert Q.WAGES in walk({"issues": ["W1"]})


def test_how_it_ended_is_asked_only_when_leaving_is_marked() -> None:
    assert Q.DISMISSAL in walk({"issues": ["T4"]})
    assert Q.DISMISSAL not in walk({"issues": ["W1"]})


def test_a_locked_gate_is_asked_about_only_if_it_was_not_said_whether_it_is_still_so() -> None:
    assert Q.STILL_SO in walk({"issues": ["O2"]})
    assert Q.STILL_SO not in walk(
        {"issues": ["O2"], "happened": {"from": "2026", "to": None, "ongoing": "yes"}}
    )


def test_answering_whether_it_is_still_so_does_not_lose_the_way_on() -> None:
    record = {"issues": ["O2"], "happened": {"from": None, "to": None, "ongoing": "yes"}}
    assert steps.after(Q.STILL_SO, record) is Q.OTHERS
    assert steps.before(Q.STILL_SO, record) is Q.ISSUES


def test_back_goes_the_same_way_as_next() -> None:
    record = {"issues": ["W1", "T4"]}
    way = walk(record)
    for earlier, later in itertools.pairwise(way):
        assert steps.before(later, record) is earlier
    assert steps.before(way[0], record) is None


def test_in_danger_two_lines_are_enough_to_finish() -> None:
    record = {"consent": {"record": "yes"}, "danger": {"now": "yes", "kinds": ["threat"]}}
    assert walk(record, two_lines=True) == list(TWO_LINES)
    assert lacks(record) == []
    parse(record)


def test_the_five_required_are_named_and_each_has_its_question() -> None:
    lacking = lacks({})
    assert set(lacking) == {"consent.record", "danger", "narrative", "happened", "facility"}
    assert set(lacking) == set(steps.REQUIRED_AT)


@pytest.mark.parametrize("question", [Q.WHERE, Q.WHEN, Q.DANGER])
def test_does_not_know_is_an_answer_for_what_is_required(question: Question) -> None:
    record = answers.leave({}, question, "unknown")
    field = next(name for name, where in steps.REQUIRED_AT.items() if where is question)
    assert field not in lacks(record)
    assert answers.left_as(record, question) == "unknown"


@pytest.mark.parametrize("question", [Q.WHERE, Q.WHEN, Q.DANGER, Q.OTHERS, Q.WORDS])
def test_later_writes_nothing(question: Question) -> None:
    assert answers.leave({}, question, "later") == {}


def test_a_saved_step_opens_where_it_was_left() -> None:
    for question in Question:
        assert steps.at(steps.step_of(question)) is question
    assert steps.at(999) is ORDER[-1]


def test_the_first_question_of_a_stitch_skips_what_does_not_fit() -> None:
    assert steps.first_of(9, {}) is Q.OTHERS
    assert steps.first_of(9, {"issues": ["W1"]}) is Q.WAGES


def test_put_and_drop_leave_what_is_beside_it() -> None:
    record = steps.put({"contact": {"how": "phone"}}, "contact.phrase", "tailoring")
    assert record == {"contact": {"how": "phone", "phrase": "tailoring"}}
    assert steps.drop(record, "contact.phrase") == {"contact": {"how": "phone"}}
    assert steps.drop(steps.drop(record, "contact.phrase"), "contact.how") == {}
    assert steps.drop({"facility": None}, "facility.name") == {"facility": None}


def test_missing_required_of_a_whole_interview_is_empty() -> None:
    assert missing_required(parse(whole(), draft=True)) == []


def whole() -> dict[str, Any]:
    """What the interview assembles when every question is answered by a tap or a word."""
    record: dict[str, Any] = {"language": "bn", "received": "in_person"}
    record = steps.put(record, "consent.record", "yes")
    record = answers.no_danger(record)
    record = answers.write(record, "narrative", "বেতন দেরিতে, জোর করে সই।")
    record = answers.write(record, "remedy_wanted", "to be paid")
    record = answers.write(record, "facility.name", "Mondol")
    record = steps.put(record, "facility.country", "BD")
    record = answers.happened(record, first="2026-06", last=None, ongoing=True)
    record = answers.toggle_issue(answers.toggle_issue(record, "W1"), "T4")
    record = answers.wages(record, owed=answers.amount("3031"), months=3, currency="BDT", monthly="6500")
    record = steps.put(record, "employment.how_ended", "forced_resignation")
    record = steps.put(steps.put(record, "affected.count", 50), "affected.estimate", True)
    record = steps.put(record, "affected.willing", "unknown")
    record = answers.evidence(answers.evidence(record, "payslip"), "photo")
    record = steps.put(record, "retaliation.feared", "yes")
    record = steps.put(record, "risk.level", "medium")
    record = steps.put(record, "consent.union", "yes")
    return steps.put(record, "contact.how", "through_organiser")
