"""kill -9 at random moments of *finish* and sync, of phones, desk and relay: nothing lost, nothing doubled.

KANTHA_KILL_RUNS says how often (200).
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.actions import casework, intake, sending
from app.actions.device import Device
from sync.integrity import forks
from tests.scenarios.victim import narrative
from tests.sync.relay.running import REPOSITORY
from tests.sync.world import FEW_DEVICES, World

RUNS = int(os.environ.get("KANTHA_KILL_RUNS", "200"))
SEED = 20_261_122
LONGEST_LIFE_S = 0.30


@dataclass
class Zygote:
    """Forks victims from a process that has everything imported."""

    process: subprocess.Popen[str] = field(init=False)

    def __post_init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.scenarios.victim"],
            cwd=REPOSITORY, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def victim(self, **order: object) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=10)


@pytest.fixture
def zygote() -> Iterator[Zygote]:
    zygote = Zygote()
    yield zygote
    zygote.close()


@pytest.mark.timeout(1_200)
def test_killed_at_any_moment_nothing_is_lost_and_nothing_doubled(tmp_path: Path, zygote: Zygote) -> None:
    chance = random.Random(SEED)
    with World(tmp_path, policy=FEW_DEVICES) as world:
        labels = [f"Blue-{number}" for number in range(max(2, RUNS // 70))]
        for label in labels:
            world.phone(label)
        for device in world.devices:
            device.lock()
        world.devices.clear()

        for run in range(RUNS):
            way = chance.random()
            victims = []
            if way < 0.85:
                victims.append(("phone", chance.choice(labels)))
            if way > 0.65:
                victims.append(("desk", "desk"))
            pids = {
                role: zygote.victim(
                    role=role,
                    home=str(tmp_path / label),
                    log=str(tmp_path / f"{label}.log"),
                    seed=f"{SEED}-{run}",
                )
                for role, label in victims
            }
            for _role, label in victims:
                wait_for_open(tmp_path / f"{label}.log", impatient=chance.random() < 0.08)
            time.sleep(chance.uniform(0, LONGEST_LIFE_S))
            if 0.60 < way < 0.72:
                world.restart_relay()
                time.sleep(chance.uniform(0, 0.1))
            for pid in chance.sample(list(pids.values()), len(pids)):
                kill(pid)
                time.sleep(chance.uniform(0, 0.01))
            for _role, label in victims:
                mark_end(tmp_path / f"{label}.log")

        desk = world.open("desk")
        phones = [world.open(label) for label in labels]
        drain(world, desk, phones)
        judge(tmp_path, desk, phones)


def wait_for_open(log: Path, *, impatient: bool) -> None:
    """Until this run's victim has its vault open; some are killed while they unlock."""
    deadline = time.monotonic() + (0.03 if impatient else 20)
    while time.monotonic() < deadline:
        if log.exists() and "open" in log.read_text().rpartition("killed\n")[2]:
            return
        time.sleep(0.004)
    assert impatient, "the vault did not open"


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    while True:  # the lock of its vault must be free before the next run
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.002)


def mark_end(log: Path) -> None:
    with log.open("a") as file:
        file.write("killed\n")


def drain(world: World, desk: Device, phones: list[Device]) -> None:
    for _ in range(60):
        world.sync(*phones, deposits=4)
        world.sync(desk, desk, deposits=1)
        if not any(sending.outbox(phone).items for phone in phones):
            break
    world.sync(*phones, deposits=1)


def judge(folder: Path, desk: Device, phones: list[Device]) -> None:
    said: dict[str, list[list[str]]] = {}
    for log in folder.glob("*.log"):
        for line in log.read_text().splitlines():
            said.setdefault(line.split()[0], []).append(line.split()[1:])
    assert "error" not in said, said["error"]
    at_desk = [row.code for row in casework.inbox(desk)]
    told = {code: intake.show(desk, code) for code in at_desk}
    numbers = Counter(int(view.record["narrative"].split()[1]) for view in told.values())

    assert len(set(at_desk)) == len(at_desk)
    assert [number for number, count in numbers.items() if count > 1] == [], "doubled"
    assert all(view.authentic is True for view in told.values())
    acknowledged = {int(number): code for number, code in said["ack"]}
    for number, code in acknowledged.items():
        assert code in told, f"lost: {number}"
        assert told[code].record["narrative"] == narrative(number).strip() or (
            told[code].record["narrative"] == narrative(number)
        )
    drafted = {
        int(intake.load_draft(phone, draft.id).record["narrative"].split()[1])
        for phone in phones
        for draft in intake.drafts(phone)
        if intake.load_draft(phone, draft.id).record
    }
    saved = {int(number) for number, _draft in said["saved"]}
    for number in saved:
        assert (number in drafted) != (number in numbers), (
            f"a draft is kept or finished, never both: {number}"
        )
    assert set(numbers) <= saved | {int(number) for (number,) in said["try"]}

    added = Counter(
        message.text for view in told.values() for message in view.messages if message.kind == "addition"
    )
    assert [text for text, count in added.items() if count > 1] == []
    for number, code in said.get("ackadd", []):
        texts = [message.text for message in told[code].messages]
        assert texts.count(f"addition {number}") == 1

    asked = Counter(question.text for phone in phones for question in intake.questions(phone))
    assert [text for text, count in asked.items() if count > 1] == []
    for number, _code in said.get("ackask", []):
        assert asked[f"question {number}?"] == 1

    assert all(sending.outbox(phone).items == [] for phone in phones)
    assert sending.missing_at(desk) == []
    assert forks(desk.state) == []
    print(
        f"\n{RUNS} runs, {len(acknowledged)} finished and acknowledged, {len(numbers)} at the desk,"
        f" {len(drafted)} still drafts, {sum(added.values())} additions, {sum(asked.values())} questions"
    )
