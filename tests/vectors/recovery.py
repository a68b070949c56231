"""Vectors of section 10A: stream files, quorum, archive, card, officer by officer."""

from __future__ import annotations

import io
from typing import Any

from crypto import cards
from crypto.archives import ArchiveHeader, ArchiveReader, ArchiveSecret, ArchiveWriter
from crypto.cards import RecoveryCard
from crypto.encoding import encode
from crypto.handover import HandoverRequest, piece_to_text
from crypto.ids import DeskId, OfficerId, OrganisationId, device_id, officer_id
from crypto.passphrases import MINIMUM_MEMORY_KIB
from crypto.primitives import DeviceSigningKey, OfficerSigningKey, OpeningKey, sha256
from crypto.quorum import Piece, open_together, seal_to_quorum, subsets
from crypto.stream import CHUNK_BYTES, StreamReader, StreamWriter
from tests.vectors.frozen import Frozen

ORG, DESK = OrganisationId(sha256(b"recovery org")), DeskId(b"recovery")
FILE_KEY = sha256(b"recovery file key")
PASSPHRASE = "the loom stands by the window"
MAKER = DeviceSigningKey(sha256(b"recovery maker"))
SECRET = ArchiveSecret(sha256(b"recovery archive key"), "t" * 43)


def _officer(number: int) -> tuple[OfficerSigningKey, OpeningKey]:
    name = f"recovery officer {number}".encode()
    return OfficerSigningKey(sha256(name)), OpeningKey(sha256(name + b" kem"))


OFFICERS = {officer_id(signing.public): (signing, kem) for signing, kem in map(_officer, range(3))}
PUBLICS = {officer: kem.sealing_key.public for officer, (_signing, kem) in OFFICERS.items()}
KEYS = {officer: kem for officer, (_signing, kem) in OFFICERS.items()}


# --- 10A.1 ----------------------------------------------------------------------------------------------


def _sealed_stream(plain: bytes, context: bytes) -> bytes:
    out = io.BytesIO()
    with StreamWriter(out, key=FILE_KEY, purpose="vector", context=context) as writer:
        writer.write(plain)
    return out.getvalue()


def open_stream(data: bytes, *, key: bytes, purpose: str, context: bytes) -> bytes:
    reader = StreamReader(io.BytesIO(data), key=key, purpose=purpose, context=context)
    plain = reader.read(2**30)
    reader.require_end()
    return plain


def plain_stream(length: int) -> bytes:
    return bytes(place % 251 for place in range(length))


def stream() -> dict[str, Any]:
    frozen, context = Frozen("stream"), b"context"
    lengths = {"empty": 0, "short": 9, "one chunk": CHUNK_BYTES, "two chunks": CHUNK_BYTES + 1}
    for name, length in lengths.items():
        plain = plain_stream(length)
        frozen.keep(
            name,
            make=lambda plain=plain: _sealed_stream(plain, context),  # type: ignore[misc]
            good=lambda data, plain=plain: (  # type: ignore[misc]
                open_stream(data, key=FILE_KEY, purpose="vector", context=context) == plain
            ),
        )
    return {
        "section": "10A.1",
        "sealed": frozen.used,
        "key": FILE_KEY.hex(),
        "purpose": "vector",
        "context": context.hex(),
        "plain": "byte i is i modulo 251",
        "vectors": [
            {"sealed": name, "length": length, "sha256": sha256(plain_stream(length)).hex()}
            for name, length in lengths.items()
        ],
        "refused": [
            {"sealed": "short", "flip": [0, 0], "error": "StreamDamagedError"},
            {"sealed": "short", "flip": [20, 7], "error": "StreamDamagedError"},
            {"sealed": "short", "cut": 1, "error": "StreamDamagedError"},
            {"sealed": "two chunks", "cut": 17, "error": "StreamDamagedError"},
            {"sealed": "two chunks", "flip": [65_575, 0], "error": "StreamDamagedError"},
            {"sealed": "empty", "cut": 16, "error": "StreamDamagedError"},
            {"sealed": "one chunk", "append": "00", "error": "StreamDamagedError"},
        ],
    }


