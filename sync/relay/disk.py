"""What each system does its own way about files: locks, positions, and making things survive a power cut."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

BINARY: Final = getattr(os, "O_BINARY", 0)  # Windows would translate line ends
# Writing past the system's cache of file contents; 0 where there is no such thing.
DIRECT: Final = getattr(os, "O_DIRECT", 0)
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


def write_new(path: Path, buffers: Buffers) -> None:
    """Make a file with this content, in place of any other, and sync it.

    The content goes past the system's cache where that is possible: it is not read again soon, and finding
    16 MiB of memory for each page costs more than everything else that is done with it. That wants buffers
    whose addresses and sizes are multiples of the disk's blocks; where they are not, or the file system does
    not know of it, the file is written in the usual way.
    """
    try:
        _write_new(path, buffers, DIRECT)
    except OSError as error:
        if error.errno != errno.EINVAL or not DIRECT:
            raise
        _write_new(path, buffers, 0)


def _write_new(path: Path, buffers: Buffers, direct: int) -> None:
    handle = open_private(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | direct)
    try:
        write_all(handle, buffers, at=0)
        sync_data(handle)
    finally:
        os.close(handle)


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
