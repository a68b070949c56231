from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from app.actions import arrivals, casework, intake
from app.actions.errors import (
    CaseUnknownError,
    ChoiceUnknownError,
    CodeUnknownError,
    StatusRefusedError,
    TextRefusedError,
)
from app.domain.errors import OperationError
from app.domain.record import fill, parse
from tests.actions.fakes import NOON, FakeDevice, carry, deliver, exchange

Make = Callable[[str], FakeDevice]
Record = dict[str, Any]


@pytest.fixture
def code(phone: FakeDevice, desk: FakeDevice, record: Record) -> str:
    """A complaint that has arrived."""
    (finished,) = intake.new_complaints(phone, [record], finish=True)
    carry(phone, desk)
    return finished


@pytest.fixture
def other(make: Make, phone: FakeDevice, desk: FakeDevice, code: str) -> FakeDevice:
    """A second handler of the same desk, to whom the complaint has come too."""
    built = make("other")
    built.others, desk.others = [phone, desk], [phone, built]
    built.clock.now += 1
    carry(phone, built)
    return built


def test_what_was_told_arrives_equal(desk: FakeDevice, phone: FakeDevice, code: str, record: Record) -> None:
    view = intake.show(desk, code)
    assert view.record == fill(parse(record))
    assert (view.code, view.status, view.received, view.authentic) == (
        code,
        "received",
        "2026-11-22T12:00:00Z",
        True,
    )
    assert (view.device, view.device_label) == (phone.id.hex(), "blue")
    assert [(row.code, row.status, row.at, row.kind) for row in intake.listing(desk)] == [
        (code, "received", "2026-11-22T12:00:00Z", "complaint")
    ]


def test_the_inbox_says_what_is_urgent_and_names_nobody(
    desk: FakeDevice, phone: FakeDevice, code: str
) -> None:
    (row,) = casework.inbox(desk)
    assert msgspec.to_builtins(row) == {
        "code": code,
        "received": "2026-11-22T12:00:00Z",
        "device": phone.id.hex(),
        "device_label": "blue",
        "issues": ["O2", "W1"],
        "facility": "Planted Garments Ltd",
        "danger": "no",
        "screened": False,
        "retaliation": True,
        "added": 0,
        "state": "new",
        "authentic": True,
        "desk": "main",
        "cases": [],
    }
    assert "Rahima" not in repr(row)


def test_danger_comes_first_then_reprisal_then_the_oldest(
    desk: FakeDevice, phone: FakeDevice, record: Record
) -> None:
    calm = {name: value for name, value in record.items() if name != "retaliation"}
    codes = intake.new_complaints(phone, [calm, record, calm | {"danger": {"now": "yes"}}, calm], finish=True)
    for number, (kind, code, payload) in enumerate(phone.sealed):
        desk.clock.now += 60
        deliver(desk, phone, number, kind, code, payload)
    assert [row.code for row in casework.inbox(desk)] == [codes[2], codes[1], codes[0], codes[3]]


def test_a_parcel_that_comes_twice_is_there_once(desk: FakeDevice, phone: FakeDevice, code: str) -> None:
    intake.add(phone, code, text="the payslip")
    for _ in range(3):
        carry(phone, desk)
    assert len(casework.inbox(desk)) == 1
    assert casework.inbox(desk)[0].added == 1
    assert [message.text for message in intake.show(desk, code).messages] == ["the payslip"]


def test_parcels_may_come_in_any_order(make: Make, phone: FakeDevice, record: Record) -> None:
    (code,) = intake.new_complaints(phone, [record], finish=True)
    phone.clock.now += 60
    intake.add(phone, code, text="the payslip")
    phone.clock.now += 60
    intake.add(phone, code, withdraw=True)
    shown = []
    for number, order in enumerate(itertools.permutations(range(3))):
        desk = make(f"desk {number}")
        desk.clock.now += 600
        for index in order:
            deliver(desk, phone, index, *phone.sealed[index])
        shown.append((casework.inbox(desk), intake.show(desk, code)))
    assert all(one == shown[0] for one in shown)
    assert shown[0][0][0].state == "withdrawn"
    assert shown[0][1].status == "withdrawn"
    assert [message.kind for message in shown[0][1].messages] == ["addition", "withdrawal"]


