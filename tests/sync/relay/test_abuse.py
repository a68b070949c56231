"""Whoever wants to harm: honest devices keep working meanwhile, at either store."""

from __future__ import annotations

import contextlib
import os
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from sync import wire
from sync.relay import connections
from sync.relay.app import CHECKS_IN_FLIGHT, DEPOSITS_IN_FLIGHT, PUBLISHED_IN_FLIGHT
from tests.sync.relay.asking import Office, ask, bearer, eventually, some_cells
from tests.sync.relay.running import RunningRelay, start_relay
from tests.sync.relay.test_overload import begin

# What an honest deposit may take while somebody floods the relay, on a busy test machine.
PATIENCE_SECONDS = 8.0


@pytest.fixture
def crowd() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def while_flooded(
    attack: Callable[[], object], honest: Callable[[], int], *, attackers: int = 8
) -> list[int]:
    """The statuses that an honest device hears while some threads do the same harm again and again."""
    enough = threading.Event()

    def work() -> None:
        while not enough.is_set():
            try:
                attack()
            except OSError:
                continue

    threads = [threading.Thread(target=work, daemon=True) for _ in range(attackers)]
    for thread in threads:
        thread.start()
    statuses, begun = [], time.monotonic()
    for _ in range(6):
        statuses.append(honest())
    assert time.monotonic() - begun < 6 * PATIENCE_SECONDS
    enough.set()
    for thread in threads:
        thread.join()
    return statuses


def test_a_flood_without_tokens(office: Office) -> None:
    body, heard = some_cells(), set()

    def attack() -> None:
        heard.add(office.deposit(body, token=os.urandom(32)).status)

    assert office.deposit(some_cells()).status == 204
    assert while_flooded(attack, lambda: office.deposit(some_cells()).status) == [204] * 6
    assert heard <= {401, 503}
    assert 401 in heard


def test_a_flood_of_strangers_heads_takes_no_place_of_honest_ones(office: Office, crowd: ExitStack) -> None:
    assert office.deposit(some_cells()).status == 204
    for number in range(CHECKS_IN_FLIGHT + 50):
        crowd.enter_context(begin(office, os.urandom(32), number))
    assert office.deposit(some_cells()).status == 204


def test_stolen_tokens_buy_one_deposit_each_and_no_more(office: Office) -> None:
    stolen = [office.tokens.pop() for _ in range(5)]
    heard: list[int] = []

    def attack() -> None:
        for token in stolen:
            heard.append(office.deposit(some_cells(), token=token).status)

    assert while_flooded(attack, lambda: office.deposit(some_cells()).status, attackers=2) == [204] * 6
    assert heard.count(204) == 5
    assert set(heard) <= {204, 409, 408, 503}


def test_one_stolen_token_holds_one_place_however_often_it_begins(office: Office, crowd: ExitStack) -> None:
    stolen = office.tokens.pop()
    bodies = [crowd.enter_context(begin(office, stolen, number)) for number in range(DEPOSITS_IN_FLIGHT + 40)]
    assert eventually(lambda: office.deposit(some_cells(), token=office.tokens[0]).status == 204 or None)
    assert bodies[0].recv(100).startswith(b"HTTP/1.1 408 ")


def test_a_device_whose_connection_broke_may_ask_again_at_once(office: Office, crowd: ExitStack) -> None:
    token, body, name = office.tokens.pop(), some_cells(), 7
    crowd.enter_context(begin(office, token, name))  # its network is gone; the relay has not noticed
    for _ in range(2):
        tries = (office.deposit(body, token=token, name=f"{name:032x}").status for _ in range(3))
        assert 204 in tries, "a busy computer may have missed the time for a body once"


