"""The process that gets killed. A warm one that forks: each child opens a vault and works until it is killed.

python -m tests.scenarios.victim, then a line of JSON for each child: {"role": "phone" | "desk", "home",
"log", "seed"}. It answers with the child's process id. What a child was promised it writes into its log:
`try N` before it begins, `saved N ID` when a draft is on disk, `ack N CODE` when *finish* has returned.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from pathlib import Path

from app.actions import casework, intake, sending
from app.actions import device as devices
from app.actions.device import Device
from app.actions.errors import ActionError
from sync.errors import SyncError
from tests.sync.world import PASSPHRASE, no_sleep, record

NEXT_NUMBER = 1_000_000


class Log:
    """An append-only file; what was written before the kill stays written."""

    def __init__(self, path: str) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def say(self, *words: object) -> None:
        os.write(self._handle, (" ".join(map(str, words)) + "\n").encode())


def narrative(number: int) -> str:
    """Told once in the world, so that a double is seen. Every seventh needs three cells."""
    return f"complaint {number} তালা দেওয়া ছিল " + "ជណ្តើរ " * (0 if number % 7 else 1_700)


def work_on_phone(device: Device, log: Log, chance: random.Random) -> None:
    while True:
        number, way = chance.randrange(NEXT_NUMBER), chance.random()
        finished = [row.code for row in intake.listing(device) if row.status in ("sent", "received")]
        if way < 0.4:
            log.say("try", number)
            (code,) = intake.new_complaints(device, [record(narrative(number))], finish=True)
            log.say("ack", number, code)
        elif way < 0.7:
            draft = intake.new_draft(device)
            intake.save_draft(device, draft.id, record(narrative(number)), 3)
            log.say("saved", number, draft.id)
            code = intake.finish(device, draft.id)
            log.say("ack", number, code)
        elif way < 0.85 and finished:
            log.say("tryadd", number)
            code = chance.choice(finished)
            intake.add(device, code, text=f"addition {number}")
            log.say("ackadd", number, code)
        exchange(device, deposits=chance.choice((1, 1, 1, 4)))


def work_at_desk(device: Device, log: Log, chance: random.Random) -> None:
    while True:
        exchange(device, deposits=1)
        known = casework.inbox(device)
        if known and chance.random() < 0.3:
            number, row = chance.randrange(NEXT_NUMBER), chance.choice(known)
            log.say("tryask", number)
            casework.ask(device, row.code, f"question {number}?")
            log.say("ackask", number, row.code)


def exchange(device: Device, *, deposits: int) -> None:
    try:
        sending.sync(device, deposits=deposits, sleep=no_sleep)
    except SyncError:
        return  # the relay is being killed too


def live(order: dict[str, str]) -> None:
    log = Log(order["log"])
    device = devices.unlock(Path(order["home"]), PASSPHRASE)
    log.say("open")
    chance = random.Random(order["seed"])
    try:
        (work_on_phone if order["role"] == "phone" else work_at_desk)(device, log, chance)
    except ActionError as error:
        log.say("error", type(error).__name__)
        raise


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            try:
                live(order)
            finally:
                sys.stderr.flush()
                os._exit(1)
        print(child, flush=True)


if __name__ == "__main__":
    main()
