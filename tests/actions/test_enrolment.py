"""Enrolment in person: invited, digits compared, admitted, welcomed; and what may go wrong with it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.actions import casework, enrolment, intake, officers, organisation, sending
from app.actions import device as devices
from app.actions.device import Device
from app.actions.enrolment import BundleRefusedError, LabelTakenError, NoReplyError
from app.actions.errors import ChoiceUnknownError
from app.actions.standing import InvitationSpentError
from app.actions.views import JoinedView
from app.vault.errors import VaultExistsError
from crypto.encoding import decode, encode
from crypto.errors import (
    CryptoError,
    DigitsDifferError,
    DirectoryRefusedError,
    InvitationExpiredError,
    InvitationRefusedError,
    ReplyRefusedError,
    WeakPassphraseError,
    WelcomeRefusedError,
)
from sync.admission import PoolFullError, ReplyUsedError
from tests.sync.world import DAY, MEMORY_KIB, PASSPHRASE, Clock, World, record


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("enrolment"), clock=Clock()) as world:
        yield world


@pytest.fixture(autouse=True)
def _clock(world: World) -> Iterator[None]:
    world.clock.ahead = 0.0  # type: ignore[attr-defined]
    yield
    world.clock.ahead = 0.0  # type: ignore[attr-defined]


def label() -> str:
    return f"Phone {secrets.token_hex(3)}"


def invited(world: World, name: str, *, role: str = "intake") -> tuple[str, JoinedView]:
    text = enrolment.invite(world.desk, role=role, desk="main", label=name).text
    joined = enrolment.join(
        world.root / name, PASSPHRASE, text, clock=world.clock, argon_memory_kib=MEMORY_KIB
    )
    return text, joined


def everything(device: Device) -> dict[str, list[tuple[object, ...]]]:
    """All that a vault holds, to see that nothing was changed."""
    names = [
        str(row[0])
        for row in device.vault.db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    ]
    return {name: device.vault.db.execute(f"SELECT * FROM {name}").fetchall() for name in names}


def assert_sentence(error: BaseException) -> None:
    assert 10 < len(str(error)) < 200
    assert "\n" not in str(error)
    assert str(error).endswith(".")
    assert error.next_step.endswith(".")  # type: ignore[attr-defined]


def test_both_screens_show_the_same_six_groups_and_the_welcome_comes_over_the_relay(world: World) -> None:
    name = label()
    text, joined = invited(world, name)
    view = enrolment.read_reply(world.desk, joined.reply_text)
    assert view.check == joined.check
    assert (view.role, view.label, view.device) == ("intake", name, joined.device)
    groups = joined.check.split()
    assert [len(group) for group in groups] == [5] * 6
    assert "".join(groups).isdigit()
    assert devices.state(world.root / name) == "joining"
    phone = world.open(name)
    assert enrolment.joining(phone) == joined
    assert not phone.joined
    assert phone.desks == []

    admitted = enrolment.admit(world.desk, joined.reply_text, confirm=joined.check)
    assert admitted.published
    assert len(admitted.welcome) < 400_000
    report = world.sync(phone)
    assert report.deposited == 32, "a first session looks like every other"
    assert phone.joined
    assert enrolment.joining(phone) is None
    assert devices.state(world.root / name) == "ready"
    assert (phone.label, phone.org_name, phone.role, phone.officer) == (name, "Sramik Union", "intake", False)
    assert [desk.name for desk in phone.desks] == ["main"]
    assert text not in repr(phone)


def test_a_session_before_the_admission_deposits_as_always_and_changes_nothing(world: World) -> None:
    name = label()
    _text, joined = invited(world, name)
    phone = world.open(name)
    for _ in range(2):
        assert world.sync(phone).deposited == 32
        assert not phone.joined
    enrolment.admit(world.desk, joined.reply_text, confirm=joined.check)
    world.sync(phone)
    assert phone.joined


def test_a_phone_gets_its_welcome_from_a_file_and_finishes_without_ever_having_a_network(
    world: World,
) -> None:
    name = label()
    _text, joined = invited(world, name)
    admitted = enrolment.admit(world.desk, joined.reply_text, confirm=joined.check)
    phone = world.open(name)
    enrolment.import_bundle(phone, admitted.welcome)
    assert phone.joined
    assert devices.state(world.root / name) == "ready"
    (code,) = intake.new_complaints(phone, [record()], finish=True)
    world.sync(phone, world.desk)
    assert intake.show(world.desk, code).authentic is True
    with pytest.raises(BundleRefusedError, match="already"):
        enrolment.import_bundle(phone, admitted.welcome)


def test_a_handler_gets_its_welcome_from_a_file_and_reads(world: World) -> None:
    name = label()
    _text, joined = invited(world, name, role="handler")
    admitted = enrolment.admit(world.desk, joined.reply_text, confirm=joined.check)
    other = world.open(name)
    enrolment.import_bundle(other, admitted.welcome)
    assert other.joined
    assert other.role == "handler"
    phone = world.phone(label())
    (code,) = intake.new_complaints(phone, [record("for both")], finish=True)
    world.sync(phone, other)
    assert intake.show(other, code).record["narrative"] == "for both"  # type: ignore[index]
    assert intake.show(other, code).authentic is True


def test_a_welcome_for_another_device_is_refused_and_changes_nothing(world: World) -> None:
    first, second = label(), label()
    _text, joined = invited(world, first)
    _text, waiting = invited(world, second)
    admitted = enrolment.admit(world.desk, joined.reply_text, confirm=joined.check)
    phone = world.open(second)
    before = everything(phone)
    for _ in range(2):
        with pytest.raises(WelcomeRefusedError) as caught:
            enrolment.import_bundle(phone, admitted.welcome)
        assert_sentence(caught.value)
        assert everything(phone) == before
        assert not phone.joined
        assert enrolment.joining(phone) == waiting
    own = enrolment.admit(world.desk, waiting.reply_text, confirm=waiting.check)
    enrolment.import_bundle(phone, own.welcome)
    assert phone.joined


def test_a_welcome_with_a_directory_of_somebody_else_is_refused_whole(world: World) -> None:
    name = label()
    _text, joined = invited(world, name)
    admitted = enrolment.admit(world.desk, joined.reply_text, confirm=joined.check)
    phone = world.open(name)
    fields = decode(admitted.welcome)
    before = everything(phone)
    bent = encode({**fields, 3: fields[3][:-1] + bytes([fields[3][-1] ^ 1])})
    with pytest.raises(DirectoryRefusedError):
        enrolment.import_bundle(phone, bent)
    assert everything(phone) == before
    assert not phone.joined, "neither in the vault nor in memory"
    enrolment.import_bundle(phone, encode({1: fields[1], 2: fields[2]}))
    assert phone.joined, "a welcome without a directory is enough; the first session brings it"
    world.sync(phone)
    assert phone.org_name == "Sramik Union"


@settings(max_examples=60)
@given(junk=st.binary(max_size=300), cut=st.integers(0, 4_500), place=st.integers(0, 4_000))
def test_no_file_but_a_welcome_is_taken(
    world: World, waiting: Device, junk: bytes, cut: int, place: int
) -> None:
    welcome = waiting.fixture_welcome  # type: ignore[attr-defined]
    bent = welcome[:place] + bytes([welcome[place] ^ 0x40]) + welcome[place + 1 :]
    for data in (
        junk,
        welcome[:cut],
        bent,
        encode({1: "kantha/v1/welcome"}),
        encode([junk]),
        welcome + junk[:1],
    ):
        if data == welcome:
            continue
        with pytest.raises((BundleRefusedError, CryptoError)) as caught:
            enrolment.import_bundle(waiting, data)
        assert_sentence(caught.value)
        assert not waiting.joined


@pytest.fixture(scope="module")
def waiting(world: World) -> Device:
    name = label()
    _text, joined = invited(world, name)
    admitted = enrolment.admit(world.desk, joined.reply_text, confirm=joined.check)
    phone = world.open(name)
    phone.fixture_welcome = admitted.welcome  # type: ignore[attr-defined]
    return phone


def test_one_wrong_digit_admits_nobody_and_leaves_everything_as_it_was(world: World) -> None:
    name = label()
    _text, joined = invited(world, name)
    before = everything(world.desk)
    members = len(organisation.show(world.desk).devices)
    for place in (0, 7, len(joined.check) - 1):
        digit = joined.check[place]
        wrong = joined.check[:place] + str((int(digit) + 1) % 10) + joined.check[place + 1 :]
        with pytest.raises(DigitsDifferError) as caught:
            enrolment.admit(world.desk, joined.reply_text, confirm=wrong)
        assert_sentence(caught.value)
    for wrong in ("", "1", joined.check[:-1], joined.check + "1", "٠" * 30):
        with pytest.raises(DigitsDifferError):
            enrolment.admit(world.desk, joined.reply_text, confirm=wrong)
    assert everything(world.desk) == before
    assert len(organisation.show(world.desk).devices) == members
    enrolment.admit(world.desk, joined.reply_text, confirm=joined.check)
    assert len(organisation.show(world.desk).devices) == members + 1


def test_digits_may_be_read_back_in_other_numerals_and_without_spaces(world: World) -> None:
    bengali = str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")
    khmer = str.maketrans("0123456789", "០១២៣៤៥៦៧៨៩")
    for table in (bengali, khmer):
        _text, joined = invited(world, label())
        read = joined.check.translate(table).replace(" ", "  ")
        assert enrolment.admit(world.desk, joined.reply_text, confirm=read).published


def test_an_invitation_is_good_for_one_device(world: World) -> None:
    text, joined = invited(world, label())
    thief = label()
    other = enrolment.join(world.root / thief, PASSPHRASE, text, argon_memory_kib=MEMORY_KIB)
    assert other.check != joined.check
    enrolment.admit(world.desk, joined.reply_text, confirm=joined.check)
    before = everything(world.desk)
    for reply in (other, joined):
        with pytest.raises(ReplyUsedError) as caught:
            enrolment.admit(world.desk, reply.reply_text, confirm=reply.check)
        assert_sentence(caught.value)
        with pytest.raises(ReplyUsedError):
            enrolment.read_reply(world.desk, reply.reply_text)
    assert everything(world.desk) == before


def test_a_reply_comes_by_the_relay_and_is_named_by_its_label(world: World) -> None:
    name = label()
    text, joined = invited(world, name)
    with pytest.raises(NoReplyError) as caught:
        enrolment.admit(world.desk, name, confirm=joined.check)
    assert_sentence(caught.value)
    phone = world.open(name)
    world.sync(phone)
    assert world.sync(world.desk).replies == 1
    (row,) = enrolment.replies(world.desk)
    assert (row.check, row.label, row.device, row.desk) == (joined.check, name, joined.device, "main")
    assert row.came_at is not None
    before = everything(world.desk)
    with pytest.raises(DigitsDifferError):
        enrolment.admit(world.desk, row.invitation, confirm="1" * 30)
    assert everything(world.desk) == before
    assert enrolment.admit(world.desk, name.upper(), confirm=joined.check).published
    assert enrolment.replies(world.desk) == []
    world.sync(phone)
    assert phone.joined
    assert text not in repr(row)


def test_a_thiefs_reply_that_came_first_hides_the_right_one_from_nobody(world: World) -> None:
    name, thief = label(), label()
    text, joined = invited(world, name)
    other = enrolment.join(
        world.root / thief, PASSPHRASE, text, clock=world.clock, argon_memory_kib=MEMORY_KIB
    )
    stranger, phone = world.open(thief), world.open(name)
    world.sync(stranger, world.desk, phone, world.desk)
    rows = {row.check: row for row in enrolment.replies(world.desk)}
    assert {joined.check, other.check} <= rows.keys()
    admitted = enrolment.admit(world.desk, name, confirm=joined.check)
    assert admitted.device == joined.device
    world.sync(stranger, phone)
    assert phone.joined
    assert not stranger.joined


def test_a_revocation_in_the_middle_of_an_enrolment_hinders_nobody_who_was_admitted(world: World) -> None:
    world.phone("Lost soon")
    early, late = label(), label()
    (_text, joined), (_other, waiting) = invited(world, early), invited(world, late)
    enrolment.admit(world.desk, joined.reply_text, confirm=joined.check)
    world.revoke("Lost soon")
    phone, unlucky = world.open(early), world.open(late)
    world.sync(phone)
    assert phone.joined
    for _ in range(2):
        with pytest.raises(InvitationSpentError) as caught:
            world.sync(unlucky)
        assert_sentence(caught.value)
    admitted = enrolment.admit(world.desk, waiting.reply_text, confirm=waiting.check)
    enrolment.import_bundle(unlucky, admitted.welcome)
    (code,) = intake.new_complaints(unlucky, [record()], finish=True)
    world.sync(unlucky, world.desk)
    assert intake.show(world.desk, code).authentic is True


def test_an_expired_invitation_gives_its_place_back(tmp_path: Path) -> None:
    clock = Clock()
    with World(tmp_path, clock=clock) as world:
        officers.set_policy(world.desk, token_slots=3)
        for _ in range(2):
            enrolment.invite(world.desk, role="intake", desk="main")
        with pytest.raises(PoolFullError) as caught:
            enrolment.invite(world.desk, role="intake", desk="main")
        assert_sentence(caught.value)
        clock.ahead = DAY + 60
        phone = world.phone("Blue-7")
        assert phone.joined
        enrolment.invite(world.desk, role="intake", desk="main")
        with pytest.raises(PoolFullError):
            enrolment.invite(world.desk, role="intake", desk="main")


def test_an_expired_invitation_joins_nobody_and_makes_nothing(world: World, tmp_path: Path) -> None:
    text, joined = invited(world, label())
    world.clock.ahead = DAY + 60  # type: ignore[attr-defined]
    with pytest.raises(InvitationExpiredError) as caught:
        enrolment.join(tmp_path / "late", PASSPHRASE, text, clock=world.clock, argon_memory_kib=MEMORY_KIB)
    assert_sentence(caught.value)
    assert not (tmp_path / "late").exists()
    with pytest.raises(InvitationExpiredError):
        enrolment.admit(world.desk, joined.reply_text, confirm=joined.check)


@pytest.mark.parametrize("text", ["", "hello", "kantha:", "KANTHA1:AAAA", "x" * 5_000, "ক" * 300])
def test_what_is_no_invitation_makes_nothing(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvitationRefusedError) as caught:
        enrolment.join(tmp_path / "phone", PASSPHRASE, text, argon_memory_kib=MEMORY_KIB)
    assert_sentence(caught.value)
    assert devices.state(tmp_path / "phone") == "empty"
    assert not (tmp_path / "phone" / "vault.db").exists()


@settings(max_examples=40)
@given(place=st.integers(0, 300), letter=st.sampled_from("ABCabc012-_"))
def test_a_bent_invitation_or_reply_is_refused_or_shows_other_digits(
    world: World, pair: tuple[str, JoinedView], place: int, letter: str
) -> None:
    _text, joined = pair
    reply = joined.reply_text
    bent = reply[:place] + letter + reply[place + 1 :]
    if bent == reply:
        return
    try:
        view = enrolment.read_reply(world.desk, bent)
    except CryptoError as error:
        assert_sentence(error)
    else:
        assert view.check != joined.check


@pytest.fixture(scope="module")
def pair(world: World) -> tuple[str, JoinedView]:
    return invited(world, label())


def test_a_reply_to_another_organisations_invitation_is_refused(world: World, tmp_path: Path) -> None:
    pool = world.relay.create_pool()
    other = organisation.create(
        tmp_path / "desk", PASSPHRASE, name="Other Union", relay=world.relay.url, pool=pool.name,
        publish_token=pool.publish_token, gap_seconds=0, argon_memory_kib=MEMORY_KIB,
    )  # fmt: skip
    try:
        _text, joined = invited(world, label())
        with pytest.raises(ReplyRefusedError) as caught:
            enrolment.read_reply(other, joined.reply_text)
        assert_sentence(caught.value)
    finally:
        other.lock()


def test_a_folder_that_has_a_vault_is_not_joined_over(world: World) -> None:
    name = label()
    text, joined = invited(world, name)
    with pytest.raises(VaultExistsError):
        enrolment.join(world.root / name, PASSPHRASE, text, argon_memory_kib=MEMORY_KIB)
    phone = world.open(name)
    assert enrolment.joining(phone) == joined


def test_a_weak_passphrase_makes_nothing(world: World, tmp_path: Path) -> None:
    text = enrolment.invite(world.desk, role="intake", desk="main").text
    for weak in ("", "short", "a" * 30, "1234567890123456"):
        with pytest.raises(WeakPassphraseError):
            enrolment.join(tmp_path / "phone", weak, text, argon_memory_kib=MEMORY_KIB)
    assert not (tmp_path / "phone" / "vault.db").exists()


def test_a_label_is_taken_once_and_a_desk_must_exist(world: World) -> None:
    name = label()
    world.phone(name)
    with pytest.raises(LabelTakenError):
        enrolment.invite(world.desk, role="intake", desk="main", label=name.upper())
    for change in ({"desk": "nowhere"}, {"role": "boss"}, {"label": "x" * 41}):
        with pytest.raises(ChoiceUnknownError) as caught:
            enrolment.invite(world.desk, **{"role": "intake", "desk": "main", **change})  # type: ignore[arg-type]
        assert_sentence(caught.value)


def test_without_a_label_each_device_gets_one_of_its_own(world: World) -> None:
    labels = []
    for number in range(2):
        text = enrolment.invite(world.desk, role="intake", desk="main").text
        joined = enrolment.join(world.root / f"n{number}", PASSPHRASE, text, argon_memory_kib=MEMORY_KIB)
        labels.append(enrolment.admit(world.desk, joined.reply_text, confirm=joined.check).label)
    assert len(set(labels)) == 2


def test_a_phone_can_invite_nobody(world: World) -> None:
    phone = world.phone(label())
    with pytest.raises(Exception) as caught:  # noqa: PT011  (which of its errors is not the point)
        enrolment.invite(phone, role="intake", desk="main")
    assert_sentence(caught.value)


def test_every_phone_has_a_prefix_and_every_handler_a_slot_of_its_own(world: World) -> None:
    phones = [world.phone(label()) for _ in range(3)]
    handlers = [world.handler(label())]
    prefixes = [phone.code_prefix for phone in phones]
    assert len(set(prefixes)) == 3
    assert all(prefix is not None and 100 <= prefix <= 999 for prefix in prefixes)
    slots = [handler.member.slot for handler in (world.desk, *handlers)]
    assert len(set(slots)) == len(slots)


def test_admitted_while_the_relay_is_down_the_welcome_waits_and_the_file_works(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        name = label()
        _text, joined = invited(world, name)
        port = world.relay.port
        world.relay.kill()
        admitted = enrolment.admit(world.desk, joined.reply_text, confirm=joined.check)
        assert not admitted.published
        phone = world.open(name)
        world.restart_relay()
        assert world.relay.port == port
        world.sync(world.desk)
        world.sync(phone)
        assert phone.joined
        (code,) = intake.new_complaints(phone, [record()], finish=True)
        world.sync(phone, world.desk)
        assert [row.code for row in casework.inbox(world.desk)] == [code]


def test_a_handler_who_joins_later_reads_what_came_before_and_misses_nothing_falsely(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        phone = world.phone("Blue-7")
        (old,) = intake.new_complaints(phone, [record("before")], finish=True)
        world.round(phone)
        other = world.handler("Desk-2")
        world.sync(other)
        assert intake.show(other, old).record["narrative"] == "before"  # type: ignore[index]
        assert intake.show(other, old).authentic is None, "nobody vouched for it to this handler"
        (new,) = intake.new_complaints(phone, [record("after")], finish=True)
        assert world.sync(phone, other).missing == []
        assert intake.show(other, new).authentic is True
        world.sync(phone)
        assert world.sync(other).missing == []
        assert world.sync(world.desk).missing == []
        assert intake.show(world.desk, new).authentic is True
        world.sync(world.desk, other)
        world.sync(phone)
        assert sending.outbox(phone).items == []
        assert len(casework.inbox(other)) == len(casework.inbox(world.desk)) == 2
