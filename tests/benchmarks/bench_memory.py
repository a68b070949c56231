"""The relay's memory over many deposits: what it holds at the end against what it held after the first tenth.

    python -m tests.benchmarks.bench_memory [DEPOSITS]

20,000 deposits unless told otherwise; 500,000 take some twenty minutes. One in five goes into the complaint
stream, the others into the reply stream; a new pool for every 20,000. Closed pages are deleted as they come:
nobody reads them here, and 500,000 deposits would fill a small disk.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import itertools
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sync import wire
from sync.relay.places import create_pool
from sync.transport import RelayClient
from tests.benchmarks.harness import Target, report
from tests.sync.relay.running import RunningRelay, start_relay

DEPOSITS = 20_000
POOL_TOKENS = 20_000
IN_FLIGHT = 32
STEPS = 10
FILLER = {stream: os.urandom(size) for stream, size in wire.CELL_BYTES_OF.items()}


def resident_mib(pid: int) -> float:
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        (line,) = (line for line in status if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


class Load:
    """Deposits over some connections, each body with cells of its own; one in so many is a complaint."""

    def __init__(self, relay: RunningRelay, *, complaints: int = 5) -> None:
        self._relay, self._complaints = relay, complaints
        self._turns = itertools.count()
        self.pools: list[str] = []
        self._requests = self._next()

    async def run(self, deposits: int) -> None:
        left = iter(range(deposits))
        await asyncio.gather(*(self._device(left) for _ in range(IN_FLIGHT)))

    async def _device(self, left: Iterator[int]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._relay.port)
        for _ in left:
            writer.write(next(self._requests))
            await writer.drain()
            answer = await reader.readuntil(b"\r\n\r\n")
            if not answer.startswith(b"HTTP/1.1 204 "):
                raise RuntimeError(f"not stored: {answer[:100]!r}")
        writer.close()

    def _next(self) -> Iterator[bytes]:
        while True:
            pool, tokens = self._open_pool()
            self.pools.append(pool)
            for token in tokens:
                stream = wire.COMPLAINTS if next(self._turns) % self._complaints == 0 else wire.REPLIES
                cells = wire.DEPOSIT_BYTES_OF[stream] // wire.CELL_BYTES_OF[stream]
                body = b"".join(os.urandom(32) + FILLER[stream][32:] for _ in range(cells))
                secret = base64.urlsafe_b64encode(token).rstrip(b"=").decode()
                head = (
                    f"PUT /v1/pools/{pool}/{stream}/deposits/{os.urandom(16).hex()} HTTP/1.1\r\n"
                    f"Host: relay\r\nContent-Length: {len(body)}\r\nAuthorization: Bearer {secret}\r\n\r\n"
                )
                yield head.encode() + body

    def _open_pool(self) -> tuple[str, list[bytes]]:
        pool, publish_token = create_pool(self._relay.place)
        tokens = [os.urandom(wire.TOKEN_BYTES) for _ in range(POOL_TOKENS)]
        hashes = b"".join(hashlib.sha256(token).digest()[: wire.TOKEN_HASH_BYTES] for token in tokens)
        with RelayClient(self._relay.url, pool) as client:
            client.put_tokens(wire.week_of(time.time()), hashes, publish_token=publish_token)
        return pool, tokens


def delete_pages(folder: Path) -> None:
    for page in (folder / "pages").glob("*/*"):
        if page.name.isdecimal():
            with contextlib.suppress(FileNotFoundError):
                page.unlink()


def main(deposits: int) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="kantha-bench-", dir=os.environ.get("KANTHA_BENCH_DIR")) as name,
        start_relay(Path(name), page_seconds=1.0, reply_page_seconds=1.0) as relay,
    ):
        load, held = Load(relay), [resident_mib(relay.pid)]
        for _ in range(STEPS):
            asyncio.run(load.run(deposits // STEPS))
            delete_pages(Path(name))
            held.append(resident_mib(relay.pid))
    report(
        f"relay: memory after {deposits} deposits / after the first tenth of them",
        held[-1] / held[1],
        "ratio",
        Target(at_most=1.2),
        mib_at_each_tenth=[round(one, 1) for one in held],
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DEPOSITS)
