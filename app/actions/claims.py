"""What a worker is owed under the packaged rules or an organisation's own rule file. Keeps nothing."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import msgspec

from app.domain.money import to_major
from app.law.ledger import Computed, Ledger, Line, compute
from app.law.library import rule_set
from app.law.rules import RuleSet, load


class StepView(msgspec.Struct, frozen=True):
    """One line of the arithmetic. ``value``: exact when it is short, else to six decimals."""

    name: str
    formula: str
    value: str
    say: dict[str, str]


class ClaimLineView(msgspec.Struct, frozen=True):
    """One head under one reading. ``low`` and ``high`` differ where facts are a range: an estimate."""

    head: str
    names: dict[str, str]
    rule: str
    reading: str
    article: str
    confidence: str
    reviewer: str
    low: str
    high: str
    estimate: bool
    contested: bool
    steps: list[StepView]


class UnansweredView(msgspec.Struct, frozen=True):
    """A head that may apply, and what must be asked first."""

    head: str
    rule: str
    missing: list[str]


class LedgerView(msgspec.Struct, frozen=True):
    """A whole computation. It is an estimate by a program; a lawyer signs claims."""

    country: str
    currency: str
    law: str
    lines: list[ClaimLineView]
    unanswered: list[UnansweredView]


class FactView(msgspec.Struct, frozen=True):
    """One thing that can be told."""

    name: str
    kind: str
    words: list[str]
    ask: dict[str, str]


class RuleCheckView(msgspec.Struct, frozen=True):
    """Whether a rule gives what its own worked example says."""

    rule: str
    expected: str
    found: str | None

    @property
    def right(self) -> bool:
        return self.found == self.expected


def rules_of(country: str, *, text: str | None = None, name: str = "rule file") -> RuleSet:
    """The packaged rules of a country, or those of an organisation's own file."""
    return rule_set(country) if text is None else load(text, name=name)


def facts(rules: RuleSet) -> list[FactView]:
    """What may be asked under these rules."""
    return [FactView(fact.name, fact.kind, list(fact.words), dict(fact.ask)) for fact in rules.facts.values()]


def owed(told: dict[str, Any], *, rules: RuleSet) -> LedgerView:
    """Every head of claim for these facts. `FactError` names the fact that cannot be true."""
    ledger = compute(told, rules=rules)
    return LedgerView(
        country=ledger.country,
        currency=ledger.currency,
        law=f"{rules.title}, rules of {rules.version}",
        lines=[_line(entry, ledger, rules) for entry in ledger.computed],
        unanswered=[
            UnansweredView(entry.head, entry.rule.id, list(entry.missing)) for entry in ledger.unanswered
        ],
    )


def check(rules: RuleSet) -> list[RuleCheckView]:
    """Compute every rule's own example: what a lawyer runs after changing a file."""
    found = []
    for rule in rules.rules:
        ledger = compute(dict(rule.example.facts), rules=rules)
        amounts = [entry.low for entry in ledger.computed if entry.rule.id == rule.id]
        amount = to_major(amounts[0], currency=rules.currency) if amounts and amounts[0] >= 0 else None
        found.append(RuleCheckView(rule.id, rule.example.amount, amount))
    return found


def _line(entry: Computed, ledger: Ledger, rules: RuleSet) -> ClaimLineView:
    rule = entry.rule
    return ClaimLineView(
        head=entry.head,
        names=dict(rules.heads[entry.head]),
        rule=rule.id,
        reading=rule.reading,
        article=rule.article,
        confidence=rule.confidence,
        reviewer=rule.reviewer,
        low=to_major(entry.low, currency=ledger.currency),
        high=to_major(entry.high, currency=ledger.currency),
        estimate=entry.estimate,
        contested=entry.head in ledger.contested,
        steps=[_step(line) for line in entry.steps_low],
    )


def _step(line: Line) -> StepView:
    return StepView(line.name, line.formula, _written(line.value), dict(line.say))


def _written(value: Fraction) -> str:
    exact = value * 1_000_000
    if exact.denominator == 1:
        whole, part = divmod(abs(exact.numerator), 1_000_000)
        text = f"{whole}.{part:06d}".rstrip("0").rstrip(".")
        return f"-{text}" if value < 0 else text
    return f"{float(value):.6f}"
