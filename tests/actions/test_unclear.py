"""A screening question that somebody looked at and could not answer."""

from __future__ import annotations

from typing import Any

from app.actions import casework, intake
from tests.actions.fakes import FakeDevice, carry


def test_unclear_is_kept_apart_from_not_looked_at_and_can_take_an_answer_back(
    desk: FakeDevice, phone: FakeDevice, record: dict[str, Any]
) -> None:
    (code,) = intake.new_complaints(phone, [record], finish=True)
    carry(phone, desk)
    casework.screen(desk, code, genuine=True, ours=True)
    casework.screen(desk, code, unclear=["ours"])
    screening = intake.show(desk, code).screening
    assert (screening.genuine, screening.ours, screening.safe) == (True, None, None)
    assert screening.unclear == ["ours"]
    assert not casework.inbox(desk)[0].screened


def test_an_answer_settles_what_was_unclear(
    desk: FakeDevice, phone: FakeDevice, record: dict[str, Any]
) -> None:
    (code,) = intake.new_complaints(phone, [record], finish=True)
    carry(phone, desk)
    casework.screen(desk, code, unclear=["genuine", "ours", "safe"])
    casework.screen(desk, code, genuine=True, ours=True, safe=False)
    assert intake.show(desk, code).screening.unclear == []
    assert casework.inbox(desk)[0].screened
