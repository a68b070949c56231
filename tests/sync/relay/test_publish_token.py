"""Changing the publishing token: only its holder can, at once, and repeating it is harmless."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
from pathlib import Path

import pytest

from sync import wire
from sync.errors import PoolUnknownError, PublishRefusedError
from sync.transport import RelayClient
from tests.sync.relay.asking import Office, Reply, ask, bearer
from tests.sync.relay.running import Pool, start_relay


def text(token: bytes) -> str:
    return base64.urlsafe_b64encode(token).rstrip(b"=").decode()


def change(office: Office, *, by: bytes | None, fresh: bytes) -> Reply:
    headers = office.publisher if by is None else bearer(by)
    body = hashlib.sha256(fresh).digest()
    return ask(office.relay, "PUT", office.path("publish-token"), headers=headers, body=body)


def publishes(office: Office, token: bytes | str) -> bool:
    named = token if isinstance(token, str) else text(token)
    return Office(office.relay, Pool(office.pool.name, named)).publish_tokens(office.tokens).status == 204


def test_the_old_token_is_dead_at_once_and_the_new_one_publishes(office: Office) -> None:
    fresh = os.urandom(32)
    reply = change(office, by=None, fresh=fresh)
    assert (reply.status, reply.body) == (204, b"")
    assert not publishes(office, office.pool.publish_token)
    assert publishes(office, fresh)
    assert change(office, by=None, fresh=os.urandom(32)).status == 401
    put = {"If-None-Match": "*"}
    for headers, status in ((office.publisher, 401), (bearer(fresh), 204)):
        path = office.path("directory/phone")
        assert ask(office.relay, "PUT", path, headers=headers | put, body=b"x").status == status


def test_asking_again_with_the_new_token_changes_nothing(office: Office) -> None:
    fresh = os.urandom(32)
    assert change(office, by=None, fresh=fresh).status == 204
    for _ in range(2):
        assert change(office, by=fresh, fresh=fresh).status == 204
    assert publishes(office, fresh)


def test_nobody_else_changes_it(office: Office) -> None:
    stranger = Office.open(office.relay)
    for headers in ({}, bearer(os.urandom(32)), bearer(office.tokens[0]), stranger.publisher):
        path = office.path("publish-token")
        assert ask(office.relay, "PUT", path, headers=headers, body=bytes(32)).status == 401
    assert publishes(office, office.pool.publish_token)


@pytest.mark.parametrize("size", [0, 16, 31, 33, 43, 1_000_000])
def test_a_hash_of_any_other_size_is_refused_unread(office: Office, size: int) -> None:
    path = office.path("publish-token")
    assert ask(office.relay, "PUT", path, headers=office.publisher, body=bytes(size)).status == 400
    assert publishes(office, office.pool.publish_token)


def test_a_stranger_hears_no_before_a_byte_of_the_body_is_read(office: Office) -> None:
    head = f"PUT {office.path('publish-token')} HTTP/1.1\r\nHost: x\r\nContent-Length: 32\r\n"
    secret = bearer(bytes(32))["Authorization"]
    with socket.create_connection(("127.0.0.1", office.relay.port), timeout=20) as raw:
        raw.sendall(f"{head}Expect: 100-continue\r\nAuthorization: {secret}\r\n\r\n".encode())
        assert raw.recv(100).startswith(b"HTTP/1.1 401 ")


def test_other_methods_and_unknown_pools_are_refused(office: Office) -> None:
    assert ask(office.relay, "GET", office.path("publish-token")).status == 405
    nowhere = Office(office.relay, Pool("0" * 32, "A" * 43))
    assert change(nowhere, by=None, fresh=bytes(32)).status == 404


def test_it_survives_a_crash_and_the_new_token_is_nowhere(tmp_path: Path) -> None:
    folder = tmp_path
    fresh = os.urandom(32)
    with start_relay(folder) as running:
        office = Office.open(running)
        assert change(office, by=None, fresh=fresh).status == 204
        running.kill()
    seized = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert hashlib.sha256(fresh).digest() in seized
    assert fresh not in seized
    assert text(fresh).encode() not in seized
    with start_relay(folder) as running:
        office.relay = running
        assert not publishes(office, office.pool.publish_token)
        assert publishes(office, fresh)


def test_the_client_changes_it_and_may_repeat_itself(office: Office) -> None:
    old, new = office.pool.publish_token, text(os.urandom(32))
    with RelayClient(office.relay.url, office.pool.name) as client:
        client.change_publish_token(old, new)
        client.change_publish_token(old, new)  # the first answer was lost
        client.change_publish_token(new, new)
        assert publishes(office, new)
        with pytest.raises(PublishRefusedError):
            client.change_publish_token(old, text(os.urandom(32)))
        for broken in ("", "A" * 42, "A" * 44, "=" * 43, "A" * 42 + "B"):
            with pytest.raises(ValueError, match="publishing token"):
                client.change_publish_token(new, broken)
    with (
        RelayClient(office.relay.url, "0" * 2 * wire.POOL_BYTES) as stranger,
        pytest.raises(PoolUnknownError),
    ):
        stranger.change_publish_token(old, new)
