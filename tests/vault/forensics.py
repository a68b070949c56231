"""Reads a SQLCipher 4 database and its WAL by hand, with the raw key: every page, also those that no table
uses.

Written from SQLCipher's design notes and SQLite's file formats, with nothing of the product in it. A page of
4,096 bytes ends in a reserve of 80: 16 of IV, 64 of HMAC-SHA512. The rest is AES-256-CBC under the raw key;
of page 1 the first 16 bytes are the salt instead. The WAL has a header of 32 bytes, then frames of 24 bytes
and one page; a frame is read whether or not it is valid, since that is what an examiner would do.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE = 4096
RESERVE = 80
IV = 16
SALT = 16
WAL_HEADER = 32
FRAME_HEADER = 24


def decrypt_page(page: bytes, key: bytes, *, first: bool) -> bytes:
    """The plain page (4,096 bytes, the reserve zeroed); garbage if it is not a page of this key."""
    start = SALT if first else 0
    body, iv = page[start : PAGE - RESERVE], page[PAGE - RESERVE : PAGE - RESERVE + IV]
    decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    plain = decryptor.update(body) + decryptor.finalize()
    head = b"SQLite format 3\x00" if first else b""
    return head + plain + bytes(RESERVE)


def authentic(page: bytes, key: bytes, salt: bytes, number: int, *, first: bool) -> bool:
    """Whether SQLCipher's own HMAC over the page holds: the proof that this reads what SQLCipher wrote."""
    mac_key = hashlib.pbkdf2_hmac("sha512", key, bytes(byte ^ 0x3A for byte in salt), 2, 32)
    start = SALT if first else 0
    covered = page[start : PAGE - RESERVE + IV] + struct.pack("<I", number)
    return hmac.compare_digest(hmac.digest(mac_key, covered, "sha512"), page[PAGE - RESERVE + IV : PAGE])


def database_pages(path: Path, key: bytes) -> Iterator[bytes]:
    """Every page of the file, free ones too."""
    data = path.read_bytes()
    for offset in range(0, len(data) - PAGE + 1, PAGE):
        yield decrypt_page(data[offset : offset + PAGE], key, first=offset == 0)


def wal_pages(path: Path, key: bytes) -> Iterator[bytes]:
    """The page of every frame, stale ones too."""
    data = path.read_bytes() if path.exists() else b""
    for offset in range(WAL_HEADER, len(data) - FRAME_HEADER - PAGE + 1, FRAME_HEADER + PAGE):
        number = struct.unpack(">I", data[offset : offset + 4])[0]
        page = data[offset + FRAME_HEADER : offset + FRAME_HEADER + PAGE]
        yield decrypt_page(page, key, first=number == 1)


def everything(home: Path, key: bytes) -> dict[str, bytes]:
    """All that can be read in a vault's folder: every file as it lies, and decrypted where it can be."""
    found: dict[str, bytes] = {}
    for path in sorted(home.rglob("*")):
        if not path.is_file():
            continue
        found[str(path)] = path.read_bytes()
        if path.name.endswith("-wal"):
            found[f"{path} (frames)"] = b"".join(wal_pages(path, key))
        elif path.name.startswith("vault.db"):
            found[f"{path} (pages)"] = b"".join(database_pages(path, key))
    return found


def forms(word: str) -> list[bytes]:
    """The ways a word may lie in a file: UTF-8, UTF-16 of both orders, and as JSON escapes it."""
    escaped = "".join(char if ord(char) < 128 else f"\\u{ord(char):04x}" for char in word)
    return [word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be"), escaped.encode()]


def where(home: Path, key: bytes, words: list[str]) -> list[tuple[str, str]]:
    """(word, file) of everything that is found."""
    contents = everything(home, key)
    return [
        (word, name)
        for word in words
        for name, data in contents.items()
        if any(form in data for form in forms(word))
    ]
