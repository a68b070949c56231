from __future__ import annotations

import itertools
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import decode, encode
from crypto.errors import SignatureRefusedError
from crypto.ids import officer_id
from crypto.primitives import OFFICER_SIGNATURE_BYTES, sha256
from crypto.root import Policy, Root
from crypto.roster import (
    LABEL,
    MAX_PENDING_OF_ONE_OFFICER,
    Admission,
    Reason,
    Revocation,
    Role,
    Roster,
    Statement,
    WindowClosed,
    places_fit,
    read_statement,
    sign_statement,
)
from crypto.signed import MAX_SIGNATURES, Countersigned
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


def roster(*signed: Countersigned, root: Root = ROOT, former: tuple[str, ...] = ()) -> Roster:
    gone = {officer_id(officer(name).public): officer(name).public for name in former}
    return Roster.verify(signed, root=root, org=ORG, former=gone)


def signed_by(statement: Statement, *names: str) -> Countersigned:
    return sign_statement(statement, by=[officer(name) for name in names])


def key_of(statement: Statement) -> bytes:
    return sha256(statement.encode())


def test_statements_come_back() -> None:
    for statement in (
        PHONE,
        HANDLER,
        Revocation(ORG, device("phone"), NOW),
        *(Revocation(ORG, device("phone"), NOW, reason) for reason in Reason),
        WindowClosed(ORG, device("phone"), NOW),
    ):
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
    closing = WindowClosed(ORG, HANDLER.device, NOW)
    assert read_statement(sign_statement(closing, by=alone), root=strict, org=ORG) == closing
    with pytest.raises(SignatureRefusedError):
        read_statement(sign_statement(HANDLER, by=alone), root=strict, org=ORG)


def test_a_policy_that_says_nobody_still_takes_one_officer_for_a_handler() -> None:
    lax = replace(ROOT, policy=Policy(handler_officers=0))
    assert read_statement(signed_by(HANDLER, "officer"), root=lax, org=ORG) == HANDLER
    with pytest.raises(SignatureRefusedError):
        read_statement(signed_by(HANDLER, "stranger"), root=lax, org=ORG)
    assert roster(signed_by(HANDLER, "gone"), root=lax, former=("gone",)).members == {}


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
        sign_statement(Revocation(ORG, HANDLER.device, NOW + 2, Reason.SEIZED), by=[officer()]),
        sign_statement(WindowClosed(ORG, PHONE.device, NOW + 3), by=[officer()]),
        sign_statement(WindowClosed(ORG, PHONE.device, NOW + 1), by=[officer()]),
    ]
    expected = roster(*statements).members
    assert expected[PHONE.device].admission.label == "phone"
    gone, phone = expected[HANDLER.device], expected[PHONE.device]
    assert (gone.revoked_at, gone.reason, gone.active) == (NOW + 2, Reason.SEIZED, False)
    assert (phone.closed_at, phone.active, phone.reason) == (NOW + 3, True, None)
    for order in itertools.islice(itertools.permutations(statements), 0, 5_040, 390):
        assert roster(*order, *order[:2]).members == expected


def test_revocation_wins_whenever_it_was_made_and_whatever_comes_after() -> None:
    early = sign_statement(Revocation(ORG, HANDLER.device, NOW - 1_000), by=[officer()])
    again = sign_statement(replace(HANDLER, at=NOW + 1_000), by=[officer()])
    found = roster(early, signed_admission("handler", Role.HANDLER), again)
    assert not found.members[HANDLER.device].active
    assert found.handlers(HANDLER.desk) == []


def test_a_revocation_of_somebody_unknown_admits_nobody() -> None:
    assert roster(sign_statement(Revocation(ORG, device("ghost"), NOW), by=[officer()])).members == {}


def test_a_bad_statement_has_no_effect_and_harms_no_other() -> None:
    """Else whoever may publish could stop every handler with one line."""
    good = signed_admission("phone", Role.INTAKE)
    bad = (
        signed_by(HANDLER, "stranger"),
        signed_by(HANDLER),
        Countersigned(HANDLER.encode(), good.signatures),
        Countersigned.make(HANDLER.encode(), label="kantha/v1/root", by=[officer()]),
        Countersigned.make(b"\xff", label=LABEL, by=[officer()]),
        signed_by(replace(HANDLER, org=OTHER_ORG), "officer"),
        signed_by(replace(HANDLER, role=Role.OFFICER), "officer"),
    )
    found = roster(*bad, good, *bad)
    assert found == roster(good)
    assert (found.members.keys(), found.pending) == ({PHONE.device}, {})


