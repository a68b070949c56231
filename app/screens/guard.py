"""The guard before every page that Kantha serves here: who may speak to it, and what its pages may do.

Guarantees, for HTTP and WebSocket alike: the request names this very address in `Host` (a web page whose
name was rebound to 127.0.0.1 does not), comes from one of its own pages or from no page (`Origin`), and
carries the session cookie. The cookie is given only for the secret of this start, which stands in the
fragment of the printed address and so reaches no server, log or referrer until the entrance page posts it.
Nothing a page holds may load from, or send to, any other place.

Does not protect against: a program that runs as the same person on this computer, or an extension in the
browser. Cookies know no ports, so any other server on 127.0.0.1 that the person opens in the same browser
sees this one; the `Host` and `Origin` rules still keep its pages out.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

from app.screens.entrance import ENTRANCE_PAGE, ENTRANCE_POLICY

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

ENTRANCE = "/enter"
# A person mistypes nothing here, so ten wrong secrets are a program that guesses.
WRONG_SECRETS_ALLOWED = 10
SECRET_BYTES_MAX = 256
# What the framework offers and Kantha does not use: API pages that load from elsewhere, uploads, sign-in
# elsewhere.
CLOSED_PATHS = frozenset(
    {"/docs", "/docs/oauth2-redirect", "/redoc", "/openapi.json", "/upload", "/oauth_callback"}
)

SHUT = "This page is shut. Open the address that Kantha printed when it started."
WRONG_PLACE = "This request did not come from Kantha's own page. Open the address that Kantha printed."
TOO_MANY = (
    "Too many wrong addresses were tried. Close Kantha, start it again, and open the address it prints."
)


class Guard:
    """Wraps one ASGI application; holds the secret of this start and the session it buys."""

    def __init__(
        self, app: App, *, port: int, policy: str | None = None, framed_by: Sequence[str] = ()
    ) -> None:
        """`framed_by`: origins that may show the pages in a frame; nobody by default. `policy`: own CSP."""
        self._app = app
        self._hosts = {f"127.0.0.1:{port}".encode(), f"localhost:{port}".encode()}
        self._ancestors = " ".join(framed_by) or "'none'"
        self._policy = policy or app_policy(port)
        secret = secrets.token_urlsafe(32)
        self._secret = secret.encode()
        self._session = secrets.token_urlsafe(32).encode()
        self._cookie = f"kantha_{secrets.token_hex(4)}".encode()
        self._wrong = 0
        self.address = f"http://127.0.0.1:{port}{ENTRANCE}#{secret}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] not in ("http", "websocket"):
            return
        headers: Headers = list(scope["headers"])
        if not self._came_from_here(headers, websocket=scope["type"] == "websocket"):
            await self._refuse(scope, send, WRONG_PLACE)
        elif scope["type"] == "http" and scope["path"] == ENTRANCE:
            await self._enter(scope, receive, send)
        elif (
            not self._has_session(headers)
            or scope["path"].rstrip("/") in CLOSED_PATHS
            or scope.get("method", "GET") not in ("GET", "HEAD")
        ):
            await self._refuse(scope, send, SHUT)
        else:
            await self._app(scope, receive, self._with_headers(send))

    def _came_from_here(self, headers: Headers, *, websocket: bool) -> bool:
        hosts = [value for name, value in headers if name == b"host"]
        origins = [value for name, value in headers if name == b"origin"]
        if len(hosts) != 1 or hosts[0] not in self._hosts or len(origins) > 1:
            return False
        if not origins:
            # Browsers always send Origin with a WebSocket; what sends none there is not our page.
            return not websocket
        return origins[0] == b"http://" + hosts[0]

    def _has_session(self, headers: Headers) -> bool:
        for name, value in headers:
            if name != b"cookie":
                continue
            for pair in value.split(b";"):
                key, _, session = pair.strip().partition(b"=")
                if key == self._cookie and hmac.compare_digest(session, self._session):
                    return True
        return False

    async def _enter(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] in ("GET", "HEAD"):
            policy = f"{ENTRANCE_POLICY}; frame-ancestors {self._ancestors}"
            await answer(send, 200, ENTRANCE_PAGE, kind="text/html; charset=utf-8", policy=policy)
            return
        if scope["method"] != "POST" or not any(name == b"origin" for name, _ in scope["headers"]):
            await self._refuse(scope, send, WRONG_PLACE)
            return
        if self._wrong >= WRONG_SECRETS_ALLOWED:
            await self._refuse(scope, send, TOO_MANY)
            return
        offered = await read_body(receive, limit=SECRET_BYTES_MAX)
        if offered is None or not hmac.compare_digest(offered, self._secret):
            self._wrong += 1
            await self._refuse(scope, send, SHUT)
            return
        cookie = self._cookie + b"=" + self._session + b"; HttpOnly; SameSite=Strict; Path=/"
        await answer(send, 204, b"", extra=[(b"set-cookie", cookie)])

    async def _refuse(self, scope: Scope, send: Send, sentence: str) -> None:
        if scope["type"] == "http":
            await answer(send, 403, sentence.encode())
        elif "websocket.http.response" in scope.get("extensions", {}):
            await answer(send, 403, sentence.encode(), prefix="websocket.http.response")
        else:
            await send({"type": "websocket.close", "code": 1008})

    def _with_headers(self, send: Send) -> Send:
        policy = f"{self._policy}; frame-ancestors {self._ancestors}"

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                # The framework allows every origin to read its answers; nobody but our own page has a
                # reason to.
                dropped = {b"access-control-allow-origin", b"server", *(name for name, _ in common(policy))}
                kept = [(name, value) for name, value in message.get("headers", []) if name not in dropped]
                html = any(name == b"content-type" and b"text/html" in value for name, value in kept)
                if html:
                    kept = [(name, value) for name, value in kept if name != b"cache-control"]
                    kept.append((b"cache-control", b"no-store"))
                message = {**message, "headers": [*kept, *common(policy)]}
            await send(message)

        return guarded


def is_open(scope: Scope) -> bool:
    """Whether this is something that a page of Kantha asks for: reading a file, or the WebSocket."""
    return scope["path"].rstrip("/") not in CLOSED_PATHS and scope.get("method", "GET") in ("GET", "HEAD")


def app_policy(port: int) -> str:
    """The Content-Security-Policy of the app's pages: this origin and its own WebSocket, nothing else."""
    sockets = f"ws://127.0.0.1:{port} ws://localhost:{port}"
    return (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' blob:; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        f"media-src 'self' blob:; connect-src 'self' {sockets}; worker-src 'self' blob:; "
        "object-src 'none'; frame-src 'none'; base-uri 'self'; form-action 'none'"
    )


def common(policy: str) -> Headers:
    return [
        (b"content-security-policy", policy.encode()),
        (b"referrer-policy", b"no-referrer"),
        (b"x-content-type-options", b"nosniff"),
        (b"permissions-policy", b"geolocation=(), payment=(), usb=()"),
    ]


async def answer(
    send: Send,
    status: int,
    body: bytes,
    *,
    kind: str = "text/plain; charset=utf-8",
    policy: str = "default-src 'none'; frame-ancestors 'none'",
    extra: Sequence[tuple[bytes, bytes]] = (),
    prefix: str = "http.response",
) -> None:
    """Send one whole answer of the guard's own."""
    headers = [
        (b"content-type", kind.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *common(policy),
        *extra,
    ]
    await send({"type": f"{prefix}.start", "status": status, "headers": headers})
    await send({"type": f"{prefix}.body", "body": body})


async def read_body(receive: Receive, *, limit: int) -> bytes | None:
    """Read a request's body of at most `limit` bytes; None when there is more or the sender went away."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += bytes(message.get("body", b""))
        if len(body) > limit:
            return None
        if not message.get("more_body", False):
            return body
