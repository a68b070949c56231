"""The work of handlers: screening what arrived, asking back, and making cases of it.

Every change is one signed operation that other handlers of the desk get; two who change the same thing apart
from each other make a conflict that both see and either settles with `resolve`. Nothing here deletes.
"""

from __future__ import annotations

from collections.abc import Collection

from app.actions import casefile, moments
from app.actions.case_views import find, row, view
from app.actions.complaint_views import inbox_rows, line_of
from app.actions.errors import ChoiceUnknownError, StatusRefusedError, TextRefusedError
from app.actions.ports import DevicePort
from app.actions.views import CaseRow, CaseView, InboxRow
from app.domain import clean_text
from app.domain import operations as ops
from app.domain.case import Case
from app.domain.errors import StatusError
from app.domain.fields import LONG_LIMIT, SHORT_LIMIT
from app.domain.status import CLOSING_REASONS, check_step
from app.vault import cases as kept
from app.vault import received

CASE_TYPES = ("individual", "group", "collective")
PRIORITIES = ("low", "normal", "high", "urgent")
QUESTION_BYTES_MAX = (
    1800  # PROTOCOL section 6: what fits a reply cell of 4,096 bytes with its keys and a contact card
)


def inbox(device: DevicePort) -> list[InboxRow]:
    """What arrived: danger first, then reprisal, then the oldest. No person's name is in it."""
    casefile.catch_up(device.vault)
    return inbox_rows(device, received.every(device.vault.db))


def screen(
    device: DevicePort,
    code: str,
    *,
    genuine: bool | None = None,
    ours: bool | None = None,
    safe: bool | None = None,
    unclear: Collection[str] = (),
) -> InboxRow:
    """Answer screening questions about a complaint; None leaves a question as it is. ``unclear`` names the
    questions that were looked at and cannot be answered.
    """
    written = line_of(device, code).code
    file = casefile.file_of(written)
    answers = {"genuine": genuine, "ours": ours, "safe": safe}
    with device.vault.transaction() as db:
        before = casefile.folded(db, file)
        for question, judged in answers.items():
            if judged is None and question not in unclear:
                continue
            heads = before.screening_heads(written, question) if before else ()
            answer = "unclear" if question in unclear else "yes" if judged else "no"
            value = {"code": written, "question": question, "answer": answer}
            casefile.make(device, file, ops.SCREENING_SET, value, heads)
    casefile.catch_up(device.vault)
    return inbox_rows(device, [line_of(device, written)])[0]


def ask(device: DevicePort, code: str, text: str) -> str:
    """Ask the phone that took a complaint. At most 1,800 bytes of UTF-8. Gives the question's id; the answer
    comes back under the same code.
    """
    line = line_of(device, code)
    _check_text(text, limit=QUESTION_BYTES_MAX)
    if (length := len(text.encode())) > QUESTION_BYTES_MAX:
        raise TextRefusedError(
            f"A question has at most {QUESTION_BYTES_MAX} bytes; this one has {length}.",
            next_step="Ask one thing at a time. Bengali and Khmer letters take three bytes each.",
        )
    question = device.vault.entropy(ops.ID_BYTES)
    with device.vault.transaction():
        file = casefile.file_of(line.code)
        casefile.make(device, file, ops.NOTE_ADD, {"text": text, "code": line.code, "question": question})
        body = {"id": question, "code": line.code, "text": text, "at": device.vault.now_s()}
        device.queue_reply(line.device, "question", body)
    return question.hex()


def new_case(
    device: DevicePort,
    codes: list[str],
    *,
    title: str | None = None,
    case_type: str = "individual",
    priority: str | None = None,
) -> CaseView:
    """Make a case of complaints that arrived here. Its number is the next of this year at this desk."""
    lines = [line_of(device, code) for code in codes]
    _check_choice(case_type, CASE_TYPES)
    if priority is not None:
        _check_choice(priority, PRIORITIES)
    if title is not None:
        _check_text(title, limit=SHORT_LIMIT)
    casefile.catch_up(device.vault)
    case_id = device.vault.entropy(ops.ID_BYTES)
    with device.vault.transaction() as db:
        year = moments.day(device.vault.now_s())[:4]
        number = f"C-{year}-{kept.highest(db, f'C-{year}-') + 1:03d}"
        begun = {"number": number, "title": title, "type": case_type, "priority": priority, "status": "new"}
        opening = {name: value for name, value in begun.items() if value is not None}
        casefile.make(device, case_id, ops.CASE_OPEN, opening)
        for code in dict.fromkeys(line.code for line in lines):
            casefile.make(device, case_id, ops.COMPLAINT_LINK, {"code": code})
    return view(device, case_id)


