"""The client's side of the relay's calls, over httpx: nothing else here talks to a network.

Guarantees: every failure is one of `sync.errors`; no answer is believed before its size and its digest are
right; nothing identifies the device (no User-Agent, no cookies, no proxies from the environment); no redirect
is followed. Not guaranteed: that the relay tells the truth about what it withholds; counters and digests
above this layer find that.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import secrets
import ssl
import time
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from itertools import pairwise
from types import TracebackType
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import httpx

from sync import wire
from sync.errors import (
    DepositConflictError,
    DirectoryConflictError,
    DirectoryMissingError,
    PageDamagedError,
    PageExpiredError,
    PageUnknownError,
    PublishRefusedError,
    RelayRubbishError,
    RelayUnreachableError,
    TokenRefusedError,
)
from sync.pageindex import Index, PageEntry, parse_index
from sync.relayanswer import Answer, etag_of, pool_or, pool_or_rubbish, refused

__all__ = ["Index", "PageEntry", "RelayClient"]

TIMEOUT_S: Final = 30.0
# An answer may be slow but not endless: at least this many bytes a second on the whole, after the first
# timeout.
SLOWEST_BYTES_PER_S: Final = 1_024
# A chunk of 1,000 pages is about 45 kB; the refusals are one sentence.
INDEX_MAX_BYTES: Final = 128 * 1024
SENTENCE_MAX_BYTES: Final = 16 * 1024

CLOSED_MEANWHILE: Final = (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)


@lru_cache(maxsize=1)
def _authorities() -> ssl.SSLContext:
    """Who may vouch for a relay's name, read once: that takes longer than a short session. Connections share
    nothing else by it; no TLS session is resumed.
    """
    return httpx.create_ssl_context(trust_env=False)


class RelayClient:
    """One pool at one relay, over one connection that is kept open. Use it in a `with` block.

    `proxy` is an address such as `socks5://127.0.0.1:9050`; with a SOCKS proxy each client gives itself a
    random user name, which makes Tor build a circuit of its own for it (IsolateSOCKSAuth).
    """

    def __init__(
        self, base_url: str, pool: str, *, proxy: str | None = None, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._timeout_s = timeout_s
        self._pool = f"/v1/pools/{pool}"
        self._kept_open = False
        try:
            self._base = _base(base_url)
            self._http = httpx.Client(
                trust_env=False,
                verify=_authorities(),
                follow_redirects=False,
                proxy=None if proxy is None else _isolated(proxy),
                timeout=timeout_s,
                limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=60.0),
            )
        except (ValueError, TypeError, httpx.InvalidURL) as error:
            raise RelayUnreachableError("The address of the relay or of the proxy is malformed.") from error

    def __enter__(self) -> RelayClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def deposit(self, stream: str, deposit_id: bytes, token: bytes, body: bytes) -> None:
        """Deposit cells under one token. Repeating it with the very same arguments is harmless.

        Returns when the relay has stored it durably. Raises `TokenRefusedError`, `DepositConflictError` (seal
        afresh, under another id and token) or what every call may raise.
        """
        if len(body) != wire.DEPOSIT_BYTES_OF[stream]:
            raise ValueError("a deposit has one size")
        answer = self._call(
            "PUT", f"/{stream}/deposits/{deposit_id.hex()}", headers=[_bearer(_text(token))], body=body
        )
        match answer.status:
            case 204:
                return
            case 401:
                raise TokenRefusedError
            case 404:
                pool_or_rubbish(answer)
            case 409:
                raise DepositConflictError
        refused(answer)

    def index(self, stream: str, *, chunk: int | None = None, etag: str | None = None) -> Index | None:
        """The index's newest chunk or the given one; None if it is still the one with this etag."""
        query = "" if chunk is None else f"?chunk={chunk}"
        answer = self._call(
            "GET", f"/{stream}/pages{query}", headers=_unless(etag), limit=INDEX_MAX_BYTES, digest=True
        )
        match answer.status:
            case 200:
                return parse_index(answer.body, etag=etag_of(answer), chunk=chunk)
            case 304 if etag is not None:
                return None
            case 404:
                pool_or(answer, PageUnknownError())
            case 410:
                raise PageExpiredError
        refused(answer)

    def page(self, stream: str, number: int, expect_digest: bytes, *, cells: int | None = None) -> bytes:
        """The cells of a closed page, one after the other, exactly as the index promised them."""
        size = wire.CELL_BYTES_OF[stream]
        most = size * (wire.CELLS_PER_PAGE if cells is None else cells)
        answer = self._call("GET", f"/{stream}/pages/{number}", limit=most)
        match answer.status:
            case 200:
                short = not answer.body or len(answer.body) % size or (cells and len(answer.body) != most)
                if short or not _is_page(answer.body, size, expect_digest):
                    raise PageDamagedError
                return answer.body
            case 404:
                pool_or(answer, PageUnknownError())
            case 410:
                raise PageExpiredError
        refused(answer)

    def get_directory(self, part: str, *, etag: str | None = None) -> tuple[bytes, str] | None:
        """A part of the directory with its etag; None if it is still the one with this etag.

        Raises `DirectoryMissingError` if none was ever published.
        """
        limit = wire.DIRECTORY_PARTS[part]
        answer = self._call("GET", f"/directory/{part}", headers=_unless(etag), limit=limit, digest=True)
        match answer.status:
            case 200:
                return answer.body, etag_of(answer)
            case 304 if etag is not None:
                return None
            case 404:
                pool_or(answer, DirectoryMissingError())
        refused(answer)

    def put_directory(self, part: str, body: bytes, *, publish_token: str, if_match: str | None) -> str:
        """Publish a part in place of the one with this etag (None: as the first). Returns the new etag.

        Raises `DirectoryConflictError` if another one is there, `PublishRefusedError` for a wrong token.
        """
        condition = ("If-None-Match", "*") if if_match is None else ("If-Match", f'"{if_match}"')
        answer = self._call(
            "PUT", f"/directory/{part}", headers=[_bearer(publish_token), condition], body=body
        )
        match answer.status:
            case 204:
                etag = etag_of(answer)
                if etag != hashlib.sha256(body).hexdigest():
                    raise RelayRubbishError
                return etag
            case 401:
                raise PublishRefusedError
            case 404:
                pool_or_rubbish(answer)
            case 412:
                raise DirectoryConflictError
        refused(answer)

    def put_tokens(self, week: int, hashes: bytes, *, publish_token: str) -> None:
        """Replace the accepted token hashes (16 bytes each) of one week."""
        answer = self._call("PUT", f"/tokens/{week}", headers=[_bearer(publish_token)], body=hashes)
        match answer.status:
            case 204:
                return
            case 401:
                raise PublishRefusedError
            case 404:
                pool_or_rubbish(answer)
        refused(answer)

    def change_publish_token(self, old: str, new: str) -> None:
        """Let the publishing token `new` take the place of `old`, which is refused from then on.

        Repeating it is harmless: where it was done before and the answer was lost, the new token is accepted
        and nothing changes. Raises `PublishRefusedError` if neither is the pool's.
        """
        digest = hashlib.sha256(_token_bytes(new)).digest()
        for token in (old, new):
            answer = self._call("PUT", "/publish-token", headers=[_bearer(token)], body=digest)
            match answer.status:
                case 204:
                    return
                case 401:
                    continue
                case 404:
                    pool_or_rubbish(answer)
            refused(answer)
        raise PublishRefusedError

    def _call(
        self,
        method: str,
        path: str,
        *,
        headers: list[tuple[str, str]] | None = None,
        body: bytes | None = None,
        limit: int = 0,
        digest: bool = False,
    ) -> Answer:
        """One request and its answer. `limit`: the greatest body of a 200; `digest`: it must match its etag.

        A connection that was kept open may have been closed at the other end meanwhile: then the request is
        sent once more on a fresh one. That is harmless, because every call may be repeated.
        """
        request = partial(
            httpx.Request, method, self._base + self._pool + path, headers=headers, content=body
        )
        patience = self._timeout_s + (limit + len(body or b"")) / SLOWEST_BYTES_PER_S
        kept_open, self._kept_open = self._kept_open, False
        try:
            answer = self._once(request, limit, patience)
        except RelayUnreachableError as error:
            if not kept_open or not isinstance(error.__cause__, CLOSED_MEANWHILE):
                raise
            answer = self._once(request, limit, patience)
        self._kept_open = True
        if digest and answer.status == 200 and hashlib.sha256(answer.body).hexdigest() != etag_of(answer):
            raise RelayRubbishError
        return answer

    def _once(self, request: Callable[[], httpx.Request], limit: int, patience: float) -> Answer:
        with _mapped():
            response = self._http.send(request(), stream=True)
            try:
                return _read(response, limit, time.monotonic() + patience)
            finally:
                response.close()


