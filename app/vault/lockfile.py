"""One process holds one vault: an advisory lock on a file beside the database.

The lock belongs to the process and goes with it, also when it is killed; the file itself stays and says
nothing. SQLite's own lock would do the same, but only after the key was derived, and its refusal looks like a
slow disk.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from app.vault.errors import VaultBusyError, VaultUnwritableError


class LockFile:
    """Held from construction to `release`. Raises VaultBusyError when another process, or this one, holds
    it.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        except OSError as error:
            raise VaultUnwritableError from error
        try:
            _take(self._fd)
        except OSError as error:
            os.close(self._fd)
            raise VaultBusyError from error

    def release(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


if sys.platform == "win32":
    import msvcrt

    def _take(fd: int) -> None:
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
