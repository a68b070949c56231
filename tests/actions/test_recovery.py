"""Card, archive, drill and restoration of a small organisation, and what must not open it."""

from __future__ import annotations

import io
import os
import stat
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from app.actions import archiving, casefile, casework, intake, recovery, restoration
from app.actions.archiving import ArchiveNotWrittenError, ArchiveOfOthersError, ArchiveUnreadableError
from app.actions.cards import CardNumberError, CardsDifferError, CardTwiceError, SamePassphraseError
from app.actions.device import Device, state, unlock
from app.actions.errors import ChoiceUnknownError, NotThisRoleError
from app.actions.restoration import NotEmptyError
from app.domain import operations as ops
from app.vault import arrived, asked
from app.vault.arrived import Arrived
from app.vault.vault import Vault
from crypto.archives import ArchiveHeader, ArchiveSecret, ArchiveWriter
from crypto.cards import RecoveryCard, from_text
from crypto.errors import (
    ArchiveRefusedError,
    CardPassphraseError,
    CryptoError,
    QuorumRefusedError,
    StreamDamagedError,
    WeakPassphraseError,
)
from crypto.ids import DeskId
from crypto.primitives import DeviceSigningKey
from crypto.quorum import seal_to_quorum
from crypto.root import Policy
from sync.errors import SignHereError
from sync.ground import CardsTooFewError
from sync.known import Known
from sync.rebuilding import paper_device
from tests.actions.officers_of import CARD_PASSPHRASES, SMALL_KIB, several_officers
from tests.sync.world import DAY, MEMORY_KIB, PASSPHRASE, Clock, World, record

Card = tuple[str, str]


@dataclass
class Office:
    """Three officers of whom two must act, a phone, one complaint in a case, cards and an archive."""

    world: World
    machines: list[Device]
    phone: Device
    code: str
    cards: list[Card]
    archive: Path

    def restore(self, name: str, cards: list[Card], **more: Any) -> Device:
        device = recovery.restore(
            self.world.root / name, PASSPHRASE, archive=more.pop("archive", self.archive), cards=cards,
            argon_memory_kib=MEMORY_KIB, clock=self.world.clock, **more,
        )  # fmt: skip
        self.world.devices.append(device)
        number = next(n for n, (text, _) in enumerate(self.cards) if text == cards[0][0])
        view = recovery.card(device, passphrase=cards[0][1], memory_kib=SMALL_KIB)
        self.cards[number] = (view.text, cards[0][1])  # the publishing token is another one now
        return device


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Office]:
    with World(tmp_path_factory.mktemp("office"), clock=clock, policy=Policy()) as world:
        machines = several_officers(world)
        phone = world.phone()
        code = intake.new_complaints(phone, [record("the planted words")], finish=True)[0]
        world.round(phone)
        casework.new_case(world.desk, [code], title="A case")
        cards = []
        for device, passphrase in zip(machines, CARD_PASSPHRASES, strict=True):
            view = recovery.card(device, passphrase=passphrase, memory_kib=SMALL_KIB)
            cards.append((view.text, passphrase))
        path = world.root / "archive"
        recovery.archive(world.desk, path)
        yield Office(world, machines, phone, code, cards, path)


# --- cards ------------------------------------------------------------------------------------------------


def test_a_card_holds_what_its_officer_needs(office: Office) -> None:
    desk = office.world.desk
    card = RecoveryCard.unlock(from_text(office.cards[0][0]), CARD_PASSPHRASES[0])
    assert card.signing_seed == desk.vault.get("officer")
    assert card.kem_seed == desk.vault.get("officer-kem")
    assert card.token_master == desk.vault.get("token-master")
    assert card.directory_key == desk.member.directory_key
    assert (card.org, card.relay, card.pool) == (desk.member.org, desk.member.relay, desk.member.pool)


def test_only_an_officers_machine_makes_a_card_and_not_under_its_own_passphrase(office: Office) -> None:
    with pytest.raises(SignHereError):
        recovery.card(office.phone, passphrase=CARD_PASSPHRASES[0])
    with pytest.raises(SamePassphraseError):
        recovery.card(office.world.desk, passphrase=PASSPHRASE)
    with pytest.raises(WeakPassphraseError):
        recovery.card(office.world.desk, passphrase="short")


def test_nothing_of_a_card_or_its_passphrase_stays_in_the_vault(office: Office) -> None:
    device = office.machines[1]
    rows = [
        str(row) + str(bytes(row[-1]) if isinstance(row[-1], bytes) else "")
        for table in ("setting", "sync_place")
        for row in device.vault.db.execute(f"SELECT * FROM {table}")
    ]
    lines = office.cards[1][0].splitlines()
    assert not any(CARD_PASSPHRASES[1] in row or lines[2] in row for row in rows)


