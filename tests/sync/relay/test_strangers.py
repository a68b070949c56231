"""Requests that nobody honest sends: each gets one documented status, a short sentence, and nothing else."""

from __future__ import annotations

import contextlib
import os
import socket

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sync.relay.asking import Office, ask
from tests.sync.relay.running import RunningRelay

DOCUMENTED = {200, 204, 206, 304, 400, 401, 404, 405, 408, 409, 410, 411, 412, 413, 416, 428}
TELLTALES = {"server", "date", "set-cookie", "x-powered-by", "via"}


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/pools", "/v1/pools/", "/v2/x", "/healthz/", "/favicon.ico", "//"]
)
def test_an_unknown_address_is_404(relay: RunningRelay, path: str) -> None:
    reply = ask(relay, "GET", path)
    assert (reply.status, reply.body) == (404, b"There is no such address here.")


@pytest.mark.parametrize(
    ("method", "rest", "allowed"),
    [
        ("GET", "complaints/deposits/" + "a" * 32, "PUT"),
        ("POST", "complaints/deposits/" + "a" * 32, "PUT"),
        ("PUT", "complaints/pages", "GET"),
        ("DELETE", "complaints/pages/1", "GET"),
        ("HEAD", "replies/pages", "GET"),
        ("PATCH", "directory/phone", "GET, PUT"),
        ("GET", "tokens/2900", "PUT"),
    ],
)
def test_an_unknown_method_is_405(office: Office, method: str, rest: str, allowed: str) -> None:
    reply = ask(office.relay, method, office.path(rest))
    assert (reply.status, reply.headers["allow"]) == (405, allowed)


def test_healthz_says_ok_and_no_more(relay: RunningRelay) -> None:
    reply = ask(relay, "GET", "/healthz")
    assert (reply.status, reply.body) == (200, b"ok")


def test_no_answer_names_its_software_or_the_time(office: Office) -> None:
    replies = [
        ask(office.relay, "GET", "/healthz"),
        ask(office.relay, "GET", "/nothing"),
        office.get("complaints/pages"),
        office.get("directory/phone"),
        office.deposit(b"short"),
    ]
    for reply in replies:
        assert not TELLTALES & reply.headers.keys()
        assert b"uvicorn" not in reply.body
        assert b"Traceback" not in reply.body


def exchange(relay: RunningRelay, request: bytes) -> bytes:
    """Send bytes as they are; the start of what comes back, or nothing."""
    with (
        socket.create_connection(("127.0.0.1", relay.port), timeout=10) as raw,
        contextlib.suppress(OSError),
    ):
        raw.sendall(request)
        raw.shutdown(socket.SHUT_WR)
        return raw.recv(4096)
    return b""


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-Long: " + b"a" * 70_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"a: b\r\n" * 9_000 + b"\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_what_is_not_http_is_refused_without_harm(relay: RunningRelay, request_bytes: bytes) -> None:
    answer = exchange(relay, request_bytes)
    assert answer == b"" or answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 404 ", b"HTTP/1.1 411 "))
    assert ask(relay, "GET", "/healthz").status == 200


KNOWN = (
    "",
    "v1",
    "pools",
    "complaints",
    "replies",
    "deposits",
    "pages",
    "directory",
    "tokens",
    "phone",
    "POOL",
)
ODD = ("0", "1", "2954", "-1", "a" * 32, "%00", "%2e%2e", "..", "é", "1e9", "9" * 30, "handler", "healthz")
SEGMENTS = st.sampled_from(KNOWN + ODD)
VALUES = st.one_of(
    st.sampled_from(
        ["*", '"a"', "bytes=0-0", "bytes=9-", "0", "16", "131072", "16384", "chunked", "PUBLISH", "close"]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60),
)
NAMES = st.sampled_from(
    [
        "Authorization",
        "If-Match",
        "If-None-Match",
        "If-Range",
        "Range",
        "Content-Type",
        "Expect",
        "X-Any",
        "Cookie",
    ]
)


@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    method=st.sampled_from(["GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS"]),
    segments=st.lists(SEGMENTS, max_size=7),
    query=st.one_of(
        st.just(""), st.just("?chunk=0"), st.text("abc=&?#%0123", max_size=12).map(lambda q: "?" + q)
    ),
    headers=st.dictionaries(NAMES, VALUES, max_size=4),
    size=st.one_of(st.none(), st.sampled_from([0, 1, 16, 16_384, 131_072])),
)
def test_no_request_breaks_the_relay(
    office: Office, method: str, segments: list[str], query: str, headers: dict[str, str], size: int | None
) -> None:
    pool, token = office.pool.name, office.pool.publish_token
    path = "/" + "/".join(segments).replace("POOL", pool) + query
    lines = [f"{name}: {value}".replace("PUBLISH", f"Bearer {token}") for name, value in headers.items()]
    body = b"" if size is None else os.urandom(size)
    if size is not None:
        lines.append(f"Content-Length: {size}")
    head = "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", "Connection: close", *lines, "", ""])
    answer = exchange(office.relay, head.encode("latin-1") + body)
    if answer:
        assert int(answer.split(b" ", 2)[1]) in DOCUMENTED | {100}, answer


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_no_bytes_break_the_relay(relay: RunningRelay, data: bytes) -> None:
    answer = exchange(relay, data)
    assert not answer or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 200"))
