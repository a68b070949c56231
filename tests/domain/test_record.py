"""The intake record: what is taken, what is filled in, what is required."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.domain.answers import Answer
from app.domain.errors import RecordError
from app.domain.record import FIELDS, IntakeRecord, fill, missing_required, parse, schema
from tests.domain.examples import in_danger, smallest, whole


def test_a_whole_record_comes_out_exactly_as_it_went_in() -> None:
    assert fill(parse(whole())) == whole()
    assert list(fill(parse(whole()))) == list(whole())


def test_an_absent_answer_is_not_asked_an_absent_list_empty_and_all_else_null() -> None:
    filled = fill(parse(smallest()))
    assert tuple(filled) == FIELDS
    assert filled["interpreter"] == "not_asked"
    assert filled["issues"] == filled["buyers"] == filled["claims"] == filled["evidence"] == []
    assert filled["contact"] is None
    assert filled["employment"] is None
    assert filled["happened"] == {"from": None, "to": None, "ongoing": "not_asked"}
    assert filled["danger"] == {"now": "no", "kinds": []}
    assert filled["consent"]["media"] == "not_asked"
    assert filled["consent"]["given"] is None


def test_a_part_that_is_there_is_filled_in_and_one_that_is_not_stays_null() -> None:
    filled = fill(parse(smallest(contact={}, risk={"level": "low"})))
    assert filled["contact"] == {"how": None, "safe_times": None, "phrase": None}
    assert filled["risk"] == {"level": "low", "visible": None, "mitigations": None, "review": None}
    assert filled["person"] is None


@pytest.mark.parametrize("record", [smallest(), in_danger(), whole()])
def test_filling_in_changes_nothing_more(record: dict[str, Any]) -> None:
    parsed = parse(record)
    assert parse(fill(parsed)) == parsed
    assert fill(parse(fill(parsed))) == fill(parsed)
    assert json.loads(json.dumps(fill(parsed))) == fill(parsed)


def test_five_answers_are_five_values() -> None:
    found = {parse(smallest(interpreter=answer.value)).interpreter for answer in Answer}
    assert found == set(Answer)
    assert len(found) == 5


def test_who_is_in_danger_is_asked_nothing_more() -> None:
    record = parse(in_danger())
    assert record.facility is None
    assert record.happened is None
    assert fill(record)["facility"] is None
    assert parse(fill(record)) == record


@pytest.mark.parametrize("other", ["no", "refused", "unknown", "not_asked"])
def test_only_danger_now_lets_the_rest_wait(other: str) -> None:
    with pytest.raises(RecordError, match="narrative"):
        parse(in_danger() | {"danger": {"now": other}})


def test_a_voice_note_stands_for_the_narrative() -> None:
    silent = {key: value for key, value in smallest().items() if key != "narrative"}
    with pytest.raises(RecordError):
        parse(silent)
    assert parse(silent, has_voice=True).narrative is None
    attached = silent | {"evidence": [{"kind": "voice", "attachment": "told.opus"}]}
    assert parse(attached).narrative is None
    with pytest.raises(RecordError):
        parse(silent | {"evidence": [{"kind": "voice"}]})


def test_a_draft_needs_nothing_and_remembers_what_was_not_reached() -> None:
    draft = parse({}, draft=True)
    assert missing_required(draft) == ["consent.record", "danger", "narrative", "happened", "facility"]
    assert "facility" not in fill(draft)
    assert parse(fill(draft), draft=True) == draft


def test_a_draft_tells_an_unknown_facility_from_one_not_asked_for() -> None:
    draft = parse(smallest(), draft=True)
    assert missing_required(draft) == []
    assert fill(draft)["facility"] is None
    without = {key: value for key, value in smallest().items() if key != "facility"}
    assert missing_required(parse(without, draft=True)) == ["facility"]


def test_a_draft_that_misses_nothing_can_be_finished() -> None:
    draft = parse(whole(), draft=True)
    assert missing_required(draft) == []
    assert parse(fill(draft)) == parse(whole())


def test_a_draft_is_as_strict_about_shapes() -> None:
    for wrong in ({"issues": ["Z9"]}, {"narative": "x"}, {"happened": {"from": "15.6.2019"}}):
        with pytest.raises(RecordError):
            parse(wrong, draft=True)


def test_kinds_of_danger_without_an_answer_are_kept_in_a_draft() -> None:
    draft = parse({"danger": {"kinds": ["threat"]}}, draft=True)
    assert fill(draft)["danger"] == {"kinds": ["threat"]}
    assert "danger" in missing_required(draft)


def test_a_finished_record_misses_nothing() -> None:
    assert missing_required(parse(smallest())) == []
    assert isinstance(parse(smallest()), IntakeRecord)


def test_texts_stay_letter_by_letter() -> None:
    told = "  কাঁথা\u200d ক্ষ\u200c\n\tប្រាក់\u200bខែ 👩🏽‍🏭 é e\u0301  "
    assert fill(parse(smallest(narrative=told)))["narrative"] == told


def test_a_newer_word_of_an_open_list_is_kept() -> None:
    record = parse(smallest(claims=[{"head": "thirteenth_month"}], employment={"how_ended": "sent_home"}))
    assert record.claims[0].head == "thirteenth_month"


def test_the_schema_names_every_field_and_every_word() -> None:
    described = schema()
    parts = described["$defs"]
    assert set(parts["IntakeRecord"]["properties"]) == set(FIELDS)
    assert parts["Consent"]["properties"]["record"] == {"const": "yes"}
    assert parts["IntakeRecord"]["required"] == ["consent", "danger"]
    assert "T4" in parts["IntakeRecord"]["properties"]["issues"]["items"]["enum"]
    assert parts["DangerKind"]["enum"] == sorted(whole_kinds())
    assert all(part.get("additionalProperties") is False for part in parts.values() if "properties" in part)
    json.dumps(described)


def whole_kinds() -> list[str]:
    """The kinds of danger of DESIGN section 6."""
    return ["threat", "injury", "child", "confinement", "violence", "police", "eviction"]
