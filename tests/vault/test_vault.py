from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.vault import schema
from app.vault.errors import (
    VaultBusyError,
    VaultDamagedError,
    VaultExistsError,
    VaultLockedError,
    VaultMissingError,
    VaultVersionError,
)
from app.vault.vault import Vault, wipe
from crypto.errors import WeakPassphraseError, WrongPassphraseError
from tests.vault.conftest import PASSPHRASE, SMALL_ARGON_KIB

Make = Callable[[], Vault]


def test_what_was_put_is_there_after_locking_and_unlocking(new_vault: Make) -> None:
    vault = new_vault()
    vault.put("name", b"one")
    vault.put("name", b"two")
    vault.put("empty", b"")
    vault.close()
    vault = new_vault()
    assert vault.get("name") == b"two"
    assert vault.get("empty") == b""
    vault.drop("name")
    assert vault.get("name") is None


def test_the_folder_and_its_files_are_the_owners_alone(home: Path, vault: Vault) -> None:
    vault.put("name", b"one")
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.iterdir()} == dict.fromkeys(
        ("slots.json", "vault.db", "vault.db-wal", "vault.lock"), 0o600
    )


def test_no_file_of_the_vault_says_what_it_is_inside(home: Path, vault: Vault) -> None:
    vault.put("tell-tale", b"planted content")
    vault.scrub()
    for path in home.iterdir():
        data = path.read_bytes()
        assert b"SQLite" not in data
        assert b"tell-tale" not in data
        assert b"planted" not in data


def test_a_wrong_passphrase_opens_nothing_and_loses_nothing(home: Path, new_vault: Make) -> None:
    vault = new_vault()
    vault.put("name", b"one")
    vault.close()
    before = {path.name: path.read_bytes() for path in home.iterdir()}
    with pytest.raises(WrongPassphraseError):
        Vault.open(home, "seven rivers carry the quilt away")
    assert {path.name: path.read_bytes() for path in home.iterdir()} == before
    assert new_vault().get("name") == b"one"


def test_a_weak_passphrase_makes_no_vault(home: Path) -> None:
    with pytest.raises(WeakPassphraseError):
        Vault.create(home, "short", argon_memory_kib=SMALL_ARGON_KIB)
    assert not home.exists()


def test_a_vault_is_never_made_over_another(home: Path, new_vault: Make) -> None:
    vault = new_vault()
    vault.put("name", b"one")
    vault.close()
    with pytest.raises(VaultExistsError):
        Vault.create(home, PASSPHRASE, argon_memory_kib=SMALL_ARGON_KIB)
    assert new_vault().get("name") == b"one"


def test_a_folder_without_a_vault_says_so(home: Path) -> None:
    with pytest.raises(VaultMissingError):
        Vault.open(home, PASSPHRASE)


def test_a_vault_whose_making_was_interrupted_is_made_anew(home: Path, new_vault: Make) -> None:
    home.mkdir()
    (home / "vault.db.new").write_bytes(b"half of a database")
    (home / "slots.json").write_text("half of the slots")
    assert new_vault().get("name") is None


def test_the_same_process_cannot_open_it_twice(home: Path, vault: Vault) -> None:
    with pytest.raises(VaultBusyError):
        Vault.open(home, PASSPHRASE)


def test_a_second_process_is_told_that_it_is_open(home: Path, vault: Vault) -> None:
    script = (
        "import sys; from pathlib import Path; from app.vault.vault import Vault\n"
        "from app.vault.errors import VaultBusyError\n"
        f"try: Vault.open(Path({str(home)!r}), {PASSPHRASE!r})\n"
        "except VaultBusyError as error: print(error); sys.exit(7)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=os.getcwd()
    )
    assert done.returncode == 7, done.stderr
    assert done.stdout.strip() == "The vault is open in another window or process."


def test_a_killed_process_leaves_no_lock_behind(home: Path, new_vault: Make) -> None:
    new_vault().close()
    script = (
        "import os, signal; from pathlib import Path; from app.vault.vault import Vault\n"
        f"vault = Vault.open(Path({str(home)!r}), {PASSPHRASE!r})\n"
        "vault.put('name', b'committed'); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, cwd=os.getcwd())
    assert done.returncode == -9
    assert (home / "vault.db-wal").stat().st_size > 0
    assert new_vault().get("name") == b"committed"


def test_what_a_killed_process_left_in_the_wal_is_scrubbed_at_the_next_unlock(
    home: Path, new_vault: Make
) -> None:
    test_a_killed_process_leaves_no_lock_behind(home, new_vault)
    assert (home / "vault.db-wal").stat().st_size == 0


@pytest.mark.parametrize("offset", [0, 100, 4096 + 200])
def test_a_damaged_database_is_refused_in_one_sentence(home: Path, new_vault: Make, offset: int) -> None:
    vault = new_vault()
    for number in range(50):
        vault.put(f"name {number}", bytes(1000))
    vault.close()
    data = bytearray((home / "vault.db").read_bytes())
    data[offset] ^= 1
    (home / "vault.db").write_bytes(data)
    with pytest.raises(VaultDamagedError) as caught:  # noqa: PT012
        vault = new_vault()
        vault.get("name 1")
    assert "damaged" in str(caught.value)
    assert caught.value.next_step


def test_a_check_finds_damage_that_unlocking_does_not_meet(home: Path, new_vault: Make) -> None:
    vault = new_vault()
    for number in range(50):
        vault.put(f"name {number}", bytes(5000))
    assert vault.damage() == []
    vault.close()
    data = bytearray((home / "vault.db").read_bytes())
    data[-4096 + 100] ^= 1
    (home / "vault.db").write_bytes(data)
    assert new_vault().damage() != []


@pytest.mark.parametrize("size", [0, 10, 4096, 4096 * 3 + 17])
def test_a_cut_off_database_is_refused(home: Path, new_vault: Make, size: int) -> None:
    vault = new_vault()
    for number in range(50):
        vault.put(f"name {number}", bytes(1000))
    vault.close()
    os.truncate(home / "vault.db", size)
    with pytest.raises(VaultDamagedError):  # noqa: PT012
        vault = new_vault()
        for number in range(50):
            vault.get(f"name {number}")


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"kantha": "slots", "version": 1, "slots": []}', '{"kantha": "slots", "version": 1}'],
)
def test_damaged_key_slots_are_refused_and_left_as_they_are(home: Path, new_vault: Make, text: str) -> None:
    new_vault().close()
    (home / "slots.json").write_text(text)
    with pytest.raises(VaultDamagedError):
        Vault.open(home, PASSPHRASE)
    assert (home / "slots.json").read_text() == text


