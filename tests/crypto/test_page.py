"""A second reader of the vectors, written from docs/protocol.md alone: none of our own code is imported here.

What this file says in its own words is what the page says; if either is wrong, the vectors do not open.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric import ed25519, mldsa, mlkem, x25519
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
unhex = bytes.fromhex


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def mac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, "sha256").digest()


def hkdf(secret: bytes, info: bytes, length: int = 32, salt: bytes | None = None) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


def pair(seed: bytes) -> tuple[hpke.MLKEM768X25519PrivateKey, bytes]:
    expanded = hashlib.shake_256(seed).digest(96)
    kem = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
    dh = x25519.X25519PrivateKey.from_private_bytes(expanded[64:])
    public = kem.public_key().public_bytes_raw() + dh.public_key().public_bytes_raw()
    return hpke.MLKEM768X25519PrivateKey(kem, dh), public


def opened(sealed: bytes, seed: bytes, *info: object) -> bytes:
    return SUITE.decrypt(sealed, pair(seed)[0], cbor2.dumps(list(info)))


def opened_secret(sealed: bytes, key: bytes, *info: object) -> bytes:
    salt = sealed[:32]
    once = hkdf(key, cbor2.dumps(list(info)), salt=salt)
    return ChaCha20Poly1305(once).decrypt(bytes(12), sealed[32:], None)


def require_signed(public: bytes, signature: bytes, message: bytes) -> None:
    """Raises InvalidSignature."""
    ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, message)


def framed(data: bytes) -> bytes:
    end = 4 + int.from_bytes(data[:4], "big")
    assert not any(data[end:])
    return data[4:end]


def where(document: dict[str, Any]) -> tuple[bytes, bytes, int, int]:
    return unhex(document["org"]), unhex(document["desk"]), document["generation"], document["day"]


def test_section_3_ids_and_key_pairs() -> None:
    document = read("keys")
    for vector in document["x_wing"]:
        assert pair(unhex(vector["seed"]))[1].hex() == vector["public"]
    for vector in document["device"]:
        assert sha(b"kantha/v1/device\0" + unhex(vector["public"]))[:16].hex() == vector["id"]
    for vector in document["officer"]:
        seeds = [hkdf(unhex(vector["seed"]), b"kantha/v1/officer-" + n) for n in (b"ed25519", b"ml-dsa-65")]
        first = ed25519.Ed25519PrivateKey.from_private_bytes(seeds[0]).public_key().public_bytes_raw()
        second = mldsa.MLDSA65PrivateKey.from_seed_bytes(seeds[1]).public_key().public_bytes_raw()
        assert (first + second).hex() == vector["public"]
        assert sha(b"kantha/v1/officer\0" + first + second)[:16].hex() == vector["id"]


def test_section_5_chain_certificate_and_wrap() -> None:
    for vector in read("keys")["chain"]:
        seed = unhex(vector["first_seed"])
        for _ in range(vector["day"] - vector["first_day"]):
            seed = hkdf(seed, b"kantha/v1/desk-seed-next")
        assert seed.hex() == vector["seed"]
        assert pair(hkdf(seed, b"kantha/v1/day-key"))[1].hex() == vector["public"]
    document = read("desk_keys")
    org, desk, generation, day = where(document)
    handler, epoch, seed = unhex(document["handler"]), document["epoch"], unhex(document["epoch_seed"])
    said = cbor2.dumps(["kantha/v1/epoch-key", org, handler, epoch, pair(seed)[1]])
    identity = ed25519.Ed25519PrivateKey.from_private_bytes(unhex(document["identity_seed"]))
    assert identity.sign(said).hex() == document["certificate"]
    label = ("kantha/v1/seed-wrap", org, desk, generation, day, handler, epoch)
    assert opened(unhex(document["sealed"]["wrap"]), seed, *label).hex() == document["seed_of_day"]


def test_sections_6_1_and_6_2_parcels_and_cells() -> None:
    document = read("parcels")
    day_seed = hkdf(unhex(document["seed_of_day"]), b"kantha/v1/day-key")
    for vector in document["vectors"]:
        sealed = unhex(document["sealed"][vector["sealed"]])
        plain = opened(sealed, day_seed, "kantha/v1/parcel", *where(document), 0)
        content = cbor2.loads(framed(plain))
        assert len(plain) % 1_024 == 0
        assert (content[1], content[2], content[3]) == (vector["kind"], vector["code"], vector["at"])
    document = read("cells")
    for vector in document["vectors"]:
        sealed = unhex(document["sealed"][vector["sealed"]])
        plain = opened(sealed, day_seed, "kantha/v1/cell", *where(document), 0)
        assert (len(sealed), len(plain)) == (16_384, 15_248)
        end = 544 + int.from_bytes(plain[30:32], "big")
        assert plain[544:end].hex() == vector["body"]
        assert not any(plain[end:])
        assert (plain[0], plain[1], plain[2:18].hex()) == (1, vector["kind"], vector["sender"])
        assert int.from_bytes(plain[18:22], "big") == vector["incarnation"]
        assert int.from_bytes(plain[22:30], "big") == vector["counter"]
        message = sha(unhex(document["desk"]) + plain[:32] + sha(plain[544:end]))
        for slot, key in document["slot_keys"].items():
            code = mac(unhex(key), b"kantha/v1/sender\0" + bytes([int(slot)]) + message)[:16]
            start = 32 + 16 * int(slot)
            assert (plain[start : start + 16] == code) == (vector["kind"] != 0)


def test_section_6_3_slot_keys() -> None:
    for vector in read("sender").get("chains", []):
        block, place = unhex(vector["seed"]), vector["counter"] - vector["first"]
        for _ in range(place // 64):
            block = mac(block, b"kantha/v1/slot-block")
        step = mac(block, b"kantha/v1/slot-first")
        for _ in range(place % 64):
            step = mac(step, b"kantha/v1/slot-next")
        assert mac(step, b"kantha/v1/slot-key").hex() == vector["key"]


def test_sections_6_4_to_6_6_announcements_operations_and_replies() -> None:
    document = read("announcements")
    who = [unhex(document[name]) for name in ("org", "desk", "device", "handler")]
    sealed = unhex(document["sealed"]["introduction"])
    key = opened(sealed, unhex(document["epoch_seed"]), "kantha/v1/introduction", *who, document["epoch"])
    assert key.hex() == document["pairwise_key"]
    for name, said in (("receipts", document.get("receipts")), ("chain_head", document.get("chain_head"))):
        if said:
            body, signature = cbor2.loads(unhex(said["body"]))
            handler = ed25519.Ed25519PrivateKey.from_private_bytes(unhex(said["identity_seed"]))
            assert handler.sign(b"kantha/v1/announce\0" + body) == signature
            assert cbor2.loads(body)[1] == (4 if name == "receipts" else 5)
    previous = bytes(32)
    for vector in read("operations")["vectors"]:
        body, _signature = cbor2.loads(unhex(vector["bytes"]))
        assert cbor2.loads(body)[3] == previous
        previous = sha(b"kantha/v1/operation-link\0" + unhex(vector["bytes"]))
    document = read("reply_cells")
    org, recipient = unhex(document["org"]), unhex(document["recipient"])
    for vector in document["vectors"]:
        sealed = unhex(document["sealed"][vector["sealed"]])
        plain = opened(sealed, unhex(document["reply_seed"]), "kantha/v1/reply", org, 1)
        content = plain[4 : 4 + int.from_bytes(plain[2:4], "big")]
        sender, counter, body = content[:16], int.from_bytes(content[16:24], "big"), content[88:]
        assert (counter, body.hex()) == (vector["counter"], vector["body"])
        said = cbor2.dumps(["kantha/v1/reply-body", org, recipient, plain[1], sender, counter, body])
        require_signed(unhex(document["handler_identity"]), content[24:88], said)


def test_section_7_1_tokens() -> None:
    document = read("tokens")
    master = unhex(document["master"])

    def u32(*numbers: int) -> bytes:
        return b"".join(number.to_bytes(4, "big") for number in numbers)

    def seed(kind: bytes, slot: int, use: int) -> bytes:
        return hkdf(master, b"kantha/v1/token-" + kind + u32(slot, use))

    def token(of: bytes, epoch: int, week: int, index: int) -> bytes:
        return mac(of, b"kantha/v1/token\0" + u32(epoch, week, index))

    for vector in document["seeds"]:
        assert seed(b"slot", vector["slot"], vector["use"]).hex() == vector["own"]
        assert seed(b"first", vector["slot"], vector["use"]).hex() == vector["first"]
    for vector in document["tokens"]:
        of = seed(b"slot", vector["slot"], vector["use"])
        made = token(of, vector["epoch"], vector["week"], vector["index"])
        assert (made.hex(), sha(made)[:16].hex()) == (vector["token"], vector["hash"])
    week = document["set"]
    made_for = [
        token(seed(kind, slot, use), week["epoch"], week["week"], index)
        for slot, use in enumerate(week["uses"])
        for kind, count in ((b"slot", week["tokens_per_week"]), (b"first", 32))
        for index in range(count)
    ]
    assert b"".join(sorted(sha(one)[:16] for one in made_for)).hex() == week["hashes"]
    for vector in document["states"]:
        spoken = cbor2.dumps([vector["tokens_per_week"], vector["uses"]])
        assert sha(b"kantha/v1/token-state\0" + spoken).hex() == vector["digest"]


def test_section_11_key_slot() -> None:
    document = read("key_slot")
    slot = document["slot"]
    salt, sealed = (base64.b64decode(slot[name]) for name in ("salt", "sealed"))
    kek = Argon2id(
        salt=salt, length=32, iterations=slot["passes"], lanes=slot["lanes"], memory_cost=slot["memory_kib"]
    ).derive(unhex(document["normal_form"]))
    assert unhex(document["normal_form"]).decode().split() == document["passphrase"].split()
    parameters = [slot[name] for name in ("kdf", "memory_kib", "passes", "lanes")]
    assert opened_secret(sealed, kek, "kantha/v1/vault-slot", salt, *parameters).hex() == document["key"]
