"""Removing a throwaway folder. Its vaults are encrypted and its passphrases die with it; nothing is
overwritten.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path

TRIES = 20


def wipe(folder: Path) -> None:
    """Remove the folder, also while a process that is just ending still writes in it."""
    for _ in range(TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)
