"""The program and the independent decoder answer alike when they are asked about hostile values.

The vectors show what must be refused; here thousands of other values are made from the good ones, and both
are asked about each. What one takes and the other refuses is a defect of the code or of docs/protocol.md.
"""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Callable, Iterable
from typing import Any

import cbor2
import pytest

from crypto import encoding
from crypto.cells import read_heartbeat
from crypto.errors import CryptoError
from crypto.heads import Head
from crypto.invitations import Invitation
from crypto.parcels import Chunk
from crypto.root import Root
from crypto.signed import Countersigned, Signed
from crypto.statements import decode_statement
from tests.interop.hostile import broken, encoded, variants
from tests.interop.test_interop import HERE, VECTORS, install, program

MOST = 1_200


def ask(questions: list[dict[str, Any]]) -> list[str]:
    """What the decoder in JavaScript says to each: "accepted" or the class of its refusal."""
    install()
    lines = "\n".join(json.dumps(question) for question in questions)
    ran = subprocess.run(
        [program("node"), "ask.js"],
        cwd=HERE,
        input=lines,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    answers: list[str] = json.loads(ran.stdout)
    return answers


def own(read: Callable[[bytes], object], data: bytes) -> str:
    try:
        read(data)
    except CryptoError:
        return "refused"
    return "accepted"


def vectors(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def differences(
    name: str, read: Callable[[bytes], object], values: Iterable[bytes], **context: Any
) -> list[tuple[str, str, str]]:
    """What the two say differently, as (bytes, ours, theirs)."""
    asked = list(dict.fromkeys(values))
    if len(asked) > MOST:
        asked = random.Random(1).sample(asked, MOST)
    theirs = ask([{"format": name, "bytes": data.hex(), **context} for data in asked])
    found = []
    for data, answer in zip(asked, theirs, strict=True):
        mine = own(read, data)
        if (mine == "accepted") != (answer == "accepted"):
            found.append((data.hex(), mine, answer))
    return found


def hostile(data: bytes) -> list[bytes]:
    made = [encoded(variant) for variant in variants(cbor2.loads(data))]
    return [data, *made, *broken(data, random.Random(2), 300)]


def test_any_bytes_are_read_as_cbor_by_both_or_by_neither() -> None:
    good = [bytes.fromhex(vector["bytes"]) for vector in vectors("encoding")["vectors"]]
    draw = random.Random(3)
    noise = [draw.randbytes(draw.randrange(1, 12)) for _ in range(2_000)]
    values = [*good, *noise, *(data for one in good for data in broken(one, draw, 100))]
    levels = [
        bytes([start] * deep) + end
        for deep in range(1, 30)
        for start, end in ((0x81, b"\0"), (0x81, b"\x80"))
    ]
    assert differences("cbor", encoding.decode, [*values, *levels]) == []


READERS: dict[str, tuple[Callable[[bytes], object], Callable[[], list[bytes]]]] = {
    "root": (Root.decode, lambda: [bytes.fromhex(one["body"]) for one in vectors("root")["roots"]]),
    "head": (Head.decode, lambda: [bytes.fromhex(vectors("directory")["head"]["body"])]),
    "invitation": (Invitation.decode, lambda: [bytes.fromhex(vectors("enrolment")["invitation"]["bytes"])]),
    "signed": (Signed.from_wire, lambda: [bytes.fromhex(vectors("directory")["head"]["signed"])]),
    "countersigned": (Countersigned.from_wire, lambda: [bytes.fromhex(vectors("root")["sealed"]["root-3"])]),
    "statement": (
        decode_statement,
        lambda: [bytes.fromhex(one["body"]) for one in vectors("roster")["vectors"]],
    ),
    "heartbeat": (read_heartbeat, lambda: [encoded({1: 20_700})]),
    "chunk": (Chunk.from_body, lambda: [encoded({1: bytes(16), 2: 0, 3: 1, 4: 1, 5: 20_000, 6: b"piece"})]),
}


@pytest.mark.parametrize("name", READERS)
def test_hostile_values_are_taken_by_both_or_by_neither(name: str) -> None:
    read, good = READERS[name]
    values = [made for data in good() for made in hostile(data)]
    found = differences(name, read, values)
    assert [(ours, theirs, cbor2.loads(bytes.fromhex(data))) for data, ours, theirs in found[:3]] == []
