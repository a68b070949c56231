"""An office is raided (journey 7): every machine of the desk is gone; two officers restore it with their
cards and an archive. Phones go on by themselves, and the machines that were taken read nothing new.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.actions import casework, intake, officers, recovery, sending
from app.actions.device import Device
from crypto.desk_keys import line_of
from crypto.errors import CryptoError
from sync.errors import SyncError
from tests.actions.officers_of import CARD_PASSPHRASES, SMALL_KIB, several_officers
from tests.sync.world import MEMORY_KIB, PASSPHRASE, Clock, World, record

Card = tuple[str, str]


@dataclass
class Raid:
    """What is left: the world, its phones, the cards and the archive. The machines are with somebody else."""

    world: World
    clock: Clock
    blue: Device
    red: Device
    codes: list[str]
    cards: list[Card]
    archive: Path

    def restore(
        self, name: str, *numbers: int, cards: dict[int, Card] | None = None, **more: object
    ) -> Device:
        brought = [(cards or {}).get(number, self.cards[number]) for number in numbers]
        device = recovery.restore(
            self.world.root / name, PASSPHRASE, archive=self.archive, cards=brought, clock=self.world.clock,
            argon_memory_kib=MEMORY_KIB, **more,  # type: ignore[arg-type]
        )  # fmt: skip
        self.world.devices.append(device)
        return device

    def finish(self, phone: Device, words: str) -> str:
        return intake.new_complaints(phone, [record(words)], finish=True)[0]


def gone(world: World, *machines: Device) -> None:
    """Somebody carries them away, locked."""
    for device in machines:
        device.lock()
        world.devices.remove(device)


def round_at(world: World, phone: Device, desk: Device) -> None:
    """The phone sends, the desk fetches and confirms, and the phone hears of it."""
    world.sync(phone, desk, desk, phone)


def card_of(device: Device, passphrase: str) -> Card:
    return recovery.card(device, passphrase=passphrase, memory_kib=SMALL_KIB).text, passphrase


def raided(root: Path, *, count: int, threshold: int) -> tuple[Raid, World]:
    clock = Clock()
    world = World(root, clock=clock)
    machines = several_officers(world, count=count, threshold=threshold)
    blue, red = world.phone("Blue-7"), world.phone("Red-3")
    codes = [
        intake.new_complaints(phone, [record(words)], finish=True)[0]
        for phone, words in ((blue, "the stairwell was padlocked"), (red, "wages of three months"))
    ]
    world.round(blue)
    world.round(red)
    casework.screen(world.desk, codes[0], genuine="yes", ours="yes", safe="yes")
    case = casework.new_case(world.desk, codes, title="Wages")
    casework.note(world.desk, case.number, "the foreman was told")
    casework.ask(world.desk, codes[0], "Still locked?")
    world.sync(world.desk, blue, red)
    cards = [card_of(device, words) for device, words in zip(machines, CARD_PASSPHRASES, strict=False)]
    world.sync(*machines)
    recovery.archive(world.desk, root / "stick")
    gone(world, *machines)
    return Raid(world, clock, blue, red, codes, cards, root / "stick"), world


@pytest.fixture(scope="module")
def raid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Raid]:
    made, world = raided(tmp_path_factory.mktemp("raid"), count=3, threshold=2)
    with world:
        yield made


@pytest.fixture(scope="module")
def late(raid: Raid) -> str:
    """What a phone finished after the raid and before it heard of the new desk."""
    return raid.finish(raid.red, "finished while nobody was there")


@pytest.fixture(scope="module")
def desk(raid: Raid, late: str) -> Device:
    """The new machine, by the cards of officers 2 and 3."""
    assert late
    return raid.restore("new", 1, 2)


def test_everything_that_was_archived_is_back(raid: Raid, desk: Device) -> None:
    assert sorted(row.code for row in casework.inbox(desk)) == sorted(raid.codes)
    row = next(row for row in casework.inbox(desk) if row.code == raid.codes[0])
    assert (row.screened, row.authentic) == (True, True)
    (case,) = casework.cases(desk)
    shown = casework.case(desk, case.number)
    assert (shown.title, [note.text for note in shown.notes]) == ("Wages", ["the foreman was told"])
    told = intake.show(desk, raid.codes[0])
    assert told.record is not None
    assert told.record["narrative"] == "the stairwell was padlocked"
    assert [message.text for message in told.messages] == ["Still locked?"]


def test_the_organisation_names_the_new_machine_and_shuts_out_the_lost_ones(desk: Device) -> None:
    view, phone, roster = recovery.restored(desk), desk.directory(), desk.roster()
    assert view is not None
    assert phone is not None
    assert roster is not None
    assert (view.published, view.refused, view.officers_left) == (True, False, 1)
    assert view.revoked == ["Desk-1", "Desk-2", "Desk-3"]
    assert {right.device for right in phone.root.publishers} == {desk.id}
    active = {member.admission.label for member in roster.members.values() if member.active}
    assert active == {"Blue-7", "Red-3", desk.label}
    assert desk.officer


def test_a_phone_goes_on_by_itself_in_its_next_session(raid: Raid, desk: Device) -> None:
    raid.world.sync(raid.blue)  # the first one that hears of the new desk sends to it
    code = raid.finish(raid.blue, "after the raid")
    round_at(raid.world, raid.blue, desk)
    row = next(row for row in casework.inbox(desk) if row.code == code)
    assert row.authentic is True
    shown = intake.show(desk, code)
    assert shown.record is not None
    assert shown.record["narrative"] == "after the raid"
    round_at(raid.world, raid.blue, desk)
    assert sending.outbox(raid.blue).items == []
    casework.ask(desk, code, "Are you safe?")
    raid.world.sync(desk, raid.blue)
    assert "Are you safe?" in [question.text for question in intake.questions(raid.blue)]


def test_what_was_sealed_to_the_lost_keys_is_said_to_be_too_late(raid: Raid, desk: Device, late: str) -> None:
    raid.world.sync(raid.red)
    items = {item.code: item.state for item in sending.outbox(raid.red).items}
    assert items[late] == "too_late"
    phone = raid.red.directory()
    assert phone is not None
    assert {line_of(day.generation) for day in phone.part.days} == {1}
    again = raid.finish(raid.red, "told once more")
    round_at(raid.world, raid.red, desk)
    assert again in [row.code for row in casework.inbox(desk)]


@pytest.mark.parametrize("label", ["desk", "Desk-2"])
def test_a_machine_that_was_taken_reads_nothing_new(raid: Raid, desk: Device, label: str) -> None:
    code = raid.finish(raid.blue, f"what {label} must not read")
    round_at(raid.world, raid.blue, desk)
    assert code in [row.code for row in casework.inbox(desk)]
    old = raid.world.open(label)
    try:
        for _ in range(2):
            with pytest.raises((SyncError, CryptoError)):
                raid.world.sync(old)
        assert code not in [row.code for row in casework.inbox(old)]
        assert sorted(row.code for row in casework.inbox(old)) == sorted(raid.codes)
    finally:
        gone(raid.world, old)
    # It changed nothing either: phones and the new desk go on.
    further = raid.finish(raid.blue, "and on")
    round_at(raid.world, raid.blue, desk)
    assert further in [row.code for row in casework.inbox(desk)]


def test_with_a_machine_for_another_officer_the_root_can_be_changed_again(raid: Raid, desk: Device) -> None:
    fresh = card_of(desk, CARD_PASSPHRASES[1])
    second = raid.restore("second", 0, 1, cards={1: fresh})
    view = recovery.restored(second)
    assert view is not None
    assert (view.published, view.revoked, view.officers_left) == (True, [], 0)
    raid.world.sync(desk, second, desk)
    officers.add_desk(second, "private")
    raid.world.sync(second)
    raid.world.sign_all(desk)
    raid.world.sync(desk, second)
    assert [found.name for found in second.desks] == ["main", "private"]
    code = raid.finish(raid.blue, "for both of them")
    raid.world.sync(raid.blue, desk, second)
    for machine in (desk, second):
        assert code in [row.code for row in casework.inbox(machine)]


def test_one_officer_alone_restores_an_organisation_of_one(tmp_path: Path) -> None:
    made, world = raided(tmp_path, count=1, threshold=1)
    with world:
        desk = made.restore("new", 0)
        view = recovery.restored(desk)
        assert view is not None
        assert (view.published, view.revoked, view.officers_left) == (True, ["Desk-1"], 0)
        code = made.finish(made.blue, "after the raid")
        world.sync(made.blue)
        again = made.finish(made.blue, "and after the first session")
        round_at(world, made.blue, desk)
        found = [row.code for row in casework.inbox(desk)]
        assert again in found
        assert code not in found  # sealed before the phone heard of the new desk
        round_at(world, made.blue, desk)
        states = {item.code: item.state for item in sending.outbox(made.blue).items}
        assert states == {code: "too_late"}


def test_without_the_relay_the_desk_is_back_and_the_next_session_tells_the_phones(tmp_path: Path) -> None:
    made, world = raided(tmp_path, count=1, threshold=1)
    with world:
        port = world.relay.port
        world.relay.kill()
        world.relay.__exit__(None, None, None)
        desk = made.restore("new", 0)
        assert sorted(row.code for row in casework.inbox(desk)) == sorted(made.codes)
        view = recovery.restored(desk)
        assert view is not None
        assert not view.published
        assert desk.desks
        from tests.sync.relay.running import start_relay

        world.relay = start_relay(world.root / "relay", port=port)
        world.sync(desk)
        view = recovery.restored(desk)
        assert view is not None
        assert view.published
        world.sync(made.blue)
        code = made.finish(made.blue, "after the raid")
        round_at(world, made.blue, desk)
        assert code in [row.code for row in casework.inbox(desk)]
