"""Open pages inside the writer's transactions, without a network."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from sync import wire
from sync.relay.cellfiles import CellFiles
from sync.relay.openpages import OpenPages
from sync.relay.records import BLOCK, SpentToken
from sync.relay.schema import log_key, open_relay_database
from sync.relay.store import Cell

LANE = (1, 0)
DEPOSIT = BLOCK + wire.CELLS_PER_DEPOSIT * wire.CELL_BYTES  # what one takes in a log when it comes alone


def logged(deposits: int) -> int:
    """What deposits that come together take in a log."""
    header = 57 + deposits * (52 + wire.CELLS_PER_DEPOSIT * wire.DIGEST_BYTES)
    return header + -header % BLOCK + deposits * wire.CELLS_PER_DEPOSIT * wire.CELL_BYTES


def some_token() -> SpentToken:
    return SpentToken(os.urandom(16), os.urandom(16), os.urandom(16), 7)


class Book:
    """Open pages with transactions made by hand."""

    def __init__(self, folder: Path) -> None:
        self.connection = open_relay_database(folder)
        self.files = CellFiles(folder, log_key=log_key(self.connection))
        self.pages = OpenPages(self.connection, self.files)

    def transaction(
        self, *deposits: list[Cell], commit: bool = True
    ) -> list[tuple[tuple[int, int, int], int]]:
        """Some deposits, then somebody who wants to close pages: all in one transaction."""
        self.connection.execute("BEGIN IMMEDIATE")
        for cells in deposits:
            self.pages.add(LANE, cells, some_token())
        sealed = self.pages.sealed(0)
        self.pages.write()
        if commit:
            self.connection.execute("COMMIT")
            self.pages.committed()
        else:
            self.connection.execute("ROLLBACK")
            self.pages.rolled_back()
        return sealed


def deposit() -> list[Cell]:
    bodies = [os.urandom(wire.CELL_BYTES) for _ in range(wire.CELLS_PER_DEPOSIT)]
    return [(hashlib.sha256(body).digest(), memoryview(body)) for body in bodies]


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path)


def test_a_page_filled_in_this_transaction_is_closed_only_after_it(book: Book) -> None:
    assert book.transaction(*(deposit() for _ in range(120))) == []
    assert book.transaction(*(deposit() for _ in range(20))) == [], (
        "its last eight deposits are not written yet"
    )
    assert book.transaction() == [((1, 0, 1), logged(120) + logged(8))]
    assert book.files.write_page((1, 0, 1), log_bytes=logged(120) + logged(8))[0] == 1024


def test_a_rollback_in_the_middle_of_filling_goes_back(book: Book) -> None:
    kept = [deposit() for _ in range(120)]
    book.transaction(*kept)
    book.transaction(*(deposit() for _ in range(20)), commit=False)
    last = [deposit() for _ in range(8)]
    book.transaction(*last)
    assert book.transaction() == [((1, 0, 1), logged(120) + logged(8))]
    count, digest = book.files.write_page((1, 0, 1), log_bytes=logged(120) + logged(8))
    cells = sorted(cell for cells in kept + last for cell in cells)
    assert (count, digest) == (1024, wire.page_digest(name for name, _ in cells))


def test_a_new_process_goes_on_where_the_last_commit_was(book: Book, tmp_path: Path) -> None:
    first, second = deposit(), deposit()
    book.transaction(first)
    book.transaction(deposit(), commit=False)
    book.files.close()
    again = Book(tmp_path)
    again.transaction(second)
    again.pages.seal(LANE)
    assert again.transaction() == [((1, 0, 1), 2 * DEPOSIT)]
    assert again.files.write_page((1, 0, 1), log_bytes=2 * DEPOSIT)[0] == 16


def test_an_old_log_serves_another_page_and_what_it_held_does_not_count(book: Book, tmp_path: Path) -> None:
    for _ in range(20):
        book.transaction(deposit())
    book.pages.seal(LANE)
    book.files.retire_log((1, 0, 1))
    fresh = deposit()
    book.transaction(fresh)
    (log,) = (tmp_path / "open").iterdir()
    assert log.name == "1-0-2"
    assert log.stat().st_size == 20 * DEPOSIT
    book.pages.seal(LANE)
    assert book.transaction() == [((1, 0, 1), 20 * DEPOSIT), ((1, 0, 2), DEPOSIT)]
    expected = wire.page_digest(sorted(name for name, _ in fresh))
    assert book.files.write_page((1, 0, 2), log_bytes=DEPOSIT) == (8, expected)


def test_a_log_that_is_not_needed_again_is_erased(book: Book, tmp_path: Path) -> None:
    book.transaction(deposit())
    book.pages.seal(LANE)
    book.files.retire_log((1, 0, 1))
    book.files.scrub(older_than_s=60.0)
    assert len(list((tmp_path / "open").iterdir())) == 1
    book.files.scrub(older_than_s=0.0)
    assert list((tmp_path / "open").iterdir()) == []


def test_only_a_few_old_logs_are_kept(book: Book, tmp_path: Path) -> None:
    for _ in range(7):
        book.transaction(deposit())
        book.pages.seal(LANE)
    for number in range(1, 8):
        book.files.retire_log((1, 0, number))
    assert len(list((tmp_path / "open").iterdir())) == 4


def test_a_record_is_synced_before_the_transaction_is_committed(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []

    def sync(handle: int) -> None:
        synced.append(os.fstat(handle).st_size)
        assert book.connection.in_transaction

    monkeypatch.setattr("sync.relay.cellfiles.sync_data", sync)
    book.transaction(deposit())
    assert synced == [DEPOSIT]
