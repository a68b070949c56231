"""Writing at an offset, whatever the system makes of it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from sync.relay.disk import LockedError, lock_file, open_private, write_all


@pytest.mark.parametrize("share", [1, 3, 7, 1_000_000])
def test_a_write_that_the_system_does_in_several_goes_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: int
) -> None:
    pieces = [os.urandom(size) for size in (5, 0, 16, 1, 30)]
    pwrite = os.pwrite
    monkeypatch.setattr(os, "pwritev", lambda handle, parts, at: pwrite(handle, b"".join(parts)[:share], at))
    monkeypatch.setattr(os, "pwrite", lambda handle, data, at: pwrite(handle, bytes(data)[:share], at))
    handle = open_private(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    assert write_all(handle, pieces, at=10) == 10 + 52
    os.close(handle)
    assert (tmp_path / "file").read_bytes() == bytes(10) + b"".join(pieces)


def test_more_buffers_than_one_call_takes(tmp_path: Path) -> None:
    pieces: Sequence[bytes] = [b"%04d" % number for number in range(2_500)]
    handle = open_private(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    write_all(handle, pieces, at=0)
    os.close(handle)
    assert (tmp_path / "file").read_bytes() == b"".join(pieces)


def test_a_lock_is_taken_once(tmp_path: Path) -> None:
    handle = lock_file(tmp_path / "lock")
    with pytest.raises(LockedError):
        lock_file(tmp_path / "lock")
    os.close(handle)
    os.close(lock_file(tmp_path / "lock"))
