"""One thread that writes, and many requests that wait for it: group commit.

Whatever is waiting when a commit ends goes into the next transaction together, so a sync to the disk is
shared by all of them. A job's answer is delivered only after the commit, which SQLite has then synced
(synchronous = FULL): nothing is acknowledged that a power cut could take back. If anything at all goes wrong
in a transaction, all of it is rolled back and each of its requests hears that the relay is busy.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sync.relay.errors import BusyRefusal, Refusal

# Jobs in one transaction. More would lengthen the wait of the first; 64 deposits are 8 MiB.
BATCH_JOBS: Final = 64

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], Any]


@dataclass(frozen=True, slots=True)
class Hooks:
    """What else belongs to a transaction; all of them are called in the writer's thread."""

    before: Callable[[], None]
    before_commit: Callable[[], None]  # may raise: then nothing is committed
    committed: Callable[[], None]
    rolled_back: Callable[[], None]


class Writer:
    """Runs jobs in order, in transactions, in its own thread. A job refuses by raising `Refusal` before it
    writes.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        loop: asyncio.AbstractEventLoop,
        hooks: Hooks,
        batch_jobs: int = BATCH_JOBS,
    ) -> None:
        self._connection = connection
        self._loop = loop
        self._hooks = hooks
        self._batch_jobs = batch_jobs
        self._waiting: deque[tuple[Job, asyncio.Future[Any]]] = deque()
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="relay-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[sqlite3.Connection], T]) -> asyncio.Future[T]:
        """Queue a job. The future ends after the commit, with what the job returned or raised."""
        future: asyncio.Future[T] = self._loop.create_future()
        if self._stopping:
            future.set_exception(BusyRefusal())
            return future
        self._waiting.append((job, future))
        self._wake.set()
        return future

    def stop(self) -> None:
        """Finish what is queued, empty the write-ahead log, end the thread. Blocks; safe to repeat."""
        self._stopping = True
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            while self._waiting:
                self._run_batch()
            if self._stopping:
                break
        self._checkpoint("TRUNCATE")

    def _run_batch(self) -> None:
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._batch_jobs))]
        answers: list[tuple[asyncio.Future[Any], Any, BaseException | None]] = []
        try:
            self._hooks.before()
            self._connection.execute("BEGIN IMMEDIATE")
            for job, future in batch:
                try:
                    answers.append((future, job(self._connection), None))
                except Refusal as refusal:
                    answers.append((future, None, refusal))
            self._hooks.before_commit()
            self._connection.execute("COMMIT")
            self._hooks.committed()
        except Exception:
            self._roll_back()
            answers = [(future, None, BusyRefusal()) for _, future in batch]
        self._tell(answers)

    def _roll_back(self) -> None:
        with contextlib.suppress(sqlite3.Error):  # the next BEGIN fails as well, and its requests hear 503
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        self._hooks.rolled_back()

    def _checkpoint(self, mode: str) -> None:
        with contextlib.suppress(sqlite3.Error):  # the log stays longer; nothing in it is lost
            self._connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchall()

    def _tell(self, answers: list[tuple[asyncio.Future[Any], Any, BaseException | None]]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody is waiting any more
            self._loop.call_soon_threadsafe(_deliver, answers)


def _deliver(answers: list[tuple[asyncio.Future[Any], Any, BaseException | None]]) -> None:
    for future, value, error in answers:
        if future.done():
            continue  # its connection went away; what was stored stays stored
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)
