from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import decode, encode
from crypto.errors import SignatureRefusedError
from crypto.root import Policy
from crypto.roster import (
    LABEL,
    Admission,
    Revocation,
    Role,
    Roster,
    Statement,
    places_fit,
    read_statement,
    sign_statement,
)
from crypto.signed import Countersigned
from tests.crypto.people import (
    NOW,
    ORG,
    OTHER_DESK,
    OTHER_ORG,
    admission,
    device,
    first_root,
    flips,
    identity,
    officer,
    signed_admission,
)

ROOT = first_root()
PHONE = admission("phone", Role.INTAKE)
HANDLER = admission("handler", Role.HANDLER)


def read(signed: Countersigned) -> Statement:
    return read_statement(signed, root=ROOT, org=ORG)


def roster(*signed: Countersigned) -> Roster:
    return Roster.verify(signed, root=ROOT, org=ORG)


def test_statements_come_back() -> None:
    for statement in (PHONE, HANDLER, Revocation(ORG, device("phone"), NOW)):
        assert read(sign_statement(statement, by=[officer()])) == statement


def test_only_officers_of_the_root_sign() -> None:
    for by in ([], [officer("stranger")]):
        with pytest.raises(SignatureRefusedError):
            read(sign_statement(PHONE, by=by))


def test_a_statement_of_another_organisation_or_under_another_label_is_refused() -> None:
    with pytest.raises(SignatureRefusedError):
        read(sign_statement(replace(PHONE, org=OTHER_ORG), by=[officer()]))
    with pytest.raises(SignatureRefusedError):
        read(Countersigned.make(PHONE.encode(), label="kantha/v1/root", by=[officer()]))


def test_two_officers_admit_a_handler_where_the_policy_says_so_and_one_a_phone() -> None:
    root = first_root(("officer", "second"), 1)
    strict = replace(root, policy=Policy(handler_officers=2))
    alone, both = [officer()], [officer(), officer("second")]
    assert read_statement(sign_statement(PHONE, by=alone), root=strict, org=ORG) == PHONE
    assert read_statement(sign_statement(HANDLER, by=both), root=strict, org=ORG) == HANDLER
    revocation = Revocation(ORG, HANDLER.device, NOW)
    assert read_statement(sign_statement(revocation, by=alone), root=strict, org=ORG) == revocation
    with pytest.raises(SignatureRefusedError):
        read_statement(sign_statement(HANDLER, by=alone), root=strict, org=ORG)


def test_a_change_of_any_sampled_bit_is_refused() -> None:
    signed = signed_admission("phone", Role.INTAKE)
    for body in flips(signed.body, sampled=120):
        with pytest.raises(SignatureRefusedError):
            read(Countersigned(body, signed.signatures))


def test_any_order_and_any_repetition_give_the_same_members() -> None:
    statements = [
        signed_admission("phone", Role.INTAKE),
        signed_admission("handler", Role.HANDLER),
        sign_statement(replace(PHONE, label="later", at=NOW + 5), by=[officer()]),
        sign_statement(Revocation(ORG, HANDLER.device, NOW + 9), by=[officer()]),
        sign_statement(Revocation(ORG, HANDLER.device, NOW + 2), by=[officer()]),
    ]
    expected = roster(*statements).members
    assert expected[PHONE.device].admission.label == "phone"
    assert expected[HANDLER.device].revoked_at == NOW + 2
    for order in itertools.islice(itertools.permutations(statements), 0, 120, 9):
        assert roster(*order, *order[:2]).members == expected


def test_revocation_wins_whenever_it_was_made_and_whatever_comes_after() -> None:
    early = sign_statement(Revocation(ORG, HANDLER.device, NOW - 1_000), by=[officer()])
    again = sign_statement(replace(HANDLER, at=NOW + 1_000), by=[officer()])
    found = roster(early, signed_admission("handler", Role.HANDLER), again)
    assert not found.members[HANDLER.device].active
    assert found.handlers(HANDLER.desk) == []


def test_a_revocation_of_somebody_unknown_admits_nobody() -> None:
    assert roster(sign_statement(Revocation(ORG, device("ghost"), NOW), by=[officer()])).members == {}


def test_one_bad_statement_refuses_the_whole_roster() -> None:
    with pytest.raises(SignatureRefusedError):
        roster(signed_admission("phone", Role.INTAKE), sign_statement(HANDLER, by=[officer("stranger")]))


def test_handlers_of_a_desk_come_in_the_order_of_their_slots() -> None:
    others = [
        sign_statement(admission("b", Role.HANDLER, slot=2), by=[officer()]),
        sign_statement(admission("c", Role.HANDLER, slot=1), by=[officer()]),
        sign_statement(admission("d", Role.HANDLER, slot=3, desk=OTHER_DESK), by=[officer()]),
    ]
    found = roster(*others, signed_admission("handler", Role.HANDLER), signed_admission("phone", Role.INTAKE))
    assert [entry.label for entry in found.handlers(HANDLER.desk)] == ["handler", "c", "b"]


def changed(of: Admission, **fields: Any) -> bytes:
    value = decode(of.encode())
    return encode({**value, **{int(key[1:]): entry for key, entry in fields.items()}})


@pytest.mark.parametrize(
    ("why", "body"),
    [
        ("an unknown kind", changed(PHONE, _1=3)),
        ("another device's id", changed(PHONE, _3=device("handler"))),
        ("another device's identity", changed(PHONE, _7=identity("handler").public)),
        ("an unknown role", changed(PHONE, _4=3)),
        ("a label of 61 letters", changed(PHONE, _6="a" * 61)),
        ("a phone with a slot", changed(PHONE, _9=0)),
        ("a phone without prefix", changed(PHONE, _10=None)),
        ("a prefix of two digits", changed(PHONE, _10=99)),
        ("a prefix of four digits", changed(PHONE, _10=1_000)),
        ("a handler with a prefix", changed(HANDLER, _10=207)),
        ("a handler without slot", changed(HANDLER, _9=None)),
        ("slot 32", changed(HANDLER, _9=32)),
        ("slot -1", changed(HANDLER, _9=-1)),
        ("a slot that is true", changed(HANDLER, _9=True)),
        ("a token slot beyond all", changed(PHONE, _11=2**16)),
        ("an extra field", changed(PHONE, _14=0)),
        ("a revocation with an extra field", encode({1: 2, 2: ORG, 3: device("phone"), 4: NOW, 5: 0})),
        ("no CBOR", b"\xff"),
    ],
)
def test_a_malformed_statement_is_refused_even_if_an_officer_signs_it(why: str, body: bytes) -> None:
    with pytest.raises(SignatureRefusedError):
        read(Countersigned.make(body, label=LABEL, by=[officer()]))


def test_a_place_belongs_to_a_role() -> None:
    assert places_fit(Role.HANDLER, slot=31, prefix=None)
    assert places_fit(Role.INTAKE, slot=None, prefix=999)
    assert not places_fit(Role.HANDLER, slot=32, prefix=None)
    assert not places_fit(Role.INTAKE, slot=0, prefix=100)


@given(st.binary(max_size=120))
def test_any_signed_bytes_are_refused_with_the_documented_error(body: bytes) -> None:
    with pytest.raises(SignatureRefusedError):
        read(Countersigned(body, {}))
