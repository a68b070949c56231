"""A set of token hashes holds what was published and nothing beside it, wherever that would stand."""

from __future__ import annotations

import pytest

from sync import wire
from sync.relay.tokens import TokenSet, distinct_hashes

SIZE = wire.TOKEN_HASH_BYTES


def hashed(number: int) -> bytes:
    return number.to_bytes(SIZE)


EVEN = TokenSet(b"".join(hashed(number) for number in range(2, 12, 2)))


def test_a_set_holds_each_of_its_hashes_and_no_other() -> None:
    assert [number for number in range(14) if hashed(number) in EVEN] == [2, 4, 6, 8, 10]
    assert hashed(2**127) not in EVEN
    assert hashed(2) not in TokenSet(b"")


@pytest.mark.parametrize("other", [hashed(4)[:-1], hashed(4) + b"\0", hashed(4)[1:], b"", 4, None, "4"])
def test_what_is_no_hash_is_in_no_set(other: object) -> None:
    assert other not in EVEN


def test_a_set_is_a_sequence_of_its_hashes() -> None:
    assert len(EVEN) == 5
    assert EVEN[1] == hashed(4)
    assert EVEN[1:3] == [hashed(4), hashed(6)]
    assert EVEN[-5:] == EVEN[0:5] == list(EVEN)


def test_a_hash_that_is_published_twice_counts_once() -> None:
    assert distinct_hashes(hashed(1) * 3 + hashed(2)) == {hashed(1), hashed(2)}
    assert distinct_hashes(b"") == frozenset()
