"""The numbers an admission gives: nothing twice, a class for each officer, places given back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from crypto.ids import DeviceId, OfficerId, officer_id
from crypto.root import Policy, Root
from crypto.roster import Admission, Member, Reason, Revocation, Role, Roster, sign_statement
from sync.places import (
    FIRST_PREFIX,
    INTAKE_DEVICES,
    LAST_PREFIX,
    DeskFullError,
    Places,
    PoolFullError,
)
from tests.crypto import people

NAMES = ("officer", "second", "third")


def root(officers: int = 1, **policy: int) -> Root:
    first = people.first_root(NAMES[:officers])
    return replace(first, policy=replace(Policy(), **policy))


def me(name: str = "officer") -> OfficerId:
    return officer_id(people.officer(name).public)


def admitted(name: str, role: Role = Role.INTAKE, **changes: object) -> Admission:
    return people.admission(name, role, **changes)


def places(
    statements: Iterable[Admission | Revocation] = (),
    *,
    of: Root | None = None,
    by: str = "officer",
    invited: Iterable[int] = (),
    signers: tuple[str, ...] = ("officer",),
) -> Places:
    under = of or root()
    keys = [people.officer(name) for name in signers]
    signed = [sign_statement(entry, by=keys) for entry in statements]
    roster = Roster.verify(signed, root=under, org=people.ORG)
    return Places(roster, under, me(by), frozenset(invited))


def revoked(name: str) -> Revocation:
    return Revocation(people.ORG, people.device(name), people.NOW, Reason.LOST)


def test_what_is_held_or_invited_is_not_given_again() -> None:
    held = [admitted("a", token_slot=0, prefix=100), admitted("b", token_slot=1, prefix=101)]
    assert places(held, invited=[2, 3]).token_slot() == 4
    for _ in range(20):
        assert places(held).prefix() not in (100, 101)
    handlers = [admitted("h", Role.HANDLER, slot=0), admitted("i", Role.HANDLER, slot=1, token_slot=2)]
    assert places(handlers).sender_slot(people.DESK) == 2
    assert places(handlers).sender_slot(people.OTHER_DESK) == 0


def test_a_revoked_device_gives_its_slots_back_for_their_next_use_but_never_its_prefix() -> None:
    full = root(token_slots=2)
    two = [admitted("a", token_slot=0, prefix=100), admitted("b", token_slot=1, prefix=101)]
    with pytest.raises(PoolFullError):
        places(two, of=full).token_slot()
    after = places([*two, revoked("a")], of=full)
    assert (after.token_slot(), after.uses()) == (0, (1, 0))
    assert all(after.prefix() not in (100, 101) for _ in range(20))
    handler = admitted("h", Role.HANDLER, slot=0)
    assert places([handler, revoked("h")]).sender_slot(people.DESK) == 0


def test_what_waits_for_another_officer_holds_its_places() -> None:
    strict = root(2, handler_officers=2)
    waiting = places([admitted("h", Role.HANDLER, slot=0, token_slot=0)], of=strict)
    assert waiting.roster.members == {}
    assert waiting.sender_slot(people.DESK) != 0
    assert waiting.token_slot() != 0


@pytest.mark.parametrize("count", [2, 3])
def test_officers_draw_from_classes_of_their_own(count: int) -> None:
    under = root(count)
    order = [officer.id for officer in under.officers]
    for name in NAMES[:count]:
        own = places(of=under, by=name)
        place = order.index(me(name))
        assert own.token_slot() % count == place
        assert own.sender_slot(people.DESK) % count == place
        assert {own.prefix() % count for _ in range(30)} == {place}


def test_when_the_own_class_is_empty_the_others_are_drawn_from() -> None:
    under = root(2, token_slots=4)
    place = [officer.id for officer in under.officers].index(me())
    mine = [number for number in range(4) if number % 2 == place]
    assert places(of=under, invited=mine).token_slot() in {0, 1, 2, 3} - set(mine)


def of_phones(active: int, *, revoked: int = 0, role: Role = Role.INTAKE) -> Places:
    """As many devices with the lowest prefixes, in a roster that nobody has to sign."""
    members = {
        DeviceId(bytes(12) + number.to_bytes(4)): Member(
            replace(admitted("a", role), prefix=FIRST_PREFIX + number),
            revoked_at=people.NOW if number < revoked else None,
        )
        for number in range(active + revoked)
    }
    return Places(Roster({}, members, {}), root(), me(), frozenset())


def test_a_pool_has_two_hundred_and_fifty_phones_that_are_not_revoked() -> None:
    assert of_phones(INTAKE_DEVICES - 1, revoked=90).prefix() >= FIRST_PREFIX + INTAKE_DEVICES + 89
    with pytest.raises(PoolFullError):
        of_phones(INTAKE_DEVICES).prefix()
    assert of_phones(INTAKE_DEVICES, role=Role.HANDLER).prefix(), "handlers are no phones"


def test_a_pool_that_has_given_every_prefix_has_none_for_another_phone() -> None:
    prefixes = LAST_PREFIX - FIRST_PREFIX + 1
    assert of_phones(100, revoked=prefixes - 101).prefix() == LAST_PREFIX
    with pytest.raises(PoolFullError):
        of_phones(100, revoked=prefixes - 100).prefix()


def test_a_desk_has_thirty_two_handlers() -> None:
    handlers = [admitted(f"h{n}", Role.HANDLER, slot=n, token_slot=n) for n in range(32)]
    with pytest.raises(DeskFullError):
        places(handlers).sender_slot(people.DESK)


def test_an_officer_who_is_in_no_root_draws_from_what_is_free() -> None:
    assert places(by="third").token_slot() == 0
