"""What a session brings in. Called by the session, inside its transaction, once for each thing that was
opened.

All of it may come in any order and any number of times: an addition before its complaint waits for it, a
repeat changes nothing. What came from another device is not trusted to have the right form; what does not
hold to it is kept and shown as unreadable, never dropped.
"""

from __future__ import annotations

import json
from typing import Any

from app.actions import casefile, recorded
from app.actions.ports import DevicePort
from app.domain.answers import Answer
from app.vault import arrived, complaints, questions, received
from app.vault.arrived import Arrived
from app.vault.database import Database
from app.vault.questions import Question
from app.vault.received import Received
from sync.inbox import ArrivedParcel


def take(device: DevicePort, parcel: ArrivedParcel) -> None:
    """Keep a parcel at a desk and bring its line of the inbox up to date."""
    body = json.dumps(_plain(parcel.payload), ensure_ascii=False, sort_keys=True)
    changed = arrived.keep(
        device.vault.db,
        Arrived(
            device=parcel.device,
            code=parcel.code,
            kind=parcel.kind,
            parcel=parcel.id,
            desk=_desk_name(device, parcel.desk),
            authentic=parcel.authentic,
            received=parcel.received_at,
            payload=body,
            attested_by=parcel.attested_by,
        ),
    )
    if changed:
        bring_up_to_date(device.vault.db, parcel.device, parcel.code)


def take_question(device: DevicePort, question_id: bytes, code: str, text: str, at: int) -> None:
    """Keep a question on a phone. ``at``: Unix seconds at the desk. Only about a complaint that was finished
    here.
    """
    found = complaints.find(device.vault.db, code)
    if found is None:
        return  # a desk that asks about what was never taken here is mistaken, or worse
    now_s = device.vault.now_s()
    questions.expire(device.vault.db, now_s)
    questions.keep(
        device.vault.db,
        Question(id=question_id, code=code, desk=found.desk, asked=at, arrived=now_s, text=text),
    )


def left(device: DevicePort, code: str, kind: str) -> None:
    """On a phone: all cells of a parcel were deposited."""
    if kind == "complaint":
        complaints.advance(device.vault.db, code, "sent")


def confirmed(device: DevicePort, code: str, kind: str) -> None:
    """On a phone: the desk has a parcel."""
    if kind == "complaint":
        complaints.advance(device.vault.db, code, "received")


def take_operation(device: DevicePort, op: dict[str, Any], *, signed_by: bytes | None = None) -> None:
    """Keep a handler's verified operation at a desk. ``signed_by``: the device whose signature held, if not
    checked against the operation's own device yet. Raises OperationError for what is none.
    """
    casefile.take(device, op, signed_by=signed_by)


def bring_up_to_date(db: Database, device: bytes, code: str) -> None:
    """Make the line of the inbox again from everything that came from a device under a code."""
    everything = arrived.under(db, device, code)
    told = [one for one in everything if one.kind == "complaint"]
    if not told:
        return
    shown = min(told, key=lambda one: (_trust(one), one.received))
    later = [one for one in everything if one.kind in ("addition", "answer") and one.authentic is not False]
    received.put(db, _line(shown, later))
    casefile.apply_screening(db, code)


def _trust(one: Arrived) -> int:
    return {True: 0, None: 1, False: 2}[one.authentic]


def _line(shown: Arrived, later: list[Arrived]) -> Received:
    record = recorded.readable(shown)
    fear = (
        record is not None
        and record.retaliation is not None
        and Answer.YES
        in (
            record.retaliation.happened,
            record.retaliation.feared,
        )
    )
    return Received(
        device=shown.device,
        code=shown.code,
        parcel=shown.parcel,
        desk=shown.desk,
        authentic=shown.authentic,
        received=shown.received,
        readable=record is not None,
        issues=list(record.issues) if record else [],
        facility=record.facility.name if record and record.facility else None,
        danger=record.danger.now.value if record else Answer.NOT_ASKED.value,
        retaliation=fear,
        added=len(later),
        withdrawn=any(
            json.loads(one.payload).get("withdraw") is True
            for one in later
            # A complaint that is shown to be hers is not taken back by what nobody could check.
            if one.kind == "addition" and _trust(one) <= _trust(shown)
        ),
    )


def _desk_name(device: DevicePort, desk: bytes) -> str:
    names = {view.id: view.name for view in device.desks}
    return names.get(desk.hex(), desk.hex())


def _plain(value: object) -> object:
    """JSON types, whatever CBOR brought."""
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, bytes):
        return value.hex()
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