def test_a_thousand_connections_that_say_nothing(office: Office, crowd: ExitStack) -> None:
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 1_400:
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4_096) if hard > 0 else 4_096, hard))
    for _ in range(connections.MANY + 100):
        crowd.enter_context(socket.create_connection(("127.0.0.1", office.relay.port), timeout=20))
    for _ in range(3):
        assert office.deposit(some_cells()).status == 204
    late = crowd.enter_context(socket.create_connection(("127.0.0.1", office.relay.port), timeout=20))
    begun = time.monotonic()
    assert late.recv(100) == b"", "among so many, who says nothing is closed sooner"
    assert time.monotonic() - begun < connections.HEAD_SECONDS / 2


def test_heads_that_never_end_and_heads_that_are_too_large(office: Office) -> None:
    def attack() -> None:
        with socket.create_connection(("127.0.0.1", office.relay.port), timeout=5) as raw:
            raw.sendall(b"PUT /v1/pools/ HTTP/1.1\r\n" + b"X-A: " + b"b" * 1_000_000)
            raw.recv(100)

    assert while_flooded(attack, lambda: office.deposit(some_cells()).status) == [204] * 6


def test_ranges_without_end(office: Office) -> None:
    assert office.deposit(some_cells()).status == 204
    office.wait_for(8)
    many = "bytes=" + ",".join(f"{start}-{start}" for start in range(0, 2_000, 2))
    heard = set()

    def attack() -> None:
        for wanted in (many, "bytes=0-0", "bytes=-1", "bytes=999999999999999-"):
            heard.add(office.get("complaints/pages/1", Range=wanted).status)

    assert while_flooded(attack, lambda: office.deposit(some_cells()).status, attackers=4) == [204] * 6
    assert heard == {206, 416}


def test_readers_that_take_nothing_cost_little_and_stop_nobody(office: Office, crowd: ExitStack) -> None:
    assert office.deposit(some_cells()).status == 204
    office.wait_for(8)
    for _ in range(100):
        raw = crowd.enter_context(socket.create_connection(("127.0.0.1", office.relay.port), timeout=20))
        head = f"GET {office.path('complaints/pages/1')} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        raw.sendall(head * 150)
    assert office.deposit(some_cells()).status == 204
    assert memory_mib(office.relay) < 400


def test_an_answer_of_which_nothing_is_taken_is_given_up(tmp_path: Path) -> None:
    impatient = "from sync.relay import connections; connections.STALL_SECONDS = 0.5"
    with start_relay(tmp_path, first=impatient) as relay:
        office = Office.open(relay)
        assert office.deposit(some_cells()).status == 204
        office.wait_for(8)
        with socket.create_connection(("127.0.0.1", relay.port), timeout=20) as raw:
            head = f"GET {office.path('complaints/pages')}/1 HTTP/1.1\r\nHost: x\r\n\r\n".encode()
            raw.sendall(head * 400)
            time.sleep(2.0)
            assert 0 < taken(raw) < 400 * 8 * wire.CELL_BYTES / 2, "what was not taken is thrown away"


def test_publishing_without_the_token_takes_no_place_of_the_publisher(
    office: Office, crowd: ExitStack
) -> None:
    size = wire.DIRECTORY_PARTS["handler"]
    head = f"PUT {office.path('directory/handler')} HTTP/1.1\r\nHost: x\r\nIf-None-Match: *\r\n"
    secret = bearer(os.urandom(32))["Authorization"]
    for _ in range(PUBLISHED_IN_FLIGHT * 4):
        raw = crowd.enter_context(socket.create_connection(("127.0.0.1", office.relay.port), timeout=20))
        raw.sendall(f"{head}Content-Length: {size}\r\nAuthorization: {secret}\r\n\r\n".encode() + bytes(999))
    headers = office.publisher | {"If-None-Match": "*"}
    reply = ask(office.relay, "PUT", office.path("directory/handler"), headers=headers, body=b"d")
    assert reply.status == 204


def taken(raw: socket.socket) -> int:
    """How many bytes come before the other end closes."""
    total = 0
    with contextlib.suppress(ConnectionError):
        while piece := raw.recv(1 << 20):
            total += len(piece)
    return total


def memory_mib(relay: RunningRelay) -> float:
    with open(f"/proc/{relay.pid}/status", encoding="ascii") as status:
        (line,) = (line for line in status if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024
