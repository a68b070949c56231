"""One HTTP connection: uvicorn's, with bounds on what it may send before the application sees it."""

from __future__ import annotations

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# Address and headers of one request together. Ours have about 300 bytes; a proxy adds some.
HEAD_BYTES: Final = 16 * 1024
HEAD_SECONDS: Final = 30.0
# The same while more than this many connections are open: somebody may be opening them for nothing.
MANY: Final = 1_000
HEAD_SECONDS_OF_MANY: Final = 5.0
# An answer of which nothing is taken for this long is given up.
STALL_SECONDS: Final = 60.0


class HeadTooLargeError(Exception):
    """The request's headers are too large; the parser turns this into an answer 400."""


class BoundedConnection(HttpToolsProtocol):
    """Closes connections whose headers are too long or take too long."""

    _head_bytes = 0
    _head_timer: asyncio.TimerHandle | None = None
    _stall_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        self._stop_stall_timer()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        self._head_bytes = 0
        if self._head_timer is None:
            self._start_timer()
        super().on_message_begin()

    def pause_writing(self) -> None:
        self._stop_stall_timer()
        self._stall_timer = self.loop.call_later(STALL_SECONDS, self.transport.abort)
        super().pause_writing()

    def resume_writing(self) -> None:
        self._stop_stall_timer()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing was asked for a while. A close would wait for whoever does not take the last answer."""
        if not self.transport.is_closing():
            self.transport.abort()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._stop_timer()
        super().on_headers_complete()

    def _count(self, more: int) -> None:
        self._head_bytes += more
        if self._head_bytes > HEAD_BYTES:
            raise HeadTooLargeError

    def _too_slow(self) -> None:
        self._head_timer = None
        if not self.transport.is_closing():
            self.transport.close()

    def _start_timer(self) -> None:
        seconds = HEAD_SECONDS_OF_MANY if len(self.connections) > MANY else HEAD_SECONDS
        self._head_timer = self.loop.call_later(seconds, self._too_slow)

    def _stop_stall_timer(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
