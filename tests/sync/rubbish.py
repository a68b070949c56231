"""What may answer in a relay's place: a log-in page, a broken proxy, noise, each on a real socket."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
from collections.abc import Callable, Iterator

Answer = Callable[[], bytes]


def http(status: str, body: bytes, *, headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


PORTAL = http(
    "200 OK", b"<html><body>Welcome to the Wi-Fi</body></html>", headers="Content-Type: text/html\r\n"
)
RUBBISH: dict[str, bytes] = {
    "a log-in page": PORTAL,
    "a redirect": http("302 Found", b"", headers="Location: http://login.example/\r\n"),
    "an error of the server": http("500 Internal Server Error", b"oops"),
    "a page that is not there": http("404 Not Found", b"<h1>404</h1>"),
    "a teapot": http("418 I'm a teapot", b""),
    "an empty 200": http("200 OK", b""),
    "a promise of more": b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nshort",
    "random bytes": random.Random(11).randbytes(4_000),
    "nothing at all": b"",
    "half a header": b"HTTP/1.1 200 O",
    "another protocol": b"SSH-2.0-OpenSSH_9.2\r\n",
    "random CBOR": http("200 OK", b"\xa2\x01\x02\x03\x04", headers='ETag: "' + "0" * 64 + '"\r\n'),
    "success for everything": http("204 No Content", b"", headers='ETag: "' + "0" * 64 + '"\r\n'),
    "too many bytes": http("200 OK", b"x" * 400_000, headers='ETag: "' + "1" * 64 + '"\r\n'),
    "packed bytes": http("200 OK", b"\x1f\x8b\x08", headers="Content-Encoding: gzip\r\n"),
    "too busy": http("503 Service Unavailable", b"", headers="Retry-After: 1\r\n"),
}


@contextlib.contextmanager
def serving(answer: bytes) -> Iterator[str]:
    """The address of a server that answers this to whatever it is asked, once for each connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            try:
                connection, _peer = listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                connection.settimeout(5)
                connection.recv(65_536)
                connection.sendall(answer)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65_536):
                    pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        ended.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=5)