# --- archive ------------------------------------------------------------------------------------------------


def test_an_archive_belongs_to_its_owner_alone_and_says_no_word(office: Office) -> None:
    assert stat.S_IMODE(office.archive.stat().st_mode) == 0o600
    data = office.archive.read_bytes()
    for word in (
        b"planted",
        b"Sramik",
        b"Desk-1",
        office.code.encode(),
        office.world.desk.member.relay.encode(),
    ):
        assert word not in data
    assert not list(office.archive.parent.glob(".archive*"))


def test_a_phone_makes_no_archive(office: Office, tmp_path: Path) -> None:
    with pytest.raises(NotThisRoleError):
        recovery.archive(office.phone, tmp_path / "archive")


def test_an_archive_that_cannot_be_written_leaves_nothing(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes(b"the older one")
    with pytest.raises(ArchiveNotWrittenError):
        recovery.archive(office.world.desk, tmp_path / "no such folder" / "archive")

    def full(_fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ArchiveNotWrittenError):
        recovery.archive(office.world.desk, kept)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert kept.read_bytes() == b"the older one"


def test_a_row_that_no_archive_may_hold_costs_the_desk_no_archive(office: Office, tmp_path: Path) -> None:
    desk = office.world.desk
    before = recovery.archive(desk, tmp_path / "before")
    bad = Arrived(b"d" * 16, "", "addition", b"p" * 16, "main", True, 1_795_348_000, "{}")
    arrived.keep(desk.vault.db, bad)
    try:
        view = recovery.archive(desk, tmp_path / "archive")
    finally:
        desk.vault.db.execute("DELETE FROM arrival WHERE code = ''")
    assert (before.left_out, view.left_out) == (0, 1)
    assert view.complaints == before.complaints


class UndoneError(Exception):
    """Ends a transaction without a trace: the office is shared."""


def ask_and_undo(desk: Device, code: str, question: bytes) -> None:
    note = ops.Operation(
        id=os.urandom(16), case=casefile.file_of(code), at_ms=1, device=b"d" * 16, counter=1,
        kind=ops.NOTE_ADD, value={"question": question, "code": code, "text": "x"},
    )  # fmt: skip
    with desk.vault.transaction():
        casefile.take(desk, ops.encode(note))
        casefile.catch_up(desk.vault)
        assert asked.about(desk.vault.db, code) == []
        raise UndoneError


def test_a_question_that_no_archive_may_hold_is_not_kept(office: Office) -> None:
    for code, question in (("9" * 40, b"q" * 16), ("9", b"q" * 40), ("9", b"")):
        with pytest.raises(UndoneError):
            ask_and_undo(office.world.desk, code, question)


def test_what_is_known_may_be_as_much_as_a_directory_brings(office: Office) -> None:
    known = Known.of(office.world.desk.directory_client)
    assert known is not None
    grown = replace(
        known,
        chain=known.chain * (1_024 // len(known.chain)),
        head_version=2**48 - 1,
        token_epoch=2**32 - 1,
        generations=tuple((DeskId(number.to_bytes(8, "big")), 2**32 - 1) for number in range(64)),
    )
    assert Known.decode(grown.encode()) == grown


def plain_of(office: Office, path: Path | None = None) -> bytes:
    """Everything that a quorum can read of an archive."""
    brought = recovery.carding.read(office.cards[:2])
    found = io.BytesIO()
    with archiving.opened(path or office.archive) as (file, header):
        secret = archiving.secret_of(header, brought)
        found.write(secret.key)
        reader = archiving.ArchiveReader(file, header, key=secret.key)
        for _kind, values in reader.records():
            for value in values:
                found.write(value if isinstance(value, bytes) else str(value).encode())
    return found.getvalue()


def secrets_of(device: Device) -> dict[str, bytes]:
    """Every value of 32 bytes or more that this machine keeps secret, by where it is."""
    found: dict[str, bytes] = {}

    def collect(name: str, value: Any) -> None:
        if isinstance(value, bytes) and len(value) >= 32:
            found[f"{name} {len(found)}"] = value
        elif isinstance(value, str) and len(value) >= 32:
            found[f"{name} {len(found)}"] = value.encode()
        elif isinstance(value, list | tuple):
            for part in value:
                collect(name, part)
        elif isinstance(value, dict):
            for part in value.values():
                collect(name, part)

    for (name,) in device.vault.db.execute("SELECT name FROM setting").fetchall():
        raw = device.vault.get(name) or b""
        try:
            collect(name, archiving_decode(raw))
        except CryptoError:
            collect(name, raw)
    return found


def archiving_decode(raw: bytes) -> Any:
    from crypto.encoding import decode

    return decode(raw)


def test_no_seed_key_or_token_is_in_an_archive(office: Office) -> None:
    plain, secrets = plain_of(office), secrets_of(office.world.desk)
    names = {name.split(" ")[0] for name in secrets}
    assert {
        "identity",
        "officer",
        "officer-kem",
        "token-master",
        "desk-seeds",
        "epoch-keys",
        "membership",
    } <= names
    public = {bytes(office.world.desk.member.org), office.world.desk.me.identity.public}
    for name, value in secrets.items():
        assert value in public or value not in plain, name
    for (token,) in office.world.desk.vault.db.execute("SELECT token FROM sync_deposit"):
        assert bytes(token) not in plain
    assert b"the planted words" in plain


def test_ten_thousand_complaints_in_bounded_memory(tmp_path: Path, office: Office) -> None:
    desk = office.world.desk
    payload = '{"record": {"narrative": "' + "x" * 4_000 + '"}}'

    def fill(first: int, last: int) -> None:
        with desk.vault.transaction() as db:
            for number in range(first, last):
                code, parcel = f"{number:08d}", number.to_bytes(16, "big")
                arrived.keep(db, Arrived(b"f" * 16, code, "complaint", parcel, "main", True, 1, payload))

    peaks = []
    try:
        for first, last in ((0, 1_000), (1_000, 10_000)):
            fill(first, last)
            tracemalloc.start()
            view = recovery.archive(desk, tmp_path / "large")
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        assert view.complaints == 10_001
        assert view.bytes > 40_000_000
        assert max(peaks) < 2_000_000, peaks
        restored = office.restore("large", office.cards[:2], archive=tmp_path / "large", lost=())
        assert restored.vault.db.execute("SELECT count(*) FROM arrival").fetchone()[0] == 10_001
    finally:
        desk.vault.db.execute("DELETE FROM arrival WHERE device = ?", (b"f" * 16,))


# --- drill --------------------------------------------------------------------------------------------------


def test_any_two_cards_open_it_and_no_single_one(office: Office) -> None:
    for size in (1, 2, 3):
        for cards in combinations(office.cards, size):
            if size < 2:
                with pytest.raises(CardsTooFewError):
                    recovery.drill(office.archive, list(cards))
            else:
                view = recovery.drill(office.archive, list(cards))
                assert (view.complaints, view.operations, view.made_by) == (
                    1,
                    4,
                    "Desk-1",
                ) or view.operations > 0
                assert (view.officers, view.threshold, view.cards) == (3, 2, size)


def test_a_drill_is_remembered_with_its_outcome_and_changes_nothing_else(
    office: Office, clock: Clock
) -> None:
    device = office.machines[2]
    assert recovery.last_drill(device) is None
    with pytest.raises(CardsTooFewError):
        recovery.drill(office.archive, office.cards[:1], device=device)
    failed = recovery.last_drill(device)
    assert failed is not None
    assert (failed.worked, failed.due) == (False, True)
    before = [list(row) for row in device.vault.db.execute("SELECT * FROM arrival").fetchall()]
    recovery.drill(office.archive, office.cards[1:], device=device)
    assert [list(row) for row in device.vault.db.execute("SELECT * FROM arrival").fetchall()] == before
    done = recovery.last_drill(device)
    assert done is not None
    assert (done.worked, done.due) == (True, False)
    clock.ahead = 91 * DAY
    late = recovery.last_drill(device)
    clock.ahead = 0
    assert late is not None
    assert (late.worked, late.due) == (True, True)


def test_the_status_says_what_is_missing(office: Office, clock: Clock) -> None:
    view = recovery.can_restore(office.world.desk)
    assert (view.officers, view.threshold, view.officer) == (3, 2, True)
    assert view.archive_at is not None
    assert view.card_at is not None
    assert not view.archive_old
    assert not view.card_old
    clock.ahead = 8 * DAY
    assert recovery.can_restore(office.world.desk).archive_old
    clock.ahead = 0
    nothing = recovery.can_restore(office.machines[1])
    assert nothing.archive_at is None
    assert nothing.archive_old


def test_wrong_cards_and_passphrases_are_named(office: Office, tmp_path: Path) -> None:
    (one, first), two, _three = office.cards
    with pytest.raises(CardNumberError, match=r"Card 2: .*passphrase"):
        recovery.drill(office.archive, [(one, first), (two[0], "another passphrase entirely")])
    with pytest.raises(CardPassphraseError):
        recovery.drill(office.archive, [(one, "another passphrase entirely")])
    lines = two[0].splitlines()
    lines[4] = lines[4][:5] + ("2" if lines[4][5] != "2" else "3") + lines[4][6:]
    with pytest.raises(CardNumberError, match=r"Card 2: .*line 4"):
        recovery.drill(office.archive, [(one, first), ("\n".join(lines), two[1])])
    with pytest.raises(CardTwiceError):
        recovery.drill(office.archive, [(one, first), (one, first)])
    with pytest.raises(ArchiveUnreadableError):
        recovery.drill(tmp_path / "nothing", office.cards[:2])


def test_cards_of_another_organisation_open_nothing(office: Office, tmp_path: Path) -> None:
    with World(tmp_path / "another") as other:
        foreign = recovery.card(other.desk, passphrase=CARD_PASSPHRASES[0], memory_kib=SMALL_KIB)
        recovery.archive(other.desk, tmp_path / "theirs")
    card = (foreign.text, CARD_PASSPHRASES[0])
    with pytest.raises(CardsDifferError):
        recovery.drill(office.archive, [office.cards[0], card])
    with pytest.raises(ArchiveOfOthersError):
        recovery.drill(office.archive, [card])
    with pytest.raises(ArchiveOfOthersError):
        recovery.drill(tmp_path / "theirs", office.cards[:2])


# --- hostile archives -------------------------------------------------------------------------------------


def forge(office: Office, path: Path, *, by: DeviceSigningKey, maker: bytes, rows: list[list[Any]]) -> None:
    """An archive as anybody can make it who knows the officers' public keys."""
    desk = office.world.desk
    phone, known = desk.directory(), Known.of(desk.directory_client)
    assert phone is not None
    assert known is not None
    secret = ArchiveSecret(b"k" * 32)
    header = ArchiveHeader(
        org=known.org, desk=desk.member.desk, at=1, root_hash=known.newest_hash,
        threshold=phone.root.threshold,
        officers=tuple(sorted(officer.id for officer in phone.root.officers)),
        blobs=seal_to_quorum(
            secret.encode(), org=known.org, desk=desk.member.desk, threshold=phone.root.threshold,
            officers={officer.id: officer.kem for officer in phone.root.officers},
        ),
    )  # fmt: skip
    with path.open("wb") as file:
        writer = ArchiveWriter(file, header, key=secret.key)
        writer.record(archiving.KNOWN, [known.encode()])
        for kind, *values in rows:
            writer.record(kind, values)
        writer.finish(maker=maker, by=by)  # type: ignore[arg-type]


def test_only_a_handler_of_the_desk_is_believed(office: Office, tmp_path: Path) -> None:
    path, desk = tmp_path / "forged", office.world.desk
    row = [3, b"d" * 16, "118-2206-6", "complaint", b"p" * 16, "main", 1, 1, "{}"]
    forge(office, path, by=desk.me.identity, maker=desk.me.id, rows=[row])
    assert recovery.drill(path, office.cards[:2]).complaints == 1
    stranger, phone = DeviceSigningKey(b"s" * 32), office.phone.me
    for by, maker in ((stranger, desk.me.id), (stranger, b"x" * 16), (phone.identity, phone.id)):
        forge(office, path, by=by, maker=maker, rows=[row])
        with pytest.raises(ArchiveRefusedError):
            recovery.drill(path, office.cards[:2])
        with pytest.raises(ArchiveRefusedError):
            office.restore("hostile", office.cards[:2], archive=path)
        assert state(office.world.root / "hostile") == "empty"
        assert not (office.world.root / "hostile.restoring").exists()


def test_a_row_that_is_none_spoils_the_whole_archive(office: Office, tmp_path: Path) -> None:
    path, desk = tmp_path / "spoilt", office.world.desk
    good = [3, b"d" * 16, "118-2206-6", "complaint", b"p" * 16, "main", 1, 1, "{}"]
    forge(office, path, by=desk.me.identity, maker=desk.me.id, rows=[good, [3, *good[1:-1], "["]])
    with pytest.raises(ArchiveRefusedError):
        office.restore("spoilt", office.cards[:2], archive=path)
    assert state(office.world.root / "spoilt") == "empty"


def test_every_cut_and_many_changed_bits_of_an_archive_refuse(office: Office, tmp_path: Path) -> None:
    data = office.archive.read_bytes()
    brought = recovery.carding.read(office.cards[:2])
    anchors = [card.root_hash for card in brought]

    def read(wrong: bytes) -> None:
        file = io.BytesIO(wrong)
        header = ArchiveHeader.read(file)
        archiving.walk(
            file, header, archiving.secret_of(header, brought), anchors=anchors, take=lambda *_: None
        )

    read(data)
    refusals = (ArchiveRefusedError, StreamDamagedError, QuorumRefusedError, ArchiveOfOthersError)
    step = len(data) // 400
    for place in range(0, len(data), step):
        with pytest.raises(refusals):
            read(data[:place])
        with pytest.raises(refusals):
            read(data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :])
    with pytest.raises(refusals):
        read(data + b"\0")


# --- restoration ------------------------------------------------------------------------------------------


def test_a_restoration_brings_everything_back_under_a_new_identity(office: Office) -> None:
    old = office.world.desk
    device = office.restore("first", [office.cards[1], office.cards[0]], lost=("Desk-2",), label="Desk-9")
    assert device.role == "handler"
    assert device.officer
    assert device.label == "Desk-9"
    assert device.id not in {one.id for one in office.machines}
    assert device.vault.get("officer") == office.machines[1].vault.get("officer")
    for table in ("arrival", "received", "operation", "asked", "case_index", "case_complaint"):
        rows = f"SELECT * FROM {table} ORDER BY 1, 2"
        mine = [list(row) for row in device.vault.db.execute(rows).fetchall()]
        assert mine == [list(row) for row in old.vault.db.execute(rows).fetchall()], table
    assert casework.cases(device)[0].title == "A case"
    view = recovery.restored(device)
    assert view is not None
    assert (view.revoked, view.published, view.complaints) == (["Desk-2"], True, 1)
    phone = device.directory()
    assert phone is not None
    named = {officer.device for officer in phone.root.officers}
    assert device.id in named
    assert not named & {office.machines[1].id}
    roster = device.roster()
    assert roster is not None
    assert {m.admission.label for m in roster.members.values() if not m.active} == {"Desk-2"}


def test_an_empty_folder_is_needed(office: Office) -> None:
    with pytest.raises(NotEmptyError):
        office.restore("desk", office.cards[:2])
    folder = office.world.root / "used"
    folder.mkdir()
    (folder / "file").write_text("mine")
    with pytest.raises(NotEmptyError):
        office.restore("used", office.cards[:2])
    assert (folder / "file").read_text() == "mine"


def test_what_cannot_be_restored_leaves_nothing(office: Office, tmp_path: Path) -> None:
    cut = tmp_path / "cut"
    cut.write_bytes(office.archive.read_bytes()[:-1])
    for wrong, cards, error in (
        ({"archive": cut}, office.cards[:2], StreamDamagedError),
        ({}, office.cards[:1], CardsTooFewError),
        ({"lost": ("Desk-77",)}, office.cards[:2], ChoiceUnknownError),
    ):
        with pytest.raises(error):
            office.restore("nothing", cards, **wrong)
        assert not (office.world.root / "nothing").exists()
        assert not (office.world.root / "nothing.restoring").exists()


def test_a_restoration_that_was_killed_begins_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    class KilledError(BaseException):
        """The process ends here."""

    def killed(*_: object, **__: object) -> None:
        raise KilledError

    work = office.world.root / "killed.restoring"
    with monkeypatch.context() as patched:
        patched.setattr(restoration, "_rebuild", killed)
        patched.setattr(restoration, "_clear", lambda _work: None)
        with pytest.raises(KilledError):
            office.restore("killed", office.cards[:2])
    assert state(office.world.root / "killed") == "empty"
    assert Vault.exists(work)
    left = unlock_vault(work)
    assert left.db.execute("SELECT count(*) FROM arrival").fetchone()[0] == 0
    left.close()
    device = office.restore("killed", [office.cards[2], office.cards[0]], lost=())
    assert device.joined
    assert not work.exists()


def unlock_vault(home: Path) -> Vault:
    return Vault.open(home, PASSPHRASE)


def test_the_restored_machine_opens_with_its_passphrase(office: Office) -> None:
    device = office.restore("again", [office.cards[0], office.cards[2]], lost=())
    label = device.label
    device.lock()
    office.world.devices.remove(device)
    opened = unlock(office.world.root / "again", PASSPHRASE)
    assert opened.label == label
    opened.lock()


def test_an_officer_on_paper_is_at_no_machine(office: Office) -> None:
    ids = {paper_device(bytes([number]) * 16) for number in range(3)}  # type: ignore[arg-type]
    assert len(ids) == 3
    assert not ids & {device.id for device in office.machines}
