"""A country's rule set: a TOML file that a lawyer can read, change and sign, and no code.

`[law]` names country, currency and version; `[facts.NAME]` says what may be asked; each `[[rule]]` is one
head of claim for a span of time: article, source, how sure it is, when it applies, the steps and a worked
example. Two rules of one head whose `reading` differs are two readings of a contested law: both are computed.
"""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.domain.money import CURRENCIES
from app.law.errors import RuleFileError
from app.law.expression import Expression

FACT_KINDS: Final = ("money", "number", "date", "word", "truth")
CONFIDENCE: Final = ("V", "K", "U")
"""Verified against a source; known but not looked up again; uncertain."""
DERIVED: Final = frozenset({"years", "years_rounded", "exact_years", "months", "days"})
"""What `joined` and `last_day` give (app.law.service)."""
LANGUAGES: Final = ("en", "bn", "km")


@dataclass(frozen=True)
class FactKind:
    """One thing that can be told. `words`: the allowed values of a word."""

    name: str
    kind: str
    ask: Mapping[str, str]
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One line of the arithmetic. `say`: the line in words, by language."""

    name: str
    expression: Expression
    say: Mapping[str, str]


@dataclass(frozen=True)
class Example:
    """A worked example that the rule must reproduce to the minor unit."""

    facts: Mapping[str, Any]
    amount: str


@dataclass(frozen=True)
class Rule:
    """One head of claim under one law for one span of time. The last step is the amount."""

    id: str
    head: str
    reading: str
    article: str
    source: str
    confidence: str
    reviewer: str
    from_: datetime.date
    until: datetime.date | None
    event: str
    when: Expression
    steps: tuple[Step, ...]
    example: Example
    monotone_in: tuple[str, ...]
    additive: bool
    note: Mapping[str, str]

    def in_force(self, day: datetime.date) -> bool:
        """Whether it was the law on this day. `until` is the first day on which it was not."""
        return self.from_ <= day and (self.until is None or day < self.until)

    @property
    def needs(self) -> frozenset[str]:
        """The facts that its arithmetic uses."""
        own = {step.name for step in self.steps}
        return frozenset(name for step in self.steps for name in step.expression.names) - own


@dataclass(frozen=True)
class RuleSet:
    """All rules of a country."""

    country: str
    currency: str
    title: str
    version: str
    heads: Mapping[str, Mapping[str, str]]
    facts: Mapping[str, FactKind]
    rules: tuple[Rule, ...]


def load(text: str, *, name: str) -> RuleSet:
    """The rule set of a TOML file, or `RuleFileError` with the place. Nothing of a bad file is used."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise RuleFileError(name, f"is not TOML: {error}") from error
    law = _table(data, "law", name)
    facts = {key: _fact(key, value) for key, value in _table(data, "facts", name).items()}
    heads = {key: _languages(value, f"heads.{key}") for key, value in _table(data, "heads", name).items()}
    currency = _text(law, "currency", f"{name}: law")
    if currency not in CURRENCIES:
        raise RuleFileError(f"{name}: law", f'"{currency}" is no currency')
    says = {key: _languages(value, f"say.{key}") for key, value in _table(data, "say", name).items()}
    rules = tuple(_rule(entry, facts, heads, says) for entry in _list(data, "rule", name))
    _require_distinct(rules)
    return RuleSet(
        country=_text(law, "country", f"{name}: law"),
        currency=currency,
        title=_text(law, "title", f"{name}: law"),
        version=_text(law, "version", f"{name}: law"),
        heads=heads,
        facts=facts,
        rules=rules,
    )