def test_an_addition_without_its_complaint_waits_and_shows_nowhere(
    desk: FakeDevice, phone: FakeDevice
) -> None:
    deliver(desk, phone, 7, "addition", "118-2206-6", {"text": "more", "withdraw": False, "at": ""})
    assert casework.inbox(desk) == []
    with pytest.raises(CodeUnknownError):
        intake.show(desk, "118-2206-6")


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"record": None},
        {"record": {"narrative": 7}},
        {"record": "text"},
        {"record": [1], "odd": b"\x00\xff", "at": 2**70, "ratio": 0.5},
        {"record": {"consent": {"record": "yes"}, "nonsense": True}},
    ],
)
def test_a_complaint_that_does_not_hold_to_the_form_is_kept_and_shown_as_such(
    desk: FakeDevice, phone: FakeDevice, payload: dict[str, Any]
) -> None:
    deliver(desk, phone, 1, "complaint", "118-2206-6", payload)
    (row,) = casework.inbox(desk)
    assert row.state == "unreadable"
    assert intake.show(desk, "118-2206-6").record is None


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("addition", {"text": 7, "withdraw": "yes", "at": "noon"}),
        ("answer", {}),
        ("something else", {"x": 1}),
    ],
)
def test_odd_additions_harm_nothing(
    desk: FakeDevice, phone: FakeDevice, code: str, kind: str, payload: dict[str, Any]
) -> None:
    deliver(desk, phone, 9, kind, code, payload)
    view = intake.show(desk, code)
    assert view.status == "received"
    assert [message.text for message in view.messages] == [""]


def test_a_forged_complaint_never_takes_the_place_of_the_real_one(
    desk: FakeDevice, phone: FakeDevice, record: Record
) -> None:
    (code,) = intake.new_complaints(phone, [record], finish=True)
    forged = {"desk": "main", "record": record | {"narrative": "something else"}, "finished": ""}
    deliver(desk, phone, 50, "complaint", code, forged, authentic=False)
    assert casework.inbox(desk)[0].authentic is False
    carry(phone, desk)
    view = intake.show(desk, code)
    assert view.authentic is True
    assert view.record is not None
    assert view.record["narrative"] == record["narrative"]
    assert [(message.kind, message.authentic) for message in view.messages] == [("variant", False)]


def test_a_forged_withdrawal_withdraws_nothing_but_is_shown(
    desk: FakeDevice, phone: FakeDevice, code: str
) -> None:
    payload = {"text": "", "withdraw": True, "at": ""}
    deliver(desk, phone, 50, "addition", code, payload, authentic=False)
    view = intake.show(desk, code)
    assert view.status == "received"
    assert [(message.kind, message.authentic) for message in view.messages] == [("withdrawal", False)]


def test_what_could_not_be_checked_at_first_may_become_known(
    desk: FakeDevice, phone: FakeDevice, record: Record
) -> None:
    (code,) = intake.new_complaints(phone, [record], finish=True)
    carry(phone, desk, authentic=None)
    assert intake.show(desk, code).authentic is None
    carry(phone, desk, authentic=True)
    assert intake.show(desk, code).authentic is True
    carry(phone, desk, authentic=False)
    assert intake.show(desk, code).authentic is True


def test_a_code_that_two_devices_used_is_told_apart_by_the_device(
    make: Make, desk: FakeDevice, phone: FakeDevice, code: str, record: Record
) -> None:
    red = make("red")
    payload = {"desk": "main", "record": record | {"narrative": "another"}, "finished": ""}
    deliver(desk, red, 3, "complaint", code, payload)
    assert len(casework.inbox(desk)) == 2
    shown = intake.show(desk, code, taken_by=red.id.hex()).record
    assert shown is not None
    assert shown["narrative"] == "another"


