"""A record in plain words: what was answered, nothing else, and no name where a name must not be."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app import assets
from app.domain.record import fill, parse
from app.i18n import Translator
from app.screens.casework import record_words
from app.screens.casework.consent_words import answer_word, purposes

EN, BN = Translator("en"), Translator("bn")
SAMPLES: list[dict[str, Any]] = json.loads(assets.path("samples/complaints.json").read_text("utf-8"))


def record(**told: Any) -> dict[str, Any]:
    """A filled record with these answers."""
    usual = {
        "consent": {"record": "yes"},
        "danger": {"now": "no"},
        "narrative": "told",
        "facility": None,
        "happened": {"from": None, "to": None},
    }
    return fill(parse({**usual, **told}))


def said(told: dict[str, Any], label: str, tr: Translator = EN) -> str | None:
    """What stands beside a label."""
    return next((line.value for line in record_words.lines(told, tr) if line.label == label), None)


def test_what_was_not_answered_is_not_listed() -> None:
    labels = [line.label for line in record_words.lines(record(), EN)]
    assert labels == ["Danger now", "When", "Workplace"]


def test_unknown_refused_and_not_asked_are_not_no() -> None:
    for answer, word in (
        ("unknown", "does not know"),
        ("refused", "refused to say"),
        ("not_asked", "not asked"),
    ):
        assert said(record(danger={"now": answer}), "Danger now") == word


def test_a_workplace_that_nobody_knows_is_said_to_be_not_known() -> None:
    assert said(record(), "Workplace") == "not known"
    assert said(record(facility={"name": None, "address": "Gazipur"}), "Workplace") == "not known, Gazipur"


def test_partial_dates_stay_as_partial_as_they_were_told() -> None:
    told = record(happened={"from": "2019-06", "to": "2019-08", "ongoing": "yes"})
    assert said(told, "When") == "June 2019 – August 2019 · still going on"
    assert said(record(), "When") == "date not known"


def test_dates_and_counts_are_in_the_numerals_of_the_desk() -> None:
    told = record(happened={"from": "2019-06-15", "to": None}, affected={"count": 50, "estimate": True})
    assert said(told, "কখন", BN) == "১৫ জুন ২০১৯"
    assert "৫০" in (said(told, "অন্যরা", BN) or "")


def test_money_has_its_currency_and_two_decimals() -> None:
    told = record(claims=[{"head": "severance", "currency": "BDT", "amount": "638127", "months": None}])
    assert said(told, "Sums she named") == "severance BDT 638,127.00"


def test_a_word_that_this_desk_does_not_know_is_shown_as_it_was_written() -> None:
    told = record(claims=[{"head": "night_bonus", "currency": None, "amount": None, "months": "3"}])
    assert said(told, "Sums she named") == "night bonus 3 months"


def test_a_name_and_a_phone_number_are_never_among_the_lines() -> None:
    person = {"name": "Rina Akter", "phone": "01700000000", "sex": "female", "age_band": "18-24"}
    told = record(person=person, employment={"employee_id": "E-4411"})
    for lines in (record_words.lines(told, EN), record_words.short_lines(told, EN)):
        whole = " ".join(line.value for line in lines)
        assert "Rina" not in whole
        assert "0170" not in whole
        assert "E-4411" not in whole
    assert [line.value for line in record_words.who(told, EN)] == ["Rina Akter", "01700000000", "E-4411"]
    assert "Rina" not in record_words.told(told, EN)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: str(one.get("external_ref")))
@pytest.mark.parametrize("lang", ["en", "bn", "km"])
def test_every_sample_can_be_said_in_every_language(sample: dict[str, Any], lang: str) -> None:
    told, tr = fill(parse(sample)), Translator(lang)
    for line in record_words.lines(told, tr):
        assert line.label
        assert "_" not in line.value or "_" in json.dumps(sample, ensure_ascii=False)
        assert "None" not in line.value


def test_consent_keeps_five_values_apart() -> None:
    words = {answer_word(answer, EN) for answer in ("yes", "no", "refused", "unknown", "not_asked")}
    assert words == {"yes", "no", "refused", "not sure", "not asked"}


def test_every_purpose_of_the_record_is_shown_asked_or_not() -> None:
    told = record(consent={"record": "yes", "employer_named": "refused"})
    found = {one.purpose: one.answer for one in purposes(told["consent"], EN)}
    assert found["Keep it"] == "yes"
    assert found["Employer, named"] == "refused"
    assert found["Public"] == "not_asked"
    asked = {key for key in told["consent"] if key not in ("referrals", "given")}
    assert len(found) == len(asked)


def test_after_a_withdrawal_no_purpose_reads_yes() -> None:
    told = record(consent={"record": "yes", "union": "yes", "legal": "no"})
    answers = [one.answer for one in purposes(told["consent"], EN, withdrawn=True)]
    assert "yes" not in answers
    assert answers.count("withdrawn") == 2
    assert answers.count("no") == 1


def test_a_referral_says_to_whom_and_whether_with_her_name() -> None:
    told = record(
        consent={
            "record": "yes",
            "referrals": [
                {"to": "partner:CCC", "named": "yes", "answer": "no"},
                {"to": "RSC", "answer": "yes"},
            ],
        }
    )
    found = {one.purpose: one.answer for one in purposes(told["consent"], EN)}
    assert found["Send on to CCC, with her name"] == "no"
    assert found["Send on to RSC"] == "yes"
