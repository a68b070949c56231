"""What a relay on PostgreSQL forgets: pages by the day, tokens by the week, and the order of what came."""

from __future__ import annotations

import contextlib
from typing import Final, cast

import psycopg
from psycopg import sql

from sync import wire
from sync.relay.indexing import pages_of_dead_chunks
from sync.relay.postgres.pages import DAY, bodies, span, waiting
from sync.relay.postgres.schema import Link, open_database, value

# Work that needs a table for itself gives up rather than let requests wait longer than this.
LOCK_WAIT: Final = "SET LOCAL lock_timeout = '2s'"


def expire(link: Link, *, now: float) -> None:
    """Serve pages past their retention no more; drop whole days of which every page is past it."""
    for stream, name in enumerate(wire.STREAMS):
        limit = int(now) - wire.RETENTION_DAYS_OF[name] * DAY
        with link.transaction():
            lanes = link.execute(
                "WITH old AS (UPDATE page SET kept = false WHERE stream = %s AND kept AND closed_at < %s"
                " RETURNING pool) SELECT DISTINCT pool FROM old",
                (stream, limit),
            ).fetchall()
            for (pool,) in cast(list[tuple[int]], lanes):
                lowest, highest = span(link, pool, stream)
                dead = pages_of_dead_chunks(lowest=lowest, highest=highest)
                link.execute(
                    "DELETE FROM page WHERE pool = %s AND stream = %s AND number <= %s", (pool, stream, dead)
                )
                link.execute(
                    "UPDATE lane SET version = version + 1 WHERE pool = %s AND stream = %s", (pool, stream)
                )
        _drop_days(link, stream, below=limit // DAY)


def _drop_days(link: Link, stream: int, *, below: int) -> None:
    rows = link.execute(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = to_regclass(%s)",
        (f"page_body_{stream}",),
    ).fetchall()
    for (name,) in cast(list[tuple[str]], rows):
        if int(name.rsplit("_", 1)[1]) < below:
            with contextlib.suppress(psycopg.errors.LockNotAvailable), link.transaction():  # next hour
                link.execute(LOCK_WAIT)
                link.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(bodies(stream)))
                link.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))


def forget_tokens(link: Link, *, now: float) -> None:
    """Delete token sets that count no more, and which of their tokens were spent; write the rest anew.

    Written anew in the order of their hashes and in one transaction, the lines tell neither when a token was
    spent nor together with which others.
    """
    oldest = wire.week_of(now) - wire.WEEKS_EITHER_SIDE - 1
    link.execute("DELETE FROM token_set WHERE week < %s", (oldest,))
    with contextlib.suppress(psycopg.errors.LockNotAvailable), link.transaction():
        link.execute(LOCK_WAIT)
        link.execute("LOCK TABLE spent IN ACCESS EXCLUSIVE MODE")
        link.execute(
            "CREATE TEMPORARY TABLE still_spent ON COMMIT DROP AS SELECT * FROM spent WHERE week >= %s",
            (oldest,),
        )
        link.execute("TRUNCATE spent")
        link.execute(
            "INSERT INTO spent (pool, token_hash, id_hash, receipt, week)"
            " SELECT pool, token_hash, id_hash, receipt, week FROM still_spent ORDER BY pool, token_hash"
        )


def give_back(link: Link) -> None:
    """Empty the files of waiting cells once all of them are in pages: what is deleted stays in there."""
    for stream in range(len(wire.STREAMS)):
        size = "SELECT pg_table_size(to_regclass(%s)) > 8192 * 4"
        if not value(link, size, (f"waiting_{stream}",)) or _any(link, stream):
            continue
        with contextlib.suppress(psycopg.errors.LockNotAvailable), link.transaction():
            link.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE NOWAIT").format(waiting(stream)))
            if not _any(link, stream):
                link.execute(sql.SQL("TRUNCATE {}").format(waiting(stream)))


def _any(link: Link, stream: int) -> bool:
    return link.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(waiting(stream))).fetchone() is not None


def compact(url: str) -> None:
    """Give back room that deleted rows have left."""
    with open_database(url) as link:
        give_back(link)
        link.execute("VACUUM (ANALYZE)")
