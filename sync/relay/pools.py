"""Pools and their publishing tokens, made by whoever runs the relay, also while it is running.

Only the SHA-256 of a publishing token is stored: it is shown once and cannot be looked up.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import sqlite3
from pathlib import Path

from sync import wire
from sync.relay.schema import open_relay_database


class PoolMissingError(Exception):
    """There is no such pool at this relay."""


def create_pool(data_dir: Path) -> tuple[str, str]:
    """Make a new pool in this folder. Returns its name (32 hexadecimal digits) and its publishing token (43
    characters).
    """
    name, token = draw()
    connection = open_relay_database(Path(data_dir))
    try:
        connection.execute(
            "INSERT INTO pool (name, number, publish_hash)"
            " SELECT ?, coalesce(max(number), 0) + 1, ? FROM pool",
            (name, publish_hash(token)),
        )
    finally:
        connection.close()
    return name.hex(), token_text(token)


def replace_publish_token(data_dir: Path, *, pool: str) -> str:
    """Give the pool a new publishing token; the old one is refused from this moment on."""
    _, token = draw()
    connection = open_relay_database(Path(data_dir))
    try:
        changed = connection.execute(
            "UPDATE pool SET publish_hash = ? WHERE name = ?", (publish_hash(token), pool_name(pool))
        ).rowcount
    finally:
        connection.close()
    if not changed:
        raise PoolMissingError(PoolMissingError.__doc__)
    return token_text(token)


def pool_number(connection: sqlite3.Connection, name: bytes) -> int | None:
    """The short number of a pool, or None if there is no such pool."""
    row = connection.execute("SELECT number FROM pool WHERE name = ?", (name,)).fetchone()
    return None if row is None else int(row[0])


def publish_hash(token: bytes) -> bytes:
    """What is stored of a publishing token."""
    return hashlib.sha256(token).digest()


def draw() -> tuple[bytes, bytes]:
    """A name for a pool and a publishing token, both random."""
    return secrets.token_bytes(wire.POOL_BYTES), secrets.token_bytes(wire.PUBLISH_TOKEN_BYTES)


def token_text(token: bytes) -> str:
    """A publishing token as people pass it on."""
    return base64.urlsafe_b64encode(token).rstrip(b"=").decode("ascii")


def pool_name(pool: str) -> bytes:
    """A pool's name from its hexadecimal digits."""
    try:
        return bytes.fromhex(pool)
    except ValueError:
        raise PoolMissingError(PoolMissingError.__doc__) from None
