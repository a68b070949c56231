"""Making an organisation, with and without its relay, and looking at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.actions import casework, enrolment, intake, organisation
from app.actions import device as devices
from app.actions.device import Device
from app.actions.organisation import SetUpRefusedError
from app.vault.errors import VaultBusyError, VaultExistsError
from crypto.errors import WeakPassphraseError
from sync.errors import PoolUnknownError, PublishRefusedError, RelayRubbishError
from tests.sync.relay.running import start_relay
from tests.sync.rubbish import RUBBISH, serving
from tests.sync.world import DAY, MEMORY_KIB, PASSPHRASE, Clock, World, record

POOL, TOKEN = "ab" * 16, "t" * 43


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("organisation")) as world:
        yield world


def create(home: Path, relay: str, **changes: object) -> Device:
    said = {"name": "Sramik Union", "pool": POOL, "publish_token": TOKEN, "gap_seconds": 0, **changes}
    return organisation.create(home, PASSPHRASE, relay=relay, argon_memory_kib=MEMORY_KIB, **said)  # type: ignore[arg-type]


def nothing_at(home: Path) -> bool:
    return devices.state(home) == "empty" and not (home.exists() and any(home.iterdir()))


def test_the_first_device_is_officer_and_handler_of_the_desk_main(world: World) -> None:
    view = organisation.show(world.desk)
    assert (view.name, view.threshold, view.root_version) == ("Sramik Union", 1, 1)
    assert [desk.name for desk in view.desks] == ["main"]
    assert [(one.label, one.role, one.desk, one.state) for one in view.devices] == [
        ("Desk-1", "handler", "main", "active")
    ]
    assert world.desk.officer
    assert world.desk.role == "handler"
    assert world.desk.joined


def test_a_phone_sees_handlers_and_no_other_phone(world: World) -> None:
    first, second = world.phone("Blue-1"), world.phone("Red-2")
    world.sync(world.desk, first, second)
    at_desk = [one.label for one in organisation.show(world.desk).devices]
    assert sorted(at_desk) == ["Blue-1", "Desk-1", "Red-2"]
    for phone in (first, second):
        assert [one.label for one in organisation.show(phone).devices] == ["Desk-1"]
        assert not phone.officer
        assert phone.label_of(world.desk.id) == "Desk-1"
    assert first.label_of(second.id) == ""
    assert first.roster() is None


def test_a_device_that_was_heard_says_when_and_what_is_missing(world: World) -> None:
    phone = world.phone("Green-3")
    before = {one.label: one.last_heard for one in organisation.show(world.desk).devices}
    assert before["Green-3"] is None
    intake.new_complaints(phone, [record()], finish=True)
    world.sync(phone, world.desk)
    view = next(one for one in organisation.show(world.desk).devices if one.label == "Green-3")
    assert view.last_heard is not None
    assert view.missing == 0


def test_it_says_who_signs_what_was_revoked_and_what_should_be_looked_after(tmp_path: Path) -> None:
    clock = Clock()
    with World(tmp_path, clock=clock) as world:
        second = world.officer("Officer-2")
        world.phone("Lost-1")
        world.revoke("Lost-1", reason="lost")
        view = organisation.show(world.desk)
        assert [(one.label, one.this) for one in view.officers] == [("Desk-1", True), ("Officer-2", False)]
        assert {one.device for one in view.officers} == {world.desk.id.hex(), second.id.hex()}
        assert (view.threshold, view.handler_officers, view.proposals, view.replies) == (1, 1, 0, 0)
        rows = {one.label: one for one in view.devices}
        assert [rows[label].officer for label in ("Desk-1", "Officer-2", "Lost-1")] == [True, True, False]
        assert (rows["Lost-1"].state, rows["Lost-1"].reason) == ("revoked", "lost")
        assert rows["Lost-1"].revoked_at is not None
        assert view.warnings == []
        assert view.drill is not None
        assert (view.drill.at, view.drill.due) == (None, True)
        clock.ahead = 15 * DAY
        assert ("stale", 15) in [(one.kind, one.days) for one in organisation.show(world.desk).warnings]


def test_without_a_network_an_organisation_is_made_and_published_later(tmp_path: Path) -> None:
    with start_relay(tmp_path / "relay") as relay:
        pool, url, port = relay.create_pool(), relay.url, relay.port
        relay.kill()
        desk = create(tmp_path / "desk", url, pool=pool.name, publish_token=pool.publish_token)
        try:
            assert desk.org_name == "Sramik Union"
            text = enrolment.invite(desk, role="intake", desk="main", label="Blue-7").text
            joined = enrolment.join(tmp_path / "phone", PASSPHRASE, text, argon_memory_kib=MEMORY_KIB)
            admitted = enrolment.admit(desk, joined.reply_text, confirm=joined.check)
            assert not admitted.published
            with start_relay(tmp_path / "relay", port=port):
                from app.actions import sending

                phone = devices.unlock(tmp_path / "phone", PASSPHRASE)
                try:
                    sending.sync(desk)
                    enrolment.import_bundle(phone, admitted.welcome)
                    sending.sync(phone)
                    (code,) = intake.new_complaints(phone, [record()], finish=True)
                    sending.sync(phone)
                finally:
                    phone.lock()
                sending.sync(desk)
                assert [row.code for row in casework.inbox(desk)] == [code]
        finally:
            desk.lock()


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "x" * 101},
        {"pool": "ab"},
        {"pool": "g" * 32},
        {"publish_token": "short"},
        {"publish_token": TOKEN + "="},
        {"gap_seconds": -1},
        {"gap_seconds": 90_000},
        {"relay": "relay.example"},
        {"relay": "ftp://relay.example"},
        {"relay": "https://" + "x" * 300},
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_with_a_sentence_and_nothing_is_made(
    tmp_path: Path, change: dict[str, object]
) -> None:
    relay = str(change.pop("relay", "http://127.0.0.1:1"))
    with pytest.raises(SetUpRefusedError) as caught:
        create(tmp_path / "desk", relay, **change)
    assert str(caught.value).endswith(".")
    assert nothing_at(tmp_path / "desk")


def test_a_weak_passphrase_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(WeakPassphraseError):
        organisation.create(
            tmp_path / "desk",
            "too short",
            name="U",
            relay="http://127.0.0.1:1",
            pool=POOL,
            publish_token=TOKEN,
        )
    assert nothing_at(tmp_path / "desk")


def test_a_token_or_a_pool_that_the_relay_refuses_leaves_nothing(world: World, tmp_path: Path) -> None:
    for change, error in (
        ({"pool": world.relay.create_pool().name}, PublishRefusedError),
        ({"publish_token": world.pool.publish_token}, PoolUnknownError),
    ):
        with pytest.raises(error) as caught:
            create(tmp_path / "desk", world.relay.url, **change)
        assert str(caught.value).endswith(".")
        assert nothing_at(tmp_path / "desk")


@pytest.mark.parametrize("kind", ["a log-in page", "an error of the server", "success for everything"])
def test_rubbish_in_the_relays_place_leaves_nothing(tmp_path: Path, kind: str) -> None:
    with serving(RUBBISH[kind]) as url, pytest.raises(RelayRubbishError):
        create(tmp_path / "desk", url)
    assert nothing_at(tmp_path / "desk")


def test_a_pool_that_belongs_to_another_organisation_is_refused_and_stays_theirs(
    world: World, tmp_path: Path
) -> None:
    with pytest.raises(SetUpRefusedError, match="belongs to another") as caught:
        create(
            tmp_path / "desk", world.relay.url, pool=world.pool.name, publish_token=world.pool.publish_token
        )
    assert str(caught.value).endswith(".")
    assert nothing_at(tmp_path / "desk")
    phone = world.phone("After-4")
    intake.new_complaints(phone, [record()], finish=True)
    world.sync(phone, world.desk)


def test_a_folder_that_has_a_vault_is_left_as_it_is(world: World) -> None:
    files = {path.name: path.read_bytes() for path in world.desk.home.iterdir() if path.name == "slots.json"}
    with pytest.raises((VaultExistsError, VaultBusyError)):
        create(world.desk.home, world.relay.url)
    assert {name: (world.desk.home / name).read_bytes() for name in files} == files
    assert organisation.show(world.desk).name == "Sramik Union"
