"""Where the bytes of cells lie: one log for each open page, one file for each closed page.

While a page is open, each commit appends one record to its log: the cells and the tokens that were spent for
them (`records`). When the page closes, the cells are written once more, in the order of their hashes, into
the file that is then served for as long as the page is kept, and the log is erased, or used for another page.
So what stays on the disk does not tell which cells came together or when; a log does, for two page periods at
most.

A deposit costs its own size on the disk, a header of some 4 KiB that it shares with whatever came in the same
moment, and its share of one sync.
"""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
import secrets
import time
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from sync import wire
from sync.relay.disk import open_private, sync_data, sync_folder, write_all, write_new
from sync.relay.records import (
    BLOCK,
    Key,
    Lane,
    Record,
    SpentToken,
    cell_bytes,
    is_whole,
    make_header,
    read_records,
)
from sync.relay.store import Cell

# Logs kept for re-use; up to 16 MiB each.
SPARE_LOGS: Final = 4
SPARE_SECONDS: Final = 5.0
ZEROS: Final = bytes(256 * 1024)


class CellFiles:
    """Logs and page files under one folder. Appending is for the writer's thread only."""

    def __init__(self, folder: Path, *, log_key: bytes) -> None:
        self._log_key = log_key
        self._logs = folder / "open"
        self._pages = folder / "pages"
        for directory in (self._logs, self._pages):
            directory.mkdir(mode=0o700, exist_ok=True)
        self._open: dict[Key, int] = {}
        self._spares: deque[tuple[float, Path]] = deque()  # since when, where; oldest first

    def append(self, key: Key, cells: Sequence[Cell], spent: Sequence[SpentToken], *, at: int) -> int:
        """Write one record to the page's log at this offset and sync it. Returns the offset behind it.

        Whatever an unfinished transaction left behind the offset is overwritten.
        """
        header = make_header(self._log_key, key, at=at, spent=spent, cells=cells)
        handle = self._handle(key)
        end = write_all(handle, [header, *(body for _, body in cells)], at=at)
        sync_data(handle)
        return end

    def void(self, key: Key, *, at: int) -> None:
        """Make sure that no record is found at this offset: the transaction that wrote it does not hold."""
        handle = self._handle(key)
        if os.fstat(handle).st_size > at:
            write_all(handle, [bytes(BLOCK)], at=at)
            sync_data(handle)

    def records(self, key: Key, *, at: int = 0, end: int | None = None) -> Iterator[Record]:
        """The records of a page's log between two offsets. Without an end, those whose cells are all whole,
        as far as they go.
        """
        with self._read_log(key) as log:
            limit = len(log) if end is None else min(end, len(log))
            for record in read_records(self._log_key, key, log, at=at, end=limit):
                if end is None and not is_whole(record, key, log):
                    return
                yield record

    def write_page(self, key: Key, *, log_bytes: int) -> tuple[int, bytes]:
        """Make the page's file from its log and sync it. Returns how many cells, and the page's digest.

        Two cells that are the same are kept once. Safe to repeat: the same log gives the same file.
        """
        folder = self._pages / f"{key[0]}-{key[1]}"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished, size = folder / f"{key[2]}.unfinished", cell_bytes(key)
        with self._read_log(key) as log, contextlib.ExitStack() as views:
            starts: dict[bytes, int] = {}
            end = 0
            for record in read_records(self._log_key, key, log, at=0, end=min(log_bytes, len(log))):
                starts.update(record.cells)
                end = record.end
            if end != log_bytes:
                raise OSError(errno.EIO, "a log is damaged")
            hashes = sorted(starts)
            whole = views.enter_context(memoryview(log))
            cells = [views.enter_context(whole[starts[name] : starts[name] + size]) for name in hashes]
            write_new(unfinished, cells)
        os.replace(unfinished, self._page(key))
        sync_folder(folder)
        return len(hashes), wire.page_digest(hashes)

    def read_page(self, key: Key, *, first: int, size: int) -> bytes:
        """Some bytes of a closed page; fewer at its end. OSError when the page was deleted."""
        with open(self._page(key), "rb", buffering=0) as page:
            page.seek(first)
            return page.read(size)

    def let_go(self, key: Key) -> None:
        """Close the log of a page into which nothing more goes. For the writer's thread."""
        handle = self._open.pop(key, None)
        if handle is not None:
            os.close(handle)

    def retire_log(self, key: Key) -> None:
        """Set the log of a closed page aside for another page, or get rid of it.

        On a busy relay it is needed again at once, and writing over blocks that a file already has takes half
        of the time of making it grow: the file system has nothing to note down. On a quiet one `scrub` finds
        it.
        """
        if len(self._spares) >= SPARE_LOGS:
            _erase(self._log(key))
            return
        spare = self._logs / f"spare-{secrets.token_hex(8)}"
        os.replace(self._log(key), spare)
        self._spares.append((time.monotonic(), spare))

    def scrub(self, *, older_than_s: float) -> None:
        """Get rid of logs that were set aside and not needed again for this long."""
        while self._spares:
            since, spare = self._spares.popleft()
            if time.monotonic() - since < older_than_s:
                self._spares.appendleft((since, spare))
                return
            _erase(spare)

    def delete_pages(self, lane: Lane, *, below: int) -> None:
        """Delete the files of all pages of a lane below this number."""
        for path in (self._pages / f"{lane[0]}-{lane[1]}").glob("*"):
            if path.name.isdecimal() and int(path.name) < below:
                path.unlink(missing_ok=True)

    def logs(self) -> list[Key]:
        """The pages of which there are logs, in order."""
        names = [path.name.split("-") for path in self._logs.iterdir()]
        return sorted((int(a), int(b), int(c)) for a, b, c in _triples(names))

    def delete_other_logs(self, keep: set[Key]) -> None:
        """Delete what an earlier run left: spare logs, and those whose page was closed. Before all else."""
        names = {self._log(key).name for key in keep}
        for path in self._logs.iterdir():
            if path.name not in names:
                _erase(path)

    def close(self) -> None:
        """Close all logs, and keep no spare ones."""
        self.scrub(older_than_s=0.0)
        for key in list(self._open):
            self.let_go(key)

    def _handle(self, key: Key) -> int:
        handle = self._open.get(key)
        if handle is None:
            handle = self._open[key] = self._open_log(key)
        return handle

    @contextlib.contextmanager
    def _read_log(self, key: Key) -> Iterator[mmap.mmap | bytes]:
        with open(self._log(key), "rb") as log:
            if not os.fstat(log.fileno()).st_size:
                yield b""  # nothing can be mapped of an empty file
                return
            with mmap.mmap(log.fileno(), 0, access=mmap.ACCESS_READ) as view:
                yield view

    def _open_log(self, key: Key) -> int:
        log = self._log(key)
        if not log.exists():
            with contextlib.suppress(IndexError):  # the last one was scrubbed just now
                os.replace(self._spares.pop()[1], log)
        handle = open_private(log, os.O_RDWR | os.O_CREAT)
        sync_folder(self._logs)
        return handle

    def _log(self, key: Key) -> Path:
        return self._logs / f"{key[0]}-{key[1]}-{key[2]}"

    def _page(self, key: Key) -> Path:
        return self._pages / f"{key[0]}-{key[1]}" / str(key[2])


def _triples(names: list[list[str]]) -> Iterator[list[str]]:
    return (name for name in names if len(name) == 3 and all(part.isdecimal() for part in name))


def _erase(path: Path) -> None:
    """Write zeros over a file and delete it. What is on the disk then is up to the disk."""
    with contextlib.suppress(FileNotFoundError), open(path, "r+b", buffering=0) as file:
        for _ in range(0, os.fstat(file.fileno()).st_size, len(ZEROS)):
            file.write(ZEROS)
        sync_data(file.fileno())
    path.unlink(missing_ok=True)
