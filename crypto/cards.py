"""An officer's recovery card: what this officer needs to act when every machine is gone, under a passphrase
of its own.

`RecoveryCard.lock` gives bytes that only the passphrase opens (Argon2id, as for a vault; the parameters are
bound); `to_lines` writes them for paper: numbered lines of letters and digits that cannot be mistaken for
each other, each with its own check, so that a typing error is found on its line (protocol.md 10A.4).

What it is worth: with its passphrase it *is* the officer. t cards with their passphrases are the
organisation; one card of several admits phones, makes deposits and reads handlers' names, and opens no
complaint.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from crypto import primitives
from crypto.encoding import Fields, encode
from crypto.errors import CardDamagedError, CardPassphraseError, EncodingError
from crypto.ids import OfficerId, OrganisationId, officer_id
from crypto.passphrases import (
    LANES,
    MAXIMUM_MEMORY_KIB,
    MEMORY_KIB,
    MINIMUM_MEMORY_KIB,
    PASSES,
    check_strength,
    normal_form,
)
from crypto.primitives import OfficerSigningKey, OpeningKey

LABEL: Final = "kantha/v1/card"
TITLE: Final = "KANTHA1-CARD"
LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no I, L, O or U, which are read as 1, 1, 0 and V or forbidden."""
LINE_BYTES: Final = 25
GROUP: Final = 5
CHECK_LETTERS: Final = 4
"""20 bits: one wrong line in a million passes, and then the passphrase refuses."""
MAX_LINES: Final = 99
_MISREAD: Final = str.maketrans("ILO", "110")
_MAX_ARGON: Final = 64


@dataclass(frozen=True)
class RecoveryCard:
    """What a card holds."""

    org: OrganisationId
    relay: str
    pool: bytes
    root_hash: bytes
    """The newest root that the officer's device knew when the card was made."""
    signing_seed: bytes = field(repr=False)
    kem_seed: bytes = field(repr=False)
    token_master: bytes = field(repr=False)
    publish_token: str | None = field(repr=False)
    directory_key: bytes = field(repr=False)
    at: int

    @property
    def signing_key(self) -> OfficerSigningKey:
        return OfficerSigningKey(self.signing_seed)

    @property
    def opening_key(self) -> OpeningKey:
        return OpeningKey(self.kem_seed)

    @property
    def officer(self) -> OfficerId:
        return officer_id(self.signing_key.public)

    def lock(self, passphrase: str, *, memory_kib: int = MEMORY_KIB) -> bytes:
        """The card's bytes. `WeakPassphraseError` for a passphrase that is guessed first."""
        check_strength(passphrase)
        if not MINIMUM_MEMORY_KIB <= memory_kib <= MAXIMUM_MEMORY_KIB:
            raise ValueError("Argon2id memory is out of range")
        salt = primitives.random_bytes(16)
        parameters = (memory_kib, PASSES, LANES)
        sealed = primitives.seal_secret(
            _key(passphrase, salt, parameters), self._encode(), info=_info(salt, parameters)
        )
        return encode({1: 1, 2: memory_kib, 3: PASSES, 4: LANES, 5: salt, 6: sealed})

    @classmethod
    def unlock(cls, locked: bytes, passphrase: str) -> RecoveryCard:
        """`CardPassphraseError`, or `CardDamagedError` for bytes that are no card."""
        salt, parameters, sealed = _parts(locked)
        try:
            body = primitives.open_secret(
                _key(passphrase, salt, parameters), sealed, info=_info(salt, parameters)
            )
        except primitives.OpenError as error:
            raise CardPassphraseError from error
        return cls._decode(body)

    def _encode(self) -> bytes:
        return encode(
            {
                1: self.org, 2: self.relay, 3: self.pool, 4: self.root_hash, 5: self.signing_seed,
                6: self.kem_seed, 7: self.token_master, 8: self.publish_token,
                9: self.directory_key, 10: self.at,
            }
        )  # fmt: skip

    @classmethod
    def _decode(cls, body: bytes) -> RecoveryCard:
        try:
            fields = Fields.of(body)
            card = cls(
                org=OrganisationId(fields.octets(1, 32)),
                relay=fields.text(2, limit=300),
                pool=fields.octets(3, 16),
                root_hash=fields.octets(4, 32),
                signing_seed=fields.octets(5, 32),
                kem_seed=fields.octets(6, 32),
                token_master=fields.octets(7, 32),
                publish_token=fields.optional(8, str),
                directory_key=fields.octets(9, 32),
                at=fields.natural(10, below=2**40),
            )
            fields.done()
        except EncodingError as error:
            raise CardDamagedError from error
        return card


