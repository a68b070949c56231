"""One session and what it shows; and whatever goes wrong with it is one sentence and loses nothing."""

from __future__ import annotations

import dataclasses
import socket
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sync.wallet
from app.actions import casework, enrolment, intake, sending
from app.actions.device import Device
from app.actions.errors import ChoiceUnknownError
from app.actions.sending import _Arrivals
from app.actions.standing import OrganisationOverError
from crypto.encoding import encode
from crypto.errors import CryptoError, DirectoryExpiredError
from crypto.ids import DeviceId
from crypto.tokens import week_of
from sync.errors import (
    DepositConflictError,
    PoolUnknownError,
    RelayUnreachableError,
    SyncError,
    TokenRefusedError,
    TokensUsedUpError,
)
from sync.inbox import ArrivedParcel
from sync.state import State
from tests.sync.anything import PLAIN
from tests.sync.rubbish import RUBBISH, serving
from tests.sync.world import DAY, FEW_DEVICES, MEMORY_KIB, PASSPHRASE, Clock, World, no_sleep, record


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("sending"), policy=FEW_DEVICES) as world:
        yield world


@pytest.fixture(scope="module")
def phone(world: World) -> Device:
    """A phone with two drafts, something confirmed, and something that waits."""
    phone = world.phone("Blue-7")
    intake.new_complaints(phone, [record("confirmed")], finish=True)
    world.round(phone)
    intake.new_complaints(phone, [record("a draft"), record("another")], finish=False)
    intake.new_complaints(phone, [record("waits")], finish=True)
    return phone


def at(device: Device, relay: str) -> None:
    """Point this device, until its next reload, to another address."""
    device.member = dataclasses.replace(device.member, relay=relay)


def kept(device: Device) -> dict[str, Any]:
    """All that a person would miss."""
    rows = intake.drafts(device) if device.role == "intake" else []
    return {
        "drafts": [
            (row.id, row.code, row.saved_at, intake.load_draft(device, row.id).record) for row in rows
        ],
        "outbox": [(item.code, item.kind, item.state, item.at) for item in sending.outbox(device).items],
        "cells": device.vault.db.execute(
            "SELECT desk, counter, kind, body, parcel FROM sync_cell WHERE parcel NOT NULL ORDER BY counter"
        ).fetchall(),
        "listing": [dataclass_of(row) for row in intake.listing(device)],
        "directory": device.directory(),
        "member": device.member.encode(),
    }


def dataclass_of(row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in row.__struct_fields__)


def fails(device: Device, error: type[Exception] | tuple[type[Exception], ...]) -> Exception:
    with pytest.raises(error) as caught:
        sending.sync(device, sleep=no_sleep)
    device.reload()
    shown = str(caught.value)
    assert 10 < len(shown) < 160
    assert "\n" not in shown
    assert "Traceback" not in shown
    assert shown.endswith(".")
    assert caught.value.next_step.endswith(".")  # type: ignore[attr-defined]
    return caught.value


@pytest.mark.parametrize("kind", RUBBISH)
def test_rubbish_in_the_relays_place_is_one_sentence_and_loses_nothing(
    world: World, phone: Device, kind: str
) -> None:
    for device in (phone, world.desk):
        before = kept(device)
        with serving(RUBBISH[kind]) as url:
            at(device, url)
            fails(device, SyncError)
        assert kept(device) == before
        if device is phone:
            assert [item.state for item in sending.outbox(phone).items] == ["waiting"]


def test_a_relay_that_is_down_is_one_sentence_and_loses_nothing(world: World, phone: Device) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}", "http://nobody.invalid", "http://[", "ftp://x", "http://"):
        before = kept(phone)
        at(phone, url)
        assert "Nothing is lost" in fails(phone, RelayUnreachableError).next_step  # type: ignore[attr-defined]
        assert kept(phone) == before


def test_a_pool_that_the_relay_does_not_know_is_one_sentence(phone: Device) -> None:
    before = kept(phone)
    phone.member = dataclasses.replace(phone.member, pool=bytes(16))
    fails(phone, PoolUnknownError)
    assert kept(phone) == before


