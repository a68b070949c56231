"""Every call of the OpenAPI document is reached by the fuzzer's kind of request, at either store.

The fuzzer takes any documented status for an answer; here each call must also succeed once as it is written.
"""

from __future__ import annotations

import base64
import hashlib
import os
import time

from sync import wire
from tests.sync.relay.asking import Office, Reply, ask, bearer, some_cells
from tests.sync.relay.test_openapi import OPERATIONS


def test_each_call_of_the_document_succeeds_as_it_is_written(office: Office) -> None:
    assert office.deposit(some_cells()).status == 204
    office.wait_for(8)
    secret = base64.urlsafe_b64decode(office.pool.publish_token + "=")
    pools, week = "/v1/pools/{pool}", wire.week_of(time.time())

    def put(path: str, body: bytes, **headers: str) -> Reply:
        named = office.publisher | {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(office.relay, "PUT", office.path(path), headers=named, body=body)

    def deposit() -> Reply:
        path = office.path(f"complaints/deposits/{os.urandom(16).hex()}")
        headers = bearer(office.tokens.pop())
        return ask(office.relay, "PUT", path, headers=headers, body=some_cells())

    answers = {
        ("GET", "/healthz"): [ask(office.relay, "GET", "/healthz")],
        ("PUT", f"{pools}/{{stream}}/deposits/{{id}}"): [deposit()],
        ("PUT", f"{pools}/directory/{{part}}"): [put("directory/phone", b"sealed", If_None_Match="*")],
        ("GET", f"{pools}/directory/{{part}}"): [office.get("directory/phone")],
        ("GET", f"{pools}/{{stream}}/pages"): [
            office.get("complaints/pages"),
            office.get("complaints/pages?chunk=0"),
        ],
        ("GET", f"{pools}/{{stream}}/pages/{{number}}"): [
            office.get("complaints/pages/1"),
            office.get("complaints/pages/1", Range="bytes=16384-32767"),
            office.get("complaints/pages/1", Range="bytes=-1"),
        ],
        ("PUT", f"{pools}/tokens/{{week}}"): [put(f"tokens/{week}", bytes(32))],
        ("PUT", f"{pools}/publish-token"): [put("publish-token", hashlib.sha256(secret).digest())],
    }
    expected = {operation: [200] for operation in answers if operation[0] == "GET"}
    expected |= {operation: [204] for operation in answers if operation[0] == "PUT"}
    expected["GET", f"{pools}/{{stream}}/pages"] = [200, 200]
    expected["GET", f"{pools}/{{stream}}/pages/{{number}}"] = [200, 206, 206]
    assert {name: [reply.status for reply in replies] for name, replies in answers.items()} == expected
    assert set(answers) == {(operation.method, operation.path) for operation in OPERATIONS}
    whole, part, last = (reply.body for reply in answers["GET", f"{pools}/{{stream}}/pages/{{number}}"])
    assert (part, last) == (whole[16_384:32_768], whole[-1:])
    for operation in OPERATIONS:
        said = answers[operation.method, operation.path]
        assert {reply.status for reply in said} <= operation.statuses
