"""Complaints as they are looked at: on a phone drafts and bare codes, at a desk what arrived.

One device may do both (a handler who also takes complaints); a code is then looked for in this order: draft,
finished here, arrived.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from typing import Any

import msgspec

from app.actions import casefile, moments, numbering, recorded
from app.actions.errors import CodeUnknownError
from app.actions.ports import DevicePort
from app.actions.views import ComplaintRow, ComplaintView, InboxRow, MessageView, ScreeningView
from app.domain.record import fill, parse
from app.vault import arrived, asked, cases, complaints, drafts, questions, received
from app.vault.arrived import Arrived
from app.vault.received import Received


def listing(device: DevicePort) -> list[ComplaintRow]:
    """On a phone drafts, then what was finished; at a desk what arrived. Never a name, a place or an
    issue.
    """
    db = device.vault.db
    rows = [
        ComplaintRow(code=code, status="draft", at=moments.iso_ms(saved), kind="draft")
        for _, code, _, _, saved in drafts.every(db)
    ]
    rows += [
        ComplaintRow(code=one.code, status=one.status, at=one.created, kind=one.kind)
        for one in complaints.every(db)
    ]
    rows += [
        ComplaintRow(code=line.code, status=_status(line), at=moments.iso(line.received), kind="complaint")
        for line in received.every(db)
    ]
    return rows


def show(device: DevicePort, code: str, *, taken_by: str | None = None) -> ComplaintView:
    """One complaint by its code. ``taken_by`` (a device's hex id) chooses where two devices used one code.

    Raises CodeMalformedError or CodeUnknownError.
    """
    written = numbering.read(code)
    casefile.catch_up(device.vault)
    db = device.vault.db
    draft = drafts.find_by_code(db, written)
    if draft is not None:
        record = fill(parse(msgspec.json.decode(draft.record), draft=True))
        return _on_phone(device, written, "draft", record, [])
    finished = complaints.find(db, written)
    if finished is not None:
        asked_here = [
            MessageView(
                id=one.id.hex(), from_="desk", text=one.text, at=moments.iso(one.asked), kind="question"
            )
            for one in questions.waiting(db, written)
            if one.arrived > device.vault.now_s() - questions.KEPT_S
        ]
        return _on_phone(device, written, finished.status, None, asked_here)
    return _at_desk(device, line_of(device, written, taken_by=taken_by))


def line_of(device: DevicePort, code: str, *, taken_by: str | None = None) -> Received:
    """The line of the inbox that a typed code means; the most trustworthy one if a code was used twice."""
    for line in received.with_code(device.vault.db, numbering.read(code)):
        if taken_by is None or line.device.hex() == taken_by:
            return line
    raise CodeUnknownError


def inbox_rows(device: DevicePort, lines: Iterable[Received]) -> list[InboxRow]:
    """Lines of the inbox as they are shown. A device's label is looked up once, however many lines it has."""
    label_of = functools.cache(device.label_of)
    numbers = cases.numbers_by_code(device.vault.db)
    return [_inbox_row(line, label_of(line.device), numbers.get(line.code, [])) for line in lines]


def _inbox_row(line: Received, label: str, numbers: list[str]) -> InboxRow:
    return InboxRow(
        code=line.code,
        received=moments.iso(line.received),
        device=line.device.hex(),
        device_label=label,
        issues=line.issues,
        facility=line.facility,
        danger=line.danger,
        screened=line.screened,
        retaliation=line.retaliation,
        added=line.added,
        state=_state(line, numbers),
        authentic=line.authentic,
        desk=line.desk,
        cases=numbers,
    )


def _state(line: Received, numbers: list[str]) -> str:
    if not line.readable:
        return "unreadable"
    if line.withdrawn:
        return "withdrawn"
    if numbers:
        return "in_case"
    return "screened" if line.screened else "new"


def _status(line: Received) -> str:
    return "withdrawn" if line.withdrawn else "received"


def _on_phone(
    device: DevicePort, code: str, status: str, record: dict[str, Any] | None, messages: list[MessageView]
) -> ComplaintView:
    return ComplaintView(
        code=code,
        status=status,
        received=None,
        device=device.id.hex(),
        authentic=None,
        record=record,
        attachments=[],
        messages=messages,
        device_label=device.label,
    )


def _at_desk(device: DevicePort, line: Received) -> ComplaintView:
    db = device.vault.db
    everything = arrived.under(db, line.device, line.code)
    shown = next(one for one in everything if one.kind == "complaint" and one.parcel == line.parcel)
    messages = [_message(one) for one in everything if one is not shown]
    messages += [
        MessageView(id=one.id.hex(), from_="desk", text=one.text, at=moments.iso(one.at), kind="question")
        for one in asked.about(db, line.code)
    ]
    return ComplaintView(
        code=line.code,
        status=_status(line),
        received=moments.iso(line.received),
        device=line.device.hex(),
        authentic=line.authentic,
        record=recorded.filled(shown),
        attachments=[],
        messages=sorted(messages, key=lambda message: (message.at, message.from_ != "desk")),
        device_label=device.label_of(line.device),
        screening=ScreeningView(
            genuine=line.genuine,
            ours=line.ours,
            safe=line.safe,
            contested=casefile.contested(db, line.code),
            unclear=casefile.unclear(db, line.code),
        ),
        cases=casefile.numbers_of(db, line.code),
        attested_by=_vouching(device, shown),
    )


def _vouching(device: DevicePort, shown: Arrived) -> str | None:
    if shown.authentic is not None or shown.attested_by is None:
        return None
    return device.label_of(shown.attested_by) or shown.attested_by.hex()


def _message(one: Arrived) -> MessageView:
    payload = json.loads(one.payload)
    text, written, question = payload.get("text"), payload.get("at"), payload.get("question")
    kind = "variant" if one.kind == "complaint" else one.kind
    if kind == "addition" and payload.get("withdraw") is True:
        kind = "withdrawal"
    # The day she said it, as the phone's clock had it, but never later than it came.
    at = moments.seconds_of(written) if isinstance(written, str) else None
    return MessageView(
        id=one.parcel.hex(),
        from_="device",
        text=text if isinstance(text, str) else "",
        at=moments.iso(min(at, one.received) if at is not None else one.received),
        kind=kind,
        question=question if isinstance(question, str) else None,
        authentic=one.authentic,
    )
