"""What lies in a relay's folder, read while the relay may be running, and copies of the whole folder."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sync.relay.contents import (
    Checked,
    DirectoryRow,
    PageRow,
    PoolRow,
    SpentRow,
    TokenSetRow,
    WaitingRow,
    check,
)
from sync.relay.disk import open_private, sync_data, sync_folder
from sync.relay.places import RelayDataError
from sync.relay.records import Key, cell_bytes, is_whole, read_records
from sync.relay.recovery import settle
from sync.relay.schema import DATABASE_NAME, log_key, open_relay_database

ATTEMPTS: Final = 10


class Folder:
    """`Contents` of a data folder, as they were when this was made; closed pages are read from their files.

    A page that closes meanwhile takes its log away; then `waiting` raises `LogGoneError`.
    """

    def __init__(self, data_dir: Path) -> None:
        if not (data_dir / DATABASE_NAME).is_file():
            raise RelayDataError("There is no relay's data in this folder. Check its name.")
        self.data_dir = data_dir
        self._db = open_relay_database(data_dir)
        self._db.execute("BEGIN")
        self._db.execute("SELECT 1 FROM pool").fetchone()  # from here on it is one moment

    def close(self) -> None:
        self._db.close()

    def pools(self) -> Iterator[PoolRow]:
        return map(
            PoolRow._make, self._db.execute("SELECT name, number, publish_hash FROM pool ORDER BY number")
        )

    def pages(self) -> Iterator[PageRow]:
        rows = self._db.execute(
            "SELECT pool, stream, number, cells, digest, closed_at, kept FROM page"
            " ORDER BY pool, stream, number"
        )
        return (PageRow._make([*row[:6], bool(row[6])]) for row in rows)

    def body(self, page: PageRow) -> bytes:
        return page_path(self.data_dir, page).read_bytes()

    def waiting(self) -> Iterator[WaitingRow]:
        for *page, size in self.logs():
            yield from self.read_log((page[0], page[1], page[2]), size)

    def read_log(self, page: Key, size: int) -> list[WaitingRow]:
        """The cells of one open page. Raises `LogGoneError` if they are not there any more."""
        return _records(log_key(self._db), page, self.log_bytes(page, size))

    def log_bytes(self, page: Key, size: int) -> bytes:
        """That page's log, as far as it counts."""
        try:
            with open(log_path(self.data_dir, page), "rb") as log:
                content = log.read(size)
        except FileNotFoundError:
            raise LogGoneError from None
        if len(content) != size:
            raise LogGoneError
        return content

    def logs(self) -> list[tuple[int, int, int, int]]:
        """Pages that are not closed: pool, stream, number, and how much of the log counts."""
        query = "SELECT pool, stream, number, log_bytes FROM open_page ORDER BY pool, stream, number"
        return self._db.execute(query).fetchall()

    def token_sets(self) -> Iterator[TokenSetRow]:
        query = "SELECT pool, week, hashes FROM token_set ORDER BY pool, week"
        return map(TokenSetRow._make, self._db.execute(query))

    def spent(self) -> Iterator[SpentRow]:
        query = "SELECT pool, token_hash, id_hash, receipt, week FROM spent ORDER BY pool, token_hash"
        return map(SpentRow._make, self._db.execute(query))

    def directory(self) -> Iterator[DirectoryRow]:
        query = "SELECT pool, part, etag, body FROM directory ORDER BY pool, part"
        return map(DirectoryRow._make, self._db.execute(query))

    def copy_database(self, path: Path) -> None:
        """The database as it is in this moment, in one file."""
        with contextlib.closing(sqlite3.connect(path)) as copy:
            self._db.backup(copy)


class LogGoneError(Exception):
    """The page of this log was closed meanwhile."""


def page_path(data_dir: Path, page: PageRow) -> Path:
    """Where the cells of a closed page lie."""
    return data_dir / "pages" / f"{page.pool}-{page.stream}" / str(page.number)


def log_path(data_dir: Path, page: Key) -> Path:
    """Where the cells of an open page lie."""
    return data_dir / "open" / "-".join(map(str, page))


def _records(log_key: bytes, page: Key, content: bytes) -> list[WaitingRow]:
    """The cells in a log. Raises `LogGoneError` if it is being erased, or used for another page."""
    rows, end = [], 0
    for record in read_records(log_key, page, content, at=0, end=len(content)):
        if not is_whole(record, page, content):
            break
        size, end = cell_bytes(page), record.end
        rows += [
            WaitingRow(page[0], page[1], name, content[start : start + size]) for name, start in record.cells
        ]
    if end != len(content):
        raise LogGoneError
    return rows


def steady(data_dir: Path) -> Folder:
    """The folder in a moment in which the logs of its open pages are there; a page may close in between."""
    for _ in range(ATTEMPTS):
        folder = Folder(data_dir)
        try:
            for _ in folder.waiting():
                pass
        except LogGoneError:
            folder.close()
        else:
            return folder
    raise RelayDataError("Open pages are damaged, or the relay is too busy. Stop it and try again.")


def copy_folder(source: Path, target: Path) -> Checked:
    """Copy everything into a new folder, also while a relay serves the old one; then check the copy.

    What the relay stores while this runs is not in the copy. Raises `RelayDataError` if the target is not
    empty, or if the copy is not whole.
    """
    settle(source)
    Folder(source).close()  # it is a relay's folder, or this ends here
    if target.exists() and any(target.iterdir()):
        raise RelayDataError("That folder is not empty. Name one that is new or empty.")
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for _ in range(ATTEMPTS):
        try:
            _copy_moment(source, target)
            break
        except (LogGoneError, FileNotFoundError):  # a page was closed or deleted meanwhile
            (target / DATABASE_NAME).unlink(missing_ok=True)
    else:
        raise RelayDataError(
            "Pages are missing or damaged, or the relay is too busy. Try kantha relay check."
        )
    with contextlib.closing(Folder(target)) as copy:
        checked = check(copy)
    if checked.problems:
        raise RelayDataError(f"The copy is not whole: {checked.problems[0]}")
    return checked


def _copy_moment(source: Path, target: Path) -> None:
    with contextlib.closing(Folder(source)) as folder:
        for pool, stream, number, size in folder.logs():
            page = (pool, stream, number)
            folder.read_log(page, size)  # it is whole
            _write(log_path(target, page), folder.log_bytes(page, size))
        for row in folder.pages():
            copy = page_path(target, row)
            if row.kept and not copy.exists():  # a page never changes: an earlier attempt may have it
                _write(copy, folder.body(row))
        folder.copy_database(target / DATABASE_NAME)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(path, "wb", opener=open_private) as file:
        file.write(content)
        file.flush()
        sync_data(file.fileno())
    sync_folder(path.parent)
