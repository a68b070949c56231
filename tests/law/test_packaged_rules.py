"""The packaged rule sets: each rule reproduces its worked example, and the published figures come out to the
cent.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.domain.money import to_major
from app.law.facts import Facts, names_of
from app.law.ledger import Computed, compute
from app.law.library import COUNTRIES, CountryUnknownError, rule_set
from app.law.rules import LANGUAGES, Rule

RULES = [(country, rule) for country in COUNTRIES for rule in rule_set(country).rules]
PERMANENT = {"zone": "ordinary", "worker": "permanent", "paid_by": "month", "ended": "terminated"}
CASES = {
    case["id"]: case
    for case in json.loads((Path(__file__).parents[1] / "corpus/data/wage_cases.json").read_text())["cases"]
}


def lines(country: str, facts: dict[str, Any]) -> dict[str, Computed]:
    """Every computed line by rule id."""
    return {entry.rule.id: entry for entry in compute(facts, rules=rule_set(country)).computed}


def amount(country: str, rule: str, facts: dict[str, Any]) -> str:
    return to_major(lines(country, facts)[rule].low, currency=rule_set(country).currency)


@pytest.mark.parametrize(("country", "rule"), RULES, ids=[rule.id for _country, rule in RULES])
def test_each_rule_reproduces_its_worked_example(country: str, rule: Rule) -> None:
    assert amount(country, rule.id, dict(rule.example.facts)) == rule.example.amount


@pytest.mark.parametrize(("country", "rule"), RULES, ids=[rule.id for _country, rule in RULES])
def test_each_rule_says_where_it_comes_from_and_every_step_in_three_languages(
    country: str, rule: Rule
) -> None:
    assert rule.article
    assert rule.source
    assert rule.confidence in "VKU"
    assert all(step.say[language] for step in rule.steps for language in LANGUAGES)


def test_no_rule_claims_a_reviewer_who_does_not_exist() -> None:
    assert {rule.reviewer for _country, rule in RULES} == {""}


@pytest.mark.parametrize(("country", "rule"), RULES, ids=[rule.id for _country, rule in RULES])
def test_a_rule_that_says_it_grows_with_a_fact_does(country: str, rule: Rule) -> None:
    rules = rule_set(country)
    for name in rule.monotone_in:
        facts = dict(rule.example.facts)
        before = lines(country, facts)[rule.id].low
        facts[name] = str(float(facts[name]) * 2 + 1)
        assert lines(country, facts)[rule.id].low >= before, (rule.id, name)
        assert name in rules.facts


@pytest.mark.parametrize(("country", "rule"), RULES, ids=[rule.id for _country, rule in RULES])
def test_a_rule_that_says_it_adds_up_over_periods_does(country: str, rule: Rule) -> None:
    counted = [name for name in rule.needs if name not in ("basic", "gross", "wage", "minimum")]
    if not rule.additive or any(rule_set(country).facts[name].kind == "date" for name in counted):
        return
    facts = dict(rule.example.facts)
    one = next(Facts.read(facts, rules=rule_set(country)).points(frozenset()))
    names = names_of(one)
    doubled = {**names, **{name: value * 2 for name in counted if (value := names.get(name))}}  # type: ignore[operator]

    def exact(given: dict[str, Any]) -> Any:
        given = dict(given)
        for step in rule.steps:
            given[step.name] = step.expression.number(given)
        return given[rule.steps[-1].name]

    assert exact(doubled) == 2 * exact(names)


# --- what DOMAIN and the published cases say ------------------------------------------------------------


def test_the_check_values_of_bangladesh() -> None:
    worked = {
        "joined": "2019-07-01",
        "last_day": "2025-06-30",
        "basic": "6700",
        "gross": "12500",
        "notice_given": "0",
    }
    facts = {**PERMANENT, **worked, "gratuity": False}
    assert amount("BD", "bd-26-notice-basic", facts) == "26800.00"
    assert amount("BD", "bd-26-notice-gross", facts) == "50000.00"
    assert amount("BD", "bd-26-compensation", facts) == "40200.00"
    hour = {"zone": "ordinary", "paid_by": "month", "as_of": "2025-06-30", "basic": "6700"}
    assert amount("BD", "bd-overtime", {**hour, "overtime_hours": "1", "overtime_paid": "0"}) == "64.42"


def test_the_check_values_of_cambodia() -> None:
    month = {"as_of": "2026-06-30", "wage": "210", "contract": "udc"}
    day = lines("KH", {**month, "leave_days": "1"})["kh-leave"]
    assert round(float(day.steps_low[0].value), 4) == 8.0769
    overtime = lines("KH", {**month, "overtime_hours": "1"})["kh-overtime"]
    assert round(float(overtime.steps_low[-1].value), 4) == 1.5144
    night = lines("KH", {**month, "overtime_night_hours": "1"})["kh-overtime-night"]
    assert round(float(night.steps_low[-1].value), 4) == 2.0192
    assert amount("KH", "kh-89-seniority", {**month, "semesters_unpaid": "1"}) == "60.58"


def test_the_published_maternity_case_comes_out_to_the_cent() -> None:
    case = CASES["WG-01"]
    wage = str(case["inputs"]["last_month_total_wage_bdt"])
    facts = {
        "zone": "ordinary",
        "event_day": "2023-04-30",
        "months_before_birth": "24",
        "last_month_wage": wage,
    }
    found = lines("BD", facts)["bd-48-maternity-2006"]
    assert to_major(found.low, currency="BDT") == f"{case['recomputed']['total_bdt']:.2f}"
    assert round(float(found.steps_low[0].value), 2) == case["recomputed"]["daily_bdt"]


def test_the_published_wage_split_gives_the_published_overtime_rate() -> None:
    case = CASES["WG-03"]
    facts = {
        "zone": "ordinary", "paid_by": "month", "as_of": "2012-01-31",
        "basic": str(int(case["recomputed"]["basic_bdt"])), "overtime_hours": "1", "overtime_paid": "0",
    }  # fmt: skip
    assert amount("BD", "bd-overtime", facts) == f"{case['recomputed']['overtime_rate_bdt']:.2f}"


def test_the_law_of_the_day_decides_and_an_uncertain_ordinance_is_computed_both_ways() -> None:
    left = {
        "zone": "ordinary",
        "ended": "resigned",
        "joined": "2018-02-05",
        "basic": "6700",
        "gratuity": False,
    }
    before = lines("BD", {**left, "last_day": "2025-05-25"})
    assert {rule for rule in before if "resignation" in rule} == {"bd-27-resignation-2006"}
    after = lines("BD", {**left, "last_day": "2025-12-01"})
    assert {rule for rule in after if "resignation" in rule} == {
        "bd-27-resignation-2025-low", "bd-27-resignation-2025-high", "bd-27-resignation-2006-revived",
    }  # fmt: skip


def test_a_closure_in_cambodia_is_contested_and_both_readings_stand_beside_each_other() -> None:
    closed = {
        "contract": "udc", "ended": "closure", "valid_reason": False, "joined": "2014-03-01",
        "last_day": "2020-07-01", "wage": "200", "notice_given": "1", "seniority_received": "900",
    }  # fmt: skip
    ledger = compute(closed, rules=rule_set("KH"))
    assert {"notice", "damages"} <= ledger.contested
    notice = {entry.rule.reading: entry.low for entry in ledger.computed if entry.head == "notice"}
    assert notice == {"owed at a closure without valid reason": 39_333, "nothing at a closure": 0}


def test_another_law_is_not_applied_in_an_export_processing_zone() -> None:
    facts = {**PERMANENT, "zone": "epz", "joined": "2019-07-01", "last_day": "2025-06-30", "basic": "6700"}
    assert not compute(facts, rules=rule_set("BD")).computed


def test_a_country_without_rules_is_said() -> None:
    with pytest.raises(CountryUnknownError):
        rule_set("XX")
