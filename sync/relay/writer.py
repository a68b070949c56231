"""The SQLite store's transactions: deposits many at a time, everything else one job after the other.

An answer is delivered only after the commit, and nothing is acknowledged that a power cut could take back:
what a deposit brings was synced in a log before (`openpages`), and a transaction in which anything else is
written is synced by SQLite (synchronous = FULL), with everything that was committed before it. If anything
goes wrong, all of the transaction is rolled back.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeVar

from sync.relay.batches import BATCH_ITEMS, Batches
from sync.relay.errors import Refusal
from sync.relay.store import Deposit

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do in a transaction; one that only looks needs no sync."""

    run: Callable[[sqlite3.Connection], Any]
    writes: bool


@dataclass(frozen=True, slots=True)
class Hooks:
    """What else belongs to a transaction; all of them are called in the writer's thread."""

    before: Callable[[], None]
    take: Callable[[sqlite3.Connection, Sequence[Deposit]], Sequence[bool | Refusal]]
    before_commit: Callable[[], None]  # may raise: then nothing is committed
    committed: Callable[[], None]
    rolled_back: Callable[[], None]


class Writer:
    """Runs jobs and takes deposits in order, in its own thread. A job refuses by raising `Refusal` before it
    writes.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        loop: asyncio.AbstractEventLoop,
        hooks: Hooks,
        batch_jobs: int = BATCH_ITEMS,
    ) -> None:
        self._connection = connection
        self._hooks = hooks
        self._synced = True  # how SQLite is opened
        self._batches: Batches[Job | Deposit] = Batches(
            self._transaction, loop=loop, at_once=batch_jobs, finish=self._empty_log
        )

    def submit(self, job: Callable[[sqlite3.Connection], T]) -> asyncio.Future[T]:
        """Queue a job. The future ends after the commit, with what the job returned or raised."""
        return self._batches.submit(Job(job, writes=True))

    def ask(self, question: Callable[[sqlite3.Connection], T]) -> asyncio.Future[T]:
        """Queue a job that writes nothing."""
        return self._batches.submit(Job(question, writes=False))

    def deposit(self, deposit: Deposit) -> asyncio.Future[bool]:
        """Queue a deposit."""
        return self._batches.submit(deposit)

    def stop(self) -> None:
        """Finish what is queued, empty the write-ahead log, end the thread. Blocks; safe to repeat."""
        self._batches.stop()

    def _transaction(self, items: Sequence[Job | Deposit]) -> list[Any]:
        answers: list[Any] = []
        try:
            self._hooks.before()
            self._sync(any(isinstance(item, Job) and item.writes for item in items))
            self._connection.execute("BEGIN IMMEDIATE")
            for are_deposits, group in groupby(items, key=_is_deposit):
                if are_deposits:
                    deposits = [item for item in group if isinstance(item, Deposit)]
                    answers += self._hooks.take(self._connection, deposits)
                else:
                    answers += [self._answer(item) for item in group if not isinstance(item, Deposit)]
            self._hooks.before_commit()
            self._connection.execute("COMMIT")
            self._hooks.committed()
        except Exception:
            self._roll_back()
            raise
        return answers

    def _sync(self, wanted: bool) -> None:
        """Whether SQLite syncs the next commit; it cannot be told so inside a transaction."""
        if wanted != self._synced:
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if wanted else 'NORMAL'}")
            self._synced = wanted

    def _answer(self, job: Job) -> Any:
        try:
            return job.run(self._connection)
        except Refusal as refusal:
            return refusal

    def _roll_back(self) -> None:
        with contextlib.suppress(sqlite3.Error):  # the next BEGIN fails as well, and its requests hear 503
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        self._hooks.rolled_back()

    def _empty_log(self) -> None:
        with contextlib.suppress(sqlite3.Error):  # the log stays longer; nothing in it is lost
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _is_deposit(item: Job | Deposit) -> bool:
    return isinstance(item, Deposit)
