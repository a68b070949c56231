"""What somebody does who has the code: each test was once a way to stop, deceive or rob somebody."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.actions import arrivals, casework, enrolment, intake, sending
from app.actions.casefile import file_of
from app.actions.device import Device
from app.actions.enrolment import BundleRefusedError
from app.actions.sending import session_of
from app.actions.views import AdmittedView, JoinedView
from app.domain import operations as ops
from app.domain.errors import OperationError
from app.domain.operations import Operation
from crypto.cells import CellKind
from crypto.desk_keys import EpochKey, day_of
from crypto.encoding import decode, encode
from crypto.enrolment import Invitation, Reply, digits, transcript
from crypto.errors import DirectoryRefusedError, InvitationRefusedError, ReplyRefusedError
from crypto.primitives import OpeningKey
from crypto.root import Root
from sync.admission import ReplyUsedError
from sync.deskkeys import DayKeys
from sync.directory import DirectoryClient
from sync.errors import (
    PublishRefusedError,
    RelayRefusedError,
    RelayRubbishError,
    RelayUnreachableError,
    SyncError,
    TokenRefusedError,
)
from sync.integrity import Line, bitmap, counters_in, missing
from sync.paging import pages_after
from sync.publish import Publisher, publish_token
from sync.transport import Index, RelayClient
from sync.wire import HANDLER_PART
from tests.actions.fakes import FakeDevice, carry, deliver
from tests.crypto import people
from tests.sync.lying_relay import ShowsDirectory
from tests.sync.test_inbox import PHONE, Desk, cell, introduction, pieces
from tests.sync.world import DAY, FEW_DEVICES, MEMORY_KIB, PASSPHRASE, Clock, World, no_sleep, record

# --- phones ---------------------------------------------------------------------------------------------


def test_a_phone_that_counts_from_nought_stops_no_desk() -> None:
    desk = Desk()
    desk.take(introduction())
    nought = [cell(kind, 0, b"x") for kind in (CellKind.PARCEL, CellKind.FRAGMENT, CellKind.ANNOUNCE)]
    taken = desk.take(*nought, cell(CellKind.HEARTBEAT, 0, b""), *pieces())
    assert taken.parcels == 1


def test_a_desk_that_once_counted_a_nought_goes_on() -> None:
    desk = Desk()
    desk.take(introduction())
    desk.state.db.execute("UPDATE sync_received SET counter = 0")
    assert desk.take(*pieces()).parcels == 1


def test_what_no_key_reads_is_not_confirmed_and_is_read_when_it_comes_again_after_its_key() -> None:
    """A desk that said "received" made the phone forget what nobody could read."""
    desk = Desk()
    held = desk.inbox.assembly.keys
    desk.take(introduction())
    desk.inbox.assembly.keys = DayKeys(held.generations)
    desk.inbox.assembly.keys.exactly = lambda *_place: None  # type: ignore[method-assign]
    assert desk.take(*pieces()).unreadable == 1
    assert [(gap.first, gap.last) for gap in missing(desk.state)] == [(2, 2)]
    below, bits = bitmap(desk.state, Line(PHONE, people.DESK, 1))
    assert counters_in(below, bits, up_to=9) == [1]
    desk.inbox.assembly.keys = held
    assert desk.take(*pieces()).parcels == 1
    assert missing(desk.state) == []


# --- handlers -------------------------------------------------------------------------------------------


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[tuple[FakeDevice, FakeDevice, str]]:
    """A desk with a complaint, another handler, and the complaint's code."""
    phone = FakeDevice(tmp_path / "blue", name="blue", role="intake", prefix=207)
    desk, other = (FakeDevice(tmp_path / name, name=name, role="handler") for name in ("desk", "other"))
    (code,) = intake.new_complaints(phone, [record()], finish=True)
    carry(phone, desk)
    yield desk, other, code
    for device in (phone, desk, other):
        device.vault.close()


def operation(by: FakeDevice, **parts: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": b"i" * 16, "case": b"c" * 16, "at_ms": 1, "device": by.id, "counter": 1,
        "kind": ops.CASE_OPEN, "value": {"number": "C-2026-001"}, **parts,
    }  # fmt: skip
    return ops.encode(Operation(**made))


