"""Reads a file of intake records: one JSON object or an array of them, all or nothing.

Guarantees: whatever the bytes are, either records or one RecordError with a sentence comes out; a field that
is named twice, NaN, bytes that are not UTF-8 and nesting without end are refused.
"""

from __future__ import annotations

import json
import re
from typing import NoReturn

from app.domain.errors import RecordError
from app.domain.record import IntakeRecord, parse
from app.domain.shapes import DoubledKeys

MAX_BYTES = 32 * 1024 * 1024  # five thousand long interviews
MAX_RECORDS = 5_000
MAX_DEPTH = 32  # the record itself is five deep

_NESTING = re.compile(
    r'"(?:[^"\\]++|\\.)*+"|[\[{\]}]', re.DOTALL
)  # texts whole, so that their brackets do not count


def read_plain(data: bytes) -> list[object]:
    """The objects of a file, not yet read as records; RecordError when it is not such a file."""
    if len(data) > MAX_BYTES:
        raise RecordError("$", f"has {len(data)} bytes; {MAX_BYTES} is the most that is read at once")
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise RecordError("$", "begins with a byte order mark; save it as UTF-8 without one")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise RecordError("$", f"is not UTF-8 (byte {fault.start + 1})") from fault
    if not text.strip():
        raise RecordError("$", "is empty")
    _check_depth(text)
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except json.JSONDecodeError as fault:
        raise RecordError(
            "$", f"is not JSON: {fault.msg}, line {fault.lineno}, column {fault.colno}"
        ) from fault
    except ValueError as fault:  # a number of more digits than Python converts
        raise RecordError("$", "holds a number that is too long") from fault
    if not isinstance(value, list):
        return [value]
    if not value:
        raise RecordError("$", "is an empty list; there is nothing to take")
    if len(value) > MAX_RECORDS:
        raise RecordError("$", f"holds {len(value)} records; {MAX_RECORDS} is the most that is read at once")
    return value


def read_records(data: bytes, *, has_voice: bool = False) -> list[IntakeRecord]:
    """All records of a file. Paths begin with `$` for one object and `$[3]` for the fourth of an array."""
    plain = read_plain(data)
    in_list = data.lstrip(b" \t\r\n").startswith(b"[")
    return [
        parse(value, path=f"$[{index}]" if in_list else "$", has_voice=has_voice)
        for index, value in enumerate(plain)
    ]


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    doubled = DoubledKeys(plain)
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            doubled.key = key
            break
        seen.add(key)
    return doubled


def _constant(name: str) -> NoReturn:
    raise RecordError("$", f"holds {name}, which is not a number of JSON")


def _check_depth(text: str) -> None:
    """Refuse deep nesting before the parser recurses into it."""
    depth = 0
    for found in _NESTING.finditer(text):
        if found.group() in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise RecordError("$", f"is nested more than {MAX_DEPTH} deep")
        elif found.group() in "]}":
            depth -= 1
