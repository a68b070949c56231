"""The house rules that a machine can check: who imports whom, which doors are single, how long a file may
be.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("app", "sync", "crypto")
# The third-party package, and the only files that may import it.
DOORS = {
    "cryptography": {"crypto/primitives.py"},
    "sqlcipher3": {"app/vault/database.py"},
    "httpx": {"sync/transport.py"},
}
# What would make the domain depend on when, where or with what luck it runs.
IMPURE = {
    "os",
    "random",
    "secrets",
    "socket",
    "sqlite3",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "uuid",
}
RELAY_MAY_USE = ("sync.relay", "sync.wire")


def sources() -> Iterator[Path]:
    for layer in LAYERS:
        yield from sorted((ROOT / layer).rglob("*.py"))


def modules_imported_by(file: Path) -> set[str]:
    """Full names of all modules that `file` imports, at the top or inside a function."""
    package = list(file.relative_to(ROOT).with_suffix("").parts[:-1])
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return found


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("package", sorted(DOORS))
def test_only_one_file_opens_each_door(package: str) -> None:
    users = {
        name_of(file)
        for file in sources()
        if any(module.split(".")[0] == package for module in modules_imported_by(file))
    }
    assert users <= DOORS[package]


def test_the_relay_uses_nothing_of_ours_but_the_wire_constants() -> None:
    for file in sorted((ROOT / "sync" / "relay").rglob("*.py")):
        ours = {module for module in modules_imported_by(file) if module.split(".")[0] in LAYERS}
        strangers = {
            module
            for module in ours
            if not any(module == allowed or module.startswith(f"{allowed}.") for allowed in RELAY_MAY_USE)
        }
        # `from sync import wire` names the package as well as the module.
        assert strangers <= {"sync"}, name_of(file)


def test_the_domain_and_the_law_are_pure() -> None:
    for room in ("domain", "law"):
        for file in sorted((ROOT / "app" / room).rglob("*.py")):
            roots = {module.split(".")[0] for module in modules_imported_by(file)}
            assert not roots & IMPURE, name_of(file)


def test_layers_import_only_downwards() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_file_over_three_hundred_lines_has_a_reason() -> None:
    lines = (ROOT / "tests" / "house" / "long_files.txt").read_text(encoding="utf-8").splitlines()
    reasons = dict(line.split("  ", 1) for line in lines if line and not line.startswith("#"))
    long = {name_of(file) for file in sources() if len(file.read_text(encoding="utf-8").splitlines()) > 300}
    assert long <= reasons.keys()
    assert all(reason.strip() for reason in reasons.values())


def test_every_file_says_what_it_is() -> None:
    for file in sources():
        assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))), name_of(file)
