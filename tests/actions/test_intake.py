from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.actions import arrivals, intake
from app.actions.errors import (
    ActionError,
    ChoiceUnknownError,
    CodeMalformedError,
    CodesUsedUpError,
    CodeUnknownError,
    DraftUnknownError,
    IncompleteError,
    NoConsentError,
    NotAdmittedError,
    NotFinishedError,
    QuestionUnknownError,
    RecordRefusedError,
    TextRefusedError,
)
from app.domain.codes import format_code, parse_code
from app.domain.record import fill, parse
from app.vault import slots
from app.vault.errors import VaultFullError
from tests.actions.fakes import NOON, PASSPHRASE, FakeDevice
from tests.vault import forensics

Make = Callable[[str], FakeDevice]
Record = dict[str, Any]
DAY_S = 86_400


def words_of(record: Record) -> list[str]:
    return [
        *(word for word in record["narrative"].split() if len(word) > 5),
        "Planted Garments",
        "Rahima Khatun",
        "01711-209345",
        '"O2"',
    ]


def found_on(device: FakeDevice, words: list[str]) -> list[tuple[str, str]]:
    return forensics.where(device.home, slots.read(device.home / "slots.json", PASSPHRASE), words)


def test_a_draft_is_numbered_saved_and_opened_where_it_was_left(phone: FakeDevice) -> None:
    draft = intake.new_draft(phone)
    assert parse_code(draft.code) == draft.code
    assert draft.code.startswith("207-")
    assert (draft.step, draft.record, draft.desk) == (0, {}, "main")
    intake.save_draft(phone, draft.id, {"narrative": "half of it"}, 4)
    assert intake.load_draft(phone, draft.id).record == {"narrative": "half of it"}
    assert intake.load_draft(phone, draft.id).step == 4
    (line,) = intake.drafts(phone)
    assert (line.id, line.code, line.step, line.title_hint) == (draft.id, draft.code, 4, None)
    assert line.started_at == "2026-11-22T12:00:00Z"


def test_a_draft_survives_a_process_that_ends_without_a_word(make: Make) -> None:
    phone = make("blue")
    draft = intake.new_draft(phone)
    intake.save_draft(phone, draft.id, {"narrative": "half of it"}, 4)
    phone.vault._release()  # what the end of a process does; nothing is tidied up
    assert intake.load_draft(make("blue"), draft.id).record == {"narrative": "half of it"}


def test_a_draft_takes_any_part_but_nothing_malformed(phone: FakeDevice) -> None:
    draft = intake.new_draft(phone)
    intake.save_draft(phone, draft.id, {"danger": {"now": "no"}}, 1)
    with pytest.raises(RecordRefusedError) as caught:
        intake.save_draft(phone, draft.id, {"danger": {"now": "perhaps"}}, 2)
    assert caught.value.path == "$.danger.now"
    assert intake.load_draft(phone, draft.id).record == {"danger": {"now": "no"}}
    with pytest.raises(RecordRefusedError):
        intake.save_draft(phone, draft.id, {"nonsense": 1}, 2)


def test_the_record_picks_the_desk_and_an_unknown_desk_is_refused_with_its_path(phone: FakeDevice) -> None:
    draft = intake.new_draft(phone)
    assert intake.save_draft(phone, draft.id, {"desk": "private"}, 1).desk == "private"
    assert intake.load_draft(phone, draft.id).desk == "private"
    with pytest.raises(RecordRefusedError) as caught:
        intake.save_draft(phone, draft.id, {"desk": "elsewhere"}, 2)
    assert caught.value.path == "$.desk"
    with pytest.raises(ChoiceUnknownError):
        intake.new_draft(phone, desk="elsewhere")
    assert len(intake.drafts(phone)) == 1


def test_finishing_seals_what_was_told_for_the_desk_that_was_chosen(
    phone: FakeDevice, record: Record
) -> None:
    draft = intake.new_draft(phone, desk="private")
    intake.save_draft(phone, draft.id, record, 12)
    code = intake.finish(phone, draft.id)
    assert code == draft.code
    ((kind, sealed_code, payload),) = phone.sealed
    assert (kind, sealed_code, payload["desk"]) == ("complaint", code, "private")
    assert payload["record"] == fill(parse(record))
    assert payload["finished"] == "2026-11-22T12:00:00Z"
    assert intake.drafts(phone) == []
    assert [(row.code, row.status, row.at, row.kind) for row in intake.listing(phone)] == [
        (code, "sealed", "2026-11-22", "complaint")
    ]


