"""The relay's HTTP calls (PROTOCOL section 7) as one raw ASGI application.

Every request ends in one documented status. Nothing of a request is written anywhere but what the store
keeps: no log, no address. An unforeseen error is answered 503 without any detail.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from typing import Final, Protocol

from sync import wire
from sync.relay.answering import (
    BYTES,
    CBOR,
    FOR_EVER,
    NEVER,
    REVALIDATE,
    TEXT,
    Answer,
    Header,
    send_answer,
)
from sync.relay.errors import (
    BusyRefusal,
    MalformedRefusal,
    MethodRefusal,
    NothingThereRefusal,
    NowhereRefusal,
    PoolRefusal,
    RangeRefusal,
    Refusal,
    SizeRefusal,
    UnconditionalRefusal,
    WeekRefusal,
)
from sync.relay.requests import GoneError, Receive, Request, Scope, Send, matches, single_etag, single_range
from sync.relay.store import Store, hash_token, make_deposit

# Deposits whose bodies are being read or stored at once: 256 of 128 KiB are 32 MiB of memory.
DEPOSITS_IN_FLIGHT: Final = 256
# Questions to the database about tokens that are in no set in memory: strangers, and the first after a start.
CHECKS_IN_FLIGHT: Final = 256
# Token sets and directory parts, up to 8 MiB each.
PUBLISHED_IN_FLIGHT: Final = 4
# Weeks ahead for which tokens may be published; a year is more than any organisation prepares.
WEEKS_AHEAD: Final = 53

_HEX32 = re.compile(r"[0-9a-f]{32}")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")
_CHUNK = re.compile(rb"chunk=(0|[1-9][0-9]{0,8})")


class Stored(Protocol):
    """What hears of each deposit."""

    def __call__(self, stream: str, *, page_full: bool) -> None: ...


class Slots:
    """A number of things that may be under way at once; one more is refused with 503."""

    def __init__(self, size: int) -> None:
        self._free = size

    def __enter__(self) -> None:
        if self._free <= 0:
            raise BusyRefusal
        self._free -= 1

    def __exit__(self, *exception: object) -> None:
        self._free += 1


class RelayApp:
    """The ASGI application over a store. `stored` is told of each deposit, and whether it filled a page."""

    def __init__(
        self,
        store: Store,
        *,
        stored: Stored,
        clock: Callable[[], float] = time.time,
        deposits_in_flight: int = DEPOSITS_IN_FLIGHT,
    ) -> None:
        self._store = store
        self._stored = stored
        self._clock = clock
        self._depositing = Slots(deposits_in_flight)
        self._checking = Slots(CHECKS_IN_FLIGHT)
        self._publishing = Slots(PUBLISHED_IN_FLIGHT)
        self._reading: dict[tuple[bytes, bytes], Request] = {}  # by pool and token, while a body comes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            try:
                answer = await self._answer(request)
            except Refusal as refusal:
                answer = await _refused(request, refusal)
            await send_answer(send, answer)
        except GoneError:
            return

    async def _answer(self, request: Request) -> Answer:
        try:
            return await self._route(request)
        except (Refusal, GoneError):
            raise
        except Exception:
            raise BusyRefusal from None

    async def _route(self, request: Request) -> Answer:
        parts = request.path.split("/")
        if request.path == "/healthz":
            _only(request, "GET")
            return Answer(200, [TEXT, NEVER], b"ok")
        if len(parts) < 5 or parts[:3] != ["", "v1", "pools"]:
            raise NowhereRefusal
        name, rest = parts[3], parts[4:]
        match rest:
            case [stream, "deposits", deposit_id] if stream in wire.STREAMS:
                _only(request, "PUT")
                return await self._deposit(request, _pool(name), stream, deposit_id)
            case [stream, "pages"] if stream in wire.STREAMS:
                _only(request, "GET")
                return await self._index(request, _pool(name), stream)
            case [stream, "pages", number] if stream in wire.STREAMS:
                _only(request, "GET")
                return await self._page(request, _pool(name), stream, number)
            case ["directory", part] if part in wire.DIRECTORY_PARTS:
                _only(request, "GET", "PUT")
                if request.method == "GET":
                    return await self._directory(request, _pool(name), part)
                return await self._replace_directory(request, _pool(name), part)
            case ["tokens", week]:
                _only(request, "PUT")
                return await self._replace_tokens(request, _pool(name), week)
            case ["publish-token"]:
                _only(request, "PUT")
                return await self._replace_publish_token(request, _pool(name))
        raise NowhereRefusal

    async def _deposit(self, request: Request, pool: bytes, stream: str, deposit_id: str) -> Answer:
        if not _HEX32.fullmatch(deposit_id):
            raise MalformedRefusal
        request.check_exact(wire.DEPOSIT_BYTES_OF[stream])
        token = request.bearer()
        known, weeks = hash_token(token), wire.weeks_accepted(self._clock())
        if not self._store.remembers_token(pool=pool, token_hash=known, weeks=weeks):
            with self._checking:
                await self._store.knows_token(pool=pool, token_hash=known, weeks=weeks)
        with self._depositing:
            deposit = make_deposit(
                pool=pool,
                stream=stream,
                deposit_id=bytes.fromhex(deposit_id),
                token=token,
                weeks=weeks,
                body=await self._only_body(request, (pool, known)),
            )
            page_full = await self._store.deposit(deposit)
        self._stored(stream, page_full=page_full)
        return Answer(204)

    async def _only_body(self, request: Request, key: tuple[bytes, bytes]) -> bytes:
        """The body. A token has one body under way: the newest, since a device that lost its connection asks
        again, and since one stolen token must not hold every place with bodies that never end.
        """
        if key in self._reading:
            self._reading[key].give_up()
        self._reading[key] = request
        try:
            return await request.body()
        finally:
            if self._reading.get(key) is request:
                del self._reading[key]

    async def _index(self, request: Request, pool: bytes, stream: str) -> Answer:
        chunk = None
        if request.query:
            match = _CHUNK.fullmatch(request.query)
            if match is None:
                raise MalformedRefusal
            chunk = int(match[1])
        index = await self._store.index(pool=pool, stream=stream, chunk=chunk)
        headers = [_etag(index.etag), FOR_EVER if index.for_ever else REVALIDATE]
        if matches(request.text(b"if-none-match"), index.etag):
            return Answer(304, headers)
        return Answer(200, [CBOR, *headers], index.body)

    async def _page(self, request: Request, pool: bytes, stream: str, number: str) -> Answer:
        if not _NUMBER.fullmatch(number):
            raise NothingThereRefusal
        page = await self._store.page(pool=pool, stream=stream, number=int(number))
        etag = page.digest.hex()
        total = page.cells * wire.CELL_BYTES_OF[stream]
        headers = [_etag(etag), FOR_EVER, (b"accept-ranges", b"bytes")]
        if matches(request.text(b"if-none-match"), etag):
            return Answer(304, headers)
        if_range = request.text(b"if-range")
        wanted = None
        if if_range is None or matches(if_range, etag):
            wanted = single_range(request.text(b"range"), total)
        first, last = wanted or (0, total - 1)
        headers += [BYTES, (b"content-length", b"%d" % (last - first + 1))]
        body = self._store.page_body(page, first=first, last=last)
        if wanted is None:
            return Answer(200, headers, stream=body)
        return Answer(
            206, [*headers, (b"content-range", b"bytes %d-%d/%d" % (first, last, total))], stream=body
        )

    async def _directory(self, request: Request, pool: bytes, part: str) -> Answer:
        found = await self._store.directory(pool=pool, part=part)
        headers = [_etag(found.etag), REVALIDATE]
        if matches(request.text(b"if-none-match"), found.etag):
            return Answer(304, headers)
        return Answer(200, [BYTES, *headers], found.body)

    async def _replace_directory(self, request: Request, pool: bytes, part: str) -> Answer:
        request.check_at_most(wire.DIRECTORY_PARTS[part])
        publish_hash = hashlib.sha256(request.bearer()).digest()
        if_match, if_none_match = request.text(b"if-match"), request.text(b"if-none-match")
        if if_match is not None and if_none_match is None:
            replaces: str | None = single_etag(if_match)
        elif if_none_match is not None and if_none_match.strip() == "*" and if_match is None:
            replaces = None
        else:
            raise UnconditionalRefusal
        await self._store.may_publish(pool=pool, publish_hash=publish_hash)
        with self._publishing:
            fresh = await self._store.replace_directory(
                pool=pool, publish_hash=publish_hash, part=part, body=await request.body(), replaces=replaces
            )
        return Answer(204, [_etag(fresh.etag)])

    async def _replace_tokens(self, request: Request, pool: bytes, week: str) -> Answer:
        if not _NUMBER.fullmatch(week):
            raise MalformedRefusal
        request.check_at_most(wire.TOKEN_SET_MAX_BYTES)
        if request.length() % wire.TOKEN_HASH_BYTES:
            raise SizeRefusal
        now = wire.week_of(self._clock())
        if not now - wire.WEEKS_EITHER_SIDE - 1 <= int(week) <= now + WEEKS_AHEAD:
            raise WeekRefusal
        publish_hash = hashlib.sha256(request.bearer()).digest()
        await self._store.may_publish(pool=pool, publish_hash=publish_hash)
        with self._publishing:
            await self._store.replace_tokens(
                pool=pool, publish_hash=publish_hash, week=int(week), body=await request.body()
            )
        return Answer(204)

    async def _replace_publish_token(self, request: Request, pool: bytes) -> Answer:
        request.check_exact(wire.DIGEST_BYTES)
        publish_hash = hashlib.sha256(request.bearer()).digest()
        await self._store.may_publish(pool=pool, publish_hash=publish_hash)
        with self._publishing:
            await self._store.replace_publish_token(
                pool=pool, publish_hash=publish_hash, fresh=await request.body()
            )
        return Answer(204)


def _only(request: Request, *methods: str) -> None:
    if request.method not in methods:
        raise MethodRefusal(", ".join(methods).encode("ascii"))


def _pool(name: str) -> bytes:
    if not _HEX32.fullmatch(name):
        raise PoolRefusal
    return bytes.fromhex(name)


def _etag(digest: str) -> Header:
    return (b"etag", b'"%s"' % digest.encode("ascii"))


async def _refused(request: Request, refusal: Refusal) -> Answer:
    headers = [TEXT, NEVER, *refusal.headers]
    if isinstance(refusal, MethodRefusal):
        headers.append((b"allow", refusal.allowed))
    if isinstance(refusal, RangeRefusal):
        headers.append((b"content-range", b"bytes */%d" % refusal.total_bytes))
    if not await request.drain():
        headers.append((b"connection", b"close"))
    return Answer(refusal.status, headers, refusal.sentence.encode("ascii"))
