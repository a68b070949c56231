"""Several desks and several handlers on the wire: compartments, introductions that were lost, receipts,
chains.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.actions import casework, intake, sending
from app.actions.device import Device
from app.actions.sending import session_of
from app.vault import arrived
from crypto.cells import open_cell
from crypto.errors import CellDamagedError
from sync.deskkeys import DayKeys, load_generations
from sync.integrity import missing
from tests.scenarios.moved_relay import spend_real_tokens
from tests.sync import lying_relay
from tests.sync.world import DAY, Clock, World, no_sleep, record


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    spend_real_tokens(monkeypatch)
    return Clock()


@pytest.fixture
def world(tmp_path: Path, clock: Clock) -> Iterator[World]:
    with World(tmp_path, clock=clock) as world:
        yield world


def finish(phone: Device, text: str = "told", desk: str = "main") -> str:
    return intake.new_complaints(phone, [record(text, desk=desk)], finish=True)[0]


def inbox(device: Device) -> dict[str, bool | None]:
    return {row.code: row.authentic for row in casework.inbox(device)}


def test_two_desks_read_their_own_and_open_nothing_of_each_other(world: World) -> None:
    private = world.desk2("private")
    phone = world.phone("Blue-7")
    world.sync(phone)
    main_code, private_code = finish(phone, "for main"), finish(phone, "for private", "private")
    world.sync(phone, world.desk, private)
    assert inbox(world.desk) == {main_code: True}
    assert inbox(private) == {private_code: True}
    cells = world.cells_at_relay()["complaints"]
    opened = {name: opened_by(device, cells) for name, device in (("main", world.desk), ("private", private))}
    assert min(len(found) for found in opened.values()) > 0
    assert opened["main"].isdisjoint(opened["private"])
    world.sync(world.desk, private, phone)
    assert sending.outbox(phone).items == [], "both desks confirm, each what it has"
    assert missing(world.desk.state) == missing(private.state) == []
    casework.ask(private, private_code, "When?")
    world.sync(private, phone)
    assert [question.text for question in intake.questions(phone)] == ["When?"]


def opened_by(device: Device, cells: list[bytes]) -> set[int]:
    keys = DayKeys(load_generations(device.state))
    found = set()
    for number, cell in enumerate(cells):
        for key in keys.candidates(int(device.now()) // DAY):
            try:
                open_cell(cell, key=key, org=device.member.org)
            except CellDamagedError:
                continue
            found.add(number)
            break
    return found


def test_a_handler_who_dropped_the_key_to_its_introduction_is_introduced_again(
    world: World, clock: Clock
) -> None:
    phone, other = world.phone("Blue-7"), world.handler("Desk-2")
    world.sync(phone)  # introduces itself to the epoch key that Desk-2 has now
    code = finish(phone, "nobody there can check it yet")
    world.sync(phone, world.desk)
    other.vault.drop("epoch-keys")
    clock.ahead = 8 * DAY
    world.sync(other)
    assert inbox(other) == {code: None}
    world.sync(world.desk, world.desk, other)  # the desk hears of its new key, and publishes it
    later = finish(phone, "and this one it can")
    world.sync(phone, other)
    assert inbox(other) == {code: True, later: True}, "what nobody confirmed to the phone came again"
    assert introduced(phone, other) == 0, "it has not answered yet"
    world.sync(other, world.desk, phone)
    assert introduced(phone, other) == introduced(phone, world.desk) == 1
    clock.ahead = 16 * DAY
    world.sync(world.desk, other, world.desk)
    epochs = phone.state.db.execute("SELECT handler, epoch FROM sync_introduced").fetchall()
    world.sync(phone)
    assert epochs == phone.state.db.execute("SELECT handler, epoch FROM sync_introduced").fetchall(), (
        "who has answered is not introduced again"
    )


def introduced(phone: Device, handler: Device) -> int:
    """1 when the phone knows that this handler has its key."""
    sql = "SELECT confirmed FROM sync_introduced WHERE handler = ?"
    return int(phone.state.db.execute(sql, (handler.id,)).fetchone()[0])


def test_a_handler_who_joins_later_is_told_by_another_who_sent_what(world: World) -> None:
    phone = world.phone("Blue-7")
    code = finish(phone, "long before")
    world.round(phone)
    assert sending.outbox(phone).items == [], "the phone has forgotten it: it will not come again"
    newcomer = world.handler("Desk-2")
    world.sync(newcomer)
    assert inbox(newcomer) == {code: None}
    world.sync(world.desk, newcomer)
    (found,) = arrived.under(newcomer.vault.db, phone.id, code)
    assert found.attested_by == world.desk.id
    assert intake.show(newcomer, code).attested_by == world.desk.label
    assert intake.show(world.desk, code).attested_by is None
    assert inbox(newcomer) == {code: None}, "it is the other's word, not a proof"
    assert inbox(world.desk) == {code: True}


def test_operations_that_a_relay_withholds_are_missing_at_the_desk(world: World) -> None:
    phone, other = world.phone("Blue-7"), world.handler("Desk-2")
    code = finish(phone)
    world.sync(phone, other, world.desk)

    def note(number: int) -> None:
        casework.screen(other, code, genuine=True, ours=bool(number % 2), safe=True)

    note(0)
    world.sync(other, world.desk)
    assert missing(world.desk.state) == []

    class Withholds(lying_relay.Drops):
        drops = frozenset({0, 1, 2, 3})

    note(1)
    with Withholds(world.relay.url, world.pool.name) as relay:
        session_of(other, sleep=no_sleep).run(relay)
    world.sync(world.desk)
    assert missing(world.desk.state) == [], "nobody can know yet"
    note(2)
    world.sync(other, world.desk)
    (gap,) = missing(world.desk.state)
    assert gap.kind == "operation"
    assert gap.device == other.me.id
