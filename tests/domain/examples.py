"""Records that the tests of the domain start from."""

from __future__ import annotations

from typing import Any


def smallest(**others: Any) -> dict[str, Any]:
    """A record with the five required things and nothing else, and whatever is given besides."""
    return {
        "consent": {"record": "yes"},
        "danger": {"now": "no"},
        "narrative": "They did not pay us in May.",
        "facility": None,
        "happened": {"from": None, "to": None},
    } | others


def in_danger() -> dict[str, Any]:
    """Somebody is in danger: consent and danger are all that is asked."""
    return {"consent": {"record": "yes"}, "danger": {"now": "yes"}}


def whole() -> dict[str, Any]:
    """A record in which every field of DESIGN section 6 is given."""
    return {
        "external_ref": "FWF-709",
        "language": "en",
        "desk": "main",
        "received": "in_person",
        "interpreter": "not_asked",
        "came_before": "no",
        "narrative": "Managers made about fifty people sign resignation papers.",
        "remedy_wanted": "To be paid what is due.",
        "happened": {"from": "2019-06-15", "to": None, "ongoing": "not_asked"},
        "facility": {"name": "ক", "os_id": "BD2019", "country": "BD", "address": None, "section": "sewing"},
        "buyers": [{"name": "Somebody & Co.", "evidence": "label", "style": "PO 7"}],
        "issues": ["T4", "W7"],
        "filed_by": "group",
        "on_behalf_of": {"relation": "sister", "deceased": "no"},
        "affected": {"count": 50, "women": 40, "estimate": True, "willing": "unknown"},
        "group": "yard 3",
        "employment": {
            "employee_id": "0042", "joined": "2017-12", "left": "2019-06", "how_ended": "forced_resignation",
            "contract": "permanent", "grade": "4", "basic": "6700", "gross": "12500.50", "currency": "BDT",
            "paid_by": "mobile money",
        },
        "claims": [{"head": "severance", "currency": "BDT", "amount": "638127", "months": 2}],
        "danger": {"now": "no", "kinds": ["threat", "eviction"]},
        "retaliation": {"happened": "unknown", "feared": "yes", "kinds": ["dismissal"], "who_knows": "chief"},
        "risk": {"level": "high", "visible": "the only one", "mitigations": "call late", "review": "2019-07"},
        "evidence": [{"kind": "payslip", "held_by": "worker", "attachment": None, "shows": "May"}],
        "consent": {
            "record": "yes", "union": "yes", "legal": "not_asked", "employer_named": "no",
            "employer_unnamed": "yes", "buyers": "no", "appeal_private": "yes", "public": "refused",
            "media": "no", "statistics": "unknown",
            "referrals": [
                {"to": "RSC", "named": "no", "answer": "yes"},
                {"to": "partner:Sramik Sangha", "named": "yes", "answer": "yes"},
            ],
            "given": {"how": "thumb", "by": "self", "on": "2019-06-20"},
        },
        "person": {"name": None, "phone": None, "sex": "female", "age_band": "25-34", "job": "operator"},
        "contact": {"how": "through_organiser", "safe_times": "Fridays", "phrase": "about the quilt"},
    }  # fmt: skip
