"""A real Chromium, driven as a person would. Never skipped: without one these tests fail and say so."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.browser.pane import PATIENCE_MS, Pane
from tests.browser.table import Table

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]


# What Chromium asks its maker by itself, whatever page is open. No page of ours names these.
BROWSERS_OWN = frozenset(
    {
        "accounts.google.com",
        "android.clients.google.com",
        "clients2.google.com",
        "clientservices.googleapis.com",
        "content-autofill.googleapis.com",
        "optimizationguide-pa.googleapis.com",
        "redirector.gvt1.com",
        "safebrowsing.googleapis.com",
        "update.googleapis.com",
        "www.google.com",
    }
)


@dataclass
class Outside:
    """Stands where the internet would be: what is not for this computer ends here and is noted."""

    port: int = 0
    _attempts: list[str] = field(default_factory=list)

    @property
    def reached(self) -> list[str]:
        """What a page tried to reach: the first lines of requests that are not the browser's own."""
        return [line for line in self._attempts if not any(host in line for host in BROWSERS_OWN)]

    def forget(self) -> None:
        """Begin anew."""
        self._attempts.clear()

    def start(self) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]

        def note() -> None:
            while True:
                line, _ = listener.accept()
                with line:
                    line.settimeout(10)
                    try:
                        self._attempts.append(line.recv(300).split(b"\r\n")[0].decode("latin-1"))
                    except OSError:
                        self._attempts.append("something")

        threading.Thread(target=note, daemon=True).start()


@pytest.fixture(scope="module")
def outside() -> Outside:
    place = Outside()
    place.start()
    return place


@pytest.fixture(scope="module")
def playwright_driver() -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def chromium(playwright_driver: Playwright, outside: Outside) -> Iterator[Browser]:
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail(
            "The browser tests need Chromium. Run: apt-get install chromium   (or: make test, as root)"
        )
    browser = playwright_driver.chromium.launch(
        executable_path=found,
        args=[*FLAGS, f"--proxy-server=http://127.0.0.1:{outside.port}"],
    )
    yield browser
    browser.close()


@dataclass(frozen=True)
class Demo:
    """A running `kantha demo`."""

    address: str
    process: subprocess.Popen[str]
    folder: Path


@pytest.fixture
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demonstration as `make run` starts it, but for the browser."""
    place = tmp_path_factory.mktemp("demo")
    process = subprocess.Popen(
        [Path(sys.executable).with_name("kantha"), "demo", "--no-browser"],
        env={**os.environ, "TMPDIR": str(place)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("Kantha demo: http://127.0.0.1:"), line
    (folder,) = place.glob("kantha-demo-*")
    yield Demo(line.split()[-1], process, folder)
    process.terminate()
    assert process.wait(120) == 0
    assert not folder.exists()


@pytest.fixture(params=[(390, 844), (1440, 900)], ids=["390x844", "1440x900"])
def table(request: pytest.FixtureRequest, chromium: Browser, demo: Demo) -> Iterator[Table]:
    width, height = request.param
    context = chromium.new_context(viewport={"width": width, "height": height})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(demo.address)
    panes = {name: Pane(page.frame_locator(f"#{name}")) for name in ("phone", "desk")}
    found = Table(page, panes["phone"], panes["desk"], narrow=width < 900)
    for name in panes:
        found.at(name).wake()
    yield found
    found.picture("last")
    context.close()
