"""Setting up the throwaway organisation with the same actions that people use: create, invite, join, admit,
finish, send.

Its complaints are restated from published cases; `assets/samples/complaints.json` says which.
"""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path

from app import assets
from app.actions import casework, enrolment, intake, organisation, sending
from app.actions import device as devices
from app.actions.device import Device
from sync.relay.pools import create_pool

NAME = "Demonstration"
PHONE_LABEL = "Blue-7"
# One session carries 32 cells; a dozen complaints and their confirmations need two or three.
SESSIONS_MAX = 8
PAGE_WAIT_S = 60.0


@dataclass(frozen=True)
class Pane:
    """One device of the demonstration: its folder and the passphrase that opens it."""

    home: Path
    passphrase: str = field(repr=False)


@dataclass(frozen=True)
class Made:
    """What was set up."""

    phone: Pane
    desk: Pane


class DemoSetUpError(Exception):
    """The sample complaints did not reach the desk, so the demonstration was not started."""

    next_step = "Start it again; if it happens again, this computer may be too busy."


def set_up(folder: Path, *, relay: str) -> Made:
    """Make a desk and a phone that belong together, with the samples in the desk's inbox."""
    made = Made(
        phone=Pane(folder / "phone", throwaway_passphrase()),
        desk=Pane(folder / "desk", throwaway_passphrase()),
    )
    pool, token = create_pool(folder / "relay")
    desk = organisation.create(
        made.desk.home,
        made.desk.passphrase,
        name=NAME,
        relay=relay,
        pool=pool,
        publish_token=token,
        gap_seconds=0,
    )
    try:
        phone = enrol(desk, made.phone)
        try:
            bring_samples(phone, desk)
        finally:
            phone.lock()
    finally:
        desk.lock()
    return made


def enrol(desk: Device, pane: Pane) -> Device:
    """The phone joins; in one process the digits need not be read aloud."""
    invitation = enrolment.invite(desk, role="intake", desk="main", label=PHONE_LABEL)
    joined = enrolment.join(pane.home, pane.passphrase, invitation.text)
    admitted = enrolment.admit(desk, joined.reply_text, confirm=joined.check)
    phone = devices.unlock(pane.home, pane.passphrase)
    enrolment.import_bundle(phone, admitted.welcome)
    return phone


def bring_samples(phone: Device, desk: Device) -> None:
    """Finish the samples on the phone and wait until the desk has all of them."""
    samples: list[object] = json.loads(assets.path("samples/complaints.json").read_text("utf-8"))
    # Handlers' keys and the first directory have to be there before anything can be sealed for them.
    sending.sync(phone)
    codes = intake.new_complaints(phone, samples, finish=True)
    for _ in range(SESSIONS_MAX):
        if sending.sync(phone).waiting == 0:
            break
    deadline = time.monotonic() + PAGE_WAIT_S
    while len(casework.inbox(desk)) < len(codes):
        if time.monotonic() > deadline:
            raise DemoSetUpError(str(DemoSetUpError.__doc__))
        sending.sync(desk)
        time.sleep(0.3)


def throwaway_passphrase() -> str:
    """Four groups of five digits (66 bits): quick to type on a phone."""
    return " ".join(f"{secrets.randbelow(100_000):05d}" for _ in range(4))
