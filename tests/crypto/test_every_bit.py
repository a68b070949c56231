"""Every structure of who belongs: any bit changed, any end cut off, any bytes, any well-formed nonsense.

Each is read to the end, with every signature; what is not exactly what was made is refused, and with the one
class of failure that its reader documents.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.directory import (
    HandlerPart,
    PublisherBox,
    Seen,
    UntrustedPhoneDirectory,
    content_hash,
    open_handler_part,
    seal_handler_part,
    seal_phone_part,
    sign_head,
)
from crypto.encoding import decode, encode
from crypto.enrolment import Invitation, Reply, Welcome, open_reply_cell, seal_reply_cell, transcript
from crypto.errors import (
    DirectoryRefusedError,
    EncodingError,
    InvitationRefusedError,
    ReplyRefusedError,
    RootRefusedError,
    SignatureRefusedError,
    WelcomeRefusedError,
)
from crypto.primitives import OpenError
from crypto.proposals import read_proposal
from crypto.root import LABEL as ROOT_LABEL
from crypto.root import Root, root_hash, verify_chain
from crypto.roster import LABEL, Reason, Revocation, Role, WindowClosed, read_statement, sign_statement
from crypto.signed import Countersigned
from tests.crypto import people
from tests.crypto.people import NOW, ORG
from tests.crypto.test_enrolment import FOR_OFFICER, INVITATION, SEALED_REPLY, TRANSCRIPT, welcome
from tests.crypto.test_replies import OFFICERS_REPLY

KEY = people.seed("directory key")
ROOT = people.first_root()
NEXT = people.next_root(ROOT, name="next")
SIGNED_NEXT = NEXT.sign([people.officer()]).to_wire()
MADE = people.published()
EPOCH = people.pair("handler-epoch")
PHONE = people.device("phone")
BOX = PublisherBox.make("p" * 43, to=people.epoch_key("handler"), org=ORG)


class Format(NamedTuple):
    """Bytes that are read, and what their reader may raise."""

    good: bytes
    read: Callable[[bytes], object]
    errors: tuple[type[Exception], ...]


def statement(data: bytes) -> object:
    return read_statement(Countersigned.from_wire(data), root=ROOT, org=ORG)


def chain(data: bytes) -> object:
    return verify_chain([people.signed_root(), Countersigned.from_wire(data)], org=ORG)


def late_chain(data: bytes) -> object:
    known = [root_hash(NEXT.encode())]
    return verify_chain([Countersigned.from_wire(data)], org=ORG, anchors=known).encode()


def phone(data: bytes) -> object:
    return UntrustedPhoneDirectory.open(data, key=KEY, org=ORG).verify(org=ORG, seen=Seen(), now=NOW)


def phone_content(data: bytes) -> object:
    return UntrustedPhoneDirectory(MADE.signed_head, data).verify(org=ORG, seen=Seen(), now=NOW)


def handler(data: bytes) -> object:
    return open_handler_part(data, keys=[EPOCH], org=ORG, root=ROOT)


def box(data: bytes) -> object:
    return replace(BOX, sealed=data).open(EPOCH, org=ORG)


def said(data: bytes) -> object:
    return Welcome.open(data, key=people.pair("phone-kem"), invitation=INVITATION, transcript_hash=TRANSCRIPT)


def signed(body: Any) -> bytes:
    return sign_statement(body, by=[people.officer()]).to_wire()


SIGNED = (EncodingError, SignatureRefusedError)
DIRECTORY = (DirectoryRefusedError,)
FORMATS = {
    "admission": Format(signed(people.admission("phone", Role.INTAKE)), statement, SIGNED),
    "revocation": Format(signed(Revocation(ORG, PHONE, NOW, Reason.LOST)), statement, SIGNED),
    "window closed": Format(signed(WindowClosed(ORG, PHONE, NOW)), statement, SIGNED),
    "root": Format(SIGNED_NEXT, chain, (EncodingError, RootRefusedError)),
    "proposal": Format(
        SIGNED_NEXT, lambda data: read_proposal(Countersigned.from_wire(data), root=ROOT),
        (EncodingError, RootRefusedError),
    ),
    "phone part": Format(
        seal_phone_part(MADE.phone, MADE.signed_head, key=KEY, org=ORG), phone, DIRECTORY
    ),
    "phone content": Format(MADE.phone.encode(), phone_content, DIRECTORY),
    "publisher's box": Format(BOX.sealed, box, (OpenError,)),
    "reply": Format(
        SEALED_REPLY, lambda data: Reply.verify(data, invitation=INVITATION), (ReplyRefusedError,)
    ),
    "officer's reply": Format(
        OFFICERS_REPLY, lambda data: Reply.verify(data, invitation=FOR_OFFICER), (ReplyRefusedError,)
    ),
    "reply cell": Format(
        seal_reply_cell(SEALED_REPLY, secret=INVITATION.secret),
        lambda data: open_reply_cell(data, secret=INVITATION.secret), (ReplyRefusedError,),
    ),
    "welcome": Format(welcome(), said, (WelcomeRefusedError,)),
}  # fmt: skip
NAMES = sorted(FORMATS)


@pytest.mark.parametrize("name", NAMES)
def test_what_was_made_is_read(name: str) -> None:
    made = FORMATS[name]
    made.read(made.good)


@pytest.mark.parametrize("name", NAMES)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
@settings(deadline=None, max_examples=150)
def test_any_bit_changed_is_refused(name: str, place: float, bit: int) -> None:
    made = FORMATS[name]
    with pytest.raises(made.errors):
        made.read(people.flip(made.good, int(place * len(made.good)), bit))


@pytest.mark.parametrize("name", NAMES)
@given(place=st.floats(0, 1, exclude_max=True), more=st.binary(min_size=1, max_size=3))
@settings(deadline=None, max_examples=40)
def test_any_end_cut_off_or_added_is_refused(name: str, place: float, more: bytes) -> None:
    made = FORMATS[name]
    for data in (made.good[: int(place * len(made.good))], made.good + more):
        with pytest.raises(made.errors):
            made.read(data)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.binary(max_size=300))
@settings(deadline=None, max_examples=60)
def test_any_bytes_are_refused_with_the_documented_error(name: str, data: bytes) -> None:
    made = FORMATS[name]
    with pytest.raises(made.errors):
        made.read(data)


def test_every_bit_of_the_small_structures() -> None:
    """All of them, where hypothesis only draws some."""
    for name in ("revocation", "window closed"):
        made, body = FORMATS[name], len(Countersigned.from_wire(FORMATS[name].good).body)
        for place in range(body + 80):
            for bit in range(8):
                with pytest.raises(made.errors):
                    made.read(people.flip(made.good, place, bit))


# --- a late chain's first version, whose signatures are not asked, and the invitation -----------------------


@given(place=st.integers(0, len(NEXT.encode()) - 1), bit=st.integers(0, 7))
@settings(deadline=None)
def test_a_known_root_is_known_by_every_bit_of_its_body(place: int, bit: int) -> None:
    body = people.flip(NEXT.encode(), place, bit)
    with pytest.raises(RootRefusedError):
        late_chain(Countersigned(body, {}).to_wire())
    assert late_chain(Countersigned(NEXT.encode(), {}).to_wire()) == NEXT.encode()


@given(place=st.integers(0, len(INVITATION.encode()) - 1), bit=st.integers(0, 7))
@settings(deadline=None)
def test_any_bit_of_an_invitation_is_refused_or_changes_the_digits(place: int, bit: int) -> None:
    changed = people.flip(INVITATION.encode(), place, bit)
    try:
        other = Invitation.decode(changed)
    except InvitationRefusedError:
        return
    assert other.encode() == changed
    assert transcript(other.encode(), SEALED_REPLY) != TRANSCRIPT


# --- well-formed nonsense, properly signed ------------------------------------------------------------------

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**64 - 1) | st.binary(max_size=40) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(0, 15), inner, max_size=6),
    max_leaves=12,
)


def spoilt(good: dict[int, Any]) -> st.SearchStrategy[bytes]:
    """The map with one entry replaced by anything."""
    change = st.tuples(st.sampled_from([*good, 99]), VALUES)
    return change.map(lambda one: encode({**good, one[0]: one[1]}))


def fields_of(body: bytes) -> dict[int, Any]:
    found: dict[int, Any] = decode(body)
    return found


ADMISSION = people.admission("handler", Role.HANDLER)


@given(spoilt(fields_of(ADMISSION.encode())))
@settings(deadline=None)
def test_a_statement_with_anything_in_it_is_read_as_it_is_or_refused(body: bytes) -> None:
    made = Countersigned.make(body, label=LABEL, by=[people.officer()])
    try:
        found = read_statement(made, root=ROOT, org=ORG)
    except SignatureRefusedError:
        return
    assert found.encode() == body


@given(spoilt(fields_of(NEXT.encode())))
@settings(deadline=None)
def test_a_root_with_anything_in_it_is_read_as_it_is_or_refused(body: bytes) -> None:
    made = Countersigned.make(body, label=ROOT_LABEL, by=[people.officer()])
    try:
        found = verify_chain([people.signed_root(), made], org=ORG)
    except RootRefusedError:
        return
    assert found.encode() == body
    assert Root.decode(body) == found


@given(spoilt(fields_of(MADE.phone.encode())))
@settings(deadline=None)
def test_a_phone_content_with_anything_in_it_is_read_as_it_is_or_refused(content: bytes) -> None:
    head = sign_head(
        replace(MADE.head, phone_hash=content_hash("phone", content)), by=people.identity("publisher")
    )
    try:
        found = UntrustedPhoneDirectory(head, content).verify(org=ORG, seen=Seen(), now=NOW)
    except DirectoryRefusedError:
        return
    assert found.part.encode() == content


@given(spoilt(fields_of(MADE.handler.encode())))
@settings(deadline=None)
def test_a_handler_content_with_anything_in_it_is_read_as_it_is_or_refused(content: bytes) -> None:
    try:
        found = HandlerPart.decode(content)
    except EncodingError:
        return
    assert found.encode() == content


def test_any_bit_of_a_handler_part_is_refused_or_was_not_this_handlers() -> None:
    """A part has 32 wrapped keys, one of them this handler's: of the others it cannot know anything."""
    good = seal_handler_part(MADE.handler, MADE.signed_head, to=[people.epoch_key("handler")], org=ORG)
    read = handler(good)
    refused = 0
    for changed in people.flips(good, sampled=150):
        try:
            assert handler(changed) == read
        except DirectoryRefusedError:
            refused += 1
    assert refused >= 90
