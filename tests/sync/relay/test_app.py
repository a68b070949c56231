"""What the relay asks before it takes a byte, over a store that holds little and notes what it is asked.

The same calls over real stores and sockets are in the other files; this one shows the order of the checks.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from sync import wire
from sync.relay import app as relay_app
from sync.relay.app import WEEKS_AHEAD, RelayApp, Slots
from sync.relay.errors import BusyRefusal, TokenRefusal
from sync.relay.store import ClosedPage, Deposit, DirectoryPart, IndexChunk, hash_token
from tests.sync.relay.asking import bearer

POOL = "ab" * 16
NOW = 3_000 * wire.WEEK_SECONDS + 9.0
TOKEN, PUBLISH = os.urandom(32), os.urandom(32)
ETAG = "cd" * 32
PAGE = os.urandom(2 * wire.CELL_BYTES)


@dataclass
class Shelf:
    """A store that knows one token and one publishing token. `asked`: what it was asked, in order."""

    remembers: bool = False
    fails: type[Exception] | None = None
    asked: list[str] = field(default_factory=list)
    taken: list[Any] = field(default_factory=list)

    def remembers_token(self, *, pool: bytes, token_hash: bytes, weeks: tuple[int, ...]) -> bool:
        assert weeks == wire.weeks_accepted(NOW)
        return self.remembers and token_hash == hash_token(TOKEN)

    async def knows_token(self, *, pool: bytes, token_hash: bytes, weeks: tuple[int, ...]) -> None:
        self._asked("knows")
        assert weeks == wire.weeks_accepted(NOW)
        if token_hash != hash_token(TOKEN):
            raise TokenRefusal

    async def may_publish(self, *, pool: bytes, publish_hash: bytes) -> None:
        self._asked("may publish")
        if publish_hash != hashlib.sha256(PUBLISH).digest():
            raise TokenRefusal

    async def deposit(self, deposit: Deposit) -> bool:
        self._asked("deposit")
        self.taken.append(deposit)
        return True

    async def replace_publish_token(self, *, pool: bytes, publish_hash: bytes, fresh: bytes) -> None:
        self._asked("publish token")
        self.taken.append(fresh)

    async def replace_tokens(self, *, pool: bytes, publish_hash: bytes, week: int, body: bytes) -> None:
        self._asked("tokens")
        self.taken.append((week, body))

    async def replace_directory(
        self, *, pool: bytes, publish_hash: bytes, part: str, body: bytes, replaces: str | None
    ) -> DirectoryPart:
        self._asked("directory")
        self.taken.append((part, body, replaces))
        return DirectoryPart(body, ETAG)

    async def directory(self, *, pool: bytes, part: str) -> DirectoryPart:
        self._asked("read directory")
        return DirectoryPart(b"content", ETAG)

    async def index(self, *, pool: bytes, stream: str, chunk: int | None) -> IndexChunk:
        self._asked(f"index {stream} {chunk}")
        return IndexChunk(b"index", ETAG, for_ever=chunk is not None)

    async def page(self, *, pool: bytes, stream: str, number: int) -> ClosedPage:
        self._asked(f"page {number}")
        return ClosedPage((1, 0, number), 2, bytes.fromhex(ETAG))

    async def page_body(self, page: ClosedPage, *, first: int, last: int) -> AsyncIterator[bytes]:
        yield PAGE[first : last + 1]

    def _asked(self, what: str) -> None:
        self.asked.append(what)
        if self.fails is not None:
            raise self.fails("something of the request")


@dataclass
class Reply:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    read: int = 0


@dataclass
class Relay:
    """The application over a shelf, without a socket."""

    store: Shelf = field(default_factory=Shelf)
    in_flight: int = 256
    stored: list[tuple[str, bool]] = field(default_factory=list)
    app: RelayApp = field(init=False)

    def __post_init__(self) -> None:
        self.app = RelayApp(
            self.store,  # type: ignore[arg-type]
            stored=lambda stream, *, page_full: self.stored.append((stream, page_full)),
            clock=lambda: NOW,
            deposits_in_flight=self.in_flight,
        )

    def ask(self, method: str, rest: str, headers: dict[str, str], body: bytes | None = None) -> Reply:
        """One request to the pool. A body has its length said unless the headers say one."""
        return asyncio.run(self.asked(method, f"/v1/pools/{POOL}/{rest}", headers, body))

    async def asked(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None, *, comes: Any = None
    ) -> Reply:
        reply, (plain, _, query) = Reply(), path.partition("?")
        if body is not None:
            headers = {"content-length": str(len(body)), **headers}

        async def receive() -> dict[str, Any]:
            reply.read += 1
            if comes is not None:
                await comes.wait()
            return {"type": "http.request", "body": body or b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                reply.status = message["status"]
                reply.headers = {key.decode(): value.decode() for key, value in message["headers"]}
            else:
                reply.body += message["body"]

        scope = {
            "method": method, "path": plain, "query_string": query.encode(),
            "headers": [(key.lower().encode(), value.encode()) for key, value in headers.items()],
        }  # fmt: skip
        await self.app(scope, receive, send)
        return reply

    def deposit(self, **changed: Any) -> Reply:
        asked = {"name": "ef" * 16, "token": TOKEN, "stream": wire.COMPLAINTS, **changed}
        body = changed.get("body", bytes(wire.DEPOSIT_BYTES_OF[asked["stream"]]))
        return self.ask("PUT", f"{asked['stream']}/deposits/{asked['name']}", bearer(asked["token"]), body)

    def publish(
        self, rest: str, body: bytes, *, token: bytes = PUBLISH, headers: dict[str, str] | None = None
    ) -> Reply:
        return self.ask("PUT", rest, {**bearer(token), **(headers or {})}, body)


# --- deposits -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stream", wire.STREAMS)
def test_a_deposit_is_stored_under_a_token_that_is_known_and_only_hashes_of_it_are(stream: str) -> None:
    relay = Relay()
    assert relay.deposit(stream=stream).status == 204
    assert relay.store.asked == ["knows", "deposit"]
    (deposit,) = relay.store.taken
    assert (deposit.stream, deposit.pool.hex(), deposit.token_hash) == (stream, POOL, hash_token(TOKEN))
    assert deposit.weeks == wire.weeks_accepted(NOW)
    assert relay.stored == [(stream, True)]


def test_of_a_token_in_memory_no_question_is_asked_before_its_body_is_read() -> None:
    relay = Relay(Shelf(remembers=True))
    assert relay.deposit().status == 204
    assert relay.store.asked == ["deposit"]
    assert relay.deposit(token=os.urandom(32)).status == 401


def test_a_stranger_is_refused_before_anything_is_read_and_nothing_is_told() -> None:
    relay = Relay()
    reply = relay.deposit(token=os.urandom(32))
    assert (reply.status, relay.store.asked, relay.stored) == (401, ["knows"], [])
    assert reply.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"name": "ef" * 15}, 400), ({"name": "EF" * 16}, 400), ({"name": "ef" * 16 + "0"}, 400),
        ({"name": "xy" * 16}, 400), ({"body": bytes(5)}, 400),
        ({"body": bytes(wire.DEPOSIT_BYTES_OF[wire.COMPLAINTS] + 1)}, 400), ({"body": None}, 411),
        ({"token": b"short"}, 401),
    ],
)  # fmt: skip
def test_a_deposit_that_cannot_be_one_costs_no_question(changed: dict[str, Any], status: int) -> None:
    relay = Relay(Shelf(remembers=True))
    assert relay.deposit(**changed).status == status
    assert relay.store.asked == []


def test_more_than_may_be_under_way_is_refused_and_a_place_is_given_back_whatever_happens() -> None:
    full = Relay(in_flight=0)
    assert full.deposit().status == 503
    assert full.store.taken == []
    one = Relay(Shelf(fails=ValueError), in_flight=1)
    assert [one.deposit().status for _ in range(3)] == [503] * 3
    one.store.fails = None
    assert one.deposit().status == 204


def test_a_place_is_taken_while_it_is_held_and_given_back_after_that() -> None:
    slots = Slots(1)
    for _ in range(2):
        with slots, pytest.raises(BusyRefusal), slots:
            raise AssertionError
        with pytest.raises(ValueError, match="inside"), slots:
            raise ValueError("inside")


def test_so_many_strangers_are_looked_up_at_once_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_app, "CHECKS_IN_FLIGHT", 0)
    assert Relay().deposit().status == 503
    assert Relay(Shelf(remembers=True)).deposit().status == 204


def test_of_two_bodies_under_one_token_the_older_one_is_given_up() -> None:
    relay, body = Relay(), bytes(wire.DEPOSIT_BYTES_OF[wire.COMPLAINTS])

    async def both() -> list[int]:
        first, second = asyncio.Event(), asyncio.Event()
        path = f"/v1/pools/{POOL}/complaints/deposits/"
        older = asyncio.create_task(relay.asked("PUT", path + "aa" * 16, bearer(TOKEN), body, comes=first))
        while not relay.app._reading:
            await asyncio.sleep(0)
        newer = asyncio.create_task(relay.asked("PUT", path + "bb" * 16, bearer(TOKEN), body, comes=second))
        refused = await older
        assert relay.app._reading, "the newer one is still under way"
        second.set()
        return [refused.status, (await newer).status]

    assert asyncio.run(both()) == [408, 204]
    assert relay.app._reading == {}


# --- what only a publisher may --------------------------------------------------------------------------

CALLS: dict[str, Callable[[Relay, bytes], Reply]] = {
    "directory": lambda relay, token: relay.publish(
        "directory/phone", b"part", token=token, headers={"if-none-match": "*"}
    ),
    "tokens": lambda relay, token: relay.publish("tokens/3000", bytes(32), token=token),
    "publish token": lambda relay, token: relay.publish("publish-token", bytes(32), token=token),
}


@pytest.mark.parametrize("call", CALLS)
def test_only_the_publisher_publishes_and_nobody_else_is_listened_to(call: str) -> None:
    relay = Relay()
    assert CALLS[call](relay, PUBLISH).status == 204
    assert relay.store.asked == ["may publish", call]
    stranger = Relay()
    reply = CALLS[call](stranger, os.urandom(32))
    assert (reply.status, stranger.store.asked, stranger.store.taken) == (401, ["may publish"], [])


@pytest.mark.parametrize("call", CALLS)
def test_so_much_is_published_at_once_and_no_more(call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_app, "PUBLISHED_IN_FLIGHT", 0)
    relay = Relay()
    assert CALLS[call](relay, PUBLISH).status == 503
    assert relay.store.asked == ["may publish"]


@pytest.mark.parametrize(
    ("rest", "size", "status"),
    [
        ("directory/phone", wire.DIRECTORY_PARTS["phone"] + 1, 413),
        ("directory/handler", wire.DIRECTORY_PARTS["handler"] + 1, 413),
        ("tokens/3000", wire.TOKEN_SET_MAX_BYTES + 16, 413), ("tokens/3000", 33, 400),
        ("publish-token", 31, 400), ("publish-token", 33, 400),
    ],
)  # fmt: skip
def test_what_is_published_has_a_size_that_is_looked_at_first(rest: str, size: int, status: int) -> None:
    relay = Relay()
    said = {"content-length": str(size), "if-none-match": "*"}
    assert relay.publish(rest, b"", headers=said).status == status
    assert relay.store.asked == []


@pytest.mark.parametrize(
    ("headers", "status", "replaces"),
    [
        ({"if-none-match": "*"}, 204, None), ({"if-match": f'"{ETAG}"'}, 204, ETAG), ({}, 428, ""),
        ({"if-match": f'"{ETAG}"', "if-none-match": "*"}, 428, ""), ({"if-none-match": f'"{ETAG}"'}, 428, ""),
        ({"if-match": "*"}, 400, ""),
    ],
)  # fmt: skip
def test_a_directory_is_replaced_only_where_it_is_said_what_it_replaces(
    headers: dict[str, str], status: int, replaces: str | None
) -> None:
    relay = Relay()
    reply = relay.publish("directory/handler", b"part", headers=headers)
    assert reply.status == status
    assert relay.store.taken == ([("handler", b"part", replaces)] if status == 204 else [])
    assert (reply.headers.get("etag") == f'"{ETAG}"') is (status == 204)


@pytest.mark.parametrize(
    ("week", "status"),
    [
        (3_000, 204), (2_998, 204), (2_997, 400), (3_000 + WEEKS_AHEAD, 204), (3_001 + WEEKS_AHEAD, 400),
        ("03000", 400), ("-1", 400), ("x", 400), ("1" * 10, 400),
    ],
)  # fmt: skip
def test_tokens_are_published_for_the_weeks_around_now(week: object, status: int) -> None:
    relay = Relay()
    assert relay.publish(f"tokens/{week}", bytes(16)).status == status
    assert relay.store.asked == (["may publish", "tokens"] if status == 204 else [])


# --- addresses and methods ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/", "/v1", "/v1/pools", f"/v1/pools/{POOL}",
        f"/v2/pools/{POOL}/publish-token", f"/v1/pool/{POOL}/publish-token",
        f"/v1/pools/{POOL}/others/deposits/{'ef' * 16}", f"/v1/pools/{POOL}/others/pages",
        f"/v1/pools/{POOL}/others/pages/1", f"/v1/pools/{POOL}/directory/others",
        f"/v1/pools/{POOL}/complaints/pages/1/2", f"/v1/pools/{POOL[:-1]}/publish-token",
        f"/v1/pools/{POOL.upper()}/publish-token", f"x/v1/pools/{POOL}/publish-token",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_what_is_no_address_here_asks_the_store_nothing(path: str, method: str) -> None:
    relay = Relay(Shelf(remembers=True))
    headers = {**bearer(PUBLISH), "if-none-match": "*"}
    assert asyncio.run(relay.asked(method, path, headers, bytes(32))).status in (404, 405)
    assert relay.store.asked == []


@pytest.mark.parametrize(
    ("rest", "allowed"),
    [
        (f"complaints/deposits/{'ef' * 16}", "PUT"), ("complaints/pages", "GET"), ("replies/pages/1", "GET"),
        ("directory/phone", "GET, PUT"), ("tokens/3000", "PUT"), ("publish-token", "PUT"),
    ],
)  # fmt: skip
def test_every_other_method_is_refused_before_anything_else(rest: str, allowed: str) -> None:
    for method in {"GET", "PUT", "POST", "DELETE", "HEAD"} - set(allowed.split(", ")):
        relay = Relay(Shelf(remembers=True))
        reply = relay.ask(method, rest, bearer(PUBLISH), bytes(32))
        assert (reply.status, reply.headers["allow"], relay.store.asked) == (405, allowed, [])
    assert asyncio.run(Relay().asked("PUT", "/healthz", {}, None)).status == 405
    assert asyncio.run(Relay().asked("GET", "/healthz", {}, None)).body == b"ok"


def test_what_nobody_foresaw_is_answered_without_a_word_about_it() -> None:
    reply = Relay(Shelf(fails=ValueError)).ask("GET", "directory/phone", {})
    assert (reply.status, reply.body) == (503, BusyRefusal.sentence.encode())
    assert reply.headers["cache-control"] == "no-store"


# --- reading --------------------------------------------------------------------------------------------


def test_what_a_client_has_is_not_sent_again() -> None:
    for rest in ("directory/phone", "complaints/pages", "complaints/pages?chunk=0", "complaints/pages/3"):
        reply = Relay().ask("GET", rest, {"if-none-match": f'"{ETAG}"'})
        assert (reply.status, reply.body) == (304, b"")
        whole = Relay().ask("GET", rest, {"if-none-match": '"another"'})
        assert whole.status == 200
        assert whole.headers["etag"] == f'"{ETAG}"'


@pytest.mark.parametrize("query", ["chunk=", "chunk=01", "chunk=-1", "chunk=1&x=2", "x", "chunk=" + "1" * 10])
def test_a_malformed_question_for_a_chunk_is_refused(query: str) -> None:
    relay = Relay()
    assert relay.ask("GET", f"complaints/pages?{query}", {}).status == 400
    assert relay.store.asked == []


def test_a_chunk_is_asked_for_by_its_number() -> None:
    relay = Relay()
    relay.ask("GET", "replies/pages?chunk=12", {})
    relay.ask("GET", "replies/pages", {})
    assert relay.store.asked == ["index replies 12", "index replies None"]


@pytest.mark.parametrize("number", ["01", "-1", "x", "1" * 10, ""])
def test_a_page_that_has_no_number_is_not_looked_for(number: str) -> None:
    relay = Relay()
    assert relay.ask("GET", f"complaints/pages/{number}", {}).status == 404
    assert relay.store.asked == []


def test_a_range_is_given_only_of_the_page_that_the_client_has() -> None:
    part = Relay().ask("GET", "complaints/pages/1", {"range": "bytes=5-9"})
    assert (part.status, part.body) == (206, PAGE[5:10])
    assert part.headers["content-range"] == f"bytes 5-9/{len(PAGE)}"
    for etag, status in ((ETAG, 206), ("another", 200)):
        reply = Relay().ask("GET", "complaints/pages/1", {"range": "bytes=5-9", "if-range": f'"{etag}"'})
        assert reply.status == status
    beyond = Relay().ask("GET", "complaints/pages/1", {"range": f"bytes={len(PAGE)}-"})
    assert (beyond.status, beyond.headers["content-range"]) == (416, f"bytes */{len(PAGE)}")


def test_an_answer_to_a_client_that_is_still_sending_closes_the_connection() -> None:
    waits = Relay().ask("PUT", "tokens/x", {"expect": "100-continue"}, bytes(16))
    assert (waits.headers["connection"], waits.read) == ("close", 0)
    sent = Relay().ask("PUT", "tokens/x", {}, bytes(16))
    assert ("connection" not in sent.headers, sent.read) == (True, 1)
