"""Published known answers, from the files that come with `cryptography_vectors`.

HPKE with X-Wing and our KDF and AEAD is in draft-ietf-hpke-pq's vectors, so the suite that seals every cell
is checked whole: key pair from the seed, and opening. Sealing cannot be checked this way, since the library
draws its own randomness; what it seals is opened by the same code.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cryptography_vectors
import pytest
from cryptography.hazmat.primitives.asymmetric import mlkem
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from crypto import primitives
from crypto.primitives import OpenError, OpeningKey

VECTORS = Path(cryptography_vectors.__file__).parent


def hpke_x_wing() -> dict[str, Any]:
    everything = json.loads((VECTORS / "HPKE" / "hpke-pq-test-vectors.json").read_text())
    (found,) = [
        v for v in everything if (v["mode"], v["kem_id"], v["kdf_id"], v["aead_id"]) == (0, 0x647A, 1, 3)
    ]
    return {name: bytes.fromhex(v) if isinstance(v, str) else v for name, v in found.items()}


def records(path: str) -> Iterator[dict[str, str]]:
    """Blocks of "name = value" lines that each begin with "count" (NIST's .rsp form)."""
    record: dict[str, str] = {}
    for line in (VECTORS / path).read_text().splitlines():
        name, equals, value = line.partition(" = ")
        if not equals:
            continue
        if name == "count" and record:
            yield record
            record = {}
        record[name] = value.strip()
    yield record


def test_an_x_wing_pair_from_its_seed_is_the_published_one() -> None:
    vector = hpke_x_wing()
    assert OpeningKey(vector["skRm"]).sealing_key.public == vector["pkRm"]


def test_a_message_under_the_published_hpke_key_opens() -> None:
    """Encapsulation and key schedule are the published ones; the messages there have associated data."""
    vector = hpke_x_wing()
    key = OpeningKey(vector["skRm"])
    message = ChaCha20Poly1305(vector["key"]).encrypt(vector["base_nonce"], b"word", None)
    assert key.open(vector["enc"] + message, info=vector["info"]) == b"word"
    published = bytes.fromhex(vector["encryptions"][0]["ct"])
    for sealed, info in ((vector["enc"] + message, b""), (vector["enc"] + published, vector["info"])):
        with pytest.raises(OpenError):
            key.open(sealed, info=info)


def test_ml_dsa_65_accepts_the_published_signatures_of_an_empty_context() -> None:
    checked = 0
    for record in records("asymmetric/MLDSA/kat_MLDSA_65_det_pure.rsp"):
        message, public = bytes.fromhex(record["msg"]), bytes.fromhex(record["pk"])
        signature = bytes.fromhex(record["sm"])[: primitives.MLDSA_SIGNATURE_BYTES]
        if record["ctx"]:
            assert not primitives._mldsa_verify(public, signature, message)
            continue
        assert primitives._mldsa_verify(public, signature, message)
        assert not primitives._mldsa_verify(public, signature, message + b"x")
        checked += 1
        if checked == 5:
            break


def test_an_ml_kem_pair_from_its_seed_is_the_published_one() -> None:
    for record in list(records("asymmetric/MLKEM/kat_MLKEM_768.rsp"))[:5]:
        seed = bytes.fromhex(record["d"] + record["z"])
        public = mlkem.MLKEM768PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw()
        assert public == bytes.fromhex(record["pk"])


def test_hkdf_is_rfc_5869() -> None:
    """Test case 1 and, without salt, test case 3."""
    okm = primitives.hkdf(
        b"\x0b" * 22,
        info=bytes.fromhex("f0f1f2f3f4f5f6f7f8f9"),
        length=42,
        salt=bytes.fromhex("000102030405060708090a0b0c"),
    )
    assert okm.hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )
    bare = primitives.hkdf(b"\x0b" * 22, info=b"", length=42)
    assert bare.hex() == (
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    )


def test_hmac_is_rfc_4231() -> None:
    assert primitives.hmac_sha256(b"Jefe", b"what do ya want for nothing?").hex() == (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )


def test_ed25519_is_rfc_8032() -> None:
    """Test 2 of section 7.1."""
    key = primitives.DeviceSigningKey(
        bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    )
    assert key.public.hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert key.sign(b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


def test_argon2id_is_the_published_one() -> None:
    """The reference implementation's vector: 64 MiB, 2 passes, 1 lane, "password", "somesalt", 32 bytes."""
    out = primitives.argon2id(b"password", salt=b"somesalt", memory_kib=65_536, passes=2, lanes=1)
    assert out.hex() == "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"
