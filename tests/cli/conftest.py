"""The real command in processes of its own, against a real relay. One organisation for all tests of a
file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

KANTHA = Path(sys.executable).with_name("kantha")
PASSPHRASE = "jute thread and river water"


@dataclass(frozen=True)
class Said:
    """What one command did."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        assert self.status == 0, self.err
        return json.loads(self.out)


def kantha(home: Path, *arguments: str, passphrase: str | None = PASSPHRASE, **more: Any) -> Said:
    """Run one command for the device in `home`, with nobody at the keyboard."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("KANTHA_")}
    env["KANTHA_HOME"] = str(home)
    if passphrase is not None:
        env["KANTHA_PASSPHRASE"] = passphrase
    done = subprocess.run(
        [KANTHA, *arguments],
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        **more,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Said(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Organisation:
    """A relay, a desk, a phone, and the folder they are in."""

    folder: Path
    relay: str
    desk: Path
    phone: Path

    def at_desk(self, *arguments: str, **more: Any) -> Said:
        return kantha(self.desk, *arguments, **more)

    def on_phone(self, *arguments: str, **more: Any) -> Said:
        return kantha(self.phone, *arguments, **more)

    def record_file(self, *records: dict[str, Any], name: str = "records.json") -> Path:
        path = self.folder / name
        path.write_text(json.dumps(list(records) if len(records) != 1 else records[0]), "utf-8")
        return path


def until(wanted: Callable[[], bool], *, seconds: float = 120) -> None:
    """Try again until it is so: a page of the relay closes by time."""
    deadline = time.monotonic() + seconds
    while not wanted():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A relay with short pages: its address and its folder."""
    data = tmp_path_factory.mktemp("relay")
    process = subprocess.Popen(
        [
            KANTHA, "relay", "serve", "--listen", "127.0.0.1:0", "--data", data,
            "--page-seconds", "0.1", "--reply-page-seconds", "0.1",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert process.stdout is not None
    yield json.loads(process.stdout.readline())["listening"], data
    process.terminate()
    assert process.wait(60) == 0


@pytest.fixture(scope="module")
def organisation(relay: tuple[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Organisation:
    """Made with the commands that people use: create, invite, join, admit, and the phone's first session."""
    address, data = relay
    folder = tmp_path_factory.mktemp("organisation")
    made = Organisation(folder, address, folder / "desk", folder / "phone")
    pool = kantha(folder, "relay", "create-pool", "--data", str(data), "--json").json()
    made.at_desk(
        "org", "create", "--name", "Stitch Union", "--relay", address, "--pool", pool["pool"],
        "--publish-token", pool["publish_token"], "--gap-seconds", "0", "--json",
    ).json()  # fmt: skip
    invitation, reply = str(folder / "invitation"), str(folder / "reply")
    made.at_desk(
        "invite", "--role", "intake", "--desk", "main", "--label", "Blue-7", "--out", invitation, "--json"
    ).json()
    joined = made.on_phone("join", invitation, "--out", reply, "--json").json()
    made.at_desk("admit", reply, "--confirm", joined["check"], "--json").json()
    until(lambda: made.on_phone("sync", "--json").status == 0 and _welcomed(made))
    return made


def _welcomed(made: Organisation) -> bool:
    return made.on_phone("complaint", "list", "--json").status == 0
