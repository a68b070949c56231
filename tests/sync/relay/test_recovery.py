"""A power cut takes the last of what SQLite was told; the logs still have it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from sync import wire
from sync.relay.disk import lock_file
from sync.relay.operating import backup, check
from sync.relay.schema import LOCK_NAME, RelayOldRunningError, open_relay_database
from tests.sync.relay.asking import Office, cells_of, some_cells
from tests.sync.relay.running import start_relay
from tests.sync.relay.test_openpages import LANE, Book, deposit

# No page closes by itself before 2033. What SQLite notes of a closed page is synced: no power cut takes that.
NEVER = 1e9


class PowerCut:
    """The database as it was at one moment, put back under files that went on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept = folder.with_name("kept.db")
        source, copy = sqlite3.connect(folder / "relay.db"), sqlite3.connect(self._kept)
        source.backup(copy)
        source.close()
        copy.close()

    def happens(self) -> None:
        for name in ("relay.db", "relay.db-wal", "relay.db-shm"):
            (self._folder / name).unlink(missing_ok=True)
        shutil.copy(self._kept, self._folder / "relay.db")


def test_what_sqlite_forgot_in_a_power_cut_is_found_in_the_logs(tmp_path: Path) -> None:
    folder = tmp_path / "relay"
    with start_relay(folder, page_seconds=NEVER, reply_page_seconds=NEVER) as relay:
        office = Office.open(relay)
        known = some_cells()
        assert office.deposit(known).status == 204
        cut = PowerCut(folder)
        asked = [(office.tokens.pop(), os.urandom(16).hex(), stream) for stream in wire.STREAMS]
        bodies = [some_cells(stream) for _, _, stream in asked]
        for (token, name, stream), body in zip(asked, bodies, strict=True):
            assert office.deposit(body, token=token, name=name, stream=stream).status == 204
        relay.kill()
    cut.happens()
    with start_relay(folder, page_seconds=1.0) as relay:
        office.relay = relay
        for (token, name, stream), body in zip(asked, bodies, strict=True):
            assert office.deposit(some_cells(stream), token=token, stream=stream).status == 409, "it is spent"
            assert office.deposit(body, token=token, name=name, stream=stream).status == 204, "a retry"
        assert sorted(office.wait_for(16)) == sorted(cells_of(known) + cells_of(bodies[0]))


def test_a_copy_of_a_folder_after_a_power_cut_lacks_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "relay"
    with start_relay(folder, page_seconds=NEVER, reply_page_seconds=NEVER) as relay:
        office = Office.open(relay)
        cut = PowerCut(folder)
        assert office.deposit(some_cells()).status == 204
        relay.kill()
    cut.happens()
    assert backup(folder, tmp_path / "copy").cells == 8


def test_a_record_that_a_power_cut_left_without_its_last_cells_does_not_count(tmp_path: Path) -> None:
    book = Book(tmp_path)
    book.transaction(deposit())
    book.connection.execute("DELETE FROM open_page")
    book.files.close()
    with open(tmp_path / "open" / "1-0-1", "r+b") as log:
        log.seek(-4_096, os.SEEK_END)
        log.write(bytes(4_096))
    again = Book(tmp_path)
    assert again.pages.lanes(0) == []
    assert again.connection.execute("SELECT count(*) FROM spent").fetchone() == (0,)


def test_what_a_transaction_that_failed_left_is_not_found_after_a_crash(tmp_path: Path) -> None:
    book = Book(tmp_path)
    book.transaction(deposit())
    book.transaction(deposit(), commit=False)
    book.files.close()
    again = Book(tmp_path)
    again.pages.seal(LANE)
    ((_, size),) = again.transaction()
    assert again.files.write_page((*LANE, 1), log_bytes=size)[0] == wire.CELLS_PER_DEPOSIT


def test_nothing_is_written_while_a_failed_transaction_cannot_be_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = Book(tmp_path)

    def failing(*_: object, **__: object) -> None:
        raise OSError(5, "the disk")

    with monkeypatch.context() as patch:
        patch.setattr(book.files, "void", failing)
        book.transaction(deposit(), commit=False)
        with pytest.raises(OSError, match="the disk"):
            book.transaction(deposit())
        book.connection.execute("ROLLBACK")
        book.pages.rolled_back()
    book.transaction(deposit())
    book.pages.seal(LANE)
    ((_, size),) = book.transaction()
    assert book.files.write_page((*LANE, 1), log_bytes=size)[0] == wire.CELLS_PER_DEPOSIT


def test_a_record_whose_tokens_came_again_elsewhere_does_not_count(tmp_path: Path) -> None:
    book = Book(tmp_path)
    book.transaction(deposit())
    ((pool, token),) = book.connection.execute("SELECT pool, number FROM open_page").fetchall()
    record = next(book.files.records((*LANE, 1)))
    book.connection.execute("DELETE FROM open_page")
    book.connection.execute("INSERT INTO spent VALUES (?, ?, ?, ?, ?)", (pool, *record.spent[0]))
    book.files.close()
    assert (token, Book(tmp_path).pages.lanes(0)) == (1, [])


def old_folder(folder: Path) -> tuple[Office, bytes]:
    """A folder whose open page was written by the version before logs had records."""
    body = some_cells()
    with start_relay(folder, page_seconds=NEVER, reply_page_seconds=NEVER) as relay:
        office = Office.open(relay)
        assert office.deposit(body).status == 204
        relay.kill()
    book = Book(folder)
    (record,) = book.files.records((*LANE, 1))
    log = folder / "open" / "1-0-1"
    content = log.read_bytes()
    units = [name + content[start : start + wire.CELL_BYTES] for name, start in record.cells]
    log.write_bytes(b"".join(units) + os.urandom(99))
    book.connection.execute("UPDATE open_page SET log_bytes = ?", (sum(map(len, units)),))
    book.connection.execute("DROP TABLE log_key")
    book.connection.execute("PRAGMA user_version = 2")
    book.connection.close()
    return office, body


def test_the_open_pages_of_the_version_before_are_closed(tmp_path: Path) -> None:
    office, body = old_folder(tmp_path)
    with start_relay(tmp_path) as relay:
        office.relay = relay
        assert sorted(office.wait_for(8)) == sorted(cells_of(body))
        more = some_cells()
        assert office.deposit(more).status == 204
        assert sorted(office.wait_for(16)) == sorted(cells_of(body) + cells_of(more))
    assert check(tmp_path).problems == []


def test_a_folder_is_not_brought_up_to_date_under_an_older_relay(tmp_path: Path) -> None:
    old_folder(tmp_path)
    held = lock_file(tmp_path / LOCK_NAME)
    with pytest.raises(RelayOldRunningError, match="Restart the relay"):
        open_relay_database(tmp_path)
    os.close(held)
    open_relay_database(tmp_path).close()
