"""Tables of the sync layer in the device's own encrypted store, as numbered migrations that are only ever
added to.

Nothing in these tables is plaintext of a complaint: parcels are sealed before they come here.
"""

from __future__ import annotations

from typing import Final

_FIRST: Final = """
-- What waits to leave this device, and what left and is not confirmed.
-- The sealed pieces of a parcel are bodies of sync_cell.
CREATE TABLE sync_parcel (
    id BLOB PRIMARY KEY, desk BLOB NOT NULL, kind INTEGER NOT NULL, code TEXT NOT NULL,
    made_at INTEGER NOT NULL
) WITHOUT ROWID;
-- One row a counted cell.
-- state: 0 waiting, 1 in a deposit, 2 acknowledged by the relay, 3 confirmed by the desk
CREATE TABLE sync_cell (
    desk BLOB NOT NULL, counter INTEGER NOT NULL, kind INTEGER NOT NULL, body BLOB NOT NULL, parcel BLOB,
    state INTEGER NOT NULL, deposit BLOB, left_at INTEGER, PRIMARY KEY (desk, counter)
) WITHOUT ROWID;
CREATE INDEX sync_cell_state ON sync_cell (state, desk, counter);
CREATE INDEX sync_cell_parcel ON sync_cell (parcel);
CREATE INDEX sync_cell_deposit ON sync_cell (deposit);
-- Deposit and token, durable before they are sent: a retry is exactly this pair.
CREATE TABLE sync_deposit (
    id BLOB PRIMARY KEY, stream TEXT NOT NULL, token BLOB NOT NULL, made_at INTEGER NOT NULL,
    body BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE sync_counter (desk BLOB PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE sync_token (
    source TEXT NOT NULL, week INTEGER NOT NULL, next INTEGER NOT NULL, PRIMARY KEY (source, week)
) WITHOUT ROWID;
CREATE TABLE sync_place (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

-- At a desk: which counters of which device have come.
-- body is a hash, so that another body under the same counter is a fork
CREATE TABLE sync_received (
    device BLOB NOT NULL, desk BLOB NOT NULL, incarnation INTEGER NOT NULL, counter INTEGER NOT NULL,
    body BLOB NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (device, desk, incarnation, counter)
) WITHOUT ROWID;
CREATE TABLE sync_heard (
    device BLOB NOT NULL, desk BLOB NOT NULL, incarnation INTEGER NOT NULL, highest INTEGER NOT NULL,
    at INTEGER NOT NULL, PRIMARY KEY (device, desk, incarnation)
) WITHOUT ROWID;
CREATE TABLE sync_gap (
    device BLOB NOT NULL, desk BLOB NOT NULL, incarnation INTEGER NOT NULL, counter INTEGER NOT NULL,
    since INTEGER NOT NULL, PRIMARY KEY (device, desk, incarnation, counter)
) WITHOUT ROWID;
CREATE TABLE sync_fork (
    device BLOB NOT NULL, desk BLOB NOT NULL, incarnation INTEGER NOT NULL, counter INTEGER NOT NULL,
    at INTEGER NOT NULL, PRIMARY KEY (device, desk, incarnation, counter)
) WITHOUT ROWID;
-- Pieces of parcels that are not whole yet. vouched: 0 refuted, 1 shown, 2 not introduced yet
CREATE TABLE sync_chunk (
    device BLOB NOT NULL, desk BLOB NOT NULL, parcel BLOB NOT NULL, piece INTEGER NOT NULL,
    vouched INTEGER NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (device, desk, parcel, vouched, piece)
) WITHOUT ROWID;
CREATE TABLE sync_parcel_done (
    device BLOB NOT NULL, parcel BLOB NOT NULL, vouched INTEGER NOT NULL,
    PRIMARY KEY (device, parcel, vouched)
) WITHOUT ROWID;

-- At a desk: answers to devices. state: 0 waiting, 1 in a deposit
CREATE TABLE sync_reply (
    id INTEGER PRIMARY KEY, device BLOB NOT NULL, kind INTEGER NOT NULL, made_at INTEGER NOT NULL,
    state INTEGER NOT NULL, deposit BLOB, body BLOB NOT NULL
);
CREATE TABLE sync_device_reply_key (
    device BLOB PRIMARY KEY, number INTEGER NOT NULL, public BLOB NOT NULL
) WITHOUT ROWID;
-- On a phone: which words of which handler have been taken, so that a replay is ignored.
CREATE TABLE sync_word (
    sender BLOB NOT NULL, counter INTEGER NOT NULL, PRIMARY KEY (sender, counter)
) WITHOUT ROWID;

-- What has been verified of the organisation.
CREATE TABLE sync_statement (hash BLOB PRIMARY KEY, wire BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE sync_epoch_key (
    handler BLOB NOT NULL, epoch INTEGER NOT NULL, public BLOB NOT NULL, certificate BLOB NOT NULL,
    PRIMARY KEY (handler, epoch)
) WITHOUT ROWID;
CREATE TABLE sync_invitation (
    id BLOB PRIMARY KEY, wire BLOB NOT NULL, token_slot INTEGER NOT NULL, expires_at INTEGER NOT NULL,
    device BLOB
) WITHOUT ROWID;
CREATE TABLE sync_token_week (week INTEGER PRIMARY KEY, epoch INTEGER NOT NULL);
"""

