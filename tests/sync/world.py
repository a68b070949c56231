"""A small organisation of real devices around a real relay, for tests; nothing of it is faked.

with World(tmp_path) as world:
    phone = world.phone("Blue-7")
    codes = intake.new_complaints(phone, [record()], finish=True)
    world.sync(phone, world.desk)

    second = world.officer("Officer-2")          # signs, publishes and handles the desk "main"
    private = world.desk2("private")             # another desk and its handler
    world.two_must_sign(second)                  # from now on two officers for roots and handlers
    third = world.handler("Desk-3", signed_by=[second])
    world.revoke("Blue-7", reason="seized")
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from app.actions import device as devices
from app.actions import enrolment, officers, organisation, revocation, sending
from app.actions.device import Device
from app.actions.views import RevokedView, SyncReport
from crypto.root import Policy
from sync.transport import RelayClient
from sync.wire import STREAMS
from tests.sync.relay.running import RunningRelay, start_relay

MEMORY_KIB = 65_536
PASSPHRASE = "nine zebras crossed the wet bridge"
DAY = 86_400
FEW_TOKENS = Policy(tokens_per_week=256)
"""Most of the time of a founding goes into the sets of tokens: fewer for each device than by default."""
FEW_DEVICES = Policy(token_slots=16)
"""For worlds in which a device sends as often as a real one in its busiest week."""


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

    def __init__(
        self, root: Path, *, clock: Callable[[], float] = time.time, policy: Policy = FEW_TOKENS
    ) -> None:
        self.root = root
        self.clock = clock
        self.relay: RunningRelay = start_relay(root / "relay")
        self.pool = self.relay.create_pool()
        self.devices: list[Device] = []
        self.desk = organisation.create(
            root / "desk", PASSPHRASE, name="Sramik Union", relay=self.relay.url, pool=self.pool.name,
            publish_token=self.pool.publish_token, gap_seconds=0, policy=policy, clock=clock,
            argon_memory_kib=MEMORY_KIB,
        )  # fmt: skip
        self.devices.append(self.desk)

    # --- devices ------------------------------------------------------------

    def join(
        self,
        label: str,
        *,
        role: str = "intake",
        clock: Callable[[], float] | None = None,
        desk: str = "main",
        by: Device | None = None,
    ) -> Device:
        """A device that was admitted (or waits for another officer) and has its welcome not yet."""
        home, now, officer = self.root / label, clock or self.clock, by or self.desk
        invited = enrolment.invite(officer, role=role, desk=desk, label=label)
        joined = enrolment.join(home, PASSPHRASE, invited.text, clock=now, argon_memory_kib=MEMORY_KIB)
        enrolment.admit(officer, joined.reply_text, confirm=joined.check)
        return self.open(label, clock=now)

    def phone(
        self,
        label: str = "Blue-7",
        *,
        clock: Callable[[], float] | None = None,
        desk: str = "main",
        by: Device | None = None,
    ) -> Device:
        """A phone that belongs."""
        return self._welcomed(self.join(label, clock=clock, desk=desk, by=by))

    def handler(
        self,
        label: str = "Desk-2",
        *,
        clock: Callable[[], float] | None = None,
        desk: str = "main",
        by: Device | None = None,
        signed_by: Sequence[Device] = (),
    ) -> Device:
        """Another handler of a desk, who belongs."""
        joined = self.join(label, role="handler", clock=clock, desk=desk, by=by)
        return self._signed(joined, by=by, signed_by=signed_by)

    def officer(
        self,
        label: str = "Officer-2",
        *,
        clock: Callable[[], float] | None = None,
        desk: str = "main",
        by: Device | None = None,
        signed_by: Sequence[Device] = (),
    ) -> Device:
        """Another officer: in the root, with the publish right, and a handler of the desk."""
        joined = self.join(label, role="officer", clock=clock, desk=desk, by=by)
        return self._signed(joined, by=by, signed_by=signed_by)

    def desk2(self, name: str = "private", *, label: str | None = None, by: Device | None = None) -> Device:
        """Another desk, and the device of its first handler."""
        officers.add_desk(by or self.desk, name)
        handler = self.handler(label or f"{name}-1", desk=name, by=by)
        self.sync(by or self.desk, handler)
        return handler

    def two_must_sign(self, second: Device) -> None:
        """From now on two officers sign every new root and every handler's admission."""
        officers.set_threshold(self.desk, 2)
        self.sync(second)
        officers.set_policy(self.desk, handler_officers=2)
        self.sign_all(second)
        self.sync(self.desk)

    def sign_all(self, *those: Device) -> None:
        """Each of these officers synchronises and signs all that waits, with the digits read out."""
        for officer in those:
            self.sync(officer)
            for waiting in officers.proposals(officer):
                if not waiting.signed_by_me:
                    officers.sign(officer, waiting.id, confirm=waiting.digits)
            self.sync(officer)

    def revoke(self, label: str, *, by: Device | None = None, reason: str = "lost") -> RevokedView:
        """One officer says that a device no longer belongs."""
        return revocation.revoke(by or self.desk, label, reason=reason)

    def open(self, label: str, *, clock: Callable[[], float] | None = None) -> Device:
        """Unlock a folder again."""
        device = devices.unlock(self.root / label, PASSPHRASE, clock=clock or self.clock)
        self.devices.append(device)
        return device

    def _signed(self, device: Device, *, by: Device | None, signed_by: Sequence[Device]) -> Device:
        self.sign_all(*signed_by)
        if signed_by:
            self.sync(by or self.desk)
        return self._welcomed(device)

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
