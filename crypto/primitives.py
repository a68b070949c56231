"""The only door to the `cryptography` package.

One suite, no negotiation (protocol.md section 3): HPKE base mode with X-Wing, HKDF-SHA256 and
ChaCha20-Poly1305; Ed25519; Ed25519 and ML-DSA-65 together for root and roster; HMAC-SHA256; Argon2id. No
algorithm, nonce or mode appears in a public signature. If the installed build lacks a primitive, importing
this module raises `MissingPrimitiveError`: there is no fallback.
"""

from __future__ import annotations

import hashlib
import hmac as _hmac
import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from crypto.errors import EncodingError, MissingPrimitiveError

try:
    from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes, hpke
    from cryptography.hazmat.primitives.asymmetric import ed25519, mldsa, mlkem, x25519
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    _SUITE: Final = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
    _PROBE: Final = x25519.X25519PrivateKey.generate()
    mlkem.MLKEM768PrivateKey.generate()
    mldsa.MLDSA65PrivateKey.generate()
except (
    ImportError,
    AttributeError,
    UnsupportedAlgorithm,
) as error:  # pragma: no cover - tested in a subprocess
    raise MissingPrimitiveError from error

SEED_BYTES: Final = 32
XWING_PUBLIC_BYTES: Final = 1184 + 32
XWING_OVERHEAD_BYTES: Final = 1088 + 32 + 16
"""What HPKE adds to a message: ML-KEM ciphertext, X25519 share, Poly1305 tag."""
ED25519_BYTES: Final = 32
ED25519_SIGNATURE_BYTES: Final = 64
MLDSA_PUBLIC_BYTES: Final = 1952
MLDSA_SIGNATURE_BYTES: Final = 3309


class OpenError(Exception):
    """A ciphertext did not open; the caller says in its own words what that means."""


def random_bytes(count: int) -> bytes:
    """`count` bytes from the operating system's generator."""
    return secrets.token_bytes(count)


def random_below(limit: int) -> int:
    """A uniform integer in [0, limit) from the operating system's generator."""
    return secrets.randbelow(limit)


def sha256(data: bytes) -> bytes:
    """SHA-256, 32 bytes."""
    return hashlib.sha256(data).digest()


