"""What the client asks of every answer, with a network in memory; `test_transport.py` has real sockets."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import httpx
import pytest

from sync import errors, wire
from sync.transport import RelayClient, _isolated

POOL = "ab" * 16
Answering = Callable[[httpx.Request], httpx.Response]


def client(answering: Answering) -> RelayClient:
    made = RelayClient("http://relay.example", POOL)
    made._http = httpx.Client(transport=httpx.MockTransport(answering))
    return made


def said(status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> httpx.Response:
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))


def tag(body: bytes) -> dict[str, str]:
    return {"etag": f'"{hashlib.sha256(body).hexdigest()}"'}


@pytest.mark.parametrize("token", ["A" * 42, "A" * 44, "A" * 42 + "B", "A" * 43 + "=", "A" * 42 + "+"])
def test_a_publishing_token_of_another_form_never_goes_to_the_relay(token: str) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return said(204)

    relay = client(answer)
    with pytest.raises(ValueError, match="43 characters"):
        relay.change_publish_token("A" * 43, token)
    assert asked == []
    relay.change_publish_token("A" * 43, "A" * 43)
    assert len(asked) == 1


def test_only_a_socks_proxy_without_a_name_of_its_own_is_given_a_random_one() -> None:
    names = {_isolated("socks5://127.0.0.1:9050").auth for _each in range(3)}
    assert len(names) == 3
    assert None not in names
    assert _isolated("socks5://anna:word@127.0.0.1:9050").auth == ("anna", "word")
    assert _isolated("http://127.0.0.1:8080").auth is None


def test_an_answer_with_a_body_of_another_digest_is_rubbish_where_the_digest_is_its_etag() -> None:
    body = b"sealed"
    relay = client(lambda _request: said(200, body, tag(b"another")))
    with pytest.raises(errors.RelayRubbishError):
        relay.get_directory(wire.PHONE_PART)
    relay = client(lambda _request: said(200, body, tag(body)))
    assert relay.get_directory(wire.PHONE_PART) == (body, tag(body)["etag"].strip('"'))
    nothing = client(lambda _request: said(404, wire.NOTHING_THERE.encode()))
    with pytest.raises(errors.DirectoryMissingError):
        nothing.get_directory(wire.PHONE_PART)


def test_nothing_new_is_an_answer_only_to_whoever_has_something() -> None:
    relay = client(lambda _request: said(304))
    assert relay.get_directory(wire.PHONE_PART, etag="0" * 64) is None
    assert relay.index(wire.REPLIES, etag="0" * 64) is None
    for call in (relay.get_directory, relay.index):
        with pytest.raises(errors.RelayRubbishError):
            call(wire.PHONE_PART if call == relay.get_directory else wire.REPLIES)


def test_a_relay_that_stored_something_else_than_was_published_is_no_relay() -> None:
    for stored, taken in ((b"mine", True), (b"other", False)):
        relay = client(lambda _request, stored=stored: said(204, b"", tag(stored)))  # type: ignore[misc]

        def put(relay: RelayClient = relay) -> str:
            return relay.put_directory(wire.PHONE_PART, b"mine", publish_token="A" * 43, if_match=None)

        if taken:
            assert put() == hashlib.sha256(b"mine").hexdigest()
        else:
            with pytest.raises(errors.RelayRubbishError):
                put()


@pytest.mark.parametrize("error", [httpx.ReadError, httpx.ConnectTimeout, httpx.ConnectError])
def test_a_request_is_sent_once_more_only_where_a_kept_connection_was_closed(
    error: type[httpx.TransportError],
) -> None:
    tries: list[bool] = []

    def answer(_request: httpx.Request) -> httpx.Response:
        tries.append(True)
        if len(tries) in (1, 3):
            raise error("gone")
        return said(200, b"sealed", tag(b"sealed"))

    relay = client(answer)
    with pytest.raises(errors.RelayUnreachableError):
        relay.get_directory(wire.PHONE_PART)
    assert len(tries) == 1, "nothing was kept open"
    assert relay.get_directory(wire.PHONE_PART)
    if error is httpx.ReadError:
        assert relay.get_directory(wire.PHONE_PART)
        assert len(tries) == 4
    else:
        with pytest.raises(errors.RelayUnreachableError):
            relay.get_directory(wire.PHONE_PART)
        assert len(tries) == 3


def test_a_page_has_as_many_whole_cells_as_its_index_says() -> None:
    def hash_of(cell: bytes) -> bytes:
        return hashlib.sha256(cell).digest()

    size = wire.CELL_BYTES_OF[wire.REPLIES]
    cells = sorted((bytes([number]) * size for number in range(3)), key=hash_of)
    digest = wire.page_digest(hash_of(cell) for cell in cells)
    relay = client(lambda _request: said(200, b"".join(cells)))
    assert relay.page(wire.REPLIES, 1, digest, cells=3) == b"".join(cells)
    assert relay.page(wire.REPLIES, 1, digest) == b"".join(cells)
    for count in (2, 4):
        with pytest.raises(errors.SyncError):
            relay.page(wire.REPLIES, 1, digest, cells=count)
    cut = [*cells[:2], cells[2][:-1]]
    broken = client(lambda _request: said(200, b"".join(cut)))
    with pytest.raises(errors.PageDamagedError):
        broken.page(wire.REPLIES, 1, wire.page_digest(hash_of(cell) for cell in cut))
    empty = client(lambda _request: said(200, b""))
    with pytest.raises(errors.PageDamagedError):
        empty.page(wire.REPLIES, 1, wire.page_digest([]))


def test_what_is_known_is_said_with_the_question_and_nothing_else() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return said(304)

    relay = client(answer)
    relay.get_directory(wire.PHONE_PART, etag="0" * 64)
    with pytest.raises(errors.RelayRubbishError):
        relay.get_directory(wire.PHONE_PART)
    assert [request.headers.get("if-none-match") for request in asked] == ['"' + "0" * 64 + '"', None]
