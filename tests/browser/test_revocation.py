"""A phone is seized: an officer revokes it in under a minute, and nobody else has to do anything.

On a narrow screen everything that is pressed on the way is as large as a finger.
"""

from __future__ import annotations

import re
import time

from playwright.sync_api import expect

from tests.browser.pane import Pane
from tests.browser.table import Table

FINGER = 48
MINUTE_S = 60.0


def test_a_seized_phone_is_revoked_in_under_a_minute_and_sends_no_more(table: Table) -> None:
    desk = table.at("desk")
    desk.tap(re.compile("^Devices"))
    began = time.monotonic()
    desk.tap(re.compile("^Blue-7"))
    ask(table, desk)
    now = desk.button("Revoke now")
    expect(now).to_have_attribute("aria-disabled", "true")
    table.write(desk, re.compile("Type the label"), "Blue-7")
    desk.tap(re.compile("Seized"))
    expect(now).not_to_have_attribute("aria-disabled", "true")
    table.picture("revoke")
    if table.narrow:
        large(desk, "Cancel", "Revoke now", "Seized", "Replaced")
    now.click()
    desk.see("Blue-7 is revoked")
    desk.see("The relay has it. Every other device learns it at its next connection.")
    assert time.monotonic() - began < MINUTE_S
    table.picture("revoked")
    desk.tap("Close")
    desk.button(re.compile("^Blue-7.*Revoked.*seized")).wait_for()
    assert not desk.button("Revoke…").count()
    phone_is_shut_out(table)


def ask(table: Table, desk: Pane) -> None:
    """The question opens with a key where there are keys, and Escape closes it as Cancel does."""
    if table.narrow:
        large(desk, "Revoke…")
        desk.tap("Revoke…")
        desk.see("Revoke Blue-7?")
        return
    table.page.keyboard.press("Delete")
    desk.see("Revoke Blue-7?")
    table.page.keyboard.press("Escape")
    expect(desk.button("Revoke now")).to_have_count(0)
    desk.see("Devices and people")
    desk.button("Revoke…").click()
    desk.see("Revoke Blue-7?")


def phone_is_shut_out(table: Table) -> None:
    """What it had not sent does not leave any more."""
    phone = table.at("phone")
    phone.tap("Waiting")
    phone.tap("Send now")
    table.page.wait_for_timeout(4_000)
    table.picture("phone-after")
    assert not phone.reads("Sent. Nothing waits here.", seconds=0)


def large(pane: Pane, *names: str) -> None:
    for name in names:
        box = pane.button(re.compile(name)).bounding_box()
        assert box is not None, name
        assert box["height"] >= FINGER - 0.5, (name, box)
