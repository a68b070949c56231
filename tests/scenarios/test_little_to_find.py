"""What is left to find: on a seized phone whose passphrase is known, and at a seized relay."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.actions import casework, intake, sending
from app.actions.device import Device
from app.vault import slots
from crypto.encoding import encode
from crypto.primitives import sha256
from sync.outbox import Deposit, Outbox
from sync.wire import CELL_BYTES, DEPOSIT_BYTES_OF, REPLY_CELL_BYTES
from tests.sync.world import PASSPHRASE, World, record
from tests.vault import forensics

PLANTED = {
    "narrative": ["quillverbatim", "পাটকলবাঁশি", "ពាក្យសម្ងាត់ភ្លៀង"],
    "name": ["Zorinakhatun", "জোরিনাখাতুন"],
    "phone": ["01799-471182"],
}
ALL = [word for words in PLANTED.values() for word in words]
LATER = ["additionzeppelin", "উত্তরেরঝিনুক", "questionmarzipan"]


def planted(number: int) -> dict[str, object]:
    return record(
        f"{number} " + " ".join(PLANTED["narrative"]) + " filler" * 60 * (number % 5),
        person={"name": " ".join(PLANTED["name"]), "phone": PLANTED["phone"][0]},
        remedy_wanted=PLANTED["narrative"][0],
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("seized")) as world:
        yield world


def on_phone(phone: Device, words: list[str]) -> list[tuple[str, str]]:
    return forensics.where(phone.home, slots.read(phone.home / "slots.json", PASSPHRASE), words)


def at_relay(world: World, words: list[str]) -> list[tuple[str, str]]:
    forms = {word: forensics.forms(word) for word in words}
    contents: dict[str, bytes] = {}
    for path in world.relay.data_dir.rglob("*"):
        with contextlib.suppress(FileNotFoundError, IsADirectoryError):  # the relay clears up while it runs
            contents[str(path)] = path.read_bytes()
    assert any(len(data) >= CELL_BYTES for data in contents.values())
    return [
        (word, name)
        for name, data in contents.items()
        for word in words
        for form in forms[word]
        if form in data
    ]


def test_no_planted_word_is_found_after_finish_nor_ever_at_the_relay(world: World) -> None:
    phone = world.phone("Blue-1")
    draft = intake.new_draft(phone)
    for step in range(4):
        intake.save_draft(phone, draft.id, planted(step), step)
    assert {word for word, _ in on_phone(phone, ALL)} == set(ALL), (
        "the examiner can read what is still a draft"
    )
    codes = [intake.finish(phone, draft.id)]
    assert on_phone(phone, ALL) == []
    codes += intake.new_complaints(phone, [planted(number) for number in range(40)], finish=True)
    assert on_phone(phone, ALL) == []

    world.round(phone)
    casework.ask(world.desk, codes[0], LATER[2])
    world.sync(world.desk, phone)
    assert [question.text for question in intake.questions(phone)] == [LATER[2]]
    intake.reply(phone, codes[0], LATER[1])
    intake.add(phone, codes[1], text=LATER[0])
    assert on_phone(phone, ALL + LATER) == []
    world.round(phone)
    assert [message.text for message in intake.show(world.desk, codes[0]).messages] == [LATER[2], LATER[1]]

    assert on_phone(phone, ALL + LATER) == []
    assert at_relay(world, [*ALL, *LATER, *codes, "Sramik Union", "Blue-1"]) == []
    phone.lock()
    world.devices.remove(phone)
    assert on_phone(phone, ALL + LATER) == []


def test_after_the_confirmation_no_body_and_no_hash_of_what_was_sent_is_on_the_phone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = world.phone("Blue-2")
    deposits: list[Deposit] = []
    store = Outbox.store

    def remember(self: Outbox, deposit_id: bytes, stream: str, body: bytes) -> Deposit:
        deposits.append(store(self, deposit_id, stream, body))
        return deposits[-1]

    monkeypatch.setattr(Outbox, "store", remember)
    codes = intake.new_complaints(phone, [planted(number) for number in range(5)], finish=True)
    for number in range(7):  # one by one, so that the pages of the tables split and join
        intake.new_complaints(phone, [planted(number * number)], finish=True)
    intake.add(phone, codes[0], text="later " * 5_000)
    bodies = [
        bytes(row[0]) for row in phone.vault.db.execute("SELECT body FROM sync_cell WHERE parcel NOT NULL")
    ]
    parcels = [bytes(row[0]) for row in phone.vault.db.execute("SELECT id FROM sync_parcel")]
    assert len(bodies) > len(parcels) == 13
    world.sync(phone)
    sent = [cell for deposit in deposits for cell in cut(deposit)]
    assert len(sent) == 32
    world.sync(world.desk, world.desk, phone)
    assert sending.outbox(phone).items == []

    found = forensics.everything(phone.home, slots.read(phone.home / "slots.json", PASSPHRASE))
    traces = [*parcels, *(sha256(body) for body in bodies)]
    for cell in sent:
        traces += [sha256(cell), cell[64:96], cell[8_000:8_032], cell[-32:]]
    for body in bodies:
        traces += [body[200:232], body[len(body) // 2 :][:32], body[-40:-8]]
    traces += [deposit.token for deposit in deposits]
    assert [(name, trace.hex()) for name, data in found.items() for trace in traces if trace in data] == []


def cut(deposit: Deposit) -> list[bytes]:
    size = CELL_BYTES if deposit.stream == "complaints" else REPLY_CELL_BYTES
    return [deposit.body[start : start + size] for start in range(0, len(deposit.body), size)]


def test_every_cell_at_the_relay_has_one_size_and_none_comes_twice(world: World) -> None:
    world.settle()
    for stream, size in (("complaints", CELL_BYTES), ("replies", REPLY_CELL_BYTES)):
        cells = world.cells_at_relay()[stream]
        assert len(cells) > 16
        assert {len(cell) for cell in cells} == {size}
        assert len(set(cells)) == len(cells)
    pages = [path for path in (world.relay.data_dir / "pages").rglob("*") if path.is_file()]
    for path in pages:
        size = CELL_BYTES if path.parent.name.endswith("-0") else REPLY_CELL_BYTES
        assert path.stat().st_size % size == 0
    database = sqlite3.connect(f"file:{world.relay.data_dir / 'relay.db'}?mode=ro", uri=True)
    for (counted,) in database.execute("SELECT cells FROM page"):
        assert counted % 4 == 0
    database.close()


@pytest.mark.parametrize("size", [1, 4])
def test_a_session_deposits_the_same_whatever_waits(world: World, size: int) -> None:
    phone = world.phone(f"Blue-same-{size}")
    desk = phone.member.desk
    for waiting in (0, 1, 7, 8, 9, 30, 31, 32, 33, 60):
        for number in range(waiting):
            phone.outbox.put_cell(desk, 1, encode([number]))
        before = {stream: len(cells) for stream, cells in world.cells_at_relay().items()}
        report = world.sync(phone, deposits=None if size == 4 else size)
        after = {stream: len(cells) for stream, cells in world.cells_at_relay().items()}
        assert report.deposited == 8 * size
        assert after["complaints"] - before["complaints"] == 8 * size, waiting
        assert after["replies"] == before["replies"]
        phone.vault.db.execute("DELETE FROM sync_cell")


def test_a_session_has_the_same_requests_whatever_waits_or_came(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    import httpx

    phone, seen = world.phone("Blue-shape"), list[tuple[str, str, int, int]]()
    send = httpx.Client.send

    def watch(self: httpx.Client, request: httpx.Request, **more: object) -> httpx.Response:
        answer = send(self, request, **more)  # type: ignore[arg-type]
        path = request.url.path.rpartition("/deposits/")
        seen.append((request.method, path[0] or path[2], len(request.content), answer.status_code))
        return answer

    def shape() -> list[tuple[str, str, int, int]]:
        seen.clear()
        monkeypatch.setattr(httpx.Client, "send", watch)
        world.sync(phone)
        monkeypatch.setattr(httpx.Client, "send", send)
        return [one for one in seen if "/pages/" not in one[1]]

    silent = shape()
    codes = intake.new_complaints(phone, [planted(number) for number in range(9)], finish=True)
    busy = shape()
    world.sync(world.desk)
    casework.ask(world.desk, codes[0], "?")
    world.sync(world.desk)
    asked = shape()
    assert len(intake.questions(phone)) == 1
    assert silent == busy == asked
    assert [one[2] for one in silent if one[0] == "PUT"] == [DEPOSIT_BYTES_OF["complaints"]] * 4
    pages = sorted(one[1] for one in seen if "/pages/" in one[1])
    shape()
    assert sorted(one[1] for one in seen if "/pages/" in one[1]) == pages, "what was read is fetched again"


def test_a_folder_without_its_passphrase_shows_nothing(world: World, tmp_path: Path) -> None:
    phone = world.phone("Blue-9")
    intake.new_complaints(phone, [planted(1)], finish=False)
    wrong = bytes(32)
    assert forensics.where(phone.home, wrong, [*ALL, "Sramik Union", "Blue-9", world.relay.url]) == []
