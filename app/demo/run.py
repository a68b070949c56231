"""The demonstration from its first file to its last: set it up, show it, wipe it.

Guarantees: everything it makes is in one folder that only this person can read and that is gone afterwards,
also when this process is killed (a child wipes it then); nothing but 127.0.0.1 is listened on or spoken to.
"""

from __future__ import annotations

import asyncio
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

from app.demo.front import FrontPage
from app.demo.organisation import set_up
from app.demo.processes import Child, start_pane, start_relay
from app.demo.wiping import wipe
from app.screens.host import lead_browser

# A child that ended is noticed within this time.
WATCH_S = 1.0


class DemoEndedError(Exception):
    """A part of the demonstration ended by itself, so all of it was ended and wiped."""

    next_step = "Start it again; with KANTHA_DEBUG=1 it says more."


def run(*, port: int, browser: bool, say: Callable[[str], None]) -> None:
    """Run until interrupted. `say` gets one line: the address of the front page."""
    folder = Path(tempfile.mkdtemp(prefix="kantha-demo-"))
    children: list[Child] = []
    try:
        front = FrontPage(port=port)
        relay = start_relay(folder)
        children.append(relay)
        made = set_up(folder, relay=relay.address)
        phone = start_pane(made.phone, framed_by=front.origins)
        children.append(phone)
        desk = start_pane(made.desk, framed_by=front.origins)
        children.append(desk)
        front.show(phone=phone.address, desk=desk.address, made=made)
        say(f"Kantha demo: {front.address}")
        asyncio.run(serve(front, children, browser=browser))
    finally:
        # A second Ctrl-C must not leave half of it behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for child in children:
            child.end()
        wipe(folder)


async def serve(front: FrontPage, children: list[Child], *, browser: bool) -> None:
    """Serve the front page for as long as every child lives."""
    tasks = [asyncio.create_task(watch(children, front))]
    if browser:
        tasks.append(asyncio.create_task(lead_browser(front.address)))
    try:
        await front.serve()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    if any(child.ended() for child in children):
        raise DemoEndedError(str(DemoEndedError.__doc__))


async def watch(children: list[Child], front: FrontPage) -> None:
    while not any(child.ended() for child in children):
        await asyncio.sleep(WATCH_S)
    front.stop()
