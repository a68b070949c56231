"""A phone that was revoked is told nothing more: no question is sealed to it, asked before or after."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.actions import revocation, sending
from app.actions.device import Device
from crypto.reply_cells import ReplyKind
from crypto.roster import Reason, Revocation, sign_statement
from sync.belonging import keep_statement, officer_key
from tests.sync.world import World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("shut-out")) as world:
        yield world


def ask(desk: Device, phone: Device) -> None:
    with desk.vault.transaction():
        desk.queue_reply(
            phone.id, "question", {"id": b"q" * 16, "code": "118-2206-6", "text": "Who?", "at": 1}
        )


def waits_for(desk: Device, phone: Device) -> int:
    rows = desk.vault.db.execute(
        "SELECT count(*) FROM sync_reply WHERE device = ? AND kind = ?", (phone.id, int(ReplyKind.QUESTION))
    ).fetchone()
    return int(rows[0])


def can_be_sealed_to(desk: Device, phone: Device) -> bool:
    found = desk.vault.db.execute(
        "SELECT 1 FROM sync_device_reply_key WHERE device = ?", (phone.id,)
    ).fetchone()
    return found is not None


def test_questions_to_a_revoked_phone_are_dropped_whenever_they_were_asked(world: World) -> None:
    taken, kept = world.phone("Blue-7"), world.phone("Clay-1")
    world.sync(taken, kept, world.desk)
    assert can_be_sealed_to(world.desk, taken)
    ask(world.desk, taken)
    ask(world.desk, kept)
    revocation.revoke(world.desk, "Blue-7", reason="seized")
    world.sync(world.desk)
    assert waits_for(world.desk, taken) == 0
    assert not can_be_sealed_to(world.desk, taken)
    ask(world.desk, taken)  # by somebody who did not look at the list of devices
    world.sync(world.desk)
    assert waits_for(world.desk, taken) == 0
    assert can_be_sealed_to(world.desk, kept)


def test_another_handler_drops_its_questions_when_it_hears_of_the_revocation(world: World) -> None:
    other, taken = world.handler("Desk-2"), world.phone("Reed-9")
    world.sync(world.desk, other, taken, other)
    ask(other, taken)
    revocation.revoke(world.desk, "Reed-9", reason="lost")
    assert waits_for(other, taken) == 1  # it has not heard of it
    world.sync(other)
    assert waits_for(other, taken) == 0
    assert not can_be_sealed_to(other, taken)


def test_a_deposit_that_was_packed_for_a_revoked_phone_never_leaves(world: World) -> None:
    other, taken = world.handler("Desk-3"), world.phone("Mud-4")
    world.sync(world.desk, other, taken, other)
    ask(other, taken)
    packed = sending.session_of(other).answers.pack()  # and the connection broke before it was sent
    gone = Revocation(org=other.member.org, device=taken.id, at=int(other.now()), reason=Reason.SEIZED)
    with other.vault.transaction():  # heard of before the tokens at the relay were replaced
        keep_statement(other.state, sign_statement(gone, by=[officer_key(world.desk.state)]))
    world.sync(other)
    size = len(packed.body) // 4
    cells = {packed.body[start : start + size] for start in range(0, len(packed.body), size)}
    assert cells.isdisjoint(world.cells_at_relay()["replies"])
    assert waits_for(other, taken) == 0
