"""After how many minutes without a hand this desk locks itself; kept in its vault, the same tomorrow."""

from __future__ import annotations

from app.actions.device import Device

CHOICES = (2, 5, 8, 15)
"""Two for a desk in a hall, fifteen for a room with a door that locks."""

_NAME = "screen.lock-minutes"


def kept(device: Device) -> int | None:
    """What was chosen on this desk; None when nothing was."""
    written = device.vault.get(_NAME)
    return written[0] if written and written[0] in CHOICES else None


def keep(device: Device, minutes: int) -> None:
    """Remember the choice. Minutes that are no choice are not kept."""
    if minutes in CHOICES:
        with device.vault.transaction():
            device.vault.put(_NAME, bytes([minutes]))
