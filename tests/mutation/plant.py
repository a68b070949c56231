"""`python -m tests.mutation.plant crypto/stream.py --tests tests/crypto/test_stream.py [--then tests/crypto]`

Plants every fault of `faults` in one module, one at a time, and runs the tests against it; prints the faults
that no test noticed. No file is changed: each run is a process of its own whose import of that one module
gives the faulty text. A run that does not end counts as noticed.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.abc
import importlib.util
import os
import resource
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import Phase, settings

from tests.mutation.faults import Fault, faults

_ONCE = ("cbor2", "cryptography.hazmat.primitives.hpke", "httpx", "msgspec", "pytest_timeout")
for _name in _ONCE:  # and not again in every run
    importlib.import_module(_name)


class _Planted(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Gives one module from a text instead of its file."""

    def __init__(self, path: Path, text: str) -> None:
        self._path, self._text = path, text
        self._name = ".".join(path.with_suffix("").parts)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin=str(self._path))

    def get_source(self, fullname: str) -> str:
        return self._text


class _Unshrunk:
    """An example that fails is enough: nobody looks for the smallest."""

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self) -> None:
        settings.register_profile("faults", settings(), phases=[Phase.explicit, Phase.generate])
        settings.load_profile("faults")


def run(path: Path, text: str, tests: Sequence[str], *, seconds: int) -> int:
    """The id of a process that ends with 0 only if every test passes with this text in the module's place."""
    process = os.fork()
    if process:
        return process
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silence, stream)
    resource.setrlimit(resource.RLIMIT_CPU, (2 * seconds, 2 * seconds))
    sys.meta_path.insert(0, _Planted(path, text))
    arguments = ["-x", "-q", "-p", "no:cacheprovider", "-p", "pytest_timeout", f"--timeout={seconds}", *tests]
    status = 1
    try:
        status = pytest.main(arguments, plugins=[_Unshrunk()])
    finally:
        os._exit(status)


def survivors(
    path: Path, source: str, planted: Sequence[Fault], tests: Sequence[str], *, jobs: int, seconds: int
) -> Iterator[Fault]:
    """The faults with which all these tests pass."""
    running: dict[int, Fault] = {}
    waiting = list(reversed(planted))
    while waiting or running:
        while waiting and len(running) < jobs:
            fault = waiting.pop()
            running[run(path, fault.planted(source), tests, seconds=seconds)] = fault
        process, status = os.wait()
        fault = running.pop(process)
        if status == 0:
            yield fault


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation.plant")
    parser.add_argument("module", type=Path, help="where to plant, from the top of the repository")
    parser.add_argument("--tests", nargs="+", required=True, help="the file's own tests")
    parser.add_argument("--then", nargs="+", default=[], help="for the faults that those did not notice")
    parser.add_argument("--lines", default="1-1000000", help="only faults of these lines, as 10-40")
    parser.add_argument("--kinds", nargs="+", default=[], help="only these kinds, as guard part call")
    parser.add_argument("--jobs", type=int, default=1, help="how many runs at a time")
    parser.add_argument(
        "--seconds", type=int, default=60, help="how long one test may take; a run twice that"
    )
    parser.add_argument("--list", action="store_true", help="print the faults and run nothing")
    return parser.parse_args()


def main() -> int:
    chosen = options()
    path, seconds = chosen.module, chosen.seconds
    source = path.read_text()
    first, last = map(int, chosen.lines.split("-"))
    planted = [fault for fault in faults(source) if first <= fault.line <= last]
    left = planted = [fault for fault in planted if not chosen.kinds or fault.kind in chosen.kinds]
    if chosen.list:
        print(*planted, sep="\n")
        return 0
    sys.path.insert(0, str(Path.cwd()))
    with tempfile.TemporaryDirectory() as kept:
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = kept
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        for tests in filter(None, (chosen.tests, chosen.then)):
            if os.waitpid(run(path, source, tests, seconds=seconds), 0)[1]:
                print("these tests fail without any fault:", *tests)
                return 2
            found = survivors(path, source, left, tests, jobs=chosen.jobs, seconds=seconds)
            left = sorted(found, key=lambda fault: fault.start)
    for fault in left:
        print("not noticed:", path, fault)
    print(f"{path}: {len(planted)} faults planted, {len(planted) - len(left)} noticed")
    return bool(left)


if __name__ == "__main__":
    raise SystemExit(main())
