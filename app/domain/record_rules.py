"""What the fields of an intake record must mean together.

Guarantees: refuses only what cannot be true in any reading (an end surely before the beginning, more women
than workers, cents of a currency that has none, one issue marked twice). What is merely odd is the desk's to
ask about.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.domain import money
from app.domain.dates import parse_date
from app.domain.errors import MoneyError, RecordError

if TYPE_CHECKING:
    from app.domain.record import IntakeRecord


def check_together(record: IntakeRecord, path: str) -> None:
    """Refuse with RecordError what contradicts itself."""
    if record.happened is not None:
        _in_order(record.happened.from_, record.happened.to, f"{path}.happened.to", "happened.from")
    if record.affected is not None:
        count, women = record.affected.count, record.affected.women
        if count is not None and women is not None and women > count:
            raise RecordError(
                f"{path}.affected.women", f"{women} women are more than the {count} workers of count"
            )
    if record.employment is not None:
        work = record.employment
        _in_order(work.joined, work.left, f"{path}.employment.left", "employment.joined")
        _fits(work.basic, work.currency, f"{path}.employment.basic")
        _fits(work.gross, work.currency, f"{path}.employment.gross")
    for index, claim in enumerate(record.claims):
        _fits(claim.amount, claim.currency, f"{path}.claims[{index}].amount")
    _each_once(record.issues, f"{path}.issues")
    _each_once(record.danger.kinds, f"{path}.danger.kinds")
    if record.retaliation is not None:
        _each_once(record.retaliation.kinds, f"{path}.retaliation.kinds")


def _in_order(first: str | None, last: str | None, path: str, other: str) -> None:
    if first is None or last is None:
        return
    if parse_date(first).surely_after(parse_date(last)):
        raise RecordError(path, f"{last} is before {first}, which {other} says")


def _fits(amount: str | None, currency: str | None, path: str) -> None:
    if amount is None:
        return
    try:
        money.check_amount(amount, currency=currency)
    except MoneyError as fault:
        raise RecordError(path, str(fault)) from fault


def _each_once(words: Sequence[str], path: str) -> None:
    seen: set[str] = set()
    for index, word in enumerate(words):
        if word in seen:
            raise RecordError(f"{path}[{index}]", f'"{word}" is marked twice')
        seen.add(word)
