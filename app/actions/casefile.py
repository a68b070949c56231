"""How operations are made, kept and folded at a desk, for cases and for single complaints.

Every change that a handler makes is one operation: kept here and queued for the other handlers in one
transaction. What lists show is made from the fold; it can always be made again. A complaint that is in no
case yet has a file of its own, whose id every desk derives from the code, so that screening and questions
meet there.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from app.actions.ports import DevicePort
from app.domain import operations as ops
from app.domain.case import Case, fold
from app.domain.errors import OperationError
from app.domain.operations import Operation
from app.vault import archive, asked, cases, operations, received
from app.vault.asked import Asked
from app.vault.cases import IndexedCase
from app.vault.database import Database
from app.vault.operations import StoredOperation
from app.vault.vault import Vault

_JUDGED = {"yes": True, "no": False}


def file_of(code: str) -> bytes:
    """The id under which operations on a complaint itself are kept, the same on every desk."""
    return hashlib.sha256(b"kantha/v1/complaint-file\x00" + code.encode()).digest()[: ops.ID_BYTES]


def make(
    device: DevicePort, subject: bytes, kind: str, value: dict[str, Any], replaces: tuple[bytes, ...] = ()
) -> Operation:
    """Make one operation, keep it and queue it for the other handlers. Inside the caller's transaction."""
    counter, seen_ms = operations.latest(device.vault.db, device.id)
    operation = Operation(
        id=device.vault.entropy(ops.ID_BYTES),
        case=subject,
        at_ms=ops.tick(device.vault.now_ms(), seen_ms=seen_ms),
        device=device.id,
        counter=counter + 1,
        kind=kind,
        value=value,
        replaces=replaces,
    )
    _keep(device.vault.db, operation)
    device.queue_operation(ops.encode(operation))
    return operation


def take(device: DevicePort, op: dict[str, Any], *, signed_by: bytes | None = None) -> None:
    """Keep an operation of another handler. Raises OperationError when it is none, or speaks for another
    device.
    """
    operation = ops.decode(op)
    if signed_by is not None and operation.device != signed_by:
        raise OperationError("This operation names another device than the one that signed it.")
    _keep(device.vault.db, operation)


def catch_up(vault: Vault) -> None:
    """Fold what came since the last time, so that lists and numbers show it."""
    if not operations.unfolded(vault.db):
        return
    with vault.transaction() as db:
        for subject in operations.unfolded(db):
            _show(db, subject)
            operations.mark_folded(db, subject)


def folded(db: Database, subject: bytes) -> Case | None:
    """A case, or the file of a complaint, as its operations make it; None when there are none."""
    bodies = operations.about(db, subject)
    return fold(ops.decode(msgspec.msgpack.decode(body)) for body in bodies) if bodies else None


def numbers_of(db: Database, code: str) -> list[str]:
    """The numbers of the cases that a complaint belongs to."""
    return [case.number for case in cases.of_complaint(db, code)]


def contested(db: Database, code: str) -> list[str]:
    """The screening questions of a complaint that two handlers judged differently, apart from each other."""
    file = folded(db, file_of(code))
    if file is None:
        return []
    return [
        question
        for question in ops.QUESTIONS
        if (found := file.screening.get((code, question))) and found.conflict
    ]


def unclear(db: Database, code: str) -> list[str]:
    """The screening questions of a complaint that somebody looked at and could not answer."""
    file = folded(db, file_of(code))
    if file is None:
        return []
    return [
        question
        for question in ops.QUESTIONS
        if (found := file.screening.get((code, question))) and found.value == "unclear"
    ]


def apply_screening(db: Database, code: str) -> None:
    """Let the line of the inbox show what screening came to, whichever of the two arrived first."""
    file = folded(db, file_of(code))
    if file is None:
        return
    judged: dict[str, bool | None] = dict.fromkeys(ops.QUESTIONS)
    for question in ops.QUESTIONS:
        answer = file.screening.get((code, question))
        value = answer.value if answer else None
        judged[question] = _JUDGED.get(value) if isinstance(value, str) else None
    received.set_screening(db, code, genuine=judged["genuine"], ours=judged["ours"], safe=judged["safe"])


def _keep(db: Database, operation: Operation) -> None:
    operations.keep(
        db,
        StoredOperation(
            id=operation.id,
            subject=operation.case,
            device=operation.device,
            counter=operation.counter,
            at_ms=operation.at_ms,
            body=msgspec.msgpack.encode(ops.encode(operation)),
        ),
    )


def _show(db: Database, subject: bytes) -> None:
    """Bring the tables that lists read up to date with the fold of one subject."""
    case = folded(db, subject)
    if case is None:
        return
    for code in {code for code, _ in case.screening}:
        if file_of(code) == subject:
            apply_screening(db, code)
    for operation in case.history:
        _show_question(db, subject, operation)
    opened = next((operation for operation in case.history if operation.kind == ops.CASE_OPEN), None)
    if case.number is None or opened is None:
        return
    cases.put(
        db,
        IndexedCase(
            id=subject,
            base=case.number,
            suffix=opened.id.hex()[:4],
            title=_word(case.value("title")),
            status=case.status,
            case_type=_word(case.value("type")) or "individual",
            priority=_word(case.value("priority")),
            assignee=_word(case.value("assignee")),
            conflicts=len(case.conflicts),
            opened=case.opened_ms,
            changed=case.changed_ms,
        ),
        [link.code for link in case.links],
    )


def _show_question(db: Database, subject: bytes, operation: Operation) -> None:
    """A question that a handler asked is a note on the complaint's file that carries the question's id."""
    value = operation.value
    if operation.kind != ops.NOTE_ADD or not isinstance(value, dict):
        return
    question, code, text = value.get("question"), value.get("code"), value.get("text")
    if (
        isinstance(question, bytes)
        and isinstance(code, str)
        and isinstance(text, str)
        and file_of(code) == subject
    ):
        found = Asked(id=question, code=code, at=operation.at_ms // 1000, text=text)
        if archive.fits(archive.ASKED, [found.id, found.code, found.at, found.text]):
            asked.keep(db, found)  # what no archive may hold is no question


def _word(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
