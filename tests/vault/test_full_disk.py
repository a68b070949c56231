"""A full disk and a folder that cannot be written to: one sentence, and all that was saved before is safe."""

from __future__ import annotations

import contextlib
import resource
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.vault.errors import VaultError, VaultFullError, VaultUnwritableError
from app.vault.vault import Vault
from tests.vault.conftest import PASSPHRASE, SMALL_ARGON_KIB


@contextlib.contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    """As a disk with no room left does: whatever would make a file longer fails."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 2 MiB; where one may not be mounted, the test is left out."""
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if made.returncode != 0:
        pytest.skip("no right to mount a small file system here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def fill_up(disk: Path) -> Path:
    ballast = disk / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass
    return ballast


def test_on_a_full_disk_nothing_is_half_saved(small_disk: Path) -> None:
    vault = Vault.create(small_disk / "device", PASSPHRASE, argon_memory_kib=SMALL_ARGON_KIB)
    vault.put("before", b"safe")
    ballast = fill_up(small_disk)
    with pytest.raises(VaultFullError) as caught, vault.transaction():  # noqa: PT012
        vault.put("one", bytes(50_000))
        vault.put("two", bytes(1_900_000))
    assert str(caught.value) == "The disk is full, so this was not saved; all that was saved before is safe."
    assert caught.value.next_step == "Free some space and do it again."
    assert (vault.get("before"), vault.get("one"), vault.get("two")) == (b"safe", None, None)
    ballast.unlink()
    with vault.transaction():
        vault.put("one", bytes(50_000))
    vault.close()
    vault = Vault.open(small_disk / "device", PASSPHRASE)
    assert vault.get("before") == b"safe"
    assert vault.damage() == []
    vault.close()


def test_a_vault_on_a_full_disk_can_still_be_locked_and_unlocked(small_disk: Path) -> None:
    vault = Vault.create(small_disk / "device", PASSPHRASE, argon_memory_kib=SMALL_ARGON_KIB)
    for number in range(20):
        vault.put(f"before {number}", b"safe")
    ballast = fill_up(small_disk)
    vault.close()
    with contextlib.suppress(VaultFullError):
        vault = Vault.open(small_disk / "device", PASSPHRASE)
        assert vault.get("before 3") == b"safe"
        vault.close()
    ballast.unlink()
    vault = Vault.open(small_disk / "device", PASSPHRASE)
    assert vault.get("before 19") == b"safe"
    vault.close()


def test_a_vault_is_not_half_made_on_a_full_disk(small_disk: Path) -> None:
    ballast = fill_up(small_disk)
    with pytest.raises(VaultError) as caught:
        Vault.create(small_disk / "device", PASSPHRASE, argon_memory_kib=SMALL_ARGON_KIB)
    assert isinstance(caught.value, VaultFullError | VaultUnwritableError)
    ballast.unlink()
    Vault.create(small_disk / "device", PASSPHRASE, argon_memory_kib=SMALL_ARGON_KIB).close()


def test_a_file_that_may_not_grow_is_a_sentence_too(new_vault: Callable[[], Vault]) -> None:
    vault = new_vault()
    vault.put("before", b"safe")
    with files_no_longer_than(64 * 1024), pytest.raises(VaultError) as caught:
        vault.put("large", bytes(300_000))
    assert isinstance(caught.value, VaultFullError | VaultUnwritableError)
    assert vault.get("before") == b"safe"
    vault.put("large", bytes(300_000))
    assert vault.damage() == []


def test_a_scrub_that_fails_is_remembered_and_done_later(new_vault: Callable[[], Vault], home: Path) -> None:
    vault = new_vault()
    vault.put("large", bytes(300_000))
    with files_no_longer_than(16 * 1024), pytest.raises(VaultError):
        vault.scrub()
    assert vault.unscrubbed
    vault.scrub()
    assert not vault.unscrubbed
    assert (home / "vault.db-wal").stat().st_size == 0
    assert vault.get("large") == bytes(300_000)


def test_a_read_only_folder_is_a_sentence(small_disk: Path) -> None:
    vault = Vault.create(small_disk / "device", PASSPHRASE, argon_memory_kib=SMALL_ARGON_KIB)
    vault.put("before", b"safe")
    vault.close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(VaultUnwritableError) as caught:
        Vault.open(small_disk / "device", PASSPHRASE)
    assert "cannot be written" in str(caught.value)
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    vault = Vault.open(small_disk / "device", PASSPHRASE)
    assert vault.get("before") == b"safe"
    vault.close()
