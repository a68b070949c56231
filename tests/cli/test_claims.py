"""`kantha claim`: what is owed, without a vault; its bad input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app import assets
from tests.cli.conftest import Said, kantha

FACTS = {
    "zone": "ordinary", "worker": "permanent", "paid_by": "month", "ended": "terminated",
    "joined": ["2018", "2019-06"], "last_day": "2025-06-30", "basic": "6700", "gross": "12500",
    "notice_given": "0", "gratuity": False,
}  # fmt: skip


def compute(tmp_path: Path, facts: object, *more: str) -> Said:
    file = tmp_path / "facts.json"
    file.write_text(facts if isinstance(facts, str) else json.dumps(facts), encoding="utf-8")
    return kantha(tmp_path / "none", "claim", "compute", "--country", "BD", "--from", str(file), *more)


def test_every_head_comes_with_its_article_its_readings_and_its_steps(tmp_path: Path) -> None:
    said = compute(tmp_path, FACTS, "--json")
    ledger = json.loads(said.out)
    lines = {line["rule"]: line for line in ledger["lines"]}
    assert (lines["bd-26-compensation"]["low"], lines["bd-26-compensation"]["high"]) == (
        "40200.00",
        "46900.00",
    )
    assert lines["bd-26-compensation"]["estimate"]
    assert lines["bd-26-notice-basic"]["contested"]
    steps: list[dict[str, Any]] = lines["bd-26-notice-basic"]["steps"]
    assert [step["value"] for step in steps] == ["120", "223.333333", "26800"]
    assert all(set(step["say"]) == {"en", "bn", "km"} for step in steps)
    assert not (tmp_path / "none").exists(), "nothing is kept"


def test_what_could_be_asked_is_listed_and_the_packaged_rules_are_right(tmp_path: Path) -> None:
    assert "overtime_hours" in kantha(tmp_path / "none", "claim", "facts", "--country", "KH").out
    for country in ("BD", "KH"):
        assert "examples come out" in kantha(tmp_path / "none", "claim", "check", "--country", country).out


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({**FACTS, "basic": "-6700"}, "basic"),
        ({**FACTS, "joined": "2026-01-01"}, "joined"),
        ({**FACTS, "height": "3"}, "height"),
        ("[]", "one JSON object"),
        ("{", "not JSON"),
    ],
)
def test_what_cannot_be_true_is_refused_with_its_name(tmp_path: Path, facts: object, word: str) -> None:
    said = compute(tmp_path, facts)
    assert (said.status, said.out) == (1, "")
    assert word in said.err
    assert "Traceback" not in said.err


def test_a_lawyers_changed_file_is_used_and_one_whose_example_is_wrong_is_said(tmp_path: Path) -> None:
    text = (assets.path("law") / "bd.toml").read_text(encoding="utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(text.replace("basic / 208", "basic / 200"), encoding="utf-8")
    said = kantha(tmp_path / "none", "claim", "check", "--country", "BD", "--rules", str(mine))
    assert said.status == 1
    assert "bd-overtime" in said.out
    mine.write_text(text.replace('say = "told"', 'say = "nobody"'), encoding="utf-8")
    broken = kantha(tmp_path / "none", "claim", "check", "--country", "BD", "--rules", str(mine))
    assert broken.status == 1
    assert "bd-unpaid-wages: step 1" in broken.err
