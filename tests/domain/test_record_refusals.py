"""Everything that is not exactly right is refused with the path and the reason."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.errors import RecordError
from app.domain.record import parse
from tests.domain.examples import smallest, whole

REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"narative": "x"}, "$.narative", "not a field that is known"),
    ({"a b": 1}, '$["a b"]', "not a field"),
    ({"consent": {"record": "no"}}, "$.consent.record", 'must be "yes", or the record is not kept'),
    ({"consent": {}}, "$.consent.record", 'must be "yes"'),
    ({"consent": None}, "$.consent", "must be an object, not null"),
    ({"consent": {"record": "yes", "police": "yes"}}, "$.consent.police", "not a field"),
    (
        {"consent": {"record": True}},
        "$.consent.record",
        "must be one of yes, no, refused, unknown or not_asked",
    ),
    ({"danger": {}}, "$.danger.now", "is required"),
    ({"danger": {"now": "maybe"}}, "$.danger.now", '"maybe" is not one of'),
    ({"danger": {"now": None}}, "$.danger.now", "not null"),
    ({"danger": {"now": "no", "kinds": ["threat", "rain"]}}, "$.danger.kinds[1]", '"rain" is not one of'),
    ({"danger": {"now": "no", "kinds": ["threat", "threat"]}}, "$.danger.kinds[1]", "twice"),
    ({"danger": {"now": "no", "kinds": None}}, "$.danger.kinds", "must be a list, not null"),
    ({"narrative": "  \n\t "}, "$.narrative", "required"),
    ({"narrative": None}, "$.narrative", "required"),
    ({"narrative": 7}, "$.narrative", "must be a text, not a number"),
    ({"narrative": "x" * 200_001}, "$.narrative", "200001 characters"),
    ({"narrative": "a\x00b"}, "$.narrative", "control character U+0000 at character 2"),
    ({"narrative": "a\r\nb"}, "$.narrative", "carriage return"),
    ({"narrative": "\x1b[2J"}, "$.narrative", "U+001B"),
    ({"narrative": "a\x85"}, "$.narrative", "U+0085"),
    ({"narrative": "\ud83d"}, "$.narrative", "lone surrogate"),
    ({"facility": "Tazreen"}, "$.facility", "must be an object, not a text"),
    ({"facility": {"name": "x", "country": "UK"}}, "$.facility.country", "use GB"),
    ({"facility": {"country": "bd"}}, "$.facility.country", "two letters of ISO 3166"),
    ({"facility": {"name": "x" * 301}}, "$.facility.name", "301 characters"),
    ({"happened": None}, "$.happened", "give both dates as null"),
    ({"happened": {"from": "2019-13"}}, "$.happened.from", "is not a date (use 2019, 2019-06 or 2019-06-15)"),
    ({"happened": {"from": "2019-02-29"}}, "$.happened.from", "that month has 28 days"),
    ({"happened": {"from": "15-06-2019"}}, "$.happened.from", "is not a date"),
    ({"happened": {"from": "২০১৯"}}, "$.happened.from", "is not a date"),
    ({"happened": {"from": "2019\n"}}, "$.happened.from", "is not a date"),
    ({"happened": {"from": 2019}}, "$.happened.from", "must be a text, not a number"),
    ({"happened": {"from": "2019-06", "to": "2019-05-31"}}, "$.happened.to", "is before 2019-06"),
    ({"happened": {"ongoing": None}}, "$.happened.ongoing", "not null"),
    ({"buyers": [{"evidence": "label"}]}, "$.buyers[0].name", "required here"),
    ({"buyers": [{"name": " "}]}, "$.buyers[0].name", "blank"),
    ({"buyers": {"name": "x"}}, "$.buyers", "must be a list, not an object"),
    ({"buyers": [{"name": "x"}] * 501}, "$.buyers", "501 lines"),
    ({"issues": ["W1", "Z9"]}, "$.issues[1]", '"Z9" is not a code'),
    ({"issues": ["W1", "W1"]}, "$.issues[1]", "twice"),
    ({"issues": "W1"}, "$.issues", "must be a list, not a text"),
    ({"filed_by": "anonymous"}, "$.filed_by", "not one of worker"),
    ({"language": "Bangla!"}, "$.language", "not a language tag"),
    ({"received": "email"}, "$.received", "in_person, call, letter or visit"),
    ({"affected": {"count": -1}}, "$.affected.count", "between 0"),
    ({"affected": {"count": True}}, "$.affected.count", "whole number, not true or false"),
    ({"affected": {"count": 50.0}}, "$.affected.count", "whole number"),
    ({"affected": {"count": "50"}}, "$.affected.count", "whole number, not a text"),
    ({"affected": {"count": 5, "women": 6}}, "$.affected.women", "more than"),
    ({"affected": {"estimate": "yes"}}, "$.affected.estimate", "true or false"),
    ({"claims": [{"amount": "5"}]}, "$.claims[0].head", "required here"),
    ({"claims": [{"head": "Unpaid wages"}]}, "$.claims[0].head", "lower-case"),
    ({"claims": [{"head": "wages", "amount": 6700}]}, "$.claims[0].amount", "decimal string"),
    ({"claims": [{"head": "wages", "amount": "-5"}]}, "$.claims[0].amount", "without sign"),
    ({"claims": [{"head": "wages", "amount": "1e5"}]}, "$.claims[0].amount", "exponent"),
    ({"claims": [{"head": "wages", "amount": "6,700"}]}, "$.claims[0].amount", "grouping"),
    ({"claims": [{"head": "wages", "amount": "৬৭০০"}]}, "$.claims[0].amount", "decimal string"),
    ({"claims": [{"head": "wages", "currency": "Tk"}]}, "$.claims[0].currency", "ISO 4217"),
    (
        {"claims": [{"head": "wages", "currency": "VND", "amount": "5.5"}]},
        "$.claims[0].amount",
        "VND has none",
    ),
    (
        {"claims": [{"head": "wages", "currency": "BDT", "amount": "5.555"}]},
        "$.claims[0].amount",
        "BDT has 2",
    ),
    ({"claims": [{"head": "wages", "months": "two"}]}, "$.claims[0].months", "number of months"),
    ({"employment": {"joined": "2019-06", "left": "2018"}}, "$.employment.left", "is before"),
    ({"employment": {"basic": "6700.001", "currency": "BDT"}}, "$.employment.basic", "3 decimals"),
    ({"employment": {"contract": "forever"}}, "$.employment.contract", "not one of"),
    ({"retaliation": {"kinds": ["threat", "threat"]}}, "$.retaliation.kinds[1]", "twice"),
    ({"risk": {"level": "very"}}, "$.risk.level", "low, medium, high or extreme"),
    ({"evidence": [{"held_by": "phone"}]}, "$.evidence[0].kind", "required here"),
    ({"evidence": [{"kind": "video"}]}, "$.evidence[0].kind", "not one of"),
    ({"person": {"age_band": "young"}}, "$.person.age_band", "use 18-24"),
    ({"person": {"sex": "F"}}, "$.person.sex", "female, male or other"),
    ({"contact": {"how": "telepathy"}}, "$.contact.how", "not one of"),
    ({"group": ["a"]}, "$.group", "must be a text, not a list"),
]


@pytest.mark.parametrize(
    ("given", "path", "reason"), REFUSED, ids=[f"{path}-{n}" for n, (_, path, _) in enumerate(REFUSED)]
)
def test_a_wrong_value_is_refused_where_it_stands(given: dict[str, Any], path: str, reason: str) -> None:
    with pytest.raises(RecordError) as refusal:
        parse(smallest(**given))
    assert refusal.value.path == path
    assert reason in refusal.value.reason
    assert str(refusal.value) == f"{path}: {refusal.value.reason}"


@pytest.mark.parametrize("to", ["RSC", "partner:Sramik Sangha", "shelter"])
def test_a_referral_goes_to_a_known_body_or_a_partner(to: str) -> None:
    line = {"to": to, "answer": "yes"}
    assert parse(smallest(consent={"record": "yes", "referrals": [line]})).consent.referrals[0].to == to


@pytest.mark.parametrize("to", ["Accord", "partner:", "partner:  ", "rsc", "partner:a\x00"])
def test_a_referral_to_anybody_else_is_refused(to: str) -> None:
    with pytest.raises(RecordError, match=r"\$\.consent\.referrals\[0\]\.to"):
        parse(smallest(consent={"record": "yes", "referrals": [{"to": to}]}))


@pytest.mark.parametrize("wrong", [None, 7, "text", [], True, 1.5, b"x", [smallest()]])
def test_what_is_no_object_is_no_record(wrong: object) -> None:
    with pytest.raises(RecordError, match="must be an object"):
        parse(wrong)


@pytest.mark.parametrize("key", ["consent", "danger", "narrative", "facility", "happened"])
def test_each_of_the_five_is_required(key: str) -> None:
    without = {name: value for name, value in smallest().items() if name != key}
    with pytest.raises(RecordError) as refusal:
        parse(without)
    assert refusal.value.path.startswith(f"$.{key}")


def test_the_path_begins_where_the_caller_says() -> None:
    with pytest.raises(RecordError) as refusal:
        parse(smallest(happened={"from": "2019-13"}), path="$[3]")
    assert (
        str(refusal.value) == '$[3].happened.from: "2019-13" is not a date (use 2019, 2019-06 or 2019-06-15)'
    )


def test_no_refusal_repeats_what_she_said() -> None:
    secret = "Her name is not for a log"
    for key in ("narrative", "remedy_wanted", "group"):
        with pytest.raises(RecordError) as refusal:
            parse(smallest(**{key: f"{secret}\x00"}))
        assert secret not in str(refusal.value)


def test_every_field_refuses_a_wrong_type() -> None:
    """Whatever stands in the record, a set in its place is refused under its own path."""
    for key in whole():
        with pytest.raises(RecordError) as refusal:
            parse(whole() | {key: {1, 2}})
        assert refusal.value.path == f"$.{key}"