def test_one_admission_has_one_form_so_every_one_is_found_again() -> None:
    """Left out is not null: an officer who signed the other form would stop every publisher."""
    other = Countersigned.make(without(PHONE, 9), label=LABEL, by=[officer()])
    assert roster(other).members == {}
    found = roster(signed_by(PHONE, "officer"), other)
    assert [found.statement_of(one.admission).body for one in found.members.values()] == [PHONE.encode()]


# --- pending statements -------------------------------------------------------------------------------------

THREE = first_root(("officer", "second", "third"), 1)
STRICT = replace(THREE, policy=Policy(handler_officers=2))


def test_a_statement_that_too_few_signed_is_pending_and_has_no_effect() -> None:
    found = roster(signed_by(HANDLER, "officer", "stranger"), signed_by(PHONE, "officer"), root=STRICT)
    assert found.members.keys() == {PHONE.device}
    assert found.handlers(HANDLER.desk) == []
    waiting = found.pending[key_of(HANDLER)]
    assert (waiting.statement, waiting.needed, len(waiting.have)) == (HANDLER, 2, 1)
    assert found.statements.keys() == {key_of(HANDLER), key_of(PHONE)}
    assert waiting.signed.signatures.keys() == waiting.have


def test_signatures_from_different_officers_are_united_until_it_holds() -> None:
    parts = [signed_by(HANDLER, "officer"), signed_by(HANDLER, "second"), signed_by(HANDLER, "stranger")]
    for order in itertools.permutations(parts):
        found = roster(*order, root=STRICT)
        assert [entry.device for entry in found.handlers(HANDLER.desk)] == [HANDLER.device]
        assert found.pending == {}
        assert len(found.statement_of(HANDLER).signatures) == 2
    assert roster(parts[0], parts[0], parts[2], root=STRICT).members == {}


def test_a_broken_signature_does_not_displace_a_true_one() -> None:
    own = officer_id(officer("second").public)
    false = Countersigned(HANDLER.encode(), {own: bytes(OFFICER_SIGNATURE_BYTES)})
    parts = [false, signed_by(HANDLER, "officer"), signed_by(HANDLER, "second")]
    for order in itertools.permutations(parts):
        assert roster(*order, root=STRICT).members[HANDLER.device].active


def test_what_an_officer_who_has_gone_signed_alone_is_pending_and_can_be_taken_over() -> None:
    closing = WindowClosed(ORG, PHONE.device, NOW)
    by_gone = [signed_by(HANDLER, "gone"), signed_by(closing, "gone")]
    good = signed_by(PHONE, "officer")
    found = roster(*by_gone, good, root=THREE, former=("gone",))
    assert (found.members.keys(), found.members[PHONE.device].closed_at) == ({PHONE.device}, None)
    assert {entry.have for entry in found.pending.values()} == {frozenset()}
    over = [entry.signed.add(label=LABEL, by=officer("second")) for entry in found.pending.values()]
    after = roster(*over, good, root=THREE, former=("gone",))
    assert (after.members[PHONE.device].closed_at, after.members[HANDLER.device].active) == (NOW, True)
    assert after.pending == {}
    assert roster(*by_gone, good, root=THREE).statements.keys() == {key_of(PHONE)}


def test_a_revocation_still_holds_when_the_officer_who_signed_it_has_gone() -> None:
    """Else to remove an officer would give everybody back what that officer took away."""
    revocation = Revocation(ORG, HANDLER.device, NOW)
    parts = [signed_by(HANDLER, "officer", "second"), signed_by(revocation, "third")]
    remain = replace(first_root(("officer", "second"), 1), policy=Policy(handler_officers=2))
    for root, former in ((STRICT, ()), (remain, ("third",))):
        found = roster(*parts, root=root, former=former)
        assert (found.members[HANDLER.device].active, found.pending) == (False, {})
        assert found.statements[key_of(revocation)].signatures
    assert roster(*parts, root=remain).members[HANDLER.device].active, "nobody here knows that officer"


