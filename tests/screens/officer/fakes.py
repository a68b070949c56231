"""Devices, proposals and an officer's desk without a vault."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from app.actions.views import ChangeView, DeskView, DeviceView, OfficerView, OrganisationView, ProposalView
from app.screens.casework.model import DeskModel
from crypto.ids import DeviceId
from crypto.root import Officer, Policy, Root
from tests.screens.casework.fakes import FakeApp
from tests.screens.drawing import Paper

THIS = "07" * 16
DIGITS = "48213 90577 12004 66318 20941 75530"


def device(label: str = "Blue-7", **changes: Any) -> DeviceView:
    """A phone in use that was heard today."""
    usual: dict[str, Any] = {
        "id": label.encode().hex().ljust(32, "0"),
        "role": "intake",
        "desk": "main",
        "state": "active",
        "admitted_at": "2026-09-01T09:00:00Z",
    }
    return DeviceView(label=label, **{**usual, **changes})


def organisation(
    *devices: DeviceView, officers: int = 3, threshold: int = 2, **more: Any
) -> OrganisationView:
    """An organisation with these devices."""
    return OrganisationView(
        name="Garment workers together",
        org_id="00",
        root_version=2,
        threshold=threshold,
        officers=[OfficerView(f"{n:02x}", f"{n:02x}" * 16, f"Desk-{n}", n == 7) for n in range(officers)],
        desks=[DeskView("00", "main")],
        devices=list(devices),
        **more,
    )


def proposal(kind: str = "admission", **changes: Any) -> ProposalView:
    """A handler whom one of two officers has admitted."""
    usual: dict[str, Any] = {
        "id": "a1",
        "label": "Desk-4",
        "role": "handler",
        "desk": "main",
        "digits": DIGITS if kind == "admission" else None,
        "have": 1,
        "needed": 2,
        "signed_by_me": False,
        "at": "2026-11-21T09:00:00Z",
        "changes": [ChangeView("add_officer", "Desk-5")] if kind == "root" else [],
    }
    return ProposalView(kind=kind, **{**usual, **changes})


def officers_desk(
    *devices: DeviceView, officer: bool = True, lang: str = "en", width: float = 1440, **more: Any
) -> DeskModel:
    """A desk that knows these devices."""
    app = FakeApp()
    app.lang = lang
    faked = cast("Any", app)
    faked.device = SimpleNamespace(
        officer=officer, id=bytes.fromhex(THIS), role="handler", desks=[DeskView("00", "main")]
    )
    faked.page = Paper()
    return DeskModel(app=faked, organisation=organisation(*devices, **more), width=width)


def root(*, officers: int = 3, threshold: int = 2, **policy: int) -> Root:
    """A root with so many officers, not signed by anybody."""
    return Root(
        version=2,
        previous=b"",
        name="Garment workers together",
        threshold=threshold,
        officers=tuple(
            Officer(public=bytes([n]) * 32, kem=b"", device=DeviceId(bytes([n]) * 16))
            for n in range(officers)
        ),
        desks=(),
        publishers=(),
        policy=Policy(**policy),
        pool=b"",
        issued_at=0,
        expires_at=1,
    )
