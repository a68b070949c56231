"""Giving up a beginning: a device that was not welcomed yet erases its vault and is as new.

Guarantees: only before the welcome; a device that belongs loses nothing here. Does not take back
an admission that somebody signed by mistake: an officer revokes that.
"""

from __future__ import annotations

from app.actions.device import Device, mark_joining
from app.actions.errors import ActionError
from app.vault.vault import wipe


class AlreadyWelcomeError(ActionError):
    """This device belongs to its organisation already, so its beginning is not erased."""

    next_step = "Tell an officer; an officer can revoke it."


def give_up(device: Device) -> None:
    """Close the vault and destroy it, with the reply and the keys that were made for it."""
    if device.joined:
        raise AlreadyWelcomeError
    home = device.home
    device.lock()
    wipe(home)
    mark_joining(home, waiting=False)
