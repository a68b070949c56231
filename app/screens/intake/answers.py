"""What an answer does to the record, as pure functions: one tap in, a partial record out.

Every function gives a record that `app.domain.record.parse(..., draft=True)` takes. *Will not say*, *Does
not know*
and *Later* are three different things wherever the record can tell them apart.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from app.screens.intake.steps import Question, Record, drop, get, put

_TEXTS: Final = {Question.WORDS: "narrative", Question.REMEDY: "remedy_wanted"}


def write(record: Record, where: str, typed: str) -> Record:
    """A text as it was typed; nothing but spaces is no text."""
    return put(record, where, typed) if typed.strip() else drop(record, where)


def toggle_danger(record: Record, kind: str) -> Record:
    """Mark or unmark a kind of danger. With any marked, somebody is in danger now."""
    kinds = list(get(record, "danger.kinds") or ())
    kinds = [k for k in kinds if k != kind] if kind in kinds else [*kinds, kind]
    if kinds:
        return record | {"danger": {"now": "yes", "kinds": kinds}}
    return drop(record, "danger")


def no_danger(record: Record) -> Record:
    """Nobody is in danger."""
    return record | {"danger": {"now": "no", "kinds": []}}


def toggle_issue(record: Record, code: str) -> Record:
    """Mark or unmark an issue."""
    marked = list(record.get("issues") or ())
    return record | {"issues": [c for c in marked if c != code] if code in marked else [*marked, code]}


def leave(record: Record, question: Question, how: str) -> Record:
    """One of the three chips: refused, unknown or later. What the record has no word for is left as not
    asked; *Later* writes
    nothing."""
    if question is Question.DANGER:
        now = {"refused": "refused", "unknown": "unknown", "later": None}[how]
        return drop(record, "danger") if now is None else record | {"danger": {"now": now, "kinds": []}}
    if question is Question.WHERE:
        if how == "unknown":
            return record | {"facility": None}
        return record | {"facility": {}} if how == "refused" else drop(record, "facility")
    if question is Question.WHEN:
        if how == "later":
            return drop(record, "happened")
        kept = get(record, "happened.ongoing") or "not_asked"
        return record | {"happened": {"from": None, "to": None, "ongoing": kept}}
    if question is Question.ISSUES:
        return drop(record, "issues")
    if question is Question.STILL_SO:
        return drop(record, "happened.ongoing") if how == "later" else put(record, "happened.ongoing", how)
    if question is Question.OTHERS:
        cleared = drop(record, "affected")
        return cleared if how == "later" else put(cleared, "affected.willing", how)
    if question is Question.WAGES:
        return drop(drop(drop(record, "claims"), "employment.gross"), "employment.currency")
    if question is Question.DISMISSAL:
        for key in ("joined", "left", "how_ended"):
            record = drop(record, f"employment.{key}")
        return record
    if question is Question.EVIDENCE:
        return drop(record, "evidence")
    if question is Question.RISK:
        record = drop(record, "risk.level")
        return drop(record, "retaliation") if how == "later" else put(record, "retaliation.feared", how)
    return drop(record, _TEXTS[question]) if question in _TEXTS else record


def left_as(record: Record, question: Question) -> str | None:
    """Which of the three chips the record shows for a question; *Later* shows nothing."""
    value: object = None
    if question is Question.DANGER:
        value = get(record, "danger.now")
    elif question is Question.WHERE and "facility" in record:
        value = "unknown" if record["facility"] is None else "refused" if not record["facility"] else None
    elif question is Question.WHEN and "happened" in record:
        value = "unknown" if not get(record, "happened.from") and not get(record, "happened.to") else None
    elif question is Question.OTHERS:
        value = get(record, "affected.willing")
    elif question is Question.STILL_SO:
        value = get(record, "happened.ongoing")
    elif question is Question.RISK:
        value = get(record, "retaliation.feared")
    return str(value) if value in ("refused", "unknown") else None


def happened(record: Record, *, first: str | None, last: str | None, ongoing: bool) -> Record:
    """When: one date, a span, or since then and still. A span told backwards is turned round."""
    if first and last and last < first[: len(last)]:
        first, last = last, first
    return record | {
        "happened": {
            "from": first,
            "to": None if ongoing else last,
            "ongoing": "yes" if ongoing else "no" if first or last else "not_asked",
        }
    }


def amount(digits: str) -> str | None:
    """What was entered on the keypad as the record holds it ("3031", "12.5"); None when there is no number
    yet."""
    whole, point, part = digits.partition(".")
    if not whole.isdigit():
        return None
    return f"{int(whole)}.{part}" if point and part else str(int(whole))


def wages(
    record: Record, *, owed: str | None, months: int, currency: str, monthly: str | None = None
) -> Record:
    """What is owed for work done, as one claim, and what a month is paid. Other claims stay."""
    others = [claim for claim in record.get("claims") or () if claim.get("head") != "wages"]
    if owed or months:
        others.append(
            {"head": "wages", "currency": currency, "amount": owed, "months": str(months) if months else None}
        )
    record = record | {"claims": others} if others else drop(record, "claims")
    if monthly:
        return put(put(record, "employment.gross", monthly), "employment.currency", currency)
    return drop(drop(record, "employment.gross"), "employment.currency")


def evidence(record: Record, kind: str) -> Record:
    """Mark or unmark something that she has at hand. Nobody is asked to go and get it."""
    items = [item for item in record.get("evidence") or () if item.get("kind") != kind]
    if len(items) == len(record.get("evidence") or ()):
        items.append({"kind": kind, "held_by": "worker"})
    return record | {"evidence": items} if items else drop(record, "evidence")


def consent_given(record: Record, how: str, *, on: date) -> Record:
    """How the three answers were given, on the day they were given."""
    return put(record, "consent.given", {"how": how, "by": "self", "on": on.isoformat()})