@pytest.mark.parametrize(
    "parts",
    [
        {"at_ms": 2**47 - 1},
        {"value": {"number": "C-2026-" + "9" * 5_000}},
        {"value": {"number": "C-2026-" + "9" * 30}},
        {"value": {"number": "C-2026-001", "status": {"a": [1]}, "title": b"x", "assignee": "zz", "type": 7}},
    ],
    ids=["a clock at its end", "a number without end", "a long number", "values of no kind"],
)
def test_no_handler_stops_the_casework_of_another(
    desks: tuple[FakeDevice, FakeDevice, str], parts: dict[str, Any]
) -> None:
    desk, other, code = desks
    arrivals.take_operation(desk, operation(other, **parts), signed_by=other.id)
    for row in casework.cases(desk):
        casework.case(desk, row.number)
    made = casework.new_case(desk, [code])
    casework.note(desk, made.number, "we go on")
    casework.screen(desk, code, genuine=True)
    assert len(made.number) <= len("C-2026-1000000")
    assert [row.cases for row in casework.inbox(desk)] == [[made.number]]
    assert casework.case(desk, made.number).notes[0].text == "we go on"
    for made_here in desk.operations:
        ops.decode(made_here)  # what this desk says can be read by the others


def test_a_clock_beyond_every_calendar_is_no_operation(desks: tuple[FakeDevice, FakeDevice, str]) -> None:
    desk, other, code = desks
    late = {**operation(other, case=file_of(code)), "t": 2**48 - 1}
    with pytest.raises(OperationError):
        arrivals.take_operation(desk, late, signed_by=other.id)


def test_what_nobody_could_check_withdraws_no_complaint_that_was_checked(tmp_path: Path) -> None:
    phone = FakeDevice(tmp_path / "blue", name="blue", role="intake", prefix=207)
    desk = FakeDevice(tmp_path / "desk", name="desk", role="handler")
    (code,) = intake.new_complaints(phone, [record()], finish=True)
    carry(phone, desk)
    forged = {"text": "", "withdraw": True, "at": "2026-11-22T10:00:00Z"}
    states = []
    for number, authentic in ((7, False), (8, None), (8, True)):
        deliver(desk, phone, number, "addition", code, forged, authentic=authentic)
        states.append(casework.inbox(desk)[0].state)
    assert states == ["new", "new", "withdrawn"]
    for device in (phone, desk):
        device.vault.close()


# --- relays ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("hostile"), policy=FEW_DEVICES) as made:
        yield made


class Jumps(RelayClient):
    """Shows what it keeps under numbers that no relay reaches."""

    ahead = 2**30 // 1_000 * 1_000

    def index(self, stream: str, *, chunk: int | None = None, etag: str | None = None) -> Index | None:
        true = super().index(stream)
        assert true is not None
        entries = tuple(replace(entry, number=entry.number + self.ahead) for entry in true.entries)
        return replace(
            true, first=true.first + self.ahead, entries=entries, lowest=self.ahead + 1, etag="9" * 64
        )

    def page(self, stream: str, number: int, expect_digest: bytes, *, cells: int | None = None) -> bytes:
        return super().page(stream, number - self.ahead, expect_digest)


def lied_to(world: World, device: Device, lie: type[RelayClient]) -> None:
    world.settle()
    with lie(world.relay.url, world.pool.name) as relay:
        session_of(device, sleep=no_sleep).run(relay)
    world.settle()


def test_a_relay_that_once_named_a_page_of_the_far_future_is_heard_again(world: World) -> None:
    phone = world.phone("Far-1")
    world.sync(phone)
    lied_to(world, world.desk, Jumps)
    lied_to(world, phone, Jumps)
    (code,) = intake.new_complaints(phone, [record()], finish=True)
    world.round(phone)
    assert code in [row.code for row in casework.inbox(world.desk)]
    assert sending.outbox(phone).items == [], "and what the desk confirms is heard too"


class Another(RelayClient):
    """Has another page where the last one that was read stood, and nothing after it."""

    def index(self, stream: str, *, chunk: int | None = None, etag: str | None = None) -> Index | None:
        true = super().index(stream)
        assert true is not None
        return replace(true, entries=true.entries[:-1], etag="8" * 64)


def test_a_relay_that_is_back_from_an_older_copy_is_read_anew(world: World) -> None:
    phone = world.phone("Old-1")
    world.sync(phone, world.desk)
    place = int(world.desk.state.place("page-complaints"))
    (code,) = intake.new_complaints(phone, [record()], finish=True)
    world.sync(phone)
    lied_to(world, world.desk, Another)
    # The number that was read means another page now: what stands there was never read.
    world.desk.state.set_place("page-complaints", place + 1)
    world.desk.state.set_place("page-mark-complaints", [place + 1, bytes(32)])
    world.sync(world.desk)
    assert [row.code for row in casework.inbox(world.desk)].count(code) == 1


