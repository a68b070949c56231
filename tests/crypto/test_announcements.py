from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.announcements import (
    INTRODUCTIONS_PER_CELL,
    LABEL,
    RECEIPTS_PER_CELL,
    Announcement,
    ChainHead,
    EpochAnnouncement,
    Introduction,
    Introductions,
    Receipt,
    Receipts,
    ReplyKey,
    read_announcement,
    sign_announcement,
)
from crypto.cells import MAX_BODY_BYTES
from crypto.encoding import encode
from crypto.errors import EncodingError, SignatureRefusedError
from crypto.primitives import OpenError
from crypto.signed import Signed
from tests.crypto.people import (
    DESK,
    ORG,
    OTHER_DESK,
    OTHER_ORG,
    WEEK,
    device,
    epoch_key,
    flip,
    flips,
    identity,
    pair,
    seed,
)

PHONE = identity("phone")
PUBLIC = pair("reply").sealing_key.public


def introduction(name: str = "handler") -> Introduction:
    return Introduction.make(seed("slot"), to=epoch_key(name), org=ORG, desk=DESK, device=device("phone"))


def read(body: bytes) -> Announcement:
    return read_announcement(body, identity_public=PHONE.public, org=ORG)


@pytest.mark.parametrize(
    "said",
    [
        Introductions(DESK, 1, [introduction()]),
        Introductions(DESK, 2**48 - 1, []),
        ReplyKey(7, pair("reply").sealing_key),
        EpochAnnouncement(WEEK, pair("handler-epoch").sealing_key, bytes(64)),
        Receipts(DESK, []),
        Receipts(DESK, [Receipt(device("phone"), bytes(16), bytes(range(32)))] * RECEIPTS_PER_CELL),
        ChainHead(DESK, 2**48 - 1, seed("link")),
    ],
)
def test_what_is_announced_comes_back_from_its_device_only(said: Announcement) -> None:
    body = sign_announcement(said, by=PHONE, org=ORG)
    assert read(body) == said
    with pytest.raises(SignatureRefusedError):
        read_announcement(body, identity_public=identity("handler").public, org=ORG)
    with pytest.raises(SignatureRefusedError):
        read_announcement(body, identity_public=PHONE.public, org=OTHER_ORG)
    for changed in flips(body, sampled=150):
        with pytest.raises((SignatureRefusedError, EncodingError)):
            read(changed)


def test_a_pairwise_key_opens_for_its_handler_alone() -> None:
    made = introduction()
    where = {"org": ORG, "desk": DESK, "device": device("phone")}
    assert made.open(pair("handler-epoch"), **where) == seed("slot")
    with pytest.raises(OpenError):
        made.open(pair("other-epoch"), **where)
    for wrong in ({"org": OTHER_ORG}, {"desk": OTHER_DESK}, {"device": device("other")}):
        with pytest.raises(OpenError):
            made.open(pair("handler-epoch"), **{**where, **wrong})  # type: ignore[arg-type]
    for other in (replace(made, epoch=WEEK + 1), replace(made, handler=device("other"))):
        with pytest.raises(OpenError):
            other.open(pair("handler-epoch"), **where)
    for place in range(0, len(made.sealed), 7):
        with pytest.raises(OpenError):
            replace(made, sealed=flip(made.sealed, place, 3)).open(pair("handler-epoch"), **where)


def test_a_key_of_another_length_is_no_pairwise_key() -> None:
    made = Introduction.make(bytes(31), to=epoch_key("handler"), org=ORG, desk=DESK, device=device("phone"))
    with pytest.raises(OpenError):
        made.open(pair("handler-epoch"), org=ORG, desk=DESK, device=device("phone"))


def test_a_full_cell_of_introductions_fits() -> None:
    full = Introductions(DESK, 2**48 - 1, [introduction()] * INTRODUCTIONS_PER_CELL)
    body = sign_announcement(full, by=PHONE, org=ORG)
    assert len(body) <= MAX_BODY_BYTES
    with pytest.raises(EncodingError):
        read(sign_announcement(replace(full, entries=[introduction()] * 12), by=PHONE, org=ORG))


ENTRY = [device("handler"), WEEK, bytes(1_168)]