def test_after_finish_the_phone_cannot_show_what_was_told(phone: FakeDevice, record: Record) -> None:
    draft = intake.new_draft(phone)
    intake.save_draft(phone, draft.id, record, 12)
    before = intake.show(phone, draft.code)
    assert before.status == "draft"
    assert before.record == fill(parse(record, draft=True))
    code = intake.finish(phone, draft.id)
    after = intake.show(phone, code.replace("-", ""))
    assert (after.code, after.status, after.record, after.messages) == (code, "sealed", None, [])
    with pytest.raises(DraftUnknownError):
        intake.load_draft(phone, draft.id)
    with pytest.raises(DraftUnknownError):
        intake.finish(phone, draft.id)


def test_after_finish_no_word_is_in_any_file_of_the_phone(phone: FakeDevice, record: Record) -> None:
    draft = intake.new_draft(phone)
    other = intake.new_draft(phone)
    told: Record = {}
    for step, (name, value) in enumerate(record.items()):
        told[name] = value
        intake.save_draft(phone, draft.id, told, step)
        intake.save_draft(phone, other.id, {"narrative": "something else " * step}, step)
    told["narrative"] += record["narrative"] * 200
    intake.save_draft(phone, draft.id, told, 12)
    words = words_of(record)
    assert {word for word, _ in found_on(phone, words)} == set(words), "the draft itself must be found before"
    intake.finish(phone, draft.id)
    assert found_on(phone, words) == []
    phone.vault.close()
    assert found_on(phone, words) == []


def test_a_discarded_draft_leaves_no_word_and_its_code_is_not_given_again(
    phone: FakeDevice, record: Record
) -> None:
    draft = intake.new_draft(phone)
    intake.save_draft(phone, draft.id, record, 12)
    intake.discard_draft(phone, draft.id)
    assert found_on(phone, words_of(record)) == []
    assert intake.new_draft(phone).code != draft.code
    with pytest.raises(CodeUnknownError, match="discarded"):
        intake.add(phone, draft.code, text="more")


def test_what_is_missing_is_named_and_nothing_is_lost(phone: FakeDevice) -> None:
    draft = intake.new_draft(phone)
    intake.save_draft(phone, draft.id, {"consent": {"record": "yes"}}, 2)
    with pytest.raises(IncompleteError) as caught:
        intake.finish(phone, draft.id)
    assert caught.value.missing == ["danger", "narrative", "happened", "facility"]
    assert intake.load_draft(phone, draft.id).record == {"consent": {"record": "yes"}}
    assert phone.sealed == []


def test_somebody_in_danger_now_is_asked_nothing_more(phone: FakeDevice) -> None:
    draft = intake.new_draft(phone)
    intake.save_draft(phone, draft.id, {"consent": {"record": "yes"}, "danger": {"now": "yes"}}, 2)
    assert intake.finish(phone, draft.id) == draft.code


@pytest.mark.parametrize("answer", ["no", "refused"])
def test_without_her_consent_nothing_is_finished(phone: FakeDevice, record: Record, answer: str) -> None:
    draft = intake.new_draft(phone)
    intake.save_draft(phone, draft.id, record | {"consent": {"record": answer}}, 2)
    with pytest.raises(NoConsentError):
        intake.finish(phone, draft.id)
    assert phone.sealed == []


def test_if_it_cannot_be_sealed_the_draft_stays(phone: FakeDevice, record: Record) -> None:
    draft = intake.new_draft(phone)
    intake.save_draft(phone, draft.id, record, 12)
    phone.sealing_fails = True
    with pytest.raises(RuntimeError):
        intake.finish(phone, draft.id)
    assert intake.load_draft(phone, draft.id).record == record
    assert [row.status for row in intake.listing(phone)] == ["draft"]
    phone.sealing_fails = False
    assert intake.finish(phone, draft.id) == draft.code


