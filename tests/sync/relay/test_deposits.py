"""Depositing: what is stored, what is refused, and what may be repeated."""

from __future__ import annotations

import os
import socket
import time

import pytest

from sync import wire
from sync.relay.places import replace_publish_token
from tests.sync.relay.asking import Office, ask, bearer, cells_of, some_cells
from tests.sync.relay.running import Pool, RunningRelay

NAME = "ab" * 16


def test_a_deposit_is_stored_and_comes_back_in_a_page(office: Office) -> None:
    body = some_cells()
    assert office.deposit(body).status == 204
    assert sorted(office.wait_for(8)) == sorted(cells_of(body))


def test_a_reply_deposit_has_four_small_cells(office: Office) -> None:
    body = some_cells(wire.REPLIES)
    assert office.deposit(body, stream=wire.REPLIES).status == 204
    assert sorted(office.wait_for(4, wire.REPLIES)) == sorted(cells_of(body, wire.REPLIES))


def test_the_same_deposit_again_changes_nothing(office: Office) -> None:
    token, body = office.tokens[0], some_cells()
    for _ in range(3):
        assert office.deposit(body, token=token, name=NAME).status == 204
    office.wait_for(8)
    time.sleep(0.2)
    assert len(office.closed()) == 8


def test_the_same_id_or_token_with_anything_else_is_a_conflict(office: Office) -> None:
    token, other, body = office.tokens[0], office.tokens[1], some_cells()
    assert office.deposit(body, token=token, name=NAME).status == 204
    changed = body[:-1] + bytes([body[-1] ^ 1])
    swapped = b"".join(reversed(cells_of(body)))
    assert office.deposit(changed, token=token, name=NAME).status == 409
    assert office.deposit(swapped, token=token, name=NAME).status == 409
    assert office.deposit(body, token=token, name="cd" * 16).status == 409
    assert office.deposit(body, token=other, name=NAME).status == 409
    assert office.deposit(some_cells(wire.REPLIES), token=token, name=NAME, stream=wire.REPLIES).status == 409


def test_an_unknown_token_is_refused(office: Office) -> None:
    reply = office.deposit(some_cells(), token=os.urandom(32))
    assert (reply.status, reply.headers["www-authenticate"]) == (401, "Bearer")
    assert reply.body == b"The token is missing or not known here."


def test_a_token_of_another_pool_is_refused(relay: RunningRelay, office: Office) -> None:
    assert Office.open(relay).deposit(some_cells(), token=office.tokens[0]).status == 401


@pytest.mark.parametrize(
    "authorization", ["", "Basic QUJD", "Bearer", "Bearer short", "Bearer " + "A" * 44, "Bearer " + "=" * 43]
)
def test_a_malformed_authorization_is_refused(office: Office, authorization: str) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    path = office.path(f"complaints/deposits/{NAME}")
    assert ask(office.relay, "PUT", path, headers=headers, body=some_cells()).status == 401


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_tokens_of_the_weeks_on_either_side_count(office: Office, offset: int) -> None:
    token = os.urandom(32)
    assert office.publish_tokens([token], week=wire.week_of(time.time()) + offset).status == 204
    assert office.deposit(some_cells(), token=token).status == 204


@pytest.mark.parametrize("offset", [-2, 2])
def test_tokens_of_other_weeks_do_not(office: Office, offset: int) -> None:
    token = os.urandom(32)
    assert office.publish_tokens([token], week=wire.week_of(time.time()) + offset).status == 204
    assert office.deposit(some_cells(), token=token).status == 401


def test_a_replaced_token_set_holds_at_once(office: Office) -> None:
    old, new = office.tokens[0], os.urandom(32)
    assert office.deposit(some_cells(), token=office.tokens[1]).status == 204  # the set is in memory now
    assert office.publish_tokens([new]).status == 204
    assert office.deposit(some_cells(), token=old).status == 401
    assert office.deposit(some_cells(), token=new).status == 204


def test_replacing_a_token_set_brings_no_spent_token_back(office: Office) -> None:
    token, body = office.tokens[0], some_cells()
    assert office.deposit(body, token=token, name=NAME).status == 204
    week = wire.week_of(time.time())
    for sets in ([week], [week - 1, week, week + 1], [week + 1]):
        for number in sets:
            assert office.publish_tokens(office.tokens, week=number).status == 204
        assert office.deposit(some_cells(), token=token).status == 409
        assert office.deposit(body, token=token, name=NAME).status == 204
    assert office.publish_tokens([], week=week).status == 204
    assert office.publish_tokens(office.tokens, week=week).status == 204
    assert office.deposit(some_cells(), token=token).status == 409
    office.wait_for(8)
    assert len(office.closed()) == 8


