"""Reads plain data (from JSON or CBOR) into frozen records, following their types, and knows where it is.

Guarantees: every refusal is a RecordError with the JSON path and a sentence; unknown fields, a field given
twice and every wrong type are refused; nothing is converted silently (`1` is not `"1"`, `true` is not a
number).
Does not: check what two fields mean together; `record.py` does.
"""

from __future__ import annotations

import json
import re
import types
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from app.domain.errors import RecordError

T = TypeVar("T")
Reader = Callable[[object, str], Any]
MAX_ITEMS = 500  # lines in one list of one record; a roster of thousands is not an intake record

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}\Z")


class DoubledKeys(dict[str, object]):
    """An object that named the same field twice. `key` is the first such field."""

    key: str = ""


@dataclass(frozen=True)
class Read:
    """Stands in an `Annotated` type and says how a value of that type is read."""

    reader: Reader


def at(path: str, key: str) -> str:
    """The path of a field."""
    if _PLAIN_KEY.match(key):
        return f"{path}.{key}"
    return f"{path}[{quote(key)}]"


def quote(value: str) -> str:
    """A short value, in quotes, safe to print whatever it holds."""
    text = json.dumps(value[:40], ensure_ascii=False)
    if not text.isprintable():
        text = json.dumps(value[:40])
    return text if len(value) <= 40 else text[:-1] + '…"'


def kind(value: object) -> str:
    """The name of what was given instead."""
    if value is None:
        return "null"
    for kinds, name in (
        (bool, "true or false"), (int, "a number"), (float, "a number with a point"), (str, "a text"),
        (dict, "an object"), ((list, tuple), "a list"), ((bytes, bytearray), "bytes"),
    ):  # fmt: skip
        if isinstance(value, kinds):
            return name
    return "something else"


def read_text(value: object, path: str) -> str:
    """A text, whatever it says."""
    if not isinstance(value, str):
        raise RecordError(path, f"must be a text, not {kind(value)}")
    return value


def read_object(value: object, path: str, fields: tuple[str, ...]) -> dict[str, object]:
    """An object with no other fields than these."""
    if not isinstance(value, dict):
        raise RecordError(path, f"must be an object, not {kind(value)}")
    if isinstance(value, DoubledKeys):
        raise RecordError(at(path, value.key), "is given twice")
    for key in value:
        if not isinstance(key, str):
            raise RecordError(path, f"has a field whose name is {kind(key)}; names are texts")
        if key not in fields:
            raise RecordError(at(path, key), "is not a field that is known here")
    return value


def read(record: type[T], value: object, path: str) -> T:
    """Read one frozen record; RecordError says where it does not fit."""
    key: Any = record
    result = _reader(key)(value, path)
    assert isinstance(result, record)
    return result


def _struct(record: type[msgspec.Struct]) -> Reader:
    hints = get_type_hints(record, include_extras=True)
    known = {
        info.encode_name: (info.name, info.required, _reader(hints[info.name]))
        for info in msgspec.structs.fields(record)
    }
    names = tuple(known)

    def reader(value: object, path: str) -> Any:
        given = read_object(value, path, names)
        arguments = {}
        for key, (name, required, read_field) in known.items():
            if key in given:
                arguments[name] = read_field(given[key], at(path, key))
            elif required:
                raise RecordError(at(path, key), "is required here")
        return record(**arguments)

    return reader


def _choice(words: type[StrEnum]) -> Reader:
    listed = [word.value for word in words]
    sentence = f"{', '.join(listed[:-1])} or {listed[-1]}"

    def reader(value: object, path: str) -> Any:
        if not isinstance(value, str):
            raise RecordError(path, f"must be one of {sentence}, not {kind(value)}")
        if value not in listed:
            raise RecordError(path, f"{quote(value)} is not one of {sentence}")
        return words(value)

    return reader


def _list(item: Reader) -> Reader:
    def reader(value: object, path: str) -> Any:
        if not isinstance(value, (list, tuple)):
            raise RecordError(path, f"must be a list, not {kind(value)}")
        if len(value) > MAX_ITEMS:
            raise RecordError(path, f"has {len(value)} lines; {MAX_ITEMS} is the most that one record holds")
        return tuple(item(line, f"{path}[{index}]") for index, line in enumerate(value))

    return reader


def _optional(inner: Reader) -> Reader:
    return lambda value, path: None if value is None else inner(value, path)


def _boolean(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise RecordError(path, f"must be true or false, not {kind(value)}")
    return value


@cache
def _reader(wanted: Any) -> Reader:
    """The reader for a type, found once."""
    if get_origin(wanted) is Annotated:
        for mark in get_args(wanted)[1:]:
            if isinstance(mark, Read):
                return mark.reader
        return _reader(get_args(wanted)[0])
    if get_origin(wanted) in (Union, types.UnionType):
        inner = [part for part in get_args(wanted) if part is not types.NoneType]
        assert len(inner) == 1, f"{wanted} has more than one shape; give it a Read of its own"
        return _optional(_reader(inner[0]))
    if get_origin(wanted) is tuple:
        return _list(_reader(get_args(wanted)[0]))
    if wanted is bool:
        return _boolean
    if isinstance(wanted, type) and issubclass(wanted, StrEnum):
        return _choice(wanted)
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        return _struct(wanted)
    raise TypeError(f"no reader for {wanted}")