@contextlib.contextmanager
def _mapped() -> Iterator[None]:
    """Every exception of httpx becomes one of ours."""
    try:
        yield
    except httpx.RemoteProtocolError as error:
        # The connection ended early (a relay that stops, a network that breaks), or this is no HTTP at all.
        ended = "disconnected" in str(error) or "peer closed" in str(error)
        raise (RelayUnreachableError() if ended else RelayRubbishError()) from error
    except (httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError) as error:
        # An address that came in an invitation, or was typed: a host name that cannot be one, a strange port.
        raise RelayUnreachableError("The address of the relay or of the proxy is malformed.") from error
    except httpx.ProxyError as error:
        raise RelayUnreachableError("The proxy does not let this device through.") from error
    except httpx.TransportError as error:
        raise RelayUnreachableError from error
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise RelayRubbishError from error


def _read(response: httpx.Response, limit: int, deadline: float) -> Answer:
    if "content-encoding" in response.headers or "html" in response.headers.get("content-type", ""):
        raise RelayRubbishError  # a relay compresses nothing and has no web pages: a log-in page answers here
    most = limit if response.status_code == 200 else SENTENCE_MAX_BYTES
    pieces: list[bytes] = []
    taken = 0
    for piece in response.iter_raw():
        taken += len(piece)
        if taken > most:
            raise RelayRubbishError
        if time.monotonic() > deadline:
            raise RelayUnreachableError("The connection to the relay is too slow.")
        pieces.append(piece)
    return Answer(response.status_code, response.headers, b"".join(pieces))


