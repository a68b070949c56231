"""Tables of the PostgreSQL relay, as numbered migrations, and how a connection to them is opened.

Every table but the list of pools begins its key with the pool, so that the same tables could be distributed
by pool. What does not fit: PostgreSQL keeps rows in the order in which they came, and the number of the
transaction with each of them. `housekeeping` writes spent tokens anew in the order of their hashes, and gives
the files of waiting cells back as soon as they are empty.
"""

from __future__ import annotations

from typing import Final

import psycopg
from psycopg import sql

from sync import wire
from sync.relay.places import RelayDatabaseError

# Advisory locks are pairs of numbers: ours, and which.
LOCK_SPACE: Final = 0x4B616E74
LOCK_SCHEMA: Final = -1
CONNECT_SECONDS: Final = 10

Link = psycopg.Connection[tuple[object, ...]]

TABLES: Final = """
CREATE TABLE pool (
    name bytea PRIMARY KEY,                -- 16 random bytes
    number integer NOT NULL UNIQUE,        -- short name of the pool in the other tables
    publish_hash bytea NOT NULL            -- SHA-256 of the publishing token; the token itself is not here
);
CREATE TABLE lane (                        -- a stream of a pool; whoever closes a page locks its line
    pool integer NOT NULL,
    stream smallint NOT NULL,
    last_page integer NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 0,     -- counts every change of the lane's index
    PRIMARY KEY (pool, stream)
);
CREATE TABLE page (                        -- closed pages: the lines of the index
    pool integer NOT NULL,
    stream smallint NOT NULL,
    number integer NOT NULL,               -- 1, 2, 3, ... without gaps
    cells integer NOT NULL,
    digest bytea NOT NULL,                 -- wire.page_digest of its cells
    closed_at bigint NOT NULL,             -- unix seconds, rounded down to the page period
    kept boolean NOT NULL DEFAULT true,    -- false once it is not served any more because of its age
    PRIMARY KEY (pool, stream, number)
);
CREATE TABLE token_set (
    pool integer NOT NULL,
    week integer NOT NULL,
    version bytea NOT NULL,                -- random; by it a process knows that its copy is old
    hashes bytea NOT NULL,                 -- 16-byte hashes, sorted, one after the other
    PRIMARY KEY (pool, week)
);
ALTER TABLE token_set ALTER COLUMN hashes SET STORAGE EXTERNAL;
CREATE TABLE spent (                       -- what makes a retry harmless; see the SQLite relay's tables
    pool integer NOT NULL,
    token_hash bytea NOT NULL,
    id_hash bytea NOT NULL,
    receipt bytea NOT NULL,
    week integer NOT NULL,
    PRIMARY KEY (pool, token_hash),
    UNIQUE (pool, id_hash)
);
CREATE TABLE directory (
    pool integer NOT NULL,
    part text NOT NULL,
    etag text NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (pool, part)
);
ALTER TABLE directory ALTER COLUMN body SET STORAGE EXTERNAL;
"""
# For each stream: cells that wait for their page to close, and the bodies of closed pages, a partition a day.
TABLES_OF_STREAM: Final = """
CREATE TABLE waiting_{stream} (pool integer NOT NULL, hash bytea NOT NULL, body bytea NOT NULL);
ALTER TABLE waiting_{stream} ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE INDEX ON waiting_{stream} (pool, hash);
CREATE TABLE page_body_{stream} (
    pool integer NOT NULL,
    number integer NOT NULL,
    day integer NOT NULL,                  -- closed_at / 86,400
    body bytea NOT NULL,
    PRIMARY KEY (pool, number, day)
) PARTITION BY RANGE (day);
ALTER TABLE page_body_{stream} ALTER COLUMN body SET STORAGE EXTERNAL;
"""

# Numbered: append, never edit one that was released.
MIGRATIONS: Final = (
    TABLES + "".join(TABLES_OF_STREAM.format(stream=stream) for stream in range(len(wire.STREAMS))),
)


def connect(url: str) -> Link:
    """A connection in which every statement is a transaction of its own and every commit is synced."""
    try:
        link: Link = psycopg.connect(
            url, autocommit=True, connect_timeout=CONNECT_SECONDS, application_name="kantha-relay"
        )
    except psycopg.Error:
        raise RelayDatabaseError(
            "The database cannot be reached. Check its address, and that it is running."
        ) from None
    try:
        if value(link, "SHOW synchronous_commit") in ("off", "local"):
            link.execute("SET synchronous_commit = on")
    except BaseException:
        link.close()
        raise
    return link


def open_database(url: str) -> Link:
    """Connect, and bring the tables to this version. Raises `RelayDatabaseError` if it cannot be used."""
    link = connect(url)
    try:
        if value(link, "SHOW fsync") != "on" or value(link, "SHOW full_page_writes") != "on":
            raise RelayDatabaseError(
                "The database does not sync to its disk, so it could lose what was acknowledged. "
                "Turn fsync and full_page_writes on."
            )
        with link.transaction():
            lock(link, LOCK_SCHEMA)
            link.execute("CREATE TABLE IF NOT EXISTS relay_schema (version integer NOT NULL)")
            version = number(link, "SELECT coalesce(max(version), 0) FROM relay_schema")
            if version > len(MIGRATIONS):
                raise RelayDatabaseError("The relay's data was written by a newer version of Kantha.")
            for step in range(version, len(MIGRATIONS)):
                link.execute(sql.SQL(MIGRATIONS[step]))
                link.execute("INSERT INTO relay_schema VALUES (%s)", (step + 1,))
    except psycopg.Error as error:
        link.close()
        raise RelayDatabaseError(f"The database cannot be used: {_sentence(error)}") from None
    except BaseException:
        link.close()
        raise
    return link


def lock(link: Link, which: int, *, shared: bool = False) -> None:
    """Wait for a lock that ends with the transaction. Those who wait get it in the order of their coming."""
    kind = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    link.execute(sql.SQL("SELECT {}(%s, %s)").format(sql.Identifier(kind)), (LOCK_SPACE, which))


def value(link: Link, query: str, parameters: tuple[object, ...] = ()) -> object:
    """The first column of the first row, or None."""
    row = link.execute(query.encode(), parameters or None).fetchone()
    return None if row is None else row[0]


def number(link: Link, query: str, parameters: tuple[object, ...] = ()) -> int:
    """A value that is a number; 0 for none."""
    found = value(link, query, parameters)
    assert found is None or isinstance(found, int)
    return found or 0


def _sentence(error: psycopg.Error) -> str:
    return error.diag.message_primary or type(error).__name__