# --- 10A.2, 10A.5 -----------------------------------------------------------------------------------------


def _pieces(blobs: list[bytes], threshold: int) -> list[Piece]:
    chosen = subsets(PUBLICS, threshold=threshold)
    return [Piece(ORG, DESK, subset, 0, blob) for subset, blob in zip(chosen, blobs, strict=True)]


def _blobs(frozen: Frozen, secret: bytes, threshold: int) -> list[bytes]:
    made = seal_to_quorum(secret, org=ORG, desk=DESK, officers=PUBLICS, threshold=threshold)
    kept = []
    for number, (subset, blob) in enumerate(zip(subsets(PUBLICS, threshold=threshold), made, strict=True)):
        kept.append(
            frozen.keep(
                f"{threshold} of 3, {number}",
                make=lambda blob=blob: blob,  # type: ignore[misc]
                good=lambda data, subset=subset: (  # type: ignore[misc]
                    open_together([Piece(ORG, DESK, subset, 0, data)], keys=KEYS) == secret
                ),
            )
        )
    return kept


def quorum() -> dict[str, Any]:
    frozen, secret = Frozen("quorum"), b"a secret of any length"
    order = sorted(PUBLICS)
    two = _pieces(_blobs(frozen, secret, 2), 2)
    _blobs(frozen, secret, 1)
    _blobs(frozen, secret, 3)
    machine = OpeningKey(sha256(b"recovery machine"))
    request = HandoverRequest(ORG, DESK, sha256(b"recovery header"), machine.sealing_key.public)
    half = two[0].peel(KEYS[two[0].subset[0]])
    given = frozen.keep(
        "handover",
        make=lambda: request.give(SECRET.key).encode(),
        good=lambda data: request.take(data.decode(), by=machine) == SECRET.key,
    )
    return {
        "section": "10A.2",
        "sealed": frozen.used,
        "org": ORG.hex(),
        "desk": DESK.hex(),
        "secret": secret.hex(),
        "officers": [
            {"id": officer.hex(), "signing_seed": OFFICERS[officer][0].seed.hex(),
             "kem_seed": KEYS[officer].seed.hex()}
            for officer in order
        ],
        "vectors": [
            {"threshold": threshold, "subset": [officer.hex() for officer in subset],
             "sealed": f"{threshold} of 3, {number}"}
            for threshold in (1, 2, 3)
            for number, subset in enumerate(subsets(PUBLICS, threshold=threshold))
        ],
        "handover": {
            "machine_seed": machine.seed.hex(), "archive": request.archive.hex(),
            "request": request.to_text(), "digits": request.digits,
            "piece": piece_to_text(half, archive=request.archive),
            "sealed": "handover", "text": given.decode(), "key": SECRET.key.hex(),
        },
        "refused": [
            {"sealed": "2 of 3, 0", "subset": [officer.hex() for officer in order[1:]],
             "error": "QuorumRefusedError"},
            {"sealed": "2 of 3, 0", "subset": [officer.hex() for officer in order[:2]], "flip": [3, 1],
             "error": "QuorumRefusedError"},
            {"sealed": "2 of 3, 0", "subset": [order[0].hex()], "error": "QuorumRefusedError"},
        ],
    }  # fmt: skip


# --- 10A.3 ----------------------------------------------------------------------------------------------


def _archive(records: list[list[Any]]) -> bytes:
    blobs = seal_to_quorum(SECRET.encode(), org=ORG, desk=DESK, officers=PUBLICS, threshold=2)
    header = ArchiveHeader(
        org=ORG, desk=DESK, at=1_795_348_800, root_hash=sha256(b"recovery root"), threshold=2,
        officers=tuple(OfficerId(officer) for officer in sorted(PUBLICS)), blobs=blobs,
    )  # fmt: skip
    out = io.BytesIO()
    writer = ArchiveWriter(out, header, key=SECRET.key)
    for kind, *values in records:
        writer.record(kind, values)
    writer.finish(maker=device_id(MAKER.public), by=MAKER)
    return out.getvalue()


