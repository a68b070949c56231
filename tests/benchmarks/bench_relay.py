"""The relay's durable deposits: 64 in flight, 128 KiB each, over loopback, acknowledged after the sync.

    python -m tests.benchmarks.bench_relay

Compared with the same server doing nothing (it reads the body and answers 204), with the same relay
committing every deposit alone, and with magic-wormhole's mailbox server where it is installed.
"""

from __future__ import annotations

import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sync import wire
from sync.relay.pools import create_pool
from sync.transport import RelayClient
from tests.benchmarks import mailbox
from tests.benchmarks.harness import Target, interleaved, median_ratio, not_measured, report

IN_FLIGHT = 64
SECONDS = 1.0
ROUNDS = 9
MAILBOX_SECONDS = 4.0  # it is slow enough that one second would count a handful of messages
TOKENS = 40_000  # more than any run can spend


class Contender:
    """A server and its runs of the load generator."""

    def __init__(self, command: list[str], folder: Path, *, stores: bool) -> None:
        self._folder, self._stores = folder, stores
        self._process = subprocess.Popen([sys.executable, "-m", *command], stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self._url: str = json.loads(self._process.stdout.readline())["listening"]
        self.latencies: list[tuple[float, float]] = []  # median and 99th percentile of each run

    def deposits_per_s(self) -> float:
        pool, tokens = "0" * 2 * wire.POOL_BYTES, os.urandom(TOKENS * wire.TOKEN_BYTES)
        if self._stores:
            pool = self._open_pool(tokens)
        path = self._folder.with_suffix(".tokens")
        path.write_bytes(tokens)
        load = [
            sys.executable,
            "-m",
            "tests.benchmarks.load",
            self._url,
            pool,
            str(path),
            str(SECONDS),
            str(IN_FLIGHT),
        ]
        outcome: dict[str, Any] = json.loads(subprocess.run(load, check=True, stdout=subprocess.PIPE).stdout)
        self.latencies.append((outcome["median_s"], outcome["p99_s"]))
        return float(outcome["per_s"])

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _open_pool(self, tokens: bytes) -> str:
        pool, publish_token = create_pool(self._folder)
        size = wire.TOKEN_BYTES
        hashes = b"".join(
            hashlib.sha256(tokens[start : start + size]).digest()[: wire.TOKEN_HASH_BYTES]
            for start in range(0, len(tokens), size)
        )
        with RelayClient(self._url, pool) as client:
            client.put_tokens(wire.week_of(time.time()), hashes, publish_token=publish_token)
        return pool


@contextmanager
def contenders(folder: Path) -> Iterator[dict[str, Contender]]:
    listen = ["--listen", "127.0.0.1:0", "--data"]
    running = {
        "relay": Contender(["sync.relay", *listen, str(folder / "relay")], folder / "relay", stores=True),
        "nothing": Contender(
            ["tests.benchmarks.servers", "nothing", str(folder)], folder / "nothing", stores=False
        ),
        "single": Contender(
            ["tests.benchmarks.servers", "single", str(folder / "single")], folder / "single", stores=True
        ),
    }
    try:
        yield running
    finally:
        for contender in running.values():
            contender.stop()


def against_mailbox(folder: Path, relay_mb_per_s: float) -> None:
    name = "relay: bytes a second / magic-wormhole's mailbox server"
    python = mailbox.interpreter()
    if python is None:
        not_measured(name, because="pip install magic-wormhole-mailbox-server: it is not installed here")
        return
    server = mailbox.MailboxServer(python, folder / "mailbox")
    try:
        rates = [
            mailbox.megabytes_per_s(server.port, seconds=MAILBOX_SECONDS, in_flight=IN_FLIGHT)
            for _ in range(3)
        ]
    finally:
        server.stop()
    its = statistics.median(rates)
    if not its:
        not_measured(name, because="its server stored nothing in time: the machine is too busy")
        return
    report(name, relay_mb_per_s / its, "ratio", Target(at_least=20), mailbox_mb_per_s=round(its, 1))


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="kantha-bench-", dir=os.environ.get("KANTHA_BENCH_DIR")) as name:
        folder = Path(name)
        with contenders(folder) as running:
            for contender in running.values():
                contender.deposits_per_s()  # warm, and not counted
                contender.latencies.clear()
            rates = interleaved(ROUNDS, **{key: value.deposits_per_s for key, value in running.items()})
            latencies = running["relay"].latencies
        per_s = statistics.median(rates["relay"])
        relay_mb_per_s = per_s * wire.DEPOSIT_BYTES_OF[wire.COMPLAINTS] / 1e6
        report(
            "relay: durable deposits / the same server doing nothing",
            median_ratio(rates["relay"], rates["nothing"]),
            "ratio",
            Target(at_least=0.45),
            deposits_per_s=round(per_s),
            mb_per_s=round(relay_mb_per_s),
            nothing_per_s=round(statistics.median(rates["nothing"])),
        )
        report(
            "relay: durable deposits / one commit a deposit",
            median_ratio(rates["relay"], rates["single"]),
            "ratio",
            Target(at_least=1.9),
            single_per_s=round(statistics.median(rates["single"])),
        )
        report(
            "relay: 99th percentile of a deposit / median",
            statistics.median(p99 / median for median, p99 in latencies),
            "ratio",
            Target(at_most=5),
            median_ms=round(1000 * statistics.median(median for median, _ in latencies), 1),
        )
        against_mailbox(folder, relay_mb_per_s)


if __name__ == "__main__":
    main()
