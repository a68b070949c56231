"""The directory: opaque parts that only the publishing token replaces, and never blindly."""

from __future__ import annotations

import hashlib

import pytest

from sync import wire
from tests.sync.relay.asking import Office, Reply, ask


def put(office: Office, body: bytes, *, part: str = "phone", **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ask(
        office.relay, "PUT", office.path(f"directory/{part}"), headers=office.publisher | named, body=body
    )


def etag_of(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()}"'


def test_what_was_never_published_is_404_with_words_that_a_client_knows(office: Office) -> None:
    reply = office.get("directory/phone")
    assert (reply.status, reply.body.decode()) == (404, wire.NOTHING_THERE)


def test_a_part_is_published_and_replaced(office: Office) -> None:
    assert put(office, b"one", If_None_Match="*").headers["etag"] == etag_of(b"one")
    assert put(office, b"two", If_Match=etag_of(b"one")).status == 204
    reply = office.get("directory/phone")
    assert (reply.status, reply.body, reply.headers["etag"]) == (200, b"two", etag_of(b"two"))
    assert reply.headers["cache-control"] == "no-cache"
    assert office.get("directory/phone", If_None_Match=etag_of(b"two")).status == 304
    assert office.get("directory/handler").status == 404


def test_replacing_another_version_than_the_present_one_is_refused(office: Office) -> None:
    assert put(office, b"x", If_Match=etag_of(b"none")).status == 412
    assert put(office, b"one", If_None_Match="*").status == 204
    assert put(office, b"two", If_None_Match="*").status == 412
    assert put(office, b"two", If_Match=etag_of(b"other")).status == 412
    assert office.get("directory/phone").body == b"one"


@pytest.mark.parametrize("headers", [{}, {"If_None_Match": '"a"'}, {"If_Match": '"a"', "If_None_Match": "*"}])
def test_replacing_blindly_is_refused(office: Office, headers: dict[str, str]) -> None:
    assert put(office, b"x", **headers).status == 428


@pytest.mark.parametrize("value", ["*", "abc", '"a", "b"', ""])
def test_a_malformed_condition_is_refused(office: Office, value: str) -> None:
    assert put(office, b"x", If_Match=value).status in (400, 428)


def test_only_the_publishing_token_publishes(office: Office) -> None:
    path = office.path("directory/phone")
    for token in ("A" * 43, ""):
        headers = {"Authorization": f"Bearer {token}", "If-None-Match": "*"}
        assert ask(office.relay, "PUT", path, headers=headers, body=b"x").status == 401
    assert office.get("directory/phone").status == 404


@pytest.mark.parametrize("part", sorted(wire.DIRECTORY_PARTS))
def test_a_part_has_a_greatest_size(office: Office, part: str) -> None:
    most = wire.DIRECTORY_PARTS[part]
    assert put(office, bytes(most + 1), part=part, If_None_Match="*").status == 413
    assert put(office, bytes(most), part=part, If_None_Match="*").status == 204
    assert len(office.get(f"directory/{part}").body) == most


def test_other_parts_do_not_exist(office: Office) -> None:
    assert office.get("directory/other").status == 404
    assert put(office, b"x", part="other", If_None_Match="*").status == 404
