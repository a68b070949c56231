"""kill -9 under load, of the relay and of the database: what was acknowledged is there, and nothing twice.

A few times here; `python -m tests.benchmarks.bench_kill 100` does it a hundred times.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.sync.relay.database import Database
from tests.sync.relay.killing import Account, Victims, kill_once, victims

KILLS = 3


def test_the_relay_on_a_folder(tmp_path: Path) -> None:
    with victims(tmp_path / "relay", page_seconds=0.1) as running:
        kill_and_look(running, running.kill_relay)


@pytest.mark.parametrize("who", ["relays", "database"])
def test_two_relays_on_one_database_and_the_database(own: Database, who: str) -> None:
    with victims(own, page_seconds=0.1) as running:
        kill_and_look(running, running.kill_relay if who == "relays" else running.kill_database)


@pytest.fixture(scope="module")
def own() -> Iterator[Database]:
    """A server of our own: the others' is not to be killed."""
    with Database() as running:
        yield running


def kill_and_look(running: Victims, kill: Callable[[], None]) -> None:
    account = Account()
    for turn in range(KILLS):
        kill_once(running, kill, account, random.Random(turn))
    assert account.is_clean, account
    assert account.kills == KILLS
    assert account.sent_again > 0, "it was killed under load"