def _is_page(body: bytes, size: int, digest: bytes) -> bool:
    """Whether these are the cells that the digest stands for, each once and in the order of their hashes."""
    view = memoryview(body)
    hashes = [hashlib.sha256(view[start : start + size]).digest() for start in range(0, len(body), size)]
    rising = all(one < next_one for one, next_one in pairwise(hashes))
    return rising and wire.page_digest(hashes) == digest


def _bearer(token: str) -> tuple[str, str]:
    return ("Authorization", f"Bearer {token}")


def _text(token: bytes) -> str:
    return base64.urlsafe_b64encode(token).rstrip(b"=").decode("ascii")


def _token_bytes(token: str) -> bytes:
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    if len(raw) != wire.PUBLISH_TOKEN_BYTES or _text(raw) != token:
        raise ValueError("a publishing token has 43 characters")
    return raw


def _unless(etag: str | None) -> list[tuple[str, str]]:
    return [] if etag is None else [("If-None-Match", f'"{etag}"')]


def _base(base_url: str) -> str:
    parts = urlsplit(base_url.rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not an address of a relay")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("not an address of a relay")
    return urlunsplit(parts)


def _isolated(proxy: str) -> httpx.Proxy:
    parsed = httpx.Proxy(proxy)
    if parsed.url.scheme.startswith("socks") and parsed.auth is None:
        return httpx.Proxy(proxy, auth=(secrets.token_hex(8), secrets.token_hex(8)))
    return parsed
