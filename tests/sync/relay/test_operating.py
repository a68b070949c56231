"""What an operator does: count, check, tidy, copy, restore, and move into a database, while phones go on."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sync import wire
from sync.relay.contents import digest
from sync.relay.operating import backup, check, migrate, opened
from sync.relay.places import Place, RelayDataError
from tests.sync.relay.asking import Office, cells_of, some_cells
from tests.sync.relay.database import Database
from tests.sync.relay.running import REPOSITORY, start_relay


def kantha(*arguments: object, status: int = 0) -> Any:
    """`kantha relay …` as a process; its JSON, or its words when it refuses."""
    command = [sys.executable, "-c", "from app.cli import main; main()", "relay", *map(str, arguments)]
    ended = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=120)
    assert ended.returncode == status, ended.stderr
    assert "Traceback" not in ended.stderr
    return json.loads(ended.stdout) if ended.stdout else ended.stderr


def option(place: Place) -> tuple[str, str]:
    return ("--data" if isinstance(place, Path) else "--database-url", str(place))


def filled(place: Place, *, closed: int = 3, waiting: int = 2) -> tuple[Office, list[bytes]]:
    """A pool with closed pages, cells that wait, a directory and a spent token or two; not running."""
    with start_relay(place) as relay:
        office = Office.open(relay)
        bodies = [some_cells() for _ in range(closed)]
        for turn, body in enumerate(bodies):
            assert office.deposit(body).status == 204
            office.wait_for(8 * (turn + 1))
        assert office.deposit(some_cells(wire.REPLIES), stream=wire.REPLIES).status == 204
        office.wait_for(4, wire.REPLIES)
        headers = office.publisher | {"If-None-Match": "*"}
        from tests.sync.relay.asking import ask

        assert ask(relay, "PUT", office.path("directory/phone"), headers=headers, body=b"d").status == 204
        assert relay.stop() == (0, "")
    with start_relay(place, page_seconds=10_000.0) as relay:
        office.relay = relay
        for _ in range(waiting):
            bodies.append(some_cells())
            assert office.deposit(bodies[-1]).status == 204
        assert relay.stop() == (0, "")
    return office, bodies


@pytest.fixture(params=["folder", "database"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "folder":
        return tmp_path / "relay"
    fresh: str = request.getfixturevalue("database").fresh()
    return fresh


def test_counts_are_counts_and_a_check_finds_all_of_it_whole(place: Place) -> None:
    filled(place)
    counts = kantha("counts", *option(place), "--json")
    assert (counts["pools"], counts["spent_tokens"], counts["token_weeks"]) == (1, 6, 1)
    assert (counts["complaints"]["pages"], counts["complaints"]["waiting_cells"]) == (3, 16)
    assert (counts["replies"]["cells"], counts["replies"]["bytes"]) == (4, 4 * 4096)
    assert kantha("check", *option(place), "--json") == {"pages": 4, "cells": 44, "problems": []}
    kantha("compact", *option(place))
    assert kantha("counts", *option(place), "--json") == counts


def test_a_pool_is_made_and_its_token_replaced_by_commands(place: Place) -> None:
    made = kantha("create-pool", *option(place), "--json")
    fresh = kantha("rotate-token", made["pool"], *option(place), "--json")["publish_token"]
    assert fresh != made["publish_token"]
    assert "no such pool" in kantha("rotate-token", "0" * 32, *option(place), status=1)
    assert "one of the two" in kantha("create-pool", status=2)


def spoil_a_page(folder: Path) -> None:
    page = folder / "pages" / "1-0" / "2"
    content = bytearray(page.read_bytes())
    content[20_000] ^= 1
    page.write_bytes(content)


def lose_a_page(folder: Path) -> None:
    (folder / "pages" / "1-1" / "1").unlink()


def shorten_a_page(folder: Path) -> None:
    os.truncate(folder / "pages" / "1-0" / "3", 16_384)


def swap_cells(folder: Path) -> None:
    page = folder / "pages" / "1-0" / "1"
    page.write_bytes(b"".join(reversed(cells_of(page.read_bytes()))))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (spoil_a_page, "complaints: page 2 is damaged"),
        (lose_a_page, "replies: page 1 is damaged"),
        (shorten_a_page, "complaints: page 3 is damaged"),
        (swap_cells, "complaints: page 1 is damaged"),
    ],
)
def test_a_check_finds_what_is_damaged_and_no_copy_is_made_of_it(
    tmp_path: Path, spoil: Callable[[Path], None], said: str
) -> None:
    folder = tmp_path / "relay"
    filled(folder, waiting=0)
    spoil(folder)
    problems = kantha("check", "--data", folder, "--json", status=1)["problems"]
    assert len(problems) == 1
    assert said in problems[0]
    with pytest.raises(RelayDataError):
        backup(folder, tmp_path / "copy")


def test_a_check_of_a_database_finds_a_damaged_page_and_a_damaged_waiting_cell(database: Database) -> None:
    url = database.fresh()
    filled(url)
    with psycopg.connect(url, autocommit=True) as link:
        link.execute(
            "UPDATE page_body_0 SET body = set_byte(body, 77, get_byte(body, 77) # 1) WHERE number = 2"
        )
        link.execute("UPDATE waiting_0 SET body = ''::bytea WHERE hash = (SELECT min(hash) FROM waiting_0)")
    problems = check(url).problems
    assert ["page 2 is damaged" in problems[0], "waiting cell" in problems[1]] == [True, True]


def test_a_copy_made_while_phones_deposit_is_whole_and_serves(tmp_path: Path) -> None:
    folder, copy, again = tmp_path / "relay", tmp_path / "copy", tmp_path / "again"
    with start_relay(folder, page_seconds=0.05) as relay:
        office = Office.open(relay, tokens=200)
        before = [some_cells() for _ in range(20)]
        for body in before:
            assert office.deposit(body).status == 204
        enough = threading.Event()

        def send() -> None:
            while not enough.is_set() and office.tokens:
                assert office.deposit(some_cells()).status == 204

        sender = threading.Thread(target=send)
        sender.start()
        made = kantha("backup", "--data", folder, "--out", copy, "--json")
        enough.set()
        sender.join()
        assert made["pages"] > 0
        assert "not empty" in kantha("backup", "--data", folder, "--out", copy, status=1)
    kantha("restore", "--from", copy, "--data", again, "--json")
    with opened(copy) as one, opened(again) as two:
        assert digest(one) == digest(two)
    with start_relay(again) as relay:
        office.relay = relay
        found = office.wait_for(160)
        assert {cell for body in before for cell in cells_of(body)} <= set(found)
        assert office.get("directory/phone").status == 404


def test_there_is_no_copy_of_what_is_no_relay(tmp_path: Path) -> None:
    for command in (["check"], ["counts"], ["backup", "--out", str(tmp_path / "x")]):
        assert "no relay's data" in kantha(*command, "--data", tmp_path, status=1)
    assert list(tmp_path.iterdir()) == []


def test_a_relay_moves_into_a_database_while_it_runs_and_loses_nothing(
    tmp_path: Path, database: Database
) -> None:
    folder, url = tmp_path / "relay", database.fresh()
    office, bodies = filled(folder)
    token, name, body = office.tokens.pop(), "ab" * 16, some_cells()
    with start_relay(folder, page_seconds=10_000.0) as relay:
        first = kantha("migrate", "--data", folder, "--database-url", url, "--json")
        assert first == {"pages": 4, "finished": False, "digest": ""}
        office.relay = relay
        assert office.deposit(body, token=token, name=name).status == 204
    with opened(folder) as everything:
        expected = digest(everything)
    done = kantha("migrate", "--data", folder, "--database-url", url, "--json")
    assert (done["finished"], done["digest"]) == (True, expected)
    with opened(url) as everything:
        assert digest(everything) == expected
    with pytest.raises(RuntimeError, match="moved into a database"):
        start_relay(folder)
    assert "already holds pools" in kantha("migrate", "--data", folder, "--database-url", url, status=1)
    with start_relay(url) as relay:
        office = replace(office, relay=relay)
        expected_cells = sorted(cell for part in [*bodies, body] for cell in cells_of(part))
        assert sorted(office.wait_for(len(expected_cells))) == expected_cells
        assert office.deposit(body, token=token, name=name).status == 204, "an honest retry"
        assert office.deposit(some_cells(), token=token).status == 409, "what was spent stays spent"
        assert office.get("directory/phone").body == b"d"
        assert office.deposit(some_cells()).status == 204
        assert office.publish_tokens([]).status == 204
        rows = office.index()[wire.INDEX_PAGES]
        assert isinstance(rows, list)
        assert len(rows) >= 4, "numbers go on where they were"


def test_a_move_that_does_not_compare_is_undone(tmp_path: Path, database: Database) -> None:
    folder, url = tmp_path / "relay", database.fresh()
    filled(folder)
    with start_relay(folder):
        migrate(folder, url)
    with psycopg.connect(url, autocommit=True) as link:
        link.execute(
            "UPDATE page_body_0 SET body = set_byte(body, 9, get_byte(body, 9) # 1) WHERE number = 1"
        )
    with pytest.raises(RelayDataError, match="Nothing was moved"):
        migrate(folder, url)
    assert kantha("counts", "--database-url", url, "--json")["pools"] == 0
    with start_relay(folder) as relay:
        assert relay.stop() == (0, "")


def test_a_folder_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    office, bodies = filled(tmp_path, closed=2, waiting=0)
    connection = sqlite3.connect(tmp_path / "relay.db", isolation_level=None)
    for path in (tmp_path / "pages" / "1-0").iterdir():  # as the first version noted it
        old = hashlib.sha256(path.read_bytes()).digest()
        connection.execute("UPDATE page SET digest = ? WHERE stream = 0 AND number = ?", (old, path.name))
    connection.execute("DROP TABLE log_key")
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    with start_relay(tmp_path) as relay:
        office.relay = relay
        assert sorted(office.wait_for(16)) == sorted(cell for body in bodies for cell in cells_of(body))
    assert check(tmp_path).problems == []
