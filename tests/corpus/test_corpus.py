"""All 102 published complaints are intake records, and come out as they went in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.domain import taxonomy
from app.domain.answers import Answer
from app.domain.money import to_minor
from app.domain.reading import read_records
from app.domain.record import fill, missing_required, parse
from tests.corpus import mapping
from tests.corpus.judgement import CONTRADICTIONS, READ

ROWS = {row["ref"]: row for row in mapping.rows()}
RECORDS = {record["external_ref"]: record for record in mapping.records()}


def test_there_are_102_and_each_was_read_by_a_person() -> None:
    assert len(ROWS) == len(RECORDS) == 102
    assert set(READ) == set(ROWS)
    assert set(CONTRADICTIONS) <= set(ROWS)
    for table in (
        mapping.CLAIM_HEADS,
        mapping.EMPLOYMENT,
        mapping.DANGER,
        mapping.RETALIATION,
        mapping.CONSENT,
    ):
        assert set(table) <= set(ROWS)
    assert mapping.ESTIMATED | set(mapping.EVIDENCE) <= set(ROWS)


@pytest.mark.parametrize("ref", ROWS)
def test_a_complaint_is_taken_and_comes_out_equal(ref: str) -> None:
    record = parse(RECORDS[ref])
    filled = fill(record)
    assert parse(filled) == record
    assert fill(parse(filled)) == filled
    assert read_records(json.dumps(filled, ensure_ascii=False).encode()) == [record]
    assert read_records(json.dumps(RECORDS[ref]).encode()) == [record]
    assert missing_required(record) == []


@pytest.mark.parametrize("ref", ROWS)
def test_what_was_said_is_in_the_record_and_nothing_else(ref: str) -> None:
    row, record = ROWS[ref], parse(RECORDS[ref])
    assert record.narrative == row["narrative"]
    assert record.language == row["language"]
    assert (record.facility and record.facility.name) == row["facility"]
    assert (record.facility and record.facility.country) == row["country"]
    assert len(record.buyers) == len(row["buyers"])
    assert (record.affected and record.affected.count) == row["workers_affected"]
    assert record.danger.now in (Answer.NOT_ASKED, Answer.UNKNOWN)
    assert record.person is None
    assert record.contact is None


def test_all_of_them_are_read_as_one_file() -> None:
    data = json.dumps(list(RECORDS.values()), ensure_ascii=False).encode()
    assert [record.external_ref for record in read_records(data)] == list(ROWS)


def test_bengali_and_khmer_come_out_letter_by_letter() -> None:
    scripts = {"bn": "\u0980", "km": "\u1780"}
    for lang, first in scripts.items():
        chosen = [parse(record) for record in RECORDS.values() if record["language"] == lang]
        assert len(chosen) >= 4
        for record in chosen:
            narrative = fill(record)["narrative"]
            assert narrative == ROWS[record.external_ref or ""]["narrative"]
            assert any(first <= letter <= chr(ord(first) + 0x7F) for letter in narrative)


def test_claims_keep_amount_and_currency_of_the_source() -> None:
    claimed = {ref: row["amount_claimed"] for ref, row in ROWS.items() if row["amount_claimed"]}
    assert len(claimed) == 10
    for ref, money in claimed.items():
        (line,) = parse(RECORDS[ref]).claims
        assert line.amount is not None
        assert line.currency == money["currency"]
        decimals = {"VND": 1}.get(money["currency"], 100)
        assert to_minor(line.amount, currency=money["currency"]) == money["amount"] * decimals


def test_what_was_paid_is_not_a_claim() -> None:
    paid_only = [ref for ref, row in ROWS.items() if row["amount_paid"] and not row["amount_claimed"]]
    assert paid_only
    assert all(parse(RECORDS[ref]).claims == () for ref in paid_only)


def test_the_lines_of_fwf_896_keep_their_own_sum() -> None:
    record = parse(mapping.fwf_896())
    source = json.loads((mapping.DATA / "fwf_896.json").read_text(encoding="utf-8"))
    total = sum(int(line.amount or 0) for line in record.claims)
    assert total == source["recomputed"]["sum_bdt"] == 637_395
    assert source["published_result"]["claimed_total_bdt"] - total == 732
    assert parse(fill(record)) == record


def test_an_audit_before_its_complaint_is_not_taken_for_what_happened() -> None:
    happened = parse(RECORDS["FWF-RES-VN-DEUTER-201511"]).happened
    assert happened is not None
    assert (happened.from_, happened.to) == ("2015-11", None)


def test_two_sources_of_one_fire_stay_two_complaints() -> None:
    one, other = parse(RECORDS["SEED-ALI"]), parse(RECORDS["PRESS-PK-ALI-FAMILIES"])
    assert one.facility is not None
    assert other.facility is not None
    assert one.facility.name == other.facility.name
    assert one != other
    assert other.on_behalf_of is not None
    assert other.on_behalf_of.deceased is Answer.YES


def test_limits_that_a_worker_set_are_kept() -> None:
    assert parse(RECORDS["FWF-309"]).consent.employer_named is Answer.NO
    assert parse(RECORDS["PRESS-KM-LONGVICTORY"]).consent.media is Answer.REFUSED
    assert parse(RECORDS["FWF-709"]).consent.referrals[0].answer is Answer.NO


def test_every_code_is_known_and_the_first_screens_fit_what_is_told() -> None:
    codes = [code for read in READ.values() for code in read.issues]
    assert all(taxonomy.exists(code) for code in codes)
    on_tiles = sum(any(code in taxonomy.TILES for code in read.issues) for read in READ.values())
    assert on_tiles >= 60  # of 102: most people find theirs among the ten pictures


@pytest.mark.parametrize("ref", ROWS)
def test_proposals_from_her_words_never_fail(ref: str) -> None:
    row = ROWS[ref]
    assert all(taxonomy.exists(code) for code in taxonomy.suggest(row["narrative"], row["language"]))


def test_proposals_from_her_words_find_a_right_issue_more_often_than_not() -> None:
    def hit(row: dict[str, Any]) -> bool:
        return bool(set(taxonomy.suggest(row["narrative"], row["language"])) & set(READ[row["ref"]].issues))

    assert sum(hit(row) for row in ROWS.values()) >= 60
