"""All 102 complaints of the corpus go from three phones to the desk, and an answer comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.actions import casework, enrolment, intake, sending
from app.domain.record import fill, parse
from tests.corpus.mapping import records
from tests.sync.world import FEW_DEVICES, MEMORY_KIB, PASSPHRASE, World, record

BENGALI = "তৃতীয় তলার জরুরি দরজায় তালা দেওয়া ছিল। আগুন লাগলে বের হতে পারতাম না।"
KHMER = "ទ្វារចេញនៅជាន់ទីបីត្រូវបានចាក់សោ។ ពួកយើងខ្លាច។"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("journey"), policy=FEW_DEVICES) as world:
        yield world


def test_every_complaint_of_the_corpus_comes_out_as_it_went_in(world: World) -> None:
    phones = [world.phone(label) for label in ("Blue-1", "Red-2", "Green-3")]
    told = records()
    assert len(told) == 102
    sent: dict[str, tuple[str, dict[str, object]]] = {}
    for number, phone in enumerate(phones):
        share = told[number::3]
        for code, given in zip(intake.new_complaints(phone, share, finish=True), share, strict=True):
            sent[code] = (phone.id.hex(), given)
    assert len(sent) == 102

    while any(sending.outbox(phone).items for phone in phones):
        for phone in phones:
            world.sync(phone)
        report = world.sync(world.desk)
        assert report.missing == [], "what only waits for its turn is not missing"
    assert len(casework.inbox(world.desk)) == 102

    for code, (device, given) in sent.items():
        shown = intake.show(world.desk, code)
        assert shown.record == fill(parse(given)), code
        assert shown.authentic is True, code
        assert shown.device == device, code
    for phone in phones:
        assert phone.outbox.waiting() == 0
        assert {row.status for row in intake.listing(phone)} == {"received"}
        assert all(intake.show(phone, row.code).record is None for row in intake.listing(phone))


def test_bengali_and_khmer_questions_return_with_their_answers(world: World) -> None:
    phone = world.phone("Sari-4")
    bengali, khmer = intake.new_complaints(
        phone, [record(BENGALI, language="bn"), record(KHMER, language="km")], finish=True
    )
    world.sync(phone, world.desk)
    assert intake.show(world.desk, bengali).record["narrative"] == BENGALI
    assert intake.show(world.desk, khmer).record["narrative"] == KHMER

    casework.ask(world.desk, bengali, "কখন ঘটেছিল?")
    casework.ask(world.desk, khmer, "តើវាកើតឡើងនៅពេលណា?")
    world.sync(world.desk, phone)
    asked = {question.code: question.text for question in intake.questions(phone)}
    assert asked == {bengali: "কখন ঘটেছিল?", khmer: "តើវាកើតឡើងនៅពេលណា?"}

    intake.reply(phone, bengali, "গত মঙ্গলবার")
    intake.reply(phone, khmer, "ថ្ងៃអង្គារ")
    assert intake.questions(phone) == []
    world.sync(phone, world.desk)
    for code, question, answer in (
        (bengali, "কখন ঘটেছিল?", "গত মঙ্গলবার"),
        (khmer, "តើវាកើតឡើងនៅពេលណា?", "ថ្ងៃអង្គារ"),
    ):
        messages = intake.show(world.desk, code).messages
        assert [(message.from_, message.text) for message in messages] == [
            ("desk", question),
            ("device", answer),
        ]
        assert messages[1].authentic is True


def test_what_she_brings_later_arrives_under_her_code(world: World) -> None:
    phone = world.phone("Late-5")
    (code,) = intake.new_complaints(phone, [record()], finish=True)
    world.round(phone)
    assert sending.outbox(phone).items == []
    intake.add(phone, code, text="আজ বেতনের রসিদ এনেছেন")
    assert [item.kind for item in sending.outbox(phone).items] == ["addition"]
    world.round(phone)
    assert [message.text for message in intake.show(world.desk, code).messages] == ["আজ বেতনের রসিদ এনেছেন"]
    assert sending.outbox(phone).items == []
    intake.add(phone, code, withdraw=True)
    world.sync(phone, world.desk)
    row = next(row for row in casework.inbox(world.desk) if row.code == code)
    assert row.added == 2


def test_a_long_complaint_of_many_cells_is_put_together(world: World) -> None:
    phone = world.phone("Long-6")
    narrative = "ជាន់ទីបី និង জরুরি দরজা ۔ " * 4_000
    (code,) = intake.new_complaints(phone, [record(narrative)], finish=True)
    assert world.sync(phone, world.desk).received == 1
    assert intake.show(world.desk, code).record["narrative"] == narrative
    world.round(phone)
    assert sending.outbox(phone).items == []


def test_a_phone_that_took_its_welcome_from_a_file_sends_all_the_same(world: World) -> None:
    invited = enrolment.invite(world.desk, role="intake", desk="main", label="Stick-7")
    joined = enrolment.join(world.root / "Stick-7", PASSPHRASE, invited.text, argon_memory_kib=MEMORY_KIB)
    admitted = enrolment.admit(world.desk, joined.reply_text, confirm=joined.check)
    phone = world.open("Stick-7")
    enrolment.import_bundle(phone, admitted.welcome)
    codes = intake.new_complaints(phone, [record(f"number {n}") for n in range(45)], finish=True)
    assert world.sync(phone, world.desk).missing == [], "what waits for its turn is not missing"
    world.round(phone)
    assert {intake.show(world.desk, code).authentic for code in codes} == {True}
    assert sending.outbox(phone).items == []
