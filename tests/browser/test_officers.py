"""Two officers decide together: one changes how many sign and a rule, the other signs and proposes, the first
reads it and signs; and at every step it is said what waits for whom.
"""

from __future__ import annotations

import asyncio
import logging
import re
import threading
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.actions import members, officers
from app.actions.device import Device
from app.screens.app import make_main
from app.screens.host import WebHost
from app.screens.state import Session
from tests.browser.pane import PATIENCE_MS, Pane, until
from tests.sync.world import World

TRY_MS = 3_000


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("officers")) as world:
        yield world


@pytest.fixture
def second(world: World) -> Device:
    """The other officer."""
    other = world.officer("Desk-2")
    world.sync(world.desk, other)
    return other


@pytest.fixture
def page(world: World, second: Device, chromium: Browser) -> Iterator[Page]:
    """The first officer's desk, open."""
    session = Session(world.desk.home)
    session.device = world.desk
    host = WebHost(make_main(session.home, session=session))
    thread = threading.Thread(target=lambda: asyncio.run(host.serve()), daemon=True)
    thread.start()
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(host.address)
    yield page
    context.close()
    host.stop()
    thread.join(30)
    logging.disable(logging.NOTSET)


def test_two_officers_change_the_rules_together(page: Page, world: World, second: Device) -> None:
    desk = Pane(page.main_frame)
    desk.wake()
    desk.tap(re.compile("^Devices"))
    desk.tap("Officers and rules")

    desk.tap("2 of 2")
    desk.tap("Change this…")
    desk.see("All 2 must sign. If one of them cannot be reached any more, nobody can change the officers.")
    sign = desk.button("Sign this change")
    expect(sign).to_have_attribute("aria-disabled", "true", timeout=PATIENCE_MS)
    write(page, desk, re.compile("Type the name"), "Sramik Union", opens="Sign this change")
    desk.tap("Sign this change")
    desk.see("It is in force now.")
    desk.tap("Close")

    write(page, desk, "Sendings of one device in a week", "96", opens="Change these numbers…")
    desk.tap("Change these numbers…")
    desk.see("One more officer must sign this.")
    desk.tap("Sign this change")
    desk.see("It waits for one more signature.")
    desk.tap("Close")
    desk.see("Waiting for another officer")

    world.sign_all(second)
    root = members.newest_root(second)
    assert (root.threshold, root.policy.tokens_per_week) == (2, 96)
    officers.add_desk(second, "Night shift")
    desk.tap(re.compile("^Waiting for another officer"))
    news = "There is a new desk: Night shift."
    until(lambda: desk.tap("Sync now"), lambda: desk.frame.get_by_text(news))
    desk.tap(re.compile("^Sign"))
    desk.see("Signed. It is in force now.")


def write(page: Page, desk: Pane, name: str | re.Pattern[str], words: str, *, opens: str) -> None:
    """Put words into a field until they have opened a button. The framework takes a field over a moment after
    it has the focus, and forgets what was written before; only the button shows that it heard.
    """
    entry, button = desk.field(name), desk.button(opens)
    entry.wait_for(state="attached", timeout=PATIENCE_MS)
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while True:
        entry.click(timeout=PATIENCE_MS)
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(words)
        try:
            expect(button).not_to_have_attribute("aria-disabled", "true", timeout=TRY_MS)
        except AssertionError:
            if time.monotonic() > deadline:
                raise
        else:
            return
