from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.cells import MAX_BODY_BYTES
from crypto.encoding import encode
from crypto.errors import EncodingError, ParcelDamagedError
from crypto.parcels import (
    CHUNK_BYTES,
    MAX_CHUNKS,
    MAX_PLAIN_BYTES,
    Chunk,
    Parcel,
    ParcelContent,
    ParcelKind,
    cut,
    join,
    open_parcel,
    seal_parcel,
)
from tests.crypto.people import DESK, ORG, OTHER_DESK, OTHER_ORG, TODAY, day_key, desk_seed, flips, pair

CONTENT = ParcelContent(
    ParcelKind.COMPLAINT, "207-4193-6", 1_795_000_000, {"narrative": "বেতন দেয়নি", "n": 3}
)
PAYLOADS = st.dictionaries(
    st.text(max_size=8),
    st.one_of(st.text(max_size=40), st.integers(0, 99), st.none(), st.booleans()),
    max_size=6,
)


def sealed(content: ParcelContent = CONTENT) -> Parcel:
    return seal_parcel(content, to=day_key(), org=ORG)


def opened(parcel: Parcel) -> ParcelContent:
    return open_parcel(parcel, key=desk_seed().opening_key, org=ORG)


@settings(max_examples=30)
@given(
    st.sampled_from(ParcelKind),
    st.text(alphabet="0123456789-", max_size=16),
    st.integers(0, 2**40 - 1),
    PAYLOADS,
)
def test_every_parcel_comes_back(kind: ParcelKind, code: str, at: int, payload: dict[str, Any]) -> None:
    content = ParcelContent(kind, code, at, payload)
    assert opened(sealed(content)) == content


def test_its_length_on_the_device_tells_only_full_kilobytes() -> None:
    lengths = {
        len(sealed(replace(CONTENT, payload={"n": "a" * size})).sealed) - 1_136 for size in range(1, 900, 53)
    }
    assert lengths == {1_024}
    assert all(
        (len(sealed(replace(CONTENT, payload={"n": "a" * size})).sealed) - 1_136) % 1_024 == 0
        for size in (1_000, 5_000, 70_000)
    )


def test_a_change_of_any_bit_is_refused() -> None:
    parcel = sealed()
    for data in flips(parcel.sealed, sampled=200):
        with pytest.raises(ParcelDamagedError):
            opened(replace(parcel, sealed=data))


def test_another_organisation_desk_day_generation_or_key_opens_nothing() -> None:
    parcel, key = sealed(), desk_seed().opening_key
    for wrong in (
        replace(parcel, desk=OTHER_DESK),
        replace(parcel, generation=4),
        replace(parcel, day=TODAY + 1),
    ):
        with pytest.raises(ParcelDamagedError):
            opened(wrong)
    with pytest.raises(ParcelDamagedError):
        open_parcel(parcel, key=key, org=OTHER_ORG)
    with pytest.raises(ParcelDamagedError):
        open_parcel(parcel, key=replace(key, key=pair("stranger")), org=ORG)


INFO = encode(["kantha/v1/parcel", ORG, DESK, 3, TODAY, 0])
GOOD = encode({1: 1, 2: "207-4193-6", 3: 5, 4: {}})


def framed(body: bytes, *, length: int | None = None, pad: int | None = None) -> bytes:
    start = (len(body) if length is None else length).to_bytes(4, "big") + body
    return start + bytes(-len(start) % 1_024 if pad is None else pad)


FULL = framed(encode({1: 1, 2: "207-4193-6", 3: 5, 4: {"n": "a" * 996}}))
"""A frame without padding."""


def test_a_frame_that_needs_no_padding_has_none() -> None:
    assert len(FULL) == 1_024 == 4 + int.from_bytes(FULL[:4], "big")
    parcel = Parcel(bytes(16), DESK, 3, TODAY, day_key().key.seal(FULL, info=INFO))
    content = opened(parcel)
    assert content.payload == {"n": "a" * 996}
    assert len(sealed(content).sealed) == 1_024 + 1_136


