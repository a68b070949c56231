"""The frozen vectors: what earlier versions wrote still reads the same, and is refused for the same reason.

Reads only the JSON files and the code: a program in another language can do the same from docs/protocol.md.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import crypto.errors
from crypto import primitives, sender
from crypto.announcements import (
    ChainHead,
    Introductions,
    Receipt,
    Receipts,
    ReplyKey,
    read_announcement,
)
from crypto.cells import UntrustedCell, open_cell
from crypto.desk_keys import DayOpeningKey, DeskSeed, EpochKey, SeedWrap
from crypto.encoding import decode, encode
from crypto.errors import CryptoError
from crypto.ids import DeskId, DeviceId, OrganisationId, device_id, officer_id
from crypto.operations import SignedOperation, link_hash
from crypto.parcels import Chunk, Parcel, cut, join, open_parcel
from crypto.passphrases import normal_form, open_slot
from crypto.primitives import DeviceSigningKey, OfficerSigningKey, OpenError, OpeningKey
from crypto.reply_cells import HandlerWord, open_reply
from crypto.slot_chains import SlotChain
from sync.integrity import counters_in
from tests.vectors.frozen import FOLDER, flipped, read, text
from tests.vectors.generate import FORMATS

Vector = dict[str, Any]


def refused(name: str) -> list[Vector]:
    found: list[Vector] = read(name)["refused"]
    return found


def error(name: str) -> type[Exception]:
    """The class of failure that a vector names."""
    found: type[Exception] = OpenError if name == "OpenError" else getattr(crypto.errors, name)
    assert issubclass(found, CryptoError | OpenError)
    return found


def sealed(document: Vector, vector: Vector) -> bytes:
    """A sealed value, with the change that a refused vector describes."""
    data = bytes.fromhex(document["sealed"][vector["sealed"]])
    if vector.get("flip"):
        data = flipped(data, *vector["flip"])
    return data[: vector.get("cut", len(data))]


def value_of(said: Any) -> Any:
    """What `diagnostic` wrote."""
    if isinstance(said, list):
        return [value_of(item) for item in said]
    if isinstance(said, dict) and "hex" in said:
        return bytes.fromhex(said["hex"])
    if isinstance(said, dict):
        return {key: value_of(item) for key, item in said["map"]}
    return said


def hexed(document: Vector, name: str) -> bytes:
    return bytes.fromhex(document[name])


@pytest.mark.parametrize("name", FORMATS)
def test_writing_the_vectors_again_changes_nothing(name: str) -> None:
    assert text(FORMATS[name]()) == (FOLDER / f"{name}.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_its_section_and_a_refusal(name: str) -> None:
    document = read(name)
    assert document["section"]
    assert document.get("refused") or document.get("refused_indexes") or name in {"tokens", "sender"}


def test_encoding() -> None:
    for vector in read("encoding")["vectors"]:
        value, data = value_of(vector["value"]), bytes.fromhex(vector["bytes"])
        assert encode(value) == data
        assert decode(data) == value
    for vector in refused("encoding"):
        with pytest.raises(error(vector["error"])):
            decode(bytes.fromhex(vector["bytes"]))


def test_keys() -> None:
    document = read("keys")
    for vector in document["x_wing"]:
        assert OpeningKey(hexed(vector, "seed")).sealing_key.public == hexed(vector, "public")
    for vector in document["device"]:
        key = DeviceSigningKey(hexed(vector, "seed"))
        assert key.public == hexed(vector, "public")
        assert device_id(key.public) == hexed(vector, "id")
        assert key.sign(b"message") == hexed(vector, "signature_of_message")
    for vector in document["officer"]:
        officer = OfficerSigningKey(hexed(vector, "seed"))
        assert officer.public == hexed(vector, "public")
        assert officer_id(officer.public) == hexed(vector, "id")
    for vector in document["chain"]:
        start = DeskSeed(DeskId(bytes(8)), 1, vector["first_day"], hexed(vector, "first_seed"))
        there = start.at(vector["day"])
        assert there.seed == hexed(vector, "seed")
        assert there.opening_key.key.sealing_key.public == hexed(vector, "public")


def test_sealed_under_keys() -> None:
    document = read("keys")
    hpke, shared = document["opens"]
    key, signature = OpeningKey(hexed(hpke, "seed")), document["holds"][0]

    def attempt(vector: Vector) -> object:
        data = sealed(document, vector)
        if vector["sealed"] == "hpke":
            return key.open(data, info=hexed(hpke, "info"))
        if vector["sealed"] == "shared":
            return primitives.open_secret(hexed(shared, "key"), data, info=hexed(shared, "info"))
        return primitives.officer_signature_holds(
            hexed(signature, "public"), data, hexed(signature, "message")
        )

    assert attempt(hpke) == hexed(hpke, "plain")
    assert attempt(shared) == hexed(shared, "plain")
    assert attempt(signature) is True
    for vector in document["refused"]:
        if vector["error"] == "does not hold":
            assert attempt(vector) is False
            continue
        with pytest.raises(error(vector["error"])):
            attempt(vector)


def test_key_slot() -> None:
    document = read("key_slot")
    assert normal_form(document["passphrase"]).encode() == hexed(document, "normal_form")
    assert open_slot(document["slot"], document["passphrase"]) == hexed(document, "key")
    for vector in document["refused"]:
        with pytest.raises(error(vector["error"])):
            open_slot({**document["slot"], **vector["change"]}, document["passphrase"])


def day_key(document: Vector, change: Vector | None = None) -> tuple[DayOpeningKey, OrganisationId]:
    """The day key that a file describes. The key itself stays; only what is bound to it changes."""
    where = {**document, **(change or {})}
    chain = DeskSeed(
        DeskId(hexed(where, "desk")), where["generation"], where["day"], hexed(where, "seed_of_day")
    )
    return chain.opening_key, OrganisationId(hexed(where, "org"))


def test_desk_keys() -> None:
    document = read("desk_keys")
    own, org = day_key(document)
    epoch = OpeningKey(hexed(document, "epoch_seed"))
    wrap = SeedWrap.from_wire(decode(hexed(document, "wire")))
    assert wrap.sealed == hexed(document["sealed"], "wrap")
    assert wrap.open(epoch, org=org).opening_key.key.sealing_key == own.key.sealing_key
    identity = DeviceSigningKey(hexed(document, "identity_seed"))
    key = EpochKey(device_id(identity.public), document["epoch"], epoch.sealing_key)
    assert key.certify(identity, org=org) == hexed(document, "certificate")
    key.verify(hexed(document, "certificate"), identity_public=identity.public, org=org)
    for vector in document["refused"]:
        changed = replace(wrap, **vector.get("change", {}))
        if "flip" in vector:
            changed = replace(wrap, sealed=flipped(wrap.sealed, *vector["flip"]))
        with pytest.raises(error(vector["error"])):
            changed.open(epoch, org=org)


def test_parcels() -> None:
    document = read("parcels")
    key, org = day_key(document)

    def parcel(vector: Vector) -> Parcel:
        return Parcel(bytes(16), key.desk, key.generation, key.day, sealed(document, vector))

    for vector in document["vectors"]:
        whole = replace(parcel(vector), id=hexed(vector, "id"))
        content = open_parcel(whole, key=key, org=org)
        assert (int(content.kind), content.code, content.at) == (vector["kind"], vector["code"], vector["at"])
        assert content.payload == value_of(vector["payload"])
        bodies = [chunk.to_body() for chunk in cut(whole)]
        assert [body[:64].hex() for body in bodies] == vector["chunk_heads"]
        assert [len(body) for body in bodies] == vector["chunk_lengths"]
        assert join([Chunk.from_body(body) for body in reversed(bodies)], desk=key.desk) == whole
    for vector in document["refused"]:
        with pytest.raises(error(vector["error"])):
            open_parcel(parcel(vector), key=key, org=org)


def test_cells() -> None:
    document = read("cells")

    def opened(vector: Vector) -> UntrustedCell:
        key, org = day_key(document, vector.get("change"))
        return open_cell(sealed(document, vector), key=key, org=org)

    for vector in document["vectors"]:
        assert len(sealed(document, vector)) == 16_384
        found = opened(vector)
        cell = found.cell
        assert cell.header() == hexed(vector, "header")
        assert (int(cell.kind), cell.sender.hex(), cell.incarnation, cell.counter, cell.body.hex()) == tuple(
            vector[name] for name in ("kind", "sender", "incarnation", "counter", "body")
        )
        for slot, key in document["slot_keys"].items():
            shown = found.vouched_by(bytes.fromhex(key), slot=int(slot))
            assert shown == (vector["sealed"] != "dummy")
    for vector in document["refused"]:
        with pytest.raises(error(vector["error"])):
            opened(vector)


def test_sender() -> None:
    for vector in read("sender")["vectors"]:
        message = sender.digest(DeskId(hexed(vector, "desk")), hexed(vector, "header"), hexed(vector, "body"))
        assert message == hexed(vector, "message")
        slot, key, mac = vector["slot"], hexed(vector, "key"), hexed(vector, "mac")
        slots = bytes(16 * slot) + mac + bytes(16 * (31 - slot))
        assert sender.slot_holds(slots, message, slot=slot, key=key)
        assert not sender.slot_holds(slots, message, slot=31 - slot, key=key)
    for vector in read("sender")["chains"]:
        chain = SlotChain.begin(hexed(vector, "seed"), first=vector["first"]).at(vector["counter"])
        assert chain.key == hexed(vector, "key")


def test_announcements() -> None:
    document = read("announcements")
    org, desk = OrganisationId(hexed(document, "org")), DeskId(hexed(document, "desk"))
    public = DeviceSigningKey(hexed(document, "identity_seed")).public
    names = ("introductions", "reply_key", "receipts", "chain_head")
    bodies = {name: hexed(document[name], "body") for name in names}
    seeds = {name: document[name].get("identity_seed", document["identity_seed"]) for name in names}
    by = {name: DeviceSigningKey(bytes.fromhex(seed)).public for name, seed in seeds.items()}
    said = read_announcement(bodies["introductions"], identity_public=public, org=org)
    assert isinstance(said, Introductions)
    entry = said.entries[0]
    assert (said.first, said.desk) == (document["introductions"]["first"], desk)
    assert (entry.handler, entry.epoch) == (hexed(document, "handler"), document["epoch"])
    assert entry.sealed == hexed(document["sealed"], "introduction")
    opened = entry.open(
        OpeningKey(hexed(document, "epoch_seed")), org=org, desk=desk, device=device_id(public)
    )
    assert opened == hexed(document, "pairwise_key")
    key = read_announcement(bodies["reply_key"], identity_public=public, org=org)
    assert isinstance(key, ReplyKey)
    assert (key.number, key.key.public.hex()) == tuple(document["reply_key"][n] for n in ("number", "public"))
    named = document["receipts"]
    found = read_announcement(bodies["receipts"], identity_public=by["receipts"], org=org)
    assert isinstance(found, Receipts)
    parcel = Parcel(
        hexed(named, "parcel"), desk, named["generation"], named["day"], hexed(named, "sealed_parcel")
    )
    assert parcel.digest == hexed(named, "digest")
    assert (found.desk, list(found.entries)) == (
        desk, [Receipt(DeviceId(hexed(named, "device")), parcel.id, parcel.digest)],
    )  # fmt: skip
    head = read_announcement(bodies["chain_head"], identity_public=by["chain_head"], org=org)
    assert isinstance(head, ChainHead)
    assert (head.desk, head.counter, head.hash) == (
        desk, document["chain_head"]["counter"], hexed(document["chain_head"], "hash"),
    )  # fmt: skip
    for vector in document["refused"]:
        changed, name = flipped(bodies[vector["of"]], *vector["flip"]), vector["of"]
        with pytest.raises(error(vector["error"])):
            read_announcement(changed, identity_public=by[name], org=org)


def test_operations() -> None:
    document = read("operations")
    by = DeviceSigningKey(hexed(document, "identity_seed"))
    wires = [hexed(vector, "bytes") for vector in document["vectors"]]
    for vector, wire in zip(document["vectors"], wires, strict=True):
        link = SignedOperation.read(wire, identity_public=by.public)
        assert link.operation == value_of(vector["operation"])
        assert (link.device.hex(), link.counter, link.previous.hex()) == tuple(
            vector[name] for name in ("device", "counter", "previous")
        )
        assert link_hash(wire) == hexed(vector, "hash")
        assert link.sign(by) == wire
    for vector in document["refused"]:
        with pytest.raises(error(vector["error"])):
            SignedOperation.read(flipped(wires[vector["of"]], *vector["flip"]), identity_public=by.public)


def test_reply_cells() -> None:
    document = read("reply_cells")
    org, key = OrganisationId(hexed(document, "org")), OpeningKey(hexed(document, "reply_seed"))
    handler = hexed(document, "handler_identity")
    for vector in document["vectors"]:
        word = HandlerWord.read(open_reply(sealed(document, vector), key=key, org=org))
        assert (int(word.kind), word.sender.hex(), word.counter, word.body.hex()) == tuple(
            vector[name] for name in ("kind", "sender", "counter", "body")
        )
        assert word.said_by(handler, to=hexed(document, "recipient"), org=org)  # type: ignore[arg-type]
    bitmap = document["confirmed_counters"]
    assert counters_in(bitmap["below"], hexed(bitmap, "bits"), up_to=11) == bitmap["counters"]
    for vector in document["refused"]:
        if vector["error"] == "not said":
            word = HandlerWord.read(open_reply(sealed(document, vector), key=key, org=org))
            assert not word.said_by(handler, to=hexed(vector, "recipient"), org=org)  # type: ignore[arg-type]
            continue
        with pytest.raises(error(vector["error"])):
            open_reply(sealed(document, vector), key=key, org=org)
