"""Several relays on one PostgreSQL database: together they are one relay."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import cbor2
import pytest

from sync import wire
from tests.sync.relay.asking import Office, ask, cells_of, digest_of, eventually, some_cells
from tests.sync.relay.database import Database
from tests.sync.relay.running import Pool, RunningRelay, start_relay
from tests.sync.relay.test_crashes import Sender


@pytest.fixture
def pair(database: Database) -> Iterator[tuple[RunningRelay, RunningRelay]]:
    place = database.fresh()
    with start_relay(place, page_seconds=0.05) as one, start_relay(place, page_seconds=0.05) as other:
        yield one, other


class Reader(threading.Thread):
    """Reads as a handler does: never a page twice, never one below the last number it has seen."""

    def __init__(self, office: Office) -> None:
        super().__init__()
        self._office = office
        self.cells: list[bytes] = []
        self.done = threading.Event()

    def run(self) -> None:
        seen = 0
        while not self.done.is_set():
            rows = cbor2.loads(self._office.get("complaints/pages").body)[wire.INDEX_PAGES]
            for place in range(seen, len(rows)):
                page = self._office.get(f"complaints/pages/{place + 1}").body
                assert digest_of(page) == rows[place][1]
                self.cells += cells_of(page)
            seen = len(rows)
            time.sleep(0.005)


def test_a_reader_that_only_goes_forward_misses_nothing(pair: tuple[RunningRelay, RunningRelay]) -> None:
    office = Office.open(pair[0], tokens=400)
    reader = Reader(replace(office, relay=pair[1]))
    reader.start()
    senders = [Sender(pair[turn % 2], office, office.tokens[turn:160:8]) for turn in range(8)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    sent = [cell for sender in senders for body in sender.acknowledged for cell in cells_of(body)]
    assert len(sent) == 160 * 8
    eventually(lambda: len(reader.cells) >= len(sent) or None)
    time.sleep(0.2)
    reader.done.set()
    reader.join()
    assert sorted(reader.cells) == sorted(sent)


def test_a_token_is_spent_at_all_of_them(pair: tuple[RunningRelay, RunningRelay]) -> None:
    one = Office.open(pair[0])
    other = replace(one, relay=pair[1])
    token, body, name = one.tokens[0], some_cells(), "ab" * 16
    assert one.deposit(body, token=token, name=name).status == 204
    assert other.deposit(body, token=token, name=name).status == 204
    assert other.deposit(some_cells(), token=token).status == 409
    one.wait_for(8)
    assert len(other.closed()) == 8


def test_the_same_deposit_at_both_in_the_same_moment_is_stored_once(
    pair: tuple[RunningRelay, RunningRelay],
) -> None:
    office = Office.open(pair[0], tokens=30)
    bodies = [some_cells() for _ in office.tokens]
    statuses: list[int] = []

    def send(relay: RunningRelay) -> None:
        for token, body in zip(office.tokens, bodies, strict=True):
            reply = replace(office, relay=relay).deposit(body, token=token, name=token[:16].hex())
            statuses.append(reply.status)

    threads = [threading.Thread(target=send, args=[relay]) for relay in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) == {204}
    assert sorted(office.wait_for(240)) == sorted(cell for body in bodies for cell in cells_of(body))


def test_what_is_published_at_one_holds_at_the_other_at_once(pair: tuple[RunningRelay, RunningRelay]) -> None:
    one = Office.open(pair[0])
    other = replace(one, relay=pair[1])
    old, new = one.tokens[0], os.urandom(32)
    assert other.deposit(some_cells(), token=one.tokens[1]).status == 204  # its set is in memory there
    assert one.publish_tokens([new]).status == 204
    assert other.deposit(some_cells(), token=old).status == 401
    assert other.deposit(some_cells(), token=new).status == 204
    path, headers = one.path("directory/phone"), one.publisher | {"If-None-Match": "*"}
    assert ask(pair[0], "PUT", path, headers=headers, body=b"x").status == 204
    assert other.get("directory/phone").body == b"x"
    assert ask(pair[1], "PUT", path, headers=headers, body=b"y").status == 412
    change = ask(pair[0], "PUT", one.path("publish-token"), headers=one.publisher, body=bytes(32))
    assert change.status == 204
    assert other.publish_tokens([]).status == 401


def test_kill_9_of_a_relay_and_of_the_database_loses_nothing_and_doubles_nothing() -> None:
    with Database() as database:
        place = database.fresh()
        with start_relay(place, page_seconds=0.05) as one, start_relay(place, page_seconds=0.05) as other:
            office = Office.open(one, tokens=4_000)
            senders = [Sender(one, office, office.tokens[turn::8]) for turn in range(8)]
            for sender in senders:
                sender.start()
            time.sleep(0.5)
            one.kill()
            for sender in senders:
                sender.join()
            rest = [Stubborn(replace(office, relay=other), sender) for sender in senders]
            for stubborn in rest:
                stubborn.start()
            time.sleep(0.4)
            database.kill()
            assert ask(other, "GET", "/healthz").status == 200
            assert replace(office, relay=other).get("complaints/pages").status == 503
            database.start()
            time.sleep(0.4)
            for stubborn in rest:
                stubborn.enough.set()
            for stubborn in rest:
                stubborn.join()
            stored = [body for sender in senders for body in sender.acknowledged]
            stored += [body for stubborn in rest for body in stubborn.acknowledged]
            expected = sorted(cell for body in stored for cell in cells_of(body))
            found = replace(office, relay=other).wait_for(len(expected))
            assert sorted(found) == expected


class Stubborn(threading.Thread):
    """Goes on where a sender stopped, and repeats every deposit until it is acknowledged."""

    def __init__(self, office: Office, sender: Sender) -> None:
        super().__init__()
        self._office, self._first = office, sender.unheard
        self._tokens = iter(sender._tokens[len(sender.acknowledged) + 1 :])
        self.acknowledged: list[bytes] = []
        self.enough = threading.Event()

    def run(self) -> None:
        pending = self._first
        while pending is not None:
            token, name, body = pending
            while self._office.deposit(body, token=token, name=name).status != 204:
                time.sleep(0.05)
            self.acknowledged.append(body)
            token = next(self._tokens, b"")
            done = self.enough.is_set() or not token
            pending = None if done else (token, os.urandom(16).hex(), some_cells())


def test_a_pool_is_known_to_both_and_to_no_other_database(
    pair: tuple[RunningRelay, RunningRelay], database: Database
) -> None:
    pool = pair[0].create_pool()
    assert Office(pair[1], pool).get("complaints/pages").status == 200
    with start_relay(database.fresh()) as stranger:
        assert Office(stranger, Pool(pool.name, pool.publish_token)).get("complaints/pages").status == 404
