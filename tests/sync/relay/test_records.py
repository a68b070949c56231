"""What is taken for a record of a log, and what is not."""

from __future__ import annotations

import hashlib
import os

import pytest

from sync import wire
from sync.relay.records import BLOCK, Key, SpentToken, is_whole, make_header, read_records
from sync.relay.store import Cell

LOG_KEY = bytes(range(32))
PAGE: Key = (3, 1, 9)


def some_cells(count: int) -> list[Cell]:
    bodies = [os.urandom(wire.REPLY_CELL_BYTES) for _ in range(count)]
    return sorted((hashlib.sha256(body).digest(), memoryview(body)) for body in bodies)


def some_tokens(count: int) -> list[SpentToken]:
    return sorted(SpentToken(os.urandom(16), os.urandom(16), os.urandom(16), 7) for _ in range(count))


def record(
    page: Key = PAGE, *, at: int = 0, cells: list[Cell], spent: list[SpentToken], key: bytes = LOG_KEY
) -> bytes:
    return make_header(key, page, at=at, spent=spent, cells=cells) + b"".join(body for _, body in cells)


@pytest.mark.parametrize(("deposits", "count"), [(0, 1), (1, 4), (1, 8), (64, 512)])
def test_a_record_says_what_went_into_it(deposits: int, count: int) -> None:
    cells, spent = some_cells(count), some_tokens(deposits)
    log = record(cells=cells, spent=spent)
    (found,) = read_records(LOG_KEY, PAGE, log, at=0, end=len(log))
    assert (found.spent, found.end) == (spent, len(log))
    assert [(name, log[start : start + wire.REPLY_CELL_BYTES]) for name, start in found.cells] == cells
    assert all(start % BLOCK == 0 for _, start in found.cells)
    assert is_whole(found, PAGE, log)


def test_records_stand_one_behind_the_other() -> None:
    deposits = 3
    log = b""
    for _ in range(deposits):
        log += record(at=len(log), cells=some_cells(4), spent=some_tokens(1))
    ends = [found.end for found in read_records(LOG_KEY, PAGE, log, at=0, end=len(log))]
    assert ends == [len(log) * turn // deposits for turn in range(1, deposits + 1)]
    assert not list(read_records(LOG_KEY, PAGE, log, at=0, end=len(log) // deposits - 1)), "not all there"


@pytest.mark.parametrize("page", [(4, 1, 9), (3, 1, 8), (3, 0, 9)])
def test_what_another_page_left_in_the_log_is_no_record(page: Key) -> None:
    log = record(page, cells=some_cells(4), spent=some_tokens(1))
    assert not list(read_records(LOG_KEY, PAGE, log, at=0, end=len(log)))


def test_what_stood_elsewhere_in_the_log_is_no_record() -> None:
    log = record(at=BLOCK, cells=some_cells(4), spent=some_tokens(1))
    assert not list(read_records(LOG_KEY, PAGE, log, at=0, end=len(log)))


def test_a_cell_that_looks_like_a_record_is_none() -> None:
    forged = record(cells=some_cells(4), spent=some_tokens(1), key=bytes(32))
    assert not list(read_records(LOG_KEY, PAGE, forged, at=0, end=len(forged)))


@pytest.mark.parametrize("place", [0, 31, 32, 56, 57, 150, 236])
def test_a_header_that_was_changed_is_none(place: int) -> None:
    log = bytearray(record(cells=some_cells(4), spent=some_tokens(1)))
    log[place] ^= 1
    assert not list(read_records(LOG_KEY, PAGE, bytes(log), at=0, end=len(log)))


@pytest.mark.parametrize("length", [0, 10, 56, 57, 200, BLOCK, BLOCK + 9])
def test_a_record_that_is_cut_short_is_none(length: int) -> None:
    log = record(cells=some_cells(4), spent=some_tokens(1))[:length]
    assert not list(read_records(LOG_KEY, PAGE, log, at=0, end=length))


def test_a_record_without_one_of_its_cells_is_not_whole() -> None:
    log = bytearray(record(cells=some_cells(4), spent=some_tokens(1)))
    log[-1] ^= 1
    (found,) = read_records(LOG_KEY, PAGE, bytes(log), at=0, end=len(log))
    assert not is_whole(found, PAGE, bytes(log))
