"""Reading one HTTP request: every limit is checked before a byte of a body is taken."""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from collections.abc import Awaitable, Callable
from typing import Any, Final

from sync.relay.errors import (
    LengthRefusal,
    MalformedRefusal,
    RangeRefusal,
    SizeRefusal,
    SlowRefusal,
    TokenRefusal,
    TooLargeRefusal,
)

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

# A deposit over a bad 2G link and Tor takes half a minute; nobody honest needs longer than this.
BODY_SECONDS: Final = 120.0
# What is read and thrown away of a refused body, so that the answer reaches a client that is still sending.
DRAIN_BYTES: Final = 16 * 1024 * 1024
DRAIN_SECONDS: Final = 10.0

_LENGTH = re.compile(rb"[0-9]{1,15}")
_BEARER = re.compile(rb"[Bb]earer ([A-Za-z0-9_-]{43})")
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")
_ETAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e]*)"')


class GoneError(Exception):
    """The connection went away; there is nobody to answer."""


class Request:
    """One request as far as it is known before its body."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope["query_string"]
        self._headers: list[tuple[bytes, bytes]] = scope["headers"]
        self._receive = receive
        self._names = {name for name, _ in self._headers}
        self._expects = b"expect" in self._names
        self._unread = b"content-length" in self._names or b"transfer-encoding" in self._names
        self._given_up = False
        self._patience: asyncio.Timeout | None = None

    def text(self, name: bytes) -> str | None:
        """A header's value, several of one name joined by commas; None if it is absent."""
        if name not in self._names:
            return None
        return b",".join(value for key, value in self._headers if key == name).decode("latin-1")

    def bearer(self) -> bytes:
        """The 32 bytes of the token in `Authorization: Bearer`; anything else is refused with 401."""
        values = [value for key, value in self._headers if key == b"authorization"]
        match = _BEARER.fullmatch(values[0]) if len(values) == 1 else None
        if match is None:
            raise TokenRefusal
        try:
            return base64.b64decode(match[1] + b"=", altchars=b"-_", validate=True)
        except binascii.Error:
            raise TokenRefusal from None

    def length(self) -> int:
        """The announced size of the body; a body without one is refused."""
        values = [value for key, value in self._headers if key == b"content-length"]
        if not values or b"transfer-encoding" in self._names:
            raise LengthRefusal
        if len(set(values)) != 1 or not _LENGTH.fullmatch(values[0]):
            raise MalformedRefusal
        return int(values[0])

    def check_exact(self, size: int) -> None:
        """Refuse any announced size but this one."""
        if self.length() != size:
            raise SizeRefusal

    def check_at_most(self, size: int) -> None:
        """Refuse an announced size above this one."""
        if self.length() > size:
            raise TooLargeRefusal

    async def body(self) -> bytes:
        """The whole body, after one of the checks above; refused if it takes too long."""
        pieces: list[bytes] = []
        try:
            async with asyncio.timeout(BODY_SECONDS) as self._patience:
                length = self.length()
                await self._read(pieces, length)
        except TimeoutError:
            self._given_up = True
            raise SlowRefusal from None
        body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        if len(body) != length:
            raise SizeRefusal
        return body

    def give_up(self) -> None:
        """Wait no longer for the rest of the body: `body` refuses as if it had taken too long."""
        if self._patience is not None:
            self._patience.reschedule(asyncio.get_running_loop().time())

    async def drain(self) -> bool:
        """Throw away what is left of a refused body, within reason. False: close the connection."""
        if not self._unread:
            return True
        if self._given_up or self._expects:
            return False  # it takes too long, or the client waits for leave to send and does not get it
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                return await self._read(None, DRAIN_BYTES)
        except TimeoutError:
            return False

    async def _read(self, pieces: list[bytes] | None, limit: int) -> bool:
        taken = 0
        while True:
            message = await self._receive()
            if message["type"] != "http.request":
                raise GoneError
            taken += len(message["body"])
            if pieces is not None and message["body"]:
                pieces.append(message["body"])
            if not message["more_body"]:
                self._unread = False
                return True
            if taken > limit:
                return False


def matches(header: str | None, etag: str) -> bool:
    """Whether an If-Match or If-None-Match header names this etag (given without its quotes) or is `*`."""
    if header is None:
        return False
    return header.strip() == "*" or etag in _ETAG.findall(header)


def single_etag(header: str) -> str:
    """The one etag of an If-Match header, without its quotes."""
    match = _ETAG.fullmatch(header.strip())
    if match is None:
        raise MalformedRefusal
    return match[1]


def single_range(header: str | None, total: int) -> tuple[int, int] | None:
    """First and last byte of a `Range: bytes=…` header; None without one; anything but one good range is
    refused.
    """
    if header is None:
        return None
    match = _RANGE.fullmatch(header.strip())
    if match is None or (not match[1] and not match[2]):
        raise RangeRefusal(total)
    if match[1]:
        first, last = int(match[1]), int(match[2]) if match[2] else total - 1
    else:
        first, last = max(0, total - int(match[2])), total - 1
    last = min(last, total - 1)
    if first > last:
        raise RangeRefusal(total)
    return first, last
