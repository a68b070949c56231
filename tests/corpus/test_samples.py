"""The samples of the demo are real complaints, restated, and show what an inbox must show."""

from __future__ import annotations

from collections import Counter

import pytest

from app import assets
from app.domain.answers import Answer
from app.domain.reading import read_records
from app.domain.record import IntakeRecord
from tests.corpus import mapping


@pytest.fixture(scope="module")
def samples() -> list[IntakeRecord]:
    return read_records(assets.path("samples/complaints.json").read_bytes())


def test_there_are_twelve_in_three_languages(samples: list[IntakeRecord]) -> None:
    spoken = Counter(record.language for record in samples)
    assert len(samples) == 12
    assert spoken["bn"] >= 3
    assert spoken["km"] >= 2


def test_what_happened_is_as_published(samples: list[IntakeRecord]) -> None:
    published = {row["ref"]: row for row in mapping.rows()}
    for record in samples:
        row = published[record.external_ref or ""]
        assert record.narrative == row["narrative"]
        assert (record.facility and record.facility.name) == row["facility"]
        assert (record.affected and record.affected.count) == row["workers_affected"]


def test_nobody_is_named_and_everybody_agreed(samples: list[IntakeRecord]) -> None:
    assert all(record.person is None for record in samples)
    assert all(record.consent.record is Answer.YES and record.consent.given is not None for record in samples)


def test_the_inbox_will_show_danger_reprisal_and_a_group(samples: list[IntakeRecord]) -> None:
    assert [record.external_ref for record in samples if record.danger.now is Answer.YES] == ["FWF-423"]
    assert sum(record.retaliation is not None for record in samples) >= 4
    assert any(record.filed_by == "group" and record.affected for record in samples)
    assert any(record.claims for record in samples)
    precision = {len(record.happened.from_ or "") for record in samples if record.happened}
    assert precision >= {0, 7, 10}
