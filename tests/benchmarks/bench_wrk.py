"""Durable deposits with wrk, a load generator in C: 64 connections, and 1,000.

    python -m tests.benchmarks.bench_wrk

At 1,000 connections no answer may be anything but 204 or 503 with Retry-After, and no connection may break.
The relay works on 256 deposits at once; more hear 503. Needs wrk (`apt-get install wrk`); `bench_relay` has
a load generator of our own and needs nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from sync import wire
from sync.relay.places import create_pool
from sync.transport import RelayClient
from tests.benchmarks.harness import Target, not_measured, report
from tests.sync.relay.running import RunningRelay, start_relay

SCRIPT = Path(__file__).with_name("deposits.lua")
TOKENS = 60_000
THREADS = 2
SECONDS = 10
RUNS = 5


def run(wrk: str, relay: RunningRelay, folder: Path, *, connections: int) -> dict[str, Any]:
    pool, publish_token = create_pool(relay.place)
    tokens = [os.urandom(wire.TOKEN_BYTES) for _ in range(TOKENS)]
    hashes = b"".join(hashlib.sha256(token).digest()[: wire.TOKEN_HASH_BYTES] for token in tokens)
    with RelayClient(relay.url, pool) as client:
        client.put_tokens(wire.week_of(time.time()), hashes, publish_token=publish_token)
    texts = folder / "tokens"
    texts.write_bytes(b"\n".join(base64.urlsafe_b64encode(token).rstrip(b"=") for token in tokens))
    load = [wrk, f"-t{THREADS}", f"-c{connections}", f"-d{SECONDS}s", "--timeout", "60s", "-s", str(SCRIPT)]
    ended = subprocess.run(
        [*load, relay.url, "--", pool, str(texts), str(THREADS)], check=True, capture_output=True, text=True
    )
    outcome: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return outcome


def main() -> None:
    wrk = shutil.which("wrk")
    if wrk is None:
        not_measured("relay: deposits with wrk", because="wrk is not installed here: apt-get install wrk")
        return
    with (
        tempfile.TemporaryDirectory(prefix="kantha-bench-", dir=os.environ.get("KANTHA_BENCH_DIR")) as name,
        start_relay(Path(name) / "relay", page_seconds=60.0) as relay,
    ):
        for connections in (64, 1_000):
            runs = [run(wrk, relay, Path(name), connections=connections) for _ in range(RUNS)]
            if not all(one["stored"] and one["median_s"] for one in runs):
                not_measured(f"relay: wrk, {connections} connections", because="the machine is too busy")
                continue
            report(
                f"relay: wrong answers and broken connections, wrk, {connections} connections",
                sum(one["other"] + one["broken"] for one in runs),
                "answers",
                Target(at_most=0),
                stored_per_s=round(statistics.median(one["stored"] / one["seconds"] for one in runs)),
                busy_per_s=round(statistics.median(one["busy"] / one["seconds"] for one in runs)),
                median_ms=round(1000 * statistics.median(one["median_s"] for one in runs), 1),
                p99_of_median=round(statistics.median(one["p99_s"] / one["median_s"] for one in runs), 2),
            )


if __name__ == "__main__":
    main()
