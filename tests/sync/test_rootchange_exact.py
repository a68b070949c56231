"""When a device signs a root, by itself or for its person, and when it does not: each condition by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from crypto.errors import EncodingError
from crypto.ids import DeskId, OfficerId
from crypto.root import Desk, Policy, Root, root_hash
from sync.belonging import changes, keep_proposal, keep_roots, proposals, roots, statements
from sync.errors import LastOfficerError, ProposalUnknownError, RootSignedError, SignHereError
from sync.rootchange import (
    PROMISE_S,
    RENEW_S,
    changed_again,
    countersign,
    has_rights,
    maintain_root,
    open_proposals,
    propose,
    propose_again,
    renewed,
    without,
)
from sync.state import State
from tests.crypto import people
from tests.sync.council import Council, officer, right
from tests.sync.stores import new_state

DAY = 86_400


def named(name: str) -> Callable[[Root], Root]:
    return lambda root: replace(root, name=name)


def signers(state: State) -> list[set[OfficerId]]:
    return [set(entry.signatures) for entry in proposals(state)]


# --- signing ----------------------------------------------------------------------------------------------


def test_a_change_gets_version_and_times_unless_it_made_the_next_version_itself() -> None:
    council = Council.of("A", "B", "C", threshold=2)
    ends = council.root.expires_at
    council.clock.now += 5 * DAY
    made = council.propose(council.state("A"), named("New")).root
    assert (made.version, made.issued_at, made.expires_at) == (2, people.NOW + 5 * DAY, ends + 5 * DAY)
    assert made.previous == root_hash(council.first.body)
    same = council.propose(council.state("A"), without(people.device("C"))).root
    assert (same.version, same.issued_at, same.expires_at) == (2, people.NOW, ends)


def test_what_is_no_root_is_neither_signed_nor_promised() -> None:
    council = Council.of("A")
    state = council.state("A")
    with pytest.raises(EncodingError):
        propose(state, org=council.org, change=lambda root: replace(root, threshold=9), now=people.NOW)
    assert proposals(state) == []
    assert state.place("root-signed") is None


def test_only_an_open_proposal_that_follows_is_signed() -> None:
    council = Council.of("A", "B", threshold=2)
    state, waits = council.state("A"), council.after("B", name="New")
    with pytest.raises(ProposalUnknownError):
        countersign(state, bytes(32))
    old = council.after("B", previous=bytes(32))
    for signed in (waits, old):
        keep_proposal(state, signed)
    for digest in (bytes(32), root_hash(old.body)):
        with pytest.raises(ProposalUnknownError):
            countersign(state, digest)
    assert all(entry == {officer("B")} for entry in signers(state))
    assert countersign(state, root_hash(waits.body)).in_force
    assert council.newest(state).name == "New"


def test_only_an_officer_of_the_newest_root_signs_where_an_organisation_is() -> None:
    council = Council.of("A", "B")
    proposed = council.after("B", name="New")
    for state in (council.state("stranger"), council.state("A", officer=False)):
        keep_proposal(state, proposed)
        with pytest.raises(SignHereError):
            council.propose(state, named("Other"))
        with pytest.raises(SignHereError):
            countersign(state, root_hash(proposed.body))
        assert signers(state) == [{officer("B")}]
    homeless = new_state()
    homeless.keys.put("officer", people.officer("A").seed)
    keep_roots(homeless, [council.first])
    keep_proposal(homeless, proposed)
    with pytest.raises(SignHereError):
        countersign(homeless, root_hash(proposed.body))


def test_what_was_signed_is_not_signed_again() -> None:
    council = Council.of("A", "B", threshold=2, policy=Policy(handler_officers=1))
    state = council.state("A")
    council.hear(state, council.admission("A", "A"))
    two = Policy(handler_officers=2)
    made = council.propose(state, lambda root: replace(root, policy=two))
    assert (made.have, made.needed, made.in_force) == (1, 2, False)
    kept, said, counted = proposals(state), statements(state), changes(state)
    assert countersign(state, made.hash).have == 1
    assert (proposals(state), statements(state), changes(state)) == (kept, said, counted)


def test_who_signs_a_change_signs_what_would_stop_to_hold() -> None:
    council = Council.of("A", "B", "C", threshold=2)
    state = council.state("A")
    council.hear(state, council.admission("C", "C"), council.admission("H", "A", slot=1))
    council.propose(state, without(people.device("C")))
    assert {frozenset(entry.signatures) for entry in statements(state)} == {
        frozenset({officer("A"), officer("C")}),
        frozenset({officer("A")}),
    }


# --- the promise ------------------------------------------------------------------------------------------


def refused(council: Council, state: State, name: str) -> bool:
    try:
        council.propose(state, named(name))
    except RootSignedError:
        return True
    return False


def test_a_second_body_for_a_version_is_signed_after_a_week_and_not_before() -> None:
    council = Council.of("A", "B", threshold=2)
    state = council.state("A")
    council.propose(state, named("One"))
    assert PROMISE_S == 7 * DAY
    for moved in (0, PROMISE_S - 1, -PROMISE_S + 1):
        council.clock.now = people.NOW + moved
        assert refused(council, state, "Two")
    council.clock.now = people.NOW + PROMISE_S
    assert not refused(council, state, "Two")
    assert len(state.place("root-signed")) == 2


def test_signing_the_same_again_makes_the_promise_no_longer() -> None:
    council = Council.of("A", "B", threshold=2)
    state = council.state("A")
    digest = council.propose(state, named("One")).hash
    council.clock.now += PROMISE_S - DAY
    countersign(state, digest)
    assert [entry[2] for entry in state.place("root-signed")] == [people.NOW]
    council.clock.now += DAY
    countersign(state, digest)
    assert [entry[2] for entry in state.place("root-signed")] == [people.NOW + PROMISE_S], "and is kept once"


def test_a_promise_is_for_one_version_and_is_kept_for_eight_more() -> None:
    council = Council.of("A")
    state = council.state("A")
    for number in range(2, 13):
        assert not refused(council, state, f"Version {number}")
        assert council.newest(state).version == number
    assert [entry[0] for entry in state.place("root-signed")] == list(range(4, 13))


# --- changes with the same bytes everywhere ---------------------------------------------------------------


def test_a_root_is_renewed_before_it_ends_and_not_earlier() -> None:
    root = Council.of("A").root
    assert RENEW_S == 120 * DAY
    assert renewed(root, now=root.expires_at - RENEW_S - 1) is None
    for late, years in ((0, 1), (RENEW_S, 1), (366 * DAY, 2)):
        change = renewed(root, now=root.expires_at - RENEW_S + late)
        assert change is not None
        assert change(root).expires_at == root.expires_at + years * 365 * DAY
        assert change(root).version == 2


def test_a_device_that_goes_leaves_nothing_of_it_and_no_more_needed_than_there_are() -> None:
    council = Council.of("A", "B", "C", threshold=3, policy=Policy(handler_officers=3))
    made = without(people.device("C"))(council.root)
    assert [one.device for one in made.officers] == [people.device("A"), people.device("B")]
    assert made.publishers == tuple(right(name) for name in "AB")
    assert (made.threshold, made.policy.handler_officers, made.version) == (2, 2, 2)
    assert without(people.device("H"))(council.root) == replace(council.root, version=2)
    with pytest.raises(LastOfficerError):
        without(people.device("A"))(Council.of("A").root)


def test_rights_are_an_officers_or_a_publishers() -> None:
    root = Council.of("A", publishers=(right("P"),)).root
    assert [has_rights(root, people.device(name)) for name in "APX"] == [True, True, False]


# --- what a device does by itself -------------------------------------------------------------------------


def maintained(council: Council, state: State, *gone: str) -> bool:
    return maintain_root(state, org=council.org, revoked=[people.device(name) for name in gone])


def test_a_mere_right_to_publish_goes_by_itself_and_before_what_must_wait() -> None:
    council = Council.of("A", "B", threshold=2, publishers=(right("A"), right("H")))
    state = council.state("A")
    council.hear(state, council.revocation("B", "A"), council.revocation("H", "B"))
    assert not maintained(council, state, "B", "H")
    (waits,) = proposals(state)
    assert Root.decode(waits.body).publishers == (right("A"),)
    assert len(Root.decode(waits.body).officers) == 2


def test_a_device_without_rights_changes_no_root() -> None:
    council = Council.of("A")
    state = council.state("A")
    council.hear(state, council.revocation("H", "A"))
    assert not maintained(council, state, "H")
    assert roots(state) == [council.first]
    assert proposals(state) == []


def test_who_is_no_officer_signs_nothing_and_puts_in_force_what_others_signed() -> None:
    council = Council.of("A", "B")
    for state in (council.state("stranger"), council.state("stranger", officer=False)):
        assert not maintained(council, state, "B")
        assert proposals(state) == []
        keep_proposal(state, council.after("A", name="New"))
        assert maintained(council, state, "B")
        assert council.newest(state).name == "New"


def test_an_officers_device_puts_in_force_what_others_signed_before_it_adds_anything() -> None:
    council = Council.of("A", "B", "C", threshold=2)
    state = council.state("A")
    keep_proposal(state, council.after("B", "C", name="New"))
    assert maintained(council, state)
    assert council.newest(state).name == "New"
    assert not maintained(council, state)


def test_an_officer_is_signed_away_by_who_revoked_it_only() -> None:
    council = Council.of("A", "B", "C", threshold=2)
    for by, signed in (("A", [{officer("A")}]), ("B", [])):
        state = council.state("A")
        council.hear(state, council.revocation("C", by))
        assert not maintained(council, state, "C")
        assert signers(state) == signed


def test_where_one_signature_is_enough_a_revoked_officer_goes_at_once() -> None:
    council = Council.of("A", "B", "C")
    state = council.state("A")
    council.hear(state, council.revocation("C", "B"))
    assert maintained(council, state, "C")
    assert [one.device for one in council.newest(state).officers] == [people.device(name) for name in "AB"]


def test_no_device_signs_itself_away() -> None:
    council = Council.of("A", "B")
    state = council.state("A")
    council.hear(state, council.revocation("A", "B"))
    assert not maintained(council, state, "A")
    assert roots(state) == [council.first]
    assert proposals(state) == []


def test_nobody_is_signed_away_where_that_would_bring_another_back() -> None:
    council = Council.of("A", "B", "C", threshold=2)
    state = council.state("A")
    council.hear(state, council.revocation("B", "C"), council.revocation("C", "A"))
    assert not maintained(council, state, "C")
    assert proposals(state) == []
    council.hear(state, council.revocation("B", "A"))
    assert not maintained(council, state, "C")
    assert signers(state) == [{officer("A")}]


def test_what_this_device_signed_already_it_does_not_sign_again_after_a_week() -> None:
    council = Council.of("A", "B", "C", threshold=3)
    state = council.state("A")
    council.hear(state, council.revocation("C", "A"))
    proposed = without(people.device("C"))(council.root)
    theirs = replace(proposed, previous=root_hash(council.first.body), name="Theirs")
    keep_proposal(state, theirs.sign([people.officer("B")]))
    assert not maintained(council, state, "C")
    assert sorted(map(len, signers(state))) == [1, 1], "another officer's change is not this one's"
    promised = state.place("root-signed")
    council.clock.now += PROMISE_S + 1
    assert not maintained(council, state, "C")
    assert state.place("root-signed") == promised
    assert not refused(council, state, "Other"), "so that it is bound no longer"


def test_a_root_that_ends_soon_is_renewed_by_itself() -> None:
    council = Council.of("A")
    state = council.state("A")
    council.clock.now = float(council.root.expires_at - RENEW_S)
    assert maintained(council, state)
    assert council.newest(state).expires_at == council.root.expires_at + 365 * DAY
    assert not maintained(council, state)


def test_a_last_officer_that_was_revoked_and_an_open_promise_hinder_nothing() -> None:
    council = Council.of("A", "B", threshold=2)
    state = council.state("A")
    council.propose(state, named("Other"))
    council.hear(state, council.revocation("B", "A"))
    assert not maintained(council, state, "B")
    assert [Root.decode(entry.body).name for entry in proposals(state)] == ["Other"]


# --- when another change was published first --------------------------------------------------------------


def test_what_led_to_ones_own_root_is_made_again_entry_by_entry() -> None:
    one, two, three, four = (Desk(DeskId(bytes([n]) * 8), f"desk {n}") for n in range(4))
    base = replace(Council.of("A").root, desks=(one, two))
    mine = replace(base, name="Mine", threshold=1, desks=(two, three, four))
    theirs = replace(
        base, version=2, name="Theirs", policy=Policy(handler_officers=1), desks=(one, two, four)
    )
    assert changed_again(base, mine, theirs).desks == (two, four, three)
    assert changed_again(base, mine, theirs).name == "Theirs", "both changed it: what was published counts"
    assert changed_again(base, mine, replace(theirs, name=base.name)).name == "Mine"
    assert changed_again(base, base, theirs) == theirs
    assert changed_again(base, base, replace(theirs, desks=(one,))).desks == (one,), "not brought back"
    assert changed_again(base, replace(base, desks=(one,)), theirs).desks == (one, four)


def test_only_the_officer_who_signed_what_was_overtaken_proposes_it_again() -> None:
    council = Council.of("A", "B")
    mine = council.after("A", publishers=(right("A"),))
    for name, again in (("A", True), ("B", False)):
        state = council.state(name)
        keep_roots(state, [council.first, council.after("B", name="Theirs")])
        assert propose_again(state, [mine], base=council.root, org=council.org) is again
        assert (council.newest(state).publishers == (right("A"),)) is again
        assert council.newest(state).name == "Theirs"
    state = council.state("A", officer=False)
    keep_roots(state, [council.first, council.after("B", name="Theirs")])
    assert not propose_again(state, [mine], base=council.root, org=council.org)


def test_what_is_in_force_already_or_cannot_be_signed_is_not_proposed_again() -> None:
    council = Council.of("A", "B", threshold=2)
    state = council.state("A")
    keep_roots(state, [council.first, council.after("A", "B", name="Theirs")])
    mine = council.after("A", name="Mine")
    assert not propose_again(state, [mine], base=council.root, org=council.org), "nothing is left of it"
    assert open_proposals(state, org=council.org) == []
    council.propose(state, named("Promised"))
    other = council.after("A", publishers=(right("A"),))
    assert not propose_again(state, [other], base=council.root, org=council.org)
    assert len(open_proposals(state, org=council.org)) == 1
