"""Who signs an officer away, and who is let in again: persons, not devices by themselves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crypto.errors import DirectoryRefusedError
from crypto.ids import DeviceId
from crypto.root import PublishRight, Root, former_officers, root_hash
from crypto.roster import LABEL, Reason, Revocation
from crypto.statements import decode_statement
from sync import rights
from sync.belonging import (
    keep_statement,
    officer_key,
    own_officer,
    proposals,
    roots,
    settle,
    take_proposals,
    take_statements,
)
from sync.due import mark_due
from sync.errors import RootSignedError
from sync.relay.places import replace_publish_token
from sync.revoking import ClockAheadError, close_window, revoke
from sync.rootchange import countersign, open_proposals, without
from sync.shutout import returning, signed_by_who_goes
from sync.windows import note_page_day
from tests.sync.offices import DAY, Hands, Office
from tests.sync.relay.running import RunningRelay


@pytest.fixture
def office(relay: RunningRelay) -> Office:
    """A, B, C and D are officers who publish; two of them sign the root. H handles."""
    office = Office(relay, clock=Hands())
    office.session("A")
    for name in ("B", "C", "D"):
        office.officer(name)
    office.join("H")
    office.session("A", "B", "C", "D", "H")
    office.settle("A", "B", "C", "D")
    office.set_threshold("A", 2)
    office.settle("A", "B", "C", "D")
    assert office.root("D").threshold == 2
    return office


def lock_out(office: Office, name: str, *, by: str) -> bool:
    gone = office.client(name).me.id
    return revoke(office.client(by), device=gone, reason=Reason.SEIZED).officer_waits


def officers(office: Office, of: str) -> set[str]:
    there = {officer.device for officer in office.root(of).officers}
    return {name for name in office.states if office.client(name).me.id in there}


def waiting(office: Office, at: str) -> list[int]:
    return [entry.have for entry in open_proposals(office.states[at], org=office.org)]


def sign(office: Office, at: str, digest: bytes | None = None) -> bool:
    """What a person does with the change that waits there."""
    state = office.states[at]
    changes = [entry.hash for entry in open_proposals(state, org=office.org)]
    (change,) = [entry for entry in changes if digest in (None, entry)]
    with state.transaction():
        mark_due(state)
        return countersign(state, change).in_force


def hand_over(office: Office, one: str, other: str) -> None:
    """Each proposal of one device reaches the other without the relay."""
    state = office.states[other]
    with state.transaction():
        assert take_proposals(state, proposals(office.states[one]), org=office.org)


def returning_with(office: Office, at: str, digest: bytes) -> list[DeviceId]:
    (change,) = [e for e in open_proposals(office.states[at], org=office.org) if e.hash == digest]
    return returning(office.states[at], office.root(at), change.root, org=office.org)


def labels(office: Office, at: str, devices: list[DeviceId]) -> list[str]:
    return [office.roster(at).members[device].admission.label for device in devices]


def renamed(name: str) -> object:
    return lambda root: replace(root, name=name)


def test_one_officer_who_revokes_the_others_takes_none_of_them_out_of_the_root(office: Office) -> None:
    everybody = officers(office, "B")
    for victim in ("A", "D"):
        assert lock_out(office, victim, by="C")
        for _round in range(3):
            office.session("C", "B", "H")
        with pytest.raises(DirectoryRefusedError):
            office.session(victim)
        assert officers(office, "B") == everybody
        assert waiting(office, "B") == [1], "C's signature alone"


def test_the_change_waits_until_another_officers_person_signs_it(office: Office) -> None:
    assert lock_out(office, "C", by="A")
    office.session("A", "B", "D", "A", "B", "D")
    assert (waiting(office, "B"), waiting(office, "D")) == ([1], [1])
    assert sign(office, "B")
    office.states["B"].set_place("publish-due", True)
    office.settle("B", "A", "D")
    for name in ("A", "B", "D"):
        assert officers(office, name) == {"A", "B", "D"}


def test_what_another_change_overtook_is_proposed_again_by_the_device_that_revoked(office: Office) -> None:
    assert lock_out(office, "C", by="A")
    other = office.propose("B", renamed("Other"))  # type: ignore[arg-type]
    office.session("B", "D")
    with office.states["D"].transaction():
        assert countersign(office.states["D"], other.hash).in_force
    office.states["D"].set_place("publish-due", True)
    office.settle("D", "A", "B")
    assert waiting(office, "A") == [1], "on top of the other one"
    assert sign(office, "D")
    assert office.root("D").name == "Other"
    assert "C" not in officers(office, "D")


def test_who_goes_takes_along_what_it_did_to_the_officers_who_stay(office: Office) -> None:
    """C, who is bought, shuts A and D out. B and A sign C away, and A and D are there again."""
    for victim in ("A", "D"):
        assert lock_out(office, victim, by="C")
    office.session("C", "B", "H")
    proposed = office.propose("A", without(office.client("C").me.id))
    hand_over(office, "A", "B")
    assert sorted(labels(office, "B", returning_with(office, "B", proposed.hash))) == ["A", "D"]
    assert sign(office, "B", proposed.hash)
    office.settle("B", "A", "D", "H")
    for name in ("A", "B", "D", "H"):
        assert officers(office, name) == {"A", "B", "D"}
        assert {m.admission.label for m in office.roster(name).members.values() if not m.active} == set()
    office.states["A"].set_place("publish-due", True)
    office.settle("A", "B", "D", "H")  # A publishes, and every handler takes it


def test_one_officer_who_shuts_everybody_out_is_put_out_by_hand_and_by_the_relays_owner(
    office: Office,
) -> None:
    """C revokes A, B and D and alone knows the publishing token. The others' signatures count."""
    for victim in ("A", "B", "D"):
        lock_out(office, victim, by="C")
        office.session("C")
    proposed = office.propose("A", without(office.client("C").me.id))
    hand_over(office, "A", "B")
    assert sign(office, "B", proposed.hash)
    office.publish("B")
    assert rights.refused_since(office.states["B"]) is not None
    assert rights.use_given(
        office.states["B"], replace_publish_token(office.relay.place, pool=office.pool.name)
    )
    office.settle("B", "A", "D", "H")
    office.settle("B", "A", "D", "H")
    for name in ("A", "B", "D", "H"):
        assert officers(office, name) == {"A", "B", "D"}
        assert all(member.active for member in office.roster(name).members.values())
    for name in ("A", "B", "D", "H"):
        assert office.tokens_taken(name) == [True], name
    mark_due(office.states["A"])
    office.settle("A", "B", "D", "H")
    assert rights.refused_since(office.states["A"]) is None, "A publishes again"


