from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import RootRefusedError
from crypto.proposals import MAX_OF_ONE_OFFICER, UntrustedProposal, read_proposal, read_proposals
from crypto.root import LABEL, Root, root_hash
from crypto.signed import Countersigned
from tests.crypto.people import first_root, flips, next_root, officer, seed

ROOT = first_root(("officer", "second", "third"), 2)
NEXT = next_root(ROOT, name="New name")


def proposal(*names: str, root: Root = NEXT) -> Countersigned:
    return root.sign([officer(name) for name in names])


def read(signed: Countersigned) -> UntrustedProposal:
    return read_proposal(signed, root=ROOT)


def test_one_officer_proposes_and_two_bring_it_into_force() -> None:
    one, both = read(proposal("officer")), read(proposal("officer", "third"))
    assert (len(one.have), one.needed, one.in_force) == (1, 2, False)
    assert (len(both.have), both.in_force) == (2, True)
    assert one.hash == both.hash == root_hash(NEXT.encode())
    assert one.root == NEXT


def test_what_does_not_follow_the_newest_root_is_no_proposal() -> None:
    for other in (
        replace(NEXT, previous=seed("another")),
        replace(NEXT, version=3),
        next_root(NEXT),
        ROOT,
    ):
        with pytest.raises(RootRefusedError):
            read(proposal("officer", "second", root=other))


def test_what_no_officer_of_the_newest_root_signed_is_no_proposal() -> None:
    """Those who would become officers by it have no say in it."""
    taking_over = next_root(ROOT, officers=first_root(("stranger",)).officers, threshold=1)
    for signed in (
        proposal(),
        proposal("stranger", root=taking_over),
        Countersigned.make(NEXT.encode(), label="kantha/v1/roster", by=[officer()]),
        Countersigned(NEXT.encode(), proposal("officer", root=next_root(ROOT)).signatures),
    ):
        with pytest.raises(RootRefusedError):
            read(signed)


def test_strangers_add_nothing_and_are_not_carried_on() -> None:
    found = read(proposal("officer", "stranger", "other"))
    assert (len(found.have), found.in_force) == (1, False)
    assert found.signed.signatures.keys() == found.have


def test_signatures_of_one_body_are_united_in_any_order() -> None:
    parts = [proposal("officer"), proposal("second"), proposal("officer", "stranger"), proposal("third")]
    found = [read_proposals(order, root=ROOT) for order in itertools.permutations(parts)]
    assert all(one == found[0] for one in found)
    (only,) = found[0].values()
    assert (len(only.have), only.in_force) == (3, True)


def test_what_is_no_proposal_is_left_out_and_hinders_nobody() -> None:
    rubbish = Countersigned(b"\xff", {})
    old = proposal("officer", root=replace(NEXT, previous=seed("another")))
    assert read_proposals([rubbish, old, proposal(), proposal("second")], root=ROOT).keys() == {
        root_hash(NEXT.encode())
    }


def test_one_officer_cannot_fill_the_directory_nor_push_out_anothers() -> None:
    flood = [proposal("officer", root=replace(NEXT, issued_at=n)) for n in range(12)]
    other = [proposal("second", root=replace(NEXT, issued_at=100 + n)) for n in range(MAX_OF_ONE_OFFICER)]
    joint = proposal("officer", "second", root=replace(NEXT, name="joint"))
    forth = read_proposals([*flood, joint, *other], root=ROOT)
    assert forth == read_proposals([*other, joint, *flood[::-1]], root=ROOT)
    assert root_hash(joint.body) in forth
    assert len(forth) <= 2 * MAX_OF_ONE_OFFICER
    own = read_proposals([*flood, *other], root=ROOT)
    assert {root_hash(signed.body) for signed in other} <= own.keys()
    assert len(own) == 2 * MAX_OF_ONE_OFFICER


def test_a_proposal_stays_while_one_of_its_signers_has_room() -> None:
    pairs = [
        proposal("officer", "second", root=replace(NEXT, issued_at=n)) for n in range(MAX_OF_ONE_OFFICER)
    ]
    other = proposal("officer", "third", root=replace(NEXT, name="other"))
    assert len(read_proposals([*pairs, other], root=ROOT)) == MAX_OF_ONE_OFFICER + 1


def test_a_change_of_any_sampled_bit_is_refused() -> None:
    signed = proposal("officer")
    for body in flips(signed.body, sampled=150):
        with pytest.raises(RootRefusedError):
            read(Countersigned(body, signed.signatures))


@given(st.binary(max_size=150))
def test_any_bytes_are_refused_with_the_documented_error(body: bytes) -> None:
    with pytest.raises(RootRefusedError):
        read(Countersigned.make(body, label=LABEL, by=[officer()]))
