"""One device in a frame of the front page, driven by what a screen reader would read out.

Every wait polls for what is awaited and gives up after a minute: a test computer may be slow and busy.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from playwright.sync_api import Frame, FrameLocator, Locator, TimeoutError

PATIENCE_MS = 60_000
LOOK_MS = 5_000


def until(act: Callable[[], object], seen: Callable[[], Locator], *, seconds: float = 180) -> None:
    """Act again and again until it is there: what travels comes with one of the next sessions, on a busy
    computer a later one.
    """
    deadline = time.monotonic() + seconds
    while True:
        act()
        try:
            seen().first.wait_for(state="attached", timeout=LOOK_MS)
        except TimeoutError:
            if time.monotonic() > deadline:
                raise
        else:
            return


class Pane:
    """One device in a frame of the front page, driven by what a screen reader would read out."""

    def __init__(self, frame: FrameLocator | Frame) -> None:
        self.frame = frame

    def wake(self) -> None:
        """Turn the semantics on, which Flutter does when a screen reader asks for them."""
        placeholder = self.frame.locator("flt-semantics-placeholder")
        placeholder.wait_for(state="attached", timeout=PATIENCE_MS)
        placeholder.evaluate("element => element.click()")

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.frame.get_by_role("button", name=name).first

    def tap(self, name: str | re.Pattern[str]) -> None:
        self.button(name).click(timeout=PATIENCE_MS)

    def see(self, text: str | re.Pattern[str]) -> None:
        self.frame.get_by_text(text).first.wait_for(state="attached", timeout=PATIENCE_MS)

    def reads(self, text: str, *, seconds: float = PATIENCE_MS / 1000) -> bool:
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
