"""A disk that is full: deposits are refused, pages go on being served, all is well when there is room again.

On real small disks (memory file systems of some megabytes), which only root may mount; what a full disk does
to the store itself is in test_ageing, without one.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from sync import wire
from sync.relay import closing
from sync.relay.errors import ExpiredRefusal
from sync.relay.operating import check
from sync.relay.places import Place
from sync.relay.sqlite_store import SqliteStore
from tests.sync.relay.asking import Office, ask, cells_of, some_cells
from tests.sync.relay.database import Database
from tests.sync.relay.running import start_relay
from tests.sync.relay.test_ageing import DAY, NOW, in_store, new_deposit

BUSY = b"The relay is busy; try again later."
MIB = 1 << 20
WAIT_SECONDS = 60.0


class Disk:
    """A small disk of its own, which can be filled up and emptied again."""

    def __init__(self, folder: Path, *, mib: int) -> None:
        folder.mkdir(parents=True)
        self.folder, self._ballast = folder, folder / "ballast"
        options = f"size={mib}m,mode=777"
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], capture_output=True)
        if made.returncode:
            pytest.skip("only root may mount a small disk here")

    def fill(self) -> None:
        """To the last block; what is given back while it is being filled is taken as well."""
        for size in (MIB, 4096, 1):
            with open(self._ballast, "ab", buffering=0) as ballast:
                try:
                    while ballast.write(bytes(size)) == size:
                        continue
                except OSError:
                    continue

    def empty(self) -> None:
        self._ballast.unlink()

    def leave(self) -> None:
        subprocess.run(["umount", "-l", self.folder], check=True)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL, who is somebody else, may enter."""
    made = Path(tempfile.mkdtemp(prefix="kantha-disk-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def disks(folder: Path) -> Iterator[Callable[[int], Disk]]:
    with ExitStack() as stack:

        def make(mib: int) -> Disk:
            disk = Disk(folder / f"disk-{mib}", mib=mib)
            stack.callback(disk.leave)
            return disk

        yield make


class Story:
    """A relay, what it acknowledged, and the deposit that it refused."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.relay = start_relay(place, page_seconds=0.2)
        self.office = Office.open(self.relay, tokens=60)
        self.stored: list[bytes] = []
        self.refused: list[tuple[bytes, bytes, str]] = []
        for _ in range(4):
            self.deposit()
        self.office.wait_for(32)

    def deposit(self) -> int:
        token, name, body = self.office.tokens.pop(), os.urandom(16).hex(), some_cells()
        reply = self.office.deposit(body, token=token, name=name)
        if reply.status == 204:
            self.stored.append(body)
        else:
            assert (reply.status, reply.body) == (503, BUSY)
            assert reply.headers["retry-after"] == "5"
            self.refused.append((token, body, name))
        return reply.status

    def until_refused(self, disk: Disk) -> None:
        """What the relay has set aside may still take some deposits."""
        while self.deposit() == 204:
            disk.fill()

    def is_served(self) -> bool:
        asked = [self.office.get(f"complaints/{rest}").status for rest in ("pages", "pages/1")]
        return asked == [200, 200] and ask(self.relay, "GET", "/healthz").status == 200

    def all_is_there(self) -> None:
        """The refused ones are sent again exactly as they were, and nothing is missing or too much."""
        for token, body, name in self.refused:
            deadline = time.monotonic() + WAIT_SECONDS
            while self.office.deposit(body, token=token, name=name).status != 204:
                assert time.monotonic() < deadline
                time.sleep(0.1)
            self.stored.append(body)
        expected = sorted(cell for body in self.stored for cell in cells_of(body))
        assert sorted(self.office.wait_for(len(expected))) == expected
        assert check(self._place).problems == []

    def restart(self) -> None:
        self.relay.kill()
        self.relay.__exit__(None, None, None)
        self.relay = self.office.relay = start_relay(self._place, page_seconds=0.2)


@contextmanager
def story(place: Place) -> Iterator[Story]:
    told = Story(place)
    try:
        yield told
    finally:
        told.relay.__exit__(None, None, None)


def test_a_folder_refuses_serves_and_recovers(disks: Callable[[int], Disk]) -> None:
    disk = disks(16)
    with story(disk.folder / "relay") as told:
        disk.fill()
        told.until_refused(disk)
        assert told.is_served()
        disk.fill()
        assert told.office.publish_tokens([os.urandom(32) for _ in range(60_000)]).status == 503
        told.restart()
        assert told.is_served(), "also when it is started while the disk is full"
        told.until_refused(disk)
        disk.empty()
        told.all_is_there()


def test_a_database_whose_log_has_a_disk_of_its_own_refuses_serves_and_recovers(
    disks: Callable[[int], Disk], folder: Path
) -> None:
    disk, log = disks(64), folder / "log"
    log.mkdir()
    with Database(data=disk.folder, log=log) as database, story(database.fresh()) as told:
        disk.fill()
        told.until_refused(disk)
        for _ in range(3):
            told.until_refused(disk)
        assert told.is_served()
        assert database.is_running()
        disk.empty()
        told.all_is_there()


def test_a_database_with_everything_on_one_full_disk_loses_nothing_once_it_is_started_again(
    disks: Callable[[int], Disk],
) -> None:
    disk = disks(64)
    with Database(data=disk.folder) as database, story(database.fresh()) as told:
        disk.fill()
        told.until_refused(disk)
        for _ in range(3):
            told.until_refused(disk)
        assert ask(told.relay, "GET", "/healthz").status == 200
        disk.empty()
        if not database.is_running():  # it stops itself when its log has no room
            database.start()
        told.all_is_there()


def test_what_is_too_old_makes_room_on_a_disk_without_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To note that pages are too old takes room as well: a full disk stayed full for ever."""
    files, expire = tmp_path / "pages" / "1-0", closing.expire_pages

    def full(connection: sqlite3.Connection, *, now: float) -> None:
        if len(list(files.iterdir())) > 1:
            raise sqlite3.OperationalError("database or disk is full")
        expire(connection, now=now)

    monkeypatch.setattr(closing, "expire_pages", full)

    async def tell(store: SqliteStore, pool: bytes, tokens: list[bytes]) -> None:
        for closed_at in (NOW, NOW, NOW + DAY):
            await store.deposit(new_deposit(pool, tokens.pop()))
            await store.close_pages(stream=wire.COMPLAINTS, closed_at=closed_at, only_full=False)
        await store.sweep(now=NOW + 14 * DAY + 1)
        assert [path.name for path in files.iterdir()] == ["3"]
        with pytest.raises(ExpiredRefusal):
            await store.page(pool=pool, stream=wire.COMPLAINTS, number=1)
        assert (await store.page(pool=pool, stream=wire.COMPLAINTS, number=3)).cells == 8

    in_store(tmp_path, tell)
