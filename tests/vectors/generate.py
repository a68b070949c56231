"""Writes every file of vectors: `python -m tests.vectors.generate` (or `make vectors`).

Each file: "section" of docs/protocol.md, "sealed" (randomised values by name, in hex), and the vectors, which
name a sealed value or give all their bytes. Bytes are hex. A refused vector carries the class of the failure.
Writing again changes nothing unless a format changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.vectors import belonging, directories, enrolments, keys, recovery, relay, tokens, travelling
from tests.vectors.frozen import FOLDER, text

FORMATS: dict[str, Callable[[], dict[str, Any]]] = {
    "encoding": keys.encoding,
    "keys": keys.keys,
    "tokens": tokens.tokens,
    "key_slot": keys.key_slot,
    "root": belonging.root,
    "roster": belonging.roster,
    "directory": directories.directory,
    "enrolment": enrolments.enrolment,
    "desk_keys": travelling.desk_keys,
    "parcels": travelling.parcels,
    "cells": travelling.cells,
    "sender": travelling.sender,
    "announcements": travelling.announcements,
    "operations": travelling.operations,
    "reply_cells": travelling.reply_cells,
    "stream": recovery.stream,
    "quorum": recovery.quorum,
    "archive": recovery.archive,
    "card": recovery.card,
    "relay": relay.relay,
}


def main() -> None:
    """Write what changed and say so."""
    for name, make in FORMATS.items():
        path = FOLDER / f"{name}.json"
        new = text(make())
        if not path.exists() or path.read_text(encoding="utf-8") != new:
            path.write_text(new, encoding="utf-8")
            print(f"wrote {path.name}")


if __name__ == "__main__":
    main()
