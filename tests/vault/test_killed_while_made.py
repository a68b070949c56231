"""A process killed while it makes a vault, or changes its passphrase: there is a vault that opens, or
none.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from app.vault import slots
from app.vault.vault import Vault
from crypto.errors import WrongPassphraseError
from tests.vault.conftest import PASSPHRASE

OTHER = "a lantern under the mango tree"
PLACES = 60

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


@pytest.fixture(autouse=True)
def no_derivation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slots that cost nothing: the derivation is tested in its own room."""

    def new_slot(passphrase: str, key: bytes, *, memory_kib: int) -> dict[str, Any]:
        return {"passphrase": passphrase, "key": key.hex()}

    def open_slot(slot: dict[str, Any], passphrase: str) -> bytes:
        if slot["passphrase"] != passphrase:
            raise WrongPassphraseError
        return bytes.fromhex(slot["key"])

    monkeypatch.setattr(slots, "new_slot", new_slot)
    monkeypatch.setattr(slots, "open_slot", open_slot)


def run_until(work: Callable[[], object], last_line: int | None) -> int:
    """Do it in a child that is killed before the line with this number. Gives how many ran if none was
    given.
    """
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            lines = 0

            def trace(frame: FrameType, event: str, _: object) -> Any:
                nonlocal lines
                if event == "line":
                    lines += 1
                    if lines == last_line:
                        os.kill(os.getpid(), signal.SIGKILL)
                return trace

            sys.settrace(trace)
            work()
            sys.settrace(None)
            os.write(write, str(lines).encode())
        finally:
            os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read) as end:
        told = end.read()
    return int(told) if told else 0


def test_killed_while_it_is_made_there_is_a_vault_or_room_for_one(tmp_path: Path) -> None:
    lines = run_until(lambda: Vault.create(tmp_path / "whole", PASSPHRASE), None)
    assert lines > PLACES
    outcomes = set()
    for place in range(PLACES):
        home = tmp_path / f"{place}"
        run_until(lambda home=home: Vault.create(home, PASSPHRASE), 1 + lines * place // PLACES)
        there = Vault.exists(home)
        outcomes.add(there)
        vault = Vault.open(home, PASSPHRASE) if there else Vault.create(home, PASSPHRASE)
        vault.put("name", b"one")
        assert vault.get("name") == b"one"
        vault.close()
        assert not [path.name for path in home.iterdir() if ".new" in path.name]
    assert outcomes == {True, False}


def test_killed_while_the_passphrase_changes_exactly_one_of_the_two_opens_it(tmp_path: Path) -> None:
    home = tmp_path / "device"
    vault = Vault.create(home, PASSPHRASE)
    vault.put("name", b"one")
    vault.close()

    def change(at: Path) -> None:
        Vault.open(at, PASSPHRASE).change_passphrase(PASSPHRASE, OTHER)

    copy = tmp_path / "whole"
    shutil.copytree(home, copy)
    lines = run_until(lambda: change(copy), None)
    opened_by = set()
    for place in range(PLACES):
        copy = tmp_path / f"{place}"
        shutil.copytree(home, copy)
        run_until(lambda copy=copy: change(copy), 1 + lines * place // PLACES)
        opens = []
        for passphrase in (PASSPHRASE, OTHER):
            try:
                vault = Vault.open(copy, passphrase)
            except WrongPassphraseError:
                continue
            opens.append(passphrase)
            assert vault.get("name") == b"one"
            vault.close()
        assert len(opens) == 1
        opened_by.update(opens)
    assert opened_by == {PASSPHRASE, OTHER}
