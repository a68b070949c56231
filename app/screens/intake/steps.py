"""The order of the interview, as pure functions over the partial record: which question comes next, what is
missing.

Guarantees: exactly one question a screen, in twelve stitches; a question is asked only where it fits;
leaving a
question never writes an answer into anyone's mouth. Somebody in danger may finish with two lines.
Does not: draw, save, or know what a screen is.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

Record = dict[str, Any]


class Question(StrEnum):
    """One screen of the interview."""

    SAFE = "safe"
    RECORD = "record"
    DANGER = "danger"
    WORDS = "words"
    REMEDY = "remedy"
    WHERE = "where"
    WHEN = "when"
    ISSUES = "issues"
    WAGES = "wages"
    DISMISSAL = "dismissal"
    STILL_SO = "still_so"
    OTHERS = "others"
    EVIDENCE = "evidence"
    RISK = "risk"
    READ_BACK = "read_back"
    CONTACT = "contact"
    NUMBER = "number"


Q = Question

STITCHES: Final = 12

STITCH: Final[Mapping[Question, int]] = {
    Q.SAFE: 1,
    Q.RECORD: 2,
    Q.DANGER: 3,
    Q.WORDS: 4,
    Q.REMEDY: 5,
    Q.WHERE: 6,
    Q.WHEN: 7,
    Q.ISSUES: 8,
    Q.WAGES: 9,
    Q.DISMISSAL: 9,
    Q.STILL_SO: 9,
    Q.OTHERS: 10,
    Q.EVIDENCE: 10,
    Q.RISK: 10,
    Q.READ_BACK: 11,
    Q.CONTACT: 12,
    Q.NUMBER: 12,
}
"""Which of the twelve stitches a question belongs to (LOOK section 9)."""

ORDER: Final = tuple(Question)

FOLLOW_UPS: Final = (Q.WAGES, Q.DISMISSAL, Q.STILL_SO)

TWO_LINES: Final = (Q.RECORD, Q.DANGER, Q.WORDS, Q.CONTACT, Q.NUMBER)
"""What is left of the interview when somebody must be brought to safety first."""

REQUIRED_AT: Final[Mapping[str, Question]] = {
    "consent.record": Q.RECORD,
    "danger": Q.DANGER,
    "narrative": Q.WORDS,
    "happened": Q.WHEN,
    "facility": Q.WHERE,
}
"""Where each of the five required things is asked."""

_WAGES: Final = ("W",)
_ENDED: Final = ("T",)
_GOES_ON: Final = ("O", "J", "H", "L")


def follow_ups(record: Record) -> list[Question]:
    """The follow-up blocks that fit the marked issues: money, how the work ended, or whether it is still
    so."""
    marked = [str(code) for code in record.get("issues") or ()]
    found: list[Question] = []
    if any(code.startswith(_WAGES) for code in marked):
        found.append(Q.WAGES)
    if any(code.startswith(_ENDED) for code in marked):
        found.append(Q.DISMISSAL)
    if not found and any(code.startswith(_GOES_ON) for code in marked) and _ongoing(record) == "not_asked":
        found.append(Q.STILL_SO)
    return found


def path(record: Record, *, two_lines: bool = False, now: Question | None = None) -> list[Question]:
    """The questions of this interview, in order. `now` stays in the path even if it would not be asked
    again."""
    if two_lines:
        return [q for q in ORDER if q in TWO_LINES or q is now]
    fitting = follow_ups(record)
    return [q for q in ORDER if q not in FOLLOW_UPS or q in fitting or q is now]


def after(question: Question, record: Record, *, two_lines: bool = False) -> Question:
    """The question that follows; the last one follows itself."""
    order = path(record, two_lines=two_lines, now=question)
    place = order.index(question)
    return order[min(place + 1, len(order) - 1)]


def before(question: Question, record: Record, *, two_lines: bool = False) -> Question | None:
    """The question before, or None at the first."""
    order = path(record, two_lines=two_lines, now=question)
    place = order.index(question)
    return order[place - 1] if place else None


def first_of(stitch: int, record: Record) -> Question:
    """The question that a stitch leads to; a follow-up that does not fit leads to the one after it."""
    return next(q for q in path(record) if STITCH[q] >= stitch)


def at(step: int) -> Question:
    """The question of a saved step."""
    return ORDER[min(max(step, 0), len(ORDER) - 1)]


def step_of(question: Question) -> int:
    """What is saved of a question's place."""
    return ORDER.index(question)


def in_danger(record: Record) -> bool:
    """Whether somebody is in danger now, so that two lines are enough."""
    return bool(get(record, "danger.now") == "yes")


def get(record: Record, where: str) -> Any:
    """The value at a path such as "danger.now", or None."""
    value: Any = record
    for key in where.split("."):
        if not isinstance(value, dict) or key not in value:
            return None
        value = value[key]
    return value


def put(record: Record, where: str, value: Any) -> Record:
    """A record with the value at a path; everything beside it is as it was."""
    key, _, rest = where.partition(".")
    if not rest:
        return record | {key: value}
    inner = record.get(key)
    return record | {key: put(inner if isinstance(inner, dict) else {}, rest, value)}


def drop(record: Record, where: str) -> Record:
    """A record without the value at a path: it was not asked."""
    key, _, rest = where.partition(".")
    if key not in record:
        return record
    if not rest:
        return {name: value for name, value in record.items() if name != key}
    inner = record[key]
    if not isinstance(inner, dict):
        return record
    left = drop(inner, rest)
    return record | {key: left} if left else drop(record, key)


def _ongoing(record: Record) -> str:
    return str(get(record, "happened.ongoing") or "not_asked")
