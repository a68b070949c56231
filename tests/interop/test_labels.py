"""Every label that the code uses for a key, a hash, a MAC or a signature is in the table of step 3.1.

No key serves two purposes only as long as the table is whole: a label that is in the code alone was never
compared with the others. Found are literals, and prefixes (`kantha/v1/directory-`) that the code completes.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LABEL = re.compile(r"kantha/v1/[a-z0-9-]+")


def table() -> str:
    page = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    return page.split("### 3.1 Labels", 1)[1].split("### 3.2", 1)[0]


def test_every_label_in_the_code_is_in_the_table_of_labels() -> None:
    known = set(LABEL.findall(table()))
    used = {
        (label, path.relative_to(ROOT).as_posix())
        for folder in ("crypto", "sync", "app")
        for path in (ROOT / folder).rglob("*.py")
        for label in LABEL.findall(path.read_text(encoding="utf-8"))
    }
    strange = {
        (label, path)
        for label, path in used
        if label not in known and not (label.endswith("-") and any(one.startswith(label) for one in known))
    }
    assert strange == set()


def test_every_label_in_the_table_of_labels_is_there_once() -> None:
    rows = [row.split("|")[1] for row in table().splitlines() if row.startswith("| `kantha/v1/")]
    found = [label for row in rows for label in LABEL.findall(row)]
    assert sorted(found) == sorted(set(found))
