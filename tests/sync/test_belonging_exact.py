"""What is taken over of statements, roots and proposals, and what is not: each condition by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from crypto.errors import RootRefusedError
from crypto.ids import OfficerId
from crypto.primitives import sha256
from crypto.root import Policy, Root, root_hash
from crypto.signed import Countersigned
from sync.belonging import (
    changes,
    follows,
    keep_proposal,
    keep_roots,
    keep_statement,
    lapsing,
    missing_for,
    newest_root,
    officer_key,
    own_officer,
    proposals,
    roots,
    roots_for_phones,
    roster,
    settle,
    statements,
    take_roots,
    take_statements,
)
from sync.errors import SignHereError
from sync.state import State
from tests.crypto import people
from tests.sync.council import Council, officer
from tests.sync.stores import new_state

DAY = 86_400


def without_meaning(signed: Countersigned, *by: str) -> Countersigned:
    """The same body with signatures of these officers that hold for nothing."""
    size = len(next(iter(signed.signatures.values())))
    return Countersigned(signed.body, {**signed.signatures, **{officer(name): bytes(size) for name in by}})


def signers(state: State) -> list[set[OfficerId]]:
    return [set(entry.signatures) for entry in statements(state)]


def test_the_officers_key_of_this_device_is_named_and_used_only_where_one_is() -> None:
    council = Council.of("A")
    assert officer_key(council.state("A")).public == people.officer("A").public
    assert own_officer(council.state("A")) == officer("A")
    stranger = council.state("A", officer=False)
    assert own_officer(stranger) is None
    with pytest.raises(SignHereError):
        officer_key(stranger)


# --- statements -----------------------------------------------------------------------------------------


def test_a_statement_is_counted_as_changed_only_when_a_signature_is_new() -> None:
    council = Council.of("A", "B")
    state, gone = council.state("A"), council.revocation("X", "A")
    counts = []
    for signed in (gone, gone, council.revocation("X", "B"), gone):
        keep_statement(state, signed)
        counts.append(changes(state))
    assert counts == [1, 1, 2, 2]
    assert signers(state) == [{officer("A"), officer("B")}]


def taken(council: Council, state: State, *found: Countersigned) -> bool:
    known: Mapping[OfficerId, bytes] = council.root.officer_publics()
    return take_statements(state, found, officers=known)


def test_of_what_comes_from_outside_only_true_signatures_are_kept_and_news() -> None:
    council = Council.of("A", "B")
    state, gone = council.state("A"), council.revocation("X", "A")
    assert not taken(council, state, Countersigned(gone.body, {}))
    assert statements(state) == [], "nobody signed it"
    assert not taken(council, state, without_meaning(gone, "A", "B"))
    assert statements(state) == [], "signatures that hold for nothing"
    assert taken(council, state, gone)
    assert not taken(council, state, gone)
    assert not taken(council, state, without_meaning(gone, "B")), "one more that does not hold is no news"
    assert signers(state) == [{officer("A")}]
    assert taken(council, state, council.revocation("X", "B")), "a second officer's is"
    assert signers(state) == [{officer("A"), officer("B")}]
    assert changes(state) == 2


def test_settling_drops_what_the_roster_leaves_out_and_nothing_else() -> None:
    council = Council.of("A")
    state, kept = council.state("A"), council.admission("A", "A")
    council.hear(state, kept, council.revocation("X", "stranger"))
    assert not settle(state, org=council.org)
    assert [entry.body for entry in statements(state)] == [kept.body]


def test_what_an_officer_revoked_who_has_gone_since_stays_revoked() -> None:
    council = Council.of("A", "B")
    state = council.state("A")
    council.hear(state, council.admission("H", "A"), council.revocation("H", "B"))
    keep_roots(state, [council.first, council.after("A", officers=council.root.officers[:1])])
    known = roster(state, root=council.newest(state), org=council.org)
    assert not known.members[people.device("H")].active


# --- the chain of roots ---------------------------------------------------------------------------------


def chain_of(council: Council, *names: str) -> list[Countersigned]:
    """The first root and one version more for each name."""
    state = council.state("A")
    for name in names:
        keep_roots(state, [*roots(state), council.after("A", state=state, name=name)])
    return roots(state)


def test_the_same_chain_again_overtakes_nothing_and_changes_nothing() -> None:
    council = Council.of("A")
    chain = chain_of(council, "Two", "Three")
    state = council.state("A")
    assert take_roots(state, chain) == []
    assert take_roots(state, chain) == []
    assert roots(state) == chain


@pytest.mark.parametrize("first", [0, 1, 2])
@pytest.mark.parametrize("last", [2, 3])
def test_parts_of_a_chain_that_is_known_take_nothing_away(first: int, last: int) -> None:
    council = Council.of("A")
    chain = chain_of(council, "Two", "Three")
    state = council.state("A")
    keep_roots(state, chain)
    if first < last:
        assert take_roots(state, chain[first:last]) == []
    assert roots(state) == chain


def test_only_versions_from_the_first_that_differs_on_are_overtaken() -> None:
    council = Council.of("A")
    mine, theirs = chain_of(council, "Two", "Mine", "Mine too"), chain_of(council, "Two", "Theirs")
    state = council.state("A")
    keep_roots(state, mine)
    assert take_roots(state, theirs) == mine[2:]
    assert roots(state) == theirs, "nothing of another line stands above it"


def test_versions_that_never_came_here_leave_no_chain_with_a_gap() -> None:
    council = Council.of("A")
    chain = chain_of(council, "Two", "Three", "Four")
    state = council.state("A")
    assert take_roots(state, chain[2:]) == []
    assert roots(state) == chain[2:], "version two is missing between"
    assert take_roots(state, chain[1:3]) == []
    assert roots(state) == chain[1:]


def test_a_chain_that_begins_late_needs_a_root_that_was_pinned_or_seen() -> None:
    council = Council.of("A")
    chain = chain_of(council, "Two", "Three")
    late = new_state(council.clock)
    keep_roots(late, chain[1:])
    with pytest.raises(RootRefusedError):
        newest_root(late, org=council.org)
    late.set_place("root-pinned", root_hash(chain[1].body))
    assert newest_root(late, org=council.org).name == "Three"
    late.set_place("root-pinned", None)
    late.set_place("directory-seen", [1, bytes(32), 3, root_hash(chain[2].body)])
    assert newest_root(late, org=council.org).name == "Three"


def test_phones_get_the_versions_that_were_not_replaced_long_ago() -> None:
    council = Council.of("A")
    chain = chain_of(council, "Two", "Three")
    state = council.state("A")
    for known in range(1, 4):
        keep_roots(state, chain[:known])
        council.clock.now += 10 * DAY
    found = [roots_for_phones(state, keep_s=days * DAY, most=64) for days in (5, 15, 25)]
    assert found == [chain[2:], chain[1:], chain]
    edge = [roots_for_phones(state, keep_s=10 * DAY - less, most=64) for less in (0, 1)]
    assert edge == [chain[1:], chain[2:]]
    assert roots_for_phones(state, keep_s=25 * DAY, most=2) == chain[1:]


# --- proposals ------------------------------------------------------------------------------------------


def test_signatures_of_a_proposal_are_united_and_only_new_ones_are_news() -> None:
    council = Council.of("A", "B", "C", threshold=3)
    state = council.state("A")
    one, other = council.after("A", name="New"), council.after("B", name="New")
    keep_proposal(state, one)
    assert not council.hand_over(state, one)
    assert council.hand_over(state, other)
    assert not council.hand_over(state, other)
    keep_proposal(state, one)
    assert [set(entry.signatures) for entry in proposals(state)] == [{officer("A"), officer("B")}]


def test_what_follows_the_newest_root_is_the_next_version_with_its_hash() -> None:
    council = Council.of("A")
    root, digest = council.root, root_hash(council.first.body)
    for changes_, yes in (({}, True), ({"version": 3}, False), ({"previous": bytes(32)}, False)):
        made = council.after("A", **changes_)
        assert follows(made, root=root, digest=digest) is yes
    assert not follows(Countersigned(b"no root", {}), root=root, digest=digest)


def test_only_what_follows_and_is_signed_by_enough_comes_into_force() -> None:
    council = Council.of("A", "B", threshold=2)
    state = council.state("A")
    waits = council.after("A", name="Waits")
    for signed in (council.after("A", "B", previous=bytes(32)), council.after("A", "B", version=3), waits):
        keep_proposal(state, signed)
    assert not settle(state, org=council.org)
    assert roots(state) == [council.first]
    assert proposals(state) == [waits], "the others can never be in force"
    keep_proposal(state, without_meaning(waits, "B"))
    assert not settle(state, org=council.org), "a signature that does not hold is none"
    keep_proposal(state, council.after("A", "B", name="Other"))
    assert settle(state, org=council.org)
    assert council.newest(state).name == "Other"
    assert proposals(state) == []
    assert not settle(state, org=council.org)


def test_what_comes_into_force_brings_true_signatures_only() -> None:
    council = Council.of("A", "B")
    state = council.state("A")
    keep_proposal(state, without_meaning(council.after("A", name="New"), "B", "stranger"))
    assert settle(state, org=council.org)
    assert set(roots(state)[-1].signatures) == {officer("A")}


def test_where_nothing_is_known_nothing_is_settled() -> None:
    state = new_state()
    assert not settle(state, org=people.ORG)
    assert roots(state) == roots_for_phones(state, keep_s=DAY, most=64) == []


# --- what would stop to hold ----------------------------------------------------------------------------


def lost(council: Council, state: State, proposed: Countersigned) -> list[bytes]:
    root = Root.decode(proposed.body)
    return sorted(sha256(one.body) for one in lapsing(state, council.newest(state), root, org=council.org))


def hashes(*signed: Countersigned) -> list[bytes]:
    return sorted(sha256(one.body) for one in signed)


def test_what_only_an_officer_signed_who_goes_would_stop_to_hold() -> None:
    council = Council.of("A", "B", "C")
    state = council.state("A")
    alone, both = council.admission("A", "C"), council.admission("H", "A", "C", slot=1)
    thief, of_office = council.revocation("X", "C"), council.revocation("B", "C")
    council.hear(state, alone, both, thief, of_office)
    proposed = council.after("A", officers=council.root.officers[:2])
    assert lost(council, state, proposed) == hashes(alone, thief), "but nobody in office is revoked unasked"
    assert missing_for(state, proposed, root=council.root, org=council.org) == 1
    council.hear(state, council.admission("A", "A"))
    assert lost(council, state, proposed) == hashes(thief)
    assert missing_for(state, proposed, root=council.root, org=council.org) == 0, "a revocation goes on"


def test_what_waits_already_does_not_stop_to_hold() -> None:
    council = Council.of("A", "B", "C", policy=Policy(handler_officers=2))
    state = council.state("A")
    held = council.admission("A", "A", "C")
    council.hear(state, held, council.admission("H", "C", slot=1))
    assert lost(council, state, council.after("A", officers=council.root.officers[:2])) == hashes(held)


def test_a_policy_that_asks_for_more_officers_lets_handlers_lapse() -> None:
    council = Council.of("A", "B")
    state, held = council.state("A"), council.admission("A", "A")
    council.hear(state, held)
    assert lost(council, state, council.after("A", policy=Policy(handler_officers=2))) == hashes(held)


def test_a_change_of_neither_officers_nor_their_number_carries_nothing_over() -> None:
    council = Council.of("A", "B")
    state = council.state("A")
    council.hear(state, council.revocation("X", "B"))
    keep_roots(state, [council.first, council.after("A", officers=council.root.officers[:1])])
    assert lost(council, state, council.after("A", state=state, name="New")) == []
    other = replace(council.newest(state).policy, window_days=90)
    assert lost(council, state, council.after("A", state=state, policy=other)) == []
