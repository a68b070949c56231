"""What somebody does who has the code: each test was once a way to stop, deceive or rob somebody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.actions import arrivals, casework, intake
from app.actions.casefile import file_of
from app.domain import operations as ops
from app.domain.errors import OperationError
from app.domain.operations import Operation
from crypto.cells import CellKind
from tests.actions.fakes import FakeDevice, carry
from tests.sync.test_inbox import Desk, cell, introduction, pieces
from tests.sync.world import record

# --- phones ---------------------------------------------------------------------------------------------


def test_a_phone_that_counts_from_nought_stops_no_desk() -> None:
    desk = Desk()
    desk.take(introduction())
    nought = [cell(kind, 0, b"x") for kind in (CellKind.PARCEL, CellKind.FRAGMENT, CellKind.ANNOUNCE)]
    taken = desk.take(*nought, cell(CellKind.HEARTBEAT, 0, b""), *pieces())
    assert taken.parcels == 1


def test_a_desk_that_once_counted_a_nought_goes_on() -> None:
    desk = Desk()
    desk.take(introduction())
    desk.state.db.execute("UPDATE sync_received SET counter = 0")
    assert desk.take(*pieces()).parcels == 1


# --- handlers -------------------------------------------------------------------------------------------


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[tuple[FakeDevice, FakeDevice, str]]:
    """A desk with a complaint, another handler, and the complaint's code."""
    phone = FakeDevice(tmp_path / "blue", name="blue", role="intake", prefix=207)
    desk, other = (FakeDevice(tmp_path / name, name=name, role="handler") for name in ("desk", "other"))
    (code,) = intake.new_complaints(phone, [record()], finish=True)
    carry(phone, desk)
    yield desk, other, code
    for device in (phone, desk, other):
        device.vault.close()


def operation(by: FakeDevice, **parts: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": b"i" * 16, "case": b"c" * 16, "at_ms": 1, "device": by.id, "counter": 1,
        "kind": ops.CASE_OPEN, "value": {"number": "C-2026-001"}, **parts,
    }  # fmt: skip
    return ops.encode(Operation(**made))


@pytest.mark.parametrize(
    "parts",
    [
        {"at_ms": 2**47 - 1},
        {"value": {"number": "C-2026-" + "9" * 5_000}},
        {"value": {"number": "C-2026-" + "9" * 30}},
        {"value": {"number": "C-2026-001", "status": {"a": [1]}, "title": b"x", "assignee": "zz", "type": 7}},
    ],
    ids=["a clock at its end", "a number without end", "a long number", "values of no kind"],
)
def test_no_handler_stops_the_casework_of_another(
    desks: tuple[FakeDevice, FakeDevice, str], parts: dict[str, Any]
) -> None:
    desk, other, code = desks
    arrivals.take_operation(desk, operation(other, **parts), signed_by=other.id)
    for row in casework.cases(desk):
        casework.case(desk, row.number)
    made = casework.new_case(desk, [code])
    casework.note(desk, made.number, "we go on")
    casework.screen(desk, code, genuine=True)
    assert len(made.number) <= len("C-2026-1000000")
    assert [row.cases for row in casework.inbox(desk)] == [[made.number]]
    assert casework.case(desk, made.number).notes[0].text == "we go on"
    for made_here in desk.operations:
        ops.decode(made_here)  # what this desk says can be read by the others


def test_a_clock_beyond_every_calendar_is_no_operation(desks: tuple[FakeDevice, FakeDevice, str]) -> None:
    desk, other, code = desks
    late = {**operation(other, case=file_of(code)), "t": 2**48 - 1}
    with pytest.raises(OperationError):
        arrivals.take_operation(desk, late, signed_by=other.id)
