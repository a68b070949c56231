"""One thread that writes, and many requests that wait for it: group commit.

Whatever is waiting when a commit ends goes into the next transaction together, so a sync to the disk is
shared by all of them. A request hears its answer only after the commit. If anything at all goes wrong in a
transaction, each of its requests hears that the relay is busy.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, TypeVar

from sync.relay.errors import BusyRefusal

# Items in one transaction. More would lengthen the wait of the first; 64 deposits are 8 MiB.
BATCH_ITEMS: Final = 64

Item = TypeVar("Item")


class Batches(Generic[Item]):
    """Hands items to `run`, in order, in its own thread, as many at once as are waiting.

    `run` returns one answer for each item after all of them were committed; an answer that is an exception is
    raised at whoever waits for it. If `run` itself raises, nothing was committed.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Item]], Sequence[Any]],
        *,
        loop: asyncio.AbstractEventLoop,
        at_once: int = BATCH_ITEMS,
        finish: Callable[[], None] = lambda: None,
    ) -> None:
        self._run = run
        self._loop = loop
        self._at_once = at_once
        self._finish = finish
        self._waiting: deque[tuple[Item, asyncio.Future[Any]]] = deque()
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="relay-writer", daemon=True)
        self._thread.start()

    def submit(self, item: Item) -> asyncio.Future[Any]:
        """Queue an item. The future ends after the commit."""
        future: asyncio.Future[Any] = self._loop.create_future()
        if self._stopping:
            future.set_exception(BusyRefusal())
            return future
        self._waiting.append((item, future))
        self._wake.set()
        return future

    def stop(self) -> None:
        """Finish what is queued and end the thread. Blocks; safe to repeat."""
        self._stopping = True
        self._wake.set()
        self._thread.join()

    def _work(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            while self._waiting:
                self._batch()
            if self._stopping:
                break
        self._finish()

    def _batch(self) -> None:
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._at_once))]
        try:
            answers = self._run([item for item, _ in batch])
        except Exception:
            answers = [BusyRefusal() for _ in batch]
        told = [(future, answer) for (_, future), answer in zip(batch, answers, strict=True)]
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody is waiting any more
            self._loop.call_soon_threadsafe(_deliver, told)


def _deliver(told: list[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, answer in told:
        if future.done():
            continue  # its connection went away; what was stored stays stored
        if isinstance(answer, BaseException):
            future.set_exception(answer)
        else:
            future.set_result(answer)
