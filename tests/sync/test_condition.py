"""What a person is told before it is too late."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crypto.desk_keys import DeskSeed
from crypto.directory import PhoneDirectory, Seen, UntrustedPhoneDirectory
from crypto.roster import Reason, Revocation, Role, sign_statement
from sync.belonging import keep_statement
from sync.condition import Warning, condition, note_clock, note_session
from sync.deskkeys import Generation, save_generations
from sync.membership import Membership
from sync.state import State
from sync.windows import note_page_day
from tests.crypto import people
from tests.crypto.people import NOW, TODAY
from tests.sync.stores import Hands, member, new_state

DAY = 86_400


def directory(*, issued: int = 0, expires: int = 49, root_ends: int = 300) -> PhoneDirectory:
    """A verified directory; days from now."""
    made = people.published()
    found = UntrustedPhoneDirectory(made.signed_head, made.phone.encode()).verify(
        org=people.ORG, seen=Seen(), now=NOW
    )
    head = replace(found.head, issued_at=NOW + issued * DAY, expires_at=NOW + expires * DAY)
    return replace(found, head=head, root=replace(found.root, expires_at=NOW + root_ends * DAY))


def test_a_key_of_the_own_desk_that_no_handler_holds_is_said() -> None:
    phone = directory()
    newest = max(day.generation for day in phone.part.days if day.desk == people.DESK)
    state, own = new_state(), member("handler", Role.HANDLER)

    def told(*held: DeskSeed, by: Membership = own) -> list[str]:
        save_generations(state, [Generation(chain, TODAY, TODAY + 40) for chain in held])
        return [one.kind for one in condition(state, member=by, phone=phone, clock=NOW)]

    first = min(day.day for day in phone.part.days if day.desk == people.DESK)
    mine = people.desk_seed()
    assert mine.generation == newest
    assert "foreign_key" not in told(mine)
    assert "foreign_key" not in told(), "a newcomer waits for its first chain"
    assert "foreign_key" in told(replace(mine, generation=newest - 1)), "a newer one that it does not hold"
    other = DeskSeed(people.DESK, newest, first, people.seed("somebody else"))
    assert "foreign_key" in told(other), "another one under the same number"
    assert "foreign_key" not in told(other, by=member("phone", Role.INTAKE))


def test_keys_of_another_desk_say_nothing_of_the_own_one() -> None:
    phone, own = directory(), member("handler", Role.HANDLER)
    (day, *_others) = phone.part.days
    theirs = replace(day, desk=people.OTHER_DESK, generation=day.generation + 5)
    both = replace(phone, part=replace(phone.part, days=(*phone.part.days, theirs)))
    none = replace(phone, part=replace(phone.part, days=(theirs,)))
    elsewhere = DeskSeed(people.OTHER_DESK, 1, TODAY, people.seed("elsewhere"))

    def told(known: PhoneDirectory | None, *held: DeskSeed) -> list[str]:
        state = new_state()
        save_generations(state, [Generation(chain, TODAY, TODAY + 40) for chain in held])
        return [one.kind for one in condition(state, member=own, phone=known, clock=NOW)]

    assert told(both, people.desk_seed()) == [], "a newer key of another desk"
    assert told(none, people.desk_seed()) == [], "no key of the own desk at all"
    assert told(phone, elsewhere) == [], "a newcomer who holds a chain of another desk"
    assert told(None, people.desk_seed()) == []


@pytest.mark.parametrize("role", [Role.HANDLER, Role.INTAKE])
def test_a_phone_that_an_officer_admitted_a_second_time_is_named_to_handlers(role: Role) -> None:
    phone, state = directory(), new_state()
    first = people.admission("phone", Role.INTAKE)
    told = []
    for admission in (first, replace(first, at=first.at - 9, prefix=999, label="Blue-7")):
        keep_statement(state, sign_statement(admission, by=[people.officer()]))
        found = condition(state, member=member("handler", role), phone=phone, clock=NOW)
        told.append([one.name for one in found if one.kind == "admitted_twice"])
    assert told == [[], ["Blue-7"] if role is Role.HANDLER else []]
    gone = Revocation(people.ORG, people.device("phone"), NOW, Reason.LOST)
    keep_statement(state, sign_statement(gone, by=[people.officer()]))
    found = condition(state, member=member("handler", role), phone=phone, clock=NOW)
    assert "admitted_twice" not in [one.kind for one in found], "nothing is left to do"


class At:
    """A device whose clock and relay are moved apart; days since now."""

    def __init__(self, role: Role = Role.INTAKE) -> None:
        self.clock = Hands()
        self.state: State = new_state(self.clock)
        self.member: Membership = member("phone", role)

    def session(
        self,
        day: int,
        *,
        relay: int | None = None,
        deposited: int | None = None,
        phone: PhoneDirectory | None,
    ) -> None:
        self.clock.now = float(NOW + day * DAY)
        if relay is not None:
            note_page_day(self.state, TODAY + relay)
        at = None if deposited is None else NOW + deposited * DAY
        note_clock(self.state, member=self.member, phone=phone or directory(), deposited=at)
        note_session(self.state)

    def told(self, day: int, phone: PhoneDirectory | None = None) -> list[tuple[str, int]]:
        now = NOW + day * DAY
        found = condition(self.state, member=self.member, phone=phone or directory(), clock=now)
        return [(one.kind, one.days) for one in found]


def test_a_device_in_good_order_is_told_nothing() -> None:
    phone = At()
    assert phone.told(0) == []
    phone.session(0, relay=0, phone=None)
    assert phone.told(6) == []
    desk = At(Role.HANDLER)
    desk.session(7, relay=6, deposited=6, phone=directory(issued=6))
    assert desk.told(8, directory(issued=6)) == []


def test_twenty_days_without_a_session_are_said() -> None:
    phone = At()
    phone.session(0, relay=0, phone=None)
    fresh = directory(issued=19)
    assert phone.told(19, fresh) == []
    assert phone.told(20, fresh) == [("offline", 20)]


def test_a_directory_that_is_not_renewed_is_said_and_that_it_will_end() -> None:
    phone = At()
    phone.session(13, relay=13, phone=None)
    assert ("stale", 13) not in phone.told(13)
    assert phone.told(14) == [("stale", 14)]
    phone.session(39, relay=39, phone=directory(issued=38))
    assert phone.told(39) == [("expired_soon", 10), ("stale", 39)]
    assert phone.told(52)[0] == ("expired_soon", 0)


def test_a_root_that_ends_is_said() -> None:
    assert At().told(0, directory(root_ends=30)) == [("root_ends", 30)]
    assert At().told(0, directory(root_ends=31)) == []


@pytest.mark.parametrize("role", list(Role)[:2])
def test_a_clock_behind_the_relay_or_the_directory_is_said(role: Role) -> None:
    device = At(role)
    device.session(0, relay=1, phone=None)
    assert device.told(0) == []
    device.session(0, relay=2, phone=None)
    assert device.told(0) == [("clock_behind", 2)]
    assert device.told(1) == [], "and no more when it is right"
    assert At(role).told(-5, directory(root_ends=900)) == [("clock_behind", 5)]


def test_a_handlers_clock_that_is_ahead_of_its_own_deposits_is_said() -> None:
    desk, fresh = At(Role.HANDLER), directory(issued=60, expires=109)
    desk.session(60, relay=0, deposited=60, phone=fresh)
    assert desk.told(60, fresh) == [("clock_ahead", 60)]
    assert desk.told(2) == [], "it was put right"
    desk.session(2, relay=2, deposited=60, phone=None)
    assert desk.told(2) == []


def test_a_quiet_week_is_not_taken_for_a_wrong_clock() -> None:
    desk = At(Role.HANDLER)
    desk.session(9, relay=1, deposited=1, phone=directory(issued=8))
    assert desk.told(9, directory(issued=8)) == []
    desk.session(20, relay=1, phone=directory(issued=8))
    assert desk.told(20, directory(issued=8)) == [], "it deposited nothing that the relay could have dated"
    phone = At()
    phone.session(8, relay=0, phone=directory(issued=1))
    assert phone.told(8, directory(issued=1)) == []
    phone.session(8, relay=0, deposited=8, phone=directory(issued=1))
    assert phone.told(8, directory(issued=1)) == [], "it does not read the stream into which it deposits"


def test_a_handler_who_deposited_and_has_seen_no_page_yet_is_told_nothing_of_its_clock() -> None:
    desk = At(Role.HANDLER)
    desk.session(0, deposited=0, phone=directory())
    assert desk.told(0, directory()) == []


def test_a_phones_clock_that_is_more_than_a_week_ahead_of_everything_is_said() -> None:
    phone, fresh = At(), directory(issued=-3)
    phone.session(9, relay=0, phone=fresh)
    assert phone.told(9, fresh) == [("clock_ahead", 9)]


def test_before_the_welcome_there_is_nothing_to_say() -> None:
    state = new_state()
    waiting = replace(member("phone", Role.INTAKE), directory_key=None)
    note_session(state)
    assert condition(state, member=waiting, phone=None, clock=NOW + 90 * DAY) == []
    assert repr(Warning("offline", 20))
