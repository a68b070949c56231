from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import encode
from crypto.errors import EncodingError, SignatureRefusedError
from crypto.ids import OfficerId, officer_id
from crypto.primitives import OFFICER_SIGNATURE_BYTES, officer_signature_holds
from crypto.signed import MAX_SIGNATURES, Countersigned, Signed
from tests.crypto.people import flips, identity, officer

LABEL = "kantha/v1/test"
NAMES = ("officer", "second", "third")
PUBLICS = {officer_id(officer(name).public): officer(name).public for name in NAMES}


def signed() -> Signed:
    return Signed.make(b"body", label=LABEL, by=identity("phone"))


def countersigned(*names: str) -> Countersigned:
    return Countersigned.make(b"body", label=LABEL, by=[officer(name) for name in names])


def test_a_device_signature_holds_for_its_key_label_and_body_only() -> None:
    public = identity("phone").public
    assert signed().require(label=LABEL, public=public) == b"body"
    for label, key, body in (
        ("kantha/v1/other", public, b"body"),
        (LABEL, identity("other").public, b"body"),
        (LABEL, public, b"Body"),
        (LABEL, bytes(32), b"body"),
        (LABEL, b"short", b"body"),
    ):
        with pytest.raises(SignatureRefusedError):
            Signed(body, signed().signature).require(label=label, public=key)


def test_a_label_cannot_run_into_the_body() -> None:
    made = Signed.make(b"xbody", label="kantha/v1/a", by=identity("phone"))
    with pytest.raises(SignatureRefusedError):
        Signed(b"body", made.signature).require(label="kantha/v1/ax", public=identity("phone").public)


def test_a_change_of_any_bit_of_a_signed_statement_is_refused() -> None:
    wire = signed().to_wire()
    for changed in flips(wire, sampled=len(wire)):
        with pytest.raises((EncodingError, SignatureRefusedError)):
            Signed.from_wire(changed).require(label=LABEL, public=identity("phone").public)


def test_an_officers_signature_needs_both_algorithms() -> None:
    key = officer()
    good = key.sign(b"message")
    other = officer("second").sign(b"message")
    assert len(good) == OFFICER_SIGNATURE_BYTES == 64 + 3_309
    assert officer_signature_holds(key.public, good, b"message")
    assert not officer_signature_holds(key.public, other[:64] + good[64:], b"message")
    assert not officer_signature_holds(key.public, good[:64] + other[64:], b"message")
    assert not officer_signature_holds(key.public, good[:64], b"message")
    assert not officer_signature_holds(key.public, good, b"Message")
    assert not officer_signature_holds(key.public[:32] + officer("second").public[32:], good, b"message")
    assert not officer_signature_holds(officer("second").public[:32] + key.public[32:], good, b"message")


def test_a_change_of_any_sampled_bit_of_an_officers_signature_is_refused() -> None:
    key, good = officer(), officer().sign(b"message")
    assert not any(officer_signature_holds(key.public, bad, b"message") for bad in flips(good, sampled=120))


@pytest.mark.parametrize(("names", "at_least"), [(("officer",), 1), (("second", "third"), 2), (NAMES, 3)])
def test_enough_different_officers_convince(names: tuple[str, ...], at_least: int) -> None:
    assert countersigned(*names).require(label=LABEL, officers=PUBLICS, at_least=at_least) == b"body"


@pytest.mark.parametrize(
    ("names", "at_least"), [((), 1), (("officer",), 2), (("officer", "officer"), 2), (NAMES, 4)]
)
def test_too_few_different_officers_do_not(names: tuple[str, ...], at_least: int) -> None:
    with pytest.raises(SignatureRefusedError):
        countersigned(*names).require(label=LABEL, officers=PUBLICS, at_least=at_least)


def test_a_threshold_below_one_is_never_reached() -> None:
    with pytest.raises(SignatureRefusedError):
        countersigned("officer").require(label=LABEL, officers=PUBLICS, at_least=0)


def test_strangers_count_for_nothing_and_harm_nothing() -> None:
    made = countersigned("officer", "stranger")
    assert made.require(label=LABEL, officers=PUBLICS, at_least=1) == b"body"
    with pytest.raises(SignatureRefusedError):
        made.require(label=LABEL, officers=PUBLICS, at_least=2)


def test_one_officers_signature_under_two_names_counts_once() -> None:
    own = officer_id(officer().public)
    signature = countersigned("officer").signatures[own]
    made = Countersigned(b"body", {own: signature, officer_id(officer("second").public): signature})
    with pytest.raises(SignatureRefusedError):
        made.require(label=LABEL, officers=PUBLICS, at_least=2)


