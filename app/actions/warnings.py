"""What a person should know before it becomes a trouble: `sync.condition` in the words of a view."""

from __future__ import annotations

from app.actions.device import Device
from app.actions.views import WarningView
from sync.condition import condition


def warnings_of(device: Device) -> list[WarningView]:
    """How long since the last session and the last edition, whether the clock is right, what ends soon."""
    found = condition(device.state, member=device.member, phone=device.directory(), clock=device.now())
    return [WarningView(kind=one.kind, days=one.days, name=one.name) for one in found]