def carry(office: Office, one: str, other: str, digest: bytes) -> None:
    """The file of a change (app.actions.carrying)."""
    state, at = office.states[one], office.states[other]
    (entry,) = (e for e in [*proposals(state), roots(state)[-1]] if root_hash(e.body) == digest)
    carried = signed_by_who_goes(state, Root.decode(entry.body), org=office.org)
    with at.transaction():
        take_statements(at, carried, officers=former_officers(roots(at)))
        take_proposals(at, [entry], org=office.org)
        settle(at, org=office.org)


def test_who_signs_by_hand_signs_what_was_admitted_meanwhile_too(office: Office) -> None:
    """N was admitted by C, who goes, and B, after A was shut out; a handler takes two officers."""
    office.propose("A", lambda root: replace(root, policy=replace(root.policy, handler_officers=2)))
    office.session("A", "B")
    assert sign(office, "B")
    office.settle("B", "A", "C", "D")
    assert lock_out(office, "A", by="C")
    office.join("N", by="B")
    office.session("C", "B", "C")
    (waiting,) = office.roster("C").pending.values()
    with office.states["C"].transaction():
        keep_statement(
            office.states["C"], waiting.signed.add(label=LABEL, by=officer_key(office.states["C"]))
        )
        mark_due(office.states["C"])
    office.session("C", "B")
    proposed = office.propose("B", without(office.client("C").me.id))
    carry(office, "B", "A", proposed.hash)
    assert all(member.active for member in office.roster("A").members.values()), "not that A was revoked"
    assert sign(office, "A", proposed.hash)
    assert "C" in officers(office, "B")
    carry(office, "A", "B", proposed.hash)
    assert officers(office, "A") == officers(office, "B") == {"A", "B", "D"}
    assert {"A", "N"} <= {m.admission.label for m in office.roster("B").members.values() if m.active}


