"""What a dump of the relay's memory shows some seconds after the last deposit: no token, no body, no id.

Planted bytes are looked for in everything that the process may write to, through /proc. While deposits are
coming in, the latest of them are there: see docs/relay.md.
"""

from __future__ import annotations

import base64
import http.client
import os
import sys
import threading
import time
from pathlib import Path

import pytest

from sync import wire
from tests.sync.relay.asking import Office, bearer
from tests.sync.relay.running import RunningRelay, start_relay

DEVICES, EACH = 16, 4
TOKEN = b"planted-token!!"  # 15 bytes: its base64 text begins alike, whatever follows
NAME = "c0ffee" * 3
BODY = b"PLANTED-IN-THE-BODY"
MARKS = {
    "a token": TOKEN,
    "a token's text": base64.urlsafe_b64encode(TOKEN),
    "an id": bytes.fromhex(NAME),
    "an id's text": NAME.encode(),
    "a body": BODY,
}
WAIT_SECONDS = 60.0

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read through /proc")


def seen_in(relay: RunningRelay) -> set[str]:
    """Which of the marks are anywhere in the process's memory."""
    found: set[str] = set()
    with (
        open(f"/proc/{relay.pid}/maps", encoding="utf-8") as maps,
        open(f"/proc/{relay.pid}/mem", "rb", buffering=0) as memory,
    ):
        for line in maps:
            span, rights = line.split()[:2]
            if not rights.startswith("rw"):
                continue
            first, end = (int(place, 16) for place in span.split("-"))
            memory.seek(first)
            content = memory.read(end - first)
            found |= {what for what, mark in MARKS.items() if mark in content}
    return found


def deposits(office: Office, tokens: list[bytes]) -> None:
    link = http.client.HTTPConnection("127.0.0.1", office.relay.port, timeout=WAIT_SECONDS)
    for token in tokens:
        body = b"".join(BODY + os.urandom(wire.CELL_BYTES - len(BODY)) for _ in range(wire.CELLS_PER_DEPOSIT))
        path = office.path(f"complaints/deposits/{NAME}{os.urandom(7).hex()}")
        link.request("PUT", path, body=body, headers=bearer(token))
        answer = link.getresponse()
        answer.read()
        assert answer.status == 204
    link.close()


def test_some_seconds_after_the_last_deposit_nothing_of_it_is_in_memory(tmp_path: Path) -> None:
    with start_relay(tmp_path, page_seconds=0.5) as relay:
        office = Office.open(relay)
        tokens = [TOKEN + os.urandom(17) for _ in range(DEVICES * EACH)]
        assert office.publish_tokens(tokens).status == 204
        threads = [
            threading.Thread(target=deposits, args=(office, tokens[turn::DEVICES])) for turn in range(DEVICES)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert seen_in(relay), "at first it is: the search finds what is there"
        deadline = time.monotonic() + WAIT_SECONDS
        while left := seen_in(relay):
            assert time.monotonic() < deadline, left
            time.sleep(0.5)