@pytest.mark.parametrize(
    ("why", "plain"),
    [
        ("empty", b""),
        ("three bytes", b"\0\0\0"),
        ("not padded", framed(GOOD, pad=0)),
        ("a whole block too much", framed(GOOD) + bytes(1_024)),
        ("a whole block too much and nothing else", FULL + bytes(1_024)),
        ("a time of 2^40", framed(encode({1: 1, 2: "c", 3: 2**40, 4: {}}))),
        ("a length beyond the end", framed(GOOD, length=2_000)),
        ("a shorter length", framed(GOOD, length=len(GOOD) - 1)),
        ("a byte in the padding", framed(GOOD)[:-1] + b"\1"),
        ("an unknown kind", framed(encode({1: 4, 2: "c", 3: 5, 4: {}}))),
        ("an extra field", framed(encode({1: 1, 2: "c", 3: 5, 4: {}, 5: 0}))),
        ("a missing field", framed(encode({1: 1, 2: "c", 4: {}}))),
        ("a code that is too long", framed(encode({1: 1, 2: "c" * 17, 3: 5, 4: {}}))),
        ("a payload that is no map", framed(encode({1: 1, 2: "c", 3: 5, 4: []}))),
        ("no map at all", framed(encode([1, 2]))),
        ("no CBOR", framed(b"\xff\xff")),
    ],
)
def test_what_is_sealed_rightly_but_not_well_formed_is_refused(why: str, plain: bytes) -> None:
    parcel = Parcel(bytes(16), DESK, 3, TODAY, day_key().key.seal(plain, info=INFO))
    with pytest.raises(ParcelDamagedError):
        opened(parcel)


@given(st.binary(max_size=80))
def test_no_plaintext_brings_out_another_error(body: bytes) -> None:
    parcel = Parcel(bytes(16), DESK, 3, TODAY, day_key().key.seal(framed(body), info=INFO))
    try:
        opened(parcel)
    except ParcelDamagedError:
        return


def large(size: int) -> Parcel:
    return Parcel(bytes(range(16)), DESK, 3, TODAY, random.Random(size).randbytes(size))


@pytest.mark.parametrize("size", [1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 5 * CHUNK_BYTES + 7])
def test_cut_pieces_fit_a_cell_and_join_in_any_order(size: int) -> None:
    parcel = large(size)
    bodies = [chunk.to_body() for chunk in cut(parcel)]
    assert all(len(body) <= MAX_BODY_BYTES for body in bodies)
    random.Random(1).shuffle(bodies)
    assert join([Chunk.from_body(body) for body in bodies], desk=DESK) == parcel


def test_the_largest_parcel_fits_the_limits_of_a_chunk() -> None:
    room = MAX_PLAIN_BYTES - len(encode({1: 1, 2: "207-4193-6", 3: 1, 4: {"n": b"a" * 70_000}})) + 70_000
    parcel = sealed(ParcelContent(ParcelKind.COMPLAINT, "207-4193-6", 1, {"n": b"a" * room}))
    chunks = cut(parcel)
    assert len(chunks) == MAX_CHUNKS == 288
    assert MAX_PLAIN_BYTES == 4 * 1024 * 1024
    assert Chunk.from_body(chunks[-1].to_body()) == chunks[-1]
    with pytest.raises(ValueError, match="larger than a complaint"):
        sealed(ParcelContent(ParcelKind.COMPLAINT, "207-4193-6", 1, {"n": b"a" * (room + 1)}))


def test_pieces_that_do_not_fit_together_are_refused() -> None:
    first, second, third = cut(large(2 * CHUNK_BYTES + 5))
    for chunks in (
        [first, second],
        [first, second, second, third],
        [first, first, third],
        [first, second, replace(third, total=4)],
        [first, second, replace(third, day=third.day + 1)],
        [first, second, replace(third, generation=9)],
        [first, second, replace(third, parcel=bytes(16))],
    ):
        with pytest.raises(ParcelDamagedError):
            join(chunks, desk=DESK)


@pytest.mark.parametrize(
    "fields",
    [
        {1: bytes(15)},
        {2: 1},
        {2: -1},
        {3: 0},
        {3: MAX_CHUNKS + 1},
        {4: 2**32},
        {5: 2**31},
        {6: b""},
        {6: bytes(CHUNK_BYTES + 1)},
        {6: "text"},
        {7: 0},
    ],
)
def test_a_malformed_chunk_is_an_encoding_error(fields: dict[int, Any]) -> None:
    good = {1: bytes(16), 2: 0, 3: 1, 4: 3, 5: TODAY, 6: b"piece"}
    assert Chunk.from_body(encode(good)).data == b"piece"
    with pytest.raises(EncodingError):
        Chunk.from_body(encode({**good, **fields}))


@given(st.binary(max_size=60))
def test_any_bytes_are_a_chunk_or_an_encoding_error(body: bytes) -> None:
    with pytest.raises(EncodingError):
        Chunk.from_body(body)
