"""What still happens on a phone after *finish*: more under the same code, a withdrawal, a question and its
answer.

Nothing here needs the finished record, which cannot be read any more, and nothing that is sent stays
readable.
"""

from __future__ import annotations

import contextlib

from app.actions import moments, numbering
from app.actions.errors import QuestionUnknownError, TextRefusedError
from app.actions.ports import DevicePort
from app.actions.views import QuestionView
from app.domain import clean_text
from app.domain.fields import NARRATIVE_LIMIT
from app.vault import complaints
from app.vault import questions as kept
from app.vault.errors import VaultError
from app.vault.questions import KEPT_S, Question


def add(device: DevicePort, code: str, *, text: str | None = None, withdraw: bool = False) -> None:
    """Seal something more under a finished complaint's code, or that she withdraws it, or both."""
    found = numbering.finished_here(device, code)
    if text is not None or not withdraw:
        _check(text)
    payload = {
        "desk": found.desk,
        "text": text or "",
        "withdraw": withdraw,
        "at": moments.iso(device.vault.now_s()),
    }
    with device.vault.transaction() as db:
        if withdraw:
            complaints.advance(db, found.code, "withdrawn")
        device.seal_parcel("addition", found.code, payload)


def questions(device: DevicePort) -> list[QuestionView]:
    """Questions of the desk that wait for an answer, the oldest first. Those of seven days ago are erased
    now.
    """
    _expire(device)
    now_s = device.vault.now_s()
    return [
        QuestionView(
            id=question.id.hex(),
            code=question.code,
            text=question.text,
            at=moments.iso(question.asked),
            days_left=max(1, -((now_s - question.arrived - KEPT_S) // 86_400)),
        )
        for question in kept.waiting(device.vault.db)
    ]


def reply(device: DevicePort, code: str, text: str, *, question: str | None = None) -> None:
    """Answer the oldest question that waits under a code, or the one named by its id; the question is then
    erased.
    """
    written = numbering.read(code)
    _check(text)
    _expire(device)
    with device.vault.transaction() as db:
        chosen = _chosen(kept.waiting(db, written), question)
        kept.close(db, chosen.id)
        payload = {
            "desk": chosen.desk,
            "question": chosen.id.hex(),
            "text": text,
            "at": moments.iso(device.vault.now_s()),
        }
        device.seal_parcel("answer", written, payload)
    with contextlib.suppress(VaultError):
        device.vault.scrub()


def _chosen(waiting: list[Question], wanted: str | None) -> Question:
    for question in waiting:
        if wanted is None or question.id.hex() == wanted:
            return question
    raise QuestionUnknownError


def _expire(device: DevicePort) -> None:
    with device.vault.transaction() as db:
        erased = kept.expire(db, device.vault.now_s())
    if erased:
        with contextlib.suppress(VaultError):
            device.vault.scrub()


def _check(text: str | None) -> None:
    if text is None or not text.strip():
        raise TextRefusedError("There is no text to send.", next_step="Write what she said, then send it.")
    if len(text) > NARRATIVE_LIMIT:
        raise TextRefusedError
    if fault := clean_text.fault(text):
        raise TextRefusedError(f"The text {fault}.", next_step="Take that character out.")
