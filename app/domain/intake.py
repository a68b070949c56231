"""The parts of an intake record, version 1 (DESIGN section 6), as frozen records.

An absent answer is `not_asked`, an absent list empty, anything else null. A part that is absent as a whole is
null and stays null, so that "nobody spoke of her employment" is not the same as an employment of which
nothing is known; only `consent` and `danger` are always there.
"""

from __future__ import annotations

import msgspec

from app.domain import fields as f
from app.domain import words as w
from app.domain.answers import Answer


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Frozen, by name only, and with no other fields."""


class Happened(_Part, frozen=True, kw_only=True, rename={"from_": "from"}):
    """When it happened; both null: unknown. `from` may be partial, and so may `to`."""

    from_: f.Date | None = None
    to: f.Date | None = None
    ongoing: Answer = Answer.NOT_ASKED


class Facility(_Part, frozen=True, kw_only=True):
    """Where. `name` null: she knows the street but not the name. `os_id`: its Open Supply Hub number."""

    name: f.Short | None = None
    os_id: f.Short | None = None
    country: f.Country | None = None
    address: f.Text | None = None
    section: f.Short | None = None


class Buyer(_Part, frozen=True, kw_only=True):
    """A brand or agent said to buy there, with what ties it to the facility; `style` is a style or order
    number.
    """

    name: f.Name
    evidence: w.LinkEvidence | None = None
    style: f.Short | None = None


class OnBehalfOf(_Part, frozen=True, kw_only=True):
    """Whom the one who speaks stands for: a daughter, a dead brother, the members of a union."""

    relation: f.Short | None = None
    deceased: Answer = Answer.NOT_ASKED


class Affected(_Part, frozen=True, kw_only=True):
    """How many others. `estimate`: the count is a guess. `willing`: would they speak too."""

    count: f.Count | None = None
    women: f.Count | None = None
    estimate: bool | None = None
    willing: Answer = Answer.NOT_ASKED


class Employment(_Part, frozen=True, kw_only=True):
    """Her employment, as far as it was told. `how_ended`: a word of `words.ENDINGS`, or another such word.

    `basic` and `gross` are for a month unless the grade says otherwise; `paid_by` is free text (cash, bank,
    mobile money, an agency).
    """

    employee_id: f.Short | None = None
    joined: f.Date | None = None
    left: f.Date | None = None
    how_ended: f.OpenWord | None = None
    contract: w.Contract | None = None
    grade: f.Short | None = None
    basic: f.Amount | None = None
    gross: f.Amount | None = None
    currency: f.Currency | None = None
    paid_by: f.Short | None = None


class Claim(_Part, frozen=True, kw_only=True):
    """One sum that is said to be owed. `head`: a word of `words.HEADS`, or another such word. `months`: how
    many.
    """

    head: f.OpenWord
    currency: f.Currency | None = None
    amount: f.Amount | None = None
    months: f.Months | None = None


class Danger(_Part, frozen=True, kw_only=True):
    """Is anyone in danger now. Must be there; `now` may be `not_asked`, but it must be said."""

    now: Answer = Answer.NOT_ASKED
    kinds: tuple[w.DangerKind, ...] = ()


class Retaliation(_Part, frozen=True, kw_only=True):
    """What was done, or is feared, because she spoke. `kinds`: words of `words.REPRISALS`, or other such
    words.
    """

    happened: Answer = Answer.NOT_ASKED
    feared: Answer = Answer.NOT_ASKED
    kinds: tuple[f.OpenWord, ...] = ()
    who_knows: f.Text | None = None


class Risk(_Part, frozen=True, kw_only=True):
    """The organiser's view of her risk. `visible`: how easily she is recognised ("the only one on that
    machine").
    """

    level: w.RiskLevel | None = None
    visible: f.Text | None = None
    mitigations: f.Text | None = None
    review: f.Date | None = None


class Evidence(_Part, frozen=True, kw_only=True):
    """What there is to show. `attachment`: the file's name or number, where it was attached; `shows`: what it
    proves.
    """

    kind: w.EvidenceKind
    held_by: w.HeldBy | None = None
    attachment: f.Short | None = None
    shows: f.Text | None = None


class Referral(_Part, frozen=True, kw_only=True):
    """Whom she may be referred to: a body of `words.REFERRALS` or partner:NAME; `named`: with her name."""

    to: f.ReferralTo
    named: Answer = Answer.NOT_ASKED
    answer: Answer = Answer.NOT_ASKED


class Given(_Part, frozen=True, kw_only=True):
    """How consent was given, by whom, and on which day."""

    how: w.GivenHow | None = None
    by: w.GivenBy | None = None
    on: f.Date | None = None


class Consent(_Part, frozen=True, kw_only=True):
    """What she agreed to, purpose by purpose. `record` must be yes, or nothing is kept. See `consent.py`."""

    record: Answer = Answer.NOT_ASKED
    union: Answer = Answer.NOT_ASKED
    legal: Answer = Answer.NOT_ASKED
    employer_named: Answer = Answer.NOT_ASKED
    employer_unnamed: Answer = Answer.NOT_ASKED
    buyers: Answer = Answer.NOT_ASKED
    appeal_private: Answer = Answer.NOT_ASKED
    public: Answer = Answer.NOT_ASKED
    media: Answer = Answer.NOT_ASKED
    statistics: Answer = Answer.NOT_ASKED
    referrals: tuple[Referral, ...] = ()
    given: Given | None = None


class Person(_Part, frozen=True, kw_only=True):
    """Who she is, and only if she wants. `age_band`: 18-24, <18, 55+."""

    name: f.Short | None = None
    phone: f.Short | None = None
    sex: w.Sex | None = None
    age_band: f.AgeBand | None = None
    job: f.Short | None = None


class Contact(_Part, frozen=True, kw_only=True):
    """The safe way to reach her, the safe times, and the phrase to say first."""

    how: w.ContactHow | None = None
    safe_times: f.Text | None = None
    phrase: f.Text | None = None
