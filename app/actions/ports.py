"""What intake and casework need of the device that carries them. `app.actions.device.Device` fits it; so does
a fake.

The port is small on purpose: it shows at a glance that intake can seal but never open, and that casework can
queue but never sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from app.actions.views import DeskView
from app.vault.vault import Vault


class DevicePort(Protocol):
    """An unlocked device."""

    @property
    def home(self) -> Path: ...

    @property
    def vault(self) -> Vault: ...

    @property
    def role(self) -> str:
        """intake or handler."""
        ...

    @property
    def id(self) -> bytes:
        """16 bytes."""
        ...

    @property
    def label(self) -> str: ...

    @property
    def desks(self) -> Sequence[DeskView]:
        """The desks to which this device can seal, the usual one first."""
        ...

    @property
    def code_prefix(self) -> int | None:
        """The three digits from the welcome, None before it."""
        ...

    def label_of(self, device: bytes) -> str:
        """The label of another device of the organisation, "" when it is not known."""
        ...

    def handlers(self) -> Sequence[tuple[bytes, str]]:
        """(device id, label) of the active handlers, this device included."""
        ...

    def seal_parcel(self, kind: str, code: str, payload: dict[str, Any]) -> None:
        """Seal to the newest day key of ``payload["desk"]`` (a desk's name) and put it in the outbox, inside
        the caller's transaction. kind: complaint, addition, answer. After it returns nothing readable is
        left.
        """
        ...

    def queue_reply(self, to_device: bytes, kind: str, body: dict[str, Any]) -> None:
        """Queue a reply cell for a phone, inside the caller's transaction. kind: question."""
        ...

    def queue_operation(self, op: dict[str, Any]) -> None:
        """Sign a case operation and queue it for the other handlers of the desk, inside the caller's
        transaction.
        """
        ...
