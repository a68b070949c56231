"""More than the relay can hold is refused at once, and slow senders do not stop the others."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from sync.relay.app import DEPOSITS_IN_FLIGHT
from tests.sync.relay.asking import Office, ask, bearer, eventually, some_cells
from tests.sync.relay.running import RunningRelay


@pytest.fixture
def crowd() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def begin(office: Office, token: bytes, number: int) -> socket.socket:
    """A deposit whose body stops after some bytes."""
    raw = socket.create_connection(("127.0.0.1", office.relay.port), timeout=20)
    path, secret = office.path(f"complaints/deposits/{number:032x}"), bearer(token)["Authorization"]
    head = [
        f"PUT {path} HTTP/1.1",
        "Host: x",
        "Content-Length: 131072",
        f"Authorization: {secret}",
        "",
        "",
    ]
    raw.sendall("\r\n".join(head).encode() + bytes(1_000))
    return raw


def test_one_deposit_too_many_at_once_hears_503_and_when_to_come_back(
    relay: RunningRelay, crowd: ExitStack
) -> None:
    office = Office.open(relay, tokens=DEPOSITS_IN_FLIGHT + 3)
    assert office.deposit(some_cells()).status == 204  # now the relay has the tokens in memory
    body = some_cells()
    slow = [
        crowd.enter_context(begin(office, office.tokens.pop(), number))
        for number in range(DEPOSITS_IN_FLIGHT)
    ]

    def refused() -> bool | None:
        reply = office.deposit(body, token=office.tokens[0], name="ee" * 16)
        if reply.status == 503:
            assert reply.headers["retry-after"] == "5"
            assert reply.body == b"The relay is busy; try again later."
            return True
        return None

    assert eventually(refused)
    assert ask(office.relay, "GET", "/healthz").status == 200, "everything else goes on"
    for raw in slow[:3]:
        raw.close()
    eventually(lambda: office.deposit(some_cells(), token=office.tokens[1]).status == 204 or None)


def test_strangers_without_a_token_take_no_place(office: Office, crowd: ExitStack) -> None:
    for number in range(DEPOSITS_IN_FLIGHT + 10):
        crowd.enter_context(begin(office, bytes(32), number))
    token, body = office.tokens.pop(), some_cells()
    eventually(lambda: office.deposit(body, token=token, name="ef" * 16).status == 204 or None)