def read_archive(data: bytes, *, keys: dict[OfficerId, OpeningKey], identity: bytes) -> list[list[Any]]:
    """All records of the kinds from 2 on, once everything holds."""
    source = io.BytesIO(data)
    header = ArchiveHeader.read(source)
    secret = ArchiveSecret.decode(open_together(header.pieces(), keys=keys))
    reader = ArchiveReader(source, header, key=secret.key)
    found = [[kind, *values] for kind, values in reader.records()]
    reader.require_maker(identity)
    return found


def archive() -> dict[str, Any]:
    frozen = Frozen("archive")
    known = encode({1: ORG, 2: [], 3: [], 4: 7, 5: 2, 6: [[DESK, 3]]})
    records: list[list[Any]] = [
        [2, known],
        [3, b"d" * 16, "118-2206-6", "complaint", b"p" * 16, "main", 1, 1_795_348_000, '{"record": {}}'],
        [4, b"q" * 16, "118-2206-6", 1_795_348_100, "Still so?"],
    ]
    data = frozen.keep(
        "archive",
        make=lambda: _archive(records),
        good=lambda data: read_archive(data, keys=KEYS, identity=MAKER.public) == records,
    )
    header = ArchiveHeader.read(io.BytesIO(data))
    return {
        "section": "10A.3",
        "sealed": frozen.used,
        "officers": [
            {"id": officer.hex(), "kem_seed": KEYS[officer].seed.hex()} for officer in sorted(PUBLICS)
        ],
        "maker": MAKER.public.hex(),
        "header": header.encode().hex(),
        "header_hash": header.hash.hex(),
        "key": SECRET.key.hex(),
        "publish_token": SECRET.publish_token,
        "records": [encode(record).hex() for record in records],
        "refused": [
            {"sealed": "archive", "flip": [3, 0], "error": "ArchiveRefusedError"},
            {"sealed": "archive", "flip": [60, 0], "error": "QuorumRefusedError"},
            {"sealed": "archive", "flip": [len(data) - 40, 0], "error": "StreamDamagedError"},
            {"sealed": "archive", "cut": 1, "error": "StreamDamagedError"},
            {"sealed": "archive", "append": "00", "error": "StreamDamagedError"},
            {"sealed": "archive", "maker": MAKER.public.hex()[:-2] + "00", "error": "ArchiveRefusedError"},
        ],
    }


# --- 10A.4 ----------------------------------------------------------------------------------------------


def card() -> dict[str, Any]:
    frozen = Frozen("card")
    signing, kem = _officer(0)
    made = RecoveryCard(
        org=ORG, relay="https://relay.example.org", pool=b"P" * 16, root_hash=sha256(b"recovery root"),
        signing_seed=signing.seed, kem_seed=kem.seed, token_master=sha256(b"recovery master"),
        publish_token="t" * 43, directory_key=sha256(b"recovery directory"), at=1_795_348_800,
    )  # fmt: skip
    locked = frozen.keep(
        "card",
        make=lambda: made.lock(PASSPHRASE, memory_kib=MINIMUM_MEMORY_KIB),
        good=lambda data: RecoveryCard.unlock(data, PASSPHRASE) == made,
    )
    lines = cards.to_lines(locked)
    wrong = lines[2][:10] + ("A" if lines[2][10] != "A" else "B") + lines[2][11:]
    return {
        "section": "10A.4",
        "sealed": frozen.used,
        "passphrase": PASSPHRASE,
        "body": made._encode().hex(),
        "officer": made.officer.hex(),
        "lines": lines,
        "qr": cards.to_qr_text(locked),
        "refused": [
            {"text": "\n".join([*lines[:2], wrong, *lines[3:]]), "line": 3, "error": "CardDamagedError"},
            {"text": "\n".join([*lines[:4], *lines[5:]]), "line": 5, "error": "CardDamagedError"},
            {"text": "\n".join([lines[1], *lines[2:]]), "line": 1, "error": "CardDamagedError"},
            {"sealed": "card", "passphrase": PASSPHRASE + "s", "error": "CardPassphraseError"},
            {"sealed": "card", "flip": [0, 0], "error": "CardDamagedError"},
        ],
    }
