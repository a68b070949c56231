"""Writing over what freed memory still holds of requests, when a relay has become quiet.

Python and the C library leave freed memory as it was until something else needs it: the last bodies, and the
token and the id that came with them, would be in a dump of the process for days. Not guaranteed: that nothing
is left. It is done by taking memory of every size and giving it back as zeros, which reaches what would be
taken next anyway; tests/sync/relay/test_memory.py looks for what is left. While deposits are coming, the
latest of them are in memory whatever is done.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import socket
import sys
from typing import Final

# Python keeps blocks of up to 512 bytes by their size in steps of 16, larger ones go to the C library.
SMALL_SIZES: Final = range(16, 513, 16)
SMALL_BLOCKS: Final = 1_500
LARGE_SIZES: Final = (1_024, 4_096, 16_384, 65_536, 131_072, 262_144)
LARGE_BLOCKS: Final = 20
# uvloop reads every connection into one buffer of 256,000 bytes and leaves the last read in it.
RECEIVED_BYTES: Final = 256_000


def rinse_freed() -> None:
    """Take blocks of zeros of every size, give them back, and the pages that are free then to the system.

    Takes some milliseconds, in which nothing else runs.
    """
    gc.collect()
    head = sys.getsizeof(b"")
    kept = [bytes(size - head) for size in SMALL_SIZES if size > head for _ in range(SMALL_BLOCKS)]
    kept += [bytes(size) for size in LARGE_SIZES for _ in range(LARGE_BLOCKS)]
    kept.clear()
    with contextlib.suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)


async def rinse() -> None:
    """Both of what follows."""
    await rinse_received()
    rinse_freed()


async def rinse_received() -> None:
    """Let the event loop read zeros into the buffer into which it read the last request."""
    ours, theirs = socket.socketpair()
    with theirs:
        for side, option in ((theirs, socket.SO_SNDBUF), (ours, socket.SO_RCVBUF)):
            side.setsockopt(socket.SOL_SOCKET, option, 4 * RECEIVED_BYTES)
        theirs.setblocking(False)
        theirs.send(bytes(RECEIVED_BYTES))
        read: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        transport, _ = await asyncio.get_running_loop().create_connection(lambda: _Sink(read), sock=ours)
        try:
            async with asyncio.timeout(1.0):
                await read
        finally:
            transport.abort()


class _Sink(asyncio.Protocol):
    """Says when something was read."""

    def __init__(self, read: asyncio.Future[None]) -> None:
        self._read = read

    def data_received(self, data: bytes) -> None:
        if not self._read.done():
            self._read.set_result(None)