def test_no_device_brings_a_device_back_unasked(office: Office) -> None:
    """C revoked D's device, which was seized; then C's is seized too."""
    assert lock_out(office, "D", by="C")
    office.session("C", "A", "B")
    for name in ("A", "B"):
        assert lock_out(office, "C", by=name)
    office.session("A", "B", "A", "B")
    assert "C" in officers(office, "A"), "to sign C away would let D's device in again"
    assert not lock_out(office, "D", by="A"), "C proposed it, A signs too"
    office.settle("A", "B")
    assert officers(office, "A") == officers(office, "B") == {"A", "B"}
    gone = {m.admission.label for m in office.roster("B").members.values() if not m.active}
    assert gone == {"C", "D"}


def test_whoever_signs_a_change_of_the_officers_revokes_no_officer_by_it(office: Office) -> None:
    """What would stop to hold is carried over, but not this: each officer decides in person."""
    assert lock_out(office, "D", by="C")
    office.session("C", "A", "B")
    office.propose("A", without(office.client("C").me.id))
    gone = office.client("D").me.id
    held = [said for said in office.roster("A").statements.values() if gone in said.body]
    revocations = [entry for entry in held if isinstance(decode_statement(entry.body), Revocation)]
    (key,) = [own_officer(office.states["C"])]
    assert [set(entry.signatures) for entry in revocations] == [{key}]


def test_the_right_to_publish_of_a_revoked_handler_goes_by_itself(office: Office) -> None:
    me = office.client("H").me
    right = PublishRight(me.id, me.identity.public)

    def change(root: Root) -> Root:
        return replace(root, publishers=(*root.publishers, right))

    office.propose("A", change)
    office.session("A", "B")
    assert sign(office, "B")
    office.states["B"].set_place("publish-due", True)
    office.settle("B", "A", "C", "D")
    assert right in office.root("D").publishers
    lock_out(office, "H", by="A")
    office.settle("A", "B", "C", "D")
    assert right not in office.root("D").publishers
    assert len(office.root("D").officers) == 4


def test_the_revoked_officers_own_device_does_not_sign_itself_away(office: Office) -> None:
    assert lock_out(office, "C", by="A")
    office.session("A")
    with pytest.raises(DirectoryRefusedError):
        office.session("C")
    mine = [entry for entry in open_proposals(office.states["C"], org=office.org) if entry.have > 1]
    assert mine == []
    assert "C" in officers(office, "C")


def test_a_change_that_nobody_else_signs_binds_the_device_that_revoked_for_a_week_only(
    office: Office,
) -> None:
    assert lock_out(office, "C", by="A")
    for _day in range(8):
        office.session("A", "B")
        office.clock.now += DAY
    assert office.propose("A", renamed("Other")).have == 1  # type: ignore[arg-type]


def test_a_clock_that_is_set_back_does_not_free_the_device_to_sign_a_second_body(office: Office) -> None:
    office.propose("A", renamed("One"))  # type: ignore[arg-type]
    office.clock.now -= 2 * DAY
    with pytest.raises(RootSignedError):
        office.propose("A", renamed("Two"))  # type: ignore[arg-type]


def test_a_window_is_not_closed_by_a_clock_that_is_ahead_of_the_relays_pages(office: Office) -> None:
    state, handler = office.states["A"], office.client("H").me.id
    note_page_day(state, int(office.clock.now // DAY) - 2)
    with pytest.raises(ClockAheadError):
        close_window(office.client("A"), device=handler)
    note_page_day(state, int(office.clock.now // DAY) - 1)
    close_window(office.client("A"), device=handler)
    assert office.roster("A").members[handler].closed_at == state.now()