def test_screening_is_kept_and_reaches_other_handlers(desk: FakeDevice, other: FakeDevice, code: str) -> None:
    assert casework.screen(desk, code, genuine=True, ours=True).screened is False
    row = casework.screen(desk, code, safe=False)
    assert (row.screened, row.state) == (True, "screened")
    exchange(desk, other)
    assert casework.inbox(other)[0].screened
    screening = intake.show(other, code).screening
    assert (screening.genuine, screening.ours, screening.safe, screening.contested) == (True, True, False, [])


def test_screening_that_comes_before_its_complaint_waits_for_it(
    make: Make, desk: FakeDevice, phone: FakeDevice, code: str
) -> None:
    casework.screen(desk, code, genuine=True, ours=True, safe=True)
    late = make("late")
    exchange(desk, late)
    assert casework.inbox(late) == []
    carry(phone, late)
    assert casework.inbox(late)[0].screened


def test_two_handlers_who_judge_differently_see_that_and_judging_again_settles_it(
    desk: FakeDevice, other: FakeDevice, code: str
) -> None:
    casework.screen(desk, code, ours=True)
    casework.screen(other, code, ours=False)
    exchange(desk, other)
    assert intake.show(desk, code).screening == intake.show(other, code).screening
    assert intake.show(desk, code).screening.contested == ["ours"]
    casework.screen(desk, code, ours=True)
    exchange(desk, other)
    assert intake.show(other, code).screening.contested == []
    assert intake.show(other, code).screening.ours is True


def test_a_question_goes_to_the_phone_that_took_it_and_the_answer_comes_back_under_it(
    desk: FakeDevice, other: FakeDevice, phone: FakeDevice, code: str
) -> None:
    question = casework.ask(desk, code, "Which stairwell?")
    ((to, kind, body),) = desk.replies
    assert (to, kind, body["code"], body["text"]) == (phone.id, "question", code, "Which stairwell?")
    assert body["id"].hex() == question
    arrivals.take_question(phone, body["id"], body["code"], body["text"], body["at"])
    phone.clock.now += 3600
    intake.reply(phone, code, "the northern one")
    desk.clock.now += 7200
    other.clock.now += 7200
    exchange(desk, other)
    for at in (desk, other):
        carry(phone, at)
        messages = intake.show(at, code).messages
        assert [(m.from_, m.kind, m.text) for m in messages] == [
            ("desk", "question", "Which stairwell?"),
            ("device", "answer", "the northern one"),
        ]
        assert messages[1].question == messages[0].id == question
        assert msgspec.to_builtins(messages[0])["from"] == "desk"


def test_a_question_has_at_most_1800_bytes(desk: FakeDevice, code: str) -> None:
    casework.ask(desk, code, "ক" * 600)
    with pytest.raises(TextRefusedError, match="1803"):
        casework.ask(desk, code, "ক" * 601)
    with pytest.raises(TextRefusedError):
        casework.ask(desk, code, " ")
    with pytest.raises(CodeUnknownError):
        casework.ask(desk, "118-2206-6", "who?")
    assert len(desk.replies) == 1


def test_a_case_is_made_of_complaints_and_numbered_by_year(desk: FakeDevice, code: str) -> None:
    view = casework.new_case(desk, [code, code], title="Locked stairwell", case_type="group")
    assert (view.number, view.title, view.case_type, view.status) == (
        "C-2026-001",
        "Locked stairwell",
        "group",
        "new",
    )
    assert [row.code for row in view.complaints] == [code]
    assert view.complaints[0].state == "in_case"
    assert "screening" in view.allowed_statuses
    assert [(entry.what, entry.value, entry.by) for entry in view.history] == [
        ("opened", "C-2026-001", "desk"),
        ("complaint", code, "desk"),
    ]
    assert casework.new_case(desk, [code]).number == "C-2026-002"
    assert casework.inbox(desk)[0].cases == ["C-2026-001", "C-2026-002"]
    assert intake.show(desk, code).cases == ["C-2026-001", "C-2026-002"]
    desk.clock.now += 60 * 86_400
    assert casework.new_case(desk, [code]).number == "C-2027-001"