def test_missing_key_slots_are_not_taken_for_a_new_vault(home: Path, new_vault: Make) -> None:
    new_vault().close()
    (home / "slots.json").unlink()
    with pytest.raises(VaultDamagedError, match=r"slots\.json"):
        Vault.open(home, PASSPHRASE)
    with pytest.raises(VaultExistsError):
        Vault.create(home, PASSPHRASE, argon_memory_kib=SMALL_ARGON_KIB)


def test_key_slots_of_a_newer_version_are_refused_as_newer(home: Path, new_vault: Make) -> None:
    new_vault().close()
    document = json.loads((home / "slots.json").read_text())
    (home / "slots.json").write_text(json.dumps(document | {"version": 2}))
    with pytest.raises(VaultVersionError):
        Vault.open(home, PASSPHRASE)


def test_a_vault_of_a_newer_version_is_refused_and_left_as_it_is(home: Path, new_vault: Make) -> None:
    vault = new_vault()
    vault.db.execute("UPDATE schema_version SET version = version + 1 WHERE part = 'vault'")
    vault.close()
    with pytest.raises(VaultVersionError):
        Vault.open(home, PASSPHRASE)


def test_an_older_vault_is_brought_up_to_date(
    home: Path, new_vault: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = new_vault()
    vault.put("name", b"one")
    vault.close()
    monkeypatch.setattr(
        schema, "MIGRATIONS", [*schema.MIGRATIONS, "CREATE TABLE later (x); INSERT INTO later VALUES (1);"]
    )
    vault = new_vault()
    assert vault.db.execute("SELECT x FROM later").fetchall() == [(1,)]
    assert vault.get("name") == b"one"


def test_a_migration_that_fails_leaves_the_vault_as_it_was(
    home: Path, new_vault: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_vault().close()
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", [*schema.MIGRATIONS, "CREATE TABLE later (x); NONSENSE;"])
        with pytest.raises(Exception, match="syntax error"):
            new_vault()
    vault = new_vault()
    assert vault.db.execute("SELECT name FROM sqlite_master WHERE name = 'later'").fetchone() is None


def test_a_transaction_is_all_or_nothing(vault: Vault) -> None:
    with pytest.raises(RuntimeError), vault.transaction():  # noqa: PT012
        vault.put("one", b"1")
        raise RuntimeError
    assert vault.get("one") is None
    with vault.transaction():
        vault.put("one", b"1")
        with pytest.raises(RuntimeError), vault.transaction():  # noqa: PT012
            vault.put("two", b"2")
            raise RuntimeError
        vault.put("three", b"3")
    assert (vault.get("one"), vault.get("two"), vault.get("three")) == (b"1", None, b"3")


def test_a_locked_vault_says_that_it_is_locked(vault: Vault) -> None:
    vault.close()
    with pytest.raises(VaultLockedError):
        vault.get("name")


def test_another_passphrase_opens_the_same_vault_and_the_old_one_does_not(
    home: Path, new_vault: Make
) -> None:
    vault = new_vault()
    vault.put("name", b"one")
    with pytest.raises(WrongPassphraseError):
        vault.change_passphrase("not the old passphrase", "a lantern under the mango tree")
    with pytest.raises(WeakPassphraseError):
        vault.change_passphrase(PASSPHRASE, "short")
    vault.change_passphrase(PASSPHRASE, "a lantern under the mango tree", argon_memory_kib=SMALL_ARGON_KIB)
    vault.close()
    with pytest.raises(WrongPassphraseError):
        Vault.open(home, PASSPHRASE)
    vault = Vault.open(home, "a lantern under the mango tree")
    assert vault.get("name") == b"one"
    vault.close()


def test_wiping_leaves_no_file(home: Path, new_vault: Make) -> None:
    vault = new_vault()
    vault.put("name", b"one")
    vault.close()
    wipe(home)
    assert list(home.iterdir()) == []
    assert not Vault.exists(home)


def test_two_threads_do_not_write_into_each_others_transactions(vault: Vault) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def work(number: int) -> None:
        for _ in range(20):
            try:
                with vault.transaction():
                    vault.put(f"{number}", b"kept or not")
                    if number % 2:
                        raise RuntimeError
            except RuntimeError:
                pass

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(8)))
    assert [vault.get(f"{number}") is not None for number in range(8)] == [True, False] * 4
