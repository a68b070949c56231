"""The demonstration: what it shows, what it keeps to itself, and that nothing of it stays."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.conftest import KANTHA, until


@dataclass(frozen=True)
class Running:
    process: subprocess.Popen[str]
    address: str
    place: Path

    @property
    def authority(self) -> str:
        return self.address.split("/")[2]

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> tuple[int, str, str]:
        line = http.client.HTTPConnection(self.authority, timeout=60)
        line.request(method, path, body=body, headers=headers)
        got = line.getresponse()
        text = got.read().decode()
        line.close()
        return got.status, text, got.headers.get("set-cookie", "")

    def front_page(self) -> str:
        secret = self.address.split("#")[1]
        _, _, cookie = self.ask("POST", "/enter", secret, Origin=f"http://{self.authority}")
        return self.ask("GET", "/", Cookie=cookie.split(";")[0])[1]

    def family(self) -> list[Path]:
        """The processes of the demonstration that are alive."""
        found = []
        for process in Path("/proc").iterdir():
            if not process.name.isdigit():
                continue
            try:
                environment = (process / "environ").read_bytes()
            except OSError:
                continue
            if str(self.place).encode() in environment:
                found.append(process)
        return found


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    process = subprocess.Popen(
        [KANTHA, "demo", "--no-browser"],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    yield Running(process, process.stdout.readline().split()[-1], tmp_path)
    if process.poll() is None:
        process.terminate()
        process.wait(30)


def test_one_address_shows_a_phone_and_a_desk(running: Running) -> None:
    page = running.front_page()
    frames = re.findall(r'<iframe id="(\w+)"[^>]*src="(http://127\.0\.0\.1:\d+)/enter#[\w-]{43}"', page)
    assert [name for name, _ in frames] == ["phone", "desk"]
    assert len({origin for _, origin in frames}) == 2
    assert len(re.findall(r">(\d{5} \d{5} \d{5} \d{5})<", page)) == 2


def test_the_front_page_is_shut_without_its_secret(running: Running) -> None:
    for path in ("/", "/demo.js", "/demo.css", "/NotoSans-Bold.ttf"):
        status, text, _ = running.ask("GET", path)
        assert status == 403
        assert text.startswith("This page is shut.")


def test_no_secret_stands_where_other_people_can_read_it(running: Running) -> None:
    page = running.front_page()
    secrets = re.findall(r"\d{5} \d{5} \d{5} \d{5}", page) + re.findall(r"enter#([\w-]+)", page)
    secrets.append(running.address.split("#")[1])
    assert len(secrets) == 5
    members = running.family()
    assert len(members) == 4
    for member in members:
        seen = (member / "cmdline").read_bytes() + (member / "environ").read_bytes()
        assert not [secret for secret in secrets if secret.encode() in seen]


def test_interrupted_it_ends_and_wipes_everything(running: Running) -> None:
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(30) == 0
    assert running.process.stderr is not None
    assert "Traceback" not in running.process.stderr.read()
    until(lambda: running.family() == [])
    assert list(running.place.iterdir()) == []


def test_killed_its_children_end_and_wipe_everything(running: Running) -> None:
    running.process.kill()
    until(lambda: running.family() == [], seconds=60)
    assert [path.name for path in running.place.iterdir() if path.name.startswith("kantha-demo-")] == []


def test_a_part_that_dies_ends_all_of_it_with_a_sentence(running: Running) -> None:
    children = [member for member in running.family() if int(member.name) != running.process.pid]
    os.kill(int(children[0].name), signal.SIGKILL)
    assert running.process.wait(30) == 1
    assert running.process.stderr is not None
    assert "ended by itself" in running.process.stderr.read()
    until(lambda: not [path for path in running.place.iterdir() if path.name.startswith("kantha-demo-")])