def test_an_officer_who_has_gone_shuts_no_officer_of_today_out() -> None:
    """One officer alone may revoke. Who the officers are the threshold signs, and it says so in the root."""
    desk = admission("second", Role.HANDLER)
    revocation = Revocation(ORG, desk.device, NOW, Reason.SEIZED)
    parts = [signed_by(desk, "officer"), signed_by(revocation, "gone")]
    in_office, only_one = first_root(("officer", "second"), 2), first_root(("officer",), 1)
    for order in (parts, parts[::-1]):
        found = roster(*order, root=in_office, former=("gone",))
        assert (found.members[desk.device].active, found.pending) == (True, {})
        assert found.statements.keys() == {key_of(desk)}, "it is neither kept nor carried on"
        assert not roster(*order, root=only_one, former=("gone",)).members[desk.device].active
        again = signed_by(revocation, "officer")
        assert not roster(*order, again, root=in_office, former=("gone",)).members[desk.device].active


def test_an_officer_of_today_shuts_another_out_alone() -> None:
    desk = admission("second", Role.HANDLER)
    parts = [signed_by(desk, "officer"), signed_by(Revocation(ORG, desk.device, NOW), "officer")]
    assert not roster(*parts, root=first_root(("officer", "second"), 2)).members[desk.device].active


def test_an_admission_that_waits_is_left_out_once_its_device_is_revoked() -> None:
    waiting, revoked = signed_by(HANDLER, "officer"), Revocation(ORG, HANDLER.device, NOW)
    found = roster(waiting, signed_by(revoked, "second"), root=STRICT)
    assert (found.pending, found.statements.keys()) == ({}, {key_of(revoked)})
    late = roster(waiting, signed_by(HANDLER, "second"), signed_by(revoked, "second"), root=STRICT)
    assert not late.members[HANDLER.device].active, "a signature that comes later brings nobody in"


def test_a_statement_carries_no_more_signatures_than_there_can_be_officers() -> None:
    own = officer_id(officer().public)
    lower = (name for n in itertools.count() if officer_id(officer(name := f"gone-{n}").public) < own)
    gone = tuple(itertools.islice(lower, MAX_SIGNATURES))
    found = roster(signed_by(PHONE, *gone, "officer"), root=THREE, former=gone)
    kept = found.statements[key_of(PHONE)]
    assert len(kept.signatures) == MAX_SIGNATURES
    assert own in kept.signatures
    assert found.members[PHONE.device].active


def a_handler(n: int) -> Admission:
    return admission(f"h{n}", Role.HANDLER)


def test_one_officer_cannot_fill_the_directory_nor_push_out_what_another_proposed() -> None:
    flood = [signed_by(a_handler(n), "officer") for n in range(MAX_PENDING_OF_ONE_OFFICER + 6)]
    others = [signed_by(a_handler(n), "second") for n in range(200, 203)]
    found = roster(*flood, *others, root=STRICT)
    assert len(found.pending) == MAX_PENDING_OF_ONE_OFFICER + 3
    assert {sha256(signed.body) for signed in others} <= found.pending.keys()
    assert found == roster(*others, *flood[::-1], root=STRICT)
    assert found.statements.keys() == found.pending.keys()


def test_a_pending_statement_stays_while_one_of_its_signers_has_room() -> None:
    very_strict = replace(THREE, policy=Policy(handler_officers=3))
    pairs = [signed_by(a_handler(n), "officer", "second") for n in range(MAX_PENDING_OF_ONE_OFFICER)]
    other = signed_by(a_handler(900), "officer", "third")
    assert len(roster(*pairs, other, root=very_strict).pending) == MAX_PENDING_OF_ONE_OFFICER + 1


def test_holding_statements_are_never_pushed_out() -> None:
    flood = [signed_by(a_handler(n), "officer") for n in range(MAX_PENDING_OF_ONE_OFFICER + 1)]
    revocation = signed_by(Revocation(ORG, device("h1"), NOW), "officer")
    found = roster(*flood, revocation, signed_by(PHONE, "officer"), root=STRICT)
    assert sha256(revocation.body) in found.statements
    assert found.members.keys() == {PHONE.device}


