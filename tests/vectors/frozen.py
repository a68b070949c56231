"""Vectors on disk: JSON files, and sealed values that stay what they are.

Sealing draws fresh randomness, so writing the vectors again would change every sealed value. `Frozen` keeps
the value that is in the file as long as it still is what it must be; else it makes a new one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent


def read(name: str) -> dict[str, Any]:
    """The vectors of one format."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def text(document: dict[str, Any]) -> str:
    """A document as it stands in its file."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def flipped(data: bytes, offset: int, bit: int) -> bytes:
    """`data` with one bit changed: how most refused vectors are described."""
    return data[:offset] + bytes([data[offset] ^ 1 << bit]) + data[offset + 1 :]


@dataclass
class Frozen:
    """The sealed values of one file, by name."""

    name: str
    _known: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (FOLDER / f"{self.name}.json").exists():
            self._known = read(self.name).get("sealed", {})
        self.used: dict[str, str] = {}

    def keep(self, what: str, *, make: Callable[[], bytes], good: Callable[[bytes], bool]) -> bytes:
        """The kept value if `good` says that it still is what it must be, else a new one."""
        value = bytes.fromhex(self._known.get(what, ""))
        if not value or not _holds(good, value):
            value = make()
            if not good(value):
                raise AssertionError(f"{self.name}: {what} does not open to what it must")
        self.used[what] = value.hex()
        return value


def _holds(good: Callable[[bytes], bool], value: bytes) -> bool:
    try:
        return good(value)
    except Exception:
        return False
