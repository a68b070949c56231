"""What lies in a relay's folder when somebody takes it away."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from pathlib import Path

from sync import wire
from tests.sync.relay.asking import Office, eventually, some_cells
from tests.sync.relay.running import start_relay

WITHOUT_ROWID = {"pool", "open_page", "page", "token_set", "spent", "directory", "log_key"}


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_tokens_ids_addresses_and_headers_are_nowhere(tmp_path: Path) -> None:
    planted = b"PLANTED-" + os.urandom(8).hex().encode()
    with start_relay(tmp_path) as relay:
        office = Office.open(relay)
        token, name, body = office.tokens[0], os.urandom(16), some_cells()
        assert office.deposit(body, token=token, name=name.hex()).status == 204
        office.get("complaints/pages", User_Agent=planted.decode(), Cookie=planted.decode())
        office.get(f"complaints/pages?{planted.decode()}")
        office.get(planted.decode())
        office.wait_for(8)
        for seized in (everything(tmp_path), (relay.stop(), everything(tmp_path))[1]):
            assert body[: wire.CELL_BYTES] in seized, "cells are there, sealed"
            for secret in (token, name, name.hex().encode(), planted, b"127.0.0.1"):
                assert secret not in seized
            assert office.pool.publish_token.encode() not in seized
            assert hashlib.sha256(token).digest() not in seized, "not even the whole hash of a token"


def test_every_stored_cell_has_the_size_of_its_stream(tmp_path: Path) -> None:
    with start_relay(tmp_path) as relay:
        office = Office.open(relay)
        for stream in (*wire.STREAMS, *wire.STREAMS):
            assert office.deposit(some_cells(stream), stream=stream).status == 204
        office.wait_for(16, wire.COMPLAINTS)
        office.wait_for(8, wire.REPLIES)
    for folder in (tmp_path / "pages").iterdir():
        size = wire.CELL_BYTES_OF[wire.STREAMS[int(folder.name.split("-")[1])]]
        for page in folder.iterdir():
            assert page.stat().st_size % size == 0


def test_no_table_has_an_order_of_arrival(tmp_path: Path) -> None:
    with start_relay(tmp_path) as relay:
        relay.create_pool()
        relay.stop()
    tables = dict(
        sqlite3.connect(tmp_path / "relay.db").execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'table'"
        )
    )
    assert set(tables) == WITHOUT_ROWID
    assert all(sql.endswith("WITHOUT ROWID") for sql in tables.values())


def test_some_seconds_after_a_page_has_closed_its_log_is_gone(tmp_path: Path) -> None:
    with start_relay(tmp_path) as relay:
        office = Office.open(relay)
        for _ in range(3):
            assert office.deposit(some_cells()).status == 204
        office.wait_for(24)
        eventually(lambda: not list((tmp_path / "open").iterdir()) or None)
        assert office.deposit(some_cells()).status == 204
        office.wait_for(32)
        relay.stop()
    assert list((tmp_path / "open").iterdir()) == []


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    with start_relay(tmp_path / "data") as relay:
        office = Office.open(relay)
        assert office.deposit(some_cells()).status == 204
        office.wait_for(8)
        for path in (tmp_path / "data" / "pages").rglob("*"):
            assert path.stat().st_mode & 0o077 == 0
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
