"""The client against real sockets: a real relay, and things that are no relay at all."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cbor2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync import errors, wire
from sync.pageindex import parse_index
from sync.transport import RelayClient
from tests.sync.relay.asking import Office, cells_of, eventually, some_cells
from tests.sync.relay.running import RunningRelay, start_relay

POOL = "ab" * 16
ETAG = "0" * 64
Answer = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRelay]:
    with start_relay(tmp_path_factory.mktemp("relay")) as running:
        yield running


@pytest.fixture
def office(relay: RunningRelay) -> Office:
    return Office.open(relay)


@pytest.fixture
def client(office: Office) -> Iterator[RelayClient]:
    with RelayClient(office.relay.url, office.pool.name) as connected:
        yield connected


class Impostor:
    """A server that gives one scripted answer to every request and keeps what it was sent."""

    def __init__(self, answer: bytes, *, drip_s: float = 0.0) -> None:
        self._answer, self._drip_s = answer, drip_s
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.heard = b""
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._exchange(connection)

    def _exchange(self, connection: socket.socket) -> None:
        connection.settimeout(0.3)
        try:
            while data := connection.recv(65_536):
                self.heard += data
                if self.heard.endswith(b"\r\n\r\n"):
                    break
        except TimeoutError:
            pass
        try:
            if not self._drip_s:
                connection.sendall(self._answer)
            for byte in self._answer if self._drip_s else b"":
                connection.sendall(bytes([byte]))
                time.sleep(self._drip_s)
        except OSError:
            pass

    def close(self) -> None:
        self._listener.close()


def http(status: str, body: bytes = b"", **headers: str) -> bytes:
    named = {"Content-Length": str(len(body))} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


CALLS: dict[str, Callable[[RelayClient], object]] = {
    "deposit": lambda client: client.deposit(wire.COMPLAINTS, bytes(16), bytes(32), bytes(131_072)),
    "index": lambda client: client.index(wire.COMPLAINTS),
    "chunk": lambda client: client.index(wire.REPLIES, chunk=0, etag=ETAG),
    "page": lambda client: client.page(wire.COMPLAINTS, 1, bytes(32)),
    "get_directory": lambda client: client.get_directory(wire.PHONE_PART),
    "put_directory": lambda client: client.put_directory(
        wire.HANDLER_PART, b"x", publish_token="A" * 43, if_match=ETAG
    ),
    "change_publish_token": lambda client: client.change_publish_token("A" * 43, "A" * 43),
    "put_tokens": lambda client: client.put_tokens(
        wire.week_of(time.time()), bytes(16), publish_token="A" * 43
    ),
}


def against(answer: bytes, call: str = "index", **options: float) -> None:
    impostor = Impostor(answer, **options)
    try:
        with RelayClient(impostor.url, POOL, timeout_s=2.0) as client:
            CALLS[call](client)
    finally:
        impostor.close()


def test_a_deposit_goes_there_and_comes_back(client: RelayClient, office: Office) -> None:
    body, token = some_cells(), office.tokens[0]
    for _ in range(2):
        client.deposit(wire.COMPLAINTS, b"i" * 16, token, body)
    index = eventually(lambda: found if (found := client.index(wire.COMPLAINTS)) and found.entries else None)
    (entry,) = index.entries
    assert (entry.number, entry.cells, index.lowest, index.highest_chunk) == (1, 8, 1, 0)
    page = client.page(wire.COMPLAINTS, 1, entry.digest, cells=entry.cells)
    assert sorted(cells_of(page)) == sorted(cells_of(body))
    assert client.index(wire.COMPLAINTS, etag=index.etag) is None
    assert client.index(wire.COMPLAINTS, chunk=0) == index


def test_refusals_have_names(client: RelayClient, office: Office) -> None:
    token, body = office.tokens[0], some_cells()
    client.deposit(wire.COMPLAINTS, b"i" * 16, token, body)
    with pytest.raises(errors.DepositConflictError):
        client.deposit(wire.COMPLAINTS, b"i" * 16, token, some_cells())
    with pytest.raises(errors.TokenRefusedError):
        client.deposit(wire.COMPLAINTS, b"j" * 16, os.urandom(32), body)
    with pytest.raises(errors.PageUnknownError):
        client.page(wire.REPLIES, 1, bytes(32))
    with pytest.raises(errors.PageUnknownError):
        client.index(wire.REPLIES, chunk=7)
    with pytest.raises(errors.PublishRefusedError):
        client.put_tokens(wire.week_of(time.time()), b"", publish_token="A" * 43)
    with pytest.raises(errors.RelayRefusedError):
        client.put_tokens(7, b"", publish_token=office.pool.publish_token)
    with pytest.raises(ValueError, match="one size"):
        client.deposit(wire.COMPLAINTS, b"i" * 16, token, b"short")


def test_a_directory_is_published_fetched_and_replaced(client: RelayClient, office: Office) -> None:
    token = office.pool.publish_token
    with pytest.raises(errors.DirectoryMissingError):
        client.get_directory("phone")
    with pytest.raises(errors.PublishRefusedError):
        client.put_directory("phone", b"one", publish_token="A" * 43, if_match=None)
    first = client.put_directory("phone", b"one", publish_token=token, if_match=None)
    for if_match in (None, ETAG):
        with pytest.raises(errors.DirectoryConflictError):
            client.put_directory("phone", b"two", publish_token=token, if_match=if_match)
    second = client.put_directory("phone", b"two", publish_token=token, if_match=first)
    assert client.get_directory("phone") == (b"two", second)
    assert client.get_directory("phone", etag=second) is None
    assert client.get_directory("phone", etag=first) == (b"two", second)


@pytest.mark.parametrize("call", CALLS)
def test_an_unknown_pool_has_its_own_name(relay: RunningRelay, call: str) -> None:
    with RelayClient(relay.url, POOL) as client, pytest.raises(errors.PoolUnknownError):
        CALLS[call](client)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "answer",
    [
        http("200 OK", b"<html>log in to the Wi-Fi</html>", Content_Type="text/html"),
        http("404 Not Found", b"<html>nothing</html>", Content_Type="text/html; charset=utf-8"),
        http("404 Not Found", b"nothing", Content_Type="text/plain"),
        http("302 Found", Location="https://portal.example/"),
        http("301 Moved", Location="http://[bad"),
        http("200 OK", b"\x1f\x8b", Content_Encoding="gzip"),
        http("200 OK", b"x" * 17_000_000),
        http("500 Internal Server Error", b"Traceback"),
        http("418 I'm a teapot"),
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"\x15\x03\x03\x00\x02\x02\x28",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 204 No\r\n" + b"X: " + b"a" * 200_000 + b"\r\n\r\n",
    ],
)
def test_what_is_no_relay_is_recognised(call: str, answer: bytes) -> None:
    with pytest.raises(errors.RelayRubbishError) as caught:
        against(answer, call)
    assert "Wi-Fi" in caught.value.next_step


@pytest.mark.parametrize("call", ["index", "page", "get_directory"])
@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort"])
def test_a_connection_that_ends_early_is_no_relay_to_reach(call: str, answer: bytes) -> None:
    with pytest.raises(errors.RelayUnreachableError):
        against(answer, call)


@pytest.mark.parametrize("call", CALLS)
def test_nobody_there(call: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}", "http://relay.invalid", f"https://127.0.0.1:{port}"):
        with RelayClient(url, POOL, timeout_s=2.0) as client, pytest.raises(errors.RelayUnreachableError):
            CALLS[call](client)


def test_a_relay_that_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with RelayClient(url, POOL, timeout_s=0.3) as client, pytest.raises(errors.RelayUnreachableError):
            client.index(wire.COMPLAINTS)


def test_an_answer_that_drips_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.transport.SLOWEST_BYTES_PER_S", 10_000_000)
    begun = time.monotonic()
    with pytest.raises(errors.RelayUnreachableError, match="too slow"):
        against(http("200 OK", bytes(400)), drip_s=0.02)
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize(
    ("header", "wait_s"), [("30", 30.0), ("999999", 3_600.0), ("soon", 60.0), ("-5", 60.0), ("9" * 400, 60.0)]
)
def test_a_busy_relay_says_when_to_come_back(header: str, wait_s: float) -> None:
    with pytest.raises(errors.RelayBusyError) as caught:
        against(http("503 Busy", b"busy", Retry_After=header), "deposit")
    assert caught.value.retry_after_s == wait_s


@pytest.mark.parametrize(
    "url",
    [
        "relay.example", "ftp://relay.example", "http://", "http://u:p@relay.example", "http://u@relay.example",
        "http://:p@relay.example", "http://x/?q", "http://x/#f",
    ],
)  # fmt: skip
def test_an_impossible_address_is_one_sentence(url: str) -> None:
    with pytest.raises(errors.RelayUnreachableError, match="malformed"):
        RelayClient(url, POOL)


def test_a_page_that_is_not_what_its_index_promised_is_damaged() -> None:
    cell = os.urandom(wire.CELL_BYTES)
    for body in (cell, cell[:-1], cell * 2, b""):
        with pytest.raises(errors.PageDamagedError):
            against(http("200 OK", body), "page")


def test_an_answer_that_is_not_its_etag_is_rubbish() -> None:
    index = cbor2.dumps({1: 1, 2: [], 3: 1, 4: 0}, canonical=True)
    for etag in (f'"{ETAG}"', "x", ""):
        for call in ("index", "get_directory"):
            with pytest.raises(errors.RelayRubbishError):
                against(http("200 OK", index, ETag=etag), call)


def test_not_modified_counts_only_if_it_was_asked_for() -> None:
    with pytest.raises(errors.RelayRubbishError):
        against(http("304 Not Modified"), "index")
    against(http("304 Not Modified"), "chunk")


DIGEST = bytes(32)
ODD_INDEXES = [
    [],
    {},
    {1: 1},
    {1: 2, 2: [], 3: 1, 4: 0},
    {1: -999, 2: [], 3: 1, 4: 0},
    {1: 1.0, 2: [], 3: 1, 4: 0},
    {1: True, 2: [], 3: 1, 4: 0},
    {1: 1, 2: [], 3: 2**40, 4: 0},
    {1: 1, 2: [], 3: 1, 4: -1},
    {1: 1, 2: [], 3: 1},
    {1: 1, 2: []},
    {1: 1, 2: [], 3: 1, 4: 0, 5: 0},
    {1: 1, 2: {}, 3: 1, 4: 0},
    {1: 1, 2: [[1, DIGEST, 0]] * 1001, 3: 1, 4: 0},
    {1: 1, 2: [[0, DIGEST, 0]], 3: 1, 4: 0},
    {1: 1, 2: [[1025, DIGEST, 0]], 3: 1, 4: 0},
    {1: 1, 2: [[1, DIGEST[1:], 0]], 3: 1, 4: 0},
    {1: 1, 2: [[1, "x" * 32, 0]], 3: 1, 4: 0},
    {1: 1, 2: [[1, DIGEST, -1]], 3: 1, 4: 0},
    {1: 1, 2: [[1, DIGEST, 1.5]], 3: 1, 4: 0},
    {1: 1, 2: [[1, DIGEST]], 3: 1, 4: 0},
    {1: 1, 2: [1], 3: 1, 4: 0},
]


@pytest.mark.parametrize("content", ODD_INDEXES)
def test_an_index_that_cannot_be_is_rubbish(content: object) -> None:
    body = cbor2.dumps(content, canonical=True)
    with pytest.raises(errors.RelayRubbishError):
        against(http("200 OK", body, ETag=f'"{hashlib.sha256(body).hexdigest()}"'))


def test_an_index_in_another_encoding_is_rubbish() -> None:
    plain = cbor2.dumps({1: 1, 2: [], 3: 1, 4: 0}, canonical=True)
    for body in (plain + b"\0", b"\xb8\x04" + plain[1:], b"\xbf" + plain[1:] + b"\xff", b""):
        with pytest.raises(errors.RelayRubbishError):
            parse_index(body, etag=ETAG, chunk=None)
    assert parse_index(plain, etag=ETAG, chunk=None).entries == ()


def test_a_chunk_says_nothing_that_an_index_does_not_know() -> None:
    body = cbor2.dumps({1: 1001, 2: [], 5: 1}, canonical=True)
    with pytest.raises(errors.RelayRubbishError):
        parse_index(body, etag=ETAG, chunk=1)


def test_another_chunk_than_asked_for_is_rubbish() -> None:
    body = cbor2.dumps({1: 1001, 2: []}, canonical=True)
    assert parse_index(body, etag=ETAG, chunk=1).first == 1001
    with pytest.raises(errors.RelayRubbishError):
        parse_index(body, etag=ETAG, chunk=2)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(
        st.binary(max_size=200),
        st.dictionaries(
            st.integers(0, 5),
            st.one_of(st.integers(), st.lists(st.lists(st.integers(), max_size=3), max_size=3)),
        ).map(lambda value: cbor2.dumps(value, canonical=True)),
    )
)
def test_no_bytes_give_anything_but_an_index_or_the_documented_error(body: bytes) -> None:
    try:
        index = parse_index(body, etag=ETAG, chunk=None)
    except errors.RelayRubbishError:
        return
    assert index.first >= 1


@pytest.mark.parametrize("call", CALLS)
def test_nothing_in_a_request_identifies_the_device(call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    impostor = Impostor(http("503 Busy", Set_Cookie="id=1; Path=/"))
    try:
        with RelayClient(impostor.url, POOL) as client:
            for _ in range(2):
                with pytest.raises(errors.RelayBusyError):
                    CALLS[call](client)
    finally:
        impostor.close()
    names = {
        line.split(b":")[0].lower()
        for head in impostor.heard.split(b"HTTP/1.1\r\n")[1:]
        for line in head.split(b"\r\n\r\n")[0].split(b"\r\n")
    }
    assert names <= {b"host", b"content-length", b"authorization", b"if-none-match", b"if-match"}


def test_each_client_asks_a_socks_proxy_for_a_circuit_of_its_own() -> None:
    names: list[bytes] = []
    proxy = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for _ in range(2):
            connection, _ = proxy.accept()
            with connection:
                connection.settimeout(5)
                connection.recv(10)
                connection.sendall(b"\x05\x02")  # user name and password
                names.append(connection.recv(200))
                connection.sendall(b"\x01\x00")
                request = connection.recv(200)
                assert b"relay.onion" in request, "the proxy resolves the name, not this device"
                connection.sendall(b"\x05\x01\x00\x01\0\0\0\0\0\0")  # refused

    thread = threading.Thread(target=serve)
    thread.start()
    address = f"socks5://127.0.0.1:{proxy.getsockname()[1]}"
    for _ in range(2):
        refused = pytest.raises(errors.RelayUnreachableError, match="proxy")
        with RelayClient("http://relay.onion", POOL, proxy=address) as client, refused:
            client.index(wire.COMPLAINTS)
    thread.join()
    proxy.close()
    assert len(set(names)) == 2


def test_a_relay_that_is_killed_between_two_calls_is_reached_again(tmp_path: Path) -> None:
    with start_relay(tmp_path) as first:
        office = Office.open(first)
        port = first.port
        with RelayClient(first.url, office.pool.name) as client:
            assert client.index(wire.COMPLAINTS) is not None
            first.kill()
            with pytest.raises(errors.RelayUnreachableError):
                client.index(wire.COMPLAINTS)
            with start_relay(tmp_path, port=port):
                assert client.index(wire.COMPLAINTS) is not None


def test_every_error_is_a_sentence_with_a_next_step() -> None:
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.SyncError)
    ]
    assert len(kinds) > 10
    for kind in kinds:
        sentence = str(kind())
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert kind.next_step.endswith(".")


@pytest.mark.parametrize("spoil", [lambda cells: cells[::-1], lambda cells: [cells[0], *cells]])
def test_cells_in_another_order_or_twice_are_no_page_whatever_the_digest_says(
    spoil: Callable[[list[bytes]], list[bytes]],
) -> None:
    def hash_of(cell: bytes) -> bytes:
        return hashlib.sha256(cell).digest()

    cells = sorted((os.urandom(wire.REPLY_CELL_BYTES) for _ in range(3)), key=hash_of)
    for page, good in ((cells, True), (spoil(cells), False)):
        impostor = Impostor(http("200 OK", b"".join(page)))
        try:
            with RelayClient(impostor.url, POOL, timeout_s=5.0) as client:
                digest = wire.page_digest(hash_of(cell) for cell in page)
                if good:
                    assert client.page(wire.REPLIES, 1, digest) == b"".join(page)
                else:
                    with pytest.raises(errors.PageDamagedError):
                        client.page(wire.REPLIES, 1, digest)
        finally:
            impostor.close()
