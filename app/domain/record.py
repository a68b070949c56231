"""The intake record, version 1: what `kantha complaint new --from` takes and `complaint show` gives back.

Guarantees: what `parse` returns is whole and strict (DESIGN section 6); `parse(fill(record)) == record`, and
her words are unchanged by it. Every refusal is a RecordError with a JSON path and a reason. Five things are
required, and three of them wait when somebody is in danger now.
Does not: judge whether it is true, find duplicates or fill in what nobody said.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from app.domain import fields as f
from app.domain import intake, money, place, taxonomy
from app.domain import words as w
from app.domain.answers import Answer
from app.domain.errors import RecordError
from app.domain.record_rules import check_together
from app.domain.shapes import read, read_object

LATER = frozenset({"danger", "facility", "happened"})
"""Required fields that a draft may not have reached yet; for `facility`, null (unknown) and absent differ."""


class IntakeRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One complaint as it was told. Immutable; what comes later is added under its code, never written into
    it.
    """

    external_ref: f.Short | None = None
    language: f.Language | None = None
    desk: f.Short | None = None
    received: w.Received | None = None
    interpreter: Answer = Answer.NOT_ASKED
    came_before: Answer = Answer.NOT_ASKED
    narrative: f.Narrative | None = None
    remedy_wanted: f.LongText | None = None
    happened: intake.Happened | None = None
    facility: intake.Facility | None = None
    buyers: tuple[intake.Buyer, ...] = ()
    issues: tuple[f.IssueCode, ...] = ()
    filed_by: w.FiledBy | None = None
    on_behalf_of: intake.OnBehalfOf | None = None
    affected: intake.Affected | None = None
    group: f.Short | None = None
    employment: intake.Employment | None = None
    claims: tuple[intake.Claim, ...] = ()
    danger: intake.Danger = intake.Danger()
    retaliation: intake.Retaliation | None = None
    risk: intake.Risk | None = None
    evidence: tuple[intake.Evidence, ...] = ()
    consent: intake.Consent = intake.Consent()
    person: intake.Person | None = None
    contact: intake.Contact | None = None


class DraftRecord(IntakeRecord, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A record that is still being told: `unreached` names the required fields that were not reached."""

    unreached: frozenset[str] = frozenset()


FIELDS = tuple(info.encode_name for info in msgspec.structs.fields(IntakeRecord))


def parse(obj: object, *, path: str = "$", draft: bool = False, has_voice: bool = False) -> IntakeRecord:
    """Read one record from plain data; RecordError(path, reason) for anything that is not exactly right.

    `draft`: the same shapes, but the five required may be missing; gives a DraftRecord that remembers which.
    `has_voice`: a voice note is attached beside the record, so that the narrative may be absent.
    """
    given = read_object(obj, path, FIELDS)
    record = read(IntakeRecord, given, path)
    check_together(record, path)
    unreached = frozenset(key for key in LATER if _absent(given, key))
    if draft:
        return DraftRecord(**_attributes(record), unreached=unreached)
    for problem in _problems(record, unreached=unreached, has_voice=has_voice):
        raise RecordError(f"{path}.{problem[1]}", problem[2])
    return record


def missing_required(record: IntakeRecord, *, has_voice: bool = False) -> list[str]:
    """Name what keeps a record from being finished, in the order of the interview.

    Of `consent.record`, `danger`, `narrative`, `happened` and `facility`; empty: it can be finished.
    """
    unreached = record.unreached if isinstance(record, DraftRecord) else frozenset[str]()
    return [problem[0] for problem in _problems(record, unreached=unreached, has_voice=has_voice)]


def fill(record: IntakeRecord) -> dict[str, Any]:
    """Give plain data (JSON types) with every key: absent answers `not_asked`, absent lists [], all else
    null.

    Of a draft, the required keys that were not reached stay absent, so that unknown is not put into anyone's
    mouth.
    """
    unreached: frozenset[str] = frozenset()
    if isinstance(record, DraftRecord):
        unreached = record.unreached
        record = IntakeRecord(
            **{key: value for key, value in _attributes(record).items() if key != "unreached"}
        )
    filled: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(record))
    for key in unreached:
        if key == "danger" and record.danger.kinds:
            del filled["danger"]["now"]
        else:
            del filled[key]
    return filled


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of one record or an array of them, as `kantha schema complaint` prints it.

    Does not: say what fields must mean together; `parse` does.
    """
    described = msgspec.json.schema(IntakeRecord)
    parts = described["$defs"]
    record = parts["IntakeRecord"]
    parts["Danger"]["required"] = ["now"]
    parts["Consent"]["required"] = ["record"]
    parts["Consent"]["properties"]["record"] = {"const": "yes"}
    for key in ("danger", "consent"):
        record["properties"][key].pop("default", None)
    for part in parts.values():
        if "description" in part:
            part["description"] = part["description"].partition("\n")[0]
    for part, key, words in (
        ("Facility", "country", place.COUNTRIES),
        ("Employment", "currency", money.CURRENCIES),
        ("Claim", "currency", money.CURRENCIES),
    ):
        parts[part]["properties"][key]["anyOf"][0] = {"enum": sorted(words)}
    record["properties"]["issues"] |= {
        "items": {"enum": [issue.code for issue in taxonomy.issues()]},
        "uniqueItems": True,
    }
    in_danger = {"properties": {"danger": {"properties": {"now": {"const": "yes"}}}}}
    whole = {
        "required": ["facility", "happened"],
        "properties": {"happened": {"type": "object"}},
        "anyOf": [
            {"required": ["narrative"], "properties": {"narrative": {"type": "string", "pattern": r"\S"}}},
            {"$comment": "or a voice note is attached"},
        ],
    }
    record |= {"required": ["consent", "danger"], "if": in_danger, "else": whole}
    one = {"$ref": "#/$defs/IntakeRecord"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Kantha intake record, version 1",
        "anyOf": [one, {"type": "array", "items": one, "minItems": 1}],
        "$defs": parts,
    }


Problem: TypeAlias = tuple[str, str, str]  # what is missing, the path of the refusal, the reason


def _problems(record: IntakeRecord, *, unreached: frozenset[str], has_voice: bool) -> list[Problem]:
    problems: list[Problem] = []
    if record.consent.record is not Answer.YES:
        problems.append(("consent.record", "consent.record", 'must be "yes", or the record is not kept'))
    if "danger" in unreached:
        problems.append(
            ("danger", "danger.now", "is required: is anyone in danger now? (not_asked is an answer too)")
        )
    if record.danger.now is Answer.YES and "danger" not in unreached:
        return problems  # the rest waits: somebody must be brought to safety first
    voice = has_voice or any(
        item.kind is w.EvidenceKind.VOICE and item.attachment for item in record.evidence
    )
    if not (record.narrative or "").strip() and not voice:
        problems.append(
            ("narrative", "narrative", "is required unless a voice note is attached: what happened?")
        )
    if "happened" in unreached or record.happened is None:
        problems.append(
            ("happened", "happened", "is required; give both dates as null when they are not known")
        )
    if "facility" in unreached:
        problems.append(("facility", "facility", "is required; give null when it is not known"))
    return problems


def _absent(given: dict[str, object], key: str) -> bool:
    if key == "danger":
        part = given.get("danger")
        return not (isinstance(part, dict) and "now" in part)
    return key not in given


def _attributes(record: IntakeRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__struct_fields__}
