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

MIGRATIONS: Final[list[str]] = [_FIRST]
