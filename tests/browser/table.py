"""The front page of the demonstration in a browser window: a phone and a desk, each driven by its names."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.pane import PATIENCE_MS, Pane

# Where the pictures go that people look at; ignored by git.
PICTURES = Path(__file__).resolve().parents[2] / "build" / "screens"


@dataclass
class Table:
    """The front page in one browser window, with both devices on it."""

    page: Page
    phone: Pane
    desk: Pane
    narrow: bool
    taken: int = 0

    def at(self, which: str) -> Pane:
        if self.narrow:
            self.page.locator(f"#tab-{which}").click()
        return self.phone if which == "phone" else self.desk

    def write(self, pane: Pane, field: str | re.Pattern[str], text: str) -> None:
        entry, deadline = pane.field(field), time.monotonic() + PATIENCE_MS / 1000
        while time.monotonic() < deadline:
            entry.click()
            # The framework takes a field over a moment after it has the focus; a busy computer needs longer.
            self.page.wait_for_timeout(500)
            if entry.evaluate("field => document.activeElement === field"):
                self.page.keyboard.press("Control+A")
                self.page.keyboard.insert_text(text)
                self.page.wait_for_timeout(300)
            if entry.input_value() == text:
                break
        expect(entry).to_have_value(text)
        # What is written is kept a moment after the last letter.
        self.page.wait_for_timeout(700)

    def picture(self, name: str) -> None:
        self.taken += 1
        self.page.wait_for_timeout(250)  # for people who look at it: nothing moves any more
        width = self.page.viewport_size["width"] if self.page.viewport_size else 0
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{width}-{self.taken:02d}-{name}.png")
