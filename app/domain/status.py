"""Where a complaint and a case stand, and which step is allowed from there (DOMAIN 1.3).

Guarantees: a case closes by itself only after *verified*, or after an end that says so (referred, not taken,
withdrawn, lost contact); from anywhere else it closes only with one of the honest reasons. Nothing closes
from a promise.
Does not: rule the fold. Two handlers may have taken steps apart from each other; `case.py` shows both.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from app.domain.errors import StatusError


class ComplaintStatus(StrEnum):
    """What became of a complaint as it was told."""

    DRAFT = "draft"
    SEALED = "sealed"
    SENT = "sent"
    RECEIVED = "received"
    NEEDS_FOLLOW_UP = "needs_follow_up"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"


class CaseStatus(StrEnum):
    """Where the union's work on a case stands."""

    NEW = "new"
    SCREENING = "screening"
    ACCEPTED = "accepted"
    REFERRED_OUT = "referred_out"
    NOT_TAKEN = "not_taken"
    FACT_FINDING = "fact_finding"
    DEMAND_OR_FILING = "demand_or_filing"
    NEGOTIATION = "negotiation"
    CONCILIATION = "conciliation"
    HEARING = "hearing"
    AGREEMENT_OR_DECISION = "agreement_or_decision"
    IMPLEMENTATION = "implementation"
    VERIFIED = "verified"
    CLOSED = "closed"
    PAUSED_FOR_SAFETY = "paused_for_safety"
    WITHDRAWN = "withdrawn"
    LOST_CONTACT = "lost_contact"
    REOPENED = "reopened"


_C, _S = ComplaintStatus, CaseStatus

COMPLAINT_STEPS: Final[dict[ComplaintStatus, tuple[ComplaintStatus, ...]]] = {
    _C.DRAFT: (_C.SEALED, _C.WITHDRAWN),
    _C.SEALED: (_C.SENT, _C.WITHDRAWN),
    _C.SENT: (_C.RECEIVED, _C.WITHDRAWN),
    _C.RECEIVED: (_C.NEEDS_FOLLOW_UP, _C.MERGED, _C.WITHDRAWN),
    _C.NEEDS_FOLLOW_UP: (_C.RECEIVED, _C.MERGED, _C.WITHDRAWN),
    _C.MERGED: (_C.RECEIVED,),
    _C.WITHDRAWN: (),
}

_IN_PROCEDURE = (_S.NEGOTIATION, _S.CONCILIATION, _S.HEARING)
_ASIDE = (_S.PAUSED_FOR_SAFETY, _S.WITHDRAWN, _S.LOST_CONTACT)
_WORKING = (
    _S.SCREENING, _S.ACCEPTED, _S.FACT_FINDING, _S.DEMAND_OR_FILING, *_IN_PROCEDURE, _S.AGREEMENT_OR_DECISION,
    _S.IMPLEMENTATION,
)  # fmt: skip
ENDS: Final = (_S.REFERRED_OUT, _S.NOT_TAKEN, _S.WITHDRAWN, _S.LOST_CONTACT)
"""Ends that say by their name that nothing was paid and verified by us."""

CASE_STEPS: Final[dict[CaseStatus, tuple[CaseStatus, ...]]] = {
    _S.NEW: (_S.SCREENING, _S.ACCEPTED, _S.REFERRED_OUT, _S.NOT_TAKEN, *_ASIDE),
    _S.SCREENING: (_S.ACCEPTED, _S.REFERRED_OUT, _S.NOT_TAKEN, *_ASIDE),
    _S.ACCEPTED: (_S.FACT_FINDING, _S.DEMAND_OR_FILING, _S.NEGOTIATION, _S.REFERRED_OUT, *_ASIDE),
    _S.FACT_FINDING: (_S.DEMAND_OR_FILING, _S.NEGOTIATION, _S.REFERRED_OUT, _S.NOT_TAKEN, *_ASIDE),
    _S.DEMAND_OR_FILING: (
        _S.FACT_FINDING, *_IN_PROCEDURE, _S.AGREEMENT_OR_DECISION,
        _S.REFERRED_OUT, *_ASIDE,
    ),
    _S.NEGOTIATION: (
        _S.DEMAND_OR_FILING, _S.CONCILIATION, _S.HEARING, _S.AGREEMENT_OR_DECISION, _S.REFERRED_OUT, *_ASIDE,
    ),
    _S.CONCILIATION: (
        _S.DEMAND_OR_FILING, _S.NEGOTIATION, _S.HEARING, _S.AGREEMENT_OR_DECISION, _S.REFERRED_OUT, *_ASIDE,
    ),
    _S.HEARING: (_S.NEGOTIATION, _S.AGREEMENT_OR_DECISION, *_ASIDE),
    _S.AGREEMENT_OR_DECISION: (_S.IMPLEMENTATION, *_IN_PROCEDURE, _S.DEMAND_OR_FILING, *_ASIDE),
    _S.IMPLEMENTATION: (_S.VERIFIED, _S.DEMAND_OR_FILING, *_IN_PROCEDURE, *_ASIDE),
    _S.VERIFIED: (_S.CLOSED, _S.IMPLEMENTATION),
    _S.REFERRED_OUT: (_S.CLOSED, _S.REOPENED),
    _S.NOT_TAKEN: (_S.CLOSED, _S.REOPENED),
    _S.WITHDRAWN: (_S.CLOSED, _S.REOPENED),
    _S.LOST_CONTACT: (_S.CLOSED, _S.REOPENED),
    _S.PAUSED_FOR_SAFETY: (*_WORKING, _S.REFERRED_OUT, _S.WITHDRAWN, _S.LOST_CONTACT),
    _S.CLOSED: (_S.REOPENED,),
    _S.REOPENED: (*_WORKING, _S.REFERRED_OUT, _S.NOT_TAKEN, *_ASIDE),
}  # fmt: skip

CLOSING_REASONS: Final = ("not_remedied", "merged")
"""With one of these said, a case closes from anywhere: it ended without a remedy, or another case goes on
with it.
"""

CASE_STATUSES: Final = tuple(status.value for status in CaseStatus)


def allowed(status: str, *, reason: str | None = None) -> tuple[str, ...]:
    """The steps that a case may take from here; with an honest closing reason, also `closed`.

    A status that this version does not know (a newer handler set it) may be followed by any.
    """
    if status not in CASE_STATUSES:
        return CASE_STATUSES
    here = CaseStatus(status)
    steps = CASE_STEPS[here]
    if reason in CLOSING_REASONS and here is not _S.CLOSED and _S.CLOSED not in steps:
        steps = (*steps, _S.CLOSED)
    return tuple(step.value for step in steps)


def check_step(status: str, to: str, *, reason: str | None = None) -> None:
    """Refuse with StatusError a step that a case may not take."""
    if to not in CASE_STATUSES:
        raise StatusError(f'"{to[:40]}" is not a status of a case.')
    if reason is not None and to == _S.CLOSED and reason not in CLOSING_REASONS:
        raise StatusError(f'"{reason[:40]}" is not a closing reason (use {" or ".join(CLOSING_REASONS)}).')
    if to in allowed(status, reason=reason):
        return
    if to == _S.CLOSED:
        raise StatusError(
            f"A case closes once its remedy is paid and verified; this one stands at {_words(status)}. "
            f"If it ends otherwise, say so: {' or '.join(CLOSING_REASONS)}."
        )
    steps = ", ".join(_words(step) for step in allowed(status)) or "none"
    raise StatusError(f"From {_words(status)} a case does not go to {_words(to)}. Next may be: {steps}.")


def _words(status: str) -> str:
    return status[:40].replace("_", " ")
