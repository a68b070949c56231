"""What an organisation costs whoever runs its relay, a day: bytes, traffic, seconds of a processor.

    python -m tests.benchmarks.bench_cost

Sizes and counts follow from docs/protocol.md section 8; seconds of the processor are measured here, for one
deposit of each stream and for a megabyte of pages given out, and multiplied. docs/relay.md has the formulas.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sync import wire
from sync.transport import RelayClient
from tests.benchmarks.bench_memory import Load
from tests.benchmarks.harness import report
from tests.sync.relay.running import RunningRelay, start_relay

DEPOSITS = 3_000
READINGS = 10
COMPLAINT, REPLY = (wire.DEPOSIT_BYTES_OF[stream] for stream in wire.STREAMS)


@dataclass(frozen=True)
class Organisation:
    """What its devices do in a day. A session is `deposits` deposits; phones read two days of replies in each
    session, handlers read every complaint page once and deposit one reply deposit in each session.
    """

    phones: int = 50
    handlers: int = 10
    phone_sessions: int = 3
    handler_sessions: int = 4
    deposits: int = 4
    phone_part: int = 100_000
    handler_part: int = 500_000

    @property
    def complaints(self) -> int:
        """Deposits in the complaint stream."""
        made = self.phones * self.phone_sessions + self.handlers * self.handler_sessions
        return made * self.deposits

    @property
    def replies(self) -> int:
        return self.handlers * self.handler_sessions

    @property
    def received(self) -> int:
        """Bytes that come to the relay."""
        return self.complaints * COMPLAINT + self.replies * REPLY + self.phone_part + self.handler_part

    @property
    def stored(self) -> int:
        """Bytes that lie there once it has run for longer than the retention."""
        kept = wire.RETENTION_DAYS_OF
        return self.complaints * COMPLAINT * kept[wire.COMPLAINTS] + self.replies * REPLY * kept[wire.REPLIES]

    @property
    def given_out(self) -> int:
        """Bytes that leave the relay; the directory changes once a day."""
        of_complaints = self.handlers * self.complaints * COMPLAINT
        of_replies = self.phones * self.phone_sessions * 2 * self.replies * REPLY
        parts = (self.phones + self.handlers) * self.phone_part + self.handlers * self.handler_part
        return of_complaints + of_replies + parts


def cpu_seconds(relay: RunningRelay) -> float:
    fields = Path(f"/proc/{relay.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured() -> tuple[float, float]:
    """Seconds of the processor for a deposit of complaints (one of replies costs less) and for a megabyte of
    pages.
    """
    with (
        tempfile.TemporaryDirectory(prefix="kantha-bench-", dir=os.environ.get("KANTHA_BENCH_DIR")) as name,
        start_relay(Path(name), page_seconds=1.0, reply_page_seconds=1.0) as relay,
    ):
        load = Load(relay, complaints=1)
        asyncio.run(load.run(200))
        before = cpu_seconds(relay)
        asyncio.run(load.run(DEPOSITS))
        deposit = (cpu_seconds(relay) - before) / DEPOSITS
        before, megabytes = cpu_seconds(relay), 0.0
        with RelayClient(relay.url, load.pools[0]) as client:
            index = client.index(wire.COMPLAINTS)
            assert index is not None
            for _ in range(READINGS):
                for entry in index.entries:
                    megabytes += len(client.page(wire.COMPLAINTS, entry.number, entry.digest)) / 1e6
        return deposit, (cpu_seconds(relay) - before) / megabytes


def main() -> None:
    deposit, megabyte = measured()
    for organisations in (1, 250):
        one = Organisation()
        busy = (one.complaints + one.replies) * deposit + one.given_out / 1e6 * megabyte
        report(
            f"relay: seconds of a processor a day, {organisations} x 50 phones",
            organisations * busy,
            "s",
            stored_gb=round(organisations * one.stored / 1e9, 2),
            received_gb=round(organisations * one.received / 1e9, 3),
            given_out_gb=round(organisations * one.given_out / 1e9, 2),
            deposits=organisations * (one.complaints + one.replies),
            ms_per_deposit=round(1000 * deposit, 3),
            ms_per_megabyte=round(1000 * megabyte, 3),
        )


if __name__ == "__main__":
    main()
