"""Who revoked whom, who may as well, and who comes back with whom: each condition by itself."""

from __future__ import annotations

import pytest

from crypto.ids import DeviceId
from crypto.root import Policy
from crypto.signed import Countersigned
from sync.belonging import keep_roots
from sync.rootchange import without
from sync.shutout import may_revoke_too, returning, revoked_by, signed_by_who_goes
from sync.state import State
from tests.crypto import people
from tests.sync.council import Council, officer


@pytest.fixture
def council() -> Council:
    return Council.of("A", "B", "C", threshold=2)


def back(council: Council, state: State, without_: str) -> list[DeviceId]:
    proposed = without(people.device(without_))(council.root)
    return returning(state, council.root, proposed, org=council.org)


def test_who_only_the_officer_that_goes_had_revoked_comes_back(council: Council) -> None:
    state = council.state("A")
    council.hear(
        state, council.revocation("B", "C"), council.revocation("H", "C"), council.admission("A", "C")
    )
    assert back(council, state, "C") == [people.device("B")], "no mere handler"
    assert back(council, state, "B") == []
    assert back(council, state, "A") == [], "C stays"


@pytest.mark.parametrize("together", [True, False])
def test_whom_one_who_stays_revoked_as_well_stays_out(council: Council, together: bool) -> None:
    state = council.state("A")
    if together:
        council.hear(state, council.revocation("B", "A", "C"))
    else:
        council.hear(state, council.revocation("B", "C"), council.revocation("B", "A", at=people.NOW + 1))
    assert back(council, state, "C") == []
    assert back(council, state, "A") == []


def test_only_a_revocation_of_this_device_by_this_officer_is_one(council: Council) -> None:
    state = council.state("A")
    council.hear(state, council.revocation("B", "C"), council.admission("A", "C"))
    for by, name, yes in (("C", "B", True), ("A", "B", False), ("C", "A", False), ("C", "C", False)):
        assert revoked_by(state, officer(by), people.device(name), org=council.org) is yes


def test_an_officer_is_revoked_too_by_an_officer_who_has_not_yet(council: Council) -> None:
    said = (council.revocation("B", "C"), council.revocation("H", "C"))
    for name, key, victim, yes in (
        ("A", True, "B", True), ("A", False, "B", False), ("C", True, "B", False), ("A", True, "H", False),
    ):  # fmt: skip
        state = council.state(name, officer=key)
        council.hear(state, *said)
        assert may_revoke_too(state, people.device(victim), org=council.org) is yes


def bodies(found: list[Countersigned]) -> set[bytes]:
    return {one.body for one in found}


def test_what_an_officer_who_goes_or_has_gone_signed_is_carried_and_nothing_else() -> None:
    council = Council.of("A", "B", "C", policy=Policy(handler_officers=2))
    state = council.state("A")
    hers, both = council.admission("A", "B", "C"), council.admission("B", "A", "B", slot=1)
    waits, thief = council.admission("H", "C", slot=2), council.revocation("X", "C")
    council.hear(state, hers, both, waits, thief, council.revocation("B", "C"))
    proposed = without(people.device("C"))(council.root)
    assert bodies(signed_by_who_goes(state, proposed, org=council.org)) == {hers.body, thief.body}
    assert signed_by_who_goes(state, council.root, org=council.org) == []
    keep_roots(state, [council.first, council.after("A", officers=council.root.officers[:2])])
    newest = council.newest(state)
    assert bodies(signed_by_who_goes(state, newest, org=council.org)) == {thief.body}, "what holds of C's"
