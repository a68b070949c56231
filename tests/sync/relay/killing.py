"""kill -9 under load: devices that deposit and do not give up, and the question what is there afterwards.

For the tests, which kill a few times, and for `tests.benchmarks.bench_kill`, which kills a hundred times.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.sync.relay.asking import Office, bearer, cells_of, some_cells
from tests.sync.relay.database import Database
from tests.sync.relay.running import RunningRelay, start_relay

DEVICES = 8
TOKENS = 1_600
WAIT_SECONDS = 60.0
SOON = (0.05, 0.35)
"""So many seconds after the first deposit the kill comes, and the load goes on as long after it."""


@dataclass
class Account:
    """What some kills did: every list is empty when nothing is wrong."""

    kills: int = 0
    acknowledged: int = 0
    sent_again: int = 0
    lost: int = 0
    doubled: int = 0
    unknown: int = 0
    surprises: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.unknown or self.surprises)


class Device(threading.Thread):
    """Deposits one after the other. What was not acknowledged is sent again exactly, until it is."""

    def __init__(self, ports: Callable[[], int], office: Office, tokens: list[bytes]) -> None:
        super().__init__(daemon=True)
        self._ports, self._office, self._tokens = ports, office, tokens
        self._link: http.client.HTTPConnection | None = None
        self.enough = threading.Event()
        self.acknowledged: list[bytes] = []  # hashes of cells
        self.sent_again = 0
        self.surprise = ""

    def run(self) -> None:
        for token in self._tokens:
            name, body = os.urandom(16).hex(), some_cells()
            while not self._deposit(token, name, body):
                self.sent_again += 1
                time.sleep(0.1)
            if self.surprise:
                return
            self.acknowledged += [hashlib.sha256(cell).digest() for cell in cells_of(body)]
            if self.enough.is_set():
                return

    def _deposit(self, token: bytes, name: str, body: bytes) -> bool:
        """Whether it was acknowledged. Any answer but 204 and 503 ends this device with a surprise."""
        try:
            if self._link is None:
                self._link = http.client.HTTPConnection("127.0.0.1", self._ports(), timeout=WAIT_SECONDS)
            path = self._office.path(f"complaints/deposits/{name}")
            self._link.request("PUT", path, body=body, headers=bearer(token))
            answer = self._link.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            if self._link is not None:
                self._link.close()
            self._link = None
            return False
        if answer.status not in (204, 503):
            self.surprise = f"status {answer.status}"
            return True
        return answer.status == 204


class Victims:
    """One relay on a folder, or two on one PostgreSQL; `kill` ends some of it and starts it again."""

    def __init__(self, place: Path | Database, *, page_seconds: float) -> None:
        self._database = place if isinstance(place, Database) else None
        self._place = place.fresh() if isinstance(place, Database) else place
        self._page_seconds = page_seconds
        self.relays = [self._start() for _ in range(2 if self._database else 1)]

    def _start(self, port: int = 0) -> RunningRelay:
        return start_relay(self._place, page_seconds=self._page_seconds, port=port)

    def kill_relay(self) -> None:
        for turn, relay in enumerate(self.relays):
            relay.kill()
            relay.__exit__(None, None, None)
            self.relays[turn] = self._start(relay.port)

    def kill_database(self) -> None:
        assert self._database is not None
        self._database.kill()
        self._database.start()

    def close(self) -> None:
        for relay in self.relays:
            relay.__exit__(None, None, None)


@contextmanager
def victims(place: Path | Database, *, page_seconds: float) -> Iterator[Victims]:
    running = Victims(place, page_seconds=page_seconds)
    try:
        yield running
    finally:
        running.close()


def kill_once(running: Victims, kill: Callable[[], None], account: Account, chance: random.Random) -> None:
    """Load, a kill, the same load again; then everything acknowledged must be there, and nothing else."""
    office = Office.open(running.relays[0], tokens=TOKENS)
    ports = [relay.port for relay in running.relays]
    devices = [
        Device(lambda place=turn: ports[place % len(ports)], office, office.tokens[turn::DEVICES])  # type: ignore[misc]
        for turn in range(DEVICES)
    ]
    for device in devices:
        device.start()
    _until(lambda: any(device.acknowledged for device in devices))
    time.sleep(chance.uniform(*SOON))
    kill()
    time.sleep(chance.uniform(*SOON))
    for device in devices:
        device.enough.set()
    for device in devices:
        device.join(WAIT_SECONDS)
        if device.is_alive():
            account.surprises.append("a device was never answered")
    office.relay = running.relays[0]
    _compare(office, devices, account)


def _compare(office: Office, devices: list[Device], account: Account) -> None:
    expected = {name for device in devices for name in device.acknowledged}
    found: Counter[bytes] = Counter()

    def all_there() -> bool:
        found.clear()
        found.update(hashlib.sha256(cell).digest() for cell in office.closed())
        return expected <= set(found)

    _until(all_there, or_else=lambda: None)
    account.kills += 1
    account.acknowledged += sum(len(device.acknowledged) for device in devices) // 8
    account.sent_again += sum(device.sent_again for device in devices)
    account.lost += len(expected - set(found))
    account.unknown += len(set(found) - expected)
    account.doubled += sum(1 for times in found.values() if times > 1)
    account.surprises += [device.surprise for device in devices if device.surprise]


def _until(question: Callable[[], bool], *, or_else: Callable[[], None] | None = None) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        if question():
            return
        time.sleep(0.02)
    if or_else is None:
        raise AssertionError("it did not happen in time")