def test_what_cannot_be_made_a_case_is_refused_and_nothing_is_kept(desk: FakeDevice, code: str) -> None:
    for wrong in ({"case_type": "other"}, {"priority": "huge"}):
        with pytest.raises(ChoiceUnknownError):
            casework.new_case(desk, [code], **wrong)  # type: ignore[arg-type]
    with pytest.raises(CodeUnknownError):
        casework.new_case(desk, [code, "118-2206-6"])
    with pytest.raises(TextRefusedError):
        casework.new_case(desk, [code], title="")
    assert casework.cases(desk) == []
    assert desk.operations == []


def test_a_case_goes_only_where_it_may_go_and_closes_only_when_paid_and_verified(
    desk: FakeDevice, code: str
) -> None:
    number = casework.new_case(desk, [code]).number
    assert casework.set_status(desk, number, "accepted").status == "accepted"
    with pytest.raises(StatusRefusedError, match="paid and verified"):
        casework.set_status(desk, number, "closed")
    with pytest.raises(StatusRefusedError):
        casework.set_status(desk, number, "nonsense")
    assert casework.case(desk, number).status == "accepted"
    assert casework.set_status(desk, number, "closed", reason="not_remedied").status == "closed"
    last = casework.case(desk, number).history[-1]
    assert (last.what, last.value, last.replaced) == ("status", "closed (not_remedied)", "accepted")


def test_a_case_is_given_to_a_handler_by_label_or_id(desk: FakeDevice, other: FakeDevice, code: str) -> None:
    number = casework.new_case(desk, [code]).number
    view = casework.assign(desk, number, "other")
    assert (view.assignee, view.assignee_label) == (other.id.hex(), "other")
    assert casework.assign(desk, number, desk.id.hex()).assignee_label == "desk"
    assert {handler.label for handler in view.handlers} == {"desk", "other"}
    with pytest.raises(ChoiceUnknownError):
        casework.assign(desk, number, "blue")
    assert casework.assign(desk, number, None).assignee is None
    (row,) = casework.cases(desk)
    assert (row.number, row.assignee, row.complaints) == (number, None, 1)


def test_notes_grow_and_complaints_join(
    desk: FakeDevice, phone: FakeDevice, code: str, record: Record
) -> None:
    number = casework.new_case(desk, [code]).number
    casework.note(desk, number, "called the union office")
    assert [note.text for note in casework.note(desk, number, "and again").notes] == [
        "called the union office",
        "and again",
    ]
    (second,) = intake.new_complaints(phone, [record], finish=True)
    carry(phone, desk)
    for _ in range(2):
        view = casework.join_case(desk, number, second)
    assert [row.code for row in view.complaints] == [code, second]
    for wrong in ("", "   ", "\x00"):
        with pytest.raises(TextRefusedError):
            casework.note(desk, number, wrong)


def test_what_a_handler_did_reaches_the_others_whole_in_any_order_and_number(
    make: Make, desk: FakeDevice, phone: FakeDevice, code: str
) -> None:
    number = casework.new_case(desk, [code], title="Locked stairwell").number
    casework.set_status(desk, number, "accepted")
    casework.note(desk, number, "called")
    casework.set_priority(desk, number, "urgent")
    expected = casework.case(desk, number)
    for index, ops in enumerate((desk.operations, desk.operations[::-1], desk.operations * 2)):
        other = make(f"desk {index}")
        other.others, desk.others = [desk, phone], [other, phone]
        carry(phone, other)
        for op in ops:
            arrivals.take_operation(other, op, signed_by=desk.id)
            casework.cases(other)
        seen = casework.case(other, number)
        assert msgspec.structs.replace(seen, handlers=[]) == msgspec.structs.replace(expected, handlers=[])


