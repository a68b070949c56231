"""Consent is a gate: nothing leaves the desk for a purpose that the worker did not agree to.

Guarantees: only *yes* opens it. No, refused, does not know, not asked, and a purpose that nobody thought of
all keep it shut; without consent to the record itself every gate is shut; of two answers for one recipient
the shut one counts.
Does not: know of withdrawal. What was withdrawn later is a newer record of the desk, and is asked there.
"""

from __future__ import annotations

from enum import StrEnum

from app.domain.answers import Answer
from app.domain.record import IntakeRecord

__all__ = ["PURPOSES", "Answer", "Purpose", "allows"]


class Purpose(StrEnum):
    """What the worker may agree to, one at a time, in the order in which it is read to her."""

    RECORD = "record"
    UNION = "union"
    LEGAL = "legal"
    REFERRAL = "referral"
    EMPLOYER_NAMED = "employer_named"
    EMPLOYER_UNNAMED = "employer_unnamed"
    BUYERS = "buyers"
    APPEAL_PRIVATE = "appeal_private"
    PUBLIC = "public"
    MEDIA = "media"
    STATISTICS = "statistics"


PURPOSES = tuple(Purpose)

AT_INTAKE = (Purpose.RECORD, Purpose.UNION, Purpose.REFERRAL)
"""The three questions read aloud at intake (DOMAIN 1.1): may we keep this; may the union work on it; nobody
outside hears of it without asking you again. All else stays not asked until it is needed."""


def allows(
    record: IntakeRecord, purpose: Purpose, recipient: str | None = None, *, named: bool = False
) -> bool:
    """Say whether this record may be used for a purpose.

    `recipient`: for a referral, exactly as it stands in the record (`RSC`, `partner:NAME`); all others need
    none. `named`: whether her name goes with it, which a referral asks as a question of its own.
    """
    consent = record.consent
    if consent.record is not Answer.YES:
        return False
    if purpose is not Purpose.REFERRAL:
        return getattr(consent, purpose.value) is Answer.YES
    lines = [line for line in consent.referrals if line.to == recipient]
    agreed = bool(lines) and all(line.answer is Answer.YES for line in lines)
    return agreed and (not named or all(line.named is Answer.YES for line in lines))
