from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.vault.vault import Vault

PASSPHRASE = "seven rivers carry the quilt home"
SMALL_ARGON_KIB = 65_536


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "device"


@pytest.fixture
def new_vault(home: Path) -> Iterator[Callable[[], Vault]]:
    """Makes the vault in `home` the first time, opens it again after that; closes whatever is still open."""
    made: list[Vault] = []

    def make() -> Vault:
        if Vault.exists(home):
            made.append(Vault.open(home, PASSPHRASE))
        else:
            made.append(Vault.create(home, PASSPHRASE, argon_memory_kib=SMALL_ARGON_KIB))
        return made[-1]

    yield make
    for vault in made:
        vault.close()


@pytest.fixture
def vault(new_vault: Callable[[], Vault]) -> Vault:
    return new_vault()
