"""The second reader again, for section 10A of docs/protocol.md: none of our own code is imported here."""

from __future__ import annotations

import base64
import itertools
from typing import Any

import cbor2
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from tests.crypto.test_page import hkdf, opened, opened_secret, pair, read, require_signed, sha, unhex

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SEALED_CHUNK = 65_536 + 16


def stream(data: bytes, *, key: bytes, purpose: str, context: bytes) -> bytes:
    """10A.1. Raises InvalidTag."""
    once = hkdf(key, cbor2.dumps(["kantha/v1/stream", purpose, context]), salt=data[:16])
    pieces = [data[at : at + SEALED_CHUNK] for at in range(16, len(data), SEALED_CHUNK)]
    plain = [
        ChaCha20Poly1305(once).decrypt(number.to_bytes(11, "big") + bytes([piece is pieces[-1]]), piece, None)
        for number, piece in enumerate(pieces)
    ]
    return b"".join(plain)


def without_layers(
    blob: bytes, subset: list[bytes], seeds: dict[bytes, bytes], org: bytes, desk: bytes
) -> bytes:
    """10A.2: the layers of a subset's officers taken off, the first one first."""
    for position, officer in enumerate(subset):
        blob = opened(blob, seeds[officer], "kantha/v1/quorum", org, desk, subset, position)
    return blob


def seeds_of(document: dict[str, Any]) -> dict[bytes, bytes]:
    return {unhex(one["id"]): unhex(one["kem_seed"]) for one in document["officers"]}


def test_section_10a_1_stream() -> None:
    document = read("stream")
    how = {
        "key": unhex(document["key"]),
        "purpose": document["purpose"],
        "context": unhex(document["context"]),
    }
    for vector in document["vectors"]:
        plain = stream(unhex(document["sealed"][vector["sealed"]]), **how)
        assert plain == bytes(at % 251 for at in range(vector["length"]))
    short = unhex(document["sealed"]["short"])
    with pytest.raises(InvalidTag):
        stream(short[:-1], **how)


def test_section_10a_2_quorum() -> None:
    document = read("quorum")
    org, desk, seeds = unhex(document["org"]), unhex(document["desk"]), seeds_of(document)
    said = [(one["threshold"], [unhex(who) for who in one["subset"]]) for one in document["vectors"]]
    wanted = [(size, list(one)) for size in (1, 2, 3) for one in itertools.combinations(sorted(seeds), size)]
    assert said == wanted
    for vector in document["vectors"]:
        blob, subset = unhex(document["sealed"][vector["sealed"]]), [unhex(who) for who in vector["subset"]]
        assert without_layers(blob, subset, seeds, org, desk).hex() == document["secret"]


def test_section_10a_3_archive() -> None:
    document = read("archive")
    data, seeds = unhex(document["sealed"]["archive"]), seeds_of(document)
    assert data[:17] == b"kantha archive 1\n"
    end = 21 + int.from_bytes(data[17:21], "big")
    header, name = cbor2.loads(data[21:end]), sha(b"kantha/v1/archive-header\0" + data[21:end])
    assert name.hex() == document["header_hash"]
    for subset, blob in zip(itertools.combinations(header[6], header[5]), header[7], strict=True):
        secret = without_layers(blob, list(subset), seeds, header[1], header[2])
        assert (secret[:32].hex(), secret[32:].decode()) == (document["key"], document["publish_token"])
    plain = stream(data[end:], key=unhex(document["key"]), purpose="archive", context=name)
    records, starts, at = [], [], 0
    while at < len(plain):
        length = int.from_bytes(plain[at : at + 4], "big")
        starts.append(at)
        records.append(plain[at + 4 : at + 4 + length])
        at += 4 + length
    kinds = [cbor2.loads(record)[0] for record in records]
    assert (kinds[0], kinds[-1], at) == (2, 1, len(plain))
    assert [record.hex() for record, kind in zip(records, kinds, strict=True) if kind > 1] == document[
        "records"
    ]
    padding = [record for record, kind in zip(records, kinds, strict=True) if kind == 0]
    written = starts[-1] - sum(4 + len(record) for record in padding)
    assert written + sum(len(cbor2.loads(record)[1]) for record in padding) == 65_536
    body, signature = cbor2.loads(cbor2.loads(records[-1])[1])
    require_signed(unhex(document["maker"]), signature, b"kantha/v1/archive\0" + body)
    maker = sha(b"kantha/v1/device\0" + unhex(document["maker"]))[:16]
    assert cbor2.loads(body) == {1: name, 2: sha(plain[: starts[-1]]), 3: maker}


def test_section_10a_4_card() -> None:
    document = read("card")
    data = b""
    for number, line in enumerate(document["lines"], start=1):
        letters = line.replace(" ", "")
        bits = "".join(f"{LETTERS.index(letter):05b}" for letter in letters[2:])
        plain = int(bits[:200], 2).to_bytes(25, "big")
        check = sha(b"kantha/v1/card-line\0" + bytes([number]) + plain)
        assert (int(letters[:2]), bits[200:]) == (number, f"{int.from_bytes(check[:3], 'big'):024b}"[:20])
        data += plain
    length = int.from_bytes(data[:2], "big")
    assert data[2 : 2 + length].hex() == document["sealed"]["card"]
    assert not any(data[2 + length :])
    assert "/".join(["KANTHA1-CARD", *(one.replace(" ", "") for one in document["lines"])]) == document["qr"]
    locked = cbor2.loads(data[2 : 2 + length])
    key = Argon2id(
        salt=locked[5], length=32, iterations=locked[3], lanes=locked[4], memory_cost=locked[2]
    ).derive(document["passphrase"].encode())
    info = ("kantha/v1/card", locked[5], "argon2id", locked[2], locked[3], locked[4])
    assert opened_secret(locked[6], key, *info).hex() == document["body"]


def test_section_10a_5_officer_by_officer() -> None:
    document = read("quorum")
    said = document["handover"]

    def carried(text: str) -> bytes:
        letters = text.split(":", 1)[1]
        return base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))

    org, desk, archive, public = cbor2.loads(carried(said["request"]))
    assert (org.hex(), desk.hex(), archive.hex()) == (document["org"], document["desk"], said["archive"])
    assert pair(unhex(said["machine_seed"]))[1] == public
    shown = hkdf(
        sha(b"kantha/v1/quorum-handover-request\0" + carried(said["request"])), b"kantha/v1/digits", 48
    )
    numbers = [int.from_bytes(shown[8 * i : 8 * i + 8], "big") % 100_000 for i in range(6)]
    assert " ".join(f"{number:05d}" for number in numbers) == said["digits"]
    _org, _desk, _archive, subset, position, sealed = cbor2.loads(carried(said["piece"]))
    layer = opened(
        sealed, seeds_of(document)[subset[position]], "kantha/v1/quorum", org, desk, subset, position
    )
    assert layer.hex() == document["secret"]
    info = ("kantha/v1/quorum-handover", org, desk, archive, public)
    assert opened(carried(said["text"]), unhex(said["machine_seed"]), *info).hex() == said["key"]
