"""A device without keys or relay: it records what it was given to seal, to send and to sign."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.actions import arrivals
from app.actions.views import DeskView
from app.vault.vault import Vault
from crypto.ids import DeskId, DeviceId
from sync.inbox import ArrivedParcel

PASSPHRASE = "seven rivers carry the quilt home"
NOON = 1_795_348_800.0  # 2026-11-22T12:00:00Z
MAIN = DeskId(b"M" * 16)
PRIVATE = DeskId(b"P" * 16)


class Clock:
    """A clock that only moves when it is told to."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class FakeDevice:
    """Fits `app.actions.ports.DevicePort`."""

    def __init__(self, home: Path, *, name: str, role: str, prefix: int | None = None) -> None:
        self.home = home
        self.clock = Clock()
        if Vault.exists(home):
            self.vault = Vault.open(home, PASSPHRASE, clock=self.clock)
        else:
            self.vault = Vault.create(home, PASSPHRASE, clock=self.clock, argon_memory_kib=65_536)
        self.role = role
        self.label = name
        self.id: bytes = DeviceId(name.encode().ljust(16, b"."))
        self.code_prefix = prefix
        self.desks: Sequence[DeskView] = [DeskView(MAIN.hex(), "main"), DeskView(PRIVATE.hex(), "private")]
        self.others: list[FakeDevice] = []
        self.sealed: list[tuple[str, str, dict[str, Any]]] = []
        self.replies: list[tuple[bytes, str, dict[str, Any]]] = []
        self.operations: list[dict[str, Any]] = []
        self.sealing_fails = False

    def label_of(self, device: bytes) -> str:
        return next((one.label for one in [self, *self.others] if one.id == device), "")

    def handlers(self) -> Sequence[tuple[bytes, str]]:
        return [(one.id, one.label) for one in [self, *self.others] if one.role == "handler"]

    def seal_parcel(self, kind: str, code: str, payload: dict[str, Any]) -> None:
        if self.sealing_fails:
            raise RuntimeError("no key")
        self.sealed.append((kind, code, payload))

    def queue_reply(self, to_device: bytes, kind: str, body: dict[str, Any]) -> None:
        self.replies.append((to_device, kind, body))

    def queue_operation(self, op: dict[str, Any]) -> None:
        self.operations.append(op)


def carry(phone: FakeDevice, desk: FakeDevice, *, authentic: bool | None = True) -> None:
    """What was sealed on a phone arrives at a desk, and stays listed, so that it can arrive again."""
    for number, (kind, code, payload) in enumerate(phone.sealed):
        deliver(desk, phone, number, kind, code, payload, authentic=authentic)


def deliver(
    desk: FakeDevice,
    phone: FakeDevice,
    number: int,
    kind: str,
    code: str,
    payload: dict[str, Any],
    *,
    authentic: bool | None = True,
) -> None:
    """One parcel arrives."""
    parcel = ArrivedParcel(
        id=number.to_bytes(16, "big"),
        kind=kind,
        code=code,
        finished_at=int(NOON),
        payload=payload,
        device=DeviceId(phone.id),
        desk=MAIN,
        authentic=authentic,
        received_at=desk.vault.now_s(),
    )
    with desk.vault.transaction():
        arrivals.take(desk, parcel)


def exchange(one: FakeDevice, other: FakeDevice) -> None:
    """Two desks take each other's operations."""
    for source, target in ((one, other), (other, one)):
        with target.vault.transaction():
            for op in source.operations:
                arrivals.take_operation(target, op, signed_by=source.id)
