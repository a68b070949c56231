from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import decode, encode
from crypto.errors import EncodingError, RootRefusedError
from crypto.ids import DeskId, OrganisationId
from crypto.root import (
    YEAR_SECONDS,
    Desk,
    Officer,
    Policy,
    PublishRight,
    Root,
    former_officers,
    root_hash,
    verify_chain,
)
from crypto.root import next_root as make_next
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


def refused(*chain: Countersigned, org: OrganisationId = ORG, anchors: tuple[bytes, ...] = ()) -> None:
    with pytest.raises(RootRefusedError):
        verify_chain(list(chain), org=org, anchors=anchors)


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


# --- a chain that begins late -------------------------------------------------------------------------------

SECOND = next_root(FIRST, officers=(an_officer("second"), an_officer("third")), threshold=2)
THIRD = next_root(SECOND, name="third")
FOURTH = next_root(THIRD, name="fourth")
BOTH = [officer("second"), officer("third")]
CHAIN = [signed_root(), SECOND.sign([officer()]), THIRD.sign(BOTH), FOURTH.sign(BOTH)]
HASHES = [root_hash(signed.body) for signed in CHAIN]


def test_a_late_chain_holds_from_any_root_that_is_known() -> None:
    for start in (1, 2, 3):
        for known in range(start, 4):
            assert verify_chain(CHAIN[start:], org=ORG, anchors=[HASHES[known]]) == FOURTH
    assert verify_chain(CHAIN, org=ORG, anchors=[seed("another")]) == FOURTH


def test_a_late_chain_without_a_known_root_is_never_accepted() -> None:
    for start in (1, 2, 3):
        refused(*CHAIN[start:])
        refused(*CHAIN[start:], anchors=(ORG, seed("another"), b"", *HASHES[:start]))


def test_somebody_elses_late_chain_is_refused_whatever_it_says_of_itself() -> None:
    """A publisher that was an officer once makes officers of its own and begins the chain with them."""
    own = replace(FOURTH, officers=(an_officer("stranger"),), threshold=1)
    forged = own.sign([officer("stranger")])
    follows = next_root(own).sign([officer("stranger")])
    refused(forged, follows)
    refused(forged, follows, anchors=(HASHES[3],))
    into = replace(FOURTH, previous=root_hash(replace(THIRD, officers=own.officers).encode()))
    before = replace(THIRD, officers=own.officers, threshold=1).sign([officer("stranger")])
    refused(before, into.sign([officer("stranger")]), anchors=(HASHES[3],))
    refused(before, CHAIN[3], anchors=(HASHES[3],))


def test_what_stands_before_the_known_root_changes_nothing_and_must_be_its_own_past() -> None:
    assert verify_chain(CHAIN[2:], org=ORG, anchors=[HASHES[3]]) == verify_chain(
        CHAIN[3:], org=ORG, anchors=[HASHES[3]]
    )
    fork = next_root(FIRST, name="fork").sign([officer()])
    refused(fork, CHAIN[2], CHAIN[3], anchors=(HASHES[3],))
    refused(CHAIN[1], CHAIN[3], anchors=(HASHES[3],))


def test_who_signed_the_first_of_a_late_chain_is_not_asked_but_every_later_one_is() -> None:
    assert verify_chain([Countersigned(FOURTH.encode(), {})], org=ORG, anchors=[HASHES[3]]) == FOURTH
    refused(CHAIN[2], FOURTH.sign(BOTH[:1]), anchors=(HASHES[2],))
    refused(CHAIN[1], THIRD.sign(BOTH[:1]), CHAIN[3], anchors=(HASHES[1],))
    refused(CHAIN[1], Countersigned(THIRD.encode(), {}), CHAIN[3], anchors=(HASHES[3],))


def test_a_known_root_does_not_make_another_first_version() -> None:
    twin = replace(FIRST, issued_at=NOW + 1)
    refused(twin.sign([officer()]), anchors=(root_hash(twin.encode()),))


def test_every_officer_that_there_ever_was_is_known() -> None:
    names = ("officer", "second", "third")
    assert set(former_officers(CHAIN).values()) == {officer(name).public for name in names}


# --- making the next one ------------------------------------------------------------------------------------


