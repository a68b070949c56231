"""A real Chromium, driven as a person would. Never skipped: without one these tests fail and say so."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, FrameLocator, Locator, Playwright, sync_playwright

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
# Where the pictures go that people look at; ignored by git.
PICTURES = Path(__file__).resolve().parents[2] / "build" / "screens"


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
                    line.settimeout(2)
                    try:
                        self._attempts.append(line.recv(300).split(b"\r\n")[0].decode("latin-1"))
                    except OSError:
                        self._attempts.append("something")

        threading.Thread(target=note, daemon=True).start()


@pytest.fixture(scope="session")
def outside() -> Outside:
    place = Outside()
    place.start()
    return place


@pytest.fixture(scope="session")
def playwright_driver() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
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
    assert process.wait(30) == 0
    assert not folder.exists()


class Pane:
    """One device in a frame of the front page, driven by what a screen reader would read out."""

    def __init__(self, frame: FrameLocator | Frame) -> None:
        self.frame = frame

    def wake(self) -> None:
        """Turn the semantics on, which Flutter does when a screen reader asks for them."""
        placeholder = self.frame.locator("flt-semantics-placeholder")
        placeholder.wait_for(state="attached", timeout=60_000)
        placeholder.evaluate("element => element.click()")

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.frame.get_by_role("button", name=name).first

    def tap(self, name: str | re.Pattern[str]) -> None:
        self.button(name).click(timeout=15_000)

    def see(self, text: str | re.Pattern[str]) -> None:
        self.frame.get_by_text(text).first.wait_for(state="attached", timeout=20_000)

    def reads(self, text: str, *, seconds: float = 20) -> bool:
        """Whether the text stands there; words that can be selected are fields to a browser."""
        script = """(body, text) => body.textContent.includes(text) ||
            [...body.querySelectorAll("textarea, input")].some(field => field.value.includes(text))"""
        deadline = time.monotonic() + seconds
        while not self.frame.locator("body").evaluate(script, text):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.3)
        return True

    def field(self, name: str | re.Pattern[str]) -> Locator:
        return self.frame.get_by_role("textbox", name=name).first
