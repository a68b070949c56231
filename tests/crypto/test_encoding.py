from __future__ import annotations

from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import MAX_DEPTH, Fields, decode, encode
from crypto.errors import EncodingError

INTEGERS = st.integers(-(2**63), 2**64 - 1)
LEAVES = st.one_of(INTEGERS, st.binary(max_size=40), st.text(max_size=20), st.booleans(), st.none())
KEYS = st.one_of(st.integers(0, 100), st.text(max_size=5))
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_encoded_comes_back(value: Any) -> None:
    assert decode(encode(value)) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_in_its_one_form_or_an_encoding_error(data: bytes) -> None:
    try:
        value = decode(data)
    except EncodingError:
        return
    assert encode(value) == data


@given(VALUES, st.data())
def test_a_changed_encoding_is_another_value_or_refused(value: Any, draw: st.DataObject) -> None:
    data = bytearray(encode(value))
    data[draw.draw(st.integers(0, len(data) - 1))] ^= 1 << draw.draw(st.integers(0, 7))
    try:
        other = decode(bytes(data))
    except EncodingError:
        return
    assert encode(other) != encode(value)


@pytest.mark.parametrize(
    ("why", "data"),
    [
        ("empty", b""),
        ("trailing byte", b"\x01\x00"),
        ("long form of a small integer", b"\x18\x01"),
        ("indefinite list", b"\x9f\x01\xff"),
        ("indefinite text", b"\x7f\x61a\xff"),
        ("keys out of order", b"\xa2\x02\x00\x01\x00"),
        ("a key twice", b"\xa2\x01\x00\x01\x00"),
        ("a half float", b"\xf9\x3c\x00"),
        ("a double", cbor2.dumps(1.5)),
        ("undefined", b"\xf7"),
        ("a tag", cbor2.dumps(cbor2.CBORTag(4, [1, 2]))),
        ("a date tag", b"\xc1\x01"),
        ("a small integer as a bignum", b"\xc2\x41\x01"),
        ("an integer of more than 64 bits", cbor2.dumps(2**64)),
        ("text that is no UTF-8", b"\x61\xff"),
        ("a list that holds itself", b"\xd8\x1c\x81\xd8\x1d\x00"),
        ("a byte string as a key", b"\xa1\x41a\x00"),
        ("a list as a key", b"\xa1\x80\x00"),
        ("a key of more than 64 bits", b"\xa1\xc2\x49\x01" + bytes(9)),
        ("texts out of order", b"\xa2\x61b\x00\x61a\x00"),
        ("a longer text first", b"\xa2\x62aa\x00\x61b\x00"),
        ("a longer key first", b"\xa2\x18\x18\x00\x20\x00"),
        ("a length beyond the end", b"\x5a\xff\xff\xff\xff"),
        ("a huge list", b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff"),
        ("a nested bomb", b"\x81" * 5_000 + b"\x00"),
    ],
)
def test_another_form_is_refused(why: str, data: bytes) -> None:
    with pytest.raises(EncodingError):
        decode(data)


def test_depth_is_limited_both_ways() -> None:
    value: Any = 0
    for _ in range(MAX_DEPTH):
        value = [value]
    assert decode(encode(value)) == value
    with pytest.raises(EncodingError):
        encode([value])


@pytest.mark.parametrize("value", [1.0, {1, 2}, (1,), {b"key": 1}, {True: 1}, {1.5: 1}, 2**64, object()])
def test_what_has_no_one_form_is_not_encoded(value: Any) -> None:
    with pytest.raises(EncodingError):
        encode(value)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {1: 5, 2: b"four", 3: "text", 4: []},
        {1: 5, 2: b"four", 3: "text", 4: [], 5: None, 6: 0},
        {1: True, 2: b"four", 3: "text", 4: [], 5: None},
        {1: 10, 2: b"four", 3: "text", 4: [], 5: 1},
        {1: -1, 2: b"four", 3: "text", 4: [], 5: 1},
        {1: 5, 2: b"five5", 3: "text", 4: [], 5: 1},
        {1: 5, 2: "four", 3: "text", 4: [], 5: 1},
        {1: 5, 2: b"four", 3: "longer", 4: [], 5: 1},
        {1: 5, 2: b"four", 3: "text", 4: [1, 2], 5: 1},
        {1: 5, 2: b"four", 3: "text", 4: [], 5: "1"},
        [],
        None,
    ],
)
def test_a_map_with_a_missing_extra_or_mistyped_field_is_refused(value: Any) -> None:
    def take() -> None:
        fields = Fields(value)
        fields.natural(1, below=10)
        fields.octets(2, 4)
        fields.text(3, limit=5)
        fields.items(4, limit=1)
        fields.take(5, int)
        fields.done()

    with pytest.raises(EncodingError):
        take()