def test_the_next_root_follows_and_lives_a_year() -> None:
    made = make_next(FIRST, body=FIRST.encode(), now=NOW + 9, name="New name")
    assert (made.version, made.previous, made.name) == (2, root_hash(FIRST.encode()), "New name")
    assert (made.issued_at, made.expires_at) == (NOW + 9, NOW + 9 + YEAR_SECONDS)
    assert verify_chain([signed_root(), made.sign([officer()])], org=ORG) == made
    assert make_next(FIRST, body=FIRST.encode(), now=NOW, expires_at=NOW + 5).expires_at == NOW + 5
    assert make_next(FIRST, body=FIRST.encode(), now=NOW, version=7, previous=b"").version == 2


def test_a_next_root_that_nobody_would_accept_is_not_made() -> None:
    for bad in (
        {"threshold": 2},
        {"officers": ()},
        {"desks": ()},
        {"policy": Policy(handler_officers=2)},
        {"officers": (an_officer("second"), replace(an_officer("third"), device=device("second")))},
    ):
        with pytest.raises(EncodingError):
            make_next(FIRST, body=FIRST.encode(), now=NOW, **bad)
    with pytest.raises(ValueError, match="another root"):
        make_next(FIRST, body=SECOND.encode(), now=NOW)


def changed(**fields: Any) -> bytes:
    value = decode(FIRST.encode())
    return encode({**value, **{int(key[1:]): entry for key, entry in fields.items()}})


POLICY = Policy().to_wire()
KEM = pair("officer-kem").sealing_key.public


def two_officers(**same: bytes) -> bytes:
    """A root whose two officers share a part."""
    one = {"public": officer().public, "kem": KEM, "device": b"1" * 16}
    two = {"public": officer("second").public, "kem": pair("x").sealing_key.public, "device": b"2" * 16}
    return changed(_5=[list(one.values()), list({**two, **same}.values())])


def test_two_different_officers_are_well_formed() -> None:
    assert len(Root.decode(two_officers()).officers) == 2


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
        ("an officer's key too short", changed(_5=[[bytes(1_983), KEM, bytes(16)]])),
        ("an officer without device", changed(_5=[[officer().public, KEM]])),
        ("a device's id too short", changed(_5=[[officer().public, KEM, bytes(15)]])),
        ("a KEM key of low order", changed(_5=[[officer().public, KEM[:1_184] + bytes(32), bytes(16)]])),
        ("two officers, one device", two_officers(device=b"1" * 16)),
        ("two officers, one KEM key", two_officers(kem=KEM)),
        ("two officers, one key", two_officers(public=officer().public)),
        ("no desk", changed(_6=[])),
        ("a desk twice", changed(_6=[[DESK, "a"], [DESK, "b"]])),
        ("a name twice", changed(_6=[[DESK, "a"], [b"desk-two", "a"]])),
        ("a desk without name", changed(_6=[[DESK, ""]])),
        ("17 desks", changed(_6=[[bytes([n]) * 8, str(n)] for n in range(17)])),
        ("a publisher under another id", changed(_7=[[device("phone"), identity("publisher").public]])),
        ("a policy too short", changed(_8=POLICY[:-1])),
        ("a window shorter than the keys", changed(_8=[*POLICY[:8], 43])),
        ("a window of 401 days", changed(_8=[*POLICY[:8], 401])),
        ("a handler needs more officers than there are", changed(_8=[*POLICY[:5], 2, *POLICY[6:]])),
        ("a policy too long", changed(_8=[*POLICY, 0])),
        ("5 deposits a session", changed(_8=[5, *POLICY[1:]])),
        ("a key window under the offline time", changed(_8=[*POLICY[:2], 45, *POLICY[3:]])),
        ("no day ahead", changed(_8=[*POLICY[:4], 0, *POLICY[5:]])),
        ("more tokens than a relay takes", changed(_8=[*POLICY[:6], 512, 1_024, 120])),
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
    assert Policy.from_wire([*POLICY[:6], 496, 1_024, 120]).token_slots == 496


def test_a_window_is_as_long_as_the_keys_or_up_to_400_days() -> None:
    for days in (44, 120, 400):
        assert Policy.from_wire([*POLICY[:8], days]).window_days == days


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
