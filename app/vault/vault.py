"""One device's vault: a folder with ``slots.json`` (the wrapped key), ``vault.db`` (everything) and a lock
file.

Guarantees: what a transaction committed survives a crash of the process and of the machine; what was deleted
cannot be read any more from any file of the folder once `scrub` has run, even by somebody who knows the
passphrase; one process at a time. It does not guarantee that a flash chip, a snapshot or a journal of the
file system forgets what its files once held, and it keeps nothing from malware on an unlocked device.
"""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from app.vault import erasable, schema, slots
from app.vault.database import Database, open_database
from app.vault.errors import (
    VaultBusyError,
    VaultDamagedError,
    VaultError,
    VaultExistsError,
    VaultMissingError,
    unwritable,
)
from app.vault.lockfile import LockFile
from crypto.passphrases import MEMORY_KIB, check_strength
from sync.schema import MIGRATIONS as SYNC_MIGRATIONS

SLOTS: Final = "slots.json"
DATABASE: Final = "vault.db"
LOCK: Final = "vault.lock"

Clock = Callable[[], float]
Entropy = Callable[[int], bytes]


class Vault:
    """An open vault. Make it with `create` or `open`; several threads may use it, one transaction at a
    time.
    """

    def __init__(self, home: Path, db: Database, lock: LockFile, clock: Clock, entropy: Entropy) -> None:
        self.home = home
        self.db = db
        self.clock = clock
        self.entropy = entropy
        self.unscrubbed = False
        self._lock = lock
        self._depth = 0

    def __repr__(self) -> str:
        return f"<Vault {self.home}>"

    @staticmethod
    def exists(home: Path) -> bool:
        """Whether there is a vault to open. `create` puts the database in its place last, so half of one is
        none.
        """
        return (home / DATABASE).exists()

    @classmethod
    def create(
        cls,
        home: Path,
        passphrase: str,
        *,
        clock: Clock = time.time,
        entropy: Entropy = os.urandom,
        argon_memory_kib: int = MEMORY_KIB,
    ) -> Vault:
        """A new, empty vault. Raises VaultExistsError, WeakPassphraseError, VaultFullError or
        VaultUnwritableError.
        """
        check_strength(passphrase)
        _prepare_folder(home)
        lock = LockFile(home / LOCK)
        try:
            if cls.exists(home):
                raise VaultExistsError
            key = entropy(32)
            fresh = home / (DATABASE + ".new")
            _remove(fresh)
            slots.write(home / SLOTS, passphrase, key, memory_kib=argon_memory_kib)
            with _storage():
                os.close(os.open(fresh, os.O_RDWR | os.O_CREAT, 0o600))
            db = open_database(fresh, key)
            _migrate(db)
            db.close()
            with _storage():
                os.replace(fresh, home / DATABASE)
                slots.sync_folder(home)
            return cls(home, open_database(home / DATABASE, key), lock, clock, entropy)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def open(
        cls, home: Path, passphrase: str, *, clock: Clock = time.time, entropy: Entropy = os.urandom
    ) -> Vault:
        """Unlock. Raises WrongPassphraseError, VaultMissingError, VaultBusyError, VaultDamagedError,
        VaultVersionError, VaultFullError or VaultUnwritableError, and has then changed nothing.
        """
        if not cls.exists(home):
            raise VaultMissingError
        lock = LockFile(home / LOCK)
        try:
            key = slots.read(home / SLOTS, passphrase)
            if (home / DATABASE).stat().st_size == 0:  # SQLite would take it for a new, empty database
                raise VaultDamagedError
            vault = cls(home, open_database(home / DATABASE, key), lock, clock, entropy)
        except BaseException:
            lock.release()
            raise
        try:
            _migrate(vault.db)
            vault.scrub()  # what a killed process left in the WAL
        except BaseException:
            vault._release()
            raise
        return vault

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Database]:
        """All or nothing, durable when the outermost one ends. May be nested: an inner one that fails undoes
        only its own part, if its error is caught inside the outer one.
        """
        with self.db.lock:
            depth = self._depth
            self.db.execute("BEGIN IMMEDIATE" if depth == 0 else f"SAVEPOINT depth_{depth}")
            self._depth = depth + 1
            try:
                yield self.db
                self.db.execute("COMMIT" if depth == 0 else f"RELEASE depth_{depth}")
            except BaseException:
                # A full disk or a failed write may already have undone the whole transaction.
                if self.db.in_transaction:
                    if depth == 0:
                        self.db.execute("ROLLBACK")
                    else:
                        self.db.execute(f"ROLLBACK TO depth_{depth}")
                        self.db.execute(f"RELEASE depth_{depth}")
                raise
            finally:
                self._depth = depth

    def scrub(self) -> None:
        """Leave nothing deleted in any file: move the WAL into the database, overwrite the WAL, cut it to
        nothing.

        Not inside a transaction. Raises VaultError when it could not; then `unscrubbed` is true, and it is
        tried again at the next scrub, `close` or `open`.
        """
        with self.db.lock:
            self.unscrubbed = True
            self._checkpoint("FULL")
            _overwrite(self.home / (DATABASE + "-wal"))
            self._checkpoint("TRUNCATE")
            self.unscrubbed = False

    def _checkpoint(self, mode: str) -> None:
        if self.db.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()[0] != 0:
            raise VaultBusyError

    def get(self, name: str) -> bytes | None:
        """A setting or key of this device."""
        row = self.db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return erasable.unpack(row[0]) if row else None

    def put(self, name: str, value: bytes) -> None:
        """Keep a setting or key; what it replaces is erased."""
        self.db.execute(
            "INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", (name, erasable.pack(value))
        )

    def drop(self, name: str) -> None:
        """Erase a setting or key."""
        self.db.execute("DELETE FROM setting WHERE name = ?", (name,))

    def now_s(self) -> int:
        """Unix seconds."""
        return int(self.clock())

    def now_ms(self) -> int:
        """Unix milliseconds."""
        return int(self.clock() * 1000)

    def damage(self) -> list[str]:
        """What a check of every page finds, in SQLCipher's words; empty when all is well. Reads the whole
        file.
        """
        with self.db.lock:
            self._checkpoint("FULL")
            found = [str(row[0]) for row in self.db.execute("PRAGMA cipher_integrity_check")]
            if not found:
                found = [str(row[0]) for row in self.db.execute("PRAGMA integrity_check") if row[0] != "ok"]
            return found

    def change_passphrase(self, old: str, new: str, *, argon_memory_kib: int = MEMORY_KIB) -> None:
        """Wrap the same key under another passphrase. Raises WrongPassphraseError or WeakPassphraseError."""
        check_strength(new)
        path = self.home / SLOTS
        slots.write(path, new, slots.read(path, old), memory_kib=argon_memory_kib)

    def close(self) -> None:
        """Lock. The key lives on in freed memory until the process ends, which is why lock ends the
        process.
        """
        with contextlib.suppress(VaultError):
            self.scrub()
        self._release()

    def _release(self) -> None:
        self.db.close()
        self._lock.release()


