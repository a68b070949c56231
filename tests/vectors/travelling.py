"""Vectors of what travels: wraps, parcels, cells, slots, announcements, operations, replies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crypto import sender as slots
from crypto.announcements import (
    ChainHead,
    Introduction,
    Introductions,
    Receipt,
    Receipts,
    ReplyKey,
    sign_announcement,
)
from crypto.cells import (
    MAX_COUNTER,
    NOBODY,
    PLAIN_BYTES,
    Cell,
    CellKind,
    dummy_cell,
    heartbeat_body,
    open_cell,
    seal_cell,
)
from crypto.desk_keys import SeedWrap
from crypto.encoding import encode
from crypto.operations import CHAIN_START, SignedOperation, link_hash
from crypto.parcels import Parcel, ParcelContent, ParcelKind, cut, open_parcel, seal_parcel
from crypto.reply_cells import HandlerWord, ReplyKind, open_reply
from crypto.slot_chains import SlotChain
from tests.crypto import people
from tests.crypto.people import DESK, NOW, ORG, TODAY, WEEK, seed
from tests.vectors.frozen import Frozen
from tests.vectors.keys import diagnostic

WHERE = {
    "org": ORG.hex(),
    "desk": DESK.hex(),
    "generation": 3,
    "day": TODAY,
    "seed_of_day": people.desk_seed().seed.hex(),
}
PHONE = people.device("phone")


def desk_keys() -> dict[str, Any]:
    frozen = Frozen("desk_keys")
    key, epoch = people.epoch_key("handler"), people.pair("handler-epoch")
    made = SeedWrap.make(people.desk_seed(), to=key, org=ORG)
    sealed = frozen.keep(
        "wrap",
        make=lambda: made.sealed,
        good=lambda data: replace(made, sealed=data).open(epoch, org=ORG) == people.desk_seed(),
    )
    return {
        "section": "5.2",
        "sealed": frozen.used,
        **WHERE,
        "handler": key.handler.hex(),
        "epoch": WEEK,
        "epoch_seed": epoch.seed.hex(),
        "identity_seed": people.identity("handler").seed.hex(),
        "certificate": key.certify(people.identity("handler"), org=ORG).hex(),
        "wire": encode(replace(made, sealed=sealed).to_wire()).hex(),
        "refused": [
            {"flip": [0, 0], "error": "OpenError"},
            {"flip": [1_167, 7], "error": "OpenError"},
            {"change": {"generation": 4}, "error": "OpenError"},
            {"change": {"day": TODAY + 1}, "error": "OpenError"},
            {"change": {"epoch": WEEK + 1}, "error": "OpenError"},
        ],
    }


CONTENTS = {
    "complaint": ParcelContent(
        ParcelKind.COMPLAINT, "207-4193-6", NOW, {"desk": "main", "record": {"narrative": "বেতন দেয়নি"}}
    ),
    "addition": ParcelContent(ParcelKind.ADDITION, "207-4193-6", NOW + 1, {"text": "payslip " * 2_000}),
}


def parcels() -> dict[str, Any]:
    frozen = Frozen("parcels")
    found = []
    for number, (name, content) in enumerate(CONTENTS.items()):
        opening, content_id = people.desk_seed().opening_key, bytes([number]) * 16

        def of(data: bytes, content_id: bytes = content_id) -> Parcel:
            return Parcel(content_id, DESK, 3, TODAY, data)

        sealed = frozen.keep(
            name,
            make=lambda content=content: seal_parcel(content, to=people.day_key(), org=ORG).sealed,  # type: ignore[misc]
            good=lambda data, content=content: open_parcel(of(data), key=opening, org=ORG) == content,  # type: ignore[misc]  # noqa: B023
        )
        bodies = [chunk.to_body() for chunk in cut(of(sealed))]
        found.append(
            {"sealed": name, "id": content_id.hex(), "kind": int(content.kind), "code": content.code,
             "at": content.at, "payload": diagnostic(content.payload),
             "chunk_heads": [body[:64].hex() for body in bodies],
             "chunk_lengths": [len(body) for body in bodies]}
        )  # fmt: skip
    malformed = {
        "not padded": b"\0\0\0\1\xa0",
        "a byte in the padding": bytes(1_023) + b"\1",
        "a length beyond the end": b"\xff" * 4 + bytes(1_020),
        "an unknown kind": _framed(encode({1: 4, 2: "207-4193-6", 3: NOW, 4: {}})),
    }
    info = encode(["kantha/v1/parcel", ORG, DESK, 3, TODAY, 0])
    for name, plain in malformed.items():
        frozen.keep(
            name,
            make=lambda plain=plain: people.day_key().key.seal(plain, info=info),  # type: ignore[misc]
            good=lambda data, plain=plain: (  # type: ignore[misc]
                people.desk_seed().opening_key.key.open(data, info=info) == plain
            ),
        )
    return {
        "section": "6.1",
        "sealed": frozen.used,
        **WHERE,
        "vectors": found,
        "refused": [
            {"sealed": "complaint", "flip": [0, 0], "error": "ParcelDamagedError"},
            {"sealed": "complaint", "flip": [2_000, 3], "error": "ParcelDamagedError"},
            *({"sealed": name, "flip": None, "error": "ParcelDamagedError"} for name in malformed),
        ],
    }


def _framed(body: bytes) -> bytes:
    start = len(body).to_bytes(4, "big") + body
    return start + bytes(-len(start) % 1_024)


CELLS = {
    "parcel": Cell(CellKind.PARCEL, PHONE, 1, 7, b"body"),
    "full": Cell(CellKind.PARCEL, PHONE, 1, MAX_COUNTER - 1, bytes(range(256)) * 57 + bytes(112)),
    "heartbeat": Cell(CellKind.HEARTBEAT, PHONE, 1, 8, heartbeat_body(TODAY - 30)),
}
SLOT_KEYS = {0: seed("slot 0"), 31: seed("slot 31")}


def cells() -> dict[str, Any]:
    frozen = Frozen("cells")
    opening = people.desk_seed().opening_key
    for name, cell in CELLS.items():
        frozen.keep(
            name,
            make=lambda cell=cell: seal_cell(cell, to=people.day_key(), org=ORG, slot_keys=SLOT_KEYS),  # type: ignore[misc]
            good=lambda data, cell=cell: _vouched(data, cell),  # type: ignore[misc]
        )
    frozen.keep(
        "dummy",
        make=lambda: dummy_cell(to=people.day_key(), org=ORG),
        good=lambda data: open_cell(data, key=opening, org=ORG).cell.kind is CellKind.DUMMY,
    )
    start = CELLS["parcel"].header()
    malformed = {
        "version 2": b"\2" + start[1:],
        "kind 6": start[:1] + b"\6" + start[2:],
        "a body beyond the end": start[:30] + b"\xff\xff",
        "a byte after the body": start[:30] + b"\0\0" + bytes(512) + b"\1",
        "counter 2^48": start[:22] + b"\0\1" + bytes(6) + b"\0\0",
    }
    info = encode(["kantha/v1/cell", ORG, DESK, 3, TODAY, 0])
    for name, begin in malformed.items():
        plain = begin.ljust(PLAIN_BYTES, b"\0")
        frozen.keep(
            name,
            make=lambda plain=plain: people.day_key().key.seal(plain, info=info),  # type: ignore[misc]
            good=lambda data, plain=plain: opening.key.open(data, info=info) == plain,  # type: ignore[misc]
        )
    return {
        "section": "6.2",
        "sealed": frozen.used,
        **WHERE,
        "slot_keys": {str(slot): key.hex() for slot, key in SLOT_KEYS.items()},
        "heartbeats": [
            {"since": since, "body": heartbeat_body(since).hex()} for since in (0, TODAY - 30, 2**31 - 1)
        ],
        "no_heartbeats": [
            {"body": encode(value).hex(), "error": "EncodingError"}
            for value in ({}, {1: 2**31}, {1: -1}, {1: None}, {1: TODAY, 2: 0}, {2: TODAY}, [TODAY])
        ],
        "vectors": [
            {"sealed": name, "kind": int(cell.kind), "sender": cell.sender.hex(),
             "incarnation": cell.incarnation, "counter": cell.counter, "body": cell.body.hex(),
             "header": cell.header().hex()}
            for name, cell in (*CELLS.items(), ("dummy", Cell(CellKind.DUMMY, NOBODY, 0, 0, b"")))
        ],
        "refused": [
            {"sealed": "parcel", "flip": [0, 0], "error": "CellDamagedError"},
            {"sealed": "parcel", "flip": [1_100, 2], "error": "CellDamagedError"},
            {"sealed": "parcel", "flip": [16_383, 7], "error": "CellDamagedError"},
            {"sealed": "parcel", "cut": 16_383, "error": "CellDamagedError"},
            {"sealed": "parcel", "change": {"day": TODAY + 1}, "error": "CellDamagedError"},
            {"sealed": "parcel", "change": {"generation": 4}, "error": "CellDamagedError"},
            {"sealed": "parcel", "change": {"desk": people.OTHER_DESK.hex()}, "error": "CellDamagedError"},
            {"sealed": "parcel", "change": {"org": people.OTHER_ORG.hex()}, "error": "CellDamagedError"},
            *({"sealed": name, "error": "CellDamagedError"} for name in malformed),
        ],
    }  # fmt: skip


def _vouched(data: bytes, cell: Cell) -> bool:
    found = open_cell(data, key=people.desk_seed().opening_key, org=ORG)
    return found.cell == cell and all(found.vouched_by(key, slot=slot) for slot, key in SLOT_KEYS.items())


def sender() -> dict[str, Any]:
    vectors = []
    for name, cell in CELLS.items():
        message = slots.digest(DESK, cell.header(), cell.body)
        for slot, key in SLOT_KEYS.items():
            mac = slots.fill_slots(message, {slot: key})[slot * 16 : slot * 16 + 16]
            vectors.append(
                {"cell": name, "desk": DESK.hex(), "header": cell.header().hex(), "body": cell.body.hex(),
                 "message": message.hex(), "slot": slot, "key": key.hex(), "mac": mac.hex()}
            )  # fmt: skip
    seed_, first = seed("slot 0"), 5
    chains = [
        {"seed": seed_.hex(), "first": first, "counter": counter,
         "key": SlotChain.begin(seed_, first=first).at(counter).key.hex()}
        for counter in (5, 6, 68, 69, 70, 5 + 64 * 3 + 7, 100_000)
    ]  # fmt: skip
    return {"section": "6.3", "vectors": vectors, "chains": chains}


def announcements() -> dict[str, Any]:
    frozen = Frozen("announcements")
    epoch, pairwise = people.pair("handler-epoch"), seed("slot 0")
    entry = Introduction.make(pairwise, to=people.epoch_key("handler"), org=ORG, desk=DESK, device=PHONE)
    where: dict[str, Any] = {"org": ORG, "desk": DESK, "device": PHONE}
    sealed = frozen.keep(
        "introduction",
        make=lambda: entry.sealed,
        good=lambda data: replace(entry, sealed=data).open(epoch, **where) == pairwise,
    )
    by = people.identity("phone")
    introductions = Introductions(DESK, 5, [replace(entry, sealed=sealed)])
    reply_key = ReplyKey(2, people.pair("reply").sealing_key)
    handler = people.identity("handler")
    named = Parcel(bytes(range(16)), DESK, 3, TODAY, b"a sealed parcel")
    receipts = Receipts(DESK, [Receipt(PHONE, named.id, named.digest)])
    head = ChainHead(DESK, 7, seed("a link"))
    return {
        "section": "6.4",
        "sealed": frozen.used,
        "org": ORG.hex(),
        "desk": DESK.hex(),
        "device": PHONE.hex(),
        "identity_seed": by.seed.hex(),
        "epoch": WEEK,
        "epoch_seed": epoch.seed.hex(),
        "handler": people.device("handler").hex(),
        "pairwise_key": pairwise.hex(),
        "introductions": {"first": 5, "body": sign_announcement(introductions, by=by, org=ORG).hex()},
        "reply_key": {"number": 2, "public": reply_key.key.public.hex(),
                      "body": sign_announcement(reply_key, by=by, org=ORG).hex()},
        "receipts": {
            "identity_seed": handler.seed.hex(), "device": PHONE.hex(), "parcel": named.id.hex(),
            "generation": named.generation, "day": named.day, "sealed_parcel": named.sealed.hex(),
            "digest": named.digest.hex(), "body": sign_announcement(receipts, by=handler, org=ORG).hex(),
        },
        "chain_head": {
            "identity_seed": handler.seed.hex(), "counter": head.counter, "hash": head.hash.hex(),
            "body": sign_announcement(head, by=handler, org=ORG).hex(),
        },
        "refused": [
            {"of": "receipts", "flip": [40, 0], "error": "SignatureRefusedError"},
            {"of": "chain_head", "flip": [20, 0], "error": "SignatureRefusedError"},
            {"of": "introductions", "flip": [20, 0], "error": "SignatureRefusedError"},
            {"of": "reply_key", "flip": [20, 0], "error": "SignatureRefusedError"},
            {"of": "reply_key", "flip": [0, 0], "error": "EncodingError"},
        ],
    }  # fmt: skip


def operations() -> dict[str, Any]:
    by, device = people.identity("handler"), people.device("handler")
    first = SignedOperation(device, 1, CHAIN_START, {"k": "note.add", "v": {"text": "কথা"}, "r": [b"\1" * 16]})
    wires = [first.sign(by)]
    second = SignedOperation(device, 2, link_hash(wires[0]), {"k": "field.set", "v": None})
    wires.append(second.sign(by))
    return {
        "section": "6.5",
        "identity_seed": by.seed.hex(),
        "vectors": [
            {"device": device.hex(), "counter": link.counter, "previous": link.previous.hex(),
             "operation": diagnostic(link.operation), "bytes": wire.hex(), "hash": link_hash(wire).hex()}
            for link, wire in zip((first, second), wires, strict=True)
        ],
        "refused": [
            {"of": 0, "flip": [0, 0], "error": "EncodingError"},
            {"of": 0, "flip": [60, 0], "error": "SignatureRefusedError"},
            {"of": 1, "flip": [len(wires[1]) - 1, 0], "error": "SignatureRefusedError"},
        ],
    }  # fmt: skip


def reply_cells() -> dict[str, Any]:
    frozen = Frozen("reply_cells")
    key, by = people.pair("reply"), people.identity("handler")
    bodies = {
        ReplyKind.CONFIRM: encode({1: DESK, 2: 1, 3: 9, 4: b"\x05"}),
        ReplyKind.QUESTION: encode(
            {1: {"code": "207-4193-6", "text": "কোন মাস?", "at": NOW, "id": bytes(16)}}
        ),
    }
    vectors = []
    for counter, (kind, body) in enumerate(bodies.items(), start=1):
        word = HandlerWord(kind, people.device("handler"), counter, body)

        def good(data: bytes, word: HandlerWord = word) -> bool:
            found = HandlerWord.read(open_reply(data, key=key, org=ORG))
            return replace(found, signature=b"") == word and found.said_by(by.public, to=PHONE, org=ORG)

        frozen.keep(
            kind.name.lower(),
            make=lambda word=word: word.seal(by=by, recipient=PHONE, to=key.sealing_key, org=ORG),  # type: ignore[misc]
            good=good,
        )
        vectors.append(
            {"sealed": kind.name.lower(), "kind": int(kind), "sender": people.device("handler").hex(),
             "counter": counter, "body": body.hex()}
        )  # fmt: skip
    return {
        "section": "6.6",
        "sealed": frozen.used,
        "org": ORG.hex(),
        "reply_seed": key.seed.hex(),
        "recipient": PHONE.hex(),
        "handler_identity": by.public.hex(),
        "vectors": vectors,
        "confirmed_counters": {"below": 9, "bits": "05", "counters": [1, 2, 3, 4, 5, 6, 7, 8, 9, 11]},
        "refused": [
            {"sealed": "question", "flip": [0, 0], "error": "CellDamagedError"},
            {"sealed": "question", "flip": [4_095, 7], "error": "CellDamagedError"},
            {"sealed": "confirm", "recipient": people.device("handler").hex(), "error": "not said"},
        ],
    }
