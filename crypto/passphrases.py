"""From a passphrase to a vault's key: Argon2id, and a key slot that can be replaced without re-encrypting.

A slot is a small JSON document beside the vault: the Argon2id parameters, the salt and the vault's random key
sealed under what Argon2id gives. The parameters are bound into the seal, so lowering them in the file does
not open it faster.
"""

from __future__ import annotations

import base64
import unicodedata
from itertools import pairwise
from typing import Any, Final

from crypto import primitives
from crypto.encoding import encode
from crypto.errors import SlotDamagedError, WeakPassphraseError, WrongPassphraseError

MEMORY_KIB: Final = 256 * 1024
"""256 MiB: what a phone of 2019 can give for half a second."""
MINIMUM_MEMORY_KIB: Final = 64 * 1024
"""Small phones; a slot below this is refused."""
MAXIMUM_MEMORY_KIB: Final = 1024 * 1024
"""A tampered slot must not ask for more memory than a desktop has to spare."""
PASSES: Final = 3
LANES: Final = 4
MINIMUM_CHARACTERS: Final = 16
_MINIMUM_DIFFERENT: Final = 6
_LABEL: Final = "kantha/v1/vault-slot"

_COMMON: Final = (
    "correct horse battery staple", "correcthorsebatterystaple", "passwordpassword", "password12345678",
    "passwordpassword1", "1234567890123456", "12345678901234567890", "qwertyuiopasdfgh", "qwertyuiop123456",
    "qwertyqwertyqwerty", "iloveyouiloveyou", "letmeinletmeinletmein", "bangladesh123456",
    "bangladeshbangladesh", "joy bangla joy bangla", "cambodia12345678", "cambodiacambodia",
    "kampuchea1234567", "phnompenh1234567", "dhakadhakadhakadhaka", "gazipur1234567890", "thequickbrownfox",
    "the quick brown fox", "abcdefghijklmnop", "abcdefghijklmnopqrstuvwxyz", "1q2w3e4r5t6y7u8i",
    "administrator1234", "changemechangeme", "trustno1trustno1", "kanthakanthakantha", "kantha1234567890",
    "testtesttesttest", "unionunionunionunion",
)  # fmt: skip


def normal_form(passphrase: str) -> str:
    """NFKC, outer spaces off, runs of spaces folded: the same passphrase typed on any keyboard."""
    return " ".join(unicodedata.normalize("NFKC", passphrase).split())


def check_strength(passphrase: str) -> None:
    """Refuse what is guessed first: under 16 characters, common phrases, repeats, runs; with the reason."""
    text = normal_form(passphrase)
    if len(text) < MINIMUM_CHARACTERS:
        raise WeakPassphraseError("This passphrase has fewer than 16 characters.")
    folded = "".join(character for character in text.casefold() if character.isalnum())
    common = {"".join(character for character in phrase if character.isalnum()) for phrase in _COMMON}
    if folded in common or folded.rstrip("0123456789") in common:
        raise WeakPassphraseError("This passphrase is on every list of common ones.")
    if len(set(folded)) < _MINIMUM_DIFFERENT or _is_repeat(folded):
        raise WeakPassphraseError("This passphrase repeats itself.")
    if _is_run(folded):
        raise WeakPassphraseError("This passphrase is only a row of neighbouring keys or numbers.")


def _is_repeat(text: str) -> bool:
    return any(
        (text[:size] * (len(text) // size + 1))[: len(text)] == text for size in range(1, len(text) // 2 + 1)
    )


def _is_run(text: str) -> bool:
    steps = {ord(right) - ord(left) for left, right in pairwise(text)}
    return steps in ({1}, {-1})


def new_slot(passphrase: str, key: bytes, *, memory_kib: int = MEMORY_KIB) -> dict[str, Any]:
    """A JSON-able key slot that opens `key` (32 bytes) with `passphrase`. Does not judge the passphrase."""
    if not MINIMUM_MEMORY_KIB <= memory_kib <= MAXIMUM_MEMORY_KIB:
        raise ValueError("Argon2id memory is out of range")
    salt = primitives.random_bytes(16)
    parameters = {"kdf": "argon2id", "memory_kib": memory_kib, "passes": PASSES, "lanes": LANES}
    wrapping = _wrapping_key(passphrase, salt, parameters)
    sealed = primitives.seal_secret(wrapping, key, info=_info(salt, parameters))
    return {"version": 1, **parameters, "salt": _text(salt), "sealed": _text(sealed)}


def open_slot(slot: dict[str, Any], passphrase: str) -> bytes:
    """The vault's key. `WrongPassphraseError`, or `SlotDamagedError` for a slot that is not one."""
    salt, sealed, parameters = _parts(slot)
    wrapping = _wrapping_key(passphrase, salt, parameters)
    try:
        return primitives.open_secret(wrapping, sealed, info=_info(salt, parameters))
    except primitives.OpenError as error:
        raise WrongPassphraseError from error


def _parts(slot: dict[str, Any]) -> tuple[bytes, bytes, dict[str, Any]]:
    try:
        parameters = {name: slot[name] for name in ("kdf", "memory_kib", "passes", "lanes")}
        salt, sealed = (base64.b64decode(slot[name], validate=True) for name in ("salt", "sealed"))
        version = slot["version"]
        numbers = [parameters[name] for name in ("memory_kib", "passes", "lanes")]
    except (KeyError, TypeError, ValueError) as error:
        raise SlotDamagedError from error
    if version != 1 or parameters["kdf"] != "argon2id" or any(type(number) is not int for number in numbers):
        raise SlotDamagedError
    in_range = MINIMUM_MEMORY_KIB <= parameters["memory_kib"] <= MAXIMUM_MEMORY_KIB
    if (
        not in_range
        or not 1 <= parameters["passes"] <= 64
        or not 1 <= parameters["lanes"] <= 64
        or len(salt) != 16
    ):
        raise SlotDamagedError
    if len(sealed) != primitives.SECRET_OVERHEAD_BYTES + 32:
        raise SlotDamagedError
    return salt, sealed, parameters


def _wrapping_key(passphrase: str, salt: bytes, parameters: dict[str, Any]) -> bytes:
    return primitives.argon2id(
        normal_form(passphrase).encode(),
        salt=salt,
        memory_kib=parameters["memory_kib"],
        passes=parameters["passes"],
        lanes=parameters["lanes"],
    )


def _info(salt: bytes, parameters: dict[str, Any]) -> bytes:
    return encode([_LABEL, salt, *(parameters[name] for name in ("kdf", "memory_kib", "passes", "lanes"))])


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
