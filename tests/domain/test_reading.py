"""A file of records: whatever its bytes are, records or one sentence come out."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import RecordError
from app.domain.reading import MAX_BYTES, MAX_RECORDS, read_plain, read_records
from app.domain.record import FIELDS, fill, parse
from tests.domain.examples import smallest, whole


def as_file(value: object) -> bytes:
    """A file as a person's program would write it."""
    return json.dumps(value, ensure_ascii=False).encode()


def test_one_object_or_an_array_are_taken() -> None:
    assert read_records(as_file(smallest())) == [parse(smallest())]
    assert read_records(b" \n" + as_file([smallest(), whole()])) == [parse(smallest()), parse(whole())]


def test_one_wrong_record_refuses_all_and_is_named_by_its_place() -> None:
    wrong = smallest(happened={"from": "2019-13"})
    with pytest.raises(RecordError) as refusal:
        read_records(as_file([smallest(), smallest(), smallest(), wrong]))
    assert refusal.value.path == "$[3].happened.from"
    with pytest.raises(RecordError) as refusal:
        read_records(as_file(wrong))
    assert refusal.value.path == "$.happened.from"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b"[]", "an empty list"),
        (b"{", "is not JSON"),
        (b"{} {}", "is not JSON"),
        (b"'a'", "is not JSON"),
        (b"[1,]", "is not JSON"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b"\xff\xfe{\x00}\x00", "byte order mark"),
        (b'{"narrative": "\xe0\xa6"}', "is not UTF-8"),
        (b'{"affected": {"count": NaN}}', "NaN"),
        (b'{"affected": {"count": -Infinity}}', "-Infinity"),
        (b'{"affected": {"count": ' + b"9" * 5000 + b"}}", "number that is too long"),
        (b"[" * 100_000 + b"]" * 100_000, "nested more than"),
        (b'{"a":' * 100_000, "nested more than"),
        (b"[1]", "must be an object, not a number"),
        (b"null", "must be an object, not null"),
        (b'"text"', "must be an object, not a text"),
    ],
)
def test_what_is_no_file_of_records_is_refused_with_a_sentence(data: bytes, reason: str) -> None:
    with pytest.raises(RecordError, match=reason):
        read_records(data)


def test_a_field_given_twice_is_refused_where_it_stands() -> None:
    twice = as_file([smallest(), smallest(danger={"now": "no"})]).replace(
        b'"now": "no"', b'"now": "yes", "now": "no"'
    )
    with pytest.raises(RecordError) as refusal:
        read_records(twice)
    assert refusal.value.path == "$[0].danger.now"
    assert refusal.value.reason == "is given twice"


def test_escaped_halves_of_a_character_are_refused() -> None:
    data = json.dumps(smallest(narrative="\ud83d")).encode()
    with pytest.raises(RecordError, match="lone surrogate"):
        read_records(data)


def test_brackets_in_a_text_are_not_nesting() -> None:
    told = '[[[{{{"\\' * 500
    (record,) = read_records(as_file(smallest(narrative=told)))
    assert record.narrative == told


def test_too_much_at_once_is_refused_before_it_is_read() -> None:
    with pytest.raises(RecordError, match="the most that is read at once"):
        read_records(b" " * (MAX_BYTES + 1))
    with pytest.raises(RecordError, match="records"):
        read_plain(b"[" + b"0," * MAX_RECORDS + b"0]")


@given(st.binary(max_size=200))
def test_any_bytes_give_records_or_a_refusal(data: bytes) -> None:
    with suppress(RecordError):
        read_records(data)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(FIELDS),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=4), inner)
    ),
    max_leaves=12,
)


@settings(max_examples=150)
@given(st.sampled_from(FIELDS), plain, st.booleans())
def test_any_value_in_any_field_is_taken_or_refused(key: str, value: object, draft: bool) -> None:
    try:
        record = parse(whole() | {key: value}, draft=draft)
    except RecordError as refusal:
        str(refusal).encode("utf-8")
    else:
        assert parse(fill(record), draft=draft) == record


@settings(max_examples=150)
@given(st.data())
def test_a_record_changed_anywhere_is_taken_or_refused(data: st.DataObject) -> None:
    record = whole()
    _change(record, data)
    with suppress(RecordError):
        parsed = parse(record)
        assert parse(fill(parsed)) == parsed


def _change(part: Any, data: st.DataObject) -> None:
    """Put something else into one place, deep or shallow."""
    key = data.draw(st.sampled_from(list(part)) if isinstance(part, dict) else st.integers(0, len(part) - 1))
    inner = part[key]
    if isinstance(inner, (dict, list)) and inner and data.draw(st.booleans()):
        _change(inner, data)
    else:
        part[key] = data.draw(plain)
