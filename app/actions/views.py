"""What the actions return: frozen, plain records that a screen draws and ``--json`` prints.

Shapes: ids are lower-case hex, codes are ``118-2206-6``, times are ISO 8601 in UTC (``2026-11-22T16:01:59Z``)
and days are ``2026-11-22``. ``msgspec.to_builtins(view)`` gives the JSON with the keys of DESIGN section 6
(``from_`` is "from"). None of the lists carries a person's name.
"""

from __future__ import annotations

from typing import Any

import msgspec

from app.actions.membership_views import (
    AdmittedView,
    ChangeView,
    DeskView,
    DeviceView,
    DrillView,
    InvitationView,
    JoinedView,
    MissingView,
    OfficerView,
    OrganisationView,
    OutboxItem,
    OutboxView,
    ProposalView,
    ReplyView,
    RevokedView,
    RotatedView,
    SignedView,
    SyncReport,
    WarningView,
    WindowView,
)

__all__ = [
    "AdmittedView",
    "CaseRow",
    "CaseView",
    "ChangeView",
    "ComplaintRow",
    "ComplaintView",
    "ConflictSide",
    "ConflictView",
    "DeskView",
    "DeviceView",
    "Draft",
    "DraftSummary",
    "DrillView",
    "HandlerView",
    "HistoryView",
    "InboxRow",
    "InvitationView",
    "JoinedView",
    "MessageView",
    "MissingView",
    "NoteView",
    "OfficerView",
    "OrganisationView",
    "OutboxItem",
    "OutboxView",
    "ProposalView",
    "QuestionView",
    "ReplyView",
    "RevokedView",
    "RotatedView",
    "ScreeningView",
    "SignedView",
    "SyncReport",
    "WarningView",
    "WindowView",
]


# --- phone: drafts and codes
class DraftSummary(msgspec.Struct, frozen=True):
    """A complaint that was begun and not finished. ``title_hint`` is None: a list never says what it is
    about.
    """

    id: str
    code: str
    started_at: str
    saved_at: str
    step: int
    title_hint: str | None = None


class Draft(msgspec.Struct, frozen=True):
    """A draft, opened. ``record`` is partial: the same keys as the intake record, only what was answered."""

    id: str
    code: str
    step: int
    record: dict[str, Any]
    desk: str
    saved_at: str


class ComplaintRow(msgspec.Struct, frozen=True):
    """One line of ``complaint list``.

    ``status`` on a phone: draft, sealed (waiting), sent (left), received (the desk has it), withdrawn. At a
    desk: received or withdrawn. ``at`` is a day for what was finished on a phone, else a time. ``kind``:
    draft or complaint.
    """

    code: str
    status: str
    at: str
    kind: str


class MessageView(msgspec.Struct, frozen=True):
    """A question, an answer or something added. ``from_`` ("from" in JSON) is desk or device.

    ``kind``: question, answer, addition, withdrawal or variant (the same code sent again with other content).
    """

    id: str
    from_: str = msgspec.field(name="from")
    text: str
    at: str
    kind: str
    question: str | None = None
    authentic: bool | None = None


class ScreeningView(msgspec.Struct, frozen=True):
    """The three questions of screening; None is not judged yet, or unclear. ``contested`` names those that
    two handlers judged apart and differently; judging again settles it. ``unclear`` names those that somebody
    looked at and could not answer.
    """

    genuine: bool | None = None
    ours: bool | None = None
    safe: bool | None = None
    contested: list[str] = []
    unclear: list[str] = []


class ComplaintView(msgspec.Struct, frozen=True):
    """One complaint. On a phone after *finish* ``record`` is None: nothing of it can be read there any
    more. ``attested_by`` is the label of a handler who was there when it came and vouches for it, while this
    desk could not check it itself (``authentic`` None).
    """

    code: str
    status: str
    received: str | None
    device: str
    authentic: bool | None
    record: dict[str, Any] | None
    attachments: list[dict[str, Any]]
    messages: list[MessageView]
    device_label: str = ""
    screening: ScreeningView = ScreeningView()
    cases: list[str] = []
    attested_by: str | None = None


class QuestionView(msgspec.Struct, frozen=True):
    """A question from the desk, waiting on a phone; erased when answered or after ``days_left`` days."""

    id: str
    code: str
    text: str
    at: str
    days_left: int


# --- desk: inbox
class InboxRow(msgspec.Struct, frozen=True):
    """One arrived complaint. ``danger`` is the answer to "danger now?" (yes, no, refused, unknown,
    not_asked).

    ``retaliation`` is true when reprisal happened or is feared. ``added`` counts what came after it under its
    code. ``state``: new, screened, in_case, withdrawn, unreadable (kept as it came; its record does not hold
    to the form). ``authentic`` False: it carries the name of a device that did not send it; None: could not
    be checked yet.
    """

    code: str
    received: str
    device: str
    device_label: str
    issues: list[str]
    facility: str | None
    danger: str
    screened: bool
    retaliation: bool
    added: int
    state: str
    authentic: bool | None
    desk: str
    cases: list[str]


# --- desk: cases
class HandlerView(msgspec.Struct, frozen=True):
    """A handler to whom a case can be assigned; ``id`` is the hex id of the device."""

    id: str
    label: str


class NoteView(msgspec.Struct, frozen=True):
    """A note on a case; notes are only ever added."""

    id: str
    text: str
    by: str
    at: str


class HistoryView(msgspec.Struct, frozen=True):
    """One thing that happened to a case, oldest first. ``value`` and ``replaced`` are words, not keys."""

    id: str
    at: str
    by: str
    what: str
    value: str
    replaced: str | None = None


class ConflictSide(msgspec.Struct, frozen=True):
    """One of the values of a conflict; ``op`` is what ``casework.resolve`` takes."""

    op: str
    value: str
    by: str
    at: str


class ConflictView(msgspec.Struct, frozen=True):
    """A field that two handlers set apart from each other. Both values stay until a person chooses."""

    field: str
    sides: list[ConflictSide]


class CaseRow(msgspec.Struct, frozen=True):
    """One line of the list of cases."""

    number: str
    title: str | None
    status: str
    case_type: str
    priority: str | None
    assignee: str | None
    assignee_label: str | None
    complaints: int
    conflicts: int
    opened: str
    changed: str


class CaseView(msgspec.Struct, frozen=True):
    """A case, folded from its operations. ``complaints`` are the lines of the inbox that belong to it."""

    number: str
    id: str
    title: str | None
    case_type: str
    priority: str | None
    status: str
    allowed_statuses: list[str]
    assignee: str | None
    assignee_label: str | None
    handlers: list[HandlerView]
    notes: list[NoteView]
    complaints: list[InboxRow]
    history: list[HistoryView]
    conflicts: list[ConflictView]
    opened: str
    changed: str