def test_an_optional_field_may_be_null_or_absent() -> None:
    assert Fields({1: None}).optional(1, bytes) is None
    assert Fields({}).optional(1, bytes) is None
    with pytest.raises(EncodingError):
        Fields({1: 2}).optional(1, bytes)


LEAST, MOST = -9_223_372_036_854_775_808, 18_446_744_073_709_551_615


@pytest.mark.parametrize(
    ("number", "data"),
    [(LEAST, "3b7fffffffffffffff"), (MOST, "1bffffffffffffffff"), (0, "00"), (-1, "20")],
)
def test_the_least_and_the_largest_number_are_written_and_read(number: int, data: str) -> None:
    for value, written in ((number, data), ([number], "81" + data), ({number: number}, "a1" + data + data)):
        assert encode(value).hex() == written
        assert decode(bytes.fromhex(written)) == value


@pytest.mark.parametrize(
    ("number", "data"),
    [
        (LEAST - 1, "3b8000000000000000"),
        (-(2**64), "3bffffffffffffffff"),
        (MOST + 1, "c249010000000000000000"),
    ],
)
def test_a_number_beyond_is_neither_written_nor_read(number: int, data: str) -> None:
    for value, written in ((number, data), ([number], "81" + data), ({number: 0}, "a1" + data + "00")):
        with pytest.raises(EncodingError):
            encode(value)
        with pytest.raises(EncodingError):
            decode(bytes.fromhex(written))


@pytest.mark.parametrize("level", [b"\x81", b"\xa1\x01"])
def test_twenty_four_levels_are_read_and_not_one_more(level: bytes) -> None:
    assert encode(decode(level * 24 + b"\x00")) == level * 24 + b"\x00"
    with pytest.raises(EncodingError):
        decode(level * 25 + b"\x00")


def test_a_map_of_one_key_too_many_levels_down_is_not_written() -> None:
    value: Any = 0
    for _ in range(24):
        value = {1: value}
    assert decode(encode(value)) == value
    with pytest.raises(EncodingError):
        encode({1: value})


def test_what_is_just_within_its_bounds_is_taken() -> None:
    fields = Fields({1: 9, 2: b"four", 3: "texts", 4: [1], 5: 2**63 - 1, 6: "t" * 200, 7: 0, 8: b"there"})
    assert fields.natural(1, below=10) == 9
    assert fields.octets(2, 4) == b"four"
    assert fields.text(3, limit=5) == "texts"
    assert fields.items(4, limit=1) == [1]
    assert fields.natural(5) == 2**63 - 1
    assert fields.text(6) == "t" * 200
    assert fields.natural(7, below=1) == 0
    assert fields.optional(8, bytes) == b"there"
    fields.done()


def test_what_is_just_out_of_its_bounds_is_refused() -> None:
    with pytest.raises(EncodingError):
        Fields({1: 2**63}).natural(1)
    with pytest.raises(EncodingError):
        Fields({1: "t" * 201}).text(1)
    with pytest.raises(EncodingError):
        Fields({1: True}).optional(1, int)
    with pytest.raises(EncodingError):
        Fields.of(encode([1]))


def test_a_map_that_was_read_from_is_left_as_it_was() -> None:
    value = {1: 2}
    Fields(value).take(1, int)
    assert value == {1: 2}


def test_keys_below_zero_are_in_the_order_of_their_encodings() -> None:
    for value, written in (({-1: 0, -2: 0}, "a220002100"), ({5: 0, -1: 0}, "a205002000")):
        assert encode(value).hex() == encode(dict(reversed(value.items()))).hex() == written
        assert decode(bytes.fromhex(written)) == value
    for wrong in ("a221002000", "a220000500"):
        with pytest.raises(EncodingError):
            decode(bytes.fromhex(wrong))
