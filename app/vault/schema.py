"""What is in the vault, as numbered migrations. Append only: a migration that was released is never edited.

Two parts share the file, each with its own count of migrations that were run: "vault" (below) and "sync" (the
sync client's own tables, `sync.schema.MIGRATIONS`). All of a part's new migrations run in one transaction; a
file with more migrations than this program knows is refused as newer.

| Table | Where | What | Erased |
|---|---|---|---|
| setting | both | this device's keys and settings (`erasable`) | when replaced |
| code_series | phone | where numbering began and how many were given | never |
| draft | phone | a complaint in the making (`erasable`) | finish, discard |
| complaint | phone | code, status, day, kind, desk of what was finished; no word of it | never |
| question | phone | a question of the desk (`erasable`) | answered, or 7 days |
| arrival | desk | every parcel that was opened, as it came | with the case |
| received | desk | one line of the inbox for each complaint | with the case |
| asked | desk | questions to phones | with the case |
| operation | desk | signed operations, of cases and of single complaints | never |
| case_index | desk | number and summary of each case, folded from its operations | refreshed |
| case_complaint | desk | which complaint belongs to which case, from the fold | refreshed |
| unfolded | desk | subjects whose operations came and were not folded yet | when folded |
"""

from __future__ import annotations

from app.vault.database import Database
from app.vault.errors import VaultVersionError

MIGRATIONS: list[str] = [
    """
    CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL);

    CREATE TABLE code_series (
        prefix INTEGER PRIMARY KEY,
        start  INTEGER NOT NULL,          -- random, so that the first code does not say "first"
        given  INTEGER NOT NULL           -- numbers given so far, discarded drafts included
    );

    CREATE TABLE draft (
        id       BLOB PRIMARY KEY,
        code     TEXT NOT NULL UNIQUE,
        desk     TEXT NOT NULL,
        step     INTEGER NOT NULL,
        started  INTEGER NOT NULL,        -- ms
        saved    INTEGER NOT NULL,        -- ms
        record   BLOB NOT NULL            -- erasable JSON
    );

    CREATE TABLE complaint (
        code    TEXT PRIMARY KEY,
        status  TEXT NOT NULL CHECK (status IN ('sealed', 'sent', 'received', 'withdrawn')),
        created TEXT NOT NULL,            -- a day, not a time
        kind    TEXT NOT NULL,
        desk    TEXT NOT NULL             -- additions must go where the complaint went, and nowhere else
    );

    CREATE TABLE question (
        id      BLOB PRIMARY KEY,
        code    TEXT NOT NULL,
        desk    TEXT NOT NULL,
        asked   INTEGER NOT NULL,         -- s
        arrived INTEGER NOT NULL,         -- s
        state   TEXT NOT NULL CHECK (state IN ('open', 'answered', 'expired')),
        text    BLOB                      -- erasable; NULL once answered or expired
    );

    CREATE TABLE arrival (
        device    BLOB NOT NULL,
        code      TEXT NOT NULL,
        kind      TEXT NOT NULL,
        parcel    BLOB NOT NULL,
        desk      TEXT NOT NULL,
        authentic INTEGER,
        received  INTEGER NOT NULL,       -- s
        payload   TEXT NOT NULL,          -- JSON as it came
        PRIMARY KEY (device, code, kind, parcel)
    );
    CREATE INDEX arrival_code ON arrival (code);

    CREATE TABLE received (
        device      BLOB NOT NULL,
        code        TEXT NOT NULL,
        parcel      BLOB NOT NULL,
        desk        TEXT NOT NULL,
        authentic   INTEGER,
        received    INTEGER NOT NULL,     -- s
        readable    INTEGER NOT NULL,
        issues      TEXT NOT NULL,        -- space separated
        facility    TEXT,
        danger      TEXT NOT NULL,
        retaliation INTEGER NOT NULL,
        added       INTEGER NOT NULL,
        withdrawn   INTEGER NOT NULL,
        genuine     INTEGER,              -- the three questions of screening, from the operations
        ours        INTEGER,
        safe        INTEGER,
        PRIMARY KEY (device, code)
    );
    CREATE INDEX received_code ON received (code);
    CREATE INDEX received_time ON received (received);

    CREATE TABLE asked (
        id   BLOB PRIMARY KEY,
        code TEXT NOT NULL,
        at   INTEGER NOT NULL,            -- s
        text TEXT NOT NULL
    );
    CREATE INDEX asked_code ON asked (code);

    CREATE TABLE operation (
        id        BLOB PRIMARY KEY,
        subject   BLOB NOT NULL,          -- the case, or the complaint, that it is about
        device    BLOB NOT NULL,
        counter   INTEGER NOT NULL,
        at        INTEGER NOT NULL,       -- ms, hybrid logical clock
        body      BLOB NOT NULL           -- the operation as MessagePack
    );
    CREATE INDEX operation_subject ON operation (subject);
    CREATE INDEX operation_counter ON operation (device, counter);
    CREATE INDEX operation_at ON operation (at);

    CREATE TABLE case_index (
        id        BLOB PRIMARY KEY,
        base      TEXT NOT NULL,          -- the number that its opener gave it
        suffix    TEXT NOT NULL,          -- shown only while another case has the same base
        title     TEXT,
        status    TEXT NOT NULL,
        case_type TEXT NOT NULL,
        priority  TEXT,
        assignee  TEXT,
        conflicts INTEGER NOT NULL,
        opened    INTEGER NOT NULL,       -- ms
        changed   INTEGER NOT NULL        -- ms
    );
    CREATE INDEX case_index_base ON case_index (base);

    CREATE TABLE case_complaint (
        case_id BLOB NOT NULL,
        code    TEXT NOT NULL,
        PRIMARY KEY (case_id, code)
    );
    CREATE INDEX case_complaint_code ON case_complaint (code);

    CREATE TABLE unfolded (subject BLOB PRIMARY KEY);   -- not shown above yet
    """,
    """
    ALTER TABLE arrival ADD COLUMN attested_by BLOB;    -- a handler who vouches for what could not be checked
    """,
]


def migrate(db: Database, part: str, migrations: list[str]) -> None:
    """Bring one part of the file up to date, inside the caller's transaction. Raises VaultVersionError when
    it is newer.
    """
    db.execute("CREATE TABLE IF NOT EXISTS schema_version (part TEXT PRIMARY KEY, version INTEGER NOT NULL)")
    row = db.execute("SELECT version FROM schema_version WHERE part = ?", (part,)).fetchone()
    done = int(row[0]) if row else 0
    if done > len(migrations):
        raise VaultVersionError
    for migration in migrations[done:]:
        db.script(migration)
    db.execute("INSERT OR REPLACE INTO schema_version (part, version) VALUES (?, ?)", (part, len(migrations)))