def test_two_who_set_the_same_apart_make_a_conflict_and_either_settles_it(
    desk: FakeDevice, other: FakeDevice, code: str
) -> None:
    number = casework.new_case(desk, [code]).number
    exchange(desk, other)
    casework.set_status(desk, number, "accepted")
    casework.set_status(other, number, "screening")
    casework.set_title(other, number, "Locked stairwell")
    exchange(desk, other)
    views = [casework.case(at, number) for at in (desk, other)]
    assert views[0].conflicts == views[1].conflicts
    (conflict,) = views[0].conflicts
    assert conflict.field == "status"
    assert {(side.value, side.by) for side in conflict.sides} == {
        ("accepted", "desk"),
        ("screening", "other"),
    }
    assert casework.cases(desk)[0].conflicts == 1
    chosen = next(side.op for side in conflict.sides if side.value == "accepted")
    with pytest.raises(ChoiceUnknownError):
        casework.resolve(other, number, "title", chosen)
    settled = casework.resolve(other, number, "status", chosen)
    assert (settled.status, settled.conflicts) == ("accepted", [])
    exchange(desk, other)
    assert casework.case(desk, number).conflicts == []
    assert casework.case(desk, number).title == "Locked stairwell"
    assert [entry.value for entry in casework.case(desk, number).history if entry.what == "status"] == [
        "accepted",
        "screening",
        "accepted",
    ]


def test_two_cases_opened_apart_under_one_number_get_suffixes_and_the_bare_number_means_neither(
    desk: FakeDevice, other: FakeDevice, code: str
) -> None:
    casework.new_case(desk, [code], title="one")
    casework.new_case(other, [code], title="two")
    exchange(desk, other)
    rows = casework.cases(desk)
    assert {row.number for row in rows} == {row.number for row in casework.cases(other)}
    assert all(row.number.startswith("C-2026-001-") for row in rows)
    assert len({row.number for row in rows}) == 2
    with pytest.raises(CaseUnknownError, match="apart") as caught:
        casework.case(desk, "C-2026-001")
    assert all(row.number in caught.value.next_step for row in rows)
    titles = {row.number: row.title for row in rows}
    for number, title in titles.items():
        assert casework.case(other, number.lower()).title == title
    assert casework.new_case(desk, [code]).number == "C-2026-002"


def test_operations_that_come_before_their_case_wait_for_it(make: Make, desk: FakeDevice, code: str) -> None:
    number = casework.new_case(desk, [code]).number
    casework.note(desk, number, "called")
    late = make("late")
    for op in desk.operations[1:]:
        arrivals.take_operation(late, op)
    assert casework.cases(late) == []
    arrivals.take_operation(late, desk.operations[0])
    assert [note.text for note in casework.case(late, number).notes] == ["called"]


def test_an_operation_that_speaks_for_another_device_is_refused(
    desk: FakeDevice, other: FakeDevice, code: str
) -> None:
    number = casework.new_case(desk, [code]).number
    with pytest.raises(OperationError):
        arrivals.take_operation(other, desk.operations[0], signed_by=other.id)
    with pytest.raises(OperationError):
        arrivals.take_operation(other, {"nonsense": 1}, signed_by=desk.id)
    with pytest.raises(CaseUnknownError):
        casework.case(other, number)


def test_the_clock_of_operations_never_runs_back(desk: FakeDevice, other: FakeDevice, code: str) -> None:
    number = casework.new_case(desk, [code]).number
    exchange(desk, other)
    other.clock.now = NOON - 86_400
    casework.set_status(other, number, "accepted")
    exchange(desk, other)
    view = casework.case(desk, number)
    assert (view.status, view.conflicts) == ("accepted", [])
    times = [op["t"] for op in desk.operations + other.operations]
    assert times == sorted(times)


def test_unknown_cases_are_refused(desk: FakeDevice) -> None:
    for number in ("C-2026-001", "", "C-2026-001-abcd", "%"):
        with pytest.raises(CaseUnknownError):
            casework.case(desk, number)
