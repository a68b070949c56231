"""Asking a relay over a plain socket, without the client that is also under test."""

from __future__ import annotations

import base64
import hashlib
import http.client
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import cbor2

from sync import wire
from tests.sync.relay.running import Pool, RunningRelay

WAIT_SECONDS = 20.0

T = TypeVar("T")


@dataclass(frozen=True)
class Reply:
    """A status, headers with names in lower case, and the body."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(
    relay: RunningRelay,
    method: str,
    path: str,
    *,
    headers: dict[str, str] | None = None,
    body: bytes | None = None,
) -> Reply:
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", relay.port, timeout=30)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        names = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, names, answer.read())
    finally:
        connection.close()


def bearer(token: bytes) -> dict[str, str]:
    return {"Authorization": "Bearer " + base64.urlsafe_b64encode(token).rstrip(b"=").decode()}


def token_hash(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()[: wire.TOKEN_HASH_BYTES]


def some_cells(stream: str = wire.COMPLAINTS) -> bytes:
    return os.urandom(wire.DEPOSIT_BYTES_OF[stream])


def cells_of(body: bytes, stream: str = wire.COMPLAINTS) -> list[bytes]:
    size = wire.CELL_BYTES_OF[stream]
    return [body[start : start + size] for start in range(0, len(body), size)]


def digest_of(page: bytes, stream: str = wire.COMPLAINTS) -> bytes:
    return wire.page_digest(hashlib.sha256(cell).digest() for cell in cells_of(page, stream))


@dataclass
class Office:
    """A pool with some accepted tokens, and the calls that a device makes."""

    relay: RunningRelay
    pool: Pool
    tokens: list[bytes] = field(default_factory=list, repr=False)

    @classmethod
    def open(cls, relay: RunningRelay, *, tokens: int = 40) -> Office:
        office = cls(relay, relay.create_pool(), [os.urandom(wire.TOKEN_BYTES) for _ in range(tokens)])
        assert office.publish_tokens(office.tokens).status == 204
        return office

    @property
    def publisher(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.pool.publish_token}"}

    def path(self, rest: str) -> str:
        return f"/v1/pools/{self.pool.name}/{rest}"

    def get(self, rest: str, **headers: str) -> Reply:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(self.relay, "GET", self.path(rest), headers=named)

    def publish_tokens(self, tokens: list[bytes], *, week: int | None = None) -> Reply:
        week = wire.week_of(time.time()) if week is None else week
        hashes = b"".join(token_hash(token) for token in tokens)
        return ask(self.relay, "PUT", self.path(f"tokens/{week}"), headers=self.publisher, body=hashes)

    def deposit(
        self,
        body: bytes,
        *,
        token: bytes | None = None,
        name: str | None = None,
        stream: str = wire.COMPLAINTS,
    ) -> Reply:
        token = self.tokens.pop() if token is None else token
        name = os.urandom(16).hex() if name is None else name
        path = self.path(f"{stream}/deposits/{name}")
        return ask(self.relay, "PUT", path, headers=bearer(token), body=body)

    def index(self, stream: str = wire.COMPLAINTS) -> dict[int, object]:
        reply = self.get(f"{stream}/pages")
        assert reply.status == 200
        decoded: dict[int, object] = cbor2.loads(reply.body)
        return decoded

    def closed(self, stream: str = wire.COMPLAINTS) -> list[bytes]:
        """All cells of all closed pages."""
        rows = self.index(stream)[wire.INDEX_PAGES]
        assert isinstance(rows, list)
        cells: list[bytes] = []
        for place, row in enumerate(rows):
            page = self.get(f"{stream}/pages/{place + 1}").body
            cells += cells_of(page, stream)
            assert digest_of(page, stream) == row[1]
        return cells

    def wait_for(self, cells: int, stream: str = wire.COMPLAINTS) -> list[bytes]:
        """Wait until this many cells are in closed pages."""
        return eventually(lambda: found if len(found := self.closed(stream)) >= cells else None)


def eventually(question: Callable[[], T | None]) -> T:
    """Ask until there is an answer."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        answer = question()
        if answer is not None:
            return answer
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")
