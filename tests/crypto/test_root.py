from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import decode, encode
from crypto.errors import EncodingError, RootRefusedError
from crypto.ids import DeskId, OrganisationId
from crypto.root import Desk, Officer, Policy, PublishRight, Root, root_hash, verify_chain
from crypto.signed import Countersigned
from tests.crypto.people import (
    DESK,
    NOW,
    ORG,
    OTHER_ORG,
    device,
    first_root,
    flips,
    identity,
    next_root,
    officer,
    pair,
    seed,
    signed_root,
)

FIRST = first_root()


def an_officer(name: str) -> Officer:
    return Officer(officer(name).public, pair(name + "-kem").sealing_key.public, device(name))


def refused(*chain: Countersigned, org: OrganisationId = ORG) -> None:
    with pytest.raises(RootRefusedError):
        verify_chain(list(chain), org=org)


def test_a_root_comes_back() -> None:
    assert Root.decode(FIRST.encode()) == FIRST
    assert verify_chain([signed_root()], org=ORG) == FIRST


def test_a_chain_is_followed_through_a_change_of_officers() -> None:
    second = next_root(FIRST, officers=(an_officer("second"), an_officer("third")), threshold=2)
    third = next_root(second, name="New name")
    chain = [signed_root(), second.sign([officer()]), third.sign([officer("second"), officer("third")])]
    assert verify_chain(chain, org=ORG) == third
    assert verify_chain(chain[:2], org=ORG) == second


def test_the_new_officers_cannot_sign_themselves_in() -> None:
    second = next_root(FIRST, officers=(an_officer("second"),))
    refused(signed_root(), second.sign([officer("second")]))


def test_the_removed_officer_signs_nothing_more() -> None:
    second = next_root(FIRST, officers=(an_officer("second"),))
    third = next_root(second)
    refused(signed_root(), second.sign([officer()]), third.sign([officer()]))


def test_a_later_root_needs_the_threshold_of_the_one_before() -> None:
    two = first_root(("officer", "second"), 2)
    org = OrganisationId(root_hash(two.encode()))
    chain = [two.sign([officer(), officer("second")])]
    assert verify_chain(chain, org=org) == two
    lower = next_root(two, threshold=1)
    refused(*chain, lower.sign([officer()]), org=org)
    assert verify_chain([*chain, lower.sign([officer(), officer("second")])], org=org) == lower


def test_the_first_root_needs_its_own_threshold() -> None:
    two = first_root(("officer", "second"), 2)
    org = OrganisationId(root_hash(two.encode()))
    refused(two.sign([officer()]), org=org)
    refused(two.sign([]), org=org)


def test_every_break_of_the_chain_is_refused() -> None:
    second = next_root(FIRST)
    third = next_root(second)
    one, two, three = signed_root(), second.sign([officer()]), third.sign([officer()])
    refused()
    refused(one, org=OTHER_ORG)
    refused(two)
    refused(two, three)
    refused(one, three)
    refused(two, one)
    refused(one, two, two)
    refused(one, replace(second, previous=seed("another")).sign([officer()]))
    refused(one, replace(second, version=3).sign([officer()]))
    refused(one, Countersigned(third.encode(), two.signatures))
    refused(Countersigned.make(FIRST.encode(), label="kantha/v1/roster", by=[officer()]))


def test_another_organisation_with_the_same_name_is_another_organisation() -> None:
    twin = replace(FIRST, issued_at=NOW + 1)
    refused(twin.sign([officer()]))


def test_a_change_of_any_sampled_bit_of_a_root_is_refused() -> None:
    signed = signed_root()
    for body in flips(signed.body, sampled=150):
        refused(Countersigned(body, signed.signatures))


def changed(**fields: Any) -> bytes:
    value = decode(FIRST.encode())
    return encode({**value, **{int(key[1:]): entry for key, entry in fields.items()}})


POLICY = Policy().to_wire()


@pytest.mark.parametrize(
    ("why", "body"),
    [
        ("version 0", changed(_1=0)),
        ("version 1 with a version before", changed(_2=bytes(32))),
        ("version 2 without one", changed(_1=2)),
        ("threshold 0", changed(_4=0)),
        ("threshold above the officers", changed(_4=2)),
        ("no officer", changed(_5=[])),
        ("an officer twice", changed(_5=decode(FIRST.encode())[5] * 2, _4=2)),
        ("an officer's key too short", changed(_5=[[bytes(1_983), bytes(1_216)]])),
        ("no desk", changed(_6=[])),
        ("a desk twice", changed(_6=[[DESK, "a"], [DESK, "b"]])),
        ("a name twice", changed(_6=[[DESK, "a"], [b"desk-two", "a"]])),
        ("a desk without name", changed(_6=[[DESK, ""]])),
        ("17 desks", changed(_6=[[bytes([n]) * 8, str(n)] for n in range(17)])),
        ("a publisher under another id", changed(_7=[[device("phone"), identity("publisher").public]])),
        ("a policy too short", changed(_8=POLICY[:-1])),
        ("a policy too long", changed(_8=[*POLICY, 0])),
        ("5 deposits a session", changed(_8=[5, *POLICY[1:]])),
        ("a key window under the offline time", changed(_8=[*POLICY[:2], 45, *POLICY[3:]])),
        ("no day ahead", changed(_8=[*POLICY[:4], 0, *POLICY[5:]])),
        ("more tokens than a relay takes", changed(_8=[*POLICY[:6], 512, 1_024])),
        ("a negative number", changed(_8=[4, -1, *POLICY[2:]])),
        ("a pool of 15 bytes", changed(_9=bytes(15))),
        ("a name of 201 letters", changed(_3="a" * 201)),
        ("an extra field", changed(_12=0)),
        ("no map", encode([1])),
    ],
)
def test_a_malformed_root_is_refused_even_if_an_officer_signs_it(why: str, body: bytes) -> None:
    with pytest.raises(EncodingError):
        Root.decode(body)
    signed = Countersigned.make(body, label="kantha/v1/root", by=[officer()])
    refused(signed, org=OrganisationId(root_hash(body)))


def test_the_largest_token_set_of_a_policy_fits_what_a_relay_takes() -> None:
    assert Policy.from_wire([*POLICY[:6], 496, 1_024]).token_slots == 496


def test_the_right_to_publish_is_a_devices_and_nobody_elses() -> None:
    assert FIRST.publisher(device("publisher")) == identity("publisher").public
    with pytest.raises(RootRefusedError):
        FIRST.publisher(device("handler"))
    assert FIRST.desk_named("main") == Desk(DeskId(DESK), "main")
    assert FIRST.desk_named("Main") is None
    assert PublishRight(device("publisher"), identity("publisher").public) in FIRST.publishers


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_with_an_encoding_error(data: bytes) -> None:
    with pytest.raises(EncodingError):
        Root.decode(data)
