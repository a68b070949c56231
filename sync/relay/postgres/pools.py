"""Pools in a PostgreSQL database, made by whoever runs the relays, also while they are running."""

from __future__ import annotations

from sync.relay.pools import PoolMissingError, draw, pool_name, publish_hash, token_text
from sync.relay.postgres.schema import LOCK_SCHEMA, lock, number, open_database


def create_pool(url: str) -> tuple[str, str]:
    """Make a new pool. Returns its name and its publishing token."""
    name, token = draw()
    with open_database(url) as link, link.transaction():
        lock(link, LOCK_SCHEMA)
        short = number(link, "SELECT coalesce(max(number), 0) + 1 FROM pool")
        link.execute(
            "INSERT INTO pool (name, number, publish_hash) VALUES (%s, %s, %s)",
            (name, short, publish_hash(token)),
        )
    return name.hex(), token_text(token)


def replace_publish_token(url: str, *, pool: str) -> str:
    """Give the pool a new publishing token; the old one is refused from this moment on."""
    _, token = draw()
    name = pool_name(pool)
    with open_database(url) as link, link.transaction():
        short = number(link, "SELECT number FROM pool WHERE name = %s", (name,))
        if not short:
            raise PoolMissingError(PoolMissingError.__doc__)
        lock(link, short)
        link.execute("UPDATE pool SET publish_hash = %s WHERE number = %s", (publish_hash(token), short))
    return token_text(token)
