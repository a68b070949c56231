"""Who counts as admitted a second time: phones that belong, by admissions that hold, and nobody else."""

from __future__ import annotations

from dataclasses import replace

from crypto.ids import DeviceId
from crypto.roster import Admission, Reason, Revocation, Role, Roster, sign_statement
from crypto.statements import Statement, WindowClosed
from sync.twice import admitted_twice
from tests.crypto import people
from tests.crypto.people import NOW, ORG

PHONE = people.device("phone")
FIRST = people.admission("phone", Role.INTAKE)
SECOND = replace(FIRST, prefix=999, label="Blue-7", at=NOW - 9)


def twice(*said: Statement, needed: int = 1) -> list[DeviceId]:
    """`needed`: as many officers for a handler's admission; one alone signs here."""
    root = people.first_root(("officer", "second"))
    strict = replace(root, policy=replace(root.policy, handler_officers=needed))
    signed = [sign_statement(one, by=[people.officer()]) for one in said]
    return admitted_twice(Roster.verify(signed, root=strict, org=ORG))


def test_a_phone_with_two_admissions_is_named_as_long_as_it_belongs() -> None:
    assert twice(FIRST) == []
    assert twice(FIRST, SECOND) == [PHONE]
    assert twice(FIRST, SECOND, Revocation(ORG, PHONE, NOW, Reason.LOST)) == []


def test_what_else_is_said_of_a_phone_is_no_admission() -> None:
    assert twice(FIRST, WindowClosed(ORG, PHONE, NOW)) == []


def test_a_handler_may_have_several_and_one_that_waits_for_an_officer_does_not_count() -> None:
    desk: Admission = people.admission("handler", Role.HANDLER)
    assert twice(desk, replace(desk, label="Desk-9")) == []
    phone_as_desk = replace(desk, device=PHONE, identity=FIRST.identity)
    assert twice(FIRST, phone_as_desk, needed=2) == [], "it holds for nobody yet"
    assert twice(FIRST, SECOND, phone_as_desk, needed=2) == [PHONE]
