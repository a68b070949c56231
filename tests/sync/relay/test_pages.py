"""Pages and their index: the same bytes for everyone, in no order that tells anything."""

from __future__ import annotations

import hashlib

import cbor2
import pytest

from sync import wire
from tests.sync.relay.asking import Office, cells_of, digest_of, eventually, some_cells
from tests.sync.relay.running import start_relay

FOR_EVER = "public, max-age=31536000, immutable"


@pytest.fixture
def filled(office: Office) -> Office:
    for _ in range(2):
        assert office.deposit(some_cells()).status == 204
    office.wait_for(16)
    return office


def test_a_new_pool_has_an_empty_index(office: Office) -> None:
    assert office.index() == {1: 1, 2: [], 3: 1, 4: 0}
    assert office.get("complaints/pages/1").status == 404


def test_cells_in_a_page_are_in_the_order_of_their_hashes(tmp_path_factory: pytest.TempPathFactory) -> None:
    with start_relay(tmp_path_factory.mktemp("slow"), page_seconds=2.0) as relay:
        office = Office.open(relay)
        sent = [cell for _ in range(4) for cell in sent_cells(office)]
        cells = office.wait_for(len(sent))
        rows = office.index()[wire.INDEX_PAGES]
        assert isinstance(rows, list)
        start = 0
        for row in rows:
            page = cells[start : start + row[0]]
            hashes = [hashlib.sha256(cell).digest() for cell in page]
            assert hashes == sorted(hashes)
            assert row[2] % 2 == 0, "the moment of closing is rounded down to the period"
            start += row[0]
        assert sorted(cells) == sorted(sent)


def sent_cells(office: Office) -> list[bytes]:
    body = some_cells()
    assert office.deposit(body).status == 204
    return cells_of(body)


def test_the_same_cell_twice_in_a_page_is_kept_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    with start_relay(tmp_path_factory.mktemp("twins"), page_seconds=2.0) as relay:
        office = Office.open(relay)
        assert office.deposit(bytes(wire.DEPOSIT_BYTES_OF[wire.COMPLAINTS])).status == 204
        assert office.wait_for(1) == [bytes(wire.CELL_BYTES)]


def test_a_page_closes_when_it_has_1024_cells_and_empty_pages_do_not_exist(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with start_relay(tmp_path_factory.mktemp("full"), page_seconds=10_000.0) as relay:
        office = Office.open(relay, tokens=130)
        for _ in range(127):
            assert office.deposit(some_cells()).status == 204
        assert office.index()[wire.INDEX_PAGES] == []
        for _ in range(2):
            assert office.deposit(some_cells()).status == 204
        rows = eventually(lambda: office.index()[wire.INDEX_PAGES] or None)
        assert [row[0] for row in rows] == [1024]
        assert len(office.get("complaints/pages/1").body) == 1024 * wire.CELL_BYTES


def test_the_index_is_deterministic_cbor_with_an_etag(filled: Office) -> None:
    reply = filled.get("complaints/pages")
    assert reply.headers["content-type"] == "application/cbor"
    assert reply.headers["cache-control"] == "no-cache"
    assert reply.headers["etag"] == f'"{hashlib.sha256(reply.body).hexdigest()}"'
    assert cbor2.dumps(cbor2.loads(reply.body), canonical=True) == reply.body
    assert filled.get("complaints/pages?chunk=0").body == reply.body


@pytest.mark.parametrize("query", ["chunk=-1", "chunk=x", "chunk=", "chunk=00", "a=1", "chunk=0&chunk=0"])
def test_a_malformed_query_is_refused(office: Office, query: str) -> None:
    assert office.get(f"complaints/pages?{query}").status == 400


def test_a_chunk_that_is_not_there_yet_is_404(filled: Office) -> None:
    assert filled.get("complaints/pages?chunk=1").status == 404


def test_what_a_client_has_is_not_sent_again(filled: Office) -> None:
    for path in ("complaints/pages", "complaints/pages/1"):
        etag = filled.get(path).headers["etag"]
        for value in (etag, f'"x", {etag}', f"W/{etag}", "*"):
            again = filled.get(path, If_None_Match=value)
            assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)
        assert filled.get(path, If_None_Match='"other"').status == 200


def test_an_index_changes_with_the_next_page(filled: Office) -> None:
    before = filled.get("complaints/pages").headers["etag"]
    assert filled.deposit(some_cells()).status == 204
    filled.wait_for(24)
    assert filled.get("complaints/pages", If_None_Match=before).status == 200


def test_a_page_may_be_cached_for_ever(filled: Office) -> None:
    reply = filled.get("complaints/pages/1")
    assert reply.headers["cache-control"] == FOR_EVER
    assert reply.headers["etag"] == f'"{digest_of(reply.body).hex()}"'
    assert len(reply.body) % wire.CELL_BYTES == 0


@pytest.mark.parametrize("number", ["0", "99", "999999999", "x", "01", "1.5", "%31%30"])
def test_a_page_that_never_was_is_404(filled: Office, number: str) -> None:
    assert filled.get(f"complaints/pages/{number}").status == 404


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=16384-", 16_384, None),
        ("bytes=-5", -5, None),
        ("bytes=100-99999999", 100, None),
        ("bytes=16000-17000", 16_000, 17_000),
    ],
)
def test_a_range_of_a_page(filled: Office, wanted: str, first: int, last: int | None) -> None:
    whole = filled.get("complaints/pages/1").body
    reply = filled.get("complaints/pages/1", Range=wanted)
    expected = whole[first : None if last is None else last + 1]
    assert (reply.status, reply.body) == (206, expected)
    start = first % len(whole)
    assert reply.headers["content-range"] == f"bytes {start}-{start + len(expected) - 1}/{len(whole)}"


@pytest.mark.parametrize(
    "wanted", ["bytes=99999999-", "bytes=5-2", "bytes=0-1,3-4", "bytes=-", "bytes=-0", "cells=1-2"]
)
def test_a_range_that_cannot_be_served(filled: Office, wanted: str) -> None:
    reply = filled.get("complaints/pages/1", Range=wanted)
    assert reply.status == 416
    assert reply.headers["content-range"].startswith("bytes */")


def test_a_range_of_another_page_than_the_client_has_gets_the_whole(filled: Office) -> None:
    etag = filled.get("complaints/pages/1").headers["etag"]
    assert filled.get("complaints/pages/1", Range="bytes=0-9", If_Range=etag).status == 206
    assert filled.get("complaints/pages/1", Range="bytes=0-9", If_Range='"other"').status == 200
