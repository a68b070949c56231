"""A small organisation of real devices around a real relay, for tests; nothing of it is faked.

with World(tmp_path) as world:
    phone = world.phone("Blue-7")
    codes = intake.new_complaints(phone, [record()], finish=True)
    world.sync(phone, world.desk)
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from app.actions import device as devices
from app.actions import enrolment, organisation, sending
from app.actions.device import Device
from app.actions.views import SyncReport
from sync.transport import RelayClient
from sync.wire import STREAMS
from tests.sync.relay.running import RunningRelay, start_relay

MEMORY_KIB = 65_536
PASSPHRASE = "nine zebras crossed the wet bridge"
DAY = 86_400


class Clock:
    """The real time, moved by as much as a test says."""

    def __init__(self, ahead: float = 0.0) -> None:
        self.ahead = ahead

    def __call__(self) -> float:
        return time.time() + self.ahead


def no_sleep(_seconds: float) -> None:
    """For sessions that would wait for a busy relay."""


class World:
    """One relay, one officer's desk, and whoever joins. All clocks that are not given go with `clock`."""

    def __init__(self, root: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.root = root
        self.clock = clock
        self.relay: RunningRelay = start_relay(root / "relay")
        self.pool = self.relay.create_pool()
        self.devices: list[Device] = []
        self.desk = organisation.create(
            root / "desk", PASSPHRASE, name="Sramik Union", relay=self.relay.url, pool=self.pool.name,
            publish_token=self.pool.publish_token, gap_seconds=0, clock=clock, argon_memory_kib=MEMORY_KIB,
        )  # fmt: skip
        self.devices.append(self.desk)

    # --- devices ------------------------------------------------------------

    def join(self, label: str, *, role: str = "intake", clock: Callable[[], float] | None = None) -> Device:
        """A device that was admitted and has its welcome not yet."""
        home, now = self.root / label, clock or self.clock
        invited = enrolment.invite(self.desk, role=role, desk="main", label=label)
        joined = enrolment.join(home, PASSPHRASE, invited.text, clock=now, argon_memory_kib=MEMORY_KIB)
        enrolment.admit(self.desk, joined.reply_text, confirm=joined.check)
        return self.open(label, clock=now)

    def phone(self, label: str = "Blue-7", *, clock: Callable[[], float] | None = None) -> Device:
        """A phone that belongs."""
        return self._welcomed(self.join(label, clock=clock))

    def handler(self, label: str = "Desk-2", *, clock: Callable[[], float] | None = None) -> Device:
        """Another handler of the desk, who belongs."""
        return self._welcomed(self.join(label, role="handler", clock=clock))

    def open(self, label: str, *, clock: Callable[[], float] | None = None) -> Device:
        """Unlock a folder again."""
        device = devices.unlock(self.root / label, PASSPHRASE, clock=clock or self.clock)
        self.devices.append(device)
        return device

    def _welcomed(self, device: Device) -> Device:
        self.sync(device)
        assert device.joined
        return device

    # --- exchange ------------------------------------------------------------

    def sync(self, *those: Device, deposits: int | None = None) -> SyncReport:
        """A session of each in turn, every page closed before and after. Gives the last one's report."""
        for device in those:
            self.settle()
            report = sending.sync(device, deposits=deposits, sleep=no_sleep)
        self.settle()
        return report

    def round(self, phone: Device) -> SyncReport:
        """The phone sends, the desk fetches, confirms in its next session, and the phone hears of it."""
        return self.sync(phone, self.desk, self.desk, phone)

    def settle(self) -> None:
        """Wait until the relay has closed every page."""
        database = self.relay.data_dir / "relay.db"
        for _ in range(2_000):
            with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5) as connection:
                waiting = connection.execute("SELECT count(*) FROM open_page").fetchone()[0]
            connection.close()
            if not waiting:
                return
            time.sleep(0.005)
        raise AssertionError("the relay closes no page")

    def client(self) -> RelayClient:
        return RelayClient(self.relay.url, self.pool.name)

    def cells_at_relay(self) -> dict[str, list[bytes]]:
        """Every cell of every page that the relay keeps, by stream."""
        found: dict[str, list[bytes]] = {}
        with self.client() as client:
            for stream in STREAMS:
                index = client.index(stream)
                assert index is not None
                pages = [client.page(stream, entry.number, entry.digest) for entry in index.entries]
                size = 16_384 if stream == "complaints" else 4_096
                found[stream] = [
                    page[start : start + size] for page in pages for start in range(0, len(page), size)
                ]
        return found

    def restart_relay(self) -> None:
        """kill -9 and a new process on the same folder and port."""
        port = self.relay.port
        self.relay.kill()
        self.relay.__exit__(None, None, None)
        self.relay = start_relay(self.root / "relay", port=port)

    # --- end ------------------------------------------------------------

    def close(self) -> None:
        for device in self.devices:
            device.lock()
        self.relay.__exit__(None, None, None)

    def __enter__(self) -> World:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def record(narrative: str = "The stairwell was padlocked.", **more: Any) -> dict[str, Any]:
    """The least that a complaint says, and whatever else is given."""
    return {
        "consent": {"record": "yes"},
        "danger": {"now": "no"},
        "narrative": narrative,
        "facility": None,
        "happened": {"from": None, "to": None},
        **more,
    }
