"""A phone's disk proves to nobody who reported what: a handler could have made every cell that came from it.

The third party here has everything: the desk's keys, so that it reads the cells, the handler's help, and the
phone's whole disk, unlocked, as it was when the desk had confirmed what was sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.actions import intake
from app.actions.device import Device
from crypto.cells import Cell, CellKind, UntrustedCell, open_cell, seal_cell
from crypto.desk_keys import DayKey, day_of
from crypto.errors import CellDamagedError
from crypto.primitives import random_bytes
from sync.deskkeys import load_generations
from sync.pairwise import HandlerKeys, device_chains, introductions_of
from tests.scenarios.loot import Loot
from tests.sync.world import World, record

TOLD = "The stairwell on the fourth floor was padlocked."


@dataclass
class Case:
    """What the third party holds."""

    phone: Device
    handlers: tuple[Device, Device]
    real: UntrustedCell
    """The complaint as the phone sent it, opened."""
    forged: UntrustedCell
    """Another one in the phone's name, made by one handler alone."""


def day_key(handler: Device) -> DayKey:
    found = handler.directory()
    assert found is not None
    key = found.part.day_key(handler.member.desk, today=day_of(handler.now()))
    assert key is not None
    return key


def opened(cells: list[bytes], handler: Device) -> list[UntrustedCell]:
    found = []
    for entry in load_generations(handler.state):
        for day in (0, 1, 2):
            key = entry.chain.at(entry.chain.day + day).opening_key
            for sealed in cells:
                try:
                    found.append(open_cell(sealed, key=key, org=handler.member.org))
                except CellDamagedError:
                    continue
    return found


def forged_by(handler: Device, phone: Device, counter: int, body: bytes) -> UntrustedCell:
    """What a single handler makes with nothing but its own vault."""
    (key,) = HandlerKeys(introductions_of(handler.state, phone.me.id, handler.member.desk)).at(counter)
    slot, to = handler.member.slot, day_key(handler)
    assert slot is not None
    cell = Cell(CellKind.PARCEL, phone.me.id, 1, counter, body)
    sealed = seal_cell(cell, to=to, org=handler.member.org, slot_keys={slot: key})
    (found,) = opened([sealed], handler)
    return found


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    with World(tmp_path_factory.mktemp("deniable")) as world:
        second, phone = world.handler("Desk-2"), world.phone("Blue-7")
        intake.new_complaints(phone, [record(TOLD)], finish=True)
        world.sync(phone, world.desk, second, world.desk, second, phone)
        parcels = [
            cell for cell in opened(world.cells_at_relay()["complaints"], second)
            if cell.cell.kind is CellKind.PARCEL
        ]  # fmt: skip
        real = parcels[0]
        made = forged_by(second, phone, real.cell.counter, random_bytes(len(real.cell.body)))
        yield Case(phone, (world.desk, second), real, made)


def checks(case: Case, cell: UntrustedCell) -> list[bool]:
    """For each key on the phone's disk and each slot: whether it vouches for the cell."""
    desk = case.handlers[0].member.desk
    chains = [chain for own in device_chains(case.phone.state, desk).values() for chain in own]
    assert chains, "the phone has introduced itself to both"
    ahead = [(chain, chain.counter + steps) for chain in chains for steps in range(200)]
    reachable = [chain.at(counter).key for chain, counter in ahead]
    secrets = [*reachable, *(chain.step for chain in chains), *(chain.block for chain in chains)]
    return [cell.vouched_by(key, slot=slot) for key in secrets for slot in range(32)]


def test_the_handler_it_was_made_for_is_convinced_by_both(case: Case) -> None:
    second = case.handlers[1]
    desk, slot = second.member.desk, second.member.slot
    assert slot is not None
    keys = HandlerKeys(introductions_of(second.state, case.phone.me.id, desk))
    for cell in (case.real, case.forged):
        assert any(cell.vouched_by(key, slot=slot) for key in keys.at(cell.cell.counter))


def test_with_the_phones_disk_at_hand_nobody_tells_the_forged_cell_from_the_real_one(case: Case) -> None:
    assert not any(checks(case, case.real)), "the phone's disk vouches for what it really sent"
    assert not any(checks(case, case.forged))


def test_the_disk_holds_no_hash_no_body_and_no_key_of_what_was_confirmed(case: Case) -> None:
    disk = Loot.of(case.phone).plain
    body = case.real.cell.body
    assert TOLD.encode() not in disk
    assert body[40:80] not in disk
    for digest in (hashlib.sha256(body).digest(), hashlib.sha256(case.real.slots).digest()):
        assert digest not in disk
    for handler in case.handlers:
        chains = introductions_of(handler.state, case.phone.me.id, handler.member.desk)
        for key in HandlerKeys(chains).at(case.real.cell.counter):
            assert key not in disk
        assert all(chain.step not in disk for chain in chains)


def test_nothing_in_the_cell_is_signed(case: Case) -> None:
    """The identity key vouches for keys only: neither cell carries anything that it verifies."""
    public = case.phone.me.identity.public
    assert public not in case.real.cell.body + case.real.slots
    assert len(case.real.slots) == len(case.forged.slots) == 512


def test_the_test_is_sharp_a_disk_taken_before_the_confirmation_does_vouch(tmp_path: Path) -> None:
    """What is not confirmed yet is on the disk with its keys: the threat model says so."""
    with World(tmp_path) as world:
        phone = world.phone("Blue-7")
        intake.new_complaints(phone, [record(TOLD)], finish=True)
        world.sync(phone, world.desk)
        (real,) = [
            cell for cell in opened(world.cells_at_relay()["complaints"], world.desk)
            if cell.cell.kind is CellKind.PARCEL
        ]  # fmt: skip
        assert any(checks(Case(phone, (world.desk, world.desk), real, real), real))
