"""`kantha` without a command: one guarded address in the local browser, and a quiet end."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
from pathlib import Path

from tests.cli.conftest import KANTHA, until


def test_the_app_opens_in_the_browser_without_showing_the_secret_to_other_people(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    browser = tmp_path / "browser"
    # What it was called with, which everybody on the computer can read, and the file that it was led to.
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {seen}.argument\ncat "${{1#file://}}" > {seen}\n')
    browser.chmod(0o700)
    process = subprocess.Popen(
        [KANTHA],
        env={**os.environ, "KANTHA_HOME": str(tmp_path / "home"), "BROWSER": f"{browser} %s"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    address = process.stdout.readline().removeprefix("Kantha: ").strip()
    assert address.startswith("http://127.0.0.1:")
    until(lambda: seen.exists() and address in seen.read_text())
    argument = (tmp_path / "seen.argument").read_text()
    assert address.split("#")[1] not in argument
    led = Path(argument.removeprefix("file://"))
    assert led.parent.stat().st_mode & 0o077 == 0

    line = http.client.HTTPConnection(address.split("/")[2], timeout=10)
    line.request("GET", "/")
    assert line.getresponse().status == 403
    line.close()

    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert err == ""
    assert not led.parent.exists()
    assert not (tmp_path / "home" / "vault.db").exists()