@pytest.mark.parametrize(
    "value",
    [
        {1: 4, 2: ORG},
        {1: 1, 2: ORG, 3: DESK, 4: [], 5: 0},
        {1: 1, 2: ORG, 3: DESK, 4: [], 5: 2**48},
        {1: 1, 2: ORG, 3: DESK, 4: []},
        {1: 1, 2: ORG, 3: DESK, 4: [ENTRY[:2]], 5: 1},
        {1: 1, 2: ORG, 3: DESK, 4: [[*ENTRY, 0]], 5: 1},
        {1: 1, 2: ORG, 3: DESK, 4: [[*ENTRY[:2], bytes(1_167)]], 5: 1},
        {1: 2, 2: ORG, 3: 2**32, 4: PUBLIC},
        {1: 2, 2: ORG, 3: 1, 4: PUBLIC[:-1]},
        {1: 2, 2: ORG, 3: 1, 4: b"\xff" * 1_184 + PUBLIC[1_184:]},
        {1: 2, 2: ORG, 3: 1, 4: PUBLIC[:1_184] + bytes(32)},
        {1: 3, 2: ORG, 3: 1, 4: PUBLIC[:1_184] + bytes(32), 5: bytes(64)},
        {1: 3, 2: ORG, 3: 1, 4: PUBLIC, 5: bytes(63)},
        {1: 2, 2: ORG, 3: 1, 4: PUBLIC, 5: 0},
        [1],
    ],
)
def test_a_malformed_announcement_is_refused_even_if_the_device_signs_it(value: Any) -> None:
    with pytest.raises(EncodingError):
        read(Signed.make(encode(value), label=LABEL, by=PHONE).to_wire())


@given(st.binary(max_size=120))
def test_any_signed_bytes_are_refused_with_an_encoding_error(body: bytes) -> None:
    with pytest.raises(EncodingError):
        read(Signed.make(body, label=LABEL, by=PHONE).to_wire())
    with pytest.raises(EncodingError):
        read(body)


@pytest.mark.parametrize(
    "value",
    [
        {1: 4, 2: ORG, 3: DESK, 4: [[bytes(16), bytes(16), bytes(32)]] * (RECEIPTS_PER_CELL + 1)},
        {1: 4, 2: ORG, 3: DESK, 4: [[bytes(15), bytes(16), bytes(32)]]},
        {1: 4, 2: ORG, 3: DESK, 4: [[bytes(16), bytes(17), bytes(32)]]},
        {1: 4, 2: ORG, 3: DESK, 4: [[bytes(16), bytes(16), bytes(31)]]},
        {1: 4, 2: ORG, 3: DESK, 4: [[bytes(16), bytes(16), bytes(32), 1]]},
        {1: 4, 2: ORG, 3: DESK},
        {1: 4, 2: ORG, 3: DESK, 4: [], 5: 1},
        {1: 5, 2: ORG, 3: DESK, 4: 2**48, 5: bytes(32)},
        {1: 5, 2: ORG, 3: DESK, 4: -1, 5: bytes(32)},
        {1: 5, 2: ORG, 3: DESK, 4: 1, 5: bytes(31)},
        {1: 5, 2: ORG, 3: DESK + b"x", 4: 1, 5: bytes(32)},
        {1: 6, 2: ORG, 3: DESK, 4: 1, 5: bytes(32)},
    ],
)
def test_what_handlers_vouch_for_has_one_form(value: dict[int, object]) -> None:
    with pytest.raises(EncodingError):
        read(Signed.make(encode(value), label=LABEL, by=PHONE).to_wire())


def test_the_most_receipts_and_introductions_fit_one_cell() -> None:
    receipts = Receipts(DESK, [Receipt(device("phone"), bytes(16), bytes(32))] * RECEIPTS_PER_CELL)
    assert len(sign_announcement(receipts, by=PHONE, org=ORG)) <= MAX_BODY_BYTES


def test_the_largest_numbers_and_lists_are_those_of_the_protocol() -> None:
    entry = [device("handler"), 2**32 - 1, bytes(1_168)]
    receipt = [device("phone"), bytes(16), bytes(32)]
    largest: list[dict[int, object]] = [
        {1: 1, 2: ORG, 3: DESK, 4: [entry] * 11, 5: 2**48 - 1},
        {1: 2, 2: ORG, 3: 2**32 - 1, 4: PUBLIC},
        {1: 3, 2: ORG, 3: 2**32 - 1, 4: PUBLIC, 5: bytes(64)},
        {1: 4, 2: ORG, 3: DESK, 4: [receipt] * 200},
        {1: 5, 2: ORG, 3: DESK, 4: 2**48 - 1, 5: bytes(32)},
    ]
    larger: list[dict[int, object]] = [
        {4: [entry] * 12}, {3: 2**32}, {3: 2**32}, {4: [receipt] * 201}, {4: 2**48},
    ]  # fmt: skip
    for value, change in zip(largest, larger, strict=True):
        assert read(Signed.make(encode(value), label=LABEL, by=PHONE).to_wire())
        with pytest.raises(EncodingError):
            read(Signed.make(encode({**value, **change}), label=LABEL, by=PHONE).to_wire())
    for wrong in ([entry[0], 2**32, entry[2]], [entry[0], 0, bytes(1_169)], [*entry, 1]):
        with pytest.raises(EncodingError):
            read(Signed.make(encode({**largest[0], 4: [wrong]}), label=LABEL, by=PHONE).to_wire())
