"""Finish, killed at any instruction: there is the draft or the parcel, never both and never neither."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from app.actions import intake
from app.vault import slots
from app.vault.vault import Vault
from tests.actions.conftest import Make
from tests.actions.fakes import PASSPHRASE, FakeDevice
from tests.vault import forensics

PLACES = 200  # evenly over the thousands of lines that one finish runs
WORDS = ["padlocked", "Rahima Khatun", "01711-209345"]


class StoringDevice(FakeDevice):
    """Keeps what it sealed in the vault, in the same transaction, as the real one does with its parcels."""

    def seal_parcel(self, kind: str, code: str, payload: dict[str, Any]) -> None:
        self.vault.put(f"parcel {code}", b"sealed")


def run_until(home: Path, draft_id: str, last_line: int | None) -> int:
    """Finish in a child; kill it before the line with this number. Gives how many ran if none was given."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            device = StoringDevice(home, name="blue", role="intake", prefix=207)
            lines = 0

            def trace(frame: FrameType, event: str, _: object) -> Any:
                nonlocal lines
                if event == "line":
                    lines += 1
                    if lines == last_line:
                        os.kill(os.getpid(), signal.SIGKILL)
                return trace

            sys.settrace(trace)
            intake.finish(device, draft_id)
            sys.settrace(None)
            os.write(write, str(lines).encode())
        finally:
            os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read) as end:
        told = end.read()
    return int(told) if told else 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_anywhere_in_finish_there_is_the_draft_or_the_parcel(
    make: Make, tmp_path: Path, record: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = make("blue")
    draft = intake.new_draft(phone)
    intake.save_draft(phone, draft.id, record, 12)
    phone.vault.close()
    key = slots.read(phone.home / "slots.json", PASSPHRASE)
    monkeypatch.setattr(slots, "read", lambda path, passphrase: key)  # the derivation was tested elsewhere

    def after(last_line: int | None) -> tuple[int, bool]:
        home = tmp_path / f"copy {last_line}"
        shutil.copytree(phone.home, home)
        lines = run_until(home, draft.id, last_line)
        vault = Vault.open(home, PASSPHRASE)
        try:
            drafted = vault.db.execute("SELECT count(*) FROM draft").fetchone()[0]
            sealed = vault.get(f"parcel {draft.code}") is not None
            remembered = vault.db.execute("SELECT count(*) FROM complaint").fetchone()[0]
        finally:
            vault.close()
        assert (drafted, sealed, remembered) in ((1, False, 0), (0, True, 1)), (
            f"killed before line {last_line}"
        )
        # Unlocking once more is enough to leave nothing, even where the kill came before the scrub.
        assert bool(forensics.where(home, key, WORDS)) == bool(drafted)
        shutil.rmtree(home)
        return lines, sealed

    lines, sealed = after(None)
    assert sealed
    assert lines > PLACES
    outcomes = [after(1 + lines * place // PLACES)[1] for place in range(PLACES)]
    assert True in outcomes
    assert False in outcomes