def test_what_is_written_comes_back_whatever_the_order_of_signing() -> None:
    assert Signed.from_wire(signed().to_wire()) == signed()
    forth, back = countersigned("officer", "second"), countersigned("second", "officer")
    assert Countersigned.from_wire(forth.to_wire()).to_wire() == forth.to_wire()
    ids = [entry[0] for entry in (sorted(forth.signatures), sorted(back.signatures))]
    assert ids[0] == ids[1]


def test_signatures_twice_or_out_of_order_are_another_form() -> None:
    good = countersigned("officer", "second")
    pairs = [[name, good.signatures[OfficerId(name)]] for name in sorted(good.signatures)]
    assert Countersigned.from_wire(encode([b"body", pairs])).body == b"body"
    for other in (pairs[::-1], [pairs[0], pairs[0]], [[*pairs[0], 1]], [pairs[0][0]], [[b"", b""]], 5):
        with pytest.raises(EncodingError):
            Countersigned.from_wire(encode([b"body", other]))


@given(st.binary(max_size=150))
def test_any_bytes_are_refused_with_an_encoding_error(data: bytes) -> None:
    for read in (Signed.from_wire, Countersigned.from_wire):
        with pytest.raises(EncodingError):
            read(data)


# --- several officers, one body -----------------------------------------------------------------------------


def test_signatures_of_one_body_unite_in_any_order() -> None:
    one, two, three = (countersigned(name) for name in NAMES)
    expected = one.merged(two).merged(three)
    assert expected.require(label=LABEL, officers=PUBLICS, at_least=3) == b"body"
    assert three.merged(two.merged(one)) == expected == expected.merged(expected)
    assert two.merged(one) == one.merged(two)


def test_signatures_of_another_body_are_never_united() -> None:
    with pytest.raises(ValueError, match="same body"):
        countersigned("officer").merged(Countersigned.make(b"Body", label=LABEL, by=[officer("second")]))


def test_an_officer_who_signs_twice_counts_once_and_the_order_does_not_matter() -> None:
    first, again = countersigned("officer"), countersigned("officer")
    assert first.signatures != again.signatures
    assert first.merged(again) == again.merged(first)
    with pytest.raises(SignatureRefusedError):
        first.merged(again).require(label=LABEL, officers=PUBLICS, at_least=2)


def test_only_what_officers_really_signed_is_carried_on() -> None:
    own, second = officer_id(officer().public), officer_id(officer("second").public)
    made = countersigned("officer", "second", "stranger")
    broken = flips(made.signatures[second], sampled=1)[0]
    dirty = Countersigned(made.body, {**made.signatures, second: broken})
    assert dirty.holding(label=LABEL, officers=PUBLICS) == {own}
    assert dirty.proven(label=LABEL, officers=PUBLICS).signatures == {own: made.signatures[own]}
    assert made.proven(label="kantha/v1/other", officers=PUBLICS).signatures == {}
    assert made.proven(label=LABEL, officers={}).signatures == {}


def test_a_broken_signature_never_takes_the_place_of_a_true_one() -> None:
    """Lower bytes win a merge, so whoever can publish could otherwise silence an officer for ever."""
    own = officer_id(officer().public)
    false = Countersigned(b"body", {own: bytes(OFFICER_SIGNATURE_BYTES)})
    true = countersigned("officer")
    assert false.merged(true).holding(label=LABEL, officers=PUBLICS) == frozenset()
    cleaned = false.proven(label=LABEL, officers=PUBLICS)
    assert cleaned.merged(true).holding(label=LABEL, officers=PUBLICS) == {own}


def test_an_officer_adds_a_signature_in_the_place_of_a_broken_one() -> None:
    own = officer_id(officer().public)
    false = Countersigned(b"body", {own: bytes(OFFICER_SIGNATURE_BYTES)})
    assert false.add(label=LABEL, by=officer()).holding(label=LABEL, officers=PUBLICS) == {own}
    both = countersigned("second").add(label=LABEL, by=officer())
    assert both.require(label=LABEL, officers=PUBLICS, at_least=2) == b"body"


def test_more_than_sixteen_signatures_are_another_form() -> None:
    names = {OfficerId(bytes([n]) * 16): bytes(OFFICER_SIGNATURE_BYTES) for n in range(17)}
    fits = dict(list(names.items())[:MAX_SIGNATURES])
    assert Countersigned.from_wire(Countersigned(b"", fits).to_wire()).signatures == fits
    with pytest.raises(EncodingError):
        Countersigned.from_wire(Countersigned(b"", names).to_wire())


def test_a_change_of_any_sampled_bit_or_a_cut_of_a_countersigned_body_is_refused() -> None:
    wire = countersigned("officer", "second").to_wire()
    for changed in [*flips(wire, sampled=300), *(wire[:end] for end in range(0, len(wire), 97))]:
        with pytest.raises((EncodingError, SignatureRefusedError)):
            Countersigned.from_wire(changed).require(label=LABEL, officers=PUBLICS, at_least=2)
