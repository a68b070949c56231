"""A folder that cannot be served is refused in a sentence, and left as it is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sync.relay.places import create_pool
from sync.relay.schema import DATABASE_NAME


def test_a_damaged_database_ends_in_a_sentence_and_not_in_a_traceback(tmp_path: Path) -> None:
    create_pool(tmp_path)
    database = tmp_path / DATABASE_NAME
    whole = database.read_bytes()
    database.write_bytes(b"\0" * 100 + whole[100:])
    before = database.read_bytes()
    command = [sys.executable, "-m", "sync.relay", "--listen", "127.0.0.1:0", "--data", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "cannot be used" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert database.read_bytes() == before