# --- places -------------------------------------------------------------------------------------------------

RIVAL = admission("rival", Role.HANDLER, at=NOW + 1, token_slot=2)


def handlers(*signed: Countersigned) -> list[tuple[str, int | None]]:
    return [(entry.label, entry.slot) for entry in roster(*signed).handlers(HANDLER.desk)]


def test_of_two_handlers_in_one_place_the_earlier_keeps_it_and_the_other_is_displaced() -> None:
    first, later = signed_by(HANDLER, "officer"), signed_by(RIVAL, "officer")
    for order in ((first, later), (later, first)):
        assert handlers(*order) == [("handler", 0)]
        rival = roster(*order).members[RIVAL.device]
        assert (rival.active, rival.displaced, rival.admission) == (True, True, RIVAL)
    assert handlers(later) == [("rival", 0)]
    assert not roster(first).members[HANDLER.device].displaced


def test_at_the_same_moment_the_lower_hash_is_the_earlier() -> None:
    for name in (f"twin-{n}" for n in range(8)):
        twin = admission(name, Role.HANDLER)
        first = min((HANDLER, twin), key=key_of)
        assert handlers(signed_by(HANDLER, "officer"), signed_by(twin, "officer")) == [(first.label, 0)]


def test_a_displaced_handler_is_one_again_once_it_is_admitted_to_another_place() -> None:
    again = replace(RIVAL, slot=4, at=NOW + 9)
    parts = [signed_by(entry, "officer") for entry in (again, RIVAL, HANDLER)]
    assert handlers(*parts) == [("handler", 0), ("rival", 4)]
    assert not roster(*parts).members[RIVAL.device].displaced


def test_a_revoked_or_unadmitted_handler_displaces_nobody() -> None:
    revoked = signed_by(Revocation(ORG, HANDLER.device, NOW), "officer")
    parts = [signed_by(HANDLER, "officer"), signed_by(RIVAL, "officer")]
    assert handlers(*parts, revoked) == [("rival", 0)]
    assert not roster(*parts, revoked).members[HANDLER.device].displaced
    pending = roster(signed_by(HANDLER, "officer"), signed_by(RIVAL, "officer", "second"), root=STRICT)
    assert [entry.label for entry in pending.handlers(HANDLER.desk)] == ["rival"]


def test_the_same_slot_at_another_desk_or_a_phone_displaces_nobody() -> None:
    elsewhere = replace(RIVAL, desk=OTHER_DESK)
    found = roster(*(signed_by(entry, "officer") for entry in (HANDLER, elsewhere, PHONE)))
    assert not any(member.displaced for member in found.members.values())


def test_one_officer_alone_makes_no_intake_device_of_a_handler() -> None:
    """`at` is whatever the signer says, and an intake device's admission needs one officer."""
    demoted = replace(HANDLER, role=Role.INTAKE, slot=None, prefix=999, desk=OTHER_DESK, at=0)
    parts = [signed_by(HANDLER, "officer", "second"), signed_by(demoted, "third")]
    for order in itertools.permutations(parts):
        found = roster(*order, root=STRICT)
        assert found.members[HANDLER.device].admission == HANDLER
        assert found.handlers(HANDLER.desk) == [HANDLER]
    alone = roster(parts[1], root=STRICT).members[HANDLER.device].admission
    assert alone == demoted


def test_a_displaced_or_revoked_handler_becomes_no_intake_device() -> None:
    demoted = replace(RIVAL, role=Role.INTAKE, slot=None, prefix=999, at=0)
    parts = [signed_by(entry, "officer") for entry in (HANDLER, RIVAL, demoted)]
    rival = roster(*parts).members[RIVAL.device]
    assert (rival.admission, rival.displaced) == (RIVAL, True)
    gone = signed_by(Revocation(ORG, RIVAL.device, NOW), "officer")
    assert roster(*parts, gone).members[RIVAL.device].admission == RIVAL


# --- token slots --------------------------------------------------------------------------------------------


