"""Taking complaints: drafts that survive anything, and *finish*, after which nothing can be read here any
more.

*Finish* is one transaction: the complaint is sealed for its desk, the draft is deleted, the code is marked as
finished. Killed at any moment there is the draft or the sealed parcel, never both and never neither. Then the
vault is scrubbed, so that no file keeps a word of it. If only the scrub fails (a full disk), the complaint is
finished all the same and `vault.unscrubbed` says so until a later scrub succeeds.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

import msgspec

from app.actions import moments, numbering
from app.actions.afterwards import add, questions, reply
from app.actions.complaint_views import listing, show
from app.actions.errors import (
    ChoiceUnknownError,
    DraftUnknownError,
    IncompleteError,
    NoConsentError,
    NotAdmittedError,
    RecordRefusedError,
)
from app.actions.ports import DevicePort
from app.actions.views import Draft, DraftSummary
from app.domain.answers import Answer
from app.domain.errors import RecordError
from app.domain.record import IntakeRecord, fill, missing_required, parse
from app.vault import complaints
from app.vault import drafts as kept
from app.vault.complaints import FinishedComplaint
from app.vault.drafts import StoredDraft
from app.vault.errors import VaultError

__all__ = [
    "add",
    "discard_draft",
    "drafts",
    "finish",
    "listing",
    "load_draft",
    "new_complaints",
    "new_draft",
    "questions",
    "reply",
    "save_draft",
    "show",
]


def drafts(device: DevicePort) -> list[DraftSummary]:
    """What is not finished, the latest first. Reads no content."""
    return [
        DraftSummary(
            id=draft_id.hex(),
            code=code,
            started_at=moments.iso_ms(started),
            saved_at=moments.iso_ms(saved),
            step=step,
        )
        for draft_id, code, step, started, saved in kept.every(device.vault.db)
    ]


def new_draft(device: DevicePort, desk: str | None = None) -> Draft:
    """Begin a complaint: a code is given and an empty draft is saved. ``desk``: a desk's name, else the usual
    one.
    """
    with device.vault.transaction() as db:
        stored = _begin(device, _desk_name(device, desk, path="desk"), {})
        kept.insert(db, stored)
    return _draft(stored)


def load_draft(device: DevicePort, draft_id: str) -> Draft:
    """Open a draft where it was left."""
    return _draft(_find(device, draft_id))


def save_draft(device: DevicePort, draft_id: str, record: dict[str, Any], step: int) -> Draft:
    """Keep what was told so far; durable when this returns. Refuses, with the path, what no record may hold,
    and then leaves the draft as it was.
    """
    stored = _find(device, draft_id)
    parsed = _parse(record, path="$", draft=True)
    desk = stored.desk if parsed.desk is None else _desk_name(device, parsed.desk, path="$.desk")
    saved_ms = device.vault.now_ms()
    body = msgspec.json.encode(record)
    with device.vault.transaction() as db:
        if not kept.update(db, stored.id, record=body, desk=desk, step=step, saved_ms=saved_ms):
            raise DraftUnknownError
    return _draft(msgspec.structs.replace(stored, record=body, desk=desk, step=step, saved_ms=saved_ms))


def discard_draft(device: DevicePort, draft_id: str) -> None:
    """Throw a draft away, without a trace. Its code is not given again."""
    stored = _find(device, draft_id)
    with device.vault.transaction() as db:
        kept.delete(db, stored.id)
    _scrub(device)


def finish(device: DevicePort, draft_id: str, *, has_voice: bool = False) -> str:
    """Seal a draft for its desk and forget it. Gives its code.

    Raises IncompleteError, NoConsentError or RecordRefusedError, and the draft is then as it was. Call it
    again with the same draft after a crash: DraftUnknownError means that it was finished.
    """
    stored = _find(device, draft_id)
    obj = msgspec.json.decode(stored.record)
    partial = _parse(obj, path="$", draft=True)
    if partial.consent.record in (Answer.NO, Answer.REFUSED):
        raise NoConsentError
    if missing := missing_required(partial, has_voice=has_voice):
        raise IncompleteError(missing)
    record = _parse(obj, path="$", draft=False, has_voice=has_voice)
    with device.vault.transaction() as db:
        if not kept.delete(db, stored.id):
            raise DraftUnknownError
        _seal(device, stored.code, stored.desk, record)
    _scrub(device)
    return stored.code


def new_complaints(device: DevicePort, objs: Sequence[object], *, finish: bool) -> list[str]:
    """Take whole records, all or none, and give their codes in the same order.

    Each must be a whole intake record (DESIGN section 6); without ``finish`` they wait as drafts. Raises
    RecordRefusedError with the path: ``$.danger``, or ``$[3].danger`` in a list of several.
    """
    paths = ["$"] if len(objs) == 1 else [f"$[{index}]" for index in range(len(objs))]
    parsed = [_parse(obj, path=path, draft=False) for obj, path in zip(objs, paths, strict=True)]
    desks = [
        _desk_name(device, one.desk, path=f"{path}.desk") for one, path in zip(parsed, paths, strict=True)
    ]
    codes: list[str] = []
    with device.vault.transaction() as db:
        for obj, record, desk in zip(objs, parsed, desks, strict=True):
            if finish:
                code = numbering.allot(device)
                _seal(device, code, desk, record)
            else:
                stored = _begin(device, desk, obj)
                kept.insert(db, stored)
                code = stored.code
            codes.append(code)
    if finish:
        _scrub(device)
    return codes


def _seal(device: DevicePort, code: str, desk: str, record: IntakeRecord) -> None:
    now_s = device.vault.now_s()
    payload = {"desk": desk, "record": fill(record), "finished": moments.iso(now_s)}
    complaints.insert(
        device.vault.db,
        FinishedComplaint(
            code=code, status="sealed", created=moments.day(now_s), kind="complaint", desk=desk
        ),
    )
    device.seal_parcel("complaint", code, payload)


def _begin(device: DevicePort, desk: str, record: object) -> StoredDraft:
    now_ms = device.vault.now_ms()
    return StoredDraft(
        id=device.vault.entropy(16),
        code=numbering.allot(device),
        desk=desk,
        step=0,
        started_ms=now_ms,
        saved_ms=now_ms,
        record=msgspec.json.encode(record),
    )


def _find(device: DevicePort, draft_id: str) -> StoredDraft:
    try:
        stored = kept.find(device.vault.db, bytes.fromhex(draft_id))
    except ValueError:
        stored = None
    if stored is None:
        raise DraftUnknownError
    return stored


def _draft(stored: StoredDraft) -> Draft:
    return Draft(
        id=stored.id.hex(),
        code=stored.code,
        step=stored.step,
        record=msgspec.json.decode(stored.record),
        desk=stored.desk,
        saved_at=moments.iso_ms(stored.saved_ms),
    )


def _parse(obj: object, *, path: str, draft: bool, has_voice: bool = False) -> IntakeRecord:
    try:
        return parse(obj, path=path, draft=draft, has_voice=has_voice)
    except RecordError as error:
        raise RecordRefusedError(error.path, error.reason) from error


def _desk_name(device: DevicePort, wanted: str | None, *, path: str) -> str:
    """The desk that is meant. Never another one than was named: a private matter goes to its desk or
    nowhere.
    """
    names = [desk.name for desk in device.desks]
    if not names:
        raise NotAdmittedError
    if wanted is None:
        return names[0]
    if wanted not in names:
        known = ", ".join(names)
        if path == "desk":
            raise ChoiceUnknownError("There is no desk of this name.", next_step=f"Choose one of: {known}.")
        raise RecordRefusedError(path, f"is no desk of this organisation; there is: {known}")
    return wanted


def _scrub(device: DevicePort) -> None:
    # The complaint is finished whether or not this succeeds: "refused" would make her tell it twice.
    with contextlib.suppress(VaultError):
        device.vault.scrub()
