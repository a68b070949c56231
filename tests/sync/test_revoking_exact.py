"""What an officer takes away, from whom, and what is then made anew: each condition by itself."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from crypto.desk_keys import day_of
from crypto.root import Policy
from crypto.roster import Reason, Revocation, WindowClosed
from crypto.signed import Countersigned
from crypto.statements import decode_statement
from sync.belonging import roster, statements
from sync.deskplan import rekey_wanted
from sync.directory import DirectoryClient
from sync.due import is_due
from sync.errors import (
    DeviceUnknownError,
    LastOfficerError,
    RevokeSelfError,
    SignHereError,
)
from sync.revoking import ClockAheadError, close_window, revoke, rotate, withdraw
from sync.rights import publish_token, wanted_token
from sync.state import State
from sync.tokensets import digest_of, must_change, note_state
from sync.windows import note_page_day
from tests.crypto import people
from tests.sync.council import Council, officer

TOKEN = "t" * 43


@dataclass(frozen=True)
class Desk:
    """An officer's device and what it knows: everybody of the council and the handler H belong."""

    council: Council
    state: State
    client: DirectoryClient

    @classmethod
    def of(cls, council: Council, name: str, *, key: str = "") -> Desk:
        state = council.state(name, officer=not key)
        if key:
            state.keys.put("officer", people.officer(key).seed)
        state.keys.put("publish-token", TOKEN.encode())
        for slot, one in enumerate((*people_of(council), "H")):
            council.hear(state, council.admission(one, "A", slot=slot))
        return cls(council, state, council.client(state, name))

    def said(self, kind: type[Revocation] | type[WindowClosed] = Revocation) -> list[Countersigned]:
        return [one for one in statements(self.state) if isinstance(decode_statement(one.body), kind)]

    def fresh(self) -> tuple[bool, bool, bool]:
        """Whether keys of the desk, another publishing token, and a publication are wanted."""
        return bool(rekey_wanted(self.state)), wanted_token(self.state) != TOKEN, is_due(self.state)


def people_of(council: Council) -> tuple[str, ...]:
    there = {one.device for one in council.root.officers}
    return tuple(name for name in "ABC" if people.device(name) in there)


@pytest.fixture
def council() -> Council:
    return Council.of("A", "B", "C", threshold=2)


def lock_out(desk: Desk, name: str) -> bool:
    return revoke(desk.client, device=people.device(name), reason=Reason.SEIZED).officer_waits


def test_who_is_revoked_is_out_and_everything_is_made_anew(council: Council) -> None:
    desk = Desk.of(council, "A")
    assert publish_token(desk.state) == TOKEN
    assert desk.fresh() == (False, False, False)
    found = revoke(desk.client, device=people.device("H"), reason=Reason.SEIZED)
    assert (found.member.active, found.member.reason, found.officer_waits) == (False, Reason.SEIZED, False)
    (signed,) = desk.said()
    assert set(signed.signatures) == {officer("A")}
    assert rekey_wanted(desk.state) == {people.DESK}
    assert desk.fresh() == (True, True, True)


def test_a_device_that_is_out_is_revoked_once(council: Council) -> None:
    desk = Desk.of(council, "A")
    council.hear(desk.state, council.revocation("H", "B", at=people.NOW - 1))
    assert not lock_out(desk, "H")
    assert len(desk.said()) == 1
    assert desk.fresh() == (False, False, True)


def test_an_officer_whom_another_revoked_is_revoked_by_this_one_too_and_once(council: Council) -> None:
    desk = Desk.of(council, "A")
    council.hear(desk.state, council.revocation("C", "B", at=people.NOW - 1))
    for _again in range(2):
        assert lock_out(desk, "C"), "the root waits for a second signature"
        assert [set(one.signatures) for one in desk.said()].count({officer("A")}) == 1
        assert len(desk.said()) == 2
    assert desk.fresh() == (False, False, True)


def test_where_one_signature_is_enough_an_officer_is_out_of_the_root_at_once() -> None:
    council = Council.of("A", "B")
    desk = Desk.of(council, "A")
    assert not lock_out(desk, "B")
    assert [one.device for one in council.newest(desk.state).officers] == [people.device("A")]


