"""A relay that lies, over real sockets: it speaks the real protocol, and stands in front of a relay that does
not lie.

    with LyingServer(relay.url) as server:
        server.fault = faults.Tampers()
        RelayClient(server.front("phone"), pool)

Each reader has a front of its own (a port), as a malicious relay tells its readers apart by their addresses;
a fault is asked with the reader's name. What a lie says fits together where it can (digests, sizes, entity
tags), because a lie that does not is found by the transport alone. `lying_relay` holds the lies that are told
inside the client; the faults themselves are in `lying_faults`.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import urlsplit

UPSTREAM_SECONDS = 60.0
PASSED_ON = ("Authorization", "If-Match", "If-None-Match", "Range", "If-Range")
HOP_BY_HOP = ("connection", "content-length", "keep-alive", "transfer-encoding")


@dataclass(frozen=True)
class Asked:
    """One request. `reader` is the name of the front at which it came."""

    reader: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def is_deposit(self) -> bool:
        return "/deposits/" in self.path

    @property
    def is_index(self) -> bool:
        return self.method == "GET" and self.path.split("?")[0].endswith("/pages")

    @property
    def page(self) -> int | None:
        """The number of the page that is asked for."""
        before, _, number = self.path.rpartition("/")
        return int(number) if before.endswith("/pages") and number.isdecimal() else None

    @property
    def is_directory(self) -> bool:
        return self.method == "GET" and "/directory/" in self.path


@dataclass(frozen=True)
class Answered:
    """What is said. `cut`: after so many bytes of the body the connection is reset."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None

    @classmethod
    def tagged(cls, body: bytes, headers: dict[str, str]) -> Answered:
        """A body with the entity tag that fits it."""
        return cls(200, body, {**headers, "etag": f'"{hashlib.sha256(body).hexdigest()}"'})


Truth = Callable[[Asked], Answered]


class Fault:
    """Tells the truth. `truth` asks the real relay, the same or something else."""

    def answer(self, asked: Asked, truth: Truth) -> Answered | None:
        """What is answered; None: nothing at all, and the connection stays open until the server ends."""
        return truth(asked)


class LyingServer:
    """Fronts of one relay. Ends with the `with` block."""

    def __init__(self, relay_url: str) -> None:
        place = urlsplit(relay_url)
        self._upstream = (str(place.hostname), int(place.port or 80))
        self._fronts: dict[str, ThreadingHTTPServer] = {}
        self.fault: Fault = Fault()
        self.ended = threading.Event()

    def front(self, reader: str) -> str:
        """The address at which this reader asks."""
        if reader not in self._fronts:
            handler = type("Handler", (_Handler,), {"server_": self, "reader": reader})
            front = ThreadingHTTPServer(("127.0.0.1", 0), handler)
            front.daemon_threads = True
            threading.Thread(target=front.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
            self._fronts[reader] = front
        return f"http://127.0.0.1:{self._fronts[reader].server_port}"

    def truth(self, asked: Asked) -> Answered:
        """What the real relay says."""
        link = http.client.HTTPConnection(*self._upstream, timeout=UPSTREAM_SECONDS)
        try:
            body = asked.body if asked.method == "PUT" else None
            link.request(asked.method, asked.path, body=body, headers=asked.headers)
            answer = link.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            kept = {name: value for name, value in headers.items() if name not in HOP_BY_HOP}
            return Answered(answer.status, answer.read(), kept)
        finally:
            link.close()

    def __enter__(self) -> LyingServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ended.set()
        for front in self._fronts.values():
            front.shutdown()
            front.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_: LyingServer
    reader: str

    def do_GET(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name: self.headers[name] for name in PASSED_ON if name in self.headers}
        asked = Asked(self.reader, self.command, self.path, headers, body)
        said = self.server_.fault.answer(asked, self.server_.truth)
        self.close_connection = said is None or said.cut is not None
        if said is None:
            self.server_.ended.wait()
            return
        with contextlib.suppress(OSError):  # whoever asked has gone
            self._say(said)

    def _say(self, said: Answered) -> None:
        lines = [f"HTTP/1.1 {said.status} {http.client.responses.get(said.status, 'Odd')}"]
        lines += [f"{name}: {value}" for name, value in said.headers.items()]
        if said.status not in (204, 304):
            lines.append(f"content-length: {len(said.body)}")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        self.wfile.write(head + said.body[: said.cut])
        if said.cut is not None:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is written down."""
