"""Consent is a gate, and the danger card is there without a network."""

from __future__ import annotations

from itertools import product
from typing import Any

import flet as ft
import pytest

from app.domain import danger
from app.domain.consent import AT_INTAKE, PURPOSES, Answer, Purpose, allows
from app.domain.record import IntakeRecord, parse
from tests.domain.examples import smallest

ASKED = [purpose for purpose in PURPOSES if purpose not in (Purpose.RECORD, Purpose.REFERRAL)]


def agreed(**consent: Any) -> IntakeRecord:
    """A record with consent to be kept, and what is given besides."""
    return parse(smallest(consent={"record": "yes", **consent}))


@pytest.mark.parametrize(("purpose", "answer"), list(product(ASKED, Answer)))
def test_only_yes_opens(purpose: Purpose, answer: Answer) -> None:
    assert allows(agreed(**{purpose.value: answer.value}), purpose) is (answer is Answer.YES)


def test_one_purpose_opens_no_other() -> None:
    for purpose in PURPOSES:
        if purpose not in (Purpose.RECORD, Purpose.REFERRAL):
            record = agreed(**{purpose.value: "yes"})
            assert [other for other in PURPOSES if allows(record, other)] == [
                other for other in PURPOSES if other in (Purpose.RECORD, purpose)
            ]


def test_without_consent_to_the_record_everything_is_shut() -> None:
    draft = parse({"consent": {"record": "refused", "union": "yes", "media": "yes"}}, draft=True)
    assert not any(allows(draft, purpose) for purpose in PURPOSES)


def test_a_referral_is_to_one_recipient_and_her_name_is_a_question_of_its_own() -> None:
    record = agreed(
        referrals=[{"to": "RSC", "answer": "yes"}, {"to": "partner:A", "answer": "yes", "named": "yes"}]
    )
    assert allows(record, Purpose.REFERRAL, "RSC")
    assert not allows(record, Purpose.REFERRAL, "RSC", named=True)
    assert allows(record, Purpose.REFERRAL, "partner:A", named=True)
    assert not allows(record, Purpose.REFERRAL, "partner:B")
    assert not allows(record, Purpose.REFERRAL)


def test_of_two_answers_for_one_recipient_the_shut_one_counts() -> None:
    record = agreed(referrals=[{"to": "DIFE", "answer": "yes"}, {"to": "DIFE", "answer": "refused"}])
    assert not allows(record, Purpose.REFERRAL, "DIFE")


def test_three_questions_are_asked_at_intake() -> None:
    assert len(AT_INTAKE) == 3


def test_the_danger_card_has_four_steps_with_pictures() -> None:
    assert len(danger.STEPS) == 4
    assert all(hasattr(ft.Icons, step.icon) for step in danger.STEPS)
    assert all(number.dial.isdigit() for number in danger.NUMBERS)


def test_numbers_are_those_of_the_country_or_none() -> None:
    assert "999" in {number.dial for number in danger.numbers("BD")}
    assert danger.numbers("IN") == ()
    assert danger.numbers(None) == ()