def test_an_index_without_end_is_not_asked_for_ever(world: World) -> None:
    asked = 0

    class Endless(RelayClient):
        def index(self, stream: str, *, chunk: int | None = None, etag: str | None = None) -> Index | None:
            nonlocal asked
            asked += 1
            number = 2_000_000 if chunk is None else chunk
            return Index(number * 1_000 + 1, (), "7" * 64, lowest=1, highest_chunk=2_000_000)

    with Endless(world.relay.url, world.pool.name) as relay, pytest.raises(RelayRubbishError):
        pages_after(relay, world.desk.state, "complaints", 1)
    assert asked < 2_000


# --- those who carry the papers ---------------------------------------------------------------------------


def invited(world: World, label: str) -> JoinedView:
    text = enrolment.invite(world.desk, role="intake", desk="main", label=label).text
    return enrolment.join(world.root / label, PASSPHRASE, text, argon_memory_kib=MEMORY_KIB)


def test_a_reply_admitted_by_two_hands_at_once_is_admitted_once(world: World) -> None:
    joined = invited(world, "Twice-1")
    results: list[object] = []

    def press() -> None:
        try:
            results.append(enrolment.admit(world.desk, joined.reply_text, confirm=joined.check))
        except ReplyUsedError as error:
            results.append(error)

    hands = [threading.Thread(target=press) for _ in range(4)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert len(results) == 4
    assert sum(isinstance(result, AdmittedView) for result in results) == 1


@pytest.mark.parametrize("error", [RelayRubbishError, PublishRefusedError, TokenRefusedError])
def test_the_officer_gets_the_welcome_whatever_the_relay_says_after_the_admission(
    world: World, monkeypatch: pytest.MonkeyPatch, error: type[SyncError]
) -> None:
    def refuses(*_args: object, **_more: object) -> None:
        raise error

    label = f"Alone-{error.__name__}"
    joined = invited(world, label)
    with monkeypatch.context() as patched:
        patched.setattr(RelayClient, "put_directory", refuses)
        admitted = enrolment.admit(world.desk, joined.reply_text, confirm=joined.check)
    assert not admitted.published
    device = world.open(label)
    enrolment.import_bundle(device, admitted.welcome)
    assert device.joined


@pytest.mark.parametrize("tag", ["\ufffd".encode(), b"x\r\nHost: elsewhere", b"", b"0" * 100_000])
def test_what_a_carrier_writes_beside_the_welcome_is_refused_and_the_welcome_is_good_afterwards(
    world: World, tag: bytes
) -> None:
    label = f"Stick-{len(world.devices)}"
    joined = invited(world, label)
    admitted = enrolment.admit(world.desk, joined.reply_text, confirm=joined.check)
    device = world.open(label)
    with pytest.raises(BundleRefusedError):
        enrolment.import_bundle(device, encode({**decode(admitted.welcome), 6: tag}))
    enrolment.import_bundle(device, admitted.welcome)
    world.sync(device)
    assert device.directory() is not None


def test_a_device_that_was_admitted_is_not_admitted_under_a_second_invitation(world: World) -> None:
    joined = invited(world, "Again-1")
    enrolment.admit(world.desk, joined.reply_text, confirm=joined.check)
    device = world.open("Again-1")
    second = Invitation.from_text(
        enrolment.invite(world.desk, role="handler", desk="main", label="Desk-9").text
    )
    key = EpochKey(device.me.id, 9, OpeningKey.generate().sealing_key)
    certificate = key.certify(device.me.identity, org=second.org)
    kem = OpeningKey.generate().sealing_key.public
    reply = Reply(second.id, device.me.identity.public, kem, 9, key.key.public, certificate, 1)
    sealed = reply.seal(secret=second.secret, by=device.me.identity)
    check = digits(transcript(second.encode(), sealed))
    with pytest.raises(ReplyRefusedError):
        enrolment.admit(world.desk, Reply.to_text(sealed), confirm=check)


@pytest.mark.parametrize(
    "relay",
    ["http://a\0b", "http://a..b", "http://h:0x", "https://xn--zz", "http://" + "a" * 280, "http://h/\ud7ff"],
)
def test_an_address_that_cannot_be_one_is_a_sentence(relay: str) -> None:
    with RelayClient(relay, "0" * 32, timeout_s=1) as client, pytest.raises(RelayUnreachableError):
        client.index("complaints")


def test_an_invitation_with_an_endless_label_makes_nothing(world: World, tmp_path: Path) -> None:
    true = Invitation.from_text(enrolment.invite(world.desk, role="intake", desk="main", label=None).text)
    text = replace(true, label="x" * 300).to_text()
    with pytest.raises(InvitationRefusedError):
        enrolment.join(tmp_path / "none", PASSPHRASE, text, argon_memory_kib=MEMORY_KIB)
    assert not (tmp_path / "none").exists()


# --- directories ------------------------------------------------------------------------------------------


def showing(parts: dict[str, tuple[bytes, str]]) -> type[RelayClient]:
    return type("Shows", (ShowsDirectory,), {"parts": parts})


def test_a_relay_that_holds_back_the_keys_of_the_desk_is_noticed(world: World) -> None:
    other = world.handler("Held-1")
    with world.client() as relay:
        old = relay.get_directory(HANDLER_PART)
        assert old is not None
        world.desk.state.set_place("publish-due", True)
        Publisher(world.desk.directory_client, publish_token(world.desk.state) or "").maintain(relay)
    place = other.state.place("page-complaints")
    with pytest.raises(DirectoryRefusedError):
        lied_to(world, other, showing({HANDLER_PART: old}))
    assert other.state.place("page-complaints") == place, "no page is passed over that it could not read"
    world.sync(other)


def test_a_handler_whose_announcement_was_lost_announces_again(world: World) -> None:
    other = world.handler("Unheard-1")
    other.state.set_secret("epoch-keys", [])  # an epoch key that was destroyed too early: a clock ran ahead
    other.vault.db.execute("DELETE FROM sync_epoch_key WHERE handler = ?", (other.id,))
    moved = Clock(7 * DAY)  # the next epoch
    other.vault.clock = moved
    other.state = replace(other.state, clock=moved)
    world.sync(world.desk)
    with world.client() as relay:
        world.desk.state.set_place("publish-due", True)
        Publisher(world.desk.directory_client, publish_token(world.desk.state) or "").maintain(relay)
    with pytest.raises(DirectoryRefusedError):
        world.sync(other)
    world.settle()
    with pytest.raises(DirectoryRefusedError):  # the relay lost the first announcement
        world.sync(other)
    world.sync(world.desk, world.desk)
    world.sync(other)
    assert other.outbox.state.db.execute("SELECT count(*) FROM sync_cell").fetchone()[0] == 0


# --- clocks -----------------------------------------------------------------------------------------------


def published_by(world: World, clock: Clock) -> Publisher:
    state = replace(world.desk.state, clock=clock)
    client = DirectoryClient(state, world.desk.me, world.desk.member)
    return Publisher(client, publish_token(state) or "")


def test_an_organisation_outlives_the_year_of_its_root(tmp_path: Path) -> None:
    clock = Clock()
    with World(tmp_path, clock=clock) as world:
        phone = world.phone("Year-1")
        before = phone.directory()
        assert before is not None
        for day in (250, 330, 500, 620):
            clock.ahead = day * DAY
            publisher = published_by(world, clock)
            with world.client() as relay:
                with publisher.state.transaction():
                    publisher._turn_keys()
                with contextlib.suppress(RelayRefusedError):  # it takes no tokens of so far a week
                    publisher.publish(relay)
                found = phone.directory_client.refresh(relay)
            assert found.root.expires_at > clock() + 40 * DAY
        assert found.root.version == 3, "and it is renewed once in a while, not each time"
        versions = [Root.decode(root.body).version for root in found.part.roots]
        assert versions == [2, 3], "the first was replaced longer ago than any device can need it"


def test_a_clock_that_ran_ahead_for_an_hour_leaves_the_desk_with_a_key_for_today(tmp_path: Path) -> None:
    clock = Clock()
    with World(tmp_path, clock=clock) as world:
        phone = world.phone("Clock-1")
        clock.ahead = 25 * DAY
        publisher = published_by(world, clock)
        with world.client() as relay:
            publisher.maintain(relay)
        clock.ahead = 0.0
        world.sync(world.desk)
        (code,) = intake.new_complaints(phone, [record()], finish=True)
        world.sync(phone, world.desk)
        found = world.desk.directory()
        assert found is not None
        assert found.part.day_key(world.desk.member.desk, today=day_of(clock())).day <= day_of(clock())  # type: ignore[union-attr]
        assert code in [row.code for row in casework.inbox(world.desk)]
