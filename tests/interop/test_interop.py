"""The independent decoder: a program in JavaScript, written from docs/protocol.md alone, reads every vector.

Runs `node run.js --change` (see README.md beside this file) and holds its report against the files. A file, a
case or a single value that the decoder did not look at is a failure; so is a value that could be another one
without the decoder noticing. Without Node this is skipped on a developer's machine, never in CI.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
VECTORS = HERE.parent / "vectors"
Report = dict[str, dict[str, Any]]


def cannot(why: str) -> None:
    """In CI the decoder must run; elsewhere a machine without Node or without a network skips it."""
    if os.environ.get("CI") == "true" or os.environ.get("KANTHA_INTEROP") == "required":
        pytest.fail(why)
    pytest.skip(why)


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        cannot(f"The independent decoder needs Node 18 or newer with npm; there is no {name} here.")
    return str(found)


def install() -> None:
    """Exactly the packages of package-lock.json, each with its hash, into tests/interop/node_modules."""
    done, lock = HERE / "node_modules" / ".installed", (HERE / "package-lock.json").read_bytes()
    if done.exists() and done.read_bytes() == lock:
        return
    command = [program("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    made = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=600, check=False)
    if made.returncode != 0:
        cannot(f"npm ci did not work: {made.stderr[-2000:]}")
    done.write_bytes(lock)


def audit(*arguments: str) -> tuple[int, Report]:
    install()
    command = [program("node"), "run.js", *arguments]
    ran = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=300, check=False)
    assert ran.stdout, ran.stderr
    report: Report = json.loads(ran.stdout)
    return ran.returncode, report


@pytest.fixture(scope="module")
def whole() -> tuple[int, Report]:
    return audit("--change")


def values(of: Any, at: str = "") -> Iterator[str]:
    """The JSON pointer of every text, number, truth and null."""
    if isinstance(of, dict):
        for key, item in of.items():
            yield from values(item, f"{at}/{key.replace('/', '~1')}")
    elif isinstance(of, list):
        for place, item in enumerate(of):
            yield from values(item, f"{at}/{place}")
    else:
        yield at


def test_the_decoder_agrees_with_every_file(whole: tuple[int, Report]) -> None:
    code, report = whole
    assert {name: found["wrong"] for name, found in report.items() if found["wrong"]} == {}
    assert {name: found["unnoticed"] for name, found in report.items() if found["unnoticed"]} == {}
    assert code == 0


def test_every_file_every_case_and_every_value_is_visited(whole: tuple[int, Report]) -> None:
    _code, report = whole
    files = {path.stem: path for path in VECTORS.glob("*.json")}
    assert set(report) == set(files)
    missed = {
        name: sorted(set(values(json.loads(path.read_text(encoding="utf-8")))) - set(report[name]["read"]))
        for name, path in files.items()
    }
    assert {name: places[:10] for name, places in missed.items() if places} == {}


def test_a_strange_file_a_missing_file_and_a_false_vector_are_noticed(tmp_path: Path) -> None:
    for path in VECTORS.glob("*.json"):
        shutil.copy(path, tmp_path)
    (tmp_path / "new_format.json").write_text('{"section": "99", "vectors": []}', encoding="utf-8")
    (tmp_path / "key_slot.json").unlink()
    tokens = json.loads((tmp_path / "tokens.json").read_text(encoding="utf-8"))
    tokens["tokens"][0]["hash"] = "00" * 16
    (tmp_path / "tokens.json").write_text(json.dumps(tokens), encoding="utf-8")
    cells = json.loads((tmp_path / "cells.json").read_text(encoding="utf-8"))
    cells["refused"][0].pop("flip")
    (tmp_path / "cells.json").write_text(json.dumps(cells), encoding="utf-8")
    code, report = audit(str(tmp_path))
    assert code == 1
    assert {name for name, found in report.items() if found["wrong"]} == {
        "new_format", "key_slot", "tokens", "cells",
    }  # fmt: skip


def test_the_packages_are_locked_by_version_and_hash_and_name_no_address() -> None:
    wanted = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    text = (HERE / "package-lock.json").read_text(encoding="utf-8")
    locked = {name: entry for name, entry in json.loads(text)["packages"].items() if name}
    assert "resolved" not in text
    assert "://" not in text
    assert all(version == locked[f"node_modules/{name}"]["version"] for name, version in wanted.items())
    assert all(entry["integrity"].startswith("sha512-") for entry in locked.values())
