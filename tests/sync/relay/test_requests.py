"""What a relay reads of a request: every limit holds before a byte of a body is taken, and to the byte."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from sync.relay import requests
from sync.relay.errors import (
    LengthRefusal,
    MalformedRefusal,
    RangeRefusal,
    SizeRefusal,
    SlowRefusal,
    TokenRefusal,
    TooLargeRefusal,
)
from sync.relay.requests import GoneError, Request, matches, single_etag, single_range

TOKEN = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
LENGTH = "content-length"


class Wire:
    """A connection that gives these pieces of a body, and counts how many were taken."""

    def __init__(self, *pieces: bytes, then: dict[str, Any] | None = None) -> None:
        more = [True] * len(pieces) if then else [True] * (len(pieces) - 1) + [False]
        self._coming = [
            {"type": "http.request", "body": piece, "more_body": one}
            for piece, one in zip(pieces, more, strict=True)
        ]
        self._coming += [then] if then else []
        self.taken = 0

    async def __call__(self) -> dict[str, Any]:
        self.taken += 1
        return self._coming.pop(0)


async def never() -> dict[str, Any]:
    await asyncio.Event().wait()
    raise AssertionError


def request(*headers: tuple[str, str], wire: Any = never) -> Request:
    scope = {
        "method": "PUT", "path": "/", "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }  # fmt: skip
    return Request(scope, wire)


# --- the token ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_a_token_is_32_bytes_in_one_header(scheme: str) -> None:
    assert request(("authorization", f"{scheme} {TOKEN}")).bearer() == bytes(range(32))


@pytest.mark.parametrize(
    "values",
    [
        [], ["Bearer"], [TOKEN], [f"Basic {TOKEN}"], [f"Bearer {TOKEN[:-1]}"], [f"Bearer {TOKEN}A"],
        [f"Bearer {TOKEN}="], [f"Bearer  {TOKEN}"], [f" Bearer {TOKEN}"], [f"Bearer {TOKEN} "],
        [f"Bearer {TOKEN[:-1]}+"], [f"Bearer {TOKEN}"] * 2, [f"Bearer {TOKEN}", "Basic x"],
    ],
)  # fmt: skip
def test_anything_but_one_token_is_refused(values: list[str]) -> None:
    with pytest.raises(TokenRefusal):
        request(*[("authorization", value) for value in values]).bearer()


def test_a_header_counts_under_its_own_name_alone() -> None:
    said = f"Bearer {TOKEN}"
    for other in ("proxy-authorization", "x-token"):
        with pytest.raises(TokenRefusal):
            request((other, said)).bearer()
        assert request((other, "Bearer x"), ("authorization", said)).bearer() == bytes(range(32))
    with pytest.raises(LengthRefusal):
        request(("x-length", "5")).length()
    asked = request(("x-length", "5"), (LENGTH, "6"), ("if-match", '"a"'), ("if-match", '"b"'))
    assert asked.length() == 6
    assert asked.text(b"if-match") == '"a","b"', "several of one name count together"
    assert asked.text(b"range") is None


# --- the length -----------------------------------------------------------------------------------------


def test_a_length_may_be_said_twice_if_it_is_the_same() -> None:
    assert request((LENGTH, "12"), (LENGTH, "12")).length() == 12


@pytest.mark.parametrize(
    ("headers", "refusal"),
    [
        ([], LengthRefusal),
        ([("transfer-encoding", "chunked")], LengthRefusal),
        ([(LENGTH, "5"), ("transfer-encoding", "chunked")], LengthRefusal),
        ([(LENGTH, "5"), (LENGTH, "6")], MalformedRefusal),
        ([(LENGTH, "5, 5")], MalformedRefusal),
        ([(LENGTH, "-5")], MalformedRefusal),
        ([(LENGTH, "+5")], MalformedRefusal),
        ([(LENGTH, "0x5")], MalformedRefusal),
        ([(LENGTH, "")], MalformedRefusal),
        ([(LENGTH, "1" * 16)], MalformedRefusal),
    ],
)
def test_a_body_whose_length_is_not_one_number_is_refused(
    headers: list[tuple[str, str]], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        request(*headers).length()


def test_an_exact_size_is_exact_and_a_greatest_one_the_greatest() -> None:
    asked = request((LENGTH, "32"))
    asked.check_exact(32)
    asked.check_at_most(32)
    for size in (31, 33):
        with pytest.raises(SizeRefusal):
            asked.check_exact(size)
    with pytest.raises(TooLargeRefusal):
        asked.check_at_most(31)


# --- the body -------------------------------------------------------------------------------------------


def body_of(length: int, pieces: Iterable[bytes]) -> bytes:
    return asyncio.run(request((LENGTH, str(length)), wire=Wire(*pieces)).body())


def test_a_body_comes_in_as_many_pieces_as_it_likes() -> None:
    assert body_of(5, [b"ab", b"", b"cde"]) == b"abcde"
    assert body_of(2, [b"ab"]) == b"ab"
    assert body_of(0, [b""]) == b""


@pytest.mark.parametrize("length", [4, 6])
def test_a_body_of_another_size_than_announced_is_refused(length: int) -> None:
    with pytest.raises(SizeRefusal):
        body_of(length, [b"abcde"])


def test_no_more_is_taken_of_a_body_than_was_announced() -> None:
    wire = Wire(b"abc", b"d", b"e", b"f")
    with pytest.raises(SizeRefusal):
        asyncio.run(request((LENGTH, "3"), wire=wire).body())
    assert wire.taken == 2, "the piece that was one too many, and none after it"


def test_a_connection_that_goes_away_has_nobody_to_answer() -> None:
    wire = Wire(b"ab", then={"type": "http.disconnect"})
    with pytest.raises(GoneError):
        asyncio.run(request((LENGTH, "5"), wire=wire).body())


class Late(Wire):
    """A connection whose body comes when nobody waits for it any more."""

    async def __call__(self) -> dict[str, Any]:
        if not self.taken:
            self.taken += 1
            await never()
        return await super().__call__()


def test_a_body_that_is_given_up_is_too_slow_and_nothing_of_it_is_taken_later() -> None:
    wire = Late(b"abcde")

    async def given_up() -> bool:
        asked = request((LENGTH, "5"), wire=wire)
        reading = asyncio.create_task(asked.body())
        while not wire.taken:
            await asyncio.sleep(0)
        asked.give_up()
        with pytest.raises(SlowRefusal):
            await reading
        return await asked.drain()

    assert asyncio.run(given_up()) is False
    assert wire.taken == 1


def test_giving_up_a_body_that_was_never_asked_for_does_nothing() -> None:
    request((LENGTH, "5")).give_up()


# --- what is left of a refused body ---------------------------------------------------------------------


def drained(asked: Request) -> bool:
    return asyncio.run(asked.drain())


def test_a_request_without_a_body_leaves_nothing_to_drain() -> None:
    assert drained(request())


@pytest.mark.parametrize("header", [(LENGTH, "5"), ("transfer-encoding", "chunked")])
def test_what_is_left_of_a_refused_body_is_thrown_away(header: tuple[str, str]) -> None:
    wire = Wire(b"ab", b"cde")
    assert drained(request(header, wire=wire))
    assert wire.taken == 2


def test_a_body_that_was_read_leaves_nothing_to_drain() -> None:
    async def read(asked: Request) -> bool:
        await asked.body()
        return await asked.drain()

    assert asyncio.run(read(request((LENGTH, "2"), wire=Wire(b"ab"))))


def test_nothing_is_awaited_of_a_client_that_waits_for_leave_to_send() -> None:
    wire = Wire(b"abcde")
    assert not drained(request((LENGTH, "5"), ("expect", "100-continue"), wire=wire))
    assert wire.taken == 0


def test_a_refused_body_without_end_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "DRAIN_BYTES", 3)
    wire = Wire(b"ab", b"cd", b"ef")
    assert not drained(request((LENGTH, "9"), wire=wire))
    assert wire.taken == 2


def test_a_refused_body_that_never_comes_is_not_awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "DRAIN_SECONDS", 0.0)
    assert not drained(request((LENGTH, "9")))


# --- conditions and ranges ------------------------------------------------------------------------------


def test_an_etag_is_named_alone_among_others_weakly_or_by_a_star() -> None:
    for header in ('"ab"', '"x", "ab"', 'W/"ab"', "*", " * "):
        assert matches(header, "ab")
    for other in (None, "", "ab", '"abc"', '"AB"', '"*"'):
        assert not matches(other, "ab")


def test_a_condition_names_one_etag() -> None:
    assert single_etag(' "ab" ') == "ab"
    for header in ("", "ab", "*", '"a", "b"', '"ab', '"a"b"'):
        with pytest.raises(MalformedRefusal):
            single_etag(header)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (None, None), ("bytes=0-0", (0, 0)), ("bytes=2-5", (2, 5)), ("bytes=2-", (2, 9)),
        ("bytes=9-9", (9, 9)), ("bytes=0-99", (0, 9)), ("bytes=-3", (7, 9)), ("bytes=-99", (0, 9)),
        (" bytes=1-1 ", (1, 1)),
    ],
)  # fmt: skip
def test_a_range_is_cut_to_what_there_is(header: str | None, found: tuple[int, int] | None) -> None:
    assert single_range(header, 10) == found


@pytest.mark.parametrize(
    "header",
    [
        "", "bytes=-", "bytes=10-", "bytes=10-12", "bytes=5-4", "bytes=-0", "bytes=0-1,3-4", "bits=0-1",
        "bytes=a-b", "bytes=0-" + "9" * 16,
    ],
)  # fmt: skip
def test_anything_but_one_range_that_is_there_is_refused(header: str) -> None:
    with pytest.raises(RangeRefusal):
        single_range(header, 10)
