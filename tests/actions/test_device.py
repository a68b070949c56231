"""An unlocked device: what it may do, and the sentences when its folder does not open."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.actions import device as devices
from app.actions import intake, sending
from app.actions.device import Device
from app.actions.errors import ChoiceUnknownError, NotAdmittedError
from app.vault.errors import (
    VaultBusyError,
    VaultDamagedError,
    VaultError,
    VaultMissingError,
)
from crypto.errors import CryptoError, WrongPassphraseError
from crypto.operations import SignedOperation, link_hash
from tests.sync.world import PASSPHRASE, World, record


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("device")) as world:
        yield world


@pytest.fixture(scope="module")
def phone(world: World) -> Device:
    return world.phone("Blue-7")


@pytest.fixture
def locked(world: World, phone: Device, tmp_path: Path) -> Path:
    """A copy of the phone's folder, with a draft and something that waits, whose vault is closed."""
    if not intake.drafts(phone):
        intake.new_complaints(phone, [record("a draft")], finish=False)
        intake.new_complaints(phone, [record("waits")], finish=True)
    phone.vault.scrub()
    home = tmp_path / "copy"
    shutil.copytree(phone.home, home)
    return home


def refused(home: Path, error: type[Exception], passphrase: str = PASSPHRASE) -> None:
    before = {path.name: path.read_bytes() for path in home.iterdir()} if home.exists() else {}
    with pytest.raises(error) as caught:
        devices.unlock(home, passphrase)
    assert isinstance(caught.value, VaultError | CryptoError)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")
    assert caught.value.next_step.endswith(".")
    assert str(home) not in str(caught.value)
    after = {path.name: path.read_bytes() for path in home.iterdir()} if home.exists() else {}
    kept = {name: data for name, data in after.items() if not name.endswith((".lock", "-wal", "-shm"))}
    assert kept == {name: data for name, data in before.items() if name in kept}
    assert kept.keys() >= {name for name in before if name in ("vault.db", "slots.json")}


def opens(home: Path) -> None:
    device = devices.unlock(home, PASSPHRASE)
    try:
        assert len(intake.drafts(device)) == 1
        assert [item.state for item in sending.outbox(device).items] == ["waiting"]
    finally:
        device.lock()


def test_a_wrong_passphrase_changes_nothing(locked: Path) -> None:
    for wrong in ("", "x", PASSPHRASE + "!", PASSPHRASE[:-1], "another phrase of some length", "ক" * 40):
        refused(locked, WrongPassphraseError, wrong)
    opens(locked)


def test_a_damaged_database_is_one_sentence_and_its_copy_opens(locked: Path) -> None:
    whole = (locked / "vault.db").read_bytes()
    for damage in (b"", whole[:1_000], bytes(len(whole)), b"x" * 4_096 + whole[4_096:]):
        (locked / "vault.db").write_bytes(damage)
        refused(locked, VaultDamagedError)
    (locked / "vault.db").write_bytes(whole)
    opens(locked)


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"version": 1}'])
def test_a_damaged_key_slot_is_one_sentence(locked: Path, damage: bytes) -> None:
    whole = (locked / "slots.json").read_bytes()
    (locked / "slots.json").write_bytes(damage)
    refused(locked, VaultDamagedError)
    (locked / "slots.json").write_bytes(whole)
    opens(locked)


def test_an_argon_memory_that_no_machine_has_is_refused_and_not_tried(locked: Path) -> None:
    slots = (locked / "slots.json").read_text()

    def huge(value: object) -> object:
        if isinstance(value, dict):
            return {key: 2**40 if key == "memory_kib" else huge(part) for key, part in value.items()}
        return [huge(part) for part in value] if isinstance(value, list) else value

    bent = json.dumps(huge(json.loads(slots)))
    assert bent != json.dumps(json.loads(slots))
    (locked / "slots.json").write_text(bent)
    refused(locked, VaultDamagedError)


def test_no_vault_and_a_folder_in_use_are_sentences(locked: Path, tmp_path: Path, phone: Device) -> None:
    refused(tmp_path / "nowhere", VaultMissingError)
    refused(phone.home, VaultBusyError)
    child = subprocess.run(
        [
            sys.executable, "-c",
            "import sys; from pathlib import Path; from app.actions import device\n"
            "try: device.unlock(Path(sys.argv[1]), sys.argv[2])\n"
            "except Exception as error: print(type(error).__name__)",
            str(phone.home), PASSPHRASE,
        ],
        capture_output=True, text=True, check=True, cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip
    assert child.stdout.strip() == "VaultBusyError"


def test_the_state_of_a_folder_is_known_without_its_passphrase(phone: Device, tmp_path: Path) -> None:
    assert devices.state(tmp_path) == "empty"
    assert devices.state(phone.home) == "ready"


def test_nothing_shows_a_key(phone: Device) -> None:
    shown = repr(phone) + repr(phone.me) + repr(phone.member) + repr(phone.state) + repr(phone.outbox)
    for secret in (phone.me.identity.seed, phone.member.directory_key, phone.member.tokens.seed):
        assert secret is not None
        assert secret.hex() not in shown
        assert repr(secret)[2:-1] not in shown


def test_a_complaint_for_a_desk_that_does_not_exist_is_sealed_for_nobody(phone: Device) -> None:
    before = sending.outbox(phone).items
    with pytest.raises(ChoiceUnknownError), phone.vault.transaction():
        phone.seal_parcel("complaint", "207-0000-0", {"desk": "nowhere"})
    assert sending.outbox(phone).items == before


def test_before_the_welcome_nothing_can_be_sealed(world: World) -> None:
    from app.actions import enrolment

    text = enrolment.invite(world.desk, role="intake", desk="main", label="Waiting-9").text
    enrolment.join(world.root / "waiting", PASSPHRASE, text, argon_memory_kib=65_536)
    waiting = world.open("waiting")
    with pytest.raises(NotAdmittedError), waiting.vault.transaction():
        waiting.seal_parcel("complaint", "207-0000-0", {})
    with pytest.raises(NotAdmittedError):
        intake.new_complaints(waiting, [record()], finish=True)


def test_a_question_that_is_too_long_for_one_cell_is_refused(world: World) -> None:
    with pytest.raises(ChoiceUnknownError), world.desk.vault.transaction():
        world.desk.queue_reply(b"x" * 16, "question", {"text": "?" * 4_000})


def test_operations_are_chained_and_many_go_into_one_cell(world: World) -> None:
    desk = world.desk
    with desk.vault.transaction():
        for number in range(40):
            desk.queue_operation({"kind": "note.add", "value": f"{number} " + "x" * 300})
    rows = desk.vault.db.execute("SELECT body FROM sync_cell WHERE kind = 3 ORDER BY counter").fetchall()
    assert 1 < len(rows) < 10
    from crypto.encoding import decode

    links = [link for (body,) in rows for link in decode(bytes(body))]
    previous, counter = bytes(32), 0
    for link in links:
        read = SignedOperation.read(link, identity_public=desk.me.identity.public)
        if counter:
            assert read.previous == previous
        assert read.counter == counter + 1
        previous, counter = link_hash(link), read.counter
    assert counter == 40
    desk.vault.db.execute("DELETE FROM sync_cell WHERE kind = 3")
