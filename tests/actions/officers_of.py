"""An organisation with several officers, each with a machine of the desk, for tests of recovery."""

from __future__ import annotations

from app.actions import officers
from app.actions.device import Device
from tests.sync.world import World

CARD_PASSPHRASES = (
    "the loom stands by the window",
    "a kettle of stars boils over",
    "green thread on a tin roof",
)
SMALL_KIB = 65_536


def several_officers(world: World, *, count: int = 3, threshold: int = 2) -> list[Device]:
    """The machines of `count` officers of whom `threshold` must sign; the first is the world's desk."""
    others = [world.officer(f"Desk-{number}") for number in range(2, count + 1)]
    if threshold > 1:
        officers.set_threshold(world.desk, threshold)
    world.sync(world.desk, *others, world.desk)
    return [world.desk, *others]