def test_an_unknown_or_used_token_is_one_sentence_and_the_next_session_sends_it(
    world: World, phone: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sync.outbox

    before = kept(phone)
    true = sync.outbox.take_token
    for wrong in (bytes(32), true(phone.state, phone.member.tokens, source="own")):
        if any(wrong):  # spend it
            with world.client() as relay:
                relay.deposit("complaints", b"d" * 16, wrong, bytes(131_072))
            world.settle()
        monkeypatch.setattr(sync.outbox, "take_token", lambda *_args, wrong=wrong, **_more: wrong)
        fails(phone, (TokenRefusedError, DepositConflictError))
        assert kept(phone) == before
        assert phone.outbox.unsent() == []
    monkeypatch.undo()


def test_used_up_tokens_are_one_sentence(phone: Device) -> None:
    before, db, week = kept(phone), phone.vault.db, week_of(phone.now())
    spent = db.execute("SELECT source, week, next FROM sync_token WHERE week = ?", (week,)).fetchall()
    db.execute("UPDATE sync_token SET next = ? WHERE week = ?", (phone.member.tokens.limit, week))
    fails(phone, TokensUsedUpError)
    assert kept(phone) == before
    assert phone.outbox.unsent() == []
    for row in spent:
        db.execute("INSERT OR REPLACE INTO sync_token (source, week, next) VALUES (?, ?, ?)", tuple(row))


def test_a_session_has_one_of_four_sizes(phone: Device) -> None:
    for wrong in (0, 2, 5, -4, 1_000):
        with pytest.raises(ChoiceUnknownError):
            sending.sync(phone, deposits=wrong)


def test_what_could_not_be_sent_before_arrives_once(world: World, phone: Device) -> None:
    waiting = [item.code for item in sending.outbox(phone).items]
    assert len(waiting) == 1
    seen: list[tuple[str, int, int]] = []
    world.settle()
    report = sending.sync(phone, progress=lambda what, done, of: seen.append((what, done, of)))
    assert seen == [("deposit", number, 4) for number in (1, 2, 3, 4)]
    assert (report.deposited, report.waiting) == (32, 0)
    assert [item.state for item in sending.outbox(phone).items] == ["left"]
    world.sync(world.desk, world.desk, phone)
    assert [row.code for row in casework.inbox(world.desk)].count(waiting[0]) == 1
    assert sending.outbox(phone).items == []
    assert len(intake.drafts(phone)) == 2


def test_the_outbox_says_what_waits_what_left_and_what_it_costs(world: World) -> None:
    phone = world.phone("Red-1")
    codes = intake.new_complaints(phone, [record(str(n)) for n in range(33)], finish=True)
    view = sending.outbox(phone)
    assert {item.code for item in view.items} == set(codes)
    assert {item.state for item in view.items} == {"waiting"}
    assert view.cost_bytes > 524_288
    report = world.sync(phone)
    states = [item.state for item in sending.outbox(phone).items]
    assert report.waiting == states.count("waiting") > 0
    assert states.count("left") == 33 - report.waiting
    assert sending.outbox(phone).last_sent_at is not None


# --- what a member may send -------------------------------------------------------------------

FIELDS = ["desk", "record", "finished", "text", "withdraw", "at", "question", "id", "code", "kind", "case"]
SHORT = ["value", "at_ms", "device", "counter", "replaces", "i", "c", "t", "d", "n", "k", "v", "r"]
NAMES = st.sampled_from([*FIELDS, *SHORT])
PAYLOAD = st.dictionaries(NAMES | st.text(max_size=6), PLAIN, max_size=8)


@settings(max_examples=120)
@given(payload=PAYLOAD, kind=st.sampled_from(["complaint", "addition", "answer"]), code=st.text(max_size=16))
def test_whatever_a_phone_seals_its_desk_goes_on(
    world: World, payload: dict[str, Any], kind: str, code: str
) -> None:
    encode(payload)
    desk = world.desk
    with undone(desk.state):
        for authentic in (None, True, False):
            parcel = ArrivedParcel(
                b"p" * 16, kind, code, 2**40 - 1, payload, DeviceId(b"x" * 16), desk.member.desk, authentic, 1
            )
            _Arrivals(desk).take_parcel(parcel)
        casework.inbox(desk)
        if kind == "complaint":
            intake.show(desk, code) if code.count("-") == 2 else None


@settings(max_examples=150)
@given(operation=PAYLOAD)
def test_whatever_a_handler_signs_as_an_operation_the_other_desks_go_on(
    world: World, operation: dict[str, Any]
) -> None:
    with undone(world.desk.state):
        _Arrivals(world.desk).take_operation(DeviceId(world.desk.id), operation)
        casework.cases(world.desk)


@settings(max_examples=120)
@given(body=PAYLOAD, at=st.integers(-(2**63), 2**64 - 1), text=st.text(max_size=30))
def test_whatever_a_handler_asks_a_phone_goes_on(
    world: World, phone: Device, body: dict[str, Any], at: int, text: str
) -> None:
    code = intake.listing(phone)[0].code
    with undone(phone.state):
        for asked in (body, {"id": b"q" * 16, "code": code, "text": text, "at": at, **body}):
            _Arrivals(phone).take_question(DeviceId(world.desk.id), asked)
            intake.questions(phone)


class _Undo(Exception):
    """Ends a transaction that must leave nothing."""


class undone:
    """Whatever is done inside is undone."""

    def __init__(self, state: State) -> None:
        self._transaction = state.transaction()

    def __enter__(self) -> None:
        self._transaction.__enter__()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        try:
            self._transaction.__exit__(_Undo, _Undo(), None)
        except _Undo:
            return False
        except sqlite3.Error:
            return False
        return False


def test_every_error_of_a_session_says_what_to_do() -> None:
    def family(of: type[Exception]) -> list[type[Exception]]:
        return [of, *(one for child in of.__subclasses__() for one in family(child))]

    for error in (*family(SyncError), *family(CryptoError)):
        shown = str(error()) if error.__init__ is not Exception.__init__ else ""
        assert shown.endswith("."), error
        assert "\n" not in shown.strip() or len(shown) < 300, error
        assert error.next_step.endswith("."), error  # type: ignore[attr-defined]


# --- standing -------------------------------------------------------------------------------------------


def test_after_weeks_without_a_session_a_device_says_so_and_a_session_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The relay's days do not pass with the devices', so the tokens of its own week are spent.
    monkeypatch.setattr(sync.wallet, "week_of", lambda _moment: week_of(time.time()))
    clock = Clock()
    with World(tmp_path, clock=clock) as world:
        phone = world.phone("Blue-7")
        world.sync(phone)
        assert sending.outbox(phone).warnings == []
        clock.ahead = 21 * DAY
        assert ("offline", 21) in [(one.kind, one.days) for one in sending.outbox(phone).warnings]
        world.sync(world.desk)
        report = world.sync(phone)
        assert "offline" not in {one.kind for one in report.warnings}


def test_a_directory_or_an_organisation_that_is_over_is_said_and_nothing_is_lost(tmp_path: Path) -> None:
    clock = Clock()
    with World(tmp_path, clock=clock) as world:
        phone = world.phone("Blue-7")
        (code,) = intake.new_complaints(phone, [record("kept")], finish=True)
        clock.ahead = 60 * DAY
        with pytest.raises(DirectoryExpiredError) as expired:
            world.sync(phone)
        assert not isinstance(expired.value, OrganisationOverError)
        clock.ahead = 366 * DAY
        with pytest.raises(OrganisationOverError) as over:
            world.sync(phone)
        for error in (expired.value, over.value):
            assert str(error).endswith(".")
            assert error.next_step.endswith(".")
        assert [item.code for item in sending.outbox(phone).items] == [code]


def test_before_the_welcome_a_session_says_that_it_has_not_come(world: World) -> None:
    phone = world.join("Not yet-1")
    try:
        assert world.sync(phone).joined
    finally:
        world.devices.remove(phone)
        phone.lock()
    text = enrolment.invite(world.desk, role="intake", desk="main", label="Waits-1").text
    enrolment.join(world.root / "Waits-1", PASSPHRASE, text, argon_memory_kib=MEMORY_KIB)
    waiting = world.open("Waits-1")
    report = world.sync(waiting)
    assert (report.joined, report.warnings, report.replies) == (False, [], 0)
