"""What is sent back: a status, headers that say how long an answer may be kept, and a body."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final

from sync.relay.requests import Send

FOR_EVER: Final = (b"cache-control", b"public, max-age=31536000, immutable")
REVALIDATE: Final = (b"cache-control", b"no-cache")
NEVER: Final = (b"cache-control", b"no-store")
TEXT: Final = (b"content-type", b"text/plain; charset=utf-8")
BYTES: Final = (b"content-type", b"application/octet-stream")
CBOR: Final = (b"content-type", b"application/cbor")

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, headers, and a body in one or more pieces whose length is known."""

    status: int
    headers: list[Header] = field(default_factory=list)
    body: bytes = b""
    stream: AsyncIterator[bytes] | None = None


async def send_answer(send: Send, answer: Answer) -> None:
    """Send an answer, in pieces if it is a stream."""
    headers = answer.headers
    if answer.stream is None and answer.status not in (204, 304):
        headers = [*headers, (b"content-length", b"%d" % len(answer.body))]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if answer.stream is not None:
        async for piece in answer.stream:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})
