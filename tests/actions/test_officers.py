"""Several officers: how one comes in, what they sign together, and what one alone cannot do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.actions import casework, enrolment, intake, officers, organisation, sending
from app.actions.device import Device
from app.actions.errors import ActionError, ChoiceUnknownError
from app.actions.members import OfficerNoLongerError
from app.actions.officers import (
    ChangeRefusedError,
    DigitsNeededError,
    NothingWaitsError,
    StaysSignedError,
)
from app.actions.views import ProposalView
from crypto.errors import CryptoError, DigitsDifferError
from sync.errors import LastOfficerError, RevokeSelfError, RootSignedError, SignHereError, SyncError
from tests.sync.world import MEMORY_KIB, PASSPHRASE, Clock, World, no_sleep, record


def assert_sentence(error: BaseException) -> None:
    assert 10 < len(str(error)) < 200
    assert "\n" not in str(error)
    assert str(error).endswith(".")
    assert error.next_step.endswith(".")  # type: ignore[attr-defined]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, clock=Clock()) as world:
        yield world


def shown(device: Device) -> dict[str, object]:
    view = organisation.show(device)
    return {"officers": sorted(one.label for one in view.officers), "threshold": view.threshold}


def the_one(device: Device, kind: str) -> ProposalView:
    (found,) = [entry for entry in officers.proposals(device) if entry.kind == kind]
    return found


# --- an officer comes in --------------------------------------------------------------------------------


def test_a_second_officer_admits_publishes_and_reads_while_the_first_is_away(world: World) -> None:
    second = world.officer("Officer-2")
    assert second.officer
    assert second.role == "handler"
    assert shown(second) == {"officers": ["Desk-1", "Officer-2"], "threshold": 1}
    phone = world.phone("Blue-7", by=second)
    (code,) = intake.new_complaints(phone, [record("told to both")], finish=True)
    world.sync(phone, second)
    assert intake.show(second, code).record["narrative"] == "told to both"  # type: ignore[index]
    world.sync(world.desk, phone, world.desk)
    assert shown(world.desk) == shown(second)
    assert [row.code for row in casework.inbox(world.desk)] == [code]
    assert {one.label: one.this for one in organisation.show(second).officers} == {
        "Desk-1": False,
        "Officer-2": True,
    }


def test_an_officers_reply_is_too_large_for_a_picture_and_shows_digits_of_its_own(world: World) -> None:
    text = enrolment.invite(world.desk, role="officer", desk="main", label="Officer-2").text
    joined = enrolment.join(world.root / "o", PASSPHRASE, text, argon_memory_kib=MEMORY_KIB)
    assert not joined.fits_qr
    assert joined.officer_check is not None
    assert joined.officer_check != joined.check
    handler = enrolment.invite(world.desk, role="handler", desk="main").text
    plain = enrolment.join(world.root / "h", PASSPHRASE, handler, argon_memory_kib=MEMORY_KIB)
    assert plain.officer_check is None


def test_a_new_officer_holds_no_secret_of_the_officers_before_it_is_admitted(world: World) -> None:
    officers.set_policy(world.desk, offline_days=29)  # any change: the root has versions
    second = world.officer("Officer-2")
    officers.set_threshold(world.desk, 2)
    world.sync(second)
    third = world.join("Officer-3", role="officer")
    for _ in range(2):
        world.sync(third, world.desk)
        assert not third.joined
    for name in ("token-master", "publish-token"):
        assert third.vault.get(name) is None
    assert not third.officer
    world.sign_all(second)
    world.sync(world.desk, third)
    assert third.joined
    world.sync(third)
    assert third.officer
    assert third.vault.get("token-master") == world.desk.vault.get("token-master")


def test_an_admission_that_waits_is_withdrawn_and_no_signature_brings_it_in(world: World) -> None:
    second = world.officer("Officer-2")
    world.two_must_sign(second)
    text = enrolment.invite(world.desk, role="handler", desk="main", label="Desk-3").text
    joined = enrolment.join(
        world.root / "Desk-3", PASSPHRASE, text, clock=world.clock, argon_memory_kib=MEMORY_KIB
    )
    enrolment.admit(world.desk, joined.reply_text, confirm=joined.check)
    world.sync(second)
    waiting = the_one(second, "admission")
    officers.withdraw(world.desk, waiting.id)
    assert officers.proposals(world.desk) == []
    officers.sign(second, waiting.id, confirm=waiting.digits)  # who had not heard of it
    world.sync(second, world.desk, second)
    for device in (world.desk, second):
        assert officers.proposals(device) == []
        states = {one.label: one.state for one in organisation.show(device).devices}
        assert states.get("Desk-3") in (None, "revoked")
    with pytest.raises(NothingWaitsError):
        officers.withdraw(second, waiting.id)
    change = officers.set_policy(second, offline_days=29)
    with pytest.raises(StaysSignedError):
        officers.withdraw(second, change.id)


# --- a handler needs two --------------------------------------------------------------------------------


def test_a_handler_waits_for_the_second_officer_who_compares_the_digits_too(world: World) -> None:
    second = world.officer("Officer-2")
    world.two_must_sign(second)
    invited = enrolment.invite(world.desk, role="handler", desk="main", label="Desk-3")
    joined = enrolment.join(
        world.root / "Desk-3", PASSPHRASE, invited.text, clock=world.clock, argon_memory_kib=MEMORY_KIB
    )
    admitted = enrolment.admit(world.desk, joined.reply_text, confirm=joined.check)
    assert admitted.waits
    assert admitted.welcome == b""
    handler = world.open("Desk-3")
    world.sync(handler, world.desk)
    report = world.sync(handler)
    assert not handler.joined
    assert not report.joined

    world.sync(second)
    waiting = the_one(second, "admission")
    assert (waiting.label, waiting.role, waiting.desk) == ("Desk-3", "handler", "main")
    assert (waiting.have, waiting.needed, waiting.signed_by_me) == (1, 2, False)
    assert waiting.digits == joined.check
    with pytest.raises(DigitsNeededError) as asked:
        officers.sign(second, waiting.id)
    assert_sentence(asked.value)
    wrong = joined.check[:-1] + str((int(joined.check[-1]) + 1) % 10)
    with pytest.raises(DigitsDifferError):
        officers.sign(second, waiting.id, confirm=wrong)
    assert the_one(second, "admission") == waiting
    signed = officers.sign(second, waiting.id[:12], confirm=joined.check)
    assert signed.in_force
    assert signed.published
    assert officers.proposals(second) == []

    world.sync(world.desk, handler)
    assert handler.joined
    phone = world.phone("Blue-7")
    (code,) = intake.new_complaints(phone, [record()], finish=True)
    world.sync(phone, handler)
    assert intake.show(handler, code).authentic is True


def test_one_officer_alone_makes_nobody_a_reader(world: World) -> None:
    second = world.officer("Officer-2")
    world.two_must_sign(second)
    handler = world.join("Desk-3", role="handler")
    phone = world.phone("Blue-7")
    intake.new_complaints(phone, [record()], finish=True)
    world.sync(phone, world.desk, handler)
    assert not handler.joined
    assert "Desk-3" not in {label for _id, label in world.desk.handlers()}
    assert handler.directory() is None


def test_a_phone_still_needs_one_officer_only(world: World) -> None:
    second = world.officer("Officer-2")
    world.two_must_sign(second)
    phone = world.phone("Blue-7", by=second)
    assert phone.joined


# --- roots ----------------------------------------------------------------------------------------------


def test_a_change_waits_until_enough_officers_signed_and_is_said_in_words(world: World) -> None:
    second = world.officer("Officer-2")
    assert officers.set_threshold(world.desk, 2).in_force
    world.sync(second)
    made = officers.add_desk(world.desk, "private")
    assert (made.in_force, made.have, made.needed, made.published) == (False, 1, 2, True)
    assert [desk.name for desk in world.desk.desks] == ["main"]
    assert organisation.show(world.desk).proposals == 1
    world.sync(second)
    waiting = the_one(second, "root")
    assert [(change.what, change.value) for change in waiting.changes if change.what != "renew"] == [
        ("add_desk", "private")
    ]
    assert waiting.digits is None
    assert the_one(world.desk, "root").signed_by_me
    assert officers.sign(second, waiting.id).in_force
    world.sync(world.desk)
    assert {desk.name for desk in world.desk.desks} == {"main", "private"}
    assert officers.proposals(world.desk) == []


def test_a_device_signs_one_change_at_a_time(world: World) -> None:
    second = world.officer("Officer-2")
    officers.set_threshold(world.desk, 2)
    world.sync(second)
    officers.add_desk(world.desk, "private")
    with pytest.raises(RootSignedError) as caught:
        officers.add_desk(world.desk, "another")
    assert_sentence(caught.value)
    invited = enrolment.invite(world.desk, role="officer", desk="main", label="Officer-3").text
    joined = enrolment.join(world.root / "o3", PASSPHRASE, invited, argon_memory_kib=MEMORY_KIB)
    with pytest.raises(RootSignedError):
        enrolment.admit(world.desk, joined.reply_text, confirm=joined.check)
    assert "Officer-3" not in {one.label for one in organisation.show(world.desk).devices}


def test_who_signs_for_a_new_officer_compares_that_officers_own_digits(world: World) -> None:
    second = world.officer("Officer-2")
    officers.set_threshold(world.desk, 2)
    world.sync(second)
    text = enrolment.invite(world.desk, role="officer", desk="main", label="Officer-3").text
    joined = enrolment.join(
        world.root / "Officer-3", PASSPHRASE, text, clock=world.clock, argon_memory_kib=MEMORY_KIB
    )
    assert enrolment.admit(world.desk, joined.reply_text, confirm=joined.check).waits
    world.sync(second)
    waiting = the_one(second, "root")
    assert waiting.label == "Officer-3"
    assert waiting.digits == joined.officer_check
    with pytest.raises(DigitsNeededError):
        officers.sign(second, waiting.id)
    for wrong in (joined.check, "", "1" * 30, "x"):
        with pytest.raises(DigitsDifferError) as caught:
            officers.sign(second, waiting.id, confirm=wrong)
        assert_sentence(caught.value)
    assert officers.sign(second, waiting.id, confirm=joined.officer_check).in_force
    third = world.open("Officer-3")
    world.sync(world.desk, third, third)
    assert third.officer


def test_an_officer_who_is_removed_signs_no_longer_and_what_they_signed_still_holds(world: World) -> None:
    second = world.officer("Officer-2")
    handler = world.handler("Desk-3", by=second)
    phone = world.phone("Blue-7", by=second)
    world.sync(world.desk)
    assert officers.remove_officer(world.desk, "officer-2").in_force
    world.sync(second, world.desk, handler)
    assert not second.officer
    assert second.role == "handler"
    for attempt in (
        lambda: enrolment.invite(second, role="intake", desk="main"),
        lambda: officers.add_desk(second, "private"),
        lambda: officers.remove_officer(second, "Desk-1"),
    ):
        with pytest.raises(SignHereError) as caught:
            attempt()
        assert_sentence(caught.value)
    assert isinstance(caught.value, OfficerNoLongerError)
    (code,) = intake.new_complaints(phone, [record()], finish=True)
    world.sync(phone, handler, second, world.desk)
    for reader in (handler, second, world.desk):
        assert intake.show(reader, code).authentic is True


def test_officers_who_work_apart_give_nothing_twice(world: World) -> None:
    second = world.officer("Officer-2")
    third = world.officer("Officer-3", by=second)
    world.sync(world.desk, second, third)
    port = world.relay.port
    world.relay.kill()
    for officer in (world.desk, second, third):
        for number in range(3):
            world.join(f"P{officer.label}{number}", by=officer)
            world.join(f"H{officer.label}{number}", by=officer, role="handler")
    world.relay.__exit__(None, None, None)
    from tests.sync.relay.running import start_relay

    world.relay = start_relay(world.root / "relay", port=port)
    world.sync(world.desk, second, third, world.desk, second)
    roster = world.desk.roster()
    assert roster is not None
    admissions = [member.admission for member in roster.members.values()]
    assert len(admissions) == 3 + 18
    assert not any(member.displaced for member in roster.members.values())
    for number in ("token_slot", "prefix", "slot"):
        given = [getattr(one, number) for one in admissions if getattr(one, number) is not None]
        assert len(given) == len(set(given)), number


# --- what is refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "main", " MAIN "])
def test_a_desk_that_cannot_be_is_refused(world: World, name: str) -> None:
    with pytest.raises(ChangeRefusedError) as caught:
        officers.add_desk(world.desk, name)
    assert_sentence(caught.value)


def test_no_more_desks_than_sixteen(world: World) -> None:
    for number in range(15):
        assert officers.add_desk(world.desk, f"desk {number}").in_force
    with pytest.raises(ChangeRefusedError):
        officers.add_desk(world.desk, "one more")


def test_what_officers_cannot_decide_is_refused_in_words_and_changes_nothing(world: World) -> None:
    desk, before = world.desk, organisation.show(world.desk)
    for error, attempt in (
        (ChangeRefusedError, lambda: officers.set_threshold(desk, 0)),
        (ChangeRefusedError, lambda: officers.set_threshold(desk, 2)),
        (ChangeRefusedError, lambda: officers.set_threshold(desk, 1)),
        (ChangeRefusedError, lambda: officers.set_policy(desk, handler_officers=2)),
        (ChangeRefusedError, lambda: officers.set_policy(desk, handler_officers=0)),
        (ChangeRefusedError, lambda: officers.set_policy(desk, key_days=1)),
        (ChangeRefusedError, lambda: officers.set_policy(desk, window_days=401)),
        (ChangeRefusedError, lambda: officers.set_policy(desk, token_slots=100_000)),
        (ChoiceUnknownError, lambda: officers.set_policy(desk)),
        (ChoiceUnknownError, lambda: officers.set_policy(desk, colour=3)),
        (LastOfficerError, lambda: officers.remove_officer(desk, "Desk-1")),
        (NothingWaitsError, lambda: officers.sign(desk, "")),
        (NothingWaitsError, lambda: officers.sign(desk, "zz")),
        (NothingWaitsError, lambda: officers.sign(desk, "0" * 64, confirm="1")),
    ):
        with pytest.raises(error) as caught:
            attempt()
        assert_sentence(caught.value)
    assert organisation.show(world.desk) == before


def test_two_signatures_for_handlers_mean_nothing_where_one_officer_names_the_other(world: World) -> None:
    second = world.officer("Officer-2")
    with pytest.raises(ChangeRefusedError, match="As many officers") as caught:
        officers.set_policy(world.desk, handler_officers=2)
    assert_sentence(caught.value)
    world.two_must_sign(second)
    with pytest.raises(ChangeRefusedError, match="As many officers"):
        officers.set_threshold(world.desk, 1)
    view = organisation.show(world.desk)
    assert (view.threshold, view.handler_officers) == (2, 2)


def test_an_officer_removes_neither_themselves_nor_what_is_no_officer(world: World) -> None:
    second = world.officer("Officer-2")
    world.phone("Blue-7")
    with pytest.raises(RevokeSelfError) as caught:
        officers.remove_officer(second, "Officer-2")
    assert_sentence(caught.value)
    for who in ("Blue-7", "nobody", "", "0" * 32):
        with pytest.raises(ActionError) as refused:
            officers.remove_officer(world.desk, who)
        assert_sentence(refused.value)


def test_handlers_and_phones_decide_nothing(world: World) -> None:
    handler, phone = world.handler("Desk-2"), world.phone("Blue-7")
    for device in (handler, phone):
        assert officers.proposals(device) == []
        assert enrolment.replies(device) == []
        for attempt in (
            lambda device=device: officers.add_desk(device, "private"),
            lambda device=device: officers.set_threshold(device, 1),
            lambda device=device: officers.set_policy(device, handler_officers=1),
            lambda device=device: officers.remove_officer(device, "Desk-1"),
            lambda device=device: officers.sign(device, "0" * 64),
        ):
            with pytest.raises((ActionError, SyncError, CryptoError)) as caught:
                attempt()
            assert_sentence(caught.value)


def test_a_change_is_kept_while_the_relay_is_away_and_published_by_the_next_session(world: World) -> None:
    phone = world.phone("Blue-7")
    port = world.relay.port
    world.relay.kill()
    made = officers.add_desk(world.desk, "private")
    assert made.in_force
    assert not made.published
    world.relay.__exit__(None, None, None)
    from tests.sync.relay.running import start_relay

    world.relay = start_relay(world.root / "relay", port=port)
    sending.sync(world.desk, sleep=no_sleep)
    world.sync(phone)
    assert {desk.name for desk in phone.desks} == {"main", "private"}