def test_nobody_revokes_itself_or_who_does_not_belong(council: Council) -> None:
    desk = Desk.of(council, "A")
    with pytest.raises(RevokeSelfError):
        lock_out(desk, "A")
    with pytest.raises(DeviceUnknownError):
        lock_out(desk, "stranger")
    assert desk.said() == []
    assert desk.fresh() == (False, False, False)


def test_the_last_officers_device_is_not_revoked_whoever_has_its_key() -> None:
    council = Council.of("A")
    desk = Desk.of(council, "H", key="A")
    with pytest.raises(LastOfficerError):
        lock_out(desk, "A")
    assert desk.said() == []
    several = Desk.of(Council.of("A", "B"), "H", key="A")
    lock_out(several, "A")
    assert len(several.said()) == 1


@pytest.mark.parametrize("key", ["", "stranger"])
def test_who_is_no_officer_takes_nothing_away(council: Council, key: str) -> None:
    desk = Desk.of(council, "H", key=key or "H")
    if not key:
        desk.state.keys.drop("officer")
    device = people.device("B")
    with pytest.raises(SignHereError):
        lock_out(desk, "B")
    with pytest.raises(SignHereError), desk.state.transaction():
        withdraw(desk.client, device=device)
    with pytest.raises(SignHereError):
        close_window(desk.client, device=device)
    with pytest.raises(SignHereError):
        rotate(desk.client)
    assert desk.said() == desk.said(WindowClosed) == []
    assert desk.fresh() == (False, False, False)
    assert not must_change_though_known(desk)


def test_an_admission_that_waits_is_withdrawn_and_dropped() -> None:
    council = Council.of("A", "B", policy=Policy(handler_officers=2))
    desk = Desk.of(council, "A")
    assert len(statements(desk.state)) == 3
    with desk.state.transaction():
        withdraw(desk.client, device=people.device("H"))
    (signed,) = desk.said()
    assert decode_statement(signed.body).device == people.device("H")
    assert council.admission("H", "A", slot=2).body not in {one.body for one in statements(desk.state)}
    assert is_due(desk.state)


def test_a_window_is_closed_of_who_belongs_by_a_clock_that_the_relays_pages_do_not_contradict(
    council: Council,
) -> None:
    desk, today = Desk.of(council, "A"), day_of(people.NOW)
    for ahead in (2, 3):
        note_page_day(desk.state, today - ahead)
        with pytest.raises(ClockAheadError):
            close_window(desk.client, device=people.device("H"))
    assert not is_due(desk.state)
    for day in (today - 1, today, today + 5):
        note_page_day(desk.state, day)
        close_window(desk.client, device=people.device("H"))
    assert is_due(desk.state)
    assert len(desk.said(WindowClosed)) == 1
    before_any_page = Desk.of(council, "A")
    close_window(before_any_page.client, device=people.device("H"))
    assert len(before_any_page.said(WindowClosed)) == 1


def test_a_window_of_who_is_out_is_not_closed(council: Council) -> None:
    desk = Desk.of(council, "A")
    council.hear(desk.state, council.revocation("H", "B"))
    for name in ("H", "stranger"):
        with pytest.raises(DeviceUnknownError):
            close_window(desk.client, device=people.device(name))
    assert desk.said(WindowClosed) == []


def test_fresh_keys_for_everything_are_wanted_at_once(council: Council) -> None:
    desk = Desk.of(council, "A")
    rotate(desk.client)
    assert rekey_wanted(desk.state) == {people.DESK}
    assert desk.fresh() == (True, True, True)
    assert must_change_though_known(desk)


def must_change_though_known(desk: Desk) -> bool:
    """Whether a new token epoch is wanted, though the published one is that of this roster."""
    root = desk.council.newest(desk.state)
    known = roster(desk.state, root=root, org=desk.council.org)
    note_state(desk.state, 1, digest_of(known, root))
    return must_change(desk.state, roster=known, root=root)
