"""Vectors of the relay's own formats (docs/relay.md): a page, the index, what the relay keeps of tokens."""

from __future__ import annotations

import hashlib
from typing import Any

import cbor2

from sync import wire
from sync.relay.indexing import encode_chunk
from tests.crypto.people import seed

CELLS = {"a": 1, "b": 2, "c": 3}
TOKEN = bytes(range(32))
ENTRY = [3, bytes(32), 1_793_000_040]


def relay() -> dict[str, Any]:
    """Cells are of the reply stream, one byte repeated."""
    cells = [bytes([byte]) * wire.REPLY_CELL_BYTES for byte in CELLS.values()]
    in_order = sorted(hashlib.sha256(cell).digest() for cell in cells)
    digest = wire.page_digest(in_order)
    lines = [[len(cells), digest, 1_793_000_040], [1_024, seed("another page"), 1_793_000_100]]
    newest = encode_chunk(lines, chunk=None, lowest=2_001, highest=2_002)
    empty = encode_chunk([], chunk=None, lowest=1, highest=0)
    return {
        "section": "relay.md",
        "page": {
            "filled_with": CELLS,
            "deposited": ["a", "b", "c", "a"],
            "cell_bytes": wire.REPLY_CELL_BYTES,
            "hashes": [one.hex() for one in in_order],
            "digest": digest.hex(),
        },
        "indexes": [
            {"name": "the newest chunk", "bytes": newest.body.hex(), "chunk": None, "first": 2_001,
             "entries": [[cells, digest.hex(), closed] for cells, digest, closed in lines], "lowest": 2_001,
             "highest_chunk": 2, "etag": newest.etag},
            {"name": "nothing yet", "bytes": empty.body.hex(), "chunk": None, "first": 1, "entries": [],
             "lowest": 1, "highest_chunk": 0, "etag": empty.etag},
            _of_its_number(),
        ],
        "refused_indexes": _refused(),
        "token": {"token": TOKEN.hex(), "kept": hashlib.sha256(TOKEN).digest()[:16].hex(),
                  "publishing_token": TOKEN.hex(), "its_hash": hashlib.sha256(TOKEN).hexdigest()},
        "weeks": [{"unix": 2_965 * wire.WEEK_SECONDS - 1, "week": 2_964, "accepted": [2_963, 2_964, 2_965]}],
    }  # fmt: skip


def _of_its_number() -> dict[str, Any]:
    body = cbor2.dumps({1: 2_001, 2: [ENTRY]}, canonical=True)
    return {
        "name": "asked for by its number", "bytes": body.hex(), "chunk": 2, "first": 2_001,
        "entries": [[ENTRY[0], bytes(32).hex(), ENTRY[2]]], "lowest": None, "highest_chunk": None,
        "etag": hashlib.sha256(body).hexdigest(),
    }  # fmt: skip


def _refused() -> list[dict[str, Any]]:
    whole: dict[Any, Any] = {1: 1, 2: [ENTRY], 3: 1, 4: 0}
    bent: dict[str, tuple[object, int | None]] = {
        "a list": ([1, [ENTRY]], None),
        "no pages": ({1: 1, 3: 1, 4: 0}, None),
        "an entry more": ({**whole, 5: 0}, None),
        "the newest without what is kept": ({1: 1, 2: [ENTRY]}, None),
        "not the first page of a chunk": ({**whole, 1: 2}, None),
        "another chunk": ({**whole, 1: 1_001}, 0),
        "a page of no cells": ({**whole, 2: [[0, *ENTRY[1:]]]}, None),
        "a page of too many cells": ({**whole, 2: [[1_025, *ENTRY[1:]]]}, None),
        "a digest that is cut": ({**whole, 2: [[3, bytes(31), ENTRY[2]]]}, None),
        "a line with one more": ({**whole, 2: [[*ENTRY, 0]]}, None),
        "closed before 1970": ({**whole, 2: [[3, bytes(32), -1]]}, None),
        "closed after 2^40": ({**whole, 2: [[3, bytes(32), 2**40]]}, None),
        "a number beyond 2^31": ({**whole, 3: 2**31}, None),
        "true for one": ({**whole, 3: True}, None),
        "a float": ({**whole, 3: 1.0}, None),
    }
    found = [
        {"name": name, "bytes": cbor2.dumps(value, canonical=True).hex(), "chunk": chunk}
        for name, (value, chunk) in bent.items()
    ]
    plain = cbor2.dumps(whole, canonical=True)
    found.append({"name": "bytes after the end", "bytes": (plain + b"\0").hex(), "chunk": None})
    found.append(
        {
            "name": "a long form",
            "bytes": plain.replace(b"\x03\x01\x04", b"\x03\x18\x01\x04").hex(),
            "chunk": None,
        }
    )
    return [{**one, "error": "RelayRubbishError"} for one in found]
