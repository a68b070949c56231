"""One session with the relay, and what waits, left and is confirmed."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any, Final

from app.actions import arrivals, moments
from app.actions.device import Device, mark_joining
from app.actions.errors import ChoiceUnknownError
from app.actions.publishing import publish, send_welcomes
from app.actions.standing import explain
from app.actions.views import MissingView, OutboxItem, OutboxView, SyncReport
from app.actions.warnings import warnings_of
from app.domain.errors import OperationError
from app.vault.errors import VaultError
from crypto.errors import CryptoError
from crypto.ids import DeviceId
from crypto.parcels import ParcelKind
from sync.admission import Admissions
from sync.errors import SyncError
from sync.inbox import ArrivedParcel
from sync.integrity import missing
from sync.joining import Joining
from sync.outbox import CellState
from sync.session import Outcome, Progress, Session
from sync.transport import RelayClient
from sync.wire import DEPOSIT_BYTES_OF

SIZES: Final = (1, 4, 16, 64)
_REPLIES_BYTES: Final = 400_000
"""What two days of answers from a desk of some handlers come to; the screen says "about"."""
_LAST_MOMENT: Final = 2**37
"""Unix seconds that every calendar here can still write (the year 6325)."""
_KINDS: Final = {
    ParcelKind.COMPLAINT: "complaint",
    ParcelKind.ADDITION: "addition",
    ParcelKind.ANSWER: "answer",
}


class _Arrivals:
    """Hands what a session brings to `app.actions.arrivals`."""

    def __init__(self, device: Device) -> None:
        self._device = device

    def take_parcel(self, arrived: ArrivedParcel) -> None:
        arrivals.take(self._device, arrived)

    def take_operation(self, device: DeviceId, operation: dict[str, Any]) -> None:
        with contextlib.suppress(OperationError):  # what is no operation harms nothing else on the page
            arrivals.take_operation(self._device, operation, signed_by=device)

    def take_question(self, handler: DeviceId, body: dict[str, Any]) -> None:
        question, code, text, at = (body.get(name) for name in ("id", "code", "text", "at"))
        if not (isinstance(question, bytes) and isinstance(code, str) and isinstance(text, str)):
            return
        if type(at) is int and 0 <= at < _LAST_MOMENT:
            arrivals.take_question(self._device, question, code, text, at)

    def take_left(self, code: str, kind: str) -> None:
        arrivals.left(self._device, code, kind)

    def take_confirmation(self, code: str, kind: str) -> None:
        arrivals.confirmed(self._device, code, kind)


def session_of(
    device: Device, *, sleep: Callable[[float], None] = time.sleep, progress: Progress | None = None
) -> Session:
    """A session of this device, ready to run."""
    return Session(device.state, device.me, device.member, _Arrivals(device), sleep=sleep, progress=progress)


def sync(
    device: Device,
    *,
    deposits: int | None = None,
    progress: Progress | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> SyncReport:
    """One session of fixed shape. Raises a SyncError or CryptoError with nothing lost; safe to repeat."""
    if deposits is not None and deposits not in SIZES:
        raise ChoiceUnknownError("A session makes 1, 4, 16 or 64 deposits.")
    session = session_of(device, sleep=sleep, progress=progress)
    try:
        with RelayClient(device.member.relay, device.member.pool_name) as relay:
            waiting = Joining.load(device.state)
            if waiting is not None:
                outcome = _session_before_welcome(device, waiting, session, relay, deposits)
            else:
                outcome = session.run(relay, deposits=deposits)
                if device.officer and send_welcomes(device):
                    publish(device, relay)  # another officer has signed: the new device may come in now
                    session_of(device, sleep=sleep).send_replies(relay)
    except (SyncError, CryptoError) as error:
        raise explain(device, error) from error
    finally:
        # What was sent or confirmed is deleted; the WAL would still tie this device to cells of the relay.
        with contextlib.suppress(VaultError):
            device.vault.scrub()
        with contextlib.suppress(VaultError):
            device.reload()  # also after a failure: the directory may have raised the token epoch before it
    return SyncReport(
        deposited=outcome.deposited,
        received=outcome.received,
        waiting=device.outbox.waiting(),
        missing=missing_at(device),
        joined=device.joined,
        replies=len(Admissions(device.directory_client).replies()) if device.officer else 0,
        warnings=warnings_of(device),
    )


def _session_before_welcome(
    device: Device, waiting: Joining, session: Session, relay: RelayClient, deposits: int | None
) -> Outcome:
    member = waiting.session(session, relay, deposits=deposits)
    if member is None:
        return session.outcome
    device.reload()
    mark_joining(device.home, waiting=False)
    phone = device.directory_client.refresh(relay)
    if device.role == "handler":
        device.directory_client.refresh_handler(relay, phone)
    return session.outcome


def missing_at(device: Device) -> list[MissingView]:
    """What this desk knows to be missing."""
    phone = device.directory()
    names = {desk.id: desk.name for desk in phone.root.desks} if phone else {}
    return [
        MissingView(
            device=gap.device.hex(),
            desk=names.get(gap.desk, gap.desk.hex()),
            from_=gap.first,
            to=gap.last,
            since=moments.iso(gap.since),
            state="expired" if gap.expired else "missing",
        )
        for gap in missing(device.state)
    ]


def outbox(device: Device) -> OutboxView:
    """What was finished here and is not confirmed yet, and what a session costs in bytes."""
    states = {CellState.LEFT: "left", CellState.CONFIRMED: "left"}
    items = [
        OutboxItem(
            code=item.code,
            kind=_KINDS[item.kind],
            state="too_late" if item.too_late else states.get(item.state, "waiting"),
            at=moments.iso(item.made_at),
        )
        for item in device.outbox.items()
    ]
    last = device.outbox.last_sent()
    return OutboxView(
        items=items,
        last_sent_at=None if last is None else moments.iso(last),
        cost_bytes=device.member.deposits * DEPOSIT_BYTES_OF["complaints"] + _REPLIES_BYTES,
        warnings=warnings_of(device),
    )