def _parts(locked: bytes) -> tuple[bytes, tuple[int, int, int], bytes]:
    try:
        fields = Fields.of(locked)
        if fields.natural(1) != 1:
            raise CardDamagedError("This card was made by a newer version of this program.")
        parameters = (fields.natural(2), fields.natural(3), fields.natural(4))
        salt, sealed = fields.octets(5, 16), fields.take(6, bytes)
        fields.done()
    except EncodingError as error:
        raise CardDamagedError from error
    memory_kib, passes, lanes = parameters
    if not MINIMUM_MEMORY_KIB <= memory_kib <= MAXIMUM_MEMORY_KIB:
        raise CardDamagedError
    if not 1 <= passes <= _MAX_ARGON or not 1 <= lanes <= _MAX_ARGON:
        raise CardDamagedError
    return salt, parameters, sealed


def _key(passphrase: str, salt: bytes, parameters: tuple[int, int, int]) -> bytes:
    memory_kib, passes, lanes = parameters
    return primitives.argon2id(
        normal_form(passphrase).encode(), salt=salt, memory_kib=memory_kib, passes=passes, lanes=lanes
    )


def _info(salt: bytes, parameters: tuple[int, int, int]) -> bytes:
    return encode([LABEL, salt, "argon2id", *parameters])


# --- on paper -----------------------------------------------------------------------------------------------


def to_lines(locked: bytes) -> list[str]:
    """`01  ABCDE FGHJK … 0123`: number, 40 letters, check; the first bytes say how long the card is."""
    framed = len(locked).to_bytes(2, "big") + locked
    framed += bytes(-len(framed) % LINE_BYTES)
    rows = [framed[start : start + LINE_BYTES] for start in range(0, len(framed), LINE_BYTES)]
    if len(rows) > MAX_LINES:
        raise ValueError("a card has at most 99 lines")
    lines = []
    for number, row in enumerate(rows, start=1):
        letters = _letters(row)
        groups = " ".join(letters[start : start + GROUP] for start in range(0, len(letters), GROUP))
        lines.append(f"{number:02d} {groups} {_check(number, row)}")
    return lines


def to_text(locked: bytes) -> str:
    """All lines under a title: a file, or what is printed."""
    return "\n".join([TITLE, *to_lines(locked), ""])


def to_qr_text(locked: bytes) -> str:
    """The same in one line of the letters that a QR code packs tightest."""
    return "/".join([TITLE, *(line.replace(" ", "") for line in to_lines(locked))])


def from_text(text: str) -> bytes:
    """The card's bytes from typed or scanned lines, in any order, with anything else between them. An error
    names the first line that is wrong or missing (`CardDamagedError.line`).
    """
    rows: dict[int, bytes] = {}
    for line in _numbered(text):
        number, row = _read(line)
        if rows.setdefault(number, row) != row:
            raise CardDamagedError(f"Line {number} is there twice, and not the same.", line=number)
    if 1 not in rows:
        raise CardDamagedError("Line 1 is missing.", line=1)
    length = int.from_bytes(rows[1][:2], "big")
    total = -(-(length + 2) // LINE_BYTES)
    for number in range(1, total + 1):
        if number not in rows:
            raise CardDamagedError(f"Line {number} is missing.", line=number)
    framed = b"".join(rows[number] for number in range(1, total + 1))
    if len(rows) != total or any(framed[length + 2 :]):
        raise CardDamagedError
    return framed[2 : length + 2]


def _numbered(text: str) -> Iterable[str]:
    """What begins with two digits, written together, in letters as printed."""
    for part in text.replace("/", "\n").splitlines():
        line = "".join(part.split()).upper()
        if line[:2].isascii() and line[:2].isdecimal():
            yield line


def _read(line: str) -> tuple[int, bytes]:
    number = int(line[:2])
    letters = line[2:].translate(_MISREAD)
    wrong = CardDamagedError(f"There is a mistake in line {number}.", line=number)
    size = LINE_BYTES * 8 // 5
    if len(letters) != size + CHECK_LETTERS or set(letters) - set(LETTERS):
        raise wrong
    row = _bytes(letters[:size])
    if _check(number, row) != letters[size:]:
        raise wrong
    return number, row


def _check(number: int, row: bytes) -> str:
    digest = primitives.sha256(f"{LABEL}-line\0".encode() + bytes([number]) + row)
    return _letters(digest[:5])[:CHECK_LETTERS]


def _letters(data: bytes) -> str:
    """Five bits a letter; `data` is a multiple of five bytes."""
    value = int.from_bytes(data, "big")
    return "".join(LETTERS[value >> shift & 31] for shift in range(len(data) * 8 - 5, -1, -5))


def _bytes(letters: str) -> bytes:
    value = 0
    for letter in letters:
        value = value << 5 | LETTERS.index(letter)
    return value.to_bytes(len(letters) * 5 // 8, "big")
