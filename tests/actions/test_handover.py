"""Officers who cannot meet open an archive one after the other, each on a machine of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.actions import handover, intake, recovery
from app.actions.device import Device
from app.actions.handover import AnotherDeskError, TurnError
from crypto.errors import CardPassphraseError, DigitsDifferError, HandoverRefusedError
from crypto.ids import officer_id
from crypto.primitives import OfficerSigningKey
from sync.errors import SignHereError
from tests.actions.officers_of import CARD_PASSPHRASES, SMALL_KIB, several_officers
from tests.sync.world import World, record


@dataclass
class Apart:
    world: World
    officers: list[Device]
    """In the order of their ids."""
    new: Device
    phone: Device
    archive: Path
    code: str


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    with World(tmp_path_factory.mktemp("apart")) as world:
        machines = several_officers(world)
        phone = world.phone()
        code = intake.new_complaints(phone, [record("the planted words")], finish=True)[0]
        world.round(phone)
        path = world.root / "archive"
        recovery.archive(world.desk, path)
        new = world.handler("Desk-9")

        def by_id(device: Device) -> bytes:
            return officer_id(OfficerSigningKey(device.vault.get("officer") or b"").public)

        yield Apart(world, sorted(machines, key=by_id), new, phone, path, code)


def test_two_officers_apart_open_it_for_the_new_machine_alone(apart: Apart) -> None:
    first, second, _third = apart.officers
    asked = handover.ask(apart.new, apart.archive)
    assert asked.check is not None
    half = handover.give(asked.text, confirm=asked.check, archive=apart.archive, device=first)
    assert half.kind == "piece"
    key = handover.give(asked.text, confirm=asked.check, pieces_text=half.text, device=second)
    assert key.kind == "key"
    with pytest.raises(HandoverRefusedError):
        handover.take(apart.officers[0], apart.archive, key.text)
    back = handover.take(apart.new, apart.archive, key.text)
    assert (back.complaints, back.desk) == (1, "main")
    shown = intake.show(apart.new, apart.code)
    assert shown.record is not None
    assert shown.record["narrative"] == "the planted words"
    with pytest.raises(HandoverRefusedError):  # the key that was asked with is gone
        handover.take(apart.new, apart.archive, key.text)


def test_an_officer_may_take_part_with_a_card(apart: Apart) -> None:
    first, _second, third = apart.officers
    card = recovery.card(third, passphrase=CARD_PASSPHRASES[0], memory_kib=SMALL_KIB)
    asked = handover.ask(apart.new, apart.archive)
    assert asked.check is not None
    half = handover.give(asked.text, confirm=asked.check, archive=apart.archive, device=first)
    with pytest.raises(CardPassphraseError):
        handover.give(
            asked.text, confirm=asked.check, pieces_text=half.text, card=(card.text, "another phrase here")
        )
    given = handover.give(
        asked.text, confirm=asked.check, pieces_text=half.text, card=(card.text, CARD_PASSPHRASES[0])
    )
    assert handover.take(apart.new, apart.archive, given.text).complaints == 1


def test_who_comes_too_early_or_alone_gets_nothing(apart: Apart) -> None:
    first, _second, third = apart.officers
    asked = handover.ask(apart.new, apart.archive)
    assert asked.check is not None
    with pytest.raises(TurnError):
        handover.give(asked.text, confirm=asked.check, archive=apart.archive, device=third)
    half = handover.give(asked.text, confirm=asked.check, archive=apart.archive, device=first)
    with pytest.raises(TurnError):
        handover.give(asked.text, confirm=asked.check, pieces_text=half.text, device=first)
    with pytest.raises(HandoverRefusedError):
        handover.take(apart.new, apart.archive, half.text)
    with pytest.raises(SignHereError):
        handover.give(asked.text, confirm=asked.check, archive=apart.archive, device=apart.phone)
    with pytest.raises(HandoverRefusedError):
        handover.give(asked.text, confirm=asked.check, device=first)


def test_other_digits_or_another_archive_are_refused(apart: Apart, tmp_path: Path) -> None:
    first = apart.officers[0]
    asked, again = handover.ask(apart.new, apart.archive), handover.ask(apart.new, apart.archive)
    assert asked.check is not None
    assert again.check is not None
    with pytest.raises(DigitsDifferError):
        handover.give(asked.text, confirm=again.check, archive=apart.archive, device=first)
    other = tmp_path / "other"
    recovery.archive(apart.world.desk, other)
    with pytest.raises(HandoverRefusedError):
        handover.give(again.text, confirm=again.check, archive=other, device=first)
    half = handover.give(again.text, confirm=again.check, archive=apart.archive, device=first)
    elsewhere = handover.ask(apart.new, other)
    assert elsewhere.check is not None
    with pytest.raises(HandoverRefusedError):
        handover.give(
            elsewhere.text, confirm=elsewhere.check, pieces_text=half.text, device=apart.officers[1]
        )


def test_another_desks_machine_asks_for_nothing(apart: Apart) -> None:
    stranger = apart.world.phone("Red-3")
    with pytest.raises(Exception, match="kind of device"):
        handover.ask(stranger, apart.archive)
    with World(apart.world.root / "others") as others, pytest.raises(AnotherDeskError):
        handover.ask(others.desk, apart.archive)
