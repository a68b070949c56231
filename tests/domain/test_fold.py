"""Folding: any order, any duplication, any partition, the same case."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain import operations as ops
from app.domain.case import Case, Folding, fold
from app.domain.errors import OperationError
from app.domain.operations import Operation, decode, encode, tick

CASE = b"c" * 16
DEVICES = [bytes([number]) * 16 for number in (1, 2, 3)]


def op(
    number: int, kind: str, value: Any, *, at: int | None = None, device: int = 0, replaces: Any = ()
) -> Operation:
    """One operation; its id is its number."""
    return Operation(
        id=number.to_bytes(16, "big"), case=CASE, at_ms=number if at is None else at, device=DEVICES[device],
        counter=number, kind=kind, value=value, replaces=tuple(n.to_bytes(16, "big") for n in replaces),
    )  # fmt: skip


def set_field(number: int, name: str, value: Any, **others: Any) -> Operation:
    """An operation that sets a field."""
    return op(number, ops.FIELD_SET, {"field": name, "value": value}, **others)


OPEN = op(1, ops.CASE_OPEN, {"number": "C-2026-001", "title": "Severance", "type": "group", "status": "new"})


@st.composite
def histories(draw: st.DrawFn) -> list[Operation]:
    """What three handlers might do to one case, with forged circles and kinds nobody knows among it."""
    count = draw(st.integers(1, 12))
    numbers = st.integers(1, count + 2)
    made = []
    for number in range(1, count + 1):
        kind = draw(
            st.sampled_from([ops.FIELD_SET, ops.NOTE_ADD, ops.COMPLAINT_LINK, ops.SCREENING_SET, "x.y"])
        )
        value: Any = {
            ops.FIELD_SET: {
                "field": draw(st.sampled_from(["status", "title"])),
                "value": draw(st.integers(0, 3)),
            },
            ops.NOTE_ADD: {"text": f"note {number}"},
            ops.COMPLAINT_LINK: {"code": draw(st.sampled_from(["a", "b"]))},
            ops.SCREENING_SET: {
                "code": "a",
                "question": "safe",
                "answer": draw(st.sampled_from(["yes", "no"])),
            },
            "x.y": draw(st.none() | st.integers(-(2**63), 2**63 - 1)),
        }[kind]
        made.append(
            op(number, kind, value, at=draw(st.integers(0, 4)), device=draw(st.integers(0, 2)),
               replaces=draw(st.lists(numbers, max_size=3)))
        )  # fmt: skip
    return made


@settings(max_examples=200)
@given(histories(), st.randoms(use_true_random=False))
def test_any_order_and_any_duplication_give_the_same_case(made: list[Operation], random: Any) -> None:
    expected = fold(made)
    shuffled = made + random.choices(made, k=len(made))
    random.shuffle(shuffled)
    folding = Folding()
    for operation in shuffled:
        folding.take(operation)
    assert folding.case() == expected
    assert fold(shuffled) == expected


@given(histories(), st.randoms(use_true_random=False))
def test_any_partition_converges(made: list[Operation], random: Any) -> None:
    """Two desks see different halves, fold them, then hear from each other."""
    here = [operation for operation in made if random.random() < 0.5]
    there = [operation for operation in made if operation not in here]
    left, right = Folding(), Folding()
    for operation in here + there:
        left.take(operation)
    for operation in there + here:
        right.take(operation)
    assert left.case() == right.case() == fold(made)


@given(histories())
def test_a_field_that_was_ever_set_always_has_a_value(made: list[Operation]) -> None:
    case = fold(made)
    assert all(
        field.sides for field in (case.fields | {str(k): f for k, f in case.screening.items()}).values()
    )
    assert len(case.history) == len(made)
    assert sum(operation.kind == ops.NOTE_ADD for operation in made) == len(case.notes)


@given(histories())
def test_an_operation_survives_being_encoded(made: list[Operation]) -> None:
    assert [decode(encode(operation)) for operation in made] == made


def test_a_case_opens_with_its_fields() -> None:
    case = fold([OPEN])
    assert (case.number, case.value("title"), case.status, case.value("assignee")) == (
        "C-2026-001", "Severance", "new", None,
    )  # fmt: skip


def test_a_later_operation_replaces_the_one_it_names() -> None:
    case = fold([OPEN, set_field(2, "status", "accepted", replaces=[1])])
    assert case.status == "accepted"
    assert not case.conflicts
    assert case.value("title") == "Severance"


def test_two_that_replace_the_same_one_are_a_conflict_and_both_stay() -> None:
    one = set_field(2, "status", "accepted", replaces=[1], device=0)
    other = set_field(3, "status", "not_taken", replaces=[1], device=1)
    case = fold([OPEN, one, other])
    assert [side.value for side in case.conflicts["status"].sides] == ["accepted", "not_taken"]
    assert case.status == "not_taken"


def test_a_person_settles_a_conflict_by_replacing_both() -> None:
    one = set_field(2, "status", "accepted", replaces=[1])
    other = set_field(3, "status", "not_taken", replaces=[1], device=1)
    before = fold([OPEN, one, other])
    chosen = Operation(
        id=b"n" * 16, case=CASE, at_ms=9, device=DEVICES[0], counter=4, kind=ops.FIELD_SET,
        value={"field": "status", "value": "accepted"}, replaces=before.heads("status"),
    )  # fmt: skip
    after = fold([chosen, other, one, OPEN])
    assert after.status == "accepted"
    assert not after.conflicts
    assert len(after.history) == 4


def test_two_who_say_the_same_do_not_disagree() -> None:
    case = fold([OPEN, *(set_field(n, "status", "accepted", replaces=[1], device=n - 2) for n in (2, 3))])
    assert not case.conflicts
    assert len(case.heads("status")) == 2


def test_a_replacement_may_arrive_before_what_it_replaces() -> None:
    later = set_field(3, "status", "accepted", replaces=[2])
    folding = Folding()
    for operation in (OPEN, later, set_field(2, "status", "screening", replaces=[1])):
        folding.take(operation)
    assert folding.case().status == "accepted"
    assert not folding.case().conflicts


def test_a_forged_circle_cannot_empty_a_field() -> None:
    circle = [set_field(2, "title", "a", replaces=[3]), set_field(3, "title", "b", replaces=[2])]
    assert fold(circle).value("title") == "b"


def test_screening_is_per_complaint_and_question() -> None:
    answers = [
        op(2, ops.SCREENING_SET, {"code": "118-2206-6", "question": "safe", "answer": "unclear"}),
        op(3, ops.SCREENING_SET, {"code": "118-2206-6", "question": "ours", "answer": "yes"}),
    ]
    case = fold([OPEN, *answers])
    assert {key: field.value for key, field in case.screening.items()} == {
        ("118-2206-6", "safe"): "unclear",
        ("118-2206-6", "ours"): "yes",
    }
    assert case.screening_heads("118-2206-6", "safe") == (answers[0].id,)


def test_a_complaint_is_linked_once_however_often_it_is_said() -> None:
    case = fold([OPEN, *(op(n, ops.COMPLAINT_LINK, {"code": "118-2206-6"}, device=n - 2) for n in (2, 3, 4))])
    assert [link.code for link in case.links] == ["118-2206-6"]
    assert case.links[0].at_ms == 2


@pytest.mark.parametrize("value", [None, 7, "x", {}, {"text": 7}, {"field": 1}, {"code": None}, []])
@pytest.mark.parametrize(
    "kind", ["remedy.pay", *(ops.CASE_OPEN, ops.NOTE_ADD, ops.FIELD_SET, ops.SCREENING_SET)]
)
def test_what_cannot_be_read_is_kept_and_changes_nothing(kind: str, value: Any) -> None:
    strange = op(5, kind, value)
    case, plain = fold([OPEN, strange]), fold([OPEN])
    assert case.unread == (strange,)
    assert case.history == (OPEN, strange)
    assert (case.fields, case.screening, case.number) == (plain.fields, plain.screening, plain.number)
    assert (case.notes, case.links) == ((), ())


def test_one_id_with_two_contents_folds_to_the_same_case_in_either_order() -> None:
    one, other = op(2, ops.NOTE_ADD, {"text": "one"}), op(2, ops.NOTE_ADD, {"text": "other"})
    assert _in_order(OPEN, one, other) == _in_order(OPEN, other, one) == _in_order(other, one, OPEN)


def test_an_operation_of_another_case_is_refused() -> None:
    stranger = Operation(
        id=b"s" * 16, case=b"d" * 16, at_ms=1, device=DEVICES[0], counter=1, kind=ops.NOTE_ADD
    )
    with pytest.raises(OperationError, match="another case"):
        fold([OPEN, stranger])
    with pytest.raises(OperationError, match="no operation"):
        fold([])


@pytest.mark.parametrize(
    ("key", "wrong"),
    [("i", b"short"), ("i", "text"), ("c", None), ("t", -1), ("t", True), ("t", 2**48), ("n", 1.5),
     ("d", b"x" * 17), ("k", ""), ("k", 7), ("k", "x" * 65), ("v", 1.5), ("v", {1: 2}), ("v", object()),
     ("v", 2**63), ("r", None), ("r", [b"x"]), ("r", [b"x" * 16] * 65)],
)  # fmt: skip
def test_what_is_no_operation_is_refused(key: str, wrong: object) -> None:
    with pytest.raises(OperationError):
        decode(encode(OPEN) | {key: wrong})
    with pytest.raises(OperationError):
        decode({name: part for name, part in encode(OPEN).items() if name != key})


def test_deep_values_are_refused() -> None:
    deep: Any = []
    for _ in range(2000):
        deep = [deep]
    with pytest.raises(OperationError):
        decode(encode(OPEN) | {"v": deep})


def test_the_clock_never_goes_back_behind_what_was_seen() -> None:
    assert tick(100, seen_ms=50) == 100
    assert tick(100, seen_ms=100) == 101
    assert tick(100, seen_ms=500) == 501


def _in_order(*operations: Operation) -> Case:
    folding = Folding()
    for operation in operations:
        folding.take(operation)
    return folding.case()
