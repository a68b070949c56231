"""Revocation: what the device loses, what nobody else has to do, and a process killed anywhere in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crypto.errors import DirectoryRefusedError
from crypto.roster import Reason, Role
from crypto.tokens import week_of
from sync import tokensets
from sync.belonging import newest_root
from sync.deskkeys import load_generations
from sync.errors import (
    DeviceUnknownError,
    LastOfficerError,
    PublishRefusedError,
    RevokeSelfError,
    SignHereError,
)
from sync.publish import publish_token
from sync.revoking import close_window, revoke, rotate
from sync.wire import PHONE_PART
from tests.sync.agreeing import agree
from tests.sync.dying import KilledError
from tests.sync.offices import DAY, Office
from tests.sync.relay.running import RunningRelay
from tests.sync.staffed import three_officers


def made(relay: RunningRelay) -> Office:
    """A, B and C are officers who publish, H handles, P and Q are intake devices."""
    return three_officers(relay)


@pytest.fixture
def office(relay: RunningRelay) -> Office:
    return made(relay)


def lock_out(office: Office, name: str, *, by: str = "A") -> None:
    revoke(office.client(by), device=office.client(name).me.id, reason=Reason.SEIZED)


def test_a_revoked_handler_opens_nothing_that_is_published_later(office: Office) -> None:
    before = load_generations(office.states["H"])
    lock_out(office, "H")
    office.session("A")
    with pytest.raises(DirectoryRefusedError):
        office.fetch("H")
    assert load_generations(office.states["H"]) == before, "no new chain"
    office.session("B", "C", "P")
    agree(office, "A", "B", "C", "P")
    days = {day.generation for day in office.phone_part("P").part.days}
    assert days.isdisjoint({entry.chain.generation for entry in before})
    assert office.client("H").me.id not in [e.admission.device for e in office.phone_part("P").part.handlers]


def test_its_tokens_are_refused_in_every_week_and_everybody_elses_are_taken(office: Office) -> None:
    office.fetch("H")
    assert office.tokens_taken("H") == [True]
    lock_out(office, "H")
    office.session("A", "P", "Q", "B", "C")
    assert office.tokens_taken("H", weeks=(-1, 0, 1)) == [False, False, False]
    for name in ("A", "B", "C", "P", "Q"):
        assert office.tokens_taken(name, weeks=(0, 1)) == [True, True], name


def test_the_sets_do_not_betray_who_was_revoked(office: Office) -> None:
    """The same number of hashes as ever, all of them new: nothing in common with the sets before."""

    def sets(epoch_of: str) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        root = office.root(epoch_of)
        state = office.states[epoch_of]
        state.db.execute("DELETE FROM sync_token_week")
        tokensets.put_sets(state, roster=office.roster(epoch_of), root=root, put=found.__setitem__)
        return found

    before = sets("A")
    lock_out(office, "P")
    office.session("A", "B")
    after = sets("A")
    week = week_of(office.clock())
    assert {len(body) for body in [*before.values(), *after.values()]} == {8 * (4 + 32) * 16}
    old, new = ({body[i : i + 16] for i in range(0, len(body), 16)} for body in (before[week], after[week]))
    assert old.isdisjoint(new)
    assert sets("B") == after, "two publishers write the same sets"


def test_a_slot_that_was_freed_serves_the_next_device_and_not_the_last_one(office: Office) -> None:
    slot = office.client("P").member
    lock_out(office, "P")
    office.session("A")
    number = next(
        m for m in office.roster("A").members.values() if m.admission.label == "P"
    ).admission.token_slot
    assert office.roster("A").token_uses(8)[number] == 1
    office.join("R", role=Role.INTAKE)
    member = office.client("R").member
    seed = office.master.slot_seed(number, 1)
    replace(member, tokens=replace(member.tokens, seed=seed)).save(office.states["R"])
    office.session("A", "R")
    assert office.tokens_taken("R") == [True]
    assert seed != slot.tokens.seed


def test_a_seized_officers_device_loses_the_publishing_token_and_its_place_in_the_root(
    office: Office,
) -> None:
    lock_out(office, "C")
    assert len(newest_root(office.states["A"], org=office.org).officers) == 2
    office.session("A", "B", "H", "P")
    with office.http() as http:
        for token in (office.pool.publish_token, publish_token(office.states["C"]) or ""):
            with pytest.raises(PublishRefusedError):
                http.put_directory(PHONE_PART, bytes(65_536), publish_token=token, if_match=None)
    office.session("B")
    agree(office, "A", "B", "H", "P")
    gone = office.client("C").me.id
    assert all(right.device != gone for right in office.root("H").publishers)
    office.states["C"].set_place("publish-due", True)
    before = office.version()
    assert not office.publish("C")
    assert office.version() == before


def test_two_officers_revoke_the_third_apart_from_each_other_and_their_signatures_meet(
    relay: RunningRelay,
) -> None:
    office = made(relay)
    office.set_threshold("A", 2)
    office.settle("A", "B", "C")
    gone = office.client("C").me.id
    assert revoke(office.client("A"), device=gone, reason=Reason.SEIZED).officer_waits
    assert revoke(office.client("B"), device=gone, reason=Reason.LOST).officer_waits
    office.settle("A", "B")
    agree(office, "A", "B", "H", "P")
    assert {officer.device for officer in office.root("H").officers} == {
        office.client("A").me.id,
        office.client("B").me.id,
    }


def test_whom_the_removed_officer_had_admitted_stays(office: Office) -> None:
    office.join("X", by="C")
    office.join("Y", by="C", role=Role.INTAKE)
    office.session("C", "A", "B", "X", "Y")
    lock_out(office, "C")
    office.settle("A", "B")
    office.session("X", "Y")
    agree(office, "A", "B", "H", "X", "Y")
    active = {m.admission.label for m in office.roster("B").members.values() if m.active}
    assert active == {"A", "B", "H", "P", "Q", "X", "Y"}


def test_the_first_one_who_publishes_after_a_revocation_takes_everything_over(office: Office) -> None:
    """A revokes and is gone: once its edition is at the relay, B does the rest."""
    lock_out(office, "H")
    with pytest.raises(KilledError):
        office.publish("A", dies_at=4, after=True)  # both parts are put; no token was changed, no set put
    office.session("B", "B", "P")  # it hears of it in the first, and does it in the next
    assert office.tokens_taken("H") == [False]
    assert office.tokens_taken("P") == [True]
    with office.http() as http, pytest.raises(PublishRefusedError):
        http.put_directory(PHONE_PART, b"", publish_token=office.pool.publish_token, if_match=None)


@pytest.mark.parametrize("after", [False, True], ids=["before the relay got it", "before the answer came"])
@pytest.mark.parametrize("goes_on", ["A", "B"])
@pytest.mark.parametrize("at", [1, 2, 3, 4, 5, 6, 7, 14, 15])
def test_a_publisher_killed_at_any_call_of_a_revocation_loses_nothing(
    relay: RunningRelay, at: int, goes_on: str, after: bool
) -> None:
    office = made(relay)
    lock_out(office, "C")
    try:
        office.publish("A", dies_at=at, after=after)
    except KilledError:
        pass
    else:
        assert at > 14, "a revocation makes so many calls"
    if goes_on == "B":
        office.session("B", "H", "P")  # whatever A did, nobody is hindered
        office.join("X", by="B", role=Role.INTAKE)
    office.session("A")
    office.settle("B", "A")
    office.session("H", "P")
    agree(office, "A", "B", "H", "P")
    assert not next(m for m in office.roster("B").members.values() if m.admission.label == "C").active
    for name in ("A", "B", "H", "P"):
        assert office.tokens_taken(name, weeks=(0, 1)) == [True, True], name
    assert office.tokens_taken("C", weeks=(-1, 0, 1)) == [False, False, False]
    with office.http() as http, pytest.raises(PublishRefusedError):
        http.put_directory(PHONE_PART, b"", publish_token=office.pool.publish_token, if_match=None)


def test_fresh_keys_for_everything_without_anybody_leaving(office: Office) -> None:
    old, epoch = (
        {day.generation for day in office.phone_part().part.days},
        office.phone_part().head.token_epoch,
    )
    rotate(office.client("A"))
    office.session("A", "B", "P")
    office.settle("A", "B")
    agree(office, "A", "B", "H", "P")
    assert old.isdisjoint({day.generation for day in office.phone_part().part.days})
    assert office.phone_part().head.token_epoch == epoch + 1
    assert office.tokens_taken("P") == [True]


def test_a_closed_window_is_kept_and_published(office: Office) -> None:
    close_window(office.client("A"), device=office.client("P").me.id)
    office.session("A", "B")
    for name in ("A", "B"):
        member = next(m for m in office.roster(name).members.values() if m.admission.label == "P")
        assert member.active
        assert member.closed_at == office.states["A"].now()


def test_what_cannot_be_revoked_says_why(office: Office) -> None:
    revoker = office.client("A")
    with pytest.raises(RevokeSelfError):
        revoke(revoker, device=revoker.me.id, reason=Reason.LOST)
    with pytest.raises(DeviceUnknownError):
        revoke(revoker, device=type(revoker.me.id)(bytes(16)), reason=Reason.LOST)
    with pytest.raises(SignHereError):
        revoke(office.client("H"), device=revoker.me.id, reason=Reason.LOST)
    lock_out(office, "B")
    lock_out(office, "C")
    again = revoke(revoker, device=office.client("C").me.id, reason=Reason.LOST)
    assert again.member.reason is Reason.SEIZED, "it was revoked before"


def test_the_only_officers_device_is_not_revoked_from_a_copy_of_its_key(office: Office) -> None:
    lock_out(office, "B")
    lock_out(office, "C")
    office.session("A", "H")
    state = office.states["H"]
    state.keys.put("officer", office.states["A"].keys.get("officer") or b"")
    with pytest.raises(LastOfficerError):
        revoke(office.client("H"), device=office.client("A").me.id, reason=Reason.LOST)


def test_a_desk_that_its_revoked_handler_had_alone_has_no_days_any_more(office: Office) -> None:
    office.add_desk("A", "night")
    office.join("N", by="A", desk="night")
    office.session("A", "N", "P")
    night = office.desk("night")
    assert any(day.desk == night for day in office.phone_part("P").part.days)
    lock_out(office, "N")
    office.session("A", "P")
    assert not any(day.desk == night for day in office.phone_part("P").part.days)


def test_days_later_nothing_of_the_revocation_is_left_to_do(office: Office) -> None:
    office.clock.now = float((week_of(office.clock.now) + 1) * 7 * DAY + 3_600)  # in a new week all keys turn
    office.session("A", "B", "C")
    lock_out(office, "H")
    office.settle("A", "B", "C")
    office.clock.now += 3 * DAY
    before = office.version()
    office.session("A", "B", "C")
    assert office.version() == before
