"""The index as a device believes it: the vectors that the independent decoder reads too."""

from __future__ import annotations

import hashlib

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import wire
from sync.errors import RelayRubbishError
from sync.pageindex import parse_index
from tests.vectors.frozen import read

VECTORS = read("relay")
INDEXES, REFUSED = VECTORS["indexes"], VECTORS["refused_indexes"]


@pytest.mark.parametrize("vector", INDEXES, ids=[one["name"] for one in INDEXES])
def test_an_index_is_read_as_the_vectors_say(vector: dict[str, object]) -> None:
    chunk = vector["chunk"]
    assert chunk is None or isinstance(chunk, int)
    found = parse_index(bytes.fromhex(str(vector["bytes"])), etag=str(vector["etag"]), chunk=chunk)
    assert found.first == vector["first"]
    assert [[one.cells, one.digest.hex(), one.closed_at] for one in found.entries] == vector["entries"]
    assert [one.number for one in found.entries] == list(range(found.first, found.first + len(found.entries)))
    assert (found.lowest, found.highest_chunk) == (vector["lowest"] or 0, vector["highest_chunk"] or 0)
    assert hashlib.sha256(bytes.fromhex(str(vector["bytes"]))).hexdigest() == vector["etag"]


@pytest.mark.parametrize("vector", REFUSED, ids=[one["name"] for one in REFUSED])
def test_an_index_that_cannot_be_is_refused(vector: dict[str, object]) -> None:
    chunk = vector["chunk"]
    assert chunk is None or isinstance(chunk, int)
    with pytest.raises(RelayRubbishError):
        parse_index(bytes.fromhex(str(vector["bytes"])), etag="", chunk=chunk)


def test_more_pages_than_a_chunk_has_are_refused() -> None:
    line = [1, bytes(32), 0]
    for count, fits in ((wire.PAGES_PER_CHUNK, True), (wire.PAGES_PER_CHUNK + 1, False)):
        body = cbor2.dumps({1: 1, 2: [line] * count, 3: 1, 4: 0}, canonical=True)
        if fits:
            assert len(parse_index(body, etag="", chunk=None).entries) == count
        else:
            with pytest.raises(RelayRubbishError):
                parse_index(body, etag="", chunk=None)


@settings(max_examples=200, deadline=None)
@given(junk=st.binary(max_size=80), place=st.integers(0, 120))
def test_whatever_a_relay_sends_is_an_index_or_refused(junk: bytes, place: int) -> None:
    whole = bytes.fromhex(INDEXES[0]["bytes"])
    for data in (junk, whole[:place] + junk + whole[place + len(junk) :]):
        try:
            parse_index(data, etag="", chunk=None)
        except RelayRubbishError:
            continue
