"""A case as it is looked at: its fold, put into words."""

from __future__ import annotations

from app.actions import casefile, moments
from app.actions.complaint_views import inbox_rows
from app.actions.errors import CaseUnknownError
from app.actions.ports import DevicePort
from app.actions.views import (
    CaseRow,
    CaseView,
    ConflictSide,
    ConflictView,
    HandlerView,
    HistoryView,
    NoteView,
)
from app.domain import operations as ops
from app.domain.case import Case, Field
from app.domain.operations import Operation
from app.domain.status import allowed
from app.vault import cases, received
from app.vault.cases import ListedCase


def find(device: DevicePort, number: str) -> Case:
    """The case with a number. Raises CaseUnknownError, also when two cases were opened apart under the same
    one.
    """
    casefile.catch_up(device.vault)
    db = device.vault.db
    written = number.strip().upper()
    same = cases.with_base(db, written)
    if len(same) > 1:
        choices = " and ".join(one.number for one in same)
        raise CaseUnknownError(
            "Two handlers opened cases under this number, apart from each other.", next_step=f"Use {choices}."
        )
    base, _, suffix = written.rpartition("-")
    same = same or [one for one in cases.with_base(db, base) if one.suffix.upper() == suffix]
    case = casefile.folded(db, same[0].id) if len(same) == 1 else None
    if case is None:
        raise CaseUnknownError
    return case


def row(device: DevicePort, case: ListedCase) -> CaseRow:
    """A line of the list of cases."""
    return CaseRow(
        number=case.number,
        title=case.title,
        status=case.status,
        case_type=case.case_type,
        priority=case.priority,
        assignee=case.assignee,
        assignee_label=_label(device, case.assignee),
        complaints=case.complaints,
        conflicts=case.conflicts,
        opened=moments.iso_ms(case.opened),
        changed=moments.iso_ms(case.changed),
    )


def view(device: DevicePort, case_id: bytes) -> CaseView:
    """The whole case. It must be there."""
    casefile.catch_up(device.vault)
    db = device.vault.db
    indexed, case = cases.find(db, case_id), casefile.folded(db, case_id)
    if indexed is None or case is None:
        raise CaseUnknownError
    lines = [received.with_code(db, link.code) for link in case.links]
    return CaseView(
        number=indexed.number,
        id=case_id.hex(),
        title=indexed.title,
        case_type=indexed.case_type,
        priority=indexed.priority,
        status=case.status,
        allowed_statuses=list(allowed(case.status)),
        assignee=indexed.assignee,
        assignee_label=_label(device, indexed.assignee),
        handlers=[HandlerView(id=known.hex(), label=label) for known, label in device.handlers()],
        notes=[
            NoteView(
                id=note.operation.hex(),
                text=note.text,
                by=_by(device, note.device),
                at=moments.iso_ms(note.at_ms),
            )
            for note in case.notes
        ],
        complaints=inbox_rows(device, [found[0] for found in lines if found]),
        history=_history(device, case),
        conflicts=[_conflict(device, name, field) for name, field in case.conflicts.items()],
        opened=moments.iso_ms(case.opened_ms),
        changed=moments.iso_ms(case.changed_ms),
    )


def _history(device: DevicePort, case: Case) -> list[HistoryView]:
    by_id = {operation.id: operation for operation in case.history}
    return [
        HistoryView(
            id=operation.id.hex(),
            at=moments.iso_ms(operation.at_ms),
            by=_by(device, operation.device),
            what=_what(operation),
            value=_value(device, operation, _what(operation)),
            replaced=next(
                (
                    _value(device, by_id[replaced], _what(operation))
                    for replaced in operation.replaces
                    if replaced in by_id
                ),
                None,
            ),
        )
        for operation in case.history
    ]


def _what(operation: Operation) -> str:
    """opened, complaint, note, a field's name, or the kind itself where a newer version wrote it."""
    value = operation.value if isinstance(operation.value, dict) else {}
    if operation.kind == ops.FIELD_SET:
        return str(value.get("field"))
    return {ops.CASE_OPEN: "opened", ops.COMPLAINT_LINK: "complaint", ops.NOTE_ADD: "note"}.get(
        operation.kind, operation.kind
    )


def _value(device: DevicePort, operation: Operation, field: str) -> str:
    value = operation.value if isinstance(operation.value, dict) else {}
    if operation.kind == ops.CASE_OPEN:
        return _words(device, field, value.get("number" if field == "opened" else field))
    if operation.kind == ops.FIELD_SET:
        told = _words(device, field, value.get("value"))
        return f"{told} ({value['reason']})" if isinstance(value.get("reason"), str) else told
    if operation.kind in (ops.COMPLAINT_LINK, ops.NOTE_ADD):
        return _words(device, field, value.get("code" if operation.kind == ops.COMPLAINT_LINK else "text"))
    return ""


def _words(device: DevicePort, field: str, value: object) -> str:
    if field == "assignee" and isinstance(value, str):
        return _label(device, value) or ""
    return "" if value is None else str(value)


def _conflict(device: DevicePort, name: str, field: Field) -> ConflictView:
    sides = [
        ConflictSide(
            op=side.operation.hex(),
            value=_words(device, name, side.value),
            by=_by(device, side.device),
            at=moments.iso_ms(side.at_ms),
        )
        for side in field.sides
    ]
    return ConflictView(field=name, sides=sides)


def _by(device: DevicePort, who: bytes) -> str:
    if who == device.id:
        return device.label
    return device.label_of(who) or who.hex()


def _label(device: DevicePort, who: str | None) -> str | None:
    if not who:
        return None
    try:
        return _by(device, bytes.fromhex(who))
    except ValueError:
        return who
