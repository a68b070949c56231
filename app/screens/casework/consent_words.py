"""What she agreed to, purpose by purpose: one of five values each, and how the consent was given.

Guarantees: *refused*, *does not know* and *not asked* are three different words, and none of them reads as
yes.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from app.i18n import Translator
from app.screens.casework import answer_words as say


class Agreed(NamedTuple):
    """One purpose. `answer` is one of the five values of the record, or `withdrawn`."""

    purpose: str
    answer: str


def purposes(consent: dict[str, Any], tr: Translator, *, withdrawn: bool = False) -> list[Agreed]:
    """Every purpose of the record, asked or not, and the referrals that were spoken of."""
    asked = [
        (tr("Keep it"), "record"),
        (tr("Work on it"), "union"),
        (tr("Legal"), "legal"),
        (tr("Employer, named"), "employer_named"),
        (tr("Employer, without her name"), "employer_unnamed"),
        (tr("Buyers"), "buyers"),
        (tr("Private appeal"), "appeal_private"),
        (tr("Public"), "public"),
        (tr("Media"), "media"),
        (tr("Statistics"), "statistics"),
    ]
    found = [Agreed(name, str(consent.get(key) or "not_asked")) for name, key in asked]
    for referral in consent.get("referrals") or ():
        to = say.body(tr, referral["to"])
        shown = tr("{body}, with her name", body=to) if referral.get("named") == "yes" else to
        found.append(Agreed(tr("Send on to {body}", body=shown), referral.get("answer") or "not_asked"))
    if withdrawn:
        found = [Agreed(name, "withdrawn" if answer == "yes" else answer) for name, answer in found]
    return found


def answer_word(answer: str, tr: Translator) -> str:
    """The word on the chip."""
    words = {
        "yes": tr("yes"),
        "no": tr("no"),
        "refused": tr("refused"),
        "unknown": tr("not sure"),
        "not_asked": tr("not asked"),
        "withdrawn": tr("withdrawn"),
    }
    return words.get(answer, answer)


def how_given(consent: dict[str, Any], tr: Translator) -> str:
    """`by voice, herself, 20 June 2019`; empty when it was not noted."""
    given = consent.get("given") or {}
    parts = [
        say.given(tr, given["how"]) if given.get("how") else "",
        say.given(tr, given["by"]) if given.get("by") else "",
        tr.partial(given["on"]) if given.get("on") else "",
    ]
    return ", ".join(part for part in parts if part)
