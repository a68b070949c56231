"""What an answer does to the record: always something that the record takes, never more than was said."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.record import fill, parse
from app.screens.intake import answers, steps
from app.screens.intake.steps import Question
from app.screens.parts.keypad import pressed


def test_the_assembled_record_is_accepted_by_the_domain() -> None:
    from tests.screens.intake.test_steps import whole

    record = parse(answers.consent_given(whole(), "voice", on=date(2026, 11, 22)))
    filled = fill(record)
    assert filled["claims"] == [{"head": "wages", "currency": "BDT", "amount": "3031", "months": "3"}]
    assert filled["consent"]["given"] == {"how": "voice", "by": "self", "on": "2026-11-22"}
    assert filled["consent"]["public"] == "not_asked"


def test_a_kind_of_danger_means_that_somebody_is_in_danger_until_it_is_taken_back() -> None:
    record = answers.toggle_danger({}, "threat")
    assert record["danger"] == {"now": "yes", "kinds": ["threat"]}
    assert answers.toggle_danger(record, "threat") == {}
    assert answers.no_danger(record)["danger"] == {"now": "no", "kinds": []}


def test_refused_unknown_and_not_asked_stay_three_different_things() -> None:
    facilities = [
        answers.leave({}, Question.WHERE, how).get("facility", "absent")
        for how in ("refused", "unknown", "later")
    ]
    assert facilities == [{}, None, "absent"]
    dangers = [
        answers.leave({}, Question.DANGER, how).get("danger") for how in ("refused", "unknown", "later")
    ]
    assert dangers == [{"now": "refused", "kinds": []}, {"now": "unknown", "kinds": []}, None]


def test_a_text_of_spaces_is_no_text() -> None:
    assert answers.write({"narrative": "x"}, "narrative", "  \n") == {}


def test_a_span_told_backwards_is_turned_round() -> None:
    record = answers.happened({}, first="2026-06", last="2025", ongoing=False)
    assert record["happened"]["from"] == "2025"
    parse(record, draft=True)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("", None), (".", None), ("3031", "3031"), ("007", "7"), ("12.", "12"), ("12.5", "12.5")],
)
def test_an_entry_on_the_keypad_becomes_an_amount_or_nothing(typed: str, kept: str | None) -> None:
    assert answers.amount(typed) == kept


@given(st.lists(st.sampled_from("0123456789.<"), max_size=30), st.sampled_from([0, 2]))
def test_whatever_is_pressed_the_record_takes_the_amount(keys: list[str], decimals: int) -> None:
    digits = ""
    for key in keys:
        digits = pressed(digits, key, decimals=decimals)
    currency = "USD" if decimals else "BDT"
    record = answers.wages({}, owed=answers.amount(digits), months=0, currency=currency)
    parse(record, draft=True)


@given(
    st.lists(
        st.tuples(st.sampled_from(list(Question)), st.sampled_from(["refused", "unknown", "later"])),
        max_size=20,
    )
)
def test_leaving_questions_in_any_order_keeps_a_record_that_the_domain_takes(
    left: list[tuple[Question, str]],
) -> None:
    record: steps.Record = {}
    for question, how in left:
        record = answers.leave(record, question, how)
        parse(record, draft=True)


def test_clearing_what_is_owed_leaves_no_empty_claim() -> None:
    record = answers.wages({}, owed="10", months=2, currency="USD", monthly="200")
    assert answers.wages(record, owed=None, months=0, currency="USD") == {}
