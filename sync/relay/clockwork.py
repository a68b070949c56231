"""What the relay does by itself: pages close at fixed moments, old things are deleted.

Pages close at multiples of their period since 1970, not some time after a first cell: the moment of closing
tells nothing about when anything arrived.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from typing import Final

from sync import wire
from sync.relay.rinsing import rinse
from sync.relay.store import Store

SWEEP_SECONDS: Final = 3_600.0
TIDY_SECONDS: Final = 2.0
# How often memory is rinsed after the last deposit: the second time for what the first found still in use.
RINSES: Final = 2
RETRY_SECONDS: Final = 1.0
# A clock that is set back must not stop the closing: no sleep is longer than this.
LONGEST_SLEEP: Final = 30.0


class Clockwork:
    """Closes pages and deletes what is too old, until it is stopped."""

    def __init__(
        self,
        store: Store,
        *,
        page_seconds: float,
        reply_page_seconds: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._period = {wire.COMPLAINTS: page_seconds, wire.REPLIES: reply_page_seconds}
        self._clock = clock
        self._full = {stream: asyncio.Event() for stream in wire.STREAMS}
        self._tasks: list[asyncio.Task[None]] = []
        self._stored = self._stored_then = self._rinses = 0

    def start(self) -> None:
        """Begin, in the running event loop."""
        self._tasks = [asyncio.create_task(self._close(stream)) for stream in wire.STREAMS]
        self._tasks.append(asyncio.create_task(self._every(SWEEP_SECONDS, self._sweep)))
        self._tasks.append(asyncio.create_task(self._every(TIDY_SECONDS, self._tidy)))

    async def stop(self) -> None:
        """End; what is open stays open for the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def stored(self, stream: str, *, page_full: bool) -> None:
        """Something was stored; a full page, or any page where the period is 0, is closed at once."""
        self._stored += 1
        self._rinses = RINSES
        if page_full or self._period[stream] <= 0:
            self._full[stream].set()

    async def _close(self, stream: str) -> None:
        period, full = self._period[stream], self._full[stream]
        if period <= 0:
            full.set()  # what an earlier run has left
        due = self._next(period)
        while True:
            early = await self._wait(full, due)
            now = self._clock()
            only_full = early and period > 0 and now < due
            try:
                await self._store.close_pages(
                    stream=stream, closed_at=_round_down(now, period), only_full=only_full
                )
            except Exception:  # the disk is full or busy; the cells are safe, and the closing must go on
                await asyncio.sleep(RETRY_SECONDS)
                full.set()
            if not only_full:
                due = self._next(period)

    async def _wait(self, full: asyncio.Event, due: float) -> bool:
        """Until this moment, or until a page is full: then True."""
        while True:
            left = due - self._clock()
            if left <= 0:
                return False
            try:
                async with asyncio.timeout(min(left, LONGEST_SLEEP)):
                    await full.wait()
            except TimeoutError:
                continue
            full.clear()
            return True

    def _next(self, period: float) -> float:
        if period <= 0:
            return float("inf")
        return (self._clock() // period + 1) * period

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            with contextlib.suppress(Exception):  # next time
                await work()
            await asyncio.sleep(seconds)

    async def _tidy(self) -> None:
        """Also the memory, when nothing has come since the last time."""
        quiet, self._stored_then = self._stored == self._stored_then, self._stored
        if quiet and self._rinses:
            self._rinses -= 1
            await rinse()
        await self._store.tidy()

    async def _sweep(self) -> None:
        await self._store.sweep(now=self._clock())


def _round_down(unix_s: float, period: float) -> int:
    return int(unix_s if period <= 0 else unix_s // period * period)