def _rule(
    entry: Any, facts: Mapping[str, FactKind], heads: Mapping[str, Any], says: Mapping[str, Mapping[str, str]]
) -> Rule:
    if not isinstance(entry, dict):
        raise RuleFileError("rule", "is not a table")
    place = str(entry.get("id") or "a rule without id")
    known = {
        "id", "head", "reading", "article", "source", "confidence", "reviewer", "from", "until", "event",
        "when", "steps", "example", "monotone_in", "additive", "note",
    }  # fmt: skip
    for extra in entry.keys() - known:
        raise RuleFileError(place, f'"{extra}" is not an entry of a rule')
    head, confidence, event = (_text(entry, key, place) for key in ("head", "confidence", "event"))
    if head not in heads:
        raise RuleFileError(place, f'the head "{head}" is not in [heads]')
    if confidence not in CONFIDENCE:
        raise RuleFileError(place, f"confidence must be one of {', '.join(CONFIDENCE)}")
    if event not in facts or facts[event].kind != "date":
        raise RuleFileError(place, f'the event "{event}" is not a date among [facts]')
    steps = _steps(entry, place, facts, says)
    when = Expression.parse(str(entry.get("when", "1 == 1")), place=f"{place}: when")
    for name in when.names - facts.keys() - DERIVED:
        raise RuleFileError(f"{place}: when", f'"{name}" is not a fact')
    from_, until = entry.get("from"), entry.get("until")
    if type(from_) is not datetime.date or not (until is None or type(until) is datetime.date):
        raise RuleFileError(place, "from (and until) must be dates such as 2006-10-11")
    if until is not None and until <= from_:
        raise RuleFileError(place, "until must be after from")
    example = _table(entry, "example", place)
    return Rule(
        id=_text(entry, "id", "a rule"),
        head=head,
        reading=str(entry.get("reading", "")),
        article=_text(entry, "article", place),
        source=_text(entry, "source", place),
        confidence=confidence,
        reviewer=str(entry.get("reviewer", "")),
        from_=from_,
        until=until,
        event=event,
        when=when,
        steps=steps,
        example=Example(_table(example, "facts", f"{place}: example"), _text(example, "amount", place)),
        monotone_in=tuple(str(fact) for fact in entry.get("monotone_in", [])),
        additive=entry.get("additive") is True,
        note=_languages(entry["note"], f"{place}: note") if "note" in entry else {},
    )


def _steps(
    entry: dict[str, Any], place: str, facts: Mapping[str, FactKind], says: Mapping[str, Mapping[str, str]]
) -> tuple[Step, ...]:
    steps: list[Step] = []
    for number, line in enumerate(_list(entry, "steps", place), start=1):
        here = f"{place}: step {number}"
        if not isinstance(line, dict):
            raise RuleFileError(here, 'must be written as { name = "…", is = "…", say = "…" }')
        name, say = _text(line, "name", here), _text(line, "say", here)
        expression = Expression.parse(_text(line, "is", here), place=here)
        known = facts.keys() | DERIVED | {step.name for step in steps}
        for used in sorted(expression.names - known):
            raise RuleFileError(here, f'"{used}" is neither a fact nor an earlier step')
        if name in known or not name.isidentifier():
            raise RuleFileError(here, f'"{name}" cannot be the name of a step: it is taken or not a word')
        if say not in says:
            raise RuleFileError(here, f'"{say}" is not among [say]')
        steps.append(Step(name, expression, says[say]))
    if not steps:
        raise RuleFileError(place, "has no steps")
    return tuple(steps)


def _require_distinct(rules: tuple[Rule, ...]) -> None:
    """No id twice, and no two rules for one head, reading and condition on one day."""
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise RuleFileError(rule.id, "this id stands twice")
        seen.add(rule.id)
    for place, rule in enumerate(rules):
        for other in rules[place + 1 :]:
            same = (rule.head, rule.reading, rule.when.text) == (other.head, other.reading, other.when.text)
            apart = (rule.until is not None and rule.until <= other.from_) or (
                other.until is not None and other.until <= rule.from_
            )
            if same and not apart:
                raise RuleFileError(other.id, f"is in force at the same time as {rule.id}")


def _fact(name: str, value: Any) -> FactKind:
    place = f"facts.{name}"
    if not isinstance(value, dict) or value.get("kind") not in FACT_KINDS or not name.isidentifier():
        raise RuleFileError(place, f"needs a kind out of {', '.join(FACT_KINDS)}")
    words = tuple(str(word) for word in value.get("words", []))
    if (value["kind"] == "word") != bool(words):
        raise RuleFileError(place, "a word needs its list of words, and nothing else has one")
    return FactKind(name, value["kind"], _languages(value, place), words)


def _languages(value: Any, place: str) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(value.get(tag), str) for tag in LANGUAGES):
        raise RuleFileError(place, f"must be said in {', '.join(LANGUAGES)}")
    return {tag: value[tag] for tag in LANGUAGES}


def _table(data: Mapping[str, Any], key: str, place: str) -> dict[str, Any]:
    value = data.get(key)
    if not isinstance(value, dict):
        raise RuleFileError(place, f'"{key}" is missing')
    return value


def _list(data: Mapping[str, Any], key: str, place: str) -> list[Any]:
    value = data.get(key)
    if not isinstance(value, list):
        raise RuleFileError(place, f'"{key}" is missing')
    return value


def _text(data: Mapping[str, Any], key: str, place: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value.strip():
        raise RuleFileError(place, f'"{key}" is missing')
    return value
