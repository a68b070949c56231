"""Whatever a relay does over real sockets: nothing false is taken, nothing lost, what can be known is said.

One scenario over every fault of `lying_faults`: a phone with complaints and a desk have their sessions with a
relay that lies, and then with an honest one. Each line says how the fault shows: an error that ends a session
with a sentence, a warning, something missing at the desk, or that the phone still waits for a confirmation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.actions import casework, intake, sending
from app.actions.device import Device
from app.actions.sending import session_of
from app.actions.warnings import warnings_of
from crypto.errors import CryptoError, DirectoryRefusedError
from sync.errors import (
    DepositConflictError,
    DirectoryConflictError,
    PageDamagedError,
    PoolUnknownError,
    RelayBusyError,
    RelayRubbishError,
    RelayUnreachableError,
    SyncError,
    TokenRefusedError,
)
from sync.integrity import forks
from sync.outbox import RESEND_AFTER_S
from sync.transport import RelayClient
from tests.sync import lying_faults as faults
from tests.sync.lying_server import Asked, Fault, LyingServer
from tests.sync.world import FEW_DEVICES, Clock, World, no_sleep, record

IMPATIENT_S = 1.0
"""How long devices wait for a relay that never answers. An honest one has a minute."""


@dataclass(frozen=True)
class Case:
    """A fault, and how it shows. `shows`: the errors of which at least one is raised; `waits`: the phone
    knows that what it sent is not confirmed; `warns`: kinds of warnings at the phone or at the desk.
    """

    name: str
    make: Callable[[], Fault]
    shows: tuple[type[Exception], ...] = ()
    waits: bool = False
    warns: frozenset[str] = field(default_factory=frozenset)
    patience_s: float = 60.0


def everything(asked: Asked) -> bool:
    return True


def deposits(asked: Asked) -> bool:
    return asked.is_deposit


def pages(asked: Asked) -> bool:
    return asked.page is not None


def indexes(asked: Asked) -> bool:
    return asked.is_index


def directory(asked: Asked) -> bool:
    return asked.is_directory


NOTHING = b"There is nothing here yet."
CASES = [
    Case("tells the truth", Fault),
    Case("never answers", faults.Silent, (RelayUnreachableError,), patience_s=IMPATIENT_S),
    Case(
        "stores and never says so", faults.StoresAndIsSilent, (RelayUnreachableError,), patience_s=IMPATIENT_S
    ),
    Case("resets before the body", lambda: faults.Resets(0), (RelayUnreachableError,)),
    Case("resets in the body", lambda: faults.Resets(30), (RelayUnreachableError, RelayRubbishError)),
    Case("is a log-in page", lambda: faults.Says(200, everything, faults.LOGIN), (RelayRubbishError,)),
    Case(
        "has no such pool",
        lambda: faults.Says(404, everything, b"There is no such pool here."),
        (PoolUnknownError,),
    ),
    Case("breaks down", lambda: faults.Says(500, everything), (SyncError,)),
    Case("is always busy", lambda: faults.Says(503, everything), (RelayBusyError,)),
    Case("knows no token", lambda: faults.Says(401, deposits), (TokenRefusedError,)),
    Case("had everything already", lambda: faults.Says(409, deposits), (DepositConflictError,)),
    Case("drops deposits", faults.Drops, waits=True),
    Case("has no page that it lists", lambda: faults.Says(404, pages, NOTHING), (PageDamagedError,)),
    Case("has deleted every page", lambda: faults.Says(410, pages), waits=True),
    Case("has no index", lambda: faults.Says(404, indexes, NOTHING), (SyncError,)),
    Case("has no directory", lambda: faults.Says(404, directory, NOTHING), (SyncError,)),
    Case("tampers with pages", faults.Tampers, (PageDamagedError,)),
    Case("truncates pages", faults.Truncates, (PageDamagedError,)),
    Case("tampers with the directory", faults.TampersWithTheDirectory, (DirectoryConflictError,)),
    Case("reorders pages", faults.Reorders),
    Case("replays pages", faults.Replays),
    Case("rolls back", faults.RollsBack, waits=True),
    Case("freezes", faults.Freezes, waits=True),
    Case("withholds cells", faults.Withholds, waits=True),
    Case("shows each reader other pages", faults.Forks, waits=True),
    Case("has a wrong clock", faults.WrongClock, warns=frozenset({"clock_behind"})),
]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(tmp_path: Path, clock: Clock) -> Iterator[World]:
    """One for each case: some of them use up the tokens of the desk's whole week."""
    with World(tmp_path, clock=clock, policy=FEW_DEVICES) as world:
        yield world


@pytest.fixture
def server(world: World) -> Iterator[LyingServer]:
    with LyingServer(world.relay.url) as server:
        yield server


def session(world: World, server: LyingServer, device: Device, case: Case, errors: list[Exception]) -> None:
    """A session at this device's own front; what it ends with is a sentence for people."""
    world.settle()
    reader = "desk" if device is world.desk else "phone"
    try:
        with RelayClient(server.front(reader), world.pool.name, timeout_s=case.patience_s) as relay:
            session_of(device, sleep=no_sleep).run(relay, deposits=1)
    except (SyncError, CryptoError) as error:
        errors.append(error)
    device.reload()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))
def test_devices_end_as_if_it_had_never_lied(
    world: World, clock: Clock, server: LyingServer, case: Case
) -> None:
    phone, errors = world.phone(), list[Exception]()
    world.sync(phone, world.desk, deposits=1)

    server.fault = case.make()
    if isinstance(server.fault, faults.Freezes):
        for device in (phone, world.desk):
            session(world, server, device, case, errors)
    codes = intake.new_complaints(phone, [record(f"number {n}") for n in range(3)], finish=True)
    for device in (phone, world.desk, world.desk, phone):
        session(world, server, device, case, errors)
    for error in errors:
        assert str(error).endswith(".")
        assert "\n" not in str(error)
        assert getattr(error, "next_step", "").endswith(".")
    assert not case.shows or any(isinstance(error, case.shows) for error in errors), errors
    unforeseen = [error for error in errors if not isinstance(error, (*case.shows, DirectoryRefusedError))]
    assert unforeseen == []
    told = {warning.kind for device in (phone, world.desk) for warning in warnings_of(device)}
    assert case.warns <= told
    waiting = {item.code for item in sending.outbox(phone).items}
    assert set(codes) - waiting <= {row.code for row in casework.inbox(world.desk)}, "confirmed is what came"
    assert waiting or not case.waits

    clock.ahead = RESEND_AFTER_S + 60
    world.sync(phone)
    world.sync(world.desk, world.desk, phone, deposits=1)
    inbox = [row.code for row in casework.inbox(world.desk)]
    for code in codes:
        assert inbox.count(code) == 1
        assert intake.show(world.desk, code).authentic is True
    assert sending.outbox(phone).items == []
    assert [gap for gap in sending.missing_at(world.desk) if gap.device == phone.id.hex()] == []
    assert forks(world.desk.state) == []