def test_a_scrub_that_fails_after_finish_does_not_unfinish(
    phone: FakeDevice, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = intake.new_draft(phone)
    intake.save_draft(phone, draft.id, record, 12)

    def full(mode: str) -> None:
        raise VaultFullError

    with monkeypatch.context() as patch:
        patch.setattr(phone.vault, "_checkpoint", full)
        assert intake.finish(phone, draft.id) == draft.code
    assert phone.vault.unscrubbed
    phone.vault.scrub()
    assert found_on(phone, words_of(record)) == []


def test_a_code_is_never_given_twice_and_ten_thousand_are_enough_to_say_so(phone: FakeDevice) -> None:
    first = intake.new_draft(phone).code
    phone.vault.db.execute("UPDATE code_series SET given = 9999")
    last = intake.new_draft(phone).code
    assert last != first
    with pytest.raises(CodesUsedUpError):
        intake.new_draft(phone)


def test_numbers_begin_anywhere_and_run_round(phone: FakeDevice) -> None:
    intake.new_draft(phone)
    phone.vault.db.execute("UPDATE code_series SET start = 9998, given = 0")
    phone.vault.db.execute("DELETE FROM draft")
    assert [intake.new_draft(phone).code for _ in range(3)] == [format_code(207, n) for n in (9998, 9999, 0)]


def test_before_the_welcome_nothing_can_be_numbered(phone: FakeDevice) -> None:
    phone.code_prefix = None
    with pytest.raises(NotAdmittedError):
        intake.new_draft(phone)
    phone.code_prefix, phone.desks = 207, []
    with pytest.raises(NotAdmittedError):
        intake.new_draft(phone)


def test_many_complaints_are_taken_all_or_none(phone: FakeDevice, record: Record) -> None:
    bad = copy.deepcopy(record)
    bad["facility"]["country"] = "Bangladesh"
    with pytest.raises(RecordRefusedError) as caught:
        intake.new_complaints(phone, [record, bad, record], finish=True)
    assert caught.value.path == "$[1].facility.country"
    assert phone.sealed == []
    assert intake.listing(phone) == []
    codes = intake.new_complaints(phone, [record, record], finish=True)
    assert len(set(codes)) == 2
    assert [code for _, code, _ in phone.sealed] == codes
    assert {row.status for row in intake.listing(phone)} == {"sealed"}
    assert found_on(phone, words_of(record)) == []


def test_one_bad_record_alone_is_named_without_an_index(phone: FakeDevice, record: Record) -> None:
    del record["danger"]
    with pytest.raises(RecordRefusedError) as caught:
        intake.new_complaints(phone, [record], finish=False)
    assert caught.value.path.startswith("$.danger")
    assert str(caught.value).startswith("$.danger")


def test_an_unknown_desk_in_a_file_is_named_with_its_path(phone: FakeDevice, record: Record) -> None:
    with pytest.raises(RecordRefusedError) as caught:
        intake.new_complaints(phone, [record, record | {"desk": "nowhere"}], finish=False)
    assert caught.value.path == "$[1].desk"
    assert intake.listing(phone) == []


def test_complaints_that_are_not_finished_wait_as_drafts(phone: FakeDevice, record: Record) -> None:
    (code,) = intake.new_complaints(phone, [record], finish=False)
    shown = intake.show(phone, code)
    assert (shown.status, shown.record) == ("draft", fill(parse(record)))
    (draft,) = intake.drafts(phone)
    assert intake.finish(phone, draft.id) == code


def test_if_one_cannot_be_sealed_no_number_and_no_row_is_left(phone: FakeDevice, record: Record) -> None:
    phone.sealing_fails = True
    with pytest.raises(RuntimeError):
        intake.new_complaints(phone, [record, record], finish=True)
    assert intake.listing(phone) == []
    assert phone.vault.db.execute("SELECT * FROM code_series").fetchall() == []


def finished(phone: FakeDevice, record: Record) -> str:
    return intake.new_complaints(phone, [record], finish=True)[0]


def test_more_is_added_under_a_code_that_cannot_be_read_any_more(phone: FakeDevice, record: Record) -> None:
    code = finished(phone, record | {"desk": "private"})
    intake.add(phone, code.replace("-", " "), text="she brought the payslip")
    assert phone.sealed[-1] == (
        "addition",
        code,
        {
            "desk": "private",
            "text": "she brought the payslip",
            "withdraw": False,
            "at": "2026-11-22T12:00:00Z",
        },
    )
    assert found_on(phone, ["she brought the payslip"]) == []


def test_a_withdrawal_is_sealed_and_remembered(phone: FakeDevice, record: Record) -> None:
    code = finished(phone, record)
    intake.add(phone, code, withdraw=True)
    assert phone.sealed[-1][2]["withdraw"] is True
    assert intake.show(phone, code).status == "withdrawn"
    arrivals.confirmed(phone, code, "complaint")
    assert intake.show(phone, code).status == "withdrawn"


def test_nothing_is_added_under_a_code_of_another_device_or_a_draft_or_no_code(
    phone: FakeDevice, record: Record
) -> None:
    draft = intake.new_draft(phone)
    with pytest.raises(NotFinishedError):
        intake.add(phone, draft.code, text="more")
    with pytest.raises(CodeUnknownError, match="not taken on this device"):
        intake.add(phone, format_code(305, 17), text="more")
    with pytest.raises(CodeMalformedError):
        intake.add(phone, "207-4193-7", text="more")
    code = finished(phone, record)
    for nothing in (None, "", "  \n"):
        with pytest.raises(TextRefusedError):
            intake.add(phone, code, text=nothing)
    assert len(phone.sealed) == 1


def test_word_of_what_left_and_what_arrived_moves_the_status_on_and_never_back(
    phone: FakeDevice, record: Record
) -> None:
    code = finished(phone, record)
    arrivals.left(phone, code, "complaint")
    assert intake.show(phone, code).status == "sent"
    arrivals.confirmed(phone, code, "addition")
    assert intake.show(phone, code).status == "sent"
    arrivals.confirmed(phone, code, "complaint")
    assert intake.show(phone, code).status == "received"
    arrivals.left(phone, code, "complaint")
    assert intake.show(phone, code).status == "received"


def test_a_question_is_answered_and_then_gone(phone: FakeDevice, record: Record) -> None:
    code = finished(phone, record)
    arrivals.take_question(phone, b"q" * 16, code, "Which stairwell was padlocked?", int(NOON))
    arrivals.take_question(phone, b"q" * 16, code, "Which stairwell was padlocked?", int(NOON))
    (question,) = intake.questions(phone)
    assert (question.code, question.text, question.at, question.days_left) == (
        code,
        "Which stairwell was padlocked?",
        "2026-11-22T12:00:00Z",
        7,
    )
    assert [message.from_ for message in intake.show(phone, code).messages] == ["desk"]
    intake.reply(phone, code, "the northern one")
    assert phone.sealed[-1] == (
        "answer",
        code,
        {
            "desk": "main",
            "question": (b"q" * 16).hex(),
            "text": "the northern one",
            "at": "2026-11-22T12:00:00Z",
        },
    )
    assert intake.questions(phone) == []
    assert intake.show(phone, code).messages == []
    assert found_on(phone, ["Which stairwell", "the northern one"]) == []
    with pytest.raises(QuestionUnknownError):
        intake.reply(phone, code, "again")


def test_a_question_nobody_answered_is_erased_after_seven_days(phone: FakeDevice, record: Record) -> None:
    code = finished(phone, record)
    arrivals.take_question(phone, b"q" * 16, code, "Which stairwell was padlocked?", int(NOON) - DAY_S)
    phone.clock.now += 7 * DAY_S - 1
    assert [question.days_left for question in intake.questions(phone)] == [1]
    phone.clock.now += 1
    assert intake.show(phone, code).messages == []
    assert intake.questions(phone) == []
    assert found_on(phone, ["Which stairwell"]) == []
    arrivals.take_question(phone, b"q" * 16, code, "Which stairwell was padlocked?", int(NOON))
    assert intake.questions(phone) == [], "a desk that repeats it does not bring it back"


def test_the_question_that_is_meant_can_be_named(phone: FakeDevice, record: Record) -> None:
    code = finished(phone, record)
    for number in (1, 2):
        arrivals.take_question(phone, bytes([number]) * 16, code, f"question {number}", int(NOON) + number)
    intake.reply(phone, code, "to the second", question=(bytes([2]) * 16).hex())
    assert phone.sealed[-1][2]["question"] == (bytes([2]) * 16).hex()
    assert [question.text for question in intake.questions(phone)] == ["question 1"]


def test_a_question_about_what_was_never_taken_here_is_shown_to_nobody(phone: FakeDevice) -> None:
    arrivals.take_question(phone, b"q" * 16, format_code(305, 1), "who is she?", int(NOON))
    assert intake.questions(phone) == []


def test_no_list_on_the_phone_carries_a_name_or_what_it_is_about(phone: FakeDevice, record: Record) -> None:
    draft = intake.new_draft(phone)
    intake.save_draft(phone, draft.id, record, 12)
    finished(phone, record)
    shown = repr(intake.drafts(phone)) + repr(intake.listing(phone))
    assert not [word for word in words_of(record) if word in shown]


def test_every_refusal_is_a_sentence_with_a_next_step() -> None:
    for kind in ActionError.__subclasses__():
        if kind in (RecordRefusedError, IncompleteError):
            continue
        error = kind()
        assert str(error).endswith((".", "6")), kind
        assert error.next_step.endswith("."), kind


def test_a_full_disk_refuses_in_one_sentence_and_keeps_the_draft(
    phone: FakeDevice, record: Record, tmp_path: Path
) -> None:
    from tests.vault.test_full_disk import files_no_longer_than

    draft = intake.new_draft(phone)
    intake.save_draft(phone, draft.id, record, 11)
    size = (phone.home / "vault.db-wal").stat().st_size
    with files_no_longer_than(size + 1000), pytest.raises(Exception, match="not saved"):
        intake.save_draft(phone, draft.id, record | {"remedy_wanted": "x" * 19_000}, 12)
    assert intake.load_draft(phone, draft.id).record == record
    assert intake.finish(phone, draft.id) == draft.code
