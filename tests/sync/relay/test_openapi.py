"""The published OpenAPI document, and a fuzzer that reads it: no request hangs, breaks the relay, or is
answered with a status that is not written there.

What it draws for each parameter is what the document allows, what it nearly allows, and rubbish.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync import wire
from tests.sync.relay.asking import Office, ask, bearer, some_cells
from tests.sync.relay.test_documentation import PAGE

DOCUMENT: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[3] / "docs" / "relay-openapi.json").read_text(encoding="utf-8")
)
METHODS = ("get", "put")
ANSWER_SECONDS = 15.0
TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40)
ODD_LENGTHS = st.sampled_from(["-1", "+5", "5, 5", "0x10", "9" * 30, "", " ", "1e3"])


@dataclass(frozen=True)
class Operation:
    """One method of one path, as the document has it."""

    path: str
    method: str
    parameters: tuple[dict[str, Any], ...]
    security: str
    body: dict[str, Any] | None
    statuses: frozenset[int]


def operations() -> list[Operation]:
    found = []
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method not in item:
                continue
            call = item[method]
            content = call.get("requestBody", {}).get("content", {})
            schema = content["application/octet-stream"]["schema"] if content else None
            security = next(iter(call["security"][0])) if "security" in call else ""
            parameters = (*item.get("parameters", ()), *call.get("parameters", ()))
            statuses = frozenset(map(int, call["responses"]))
            found.append(Operation(path, method.upper(), parameters, security, schema, statuses))
    return found


OPERATIONS = operations()


def near(schema: dict[str, Any], known: list[str]) -> st.SearchStrategy[str]:
    """Values of a parameter: good ones first, since a bad one ends the request early."""
    good: st.SearchStrategy[str]
    if "enum" in schema:
        good = st.sampled_from(schema["enum"])
    elif schema.get("type") == "integer":
        good = st.one_of(st.integers(0, 3), st.integers(0, schema["maximum"])).map(str)
    elif "pattern" in schema:
        good = st.text("0123456789abcdef", min_size=32, max_size=32)
    else:
        good = st.sampled_from(["*", '"' + "0" * 64 + '"', "bytes=0-99", "bytes=-1", "bytes=5-"])
    if known:
        good = st.one_of(st.sampled_from(known), st.sampled_from(known), good)
    return st.one_of(good, good, good, TEXT.map(lambda text: text.replace("/", "").replace("?", "")))


@dataclass(frozen=True)
class Drawn:
    """One request as bytes."""

    head: bytes
    body: bytes


@st.composite
def requests(draw: st.DrawFn, operation: Operation, office: Office) -> Drawn:
    path, query, headers = operation.path, "", [("Host", "relay"), ("Connection", "close")]
    known = {
        "pool": [office.pool.name],
        "week": [str(wire.week_of(time.time()) + shift) for shift in (-1, 0, 1)],
        "number": ["1", "2"],
        "chunk": ["0"],
    }
    for parameter in operation.parameters:
        name, where = parameter["name"], parameter["in"]
        if not parameter["required"] and draw(st.booleans()):
            continue
        value = draw(near(parameter["schema"], known.get(name, [])))
        if where == "path":
            path = path.replace("{" + name + "}", value)
        elif where == "query":
            query = f"?{name}={value}"
        else:
            headers += [(name, value)] * draw(st.sampled_from([1, 1, 1, 2]))
    if operation.security:
        right = office.pool.publish_token
        if operation.security == "deposit":
            right = bearer(draw(st.sampled_from(office.tokens)))["Authorization"].removeprefix("Bearer ")
        secret = draw(st.sampled_from([right, right, right, "A" * 43, "=" * 43, "", right + "x"]))
        headers.append(("Authorization", f"Bearer {secret}"))
    body = draw(bodies(operation, base64.urlsafe_b64decode(office.pool.publish_token + "=")))
    length = draw(st.one_of(*[st.just(str(len(body)))] * 4, ODD_LENGTHS, st.none()))
    if operation.body is not None and length is not None:
        headers.append(("Content-Length", length))
    elif operation.body is not None and draw(st.booleans()):
        headers.append(("Transfer-Encoding", "chunked"))
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    lines = [f"{operation.method} {path}{query} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    return Drawn("\r\n".join([*lines, "", ""]).encode("latin-1"), body)


def bodies(operation: Operation, secret: bytes) -> st.SearchStrategy[bytes]:
    if operation.body is None:
        return st.just(b"")
    least, most = operation.body["minLength"], operation.body["maxLength"]
    sizes = {least, most, max(0, least - 1), most + 1, 0, 16, 160} & set(range(200_000))
    drawn = st.sampled_from(sorted(sizes)).map(os.urandom)
    if operation.path.endswith(
        "/publish-token"
    ):  # most often the same again, or nobody could publish any more
        return st.one_of(st.just(hashlib.sha256(secret).digest()), drawn)
    return drawn


def exchange(port: int, request: Drawn) -> bytes:
    """The start of the answer; nothing if the connection was closed; an error if it takes too long."""
    with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS) as raw:
        try:
            raw.sendall(request.head + request.body)
            raw.shutdown(socket.SHUT_WR)
            return raw.recv(4096)
        except TimeoutError:
            raise
        except OSError:  # it was closed while we were sending
            return b""


@pytest.mark.parametrize(
    "operation", OPERATIONS, ids=lambda operation: f"{operation.method} {operation.path}"
)
def test_every_answer_has_a_status_that_the_document_names(office: Office, operation: Operation) -> None:
    assert office.deposit(some_cells()).status == 204

    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(data=st.data())
    def fuzz(data: st.DataObject) -> None:
        request = data.draw(requests(operation, office))
        answer = exchange(office.relay.port, request)
        if answer:
            status = int(answer.split(b" ", 2)[1])
            # Rubbish in a path can make another address of it, and rubbish in a head no HTTP at all.
            allowed = (operation.statuses | {400, 404, 405}) - {503}
            assert status in allowed, (answer[:200], request.head)

    fuzz()
    assert ask(office.relay, "GET", "/healthz").status == 200


@pytest.mark.parametrize(
    "operation", OPERATIONS, ids=lambda operation: f"{operation.method} {operation.path}"
)
def test_the_document_says_of_each_call_what_the_page_for_operators_says(operation: Operation) -> None:
    said: dict[str, set[int]] = {}
    for call, answers in re.findall(r"^\| `((?:GET|PUT) /[^`?]*)[^`]*`(.*)$", PAGE, re.MULTILINE):
        said.setdefault(call, set()).update(map(int, re.findall(r"\*\*(\d{3})\*\*", answers)))
    short = operation.path.removeprefix("/v1/pools/{pool}").replace("{number}", "{n}")
    # Any call may answer 503 (the page says so once), and a page may be asked for in parts.
    assert said[f"{operation.method} {short}"] | {503} == operation.statuses | {503}


def test_sizes_in_the_document_are_those_of_the_code() -> None:
    bodies_of = {(operation.method, operation.path): operation.body for operation in OPERATIONS}
    deposit = bodies_of["PUT", "/v1/pools/{pool}/{stream}/deposits/{id}"]
    tokens = bodies_of["PUT", "/v1/pools/{pool}/tokens/{week}"]
    assert deposit is not None
    assert tokens is not None
    assert (deposit["minLength"], deposit["maxLength"]) == tuple(sorted(wire.DEPOSIT_BYTES_OF.values()))
    assert tokens["maxLength"] == wire.TOKEN_SET_MAX_BYTES
