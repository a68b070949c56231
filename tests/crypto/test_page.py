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
from cryptography.exceptions import InvalidTag
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


def test_section_4_1_root() -> None:
    document = read("root")
    for vector in document["roots"]:
        assert sha(b"kantha/v1/root-hash\0" + unhex(vector["body"])).hex() == vector["hash"]
    assert document["roots"][0]["hash"] == document["org"]
    body, ((officer, signature),) = cbor2.loads(unhex(document["sealed"]["root-1"]))
    public = cbor2.loads(body)[5][0][0]
    assert sha(b"kantha/v1/officer\0" + public)[:16] == officer
    message = b"kantha/v1/root\0" + body
    require_signed(public[:32], signature[:64], message)
    mldsa.MLDSA65PublicKey.from_public_bytes(public[32:]).verify(signature[64:], message)


def test_section_4_3_directory() -> None:
    document = read("directory")
    org, values = unhex(document["org"]), document["sealed"]
    label = "kantha/v1/directory"
    phone = opened_secret(unhex(values["phone-part"]), unhex(document["directory_key"]), label, org, "phone")
    assert (len(phone) + 48) % 65_536 == 0
    head, content = cbor2.loads(framed(phone))
    assert sha(b"kantha/v1/directory-phone\0" + content).hex() == document["head"]["phone_hash"]
    body, signature = cbor2.loads(head)
    assert sha(b"kantha/v1/directory-head-hash\0" + body).hex() == document["head"]["hash"]
    root = cbor2.loads(cbor2.loads(cbor2.loads(content)[1][0])[0])
    publisher = dict(root[7])[cbor2.loads(body)[9]]
    require_signed(publisher, signature, b"kantha/v1/directory-head\0" + body)

    wraps, sealed = cbor2.loads(unhex(values["handler-part"]))
    assert len(wraps) == 32 * 1_168
    keys = []
    for start in range(0, len(wraps), 1_168):
        try:
            piece = wraps[start : start + 1_168]
            keys.append(opened(piece, unhex(document["epoch_seed"]), label, org, "handler-key"))
        except InvalidTag:
            continue
    (part_key,) = keys
    other, content = cbor2.loads(framed(opened_secret(sealed, part_key, label, org, "handler")))
    assert other == head
    assert sha(b"kantha/v1/directory-handler\0" + content).hex() == document["head"]["handler_hash"]
    assert len(cbor2.loads(content)[1]) == document["statements"]


def test_section_4_4_enrolment() -> None:
    document = read("enrolment")
    invitation, reply = unhex(document["invitation"]["bytes"]), unhex(document["reply"]["bytes"])
    fields = cbor2.loads(invitation)
    secret = fields[5]
    plain = base64.urlsafe_b64encode(invitation).rstrip(b"=").decode()
    assert document["invitation"]["text"] == "KANTHA1-INVITATION:" + plain
    assert hkdf(secret, b"kantha/v1/invitation-id", 16).hex() == document["invitation"]["id"]
    body, signature, code = cbor2.loads(reply)
    require_signed(cbor2.loads(body)[2], signature, b"kantha/v1/reply-signature\0" + body)
    assert mac(hkdf(secret, b"kantha/v1/reply-mac"), body + signature) == code
    transcript = sha(b"kantha/v1/transcript\0" + sha(invitation) + sha(reply))
    assert transcript.hex() == document["transcript"]
    stream = hkdf(transcript, b"kantha/v1/digits", 48)
    numbers = [int.from_bytes(stream[8 * i : 8 * i + 8], "big") % 100_000 for i in range(6)]
    assert " ".join(f"{number:05d}" for number in numbers) == document["digits"]
    cell = unhex(document["sealed"]["welcome"])
    plain_cell = opened(cell, unhex(document["reply"]["kem_seed"]), "kantha/v1/reply", fields[1], 1)
    assert (len(cell), len(plain_cell), plain_cell[:2]) == (4_096, 2_960, b"\1\1")
    content = plain_cell[4 : 4 + int.from_bytes(plain_cell[2:4], "big")]
    assert mac(hkdf(secret, b"kantha/v1/welcome-mac"), transcript + content[32:]) == content[:32]
    assert cbor2.loads(content[32:])[8].hex() == document["welcome"]["directory_key"]


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


def test_sections_6_4_to_6_6_announcements_operations_and_replies() -> None:
    document = read("announcements")
    who = [unhex(document[name]) for name in ("org", "desk", "device", "handler")]
    sealed = unhex(document["sealed"]["introduction"])
    key = opened(sealed, unhex(document["epoch_seed"]), "kantha/v1/introduction", *who, document["epoch"])
    assert key.hex() == document["pairwise_key"]
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
    for vector in document["tokens"]:
        seed = hkdf(unhex(document["master"]), b"kantha/v1/token-slot" + vector["slot"].to_bytes(4, "big"))
        place = b"".join(vector[name].to_bytes(4, "big") for name in ("epoch", "week", "index"))
        token = mac(seed, b"kantha/v1/token\0" + place)
        assert token.hex() == vector["token"]
        assert sha(token)[:16].hex() == vector["hash"]


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
