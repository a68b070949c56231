"""The claim ledger: what each head of claim comes to under the law in force on the day, with every step.

Exact: rationals up to the last step, rounded once, half up, to the minor unit. A range of facts gives a
range. A contested rule gives one line for each reading. What a head needs and nobody told is named, never
guessed.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from app.domain.money import decimals
from app.law.errors import MissingFactError
from app.law.expression import Value
from app.law.facts import JOINED, LAST_DAY, Exact, Facts, names_of
from app.law.rules import DERIVED, Rule, RuleSet


@dataclass(frozen=True)
class Line:
    """One step as it was computed. Amounts and numbers stay exact."""

    name: str
    formula: str
    value: Fraction
    inputs: Mapping[str, Value]
    say: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Computed:
    """One head of claim under one reading: lowest and highest amount in minor units, and the steps of
    both.
    """

    head: str
    rule: Rule
    low: int
    high: int
    steps_low: tuple[Line, ...]
    steps_high: tuple[Line, ...]

    @property
    def estimate(self) -> bool:
        """Whether a range of facts makes a range of amounts."""
        return self.low != self.high


@dataclass(frozen=True)
class Unanswered:
    """A head that applies, or may apply, and lacks facts."""

    head: str
    rule: Rule
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Ledger:
    """All heads for one worker. `contested`: heads with more than one reading."""

    country: str
    currency: str
    version: str
    computed: tuple[Computed, ...]
    unanswered: tuple[Unanswered, ...]

    @property
    def contested(self) -> frozenset[str]:
        heads = [entry.head for entry in self.computed]
        return frozenset(head for head in heads if heads.count(head) > 1)


def round_half_up(amount: Fraction, *, currency: str) -> int:
    """Major units, exact, to whole minor units; once, at the very end."""
    minor = amount * 10 ** decimals(currency)
    return int((2 * minor + 1) // 2)


def compute(told: Mapping[str, Any], *, rules: RuleSet) -> Ledger:
    """Every head of claim for these facts. `FactError` for a fact that cannot be true."""
    facts = Facts.read(told, rules=rules)
    computed: list[Computed] = []
    unanswered: list[Unanswered] = []
    for rule in rules.rules:
        found = _apply(rule, facts, currency=rules.currency)
        if isinstance(found, Computed):
            computed.append(found)
        elif found is not None:
            unanswered.append(found)
    return Ledger(rules.country, rules.currency, rules.version, tuple(computed), tuple(unanswered))


def _apply(rule: Rule, facts: Facts, *, currency: str) -> Computed | Unanswered | None:
    needed = rule.needs | rule.when.names | {rule.event}
    if needed & DERIVED:
        needed |= {JOINED, LAST_DAY}
    results: list[tuple[Fraction, tuple[Line, ...]]] = []
    missing: set[str] = set()
    for point in facts.points(needed):
        try:
            lines = _steps(rule, point)
        except MissingFactError as error:
            missing.add(error.name)
            continue
        if lines is not None:
            results.append((lines[-1].value, lines))
    if missing:
        return Unanswered(rule.head, rule, tuple(sorted(missing)))
    if not results:
        return None
    low, high = min(results, key=lambda entry: entry[0]), max(results, key=lambda entry: entry[0])
    return Computed(
        rule.head, rule, round_half_up(low[0], currency=currency), round_half_up(high[0], currency=currency),
        low[1], high[1],
    )  # fmt: skip


def _steps(rule: Rule, point: Mapping[str, Exact]) -> tuple[Line, ...] | None:
    """The computed steps in one exact case; None where the rule was not the law or does not apply."""
    day = point.get(rule.event)
    if day is None:
        raise MissingFactError(rule.event)
    assert isinstance(day, datetime.date)
    if not rule.in_force(day):
        return None
    names = names_of(point)
    if not rule.when.holds(names):
        return None
    lines = []
    for step in rule.steps:
        used = {name: names.get(name) for name in sorted(step.expression.names)}
        value = step.expression.number(names)
        names[step.name] = value
        lines.append(Line(step.name, step.expression.text, value, used, step.say))
    return tuple(lines)