def test_a_token_slots_use_counts_the_devices_that_had_it_and_were_revoked() -> None:
    second = admission("second", Role.INTAKE, prefix=208, at=NOW + 5)
    other = admission("other", Role.INTAKE, prefix=209, token_slot=3)
    everybody = [signed_by(entry, "officer") for entry in (PHONE, second, other, RIVAL)]
    assert roster(*everybody).token_uses(4) == (0, 0, 0, 0)
    revoked = [signed_by(Revocation(ORG, entry.device, NOW), "officer") for entry in (PHONE, second, other)]
    assert roster(*everybody, revoked[0]).token_uses(4) == (0, 1, 0, 0)
    assert roster(*everybody, *revoked, *revoked).token_uses(4) == (0, 2, 0, 1)
    assert roster(*everybody, *revoked).token_uses(2) == (0, 2)
    assert roster(*revoked).token_uses(4) == (0, 0, 0, 0)


def test_every_token_slot_that_a_revoked_device_was_given_is_used_up() -> None:
    """A displaced handler that was admitted again has tokens of two slots."""
    again = replace(RIVAL, slot=4, at=NOW + 9, token_slot=3)
    parts = [signed_by(entry, "officer") for entry in (HANDLER, RIVAL, again)]
    gone = signed_by(Revocation(ORG, RIVAL.device, NOW), "officer")
    assert roster(*parts, gone).token_uses(4) == (0, 0, 1, 1)


@given(st.permutations(range(8)), st.sets(st.integers(0, 7)))
def test_parts_in_any_order_and_kept_in_between_add_up_to_the_same(
    order: list[int], before: set[int]
) -> None:
    parts = eight_statements()
    kept = roster(*(parts[n] for n in sorted(before)), root=STRICT, former=("gone",))
    found = roster(*kept.statements.values(), *(parts[n] for n in order), root=STRICT, former=("gone",))
    assert found == roster(*parts, root=STRICT, former=("gone",))


@cache
def eight_statements() -> tuple[Countersigned, ...]:
    return (
        signed_by(HANDLER, "officer"),
        signed_by(HANDLER, "third", "stranger"),
        signed_by(RIVAL, "officer", "second"),
        signed_by(PHONE, "second"),
        signed_by(PHONE, "gone"),
        signed_by(Revocation(ORG, PHONE.device, NOW, Reason.LOST), "gone"),
        signed_by(Revocation(ORG, RIVAL.device, NOW, Reason.LEFT), "third"),
        signed_by(WindowClosed(ORG, PHONE.device, NOW), "third"),
    )


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


def without(of: Admission, key: int) -> bytes:
    return encode({name: entry for name, entry in decode(of.encode()).items() if name != key})


@pytest.mark.parametrize(
    ("why", "body"),
    [
        ("an unknown kind", changed(PHONE, _1=4)),
        ("a kind that is true", changed(PHONE, _1=True)),
        ("another device's id", changed(PHONE, _3=device("handler"))),
        ("another device's identity", changed(PHONE, _7=identity("handler").public)),
        ("an unknown role", changed(PHONE, _4=4)),
        ("an officer's role, which no admission names", changed(HANDLER, _4=3)),
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
        ("a slot left out instead of null", without(PHONE, 9)),
        ("a prefix left out instead of null", without(HANDLER, 10)),
        ("a revocation without reason", encode({1: 2, 2: ORG, 3: device("phone"), 4: NOW})),
        ("a revocation for reason 0", encode({1: 2, 2: ORG, 3: device("phone"), 4: NOW, 5: 0})),
        ("a revocation for reason 6", encode({1: 2, 2: ORG, 3: device("phone"), 4: NOW, 5: 6})),
        ("a revocation with an extra field", encode({1: 2, 2: ORG, 3: device("phone"), 4: NOW, 5: 1, 6: 0})),
        ("a closing with a reason", encode({1: 3, 2: ORG, 3: device("phone"), 4: NOW, 5: 1})),
        ("a closing without a moment", encode({1: 3, 2: ORG, 3: device("phone")})),
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
    assert places_fit(Role.OFFICER, slot=3, prefix=None)
    assert not places_fit(Role.OFFICER, slot=None, prefix=100)
    assert [role.admitted for role in Role] == [Role.INTAKE, Role.HANDLER, Role.HANDLER]


@given(st.binary(max_size=120))
def test_any_signed_bytes_are_refused_with_the_documented_error(body: bytes) -> None:
    with pytest.raises(SignatureRefusedError):
        read(Countersigned(body, {}))
