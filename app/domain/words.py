"""The closed and the open word lists of the intake record.

Closed lists are the ones that DESIGN section 6 writes out with bars, and those that decide something (risk,
sex for the statistics): any other word is refused. Open lists (`HEADS`, `ENDINGS`, `REPRISALS`) name what the
screens offer; any other lower-case word of the same form is kept, because a desk must be able to read what a
newer phone or a form of another organisation calls a thing, and losing it would be worse than showing it as
it was written.
"""

from __future__ import annotations

from enum import StrEnum


class Received(StrEnum):
    """How the complaint came."""

    IN_PERSON = "in_person"
    CALL = "call"
    LETTER = "letter"
    VISIT = "visit"


class FiledBy(StrEnum):
    """Who speaks."""

    WORKER = "worker"
    FORMER_WORKER = "former_worker"
    GROUP = "group"
    UNION = "union"
    ORGANISATION = "organisation"
    FAMILY = "family"


class LinkEvidence(StrEnum):
    """What ties a facility to a buyer."""

    LABEL = "label"
    ORDER = "order"
    PUBLIC_LIST = "public_list"
    SHIPPING_RECORD = "shipping_record"
    TESTIMONY = "testimony"


class Contract(StrEnum):
    """The kind of contract; fdc and udc are the fixed and undetermined duration of Cambodian law."""

    PERMANENT = "permanent"
    PROBATION = "probation"
    FDC = "fdc"
    UDC = "udc"
    CASUAL = "casual"
    PIECE = "piece"
    AGENCY = "agency"


class DangerKind(StrEnum):
    """What the danger is."""

    THREAT = "threat"
    INJURY = "injury"
    CHILD = "child"
    CONFINEMENT = "confinement"
    VIOLENCE = "violence"
    POLICE = "police"
    EVICTION = "eviction"


class RiskLevel(StrEnum):
    """What could happen to her if it were known that she spoke."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    EXTREME = "extreme"


class EvidenceKind(StrEnum):
    """What the piece of evidence is."""

    PAYSLIP = "payslip"
    ID_CARD = "id_card"
    LETTER = "letter"
    LABEL = "label"
    PHOTO = "photo"
    VOICE = "voice"
    CONTRACT = "contract"
    OTHER = "other"


class HeldBy(StrEnum):
    """Where the piece of evidence is. `phone`: captured on the intake device and attached."""

    WORKER = "worker"
    PHONE = "phone"
    UNION = "union"


class GivenHow(StrEnum):
    """How consent was given."""

    VOICE = "voice"
    THUMB = "thumb"
    SIGNATURE = "signature"
    WITNESS = "witness"


class GivenBy(StrEnum):
    """Who gave consent."""

    SELF = "self"
    GUARDIAN = "guardian"
    HEIR = "heir"


class Sex(StrEnum):
    """Optional, and only for counting. Null: not said or not asked."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


class ContactHow(StrEnum):
    """The safe way to reach her."""

    THROUGH_ORGANISER = "through_organiser"
    PHONE = "phone"
    VISIT = "visit"
    RELATIVE = "relative"
    NONE = "none"


REFERRALS = (
    "RSC", "DIFE", "MLVT", "labour_court", "arbitration_council", "police", "medical", "shelter",
)  # fmt: skip
"""Where a worker may be referred; or `partner:NAME`."""

HEADS = (
    "wages", "minimum_wage", "overtime", "bonus", "allowance", "leave", "suspension_pay", "deduction",
    "notice", "severance", "seniority", "gratuity", "back_pay", "damages", "compensation", "maternity",
    "provident_fund", "social_security", "injury", "death", "medical", "recruitment_fee", "interest", "other",
)  # fmt: skip
"""Heads of claim that the screens offer: what a sum of money is owed for."""

ENDINGS = (
    "resignation", "forced_resignation", "dismissal", "retrenchment", "closure", "contract_end", "suspension",
    "absence", "retirement", "death", "still_employed", "other",
)  # fmt: skip
"""How the employment ended. `absence`: ten days away, treated by the employer as leaving (BD s.27(3A))."""

REPRISALS = (
    "dismissal", "transfer", "suspension", "pay_cut", "threat", "violence", "police", "court_case",
    "blacklisting", "surveillance", "eviction", "other",
)  # fmt: skip
"""What was done, or is feared, because somebody complained."""
