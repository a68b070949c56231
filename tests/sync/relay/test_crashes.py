"""What was acknowledged is there, once, whatever happens to the process."""

from __future__ import annotations

import http.client
import os
import random
import threading
import time
from pathlib import Path

import pytest

from sync import wire
from tests.sync.relay.asking import Office, ask, bearer, cells_of, some_cells
from tests.sync.relay.running import RunningRelay, start_relay


class Sender(threading.Thread):
    """Deposits one after the other until the relay is gone; remembers what was acknowledged."""

    def __init__(self, relay: RunningRelay, office: Office, tokens: list[bytes]) -> None:
        super().__init__()
        self._relay, self._office, self._tokens = relay, office, tokens
        self.acknowledged: list[bytes] = []
        self.unheard: tuple[bytes, str, bytes] | None = None

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._relay.port, timeout=10)
        for token in self._tokens:
            name, body = os.urandom(16).hex(), some_cells()
            self.unheard = (token, name, body)
            try:
                path = self._office.path(f"complaints/deposits/{name}")
                connection.request("PUT", path, body=body, headers=bearer(token))
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                return
            assert answer.status == 204
            self.acknowledged.append(body)
            self.unheard = None


def crash_and_check(data_dir: Path, *, page_seconds: float, after_s: float) -> None:
    relay = start_relay(data_dir, page_seconds=page_seconds)
    office = Office.open(relay, tokens=2_000)
    senders = [Sender(relay, office, office.tokens[start::8]) for start in range(8)]
    for sender in senders:
        sender.start()
    time.sleep(after_s)
    relay.kill()
    for sender in senders:
        sender.join()
    with relay, start_relay(data_dir, page_seconds=0.0) as again:
        office.relay = again
        stored = [body for sender in senders for body in sender.acknowledged]
        for sender in senders:
            if sender.unheard is not None:  # what a device does: the very same pair again
                token, name, body = sender.unheard
                assert office.deposit(body, token=token, name=name).status == 204
                stored.append(body)
        expected = [cell for body in stored for cell in cells_of(body)]
        found = office.wait_for(len(expected))
        assert sorted(found) == sorted(expected), "everything acknowledged, nothing twice"


def test_kill_9_under_load_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    pauses = random.Random(os.urandom(8))
    for turn, page_seconds in enumerate((0.0, 0.05, 10_000.0)):
        data_dir = tmp_path / str(turn)
        crash_and_check(data_dir, page_seconds=page_seconds, after_s=pauses.uniform(0.2, 0.8))


def test_an_open_page_is_continued_after_a_restart(tmp_path: Path) -> None:
    first, second = some_cells(), some_cells()
    with start_relay(tmp_path, page_seconds=10_000.0) as relay:
        office = Office.open(relay)
        assert office.deposit(first).status == 204
        relay.kill()
    with start_relay(tmp_path, page_seconds=1.0) as relay:
        office.relay = relay
        assert office.deposit(second).status == 204
        assert sorted(office.wait_for(16)) == sorted(cells_of(first) + cells_of(second))


def test_what_an_unfinished_transaction_left_in_a_log_does_not_count(tmp_path: Path) -> None:
    body = some_cells()
    with start_relay(tmp_path, page_seconds=10_000.0) as relay:
        office = Office.open(relay)
        assert office.deposit(body).status == 204
        relay.kill()
    (log,) = (tmp_path / "open").iterdir()
    with open(log, "ab") as file:
        file.write(os.urandom(50_000))
    stray = tmp_path / "open" / "9-0-7"
    stray.write_bytes(b"of a page that was closed")
    with start_relay(tmp_path) as relay:
        office.relay = relay
        assert sorted(office.wait_for(8)) == sorted(cells_of(body))
        assert not stray.exists()


def test_a_stop_is_clean_and_says_nothing(tmp_path: Path) -> None:
    with start_relay(tmp_path) as relay:
        office = Office.open(relay)
        assert office.deposit(some_cells()).status == 204
        assert relay.stop() == (0, "")
    assert not (tmp_path / "relay.db-wal").exists() or (tmp_path / "relay.db-wal").stat().st_size == 0


def test_a_second_relay_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with start_relay(tmp_path) as relay:
        with pytest.raises(
            RuntimeError, match="Another relay is already serving this data folder"
        ) as refusal:
            start_relay(tmp_path)
        assert "Traceback" not in str(refusal.value)
        assert ask(relay, "GET", "/healthz").status == 200


def test_directory_and_tokens_survive_a_crash(tmp_path: Path) -> None:
    with start_relay(tmp_path) as relay:
        office = Office.open(relay)
        headers = office.publisher | {"If-None-Match": "*"}
        assert (
            ask(relay, "PUT", office.path("directory/phone"), headers=headers, body=b"sealed").status == 204
        )
        relay.kill()
    with start_relay(tmp_path) as relay:
        office.relay = relay
        assert office.get("directory/phone").body == b"sealed"
        assert office.deposit(some_cells(wire.REPLIES), stream=wire.REPLIES).status == 204
