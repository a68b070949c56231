"""The ledger: exact, rounded once, never guessing, ranges for ranges; and its bad input."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.law.errors import FactError, LawError, MissingFactError, RuleFileError
from app.law.expression import Expression
from app.law.ledger import Ledger, compute, round_half_up
from app.law.library import rule_set
from app.law.rules import load
from app.law.service import Service, add_months

BD = rule_set("BD")
LEFT = {
    "zone": "ordinary", "worker": "permanent", "paid_by": "month", "ended": "terminated", "basic": "6700",
    "gratuity": False, "notice_given": "0",
}  # fmt: skip


def found(facts: dict[str, Any]) -> Ledger:
    return compute(facts, rules=BD)


# --- rounding and service -------------------------------------------------------------------------------


def test_amounts_are_rounded_once_half_up() -> None:
    assert round_half_up(Fraction("0.005"), currency="BDT") == 1
    assert round_half_up(Fraction("0.004999"), currency="BDT") == 0
    assert round_half_up(Fraction(1, 3), currency="JPY") == 0
    assert round_half_up(Fraction(1, 2), currency="JPY") == 1


def test_service_is_counted_with_the_first_and_the_last_day() -> None:
    published = Service(datetime.date(2018, 2, 5), datetime.date(2025, 5, 24))
    assert (published.years, published.months % 12, published.days_after_months) == (7, 3, 20)
    assert Service(datetime.date(2018, 2, 5), datetime.date(2019, 2, 4)).years == 1
    assert Service(datetime.date(2018, 2, 5), datetime.date(2019, 2, 3)).years == 0
    assert (
        Service(datetime.date(2020, 2, 29), datetime.date(2021, 2, 27)).years == 1
    )  # 28 February begins the second


def test_more_than_six_months_count_as_a_year_where_the_law_says_so() -> None:
    first = datetime.date(2015, 1, 1)
    assert Service(first, datetime.date(2020, 6, 30)).years_rounded == 5
    assert Service(first, datetime.date(2020, 7, 1)).years_rounded == 6


@given(st.dates(datetime.date(1980, 1, 1), datetime.date(2030, 1, 1)), st.integers(0, 15_000))
def test_completed_months_never_go_back_when_a_day_is_added(first: datetime.date, days: int) -> None:
    last = first + datetime.timedelta(days=days)
    before, after = Service(first, last), Service(first, last + datetime.timedelta(days=1))
    assert 0 <= after.months - before.months <= 1
    assert add_months(first, before.months) <= last + datetime.timedelta(days=1)


# --- what is not known ----------------------------------------------------------------------------------


def test_what_is_missing_is_named_and_never_guessed() -> None:
    ledger = found({**LEFT, "last_day": "2025-06-30"})
    lacking = {entry.rule.id: entry.missing for entry in ledger.unanswered}
    assert set(lacking["bd-26-compensation"]) <= {"joined", "years", "years_rounded", "exact_years"}
    assert "bd-26-compensation" not in {entry.rule.id for entry in ledger.computed}


def test_a_range_of_first_days_gives_a_range_with_the_steps_of_both_ends() -> None:
    ledger = found({**LEFT, "joined": ["2018", "2019-06"], "last_day": "2025-06-30"})
    (severance,) = [entry for entry in ledger.computed if entry.head == "severance"]
    assert severance.estimate
    assert (severance.low, severance.high) == (6 * 670_000, 7 * 670_000)
    assert severance.steps_low[-1].value < severance.steps_high[-1].value


def test_a_partial_date_is_a_range() -> None:
    ledger = found({**LEFT, "joined": "2019", "last_day": "2025-06-30"})
    (severance,) = [entry for entry in ledger.computed if entry.head == "severance"]
    assert (severance.low, severance.high) == (5 * 670_000, 6 * 670_000)


@given(
    st.dates(datetime.date(2000, 1, 1), datetime.date(2020, 1, 1)),
    st.integers(0, 1_500),
    st.integers(0, 1_500),
)
def test_every_exact_first_day_lies_inside_what_the_range_gives(
    low: datetime.date, width: int, inside: int
) -> None:
    high = low + datetime.timedelta(days=width)
    exact = low + datetime.timedelta(days=min(inside, width))

    def severance(joined: Any) -> tuple[int, int]:
        facts = {**LEFT, "gratuity": True, "joined": joined, "last_day": "2024-12-31"}
        (entry,) = [line for line in found(facts).computed if line.head == "severance"]
        return entry.low, entry.high

    least, most = severance([str(low), str(high)])
    assert least <= severance(str(exact))[0] <= most


def test_a_rule_that_may_or_may_not_have_been_the_law_on_an_uncertain_day_is_there() -> None:
    facts = {**LEFT, "ended": "resigned", "joined": "2014-01-01", "last_day": "2025-11"}
    rules = {entry.rule.id for entry in found(facts).computed}
    assert {"bd-27-resignation-2006", "bd-27-resignation-2025-low"} <= rules


# --- bad input ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("basic", "-1"), ("basic", "6,700"), ("basic", "6700.50.1"), ("basic", "1e9"), ("basic", "৬৭০০"),
        ("basic", 6700.5), ("basic", "9" * 30), ("basic", True), ("joined", "2019-13"),
        ("ended", "fired"), ("gratuity", "yes"), ("basic", ["2", "1"]), ("basic", ["1", "2", "3"]),
        ("basic", []), ("height", "3"), ("joined", "yesterday"), ("ended", ["died", "none"]),
    ],
)  # fmt: skip
def test_a_fact_that_cannot_be_true_is_refused_by_name(fact: str, value: Any) -> None:
    with pytest.raises(FactError) as refused:
        found({**LEFT, "joined": "2019-01-01", "last_day": "2025-06-30", fact: value})
    assert refused.value.name == fact


def test_a_first_day_after_the_last_is_refused() -> None:
    with pytest.raises(FactError, match="joined"):
        found({**LEFT, "joined": "2025-07-01", "last_day": "2025-06-30"})


@given(
    st.dictionaries(
        st.sampled_from(sorted(BD.facts)), st.one_of(st.text(max_size=12), st.booleans(), st.none())
    )
)
def test_whatever_is_told_gives_a_ledger_or_a_sentence(facts: dict[str, Any]) -> None:
    try:
        found(facts)
    except LawError:
        return


# --- the language of the rules --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "basic.real", "__import__('os')", "basic[0]", "[x for x in y]", "lambda: 1", "basic ** 9",
        "min(basic, key=3)", "1 if", "", "basic if True", "f'{basic}'", "1 << 99", "basic := 3", "min",
        "open('a')", "'a' * 9", "(" * 200, "1 + " * 100 + "1",
    ],
)  # fmt: skip
def test_nothing_but_arithmetic_can_be_written(text: str) -> None:
    with pytest.raises((RuleFileError, MissingFactError)):
        Expression.parse(text, place="a test").number({"basic": Fraction(1)})


def test_division_by_what_is_nought_asks_for_it() -> None:
    with pytest.raises(MissingFactError):
        Expression.parse("1 / days", place="a test").number({"days": Fraction(0)})


def test_numbers_are_exact() -> None:
    assert Expression.parse("0.1 + 0.2", place="a test").number({}) == Fraction(3, 10)


@given(st.text(max_size=60))
def test_any_text_is_an_expression_or_is_refused_with_its_place(text: str) -> None:
    try:
        Expression.parse(text, place="here").value({})
    except (RuleFileError, MissingFactError):
        return


# --- rule files -----------------------------------------------------------------------------------------

GOOD = """
[law]
country = "XX"
currency = "USD"
title = "A law"
version = "1"
[facts.day]
kind = "date"
en = "Day"
bn = "দিন"
km = "ថ្ងៃ"
[facts.wage]
kind = "money"
en = "Wage"
bn = "মজুরি"
km = "ប្រាក់ឈ្នួល"
[heads.wages]
en = "Wages"
bn = "মজুরি"
km = "ប្រាក់ឈ្នួល"
[say.told]
en = "As told"
bn = "যা বলা হয়েছে"
km = "តាមការប្រាប់"
[[rule]]
id = "xx-1"
head = "wages"
article = "Art. 1"
source = "A book"
confidence = "V"
from = 2000-01-01
event = "day"
steps = [{ name = "amount", is = "wage", say = "told" }]
example = { facts = { day = "2001-01-01", wage = "5" }, amount = "5.00" }
"""
SECOND = GOOD[GOOD.index("[[rule]]") :].replace("xx-1", "xx-2")


def test_another_country_is_a_new_file_and_no_code() -> None:
    rules = load(GOOD, name="xx.toml")
    assert compute({"day": "2001-01-01", "wage": "5"}, rules=rules).computed[0].low == 500


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        (GOOD.replace('article = "Art. 1"\n', ""), "xx-1"),
        (GOOD.replace('is = "wage"', 'is = "wages"'), "xx-1: step 1"),
        (GOOD.replace('say = "told"', 'say = "old"'), "xx-1: step 1"),
        (GOOD.replace('confidence = "V"', 'confidence = "sure"'), "xx-1"),
        (GOOD.replace('head = "wages"', 'head = "rent"'), "xx-1"),
        (GOOD.replace('event = "day"', 'event = "wage"'), "xx-1"),
        (GOOD.replace("2000-01-01", '"2000"'), "xx-1"),
        (GOOD.replace("from = 2000-01-01", "from = 2000-01-01\nuntil = 1999-01-01"), "xx-1"),
        (GOOD.replace('currency = "USD"', 'currency = "TKA"'), "xx.toml: law"),
        (GOOD.replace('km = "ថ្ងៃ"\n', ""), "facts.day"),
        (GOOD.replace('event = "day"', 'event = "day"\nwhen = "weather == 1"'), "xx-1: when"),
        (GOOD.replace('event = "day"', 'event = "day"\nwehn = "1 == 1"'), "xx-1"),
        (GOOD + SECOND, "xx-2"),
        (GOOD + SECOND.replace("xx-2", "xx-1").replace("2000-01-01", "2030-01-01"), "xx-1"),
        ("law = [", "xx.toml"),
        ("", "xx.toml"),
    ],
)
def test_a_rule_file_that_is_wrong_is_refused_with_the_place(wrong: str, place: str) -> None:
    with pytest.raises(RuleFileError) as refused:
        load(wrong, name="xx.toml")
    assert refused.value.place == place


def test_rules_that_follow_each_other_may_share_everything_else() -> None:
    later = SECOND.replace("from = 2000-01-01", "from = 2010-01-01")
    earlier = GOOD.replace("from = 2000-01-01", "from = 2000-01-01\nuntil = 2010-01-01")
    assert len(load(earlier + later, name="xx.toml").rules) == 2