_WINDOWS: Final = """
-- On a phone: to which key a parcel is sealed, whether the desk has destroyed it, and which handlers have
-- introductions and have answered.
ALTER TABLE sync_parcel ADD COLUMN generation INTEGER;
ALTER TABLE sync_parcel ADD COLUMN day INTEGER;
ALTER TABLE sync_parcel ADD COLUMN late INTEGER NOT NULL DEFAULT 0;
CREATE TABLE sync_introduced (
    desk BLOB NOT NULL, handler BLOB NOT NULL, epoch INTEGER NOT NULL, confirmed INTEGER NOT NULL,
    PRIMARY KEY (desk, handler)
) WITHOUT ROWID;
-- At a desk: the first day whose key a device may still need, as it said last, and when it was heard.
CREATE TABLE sync_window (
    device BLOB NOT NULL, desk BLOB NOT NULL, counter INTEGER NOT NULL, since INTEGER,
    heard_at INTEGER NOT NULL, PRIMARY KEY (device, desk)
) WITHOUT ROWID;
-- Gaps as runs, so that one cell makes at most two rows. kind: 0 counted cells, 1 operations of a handler
CREATE TABLE sync_gap_run (
    kind INTEGER NOT NULL, device BLOB NOT NULL, desk BLOB NOT NULL, incarnation INTEGER NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL, since INTEGER NOT NULL,
    PRIMARY KEY (kind, device, desk, incarnation, first)
) WITHOUT ROWID;
INSERT INTO sync_gap_run SELECT 0, device, desk, incarnation, counter, counter, since FROM sync_gap;
DROP TABLE sync_gap;
CREATE TABLE sync_fork_seen (
    kind INTEGER NOT NULL, device BLOB NOT NULL, desk BLOB NOT NULL, incarnation INTEGER NOT NULL,
    counter INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (kind, device, desk, incarnation, counter)
) WITHOUT ROWID;
INSERT INTO sync_fork_seen SELECT 0, device, desk, incarnation, counter, at FROM sync_fork;
DROP TABLE sync_fork;
-- At a desk: parcels that were shown, to vouch for them to a handler who joins later; and what others vouch
-- for.
CREATE TABLE sync_shown (
    device BLOB NOT NULL, desk BLOB NOT NULL, parcel BLOB NOT NULL, digest BLOB NOT NULL, at INTEGER NOT NULL,
    said INTEGER NOT NULL, PRIMARY KEY (device, desk, parcel)
) WITHOUT ROWID;
CREATE TABLE sync_receipt (
    device BLOB NOT NULL, desk BLOB NOT NULL, parcel BLOB NOT NULL, handler BLOB NOT NULL,
    digest BLOB NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (device, desk, parcel, handler)
) WITHOUT ROWID;
-- At a desk: the operations of each handler as a chain of hashes, and how far it says that it goes.
CREATE TABLE sync_link (
    device BLOB NOT NULL, counter INTEGER NOT NULL, hash BLOB NOT NULL, previous BLOB NOT NULL,
    PRIMARY KEY (device, counter)
) WITHOUT ROWID;
CREATE TABLE sync_chain (
    device BLOB PRIMARY KEY, highest INTEGER NOT NULL, head INTEGER NOT NULL, hash BLOB NOT NULL
) WITHOUT ROWID;
-- Pages that the relay lists and does not give as it lists them. passed: shown as missing, tried again later
CREATE TABLE sync_page_trouble (
    stream TEXT NOT NULL, number INTEGER NOT NULL, digest BLOB NOT NULL, closed_at INTEGER NOT NULL,
    tries INTEGER NOT NULL, passed INTEGER NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (stream, number)
) WITHOUT ROWID;
"""

_ENROLMENT: Final = """
-- On an officer's device: replies that the relay brought, of which one has the digits that are read out.
CREATE TABLE sync_invitation_reply (
    invitation BLOB NOT NULL, hash BLOB NOT NULL, reply BLOB NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (invitation, hash)
) WITHOUT ROWID;
-- Welcomes kept back until enough officers have signed. officer: the root must name it too
CREATE TABLE sync_held_welcome (
    device BLOB PRIMARY KEY, officer INTEGER NOT NULL, cell BLOB NOT NULL
) WITHOUT ROWID;
"""

MIGRATIONS: Final[list[str]] = [_FIRST, _WINDOWS, _ENROLMENT]
