"""The closed words of an intake record, said in the language of the desk.

Guarantees: a word that a newer phone uses and this desk does not know is shown as it was written.
"""

from __future__ import annotations

from app.i18n import Translator


def _said(tr_table: dict[str, str], word: str) -> str:
    return tr_table.get(word, word.replace("_", " "))


def answer(tr: Translator, word: str) -> str:
    """One of the five answers."""
    return _said(
        {
            "yes": tr("yes"),
            "no": tr("no"),
            "refused": tr("refused to say"),
            "unknown": tr("does not know"),
            "not_asked": tr("not asked"),
        },
        word,
    )


def received(tr: Translator, word: str) -> str:
    """How it came."""
    return _said(
        {
            "in_person": tr("in person"),
            "call": tr("by a call"),
            "letter": tr("by letter"),
            "visit": tr("on a visit"),
        },
        word,
    )


def filed_by(tr: Translator, word: str) -> str:
    """Who spoke."""
    return _said(
        {
            "worker": tr("Worker"),
            "former_worker": tr("Former worker"),
            "group": tr("Group of workers"),
            "union": tr("Union"),
            "organisation": tr("Organisation"),
            "family": tr("Family"),
        },
        word,
    )


def contract(tr: Translator, word: str) -> str:
    """The kind of contract."""
    return _said(
        {
            "permanent": tr("permanent"),
            "probation": tr("on probation"),
            "fdc": tr("for a fixed time"),
            "udc": tr("without a fixed time"),
            "casual": tr("by the day"),
            "piece": tr("by the piece"),
            "agency": tr("through an agency"),
        },
        word,
    )


def ending(tr: Translator, word: str) -> str:
    """How the employment ended."""
    return _said(
        {
            "resignation": tr("resigned"),
            "forced_resignation": tr("made to resign"),
            "dismissal": tr("dismissed"),
            "retrenchment": tr("staff cut"),
            "closure": tr("factory closed"),
            "contract_end": tr("contract ended"),
            "suspension": tr("suspended"),
            "absence": tr("counted as absent"),
            "retirement": tr("retired"),
            "death": tr("died"),
            "still_employed": tr("still employed"),
        },
        word,
    )


def danger(tr: Translator, word: str) -> str:
    """What the danger is."""
    return _said(
        {
            "threat": tr("threats"),
            "injury": tr("injury"),
            "child": tr("a child"),
            "confinement": tr("locked in"),
            "violence": tr("violence"),
            "police": tr("police"),
            "eviction": tr("put out of the home"),
        },
        word,
    )


def reprisal(tr: Translator, word: str) -> str:
    """What was done, or is feared, because she spoke."""
    return _said(
        {
            "dismissal": tr("dismissed"),
            "transfer": tr("moved to other work"),
            "suspension": tr("suspended"),
            "pay_cut": tr("pay cut"),
            "threat": tr("threats"),
            "violence": tr("violence"),
            "police": tr("police"),
            "court_case": tr("court case"),
            "blacklisting": tr("blacklisted"),
            "surveillance": tr("watched"),
            "eviction": tr("put out of the home"),
            "other": tr("something else"),
        },
        word,
    )


def evidence(tr: Translator, word: str) -> str:
    """A piece of evidence."""
    return _said(
        {
            "payslip": tr("payslip"),
            "id_card": tr("ID card"),
            "letter": tr("letter"),
            "label": tr("label"),
            "photo": tr("photo"),
            "voice": tr("voice note"),
            "contract": tr("contract"),
            "other": tr("something else"),
        },
        word,
    )


def held_by(tr: Translator, word: str) -> str:
    """Where the piece of evidence is."""
    return _said(
        {"worker": tr("with the worker"), "phone": tr("on the phone"), "union": tr("with the union")}, word
    )


def link_evidence(tr: Translator, word: str) -> str:
    """What ties a factory to a buyer."""
    return _said(
        {
            "label": tr("label"),
            "order": tr("order paper"),
            "public_list": tr("public list"),
            "shipping_record": tr("shipping record"),
            "testimony": tr("said by workers"),
        },
        word,
    )


def risk(tr: Translator, word: str) -> str:
    """The level of risk."""
    return _said(
        {"low": tr("low"), "medium": tr("medium"), "high": tr("high"), "extreme": tr("extreme")}, word
    )


def contact(tr: Translator, word: str) -> str:
    """The safe way to reach her."""
    return _said(
        {
            "through_organiser": tr("only through the organiser"),
            "phone": tr("by phone"),
            "visit": tr("by a visit"),
            "relative": tr("through a relative"),
            "none": tr("not at all"),
        },
        word,
    )


def given(tr: Translator, word: str) -> str:
    """How, or by whom, consent was given."""
    return _said(
        {
            "voice": tr("by voice"),
            "thumb": tr("by thumbprint"),
            "signature": tr("by signature"),
            "witness": tr("before a witness"),
            "self": tr("herself"),
            "guardian": tr("by a guardian"),
            "heir": tr("by an heir"),
        },
        word,
    )


def head(tr: Translator, word: str) -> str:
    """What a sum is owed for."""
    return _said(
        {
            "wages": tr("wages"),
            "minimum_wage": tr("minimum wage"),
            "overtime": tr("overtime"),
            "bonus": tr("bonus"),
            "allowance": tr("allowance"),
            "leave": tr("leave pay"),
            "suspension_pay": tr("pay while suspended"),
            "deduction": tr("money cut"),
            "notice": tr("notice pay"),
            "severance": tr("severance"),
            "seniority": tr("seniority pay"),
            "gratuity": tr("gratuity"),
            "back_pay": tr("back pay"),
            "damages": tr("damages"),
            "compensation": tr("compensation"),
            "maternity": tr("maternity pay"),
            "provident_fund": tr("provident fund"),
            "social_security": tr("social security"),
            "injury": tr("injury money"),
            "death": tr("money for a death"),
            "medical": tr("medical costs"),
            "recruitment_fee": tr("recruitment fee"),
            "interest": tr("interest"),
            "other": tr("something else"),
        },
        word,
    )


def body(tr: Translator, word: str) -> str:
    """To whom she may be referred; `partner:NAME` is shown as the name."""
    if word.startswith("partner:"):
        return word.removeprefix("partner:")
    return _said(
        {
            "labour_court": tr("Labour Court"),
            "arbitration_council": tr("Arbitration Council"),
            "police": tr("police"),
            "medical": tr("doctor"),
            "shelter": tr("shelter"),
        },
        word,
    )
