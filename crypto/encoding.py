"""Deterministic CBOR (RFC 8949 section 4.2), read strictly.

Keys are ordered as section 4.2.3 says, by length first; in every map of ours, whose keys are all texts or all
small integers, that is the order of section 4.2.1 too.

`decode` gives back only what `encode` would write: it decodes, encodes again and compares the bytes, so that
no two byte strings mean the same thing and a signature covers exactly one of them. No floats, no tags, no
indefinite lengths, no duplicate keys.
"""

from __future__ import annotations

from typing import Any, Final, TypeVar

import cbor2

from crypto.errors import EncodingError

MAX_DEPTH: Final = 24
"""Deeper than any structure of ours; a bomb of nested lists stops here."""

T = TypeVar("T")


def encode(value: Any) -> bytes:
    """The one encoding of a value made of int, bytes, str, bool, None, list and dict."""
    _require_plain(value, depth=0, ordered=False)
    return cbor2.dumps(value, canonical=True)


def decode(data: bytes) -> Any:
    """The value, or `EncodingError` for anything that `encode` would not have written."""
    try:
        value = cbor2.loads(data, max_depth=MAX_DEPTH, allow_indefinite=False, allow_duplicate_keys=False)
        _require_plain(value, depth=0, ordered=True)
        again = cbor2.dumps(value)
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError, MemoryError) as error:
        raise EncodingError from error
    if again != data:
        raise EncodingError
    return value


_LEAVES: Final = frozenset({bytes, str, bool, type(None)})


def _require_plain(value: Any, *, depth: int, ordered: bool) -> None:
    kind = type(value)
    if kind in _LEAVES:
        return
    if kind is int:
        if not -(2**63) <= value < 2**64:
            raise EncodingError
        return
    if depth >= MAX_DEPTH:
        raise EncodingError
    if kind is list:
        for item in value:
            if type(item) not in _LEAVES:
                _require_plain(item, depth=depth + 1, ordered=ordered)
    elif kind is dict:
        _require_keys(list(value), ordered=ordered)
        for item in value.values():
            if type(item) not in _LEAVES:
                _require_plain(item, depth=depth + 1, ordered=ordered)
    else:
        raise EncodingError


def _require_keys(keys: list[Any], *, ordered: bool) -> None:
    kinds = {type(key) for key in keys}
    if not kinds <= {int, str}:
        raise EncodingError
    if int in kinds and not all(-(2**63) <= key < 2**64 for key in keys if type(key) is int):
        raise EncodingError
    if not ordered or len(keys) < 2:
        return
    written: list[Any]
    if kinds == {str}:
        written = [(len(data), data) for data in map(str.encode, keys)]
    elif kinds == {int} and min(keys) >= 0:
        written = keys
    else:
        written = [(len(data), data) for data in map(cbor2.dumps, keys)]
    if sorted(written) != written:
        raise EncodingError


class Fields:
    """A decoded map whose entries are taken by key with their type checked; `done()` refuses the rest.

    Everything off the wire goes through this, so a structure with a missing, extra or mistyped field is
    refused with one error, whatever it was.
    """

    def __init__(self, value: Any) -> None:
        if type(value) is not dict:
            raise EncodingError
        self._left = dict(value)

    @classmethod
    def of(cls, data: bytes) -> Fields:
        """Decode `data`, which must be a map."""
        return cls(decode(data))

    def take(self, key: int, kind: type[T]) -> T:
        """The entry, which must be there and of exactly this type."""
        value = self._left.pop(key, _ABSENT)
        if type(value) is not kind:
            raise EncodingError
        return value

    def optional(self, key: int, kind: type[T]) -> T | None:
        """The entry, or None when it is absent or null."""
        value = self._left.pop(key, None)
        if value is None:
            return None
        if type(value) is not kind:
            raise EncodingError
        return value

    def octets(self, key: int, length: int) -> bytes:
        """A byte string of exactly this length."""
        value = self.take(key, bytes)
        if len(value) != length:
            raise EncodingError
        return value

    def natural(self, key: int, *, below: int = 2**63) -> int:
        """An integer in [0, below)."""
        value = self.take(key, int)
        if not 0 <= value < below:
            raise EncodingError
        return value

    def text(self, key: int, *, limit: int = 200) -> str:
        """A text of at most `limit` characters."""
        value = self.take(key, str)
        if len(value) > limit:
            raise EncodingError
        return value

    def items(self, key: int, *, limit: int) -> list[Any]:
        """A list of at most `limit` entries."""
        value: list[Any] = self.take(key, list)
        if len(value) > limit:
            raise EncodingError
        return value

    def done(self) -> None:
        """Refuse fields that nobody asked for."""
        if self._left:
            raise EncodingError


_ABSENT: Final = object()
