"""Vectors of encoding, keys and key slot."""

from __future__ import annotations

from typing import Any

from crypto import primitives
from crypto.desk_keys import DeskSeed
from crypto.encoding import encode
from crypto.ids import DeskId, device_id, officer_id
from crypto.passphrases import MINIMUM_MEMORY_KIB, new_slot, normal_form, open_slot
from crypto.primitives import DeviceSigningKey, OfficerSigningKey, OpeningKey
from tests.vectors.frozen import FOLDER, Frozen, read

SEEDS = (bytes(32), bytes(range(32)), b"\xff" * 32)


def diagnostic(value: Any) -> Any:
    """A value in JSON: byte strings as {"hex": …}, maps as {"map": [[key, value], …]}."""
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, list):
        return [diagnostic(item) for item in value]
    if isinstance(value, dict):
        return {"map": [[key, diagnostic(item)] for key, item in value.items()]}
    return value


def _nested(levels: int) -> Any:
    return 0 if levels == 0 else [_nested(levels - 1)]


def encoding() -> dict[str, Any]:
    values: list[Any] = [
        0, 23, 24, 255, 256, 65_536, 2**32, 2**64 - 1, -1, -(2**63), b"", b"\0\1", "", "কাঁথা", True, False,
        None,        [], [1, [2, [3]]], {}, {1: b"a", 2: None}, {"b": 1, "a": 2, 1: 3, 300: 4},
        "\ufeff\U0001f9f5", _nested(24),
    ]  # fmt: skip
    refused = {
        "empty": "",
        "a byte after the end": "0100",
        "an integer not in its shortest form": "1801",
        "a length not in its shortest form": "580161",
        "an indefinite list": "9f01ff",
        "an indefinite byte string": "5f4161ff",
        "keys out of order": "a202000100",
        "a key twice": "a201000100",
        "a half-precision float": "f93c00",
        "a double": "fb3ff0000000000000",
        "undefined": "f7",
        "a tag": "c101",
        "a small integer as a bignum": "c24101",
        "an integer beyond 64 bits": "c249010000000000000000",
        "text that is no UTF-8": "61ff",
        "a byte string as key": "a1416100",
        "a list as key": "a18000",
        "true as key": "a1f500",
        "an integer below -2^63": "3b8000000000000000",
        "25 levels": "81" * 25 + "00",
        "a length beyond the end": "5affffffff",
    }
    return {
        "section": "2",
        "vectors": [{"value": diagnostic(value), "bytes": encode(value).hex()} for value in values],
        "refused": [
            {"name": name, "bytes": data, "error": "EncodingError"} for name, data in refused.items()
        ],
    }


def keys() -> dict[str, Any]:
    frozen = Frozen("keys")
    pair = OpeningKey(SEEDS[1])
    message = frozen.keep(
        "hpke",
        make=lambda: pair.sealing_key.seal(b"message", info=b"info"),
        good=lambda data: pair.open(data, info=b"info") == b"message",
    )
    secret = frozen.keep(
        "shared",
        make=lambda: primitives.seal_secret(SEEDS[1], b"message", info=b"info"),
        good=lambda data: primitives.open_secret(SEEDS[1], data, info=b"info") == b"message",
    )
    signer = OfficerSigningKey(SEEDS[1])
    signature = frozen.keep(
        "officer-signature",
        make=lambda: signer.sign(b"message"),
        good=lambda data: primitives.officer_signature_holds(signer.public, data, b"message"),
    )
    chain = DeskSeed(DeskId(b"deskdesk"), 1, 20_000, SEEDS[1])
    return {
        "section": "3, 5.1",
        "sealed": frozen.used,
        "x_wing": [
            {"seed": seed.hex(), "public": OpeningKey(seed).sealing_key.public.hex()} for seed in SEEDS
        ],
        "device": [
            {"seed": seed.hex(), "public": key.public.hex(), "id": device_id(key.public).hex(),
             "signature_of_message": key.sign(b"message").hex()}
            for seed in SEEDS for key in [DeviceSigningKey(seed)]
        ],
        "officer": [
            {"seed": seed.hex(), "public": key.public.hex(), "id": officer_id(key.public).hex()}
            for seed in SEEDS[:2] for key in [OfficerSigningKey(seed)]
        ],
        "chain": [
            {"first_day": 20_000, "first_seed": SEEDS[1].hex(), "day": day, "seed": at.seed.hex(),
             "public": at.opening_key.key.sealing_key.public.hex()}
            for day in (20_000, 20_001, 20_007, 20_044) for at in [chain.at(day)]
        ],
        "opens": [
            {"sealed": "hpke", "seed": SEEDS[1].hex(), "info": b"info".hex(), "plain": b"message".hex()},
            {"sealed": "shared", "key": SEEDS[1].hex(), "info": b"info".hex(), "plain": b"message".hex()},
        ],
        "holds": [
            {"sealed": "officer-signature", "public": signer.public.hex(), "message": b"message".hex()}
        ],
        "refused": [
            {"sealed": "hpke", "flip": [0, 0], "error": "OpenError"},
            {"sealed": "hpke", "flip": [1_087, 7], "error": "OpenError"},
            {"sealed": "hpke", "flip": [1_088, 0], "error": "OpenError"},
            {"sealed": "hpke", "flip": [1_120, 3], "error": "OpenError"},
            {"sealed": "hpke", "flip": [len(message) - 1, 7], "error": "OpenError"},
            {"sealed": "shared", "flip": [0, 0], "error": "OpenError"},
            {"sealed": "shared", "flip": [len(secret) - 1, 0], "error": "OpenError"},
            {"sealed": "officer-signature", "flip": [0, 0], "error": "does not hold"},
            {"sealed": "officer-signature", "flip": [64, 0], "error": "does not hold"},
            {"sealed": "officer-signature", "flip": [len(signature) - 1, 0], "error": "does not hold"},
        ],
    }  # fmt: skip


def key_slot() -> dict[str, Any]:
    passphrase, key = "  নদী বাতি\u00a0এগারো  ছাগল ", SEEDS[1]
    slot: dict[str, Any] | None = None
    if (FOLDER / "key_slot.json").exists():
        slot = read("key_slot")["slot"]
        try:
            slot = slot if open_slot(slot or {}, passphrase) == key else None
        except Exception:
            slot = None
    slot = slot or new_slot(passphrase, key, memory_kib=MINIMUM_MEMORY_KIB)
    return {
        "section": "11",
        "passphrase": passphrase,
        "normal_form": normal_form(passphrase).encode().hex(),
        "key": key.hex(),
        "slot": slot,
        "refused": [
            {"change": {"passes": 1}, "error": "WrongPassphraseError"},
            {"change": {"memory_kib": 65_537}, "error": "WrongPassphraseError"},
            {"change": {"memory_kib": 65_535}, "error": "SlotDamagedError"},
            {"change": {"version": 2}, "error": "SlotDamagedError"},
            {"change": {"kdf": "argon2i"}, "error": "SlotDamagedError"},
            {"change": {"salt": "AAAA"}, "error": "SlotDamagedError"},
        ],
    }
