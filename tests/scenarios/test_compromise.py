"""Every single compromise and every pair: what can be read and forged is what the threat model's table says.

The table stands in docs/threat-model.md between two marks; this test reads it. Each party's disk is taken
whole and unlocked; what the relay hands out to whoever asks is always at hand. Whether something can be read
or forged is found out by trying every key (tests/scenarios/loot.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pytest

from app.actions import casework, intake
from app.actions.device import Device
from crypto.roster import Role
from tests.scenarios import loot as loots
from tests.scenarios.loot import Loot, Reader
from tests.sync.world import FEW_DEVICES, World, record

PAGE = Path(__file__).parents[2] / "docs/threat-model.md"
PARTIES = (
    "Officer-1", "Officer-2", "Handler", "Private handler", "Blue-7", "Clay-1", "Relay",
)  # fmt: skip
SECRET = {
    "Blue-7's complaint": b"amber stairwell",
    "Clay-1's complaint": b"cobalt stairwell",
    "private complaint": b"violet stairwell",
    "question to Blue-7": b"which floor was locked",
    "question to Clay-1": b"which month was unpaid",
    "phones' labels": b"Reed-9",
    "handlers' labels": b"Desk-2",
}


def table(mark: str) -> dict[str, set[str]]:
    """The rows between the marks: first cell, and the words of the others."""
    text = PAGE.read_text(encoding="utf-8")
    rows = text.split(f"<!-- {mark} -->")[1].split(f"<!-- end {mark} -->")[0].strip().splitlines()[2:]
    found = {}
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        found[cells[0]] = {part.strip() for cell in cells[1:] for part in cell.split(",") if part.strip()}
    return found


@dataclass
class Scene:
    """An organisation in the middle of its work, and what was taken of each party."""

    world: World
    devices: dict[str, Device]
    loot: dict[str, Loot]
    reader: Reader

    def can(self, parties: tuple[str, ...]) -> set[str]:
        """What these parties together can read and forge."""
        own = Loot.together(self.loot[name] for name in parties)
        text = self.reader.text(own) if own.members else b""
        found = {name for name, words in SECRET.items() if words in text}
        return found | {name for name, tried in self._forgeries(parties, own).items() if tried()}

    def _forgeries(self, parties: tuple[str, ...], own: Loot) -> dict[str, Callable[[], bool]]:
        it, world = self.devices, self.world
        main = (it["Officer-1"], it["Officer-2"], it["Handler"])
        private = (it["Private handler"],)

        def towards(phone: str, handlers: tuple[Device, ...]) -> bool:
            """To at least one handler, with what was taken from all but that handler."""
            return any(
                loots.as_phone(
                    Loot.together(self.loot[name] for name in parties if it.get(name) is not handler),
                    it[phone], handler, desk=handler.member.desk,
                )
                for handler in handlers
            )  # fmt: skip

        return {
            "Blue-7 towards main": lambda: towards("Blue-7", main),
            "Clay-1 towards main": lambda: towards("Clay-1", main),
            "Blue-7 towards private": lambda: towards("Blue-7", private),
            "casework of Handler": lambda: loots.as_handler(own, it["Handler"]),
            "casework of Officer-1": lambda: loots.as_handler(own, it["Officer-1"]),
            "casework of Officer-2": lambda: loots.as_handler(own, it["Officer-2"]),
            "casework of Private handler": lambda: loots.as_handler(own, it["Private handler"]),
            "answers of Handler": lambda: loots.answers(own, it["Handler"], it["Blue-7"]),
            "admit a phone": lambda: loots.admits(own, it["Handler"], Role.INTAKE),
            "admit a handler": lambda: loots.admits(own, it["Handler"], Role.HANDLER),
            "revoke": lambda: loots.revokes(own, it["Handler"], it["Clay-1"]),
            "change the root": lambda: loots.changes_root(own, it["Handler"]),
            "publish a directory": lambda: loots.publishes(own, it["Handler"]),
            "replace the directory": lambda: loots.replaces(own, world),
            "deposit": lambda: loots.deposits(own, world),
        }


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with World(tmp_path_factory.mktemp("compromise"), policy=FEW_DEVICES) as world:  # many tokens are tried
        second = world.officer("Officer-2")
        private = world.desk2("private", label="Private-1")
        handler = world.handler("Desk-2")
        world.two_must_sign(second)
        blue, clay = world.phone("Blue-7"), world.phone("Clay-1")
        world.join("Reed-9")
        told = {
            "Blue-7's complaint": (blue, "main"), "Clay-1's complaint": (clay, "main"),
            "private complaint": (blue, "private"),
        }  # fmt: skip
        codes = {}
        for name, (phone, desk) in told.items():
            words = SECRET[name].decode()
            (codes[name],) = intake.new_complaints(phone, [record(words, desk=desk)], finish=True)
        world.sync(blue, clay, world.desk, second, handler, private)
        casework.ask(handler, codes["Blue-7's complaint"], SECRET["question to Blue-7"].decode())
        casework.ask(handler, codes["Clay-1's complaint"], SECRET["question to Clay-1"].decode())
        world.sync(handler, world.desk, second, private, blue, clay)
        devices = {
            "Officer-1": world.desk, "Officer-2": second, "Handler": handler, "Private handler": private,
            "Blue-7": blue, "Clay-1": clay,
        }  # fmt: skip
        taken = {name: Loot.of(device) for name, device in devices.items()} | {"Relay": Loot()}
        yield Scene(world, devices, taken, Reader.at(world))


def test_the_table_speaks_of_every_party() -> None:
    assert set(table("compromise")) == set(PARTIES)


@pytest.mark.parametrize("party", PARTIES)
def test_one_party_can_do_what_the_threat_model_says_and_nothing_else(scene: Scene, party: str) -> None:
    assert scene.can((party,)) == table("compromise")[party]


@pytest.mark.parametrize("pair", list(combinations(PARTIES, 2)), ids=" and ".join)
def test_two_parties_together_can_do_no_more_than_each_but_for_what_is_said(
    scene: Scene, pair: tuple[str, str]
) -> None:
    alone = table("compromise")
    more = table("compromise of two").get(" and ".join(pair), set())
    assert scene.can(pair) == alone[pair[0]] | alone[pair[1]] | more