def test_a_retry_is_acknowledged_even_after_its_token_was_withdrawn(office: Office) -> None:
    token, body = office.tokens[0], some_cells()
    assert office.deposit(body, token=token, name=NAME).status == 204
    assert office.publish_tokens([]).status == 204
    assert office.deposit(body, token=token, name=NAME).status == 204
    assert office.deposit(some_cells(), token=token, name=NAME).status == 409


@pytest.mark.parametrize("size", [0, 1, 16_384, 131_071, 131_073, 2_000_000])
def test_a_body_of_any_other_size_is_refused_and_spends_nothing(office: Office, size: int) -> None:
    token = office.tokens[0]
    reply = office.deposit(bytes(size), token=token)
    assert reply.status == 400
    assert reply.body == b"The body does not have the size that it must have."
    assert office.deposit(some_cells(), token=token).status == 204


def test_a_body_without_a_length_is_refused(office: Office) -> None:
    head = f"PUT {office.path('complaints/deposits/' + NAME)} HTTP/1.1\r\nHost: x\r\n"
    for extra in ("\r\n", "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", office.relay.port)) as raw:
            raw.sendall((head + extra).encode())
            assert raw.recv(100).startswith(b"HTTP/1.1 411 ")


def test_a_body_that_ends_early_is_not_stored(office: Office) -> None:
    token = office.tokens[0]
    lines = [f"{name}: {value}" for name, value in bearer(token).items()]
    head = [f"PUT {office.path('complaints/deposits/' + NAME)} HTTP/1.1", "Host: x", "Content-Length: 131072"]
    with socket.create_connection(("127.0.0.1", office.relay.port)) as raw:
        raw.sendall("\r\n".join([*head, *lines, "", ""]).encode() + bytes(100_000))
    body = some_cells()
    assert office.deposit(body, token=token, name=NAME).status == 204
    assert sorted(office.wait_for(8)) == sorted(cells_of(body))


@pytest.mark.parametrize("name", ["x", "AB" * 16, "ab" * 15, "ab" * 17, "zz" * 16])
def test_a_malformed_deposit_id_is_refused(office: Office, name: str) -> None:
    assert office.deposit(some_cells(), name=name).status == 400


@pytest.mark.parametrize("pool", ["0" * 32, "x", "F" * 32])
def test_an_unknown_pool_is_refused(relay: RunningRelay, pool: str) -> None:
    stranger = Office(relay, Pool(pool, "A" * 43), [os.urandom(32)])
    reply = stranger.deposit(some_cells())
    assert (reply.status, reply.body.decode()) == (404, wire.NO_SUCH_POOL)
    assert stranger.publish_tokens([]).status == 404
    assert stranger.get("complaints/pages").status == 404
    assert stranger.get("directory/phone").status == 404


def test_only_the_publishing_token_replaces_tokens(office: Office) -> None:
    wrong = Office(office.relay, Pool(office.pool.name, "A" * 43))
    assert wrong.publish_tokens([os.urandom(32)]).status == 401
    assert office.deposit(some_cells()).status == 204


@pytest.mark.parametrize(
    ("week", "status"), [("x", 400), ("01", 400), ("-1", 400), ("0", 400), ("99999", 400)]
)
def test_an_impossible_week_is_refused(office: Office, week: str, status: int) -> None:
    path = office.path(f"tokens/{week}")
    assert ask(office.relay, "PUT", path, headers=office.publisher, body=bytes(16)).status == status


def test_token_sets_have_whole_hashes_and_a_greatest_size(office: Office) -> None:
    path = office.path(f"tokens/{wire.week_of(time.time())}")
    for size, status in ((17, 400), (8 * 1024 * 1024 + 16, 413)):
        assert ask(office.relay, "PUT", path, headers=office.publisher, body=bytes(size)).status == status
    assert office.deposit(some_cells()).status == 204


def test_a_large_token_set_is_searched(office: Office) -> None:
    tokens = [os.urandom(32) for _ in range(20_000)]
    assert office.publish_tokens(tokens).status == 204
    for token in (tokens[0], tokens[9_999], tokens[-1]):
        assert office.deposit(some_cells(), token=token).status == 204
    assert office.deposit(some_cells(), token=os.urandom(32)).status == 401


def test_a_new_publishing_token_takes_effect_while_the_relay_runs(office: Office) -> None:
    fresh = replace_publish_token(office.relay.place, pool=office.pool.name)
    assert office.publish_tokens(office.tokens).status == 401
    assert Office(office.relay, Pool(office.pool.name, fresh)).publish_tokens(office.tokens).status == 204
