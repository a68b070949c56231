"""Where the files that ship with the program are: fonts, translations, taxonomy, words, samples.

Guarantees: the same answer in a checkout and in an installed copy, because `assets/` stands beside `app/`
in both. Does not: write there. The folder may be read-only.
"""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / "assets"


def path(name: str) -> Path:
    """Give the path of one file or folder of `assets/`, such as `fonts` or `samples/complaints.json`."""
    return ROOT / name