def join_case(device: DevicePort, case_number: str, code: str) -> CaseView:
    """Let a complaint belong to a case; again changes nothing."""
    case = find(device, case_number)
    written = line_of(device, code).code
    if written not in [link.code for link in case.links]:
        with device.vault.transaction():
            casefile.make(device, case.id, ops.COMPLAINT_LINK, {"code": written})
    return view(device, case.id)


def cases(device: DevicePort) -> list[CaseRow]:
    """All cases of this desk, the last changed first."""
    casefile.catch_up(device.vault)
    return [row(device, case) for case in kept.every(device.vault.db)]


def case(device: DevicePort, number: str) -> CaseView:
    """One case, with notes, complaints, history and what is in conflict."""
    return view(device, find(device, number).id)


def set_status(device: DevicePort, number: str, status: str, *, reason: str | None = None) -> CaseView:
    """Take a step. ``reason`` (not_remedied, merged) closes a case that was not paid and verified, and says
    so.
    """
    found = find(device, number)
    try:
        check_step(found.status, status, reason=reason)
    except StatusError as error:
        raise StatusRefusedError(str(error)) from error
    return _set(device, found, "status", status, reason=reason if reason in CLOSING_REASONS else None)


def assign(device: DevicePort, number: str, handler: str | None) -> CaseView:
    """Give a case to a handler, by label or by hex id; None gives it to nobody."""
    found = find(device, number)
    if handler is None:
        return _set(device, found, "assignee", None)
    meant = [known.hex() for known, label in device.handlers() if handler in (known.hex(), label)]
    if len(meant) != 1:
        labels = ", ".join(label for _, label in device.handlers())
        raise ChoiceUnknownError(
            "There is no handler of this name." if not meant else "Two handlers have this name.",
            next_step=f"Choose one of: {labels}; or use the id of the device.",
        )
    return _set(device, found, "assignee", meant[0])


def set_title(device: DevicePort, number: str, title: str) -> CaseView:
    """Name a case, in a few words without a person's name."""
    _check_text(title, limit=SHORT_LIMIT)
    return _set(device, find(device, number), "title", title)


def set_priority(device: DevicePort, number: str, priority: str) -> CaseView:
    """low, normal, high or urgent."""
    _check_choice(priority, PRIORITIES)
    return _set(device, find(device, number), "priority", priority)


def set_type(device: DevicePort, number: str, case_type: str) -> CaseView:
    """individual, group or collective."""
    _check_choice(case_type, CASE_TYPES)
    return _set(device, find(device, number), "type", case_type)


def note(device: DevicePort, number: str, text: str) -> CaseView:
    """Add a note. Notes are never changed and never taken back."""
    found = find(device, number)
    _check_text(text, limit=LONG_LIMIT)
    with device.vault.transaction():
        casefile.make(device, found.id, ops.NOTE_ADD, {"text": text})
    return view(device, found.id)


def resolve(device: DevicePort, number: str, field: str, op_id: str) -> CaseView:
    """Settle a conflict: the value that the operation ``op_id`` set is kept, the other stays in the
    history.
    """
    found = find(device, number)
    standing = found.conflicts.get(field)
    side = (
        next((side for side in standing.sides if side.operation.hex() == op_id), None) if standing else None
    )
    if side is None:
        raise ChoiceUnknownError("This is not one of the values that are in conflict.")
    return _set(device, found, field, side.value)


def _set(
    device: DevicePort, found: Case, field: str, value: str | None, *, reason: str | None = None
) -> CaseView:
    told = {"field": field, "value": value} | ({"reason": reason} if reason else {})
    with device.vault.transaction():
        casefile.make(device, found.id, ops.FIELD_SET, told, found.heads(field))
    return view(device, found.id)


def _check_choice(value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ChoiceUnknownError(next_step=f"Choose one of: {', '.join(choices)}.")


def _check_text(text: str, *, limit: int) -> None:
    if not text.strip():
        raise TextRefusedError("There is no text.", next_step="Write it, then do it again.")
    if fault := clean_text.fault(text):
        raise TextRefusedError(f"The text {fault}.", next_step="Take that character out.")
    if len(text) > limit:
        raise TextRefusedError(f"The text has {len(text)} characters; {limit} is the most.")