def hmac_sha256(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA256, 32 bytes."""
    return _hmac.digest(key, data, "sha256")


@lru_cache(maxsize=256)
def _keyed(key: bytes, prefix: bytes) -> _hmac.HMAC:
    return _hmac.new(key, prefix, "sha256")


def hmac_sha256_prefixed(key: bytes, prefix: bytes, data: bytes) -> bytes:
    """HMAC-SHA256 of `prefix ‖ data`; the keyed state is kept: a session has few keys and many cells."""
    state = _keyed(key, prefix).copy()
    state.update(data)
    return state.digest()


def same(left: bytes, right: bytes) -> bool:
    """Equality in constant time."""
    return _hmac.compare_digest(left, right)


def hkdf(secret: bytes, *, info: bytes, length: int = 32, salt: bytes = b"") -> bytes:
    """HKDF-SHA256 (RFC 5869). Every use has its own `info`, so no key serves two purposes."""
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt or None, info=info).derive(secret)


def argon2id(passphrase: bytes, *, salt: bytes, memory_kib: int, passes: int, lanes: int) -> bytes:
    """Argon2id (RFC 9106), 32 bytes out."""
    return Argon2id(salt=salt, length=32, iterations=passes, lanes=lanes, memory_cost=memory_kib).derive(
        passphrase
    )


# --- sealing to a public key --------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def _xwing_public(public: bytes) -> hpke.MLKEM768X25519PublicKey:
    return hpke.MLKEM768X25519PublicKey(
        mlkem.MLKEM768PublicKey.from_public_bytes(public[:1184]),
        x25519.X25519PublicKey.from_public_bytes(public[1184:]),
    )


@lru_cache(maxsize=4096)
def is_sealing_key(public: bytes) -> bool:
    """Whether something can be sealed to this key: ML-KEM coefficients below q, no X25519 point of low order.

    One bad key in a directory or an announcement would otherwise stop every session that meets it.
    """
    if len(public) != XWING_PUBLIC_BYTES:
        return False
    try:
        _xwing_public(public)
        _PROBE.exchange(x25519.X25519PublicKey.from_public_bytes(public[1184:]))
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class SealingKey:
    """The public half of an X-Wing pair: 1,216 bytes, ML-KEM-768 then X25519."""

    public: bytes

    def __post_init__(self) -> None:
        if len(self.public) != XWING_PUBLIC_BYTES:
            raise ValueError("not an X-Wing public key")

    @classmethod
    def read(cls, public: bytes) -> SealingKey:
        """A key off the wire; `EncodingError` for one to which nothing can be sealed."""
        if not is_sealing_key(public):
            raise EncodingError
        return cls(public)

    def seal(self, plaintext: bytes, *, info: bytes) -> bytes:
        """HPKE base mode, single shot: the ciphertext is `XWING_OVERHEAD_BYTES` longer than the plaintext."""
        try:
            key = _xwing_public(self.public)
        except Exception as error:
            raise ValueError("not an X-Wing public key") from error
        return _SUITE.encrypt(plaintext, key, info)


@dataclass(frozen=True)
class OpeningKey:
    """The private half, from a 32-byte seed as draft-connolly-cfrg-xwing-kem says: SHAKE256(seed, 96)."""

    seed: bytes = field(repr=False)
    _private: hpke.MLKEM768X25519PrivateKey = field(init=False, repr=False, compare=False)
    sealing_key: SealingKey = field(init=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.seed) != SEED_BYTES:
            raise ValueError("an X-Wing seed has 32 bytes")
        expanded = hashlib.shake_256(self.seed).digest(96)
        kem = mlkem.MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        dh = x25519.X25519PrivateKey.from_private_bytes(expanded[64:])
        public = kem.public_key().public_bytes_raw() + dh.public_key().public_bytes_raw()
        object.__setattr__(self, "_private", hpke.MLKEM768X25519PrivateKey(kem, dh))
        object.__setattr__(self, "sealing_key", SealingKey(public))

    @classmethod
    def generate(cls) -> OpeningKey:
        """A fresh random pair."""
        return cls(random_bytes(SEED_BYTES))

    def open(self, sealed: bytes, *, info: bytes) -> bytes:
        """The plaintext, or `OpenError` for any other key, info or ciphertext."""
        try:
            return _SUITE.decrypt(sealed, self._private, info)
        except (InvalidTag, ValueError) as error:
            raise OpenError from error


# --- sealing under a shared key -----------------------------------------------------------------------------

_SALT_BYTES: Final = 32
SECRET_OVERHEAD_BYTES: Final = _SALT_BYTES + 16


def seal_secret(key: bytes, plaintext: bytes, *, info: bytes) -> bytes:
    """Seal under a symmetric key: salt (32) then ciphertext and tag.

    Each message has its own key, HKDF(key, salt, info), used once with the zero nonce: no nonce can ever
    repeat (the construction of the age v1 payload key).
    """
    salt = random_bytes(_SALT_BYTES)
    return salt + ChaCha20Poly1305(hkdf(key, info=info, salt=salt)).encrypt(bytes(12), plaintext, None)


def open_secret(key: bytes, sealed: bytes, *, info: bytes) -> bytes:
    """What `seal_secret` sealed, or `OpenError`."""
    if len(sealed) < SECRET_OVERHEAD_BYTES:
        raise OpenError
    salt, body = sealed[:_SALT_BYTES], sealed[_SALT_BYTES:]
    try:
        return ChaCha20Poly1305(hkdf(key, info=info, salt=salt)).decrypt(bytes(12), body, None)
    except InvalidTag as error:
        raise OpenError from error


@dataclass(frozen=True)
class ChunkKey:
    """The key of one stream of numbered chunks (crypto.stream). The nonce is the chunk's number in 11 bytes
    and a byte that says whether it is the last one; a key must never serve two streams.
    """

    key: bytes = field(repr=False)

    def seal(self, plaintext: bytes, *, number: int, last: bool) -> bytes:
        """Ciphertext and tag: `CHUNK_TAG_BYTES` longer."""
        return ChaCha20Poly1305(self.key).encrypt(_chunk_nonce(number, last), plaintext, None)

    def open(self, sealed: bytes, *, number: int, last: bool) -> bytes:
        """The plaintext, or `OpenError` for any other bytes, place or end."""
        try:
            return ChaCha20Poly1305(self.key).decrypt(_chunk_nonce(number, last), sealed, None)
        except InvalidTag as error:
            raise OpenError from error


CHUNK_TAG_BYTES: Final = 16


def _chunk_nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


# --- signatures ---------------------------------------------------------------------------------------------


def _ed25519_verify(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _mldsa_verify(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        mldsa.MLDSA65PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True)
class DeviceSigningKey:
    """A device's Ed25519 identity from a 32-byte seed: announcements, day keys and case operations."""

    seed: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> DeviceSigningKey:
        return cls(random_bytes(SEED_BYTES))

    @property
    def public(self) -> bytes:
        """32 bytes."""
        return ed25519.Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        return ed25519.Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


def device_signature_holds(public: bytes, signature: bytes, message: bytes) -> bool:
    """True only for a valid Ed25519 signature."""
    return _ed25519_verify(public, signature, message)


@dataclass(frozen=True)
class OfficerSigningKey:
    """An officer's two signing keys, Ed25519 and ML-DSA-65, from one 32-byte seed, a label for each."""

    seed: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> OfficerSigningKey:
        return cls(random_bytes(SEED_BYTES))

    def _ed25519(self) -> ed25519.Ed25519PrivateKey:
        return ed25519.Ed25519PrivateKey.from_private_bytes(
            hkdf(self.seed, info=b"kantha/v1/officer-ed25519")
        )

    def _mldsa(self) -> mldsa.MLDSA65PrivateKey:
        return mldsa.MLDSA65PrivateKey.from_seed_bytes(hkdf(self.seed, info=b"kantha/v1/officer-ml-dsa-65"))

    @property
    def public(self) -> bytes:
        """Ed25519 (32) then ML-DSA-65 (1,952)."""
        return self._ed25519().public_key().public_bytes_raw() + self._mldsa().public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Ed25519 (64) then ML-DSA-65 (3,309)."""
        return self._ed25519().sign(message) + self._mldsa().sign(message)


OFFICER_PUBLIC_BYTES: Final = ED25519_BYTES + MLDSA_PUBLIC_BYTES
OFFICER_SIGNATURE_BYTES: Final = ED25519_SIGNATURE_BYTES + MLDSA_SIGNATURE_BYTES


@lru_cache(maxsize=1024)
def officer_signature_holds(public: bytes, signature: bytes, message: bytes) -> bool:
    """True only if both signatures hold: one broken algorithm forges nothing.

    Answers are kept: the same few statements of root and roster are checked whenever they are read.
    """
    if len(public) != OFFICER_PUBLIC_BYTES or len(signature) != OFFICER_SIGNATURE_BYTES:
        return False
    classical = _ed25519_verify(public[:32], signature[:64], message)
    post_quantum = _mldsa_verify(public[32:], signature[64:], message)
    return classical and post_quantum
