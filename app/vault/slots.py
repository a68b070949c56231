"""The key slots: the vault's random key, wrapped under a passphrase, in ``slots.json``.

The file is replaced as a whole (written beside, synced, renamed), so that after a crash either the old or the
new one is there. It holds salts, parameters and wrapped keys; without a passphrase it is worth nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from app.vault.errors import (
    VaultDamagedError,
    VaultVersionError,
    unwritable,
)
from crypto.errors import SlotDamagedError, WrongPassphraseError
from crypto.passphrases import new_slot, open_slot

VERSION = 1


def write(path: Path, passphrase: str, key: bytes, *, memory_kib: int) -> None:
    """One slot, durable when this returns. Raises WeakPassphraseError through `new_slot` and nothing is
    written.
    """
    slot = new_slot(passphrase, key, memory_kib=memory_kib)
    text = json.dumps({"kantha": "slots", "version": VERSION, "slots": [slot]}, indent=1)
    fresh = path.with_name(path.name + ".new")
    try:
        with open(
            os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)
        sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise unwritable(error) from error


def read(path: Path, passphrase: str) -> bytes:
    """The key. Raises WrongPassphraseError, VaultDamagedError or VaultVersionError."""
    last: WrongPassphraseError | None = None
    for slot in _slots(path):
        try:
            return open_slot(slot, passphrase)
        except WrongPassphraseError as error:
            last = error
        except SlotDamagedError as error:
            raise VaultDamagedError from error
    raise last or VaultDamagedError()


def _slots(path: Path) -> list[dict[str, Any]]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise VaultDamagedError(
            "The file slots.json, without which this vault cannot be opened, is missing."
        ) from error
    except (OSError, ValueError) as error:
        raise VaultDamagedError from error
    if not isinstance(document, dict) or document.get("kantha") != "slots":
        raise VaultDamagedError
    if document.get("version") != VERSION:
        raise VaultVersionError
    slots = document.get("slots")
    if not isinstance(slots, list) or not slots or not all(isinstance(slot, dict) for slot in slots):
        raise VaultDamagedError
    return slots


def sync_folder(folder: Path) -> None:
    """Make a rename durable. Where a folder cannot be opened for that (Windows), the system does it
    itself.
    """
    with contextlib.suppress(OSError):
        fd = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
