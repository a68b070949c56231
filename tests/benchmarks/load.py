"""A load generator, a process of its own: deposits over raw sockets, always as many in flight.

    python -m tests.benchmarks.load ADDRESS POOL TOKENS SECONDS IN_FLIGHT

ADDRESS may be several, joined by commas: they are taken in turns. TOKENS is a file of 32-byte tokens; each
deposit takes the next one. Prints one line of JSON. No HTTP library: it must not be what is measured. Every
cell is different, so a relay cannot save itself anything.
"""

from __future__ import annotations

import base64
import json
import os
import selectors
import socket
import sys
import time
from collections import deque
from pathlib import Path
from urllib.parse import urlsplit

from sync import wire

UNIQUE_BYTES = 32
FILLER = os.urandom(wire.CELL_BYTES - UNIQUE_BYTES)


class Client:
    """One connection with one deposit under way."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.pieces: deque[memoryview] = deque()
        self.started = 0.0

    def begin(self, head: bytes) -> None:
        unique = os.urandom(UNIQUE_BYTES * wire.CELLS_PER_DEPOSIT)
        pieces = [head]
        for start in range(0, len(unique), UNIQUE_BYTES):
            pieces += [unique[start : start + UNIQUE_BYTES], FILLER]
        self.pieces = deque(memoryview(piece) for piece in pieces)
        self.started = time.perf_counter()

    def send(self) -> bool:
        """Send what the socket takes. True when all is sent."""
        try:
            sent = self.socket.sendmsg(list(self.pieces))
        except BlockingIOError:
            return False
        while self.pieces and sent >= len(self.pieces[0]):
            sent -= len(self.pieces.popleft())
        if self.pieces:
            self.pieces[0] = self.pieces[0][sent:]
        return not self.pieces


def run(address: str, pool: str, tokens: bytes, seconds: float, in_flight: int) -> dict[str, object]:
    """Deposit for some seconds and say how it went. Anything but 204 ends the run with an error."""
    places = [urlsplit(one) for one in address.split(",")]
    heads = _heads(pool, tokens)
    selector = selectors.DefaultSelector()
    for turn in range(in_flight):
        place = places[turn % len(places)]
        assert place.hostname is not None
        assert place.port is not None
        client = Client(place.hostname, place.port)
        client.begin(next(heads))
        selector.register(client.socket, selectors.EVENT_WRITE, client)
    latencies: list[float] = []
    begin = time.perf_counter()
    end, left = begin + seconds, in_flight
    while left:
        for key, events in selector.select(10.0):
            client = key.data
            if events & selectors.EVENT_WRITE:
                if client.send():
                    selector.modify(client.socket, selectors.EVENT_READ, client)
                continue
            answer = client.socket.recv(4096)
            now = time.perf_counter()
            if not answer.startswith(b"HTTP/1.1 204 "):
                raise RuntimeError(f"not stored: {answer[:200]!r}")
            latencies.append(now - client.started)
            head = next(heads, None) if now < end else None
            if head is None:
                selector.unregister(client.socket)
                client.socket.close()
                left -= 1
            else:
                client.begin(head)
                if not client.send():
                    selector.modify(client.socket, selectors.EVENT_WRITE, client)
    elapsed = time.perf_counter() - begin
    latencies.sort()
    return {
        "deposits": len(latencies),
        "per_s": len(latencies) / elapsed,
        "median_s": latencies[len(latencies) // 2],
        "p99_s": latencies[int(len(latencies) * 0.99)],
        "own_cpu": time.process_time() / elapsed,
    }


def _heads(pool: str, tokens: bytes):  # type: ignore[no-untyped-def]
    for start in range(0, len(tokens), wire.TOKEN_BYTES):
        token = base64.urlsafe_b64encode(tokens[start : start + wire.TOKEN_BYTES]).rstrip(b"=").decode()
        yield (
            f"PUT /v1/pools/{pool}/complaints/deposits/{os.urandom(16).hex()} HTTP/1.1\r\n"
            f"Host: relay\r\nContent-Length: {wire.DEPOSIT_BYTES_OF[wire.COMPLAINTS]}\r\n"
            f"Authorization: Bearer {token}\r\n\r\n"
        ).encode("ascii")


if __name__ == "__main__":
    address, pool, path, seconds, in_flight = sys.argv[1:]
    outcome = run(address, pool, Path(path).read_bytes(), float(seconds), int(in_flight))
    sys.stdout.write(json.dumps(outcome) + "\n")
