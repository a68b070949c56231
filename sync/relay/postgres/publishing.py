"""What only the publishing token changes: token sets, directory parts, and the token itself.

Each of them holds the pool's lock, which deposits hold shared: nothing is stored or published half before and
half after a change.
"""

from __future__ import annotations

import hmac
from typing import cast

from sync.relay.errors import ChangedRefusal, NothingThereRefusal, PoolRefusal, TokenRefusal
from sync.relay.postgres.schema import Link, lock
from sync.relay.postgres.tokens import replace_set
from sync.relay.store import DirectoryPart


def publisher(link: Link, pool: bytes, publish_hash: bytes) -> int:
    """The pool's number, if this is the hash of its publishing token."""
    row = link.execute("SELECT number, publish_hash FROM pool WHERE name = %s", (pool,)).fetchone()
    if row is None:
        raise PoolRefusal
    number, expected = cast(tuple[int, bytes], row)
    if not hmac.compare_digest(expected, publish_hash):
        raise TokenRefusal
    return number


def _alone(link: Link, pool: bytes, publish_hash: bytes) -> int:
    """The same, with the pool's lock. Read again behind the lock: the token may have changed meanwhile."""
    lock(link, publisher(link, pool, publish_hash))
    return publisher(link, pool, publish_hash)


def change_token(link: Link, pool: bytes, publish_hash: bytes, fresh: bytes) -> None:
    """Let the token with the hash `fresh` publish, and the present one no more."""
    with link.transaction():
        number = _alone(link, pool, publish_hash)
        link.execute("UPDATE pool SET publish_hash = %s WHERE number = %s", (fresh, number))


def change_tokens(link: Link, pool: bytes, publish_hash: bytes, week: int, hashes: frozenset[bytes]) -> None:
    """Replace a week's set."""
    with link.transaction():
        replace_set(link, pool=_alone(link, pool, publish_hash), week=week, hashes=hashes)


def change_part(
    link: Link, pool: bytes, publish_hash: bytes, part: str, fresh: DirectoryPart, replaces: str | None
) -> None:
    """Publish a part in place of the one with the etag `replaces`."""
    with link.transaction():
        number = _alone(link, pool, publish_hash)
        row = link.execute(
            "SELECT etag FROM directory WHERE pool = %s AND part = %s", (number, part)
        ).fetchone()
        if (None if row is None else row[0]) != replaces:
            raise ChangedRefusal
        link.execute(
            "INSERT INTO directory (pool, part, etag, body) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (pool, part) DO UPDATE SET etag = excluded.etag, body = excluded.body",
            (number, part, fresh.etag, fresh.body),
        )


def read_part(link: Link, number: int, part: str) -> DirectoryPart:
    """A part as it was last published."""
    row = link.execute(
        "SELECT body, etag FROM directory WHERE pool = %s AND part = %s", (number, part)
    ).fetchone()
    if row is None:
        raise NothingThereRefusal
    body, etag = cast(tuple[bytes, str], row)
    return DirectoryPart(body=body, etag=etag)
