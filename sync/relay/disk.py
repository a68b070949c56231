"""What each system does its own way about files: locks, positions, and making things survive a power cut."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

BINARY: Final = getattr(os, "O_BINARY", 0)  # Windows would translate line ends
# Buffers that one writev call takes (IOV_MAX on Linux is 1,024).
BUFFERS_AT_ONCE: Final = 1_000

Buffers = Sequence[bytes | memoryview]


class LockedError(Exception):
    """Somebody else holds the lock."""


def lock_file(path: Path) -> int:
    """Take a lock that ends with this process or with `os.close`. Raises `LockedError`."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | BINARY, 0o600)
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise LockedError from None
    return handle


def open_private(path: str | Path, flags: int) -> int:
    """An `opener` for files that only their owner may read."""
    return os.open(path, flags | BINARY, 0o600)


def write_all(handle: int, buffers: Buffers, *, at: int) -> int:
    """Write everything at an offset. Returns the offset behind it."""
    for start in range(0, len(buffers), BUFFERS_AT_ONCE):
        at = _write_some(handle, buffers[start : start + BUFFERS_AT_ONCE], at)
    return at


def _write_some(handle: int, buffers: Buffers, at: int) -> int:
    if sys.platform == "win32":
        rest = memoryview(b"".join(buffers))
        os.lseek(handle, at, os.SEEK_SET)
        while rest:
            rest = rest[os.write(handle, rest) :]
    else:
        written = os.pwritev(handle, buffers, at)
        if written < sum(map(len, buffers)):  # a signal, or a disk that is nearly full
            rest = memoryview(b"".join(buffers))[written:]
            while rest:
                done = os.pwrite(handle, rest, at + written)
                written, rest = written + done, rest[done:]
    return at + sum(map(len, buffers))


def sync_data(handle: int) -> None:
    """Return when the file's bytes would survive a power cut."""
    if sys.platform == "linux":
        os.fdatasync(handle)
    elif sys.platform == "darwin":
        import fcntl

        fcntl.fcntl(handle, fcntl.F_FULLFSYNC)  # fsync alone leaves them in the drive's memory there
    else:
        os.fsync(handle)


def sync_folder(folder: Path) -> None:
    """Make a new name in a folder survive a power cut. Windows does that by itself."""
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
