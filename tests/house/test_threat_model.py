"""The threat model names tests; each of them is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/threat-model.md"
_NAMED = re.compile(r"`(tests/[\w/]+\.py)?(?:::(test_\w+))?`")


def named() -> list[tuple[str, str]]:
    """(file, test or "") of everything in back quotes that is a test; `::test` belongs to the file before."""
    found, file = [], ""
    for match in _NAMED.finditer(PAGE.read_text(encoding="utf-8")):
        file = match[1] or file
        if match[1] or match[2]:
            found.append((file, match[2] or ""))
    return found


def test_it_names_many() -> None:
    assert len(named()) > 40


@pytest.mark.parametrize(("file", "test"), sorted(set(named())))
def test_what_it_names_exists(file: str, test: str) -> None:
    source = (ROOT / file).read_text(encoding="utf-8")
    assert f"def {test}(" in source if test else "def test_" in source
