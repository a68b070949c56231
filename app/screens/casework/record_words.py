"""An intake record as lines of a label and what was said, in plain words.

Guarantees: only what was answered is listed; refused, does not know and not asked stay apart from *no*; a
name and a phone number are in `who`, never in `lines`. Does not: translate her words. What she said stays as
she said it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from app.i18n import OWN_NAMES, Translator
from app.screens.casework import answer_words as say
from app.screens.casework.issue_words import issue_line

_SILENT: tuple[object, ...] = (None, "", "not_asked", [], ())


class Line(NamedTuple):
    """One line. `label` is in the language of the desk, `value` may be in hers."""

    label: str
    value: str


def lines(record: dict[str, Any], tr: Translator) -> list[Line]:
    """All that was answered but her words, the consent and who she is, in the order of the interview."""
    return [line for line in _all(record, tr) if line.value]


def short_lines(record: dict[str, Any], tr: Translator) -> list[Line]:
    """The few lines that stand beside a new case."""
    found = [
        Line(tr("She wants"), record.get("remedy_wanted") or ""),
        Line(tr("Workplace"), workplace(record, tr)),
        Line(tr("When"), when(record, tr)),
        Line(tr("Employment"), employment(record, tr)),
        Line(tr("Others"), others(record, tr)),
        Line(tr("Danger now"), danger(record, tr)),
        Line(tr("Reprisal"), reprisal(record, tr)),
        Line(tr("Reach her"), reach(record, tr)),
    ]
    return [line for line in found if line.value]


def who(record: dict[str, Any], tr: Translator) -> list[Line]:
    """Name, phone number and the rest about her: shown only when a handler asks for it."""
    person = record.get("person") or {}
    found = [
        Line(tr("Name"), person.get("name") or ""),
        Line(tr("Phone number"), person.get("phone") or ""),
        Line(tr("Employee number"), (record.get("employment") or {}).get("employee_id") or ""),
    ]
    return [line for line in found if line.value]


def told(record: dict[str, Any], tr: Translator) -> str:
    """The line under the code: who spoke, how many others, when it happened."""
    by = record.get("filed_by")
    parts = [say.filed_by(tr, by) if by else "", _heads(record, tr)]
    first = ", ".join(part for part in parts if part)
    happened = when(record, tr)
    return tr.join([first, tr("happened {when}", when=happened) if happened else ""])


def when(record: dict[str, Any], tr: Translator) -> str:
    """The time it happened; empty when it was not told."""
    happened = record.get("happened") or {}
    start, end = happened.get("from"), happened.get("to")
    parts: list[str] = []
    if start and end and start != end:
        parts.append(f"{tr.partial(start)} – {tr.partial(end)}")
    elif one := start or end:
        parts.append(tr.partial(str(one)))
    elif record.get("happened") is not None:
        parts.append(tr("date not known"))
    if happened.get("ongoing") == "yes":
        parts.append(tr("still going on"))
    return tr.join(parts)


def workplace(record: dict[str, Any], tr: Translator) -> str:
    """Name, section, address and country; *not known* when nobody knows it."""
    place = record.get("facility")
    if not place:
        return tr("not known")
    named = place.get("name") or tr("not known")
    rest = [place.get("section"), place.get("address"), place.get("country"), place.get("os_id")]
    return ", ".join([named, *(part for part in rest if part)])


def employment(record: dict[str, Any], tr: Translator) -> str:
    """Her employment, as far as it was told."""
    job = record.get("employment") or {}
    currency = job.get("currency") or ""

    def sum_of(key: str) -> str:
        amount = job.get(key)
        return "" if amount in _SILENT else _sum(tr, amount, currency)

    return tr.join(
        [
            (record.get("person") or {}).get("job") or "",
            tr("joined {date}", date=tr.partial(job["joined"])) if job.get("joined") else "",
            tr("last day {date}", date=tr.partial(job["left"])) if job.get("left") else "",
            say.ending(tr, job["how_ended"]) if job.get("how_ended") else "",
            say.contract(tr, job["contract"]) if job.get("contract") else "",
            tr("grade {grade}", grade=job["grade"]) if job.get("grade") else "",
            tr("basic {sum}", sum=basic) if (basic := sum_of("basic")) else "",
            tr("gross {sum}", sum=gross) if (gross := sum_of("gross")) else "",
            tr("paid by {how}", how=job["paid_by"]) if job.get("paid_by") else "",
        ]
    )


def others(record: dict[str, Any], tr: Translator) -> str:
    """How many others are concerned and whether they would speak."""
    affected = record.get("affected") or {}
    if not affected:
        return ""
    willing = affected.get("willing", "not_asked")
    women = affected.get("women")
    return tr.join(
        [
            _heads(record, tr),
            tr("{n} women", n=women) if women is not None else "",
            tr("willing: {answer}", answer=say.answer(tr, willing)),
            record.get("group") or "",
        ]
    )


def danger(record: dict[str, Any], tr: Translator) -> str:
    """The answer to "is anyone in danger now"."""
    told_of = record.get("danger") or {}
    kinds = [say.danger(tr, kind) for kind in told_of.get("kinds") or ()]
    return tr.join([say.answer(tr, told_of.get("now", "not_asked")), ", ".join(kinds)])


def reprisal(record: dict[str, Any], tr: Translator) -> str:
    """What was done or is feared because she spoke."""
    told_of = record.get("retaliation") or {}
    happened, feared = told_of.get("happened", "not_asked"), told_of.get("feared", "not_asked")
    return tr.join(
        [
            tr("happened: {answer}", answer=say.answer(tr, happened)) if happened != "not_asked" else "",
            tr("feared: {answer}", answer=say.answer(tr, feared)) if feared != "not_asked" else "",
            ", ".join(say.reprisal(tr, kind) for kind in told_of.get("kinds") or ()),
            tr("who knows: {who}", who=told_of["who_knows"]) if told_of.get("who_knows") else "",
        ]
    )


def reach(record: dict[str, Any], tr: Translator) -> str:
    """The safe way to reach her, when, and what to say first."""
    way = record.get("contact") or {}
    return tr.join(
        [
            say.contact(tr, way["how"]) if way.get("how") else "",
            way.get("safe_times") or "",
            tr("say first: {phrase}", phrase=way["phrase"]) if way.get("phrase") else "",
        ]
    )


def _all(record: dict[str, Any], tr: Translator) -> Iterator[Line]:
    yield Line(tr("She wants"), record.get("remedy_wanted") or "")
    yield Line(tr("Danger now"), danger(record, tr))
    yield Line(tr("Reprisal"), reprisal(record, tr))
    yield Line(tr("Risk"), _risk(record, tr))
    yield Line(tr("When"), when(record, tr))
    yield Line(tr("Workplace"), workplace(record, tr))
    yield Line(tr("Buyers"), "; ".join(_buyer(tr, buyer) for buyer in record.get("buyers") or ()))
    yield Line(tr("Issues"), tr.join(issue_line(code, tr.lang) for code in record.get("issues") or ()))
    yield Line(tr("Who spoke"), _speaker(record, tr))
    yield Line(tr("Others"), others(record, tr))
    yield Line(tr("Employment"), employment(record, tr))
    yield Line(tr("Sums she named"), "; ".join(_claim(tr, claim) for claim in record.get("claims") or ()))
    yield Line(tr("Evidence"), "; ".join(_evidence(tr, item) for item in record.get("evidence") or ()))
    yield Line(tr("Reach her"), reach(record, tr))
    yield Line(tr("How it was told"), _how(record, tr))
    yield Line(tr("Number elsewhere"), record.get("external_ref") or "")


def _heads(record: dict[str, Any], tr: Translator) -> str:
    affected = record.get("affected") or {}
    count = affected.get("count")
    if count is None:
        return ""
    if affected.get("estimate"):
        return tr("about {n} people (estimate)", n=count)
    return tr.count("{n} people", count, one="{n} person")


def _speaker(record: dict[str, Any], tr: Translator) -> str:
    behalf = record.get("on_behalf_of") or {}
    by = record.get("filed_by")
    person = record.get("person") or {}
    return tr.join(
        [
            say.filed_by(tr, by) if by else "",
            tr("for {relation}", relation=behalf["relation"]) if behalf.get("relation") else "",
            tr("who has died") if behalf.get("deceased") == "yes" else "",
            {"female": tr("woman"), "male": tr("man"), "other": tr("other")}.get(person.get("sex") or "", ""),
            tr("aged {band}", band=tr.digits(person["age_band"])) if person.get("age_band") else "",
        ]
    )


def _risk(record: dict[str, Any], tr: Translator) -> str:
    risk = record.get("risk") or {}
    return tr.join(
        [
            say.risk(tr, risk["level"]) if risk.get("level") else "",
            risk.get("visible") or "",
            risk.get("mitigations") or "",
            tr("look again {date}", date=tr.partial(risk["review"])) if risk.get("review") else "",
        ]
    )


def _buyer(tr: Translator, buyer: dict[str, Any]) -> str:
    known = say.link_evidence(tr, buyer["evidence"]) if buyer.get("evidence") else ""
    return ", ".join(part for part in (buyer.get("name"), known, buyer.get("style")) if part)


def _claim(tr: Translator, claim: dict[str, Any]) -> str:
    amount, months = claim.get("amount"), claim.get("months")
    parts = [say.head(tr, claim["head"])]
    if amount not in _SILENT:
        parts.append(_sum(tr, amount, claim.get("currency") or ""))
    if months not in _SILENT:
        parts.append(tr("{n} months", n=tr.digits(str(months))))
    return " ".join(parts)


def _sum(tr: Translator, amount: Any, currency: str) -> str:
    return tr.money(str(amount), currency, table=True).strip()


def _evidence(tr: Translator, item: dict[str, Any]) -> str:
    held = say.held_by(tr, item["held_by"]) if item.get("held_by") else ""
    named = [say.evidence(tr, item["kind"]), held, item.get("shows")]
    return ", ".join(part for part in named if part)


def _language(record: dict[str, Any], tr: Translator) -> str:
    written = str(record.get("language") or "")
    names = {str(lang): name for lang, name in OWN_NAMES.items()}
    return tr("told in {language}", language=names.get(written[:2], written)) if written else ""


def _how(record: dict[str, Any], tr: Translator) -> str:
    came, interpreter = record.get("received"), record.get("interpreter", "not_asked")
    before = record.get("came_before", "not_asked")
    return tr.join(
        [
            say.received(tr, came) if came else "",
            _language(record, tr),
            ""
            if interpreter == "not_asked"
            else tr("interpreter: {answer}", answer=say.answer(tr, interpreter)),
            "" if before == "not_asked" else tr("came before: {answer}", answer=say.answer(tr, before)),
        ]
    )
