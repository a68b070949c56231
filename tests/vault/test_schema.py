from __future__ import annotations

import re

from app.vault import schema
from app.vault.vault import Vault


def test_every_table_is_listed_with_when_it_is_erased(vault: Vault) -> None:
    found = {row[0] for row in vault.db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    told = set(re.findall(r"^\| (\w+) \| (?:phone|desk|both) \|", schema.__doc__ or "", flags=re.MULTILINE))
    assert {name for name in found if not name.startswith("sync_")} == told | {"schema_version"}


def test_what_must_be_erasable_is_the_last_column_of_its_table(vault: Vault) -> None:
    for table, column in (("setting", "value"), ("draft", "record"), ("question", "text")):
        columns = [row[1] for row in vault.db.execute(f"PRAGMA table_info({table})")]
        assert columns[-1] == column


def test_the_store_is_set_as_the_vault_promises(vault: Vault) -> None:
    for setting, value in (
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("secure_delete", 1),
        ("temp_store", 2),
        ("foreign_keys", 1),
        ("locking_mode", "exclusive"),
        ("cipher_memory_security", "1"),
        ("cipher_page_size", "4096"),
        ("auto_vacuum", 0),
    ):
        assert vault.db.execute(f"PRAGMA {setting}").fetchone()[0] == value, setting
