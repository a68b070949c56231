"""magic-wormhole's mailbox server under the same load: messages of a deposit's size, 64 under way.

It is the nearest thing that people run: a relay that stores opaque messages in SQLite and sends them on.
Each connection has a mailbox of its own, adds a message, and adds the next one when the first has come back,
which the server does after its commit. The package is an extra that is not installed by default:

    pip install magic-wormhole-mailbox-server
"""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import selectors
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

from sync import wire

PAYLOAD_BYTES = wire.DEPOSIT_BYTES_OF[wire.COMPLAINTS]
TEXT = os.urandom(PAYLOAD_BYTES).hex()  # its protocol carries hexadecimal digits in JSON


def interpreter() -> str | None:
    """A Python that has the server: this one, or the one named in KANTHA_BENCH_MAILBOX_PYTHON."""
    if importlib.util.find_spec("wormhole_mailbox_server") is not None:
        return sys.executable
    return os.environ.get("KANTHA_BENCH_MAILBOX_PYTHON")


class MailboxServer:
    """The server as a process of its own, on a file in this folder."""

    def __init__(self, python: str, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        folder.mkdir(exist_ok=True)
        self._process = subprocess.Popen(
            [
                *(python, "-m", "twisted", "wormhole-mailbox"),
                *(
                    "--port",
                    f"tcp:{self.port}:interface=127.0.0.1",
                    "--channel-db",
                    str(folder / "channel.db"),
                ),
            ],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the mailbox server did not start")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


class Mailbox:
    """One WebSocket connection with a mailbox of its own."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        key = base64.b64encode(os.urandom(16)).decode()
        head = ["GET /v1 HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade"]
        head += [f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", "", ""]
        self.socket.sendall("\r\n".join(head).encode())
        self._read = b""
        while b"\r\n\r\n" not in self._read:
            self._read += self.socket.recv(65_536)
        self._read = self._read.split(b"\r\n\r\n", 1)[1]
        self.socket.sendall(_frame({"type": "bind", "appid": "kantha/bench", "side": "a"}))
        self.socket.sendall(_frame({"type": "open", "mailbox": os.urandom(8).hex()}))
        self.socket.setblocking(False)
        self._unsent = memoryview(b"")
        self._size: int | None = None

    def add(self) -> None:
        unique = os.urandom(16).hex()
        self._unsent = memoryview(_frame({"type": "add", "phase": unique, "body": unique + TEXT[32:]}))

    def send(self) -> bool:
        """Send what the socket takes. True when all is sent."""
        try:
            self._unsent = self._unsent[self.socket.send(self._unsent) :]
        except BlockingIOError:
            return False
        return not self._unsent

    def came_back(self) -> bool:
        """Read what is there. True when the message has come back."""
        self._read += self.socket.recv(1 << 20)
        found = False
        while (frame := _first_frame(self._read)) is not None:
            start, end = frame
            found = found or (end - start > PAYLOAD_BYTES)
            self._read = self._read[end:]
        return found


def megabytes_per_s(port: int, *, seconds: float, in_flight: int) -> float:
    """Payload that was stored and sent back, in 10^6 bytes a second."""
    selector = selectors.DefaultSelector()
    for _ in range(in_flight):
        mailbox = Mailbox(port)
        mailbox.add()
        selector.register(mailbox.socket, selectors.EVENT_WRITE | selectors.EVENT_READ, mailbox)
    messages, begin = 0, time.perf_counter()
    while (now := time.perf_counter()) - begin < seconds:
        for key, events in selector.select(1.0):
            mailbox = key.data
            if events & selectors.EVENT_WRITE and mailbox.send():
                selector.modify(mailbox.socket, selectors.EVENT_READ, mailbox)
            if events & selectors.EVENT_READ and mailbox.came_back():
                messages += 1
                mailbox.add()
                selector.modify(mailbox.socket, selectors.EVENT_WRITE | selectors.EVENT_READ, mailbox)
    for key in list(selector.get_map().values()):
        key.data.socket.close()
    return messages * PAYLOAD_BYTES / 1e6 / (now - begin)


def _frame(message: dict[str, str]) -> bytes:
    """A text frame of a client. The mask is four zeros: allowed, and no work."""
    payload = json.dumps(message).encode()
    if len(payload) < 126:
        head = struct.pack("!BB", 0x81, 0x80 | len(payload))
    elif len(payload) < 65_536:
        head = struct.pack("!BBH", 0x81, 0x80 | 126, len(payload))
    else:
        head = struct.pack("!BBQ", 0x81, 0x80 | 127, len(payload))
    return head + bytes(4) + payload


def _first_frame(data: bytes) -> tuple[int, int] | None:
    """Where the payload of the first whole frame starts and ends."""
    if len(data) < 2:
        return None
    size, start = data[1] & 0x7F, 2
    if size == 126:
        size, start = int.from_bytes(data[2:4], "big"), 4
    elif size == 127:
        size, start = int.from_bytes(data[2:10], "big"), 10
    return (start, start + size) if len(data) >= start + size else None