def wipe(home: Path) -> None:
    """Destroy the vault of this folder: first the key slots, without which the rest is noise, then the
    files.
    """
    for name in (
        SLOTS,
        SLOTS + ".new",
        DATABASE,
        DATABASE + "-wal",
        DATABASE + ".new",
        DATABASE + ".new-wal",
        LOCK,
    ):
        path = home / name
        with _storage():
            if path.exists():
                _overwrite(path)
                path.unlink()
    slots.sync_folder(home)


def _migrate(db: Database) -> None:
    db.execute("BEGIN IMMEDIATE")
    try:
        schema.migrate(db, "vault", schema.MIGRATIONS)
        schema.migrate(db, "sync", SYNC_MIGRATIONS)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _prepare_folder(home: Path) -> None:
    with _storage():
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = home.stat()
        shared = found.st_mode & stat.S_ISVTX or (hasattr(os, "geteuid") and found.st_uid != os.geteuid())
        if not shared:  # /tmp stays what it is; the files are the owner's alone in any case
            os.chmod(home, 0o700)


def _remove(path: Path) -> None:
    with _storage():
        for name in (path.name, path.name + "-wal", path.name + "-journal"):
            path.with_name(name).unlink(missing_ok=True)


def _overwrite(path: Path) -> None:
    """Zeros over a file, before it is cut or removed: what the file system then gives up holds nothing."""
    with _storage(), contextlib.suppress(FileNotFoundError), open(path, "r+b", buffering=0) as file:
        left = os.fstat(file.fileno()).st_size
        while left > 0:
            left -= file.write(bytes(min(left, 1 << 20))) or left
        os.fsync(file.fileno())


@contextlib.contextmanager
def _storage() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise unwritable(error) from error
