"""Revocation from one action: what it takes from the revoked device, and that the others do nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.actions import enrolment, intake, officers, organisation, revocation, sending
from app.actions.device import Device
from app.actions.errors import ActionError, ChoiceUnknownError
from app.actions.members import DeviceUnknownError, SeveralMeantError
from app.actions.revocation import AlreadyRevokedError, NoWindowError
from app.actions.standing import NoLongerAdmittedError, ProbablyRevokedError
from crypto.cells import open_cell
from crypto.errors import CellDamagedError, CryptoError
from crypto.primitives import random_bytes
from sync.deskkeys import DayKeys, load_generations
from sync.errors import (
    LastOfficerError,
    RelayUnreachableError,
    RevokeSelfError,
    SignHereError,
    SyncError,
)
from sync.revoking import ClockAheadError
from sync.wallet import OWN, take_token
from sync.wire import COMPLAINTS
from tests.sync.relay.running import start_relay
from tests.sync.world import Clock, World, no_sleep, record


def assert_sentence(error: BaseException) -> None:
    assert 10 < len(str(error)) < 200
    assert "\n" not in str(error)
    assert str(error).endswith(".")
    assert error.next_step.endswith(".")  # type: ignore[attr-defined]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, clock=Clock()) as world:
        yield world


def openable(reader: Device, cells: list[bytes]) -> set[bytes]:
    """Which of these cells a handler's keys open."""
    keys, found = DayKeys(load_generations(reader.state)), set()
    today = int(reader.now() // 86_400)
    for cell in cells:
        for key in keys.candidates(today):
            try:
                open_cell(cell, key=key, org=reader.member.org)
            except CellDamagedError:
                continue
            found.add(cell)
            break
    return found


def state_of(device: Device, label: str) -> str:
    return next(one.state for one in organisation.show(device).devices if one.label == label)


# --- one command ----------------------------------------------------------------------------------------


def test_one_revocation_is_all_that_anybody_does(world: World) -> None:
    lost, phone = world.phone("Lost-1"), world.phone("Blue-7")
    handler, second = world.handler("Desk-2"), world.officer("Officer-2")
    for one in (lost, phone):
        intake.new_complaints(one, [record("before")], finish=True)
        world.sync(one)
    world.sync(handler, second, world.desk, world.desk, lost, phone)

    began = time.monotonic()
    view = revocation.revoke(world.desk, "Lost-1", reason="seized")
    took = time.monotonic() - began
    assert (view.label, view.published, view.officer_waits) == ("Lost-1", True, False)
    assert took < 30, "the officer has a minute, and it is theirs"

    # The others: two ordinary sessions each, no question, no warning, nothing lost.
    for _ in range(2):
        (code,) = intake.new_complaints(phone, [record("after")], finish=True)
        report = world.sync(phone, handler, second, world.desk)
        assert report.missing == []
        for reader in (handler, second, world.desk):
            assert intake.show(reader, code).authentic is True
            assert state_of(reader, "Lost-1") == "revoked"
    world.sync(world.desk, phone)
    assert sending.outbox(phone).items == []

    # The revoked one: it cannot deposit, and is told in words.
    intake.new_complaints(lost, [record("by the thief")], finish=True)
    for _ in range(2):
        with pytest.raises(ProbablyRevokedError) as caught:
            world.sync(lost)
        assert_sentence(caught.value)
    assert [item.state for item in sending.outbox(lost).items] == ["waiting"]


def test_what_a_revoked_phone_gets_in_all_the_same_is_not_believed(world: World) -> None:
    lost, handler = world.phone("Lost-1"), world.handler("Desk-2")
    world.sync(lost, handler, world.desk, lost)
    (code,) = intake.new_complaints(lost, [record("by the thief")], finish=True)
    with pytest.raises(RelayUnreachableError):  # packed with its own keys, and kept
        sending.session_of(lost)._send(_Deaf(), lost.directory(), 1)  # type: ignore[arg-type]
    (packed,) = lost.outbox.unsent()
    world.revoke("Lost-1", reason="seized")
    world.sync(handler)
    with world.desk.vault.transaction():
        token = take_token(world.desk.state, world.desk.member.tokens, source=OWN)
    with world.client() as client:  # a relay, or a friend with tokens, helps
        client.deposit(COMPLAINTS, random_bytes(16), token, packed.body)
    world.sync(world.desk, handler)
    for reader in (world.desk, handler):
        assert intake.show(reader, code).authentic is False


class _Deaf:
    """A relay that cannot be reached any more when the deposit is ready."""

    def deposit(self, *_what: object) -> None:
        raise RelayUnreachableError


def test_a_revoked_handler_opens_nothing_that_is_sealed_from_then_on(world: World) -> None:
    thief, handler = world.handler("Desk-2"), world.handler("Desk-3")
    phone = world.phone("Blue-7")
    intake.new_complaints(phone, [record("before")], finish=True)
    world.sync(phone, thief, handler, world.desk)
    before = set(world.cells_at_relay()["complaints"])
    assert openable(thief, list(before)), "what came before, it has"

    world.revoke("Desk-2", reason="seized")
    (code,) = intake.new_complaints(phone, [record("after")], finish=True)
    world.sync(phone, phone)
    after = [cell for cell in world.cells_at_relay()["complaints"] if cell not in before]
    with pytest.raises(NoLongerAdmittedError) as caught:
        world.sync(thief)
    assert_sentence(caught.value)
    assert openable(thief, after) == set()
    assert "Desk-2" not in {entry.admission.label for entry in phone.directory().part.handlers}  # type: ignore[union-attr]
    world.sync(handler, world.desk)
    assert openable(handler, after)
    for reader in (handler, world.desk):
        assert intake.show(reader, code).authentic is True


def test_the_tokens_at_the_relay_do_not_say_who_was_revoked(world: World) -> None:
    """Every token is new and their number is the same: the sets of two revocations look alike."""
    world.phone("Blue-7"), world.phone("Red-3")
    epoch = world.desk.member.tokens.epoch
    world.revoke("Blue-7")
    assert world.desk.member.tokens.epoch == epoch + 1
    first = _weeks(world)
    world.revoke("Red-3")
    second = _weeks(world)
    assert {len(one) for one in first} == {len(one) for one in second} == {world_set_size(world)}
    assert not set.union(*first) & set.union(*second)


def _weeks(world: World) -> list[set[bytes]]:
    from crypto.tokens import TokenMaster, week_of

    root = world.desk.directory().root  # type: ignore[union-attr]
    master = TokenMaster(world.desk.vault.get("token-master") or b"")
    roster = world.desk.roster()
    assert roster is not None
    hashes = master.week_hashes(
        epoch=world.desk.member.tokens.epoch,
        week=week_of(world.desk.now()),
        per_slot=root.policy.tokens_per_week,
        uses=roster.token_uses(root.policy.token_slots),
    )
    return [{hashes[start : start + 16] for start in range(0, len(hashes), 16)}]


def world_set_size(world: World) -> int:
    policy = world.desk.directory().root.policy  # type: ignore[union-attr]
    return policy.token_slots * (policy.tokens_per_week + 32)


def test_a_revoked_place_is_given_again_and_its_old_tokens_are_worth_nothing(world: World) -> None:
    lost = world.phone("Lost-1")
    old, seed = lost.roster(), lost.member.tokens.seed
    assert old is None
    slot = _admission(world, "Lost-1").token_slot
    world.revoke("Lost-1")
    fresh = world.phone("Lost-1 again")
    assert _admission(world, "Lost-1 again").token_slot == slot
    assert fresh.member.tokens.seed != seed
    assert fresh.code_prefix != lost.code_prefix, "numbers already given out stay those of the lost phone"
    intake.new_complaints(fresh, [record()], finish=True)
    assert world.sync(fresh).waiting == 0
    with pytest.raises(ProbablyRevokedError):
        world.sync(lost)


def _admission(world: World, label: str):  # type: ignore[no-untyped-def]
    roster = world.desk.roster()
    assert roster is not None
    return next(one.admission for one in roster.members.values() if one.admission.label == label)


def test_while_the_relay_is_away_it_is_kept_and_the_next_session_tells_the_others(world: World) -> None:
    lost, phone = world.phone("Lost-1"), world.phone("Blue-7")
    port = world.relay.port
    world.relay.kill()
    view = world.revoke("Lost-1")
    assert not view.published
    assert state_of(world.desk, "Lost-1") == "revoked"
    world.relay.__exit__(None, None, None)
    world.relay = start_relay(world.root / "relay", port=port)
    sending.sync(world.desk, sleep=no_sleep)
    world.sync(phone)
    with pytest.raises(ProbablyRevokedError):
        world.sync(lost)


def test_any_officer_revokes_alone_also_where_two_sign_everything_else(world: World) -> None:
    second = world.officer("Officer-2")
    world.two_must_sign(second)
    lost = world.phone("Lost-1")
    world.sync(second)
    assert world.revoke("Lost-1", by=second).published
    with pytest.raises(ProbablyRevokedError):
        world.sync(lost)


def test_an_officers_device_that_is_taken_loses_its_officer_when_another_has_signed(world: World) -> None:
    second, third = world.officer("Officer-2"), world.officer("Officer-3")
    world.sync(second, third)
    officers.set_threshold(world.desk, 2)
    world.sync(second, third)
    view = world.revoke("Officer-3", reason="seized")
    assert view.officer_waits
    with pytest.raises(NoLongerAdmittedError):
        world.sync(third)
    world.sync(second, world.desk, second)
    assert len(organisation.show(world.desk).officers) == 3, "no device signs an officer away unasked"
    (waiting,) = [one for one in officers.proposals(second) if one.kind == "root"]
    assert (waiting.label, waiting.have, waiting.needed, waiting.signed_by_me) == ("Officer-3", 1, 2, False)
    assert "remove_officer" in {change.what for change in waiting.changes}
    assert officers.sign(second, waiting.id).in_force
    world.sync(world.desk)
    assert {one.label for one in organisation.show(world.desk).officers} == {"Desk-1", "Officer-2"}
    assert organisation.show(world.desk).threshold == 2
    for attempt in (
        lambda: enrolment.invite(third, role="intake", desk="main"),
        lambda: revocation.revoke(third, "Desk-1", reason="lost"),
    ):
        # It has not heard of it: what it signs from now on counts for nobody.
        try:
            attempt()
        except (ActionError, SyncError, CryptoError) as error:
            assert_sentence(error)
    world.sync(world.desk, second)
    assert state_of(world.desk, "Desk-1") == "active"


def test_what_is_known_to_be_missing_is_said(world: World) -> None:
    lost = world.phone("Lost-1")
    world.sync(lost, world.desk)
    assert world.revoke("Lost-1").waiting == 0


# --- windows and keys -----------------------------------------------------------------------------------


def test_an_officer_closes_a_window_and_the_phone_still_belongs(world: World) -> None:
    phone = world.phone("Blue-7")
    view = revocation.close_window(world.desk, "blue-7")
    assert (view.label, view.published) == ("Blue-7", True)
    (row,) = [one for one in organisation.show(world.desk).devices if one.label == "Blue-7"]
    assert row.state == "active"
    assert row.closed_at is not None
    (code,) = intake.new_complaints(phone, [record()], finish=True)
    world.sync(phone, world.desk)
    assert intake.show(world.desk, code).authentic is True


def test_a_device_whose_clock_is_ahead_closes_no_window_and_says_why(world: World) -> None:
    clock, phone = world.clock, world.phone("Blue-7")
    assert isinstance(clock, Clock)
    world.sync(phone, world.desk)
    clock.ahead = 365 * 86_400
    with pytest.raises(ClockAheadError) as caught:
        revocation.close_window(world.desk, "Blue-7")
    assert_sentence(caught.value)
    clock.ahead = 0
    (row,) = [one for one in organisation.show(world.desk).devices if one.label == "Blue-7"]
    assert row.closed_at is None


def test_after_rotate_everybody_goes_on_with_other_keys(world: World) -> None:
    phone, handler = world.phone("Blue-7"), world.handler("Desk-2")
    world.sync(phone, handler, world.desk)
    epoch, token = world.desk.member.tokens.epoch, world.desk.vault.get("publish-token")
    assert revocation.rotate(world.desk).published
    assert world.desk.member.tokens.epoch == epoch + 1
    assert world.desk.vault.get("publish-token") != token
    for _ in range(2):
        (code,) = intake.new_complaints(phone, [record()], finish=True)
        world.sync(phone, handler, world.desk)
        for reader in (handler, world.desk):
            assert intake.show(reader, code).authentic is True


# --- what is refused ------------------------------------------------------------------------------------


def test_what_cannot_be_revoked_is_refused_in_words_and_changes_nothing(world: World) -> None:
    desk, phone = world.desk, world.phone("Blue-7")
    world.revoke(world.phone("Gone-1").label)
    before = organisation.show(desk)
    for error, attempt in (
        (DeviceUnknownError, lambda: revocation.revoke(desk, "nobody", reason="lost")),
        (DeviceUnknownError, lambda: revocation.revoke(desk, "", reason="lost")),
        (DeviceUnknownError, lambda: revocation.revoke(desk, phone.id.hex()[:7], reason="lost")),
        (ChoiceUnknownError, lambda: revocation.revoke(desk, "Blue-7", reason="stolen")),
        (AlreadyRevokedError, lambda: revocation.revoke(desk, "Gone-1", reason="lost")),
        (RevokeSelfError, lambda: revocation.revoke(desk, "Desk-1", reason="left")),
        (NoWindowError, lambda: revocation.close_window(desk, "Desk-1")),
        (NoWindowError, lambda: revocation.close_window(desk, "Gone-1")),
        (DeviceUnknownError, lambda: revocation.close_window(desk, "nobody")),
        (SignHereError, lambda: revocation.revoke(phone, "Desk-1", reason="lost")),
        (SignHereError, lambda: revocation.close_window(phone, "Blue-7")),
        (SignHereError, lambda: revocation.rotate(phone)),
    ):
        with pytest.raises(error) as caught:
            attempt()
        assert_sentence(caught.value)
    assert organisation.show(desk) == before


def test_the_last_officer_is_not_revoked(world: World) -> None:
    second = world.officer("Officer-2")
    world.sync(world.desk)
    officers.remove_officer(world.desk, "Officer-2")
    world.sync(second)
    with pytest.raises((LastOfficerError, SignHereError, RevokeSelfError)) as caught:
        revocation.revoke(second, "Desk-1", reason="lost")
    assert_sentence(caught.value)


def test_an_id_or_its_beginning_names_a_device_and_two_of_one_label_are_asked_about(world: World) -> None:
    first = world.phone("Blue-7")
    assert world.revoke(first.id.hex()[:10]).label == "Blue-7"
    second = world.officer("Officer-2")
    world.sync(second)
    port = world.relay.port
    world.relay.kill()  # apart from each other, two officers give one label twice
    world.join("Twin", by=world.desk)
    (world.root / "Twin").rename(world.root / "Twin of another")
    world.join("Twin", by=second)
    world.relay.__exit__(None, None, None)
    world.relay = start_relay(world.root / "relay", port=port)
    world.sync(world.desk, second, world.desk)
    with pytest.raises(SeveralMeantError) as caught:
        world.revoke("Twin")
    assert_sentence(caught.value)
    with pytest.raises(DeviceUnknownError):
        world.revoke("0" * 32)
