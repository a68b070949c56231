"""The guard before the local pages, spoken to over real sockets as an attacker's page would."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import logging
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import flet as ft
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from app import assets
from app.screens.guard import WRONG_SECRETS_ALLOWED
from app.screens.host import WebHost

FRONT = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Site:
    host: WebHost

    @property
    def authority(self) -> str:
        return f"127.0.0.1:{self.host.port}"

    @property
    def origin(self) -> str:
        return f"http://{self.authority}"

    @property
    def secret(self) -> str:
        return self.host.address.split("#")[1]

    def ask(self, method: str, path: str, *, body: str | None = None, **headers: str) -> Answer:
        line = http.client.HTTPConnection("127.0.0.1", self.host.port, timeout=10)
        line.request(method, path, body=body, headers={"Host": self.authority, **headers})
        got = line.getresponse()
        answer = Answer(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read())
        line.close()
        return answer

    def cookie(self) -> str:
        entered = self.ask("POST", "/enter", body=self.secret, Origin=self.origin)
        assert entered.status == 204
        return entered.headers["set-cookie"].split(";")[0]

    def open_socket(self, *, host: str | None = None, origin: str | None = None, cookie: str = "") -> int:
        """Try the WebSocket handshake; 101 when it was accepted, otherwise the status of the refusal."""
        headers = {"Host": host or self.authority}
        if cookie:
            headers["Cookie"] = cookie
        try:
            with connect(
                f"ws://{host or self.authority}/ws",
                sock=socket.create_connection(("127.0.0.1", self.host.port)),
                origin=origin,  # type: ignore[arg-type]
                additional_headers={k: v for k, v in headers.items() if k != "Host"},
                proxy=None,
            ):
                return 101
        except InvalidStatus as refusal:
            return refusal.response.status_code


@contextlib.contextmanager
def serving(*, framed_by: tuple[str, ...] = ()) -> Iterator[Site]:
    def main(page: ft.Page) -> None:
        page.add(ft.Text("a quilt"))

    host = WebHost(main, framed_by=framed_by)
    thread = threading.Thread(target=lambda: asyncio.run(host.serve()), daemon=True)
    thread.start()
    yield Site(host)
    host.stop()
    thread.join(10)
    logging.disable(logging.NOTSET)
    assert not thread.is_alive()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(framed_by=(FRONT,)) as running:
        yield running


def test_the_secret_of_the_address_opens_the_app(site: Site) -> None:
    page = site.ask("GET", "/", Cookie=site.cookie())
    assert page.status == 200
    assert b"flutter_bootstrap.js" in page.body


def test_the_cookie_stays_on_this_site_and_out_of_reach_of_scripts(site: Site) -> None:
    entered = site.ask("POST", "/enter", body=site.secret, Origin=site.origin)
    assert entered.headers["set-cookie"].endswith("; HttpOnly; SameSite=Strict; Path=/")
    assert site.secret not in entered.headers["set-cookie"]


def test_two_processes_have_cookies_of_different_names(site: Site) -> None:
    with serving() as other:
        assert other.secret != site.secret
        assert other.cookie().split("=")[0] != site.cookie().split("=")[0]
        assert other.ask("GET", "/", Cookie=site.cookie()).status == 403


@pytest.mark.parametrize(
    "path",
    ["/", "/index.html", "/main.dart.js", "/fonts/NotoSans-Regular.ttf", "/docs", "/openapi.json", "/upload"],
)
def test_nothing_but_the_entrance_is_shown_without_a_session(site: Site, path: str) -> None:
    refused = site.ask("GET", path)
    assert refused.status == 403
    assert refused.body == b"This page is shut. Open the address that Kantha printed when it started."


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/upload", "/oauth_callback", "/docs/"])
def test_pages_of_the_framework_stay_shut_with_a_session_too(site: Site, path: str) -> None:
    assert site.ask("GET", path, Cookie=site.cookie()).status == 403


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "OPTIONS"])
def test_nothing_can_be_sent_to_the_app_but_through_its_socket(site: Site, method: str) -> None:
    assert site.ask(method, "/upload", Cookie=site.cookie(), Origin=site.origin).status == 403


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "localhost", "127.0.0.1:1", "127.0.0.1.evil.example"]
)
def test_a_name_rebound_to_this_computer_is_refused(site: Site, host: str) -> None:
    for path in ("/", "/enter"):
        refused = site.ask("GET", path, Host=host, Cookie=site.cookie())
        assert refused.status == 403
        assert refused.body.startswith(b"This request did not come from Kantha's own page.")


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1", FRONT, "https://{own}"]
)
def test_another_page_is_refused(site: Site, origin: str) -> None:
    origin = origin.format(own=site.authority)
    assert site.ask("GET", "/", Origin=origin, Cookie=site.cookie()).status == 403
    assert site.ask("POST", "/enter", body=site.secret, Origin=origin).status == 403


def test_the_entrance_wants_to_know_which_page_asks(site: Site) -> None:
    assert site.ask("POST", "/enter", body=site.secret).status == 403


def test_a_wrong_secret_is_refused_and_guessing_ends(site: Site) -> None:
    for _ in range(WRONG_SECRETS_ALLOWED):
        assert site.ask("POST", "/enter", body="x" * 43, Origin=site.origin).status == 403
    refused = site.ask("POST", "/enter", body=site.secret, Origin=site.origin)
    assert refused.status == 403
    assert refused.body.startswith(b"Too many wrong addresses were tried.")


def test_a_huge_secret_is_refused_without_being_kept(site: Site) -> None:
    assert site.ask("POST", "/enter", body="x" * 100_000, Origin=site.origin).status == 403


def test_a_cookie_of_another_start_is_refused(site: Site) -> None:
    name = site.cookie().split("=")[0]
    assert site.ask("GET", "/", Cookie=f"{name}=x").status == 403
    assert site.ask("GET", "/", Cookie=f"{name}x={site.cookie().split('=')[1]}").status == 403


def test_odd_cookies_of_other_servers_do_not_shut_the_person_out(site: Site) -> None:
    assert site.ask("GET", "/", Cookie=f'a="b; c=[]; {site.cookie()}; d').status == 200


def test_the_socket_opens_for_the_own_page_with_a_session(site: Site) -> None:
    assert site.open_socket(origin=site.origin, cookie=site.cookie()) == 101


def test_the_socket_is_refused_without_a_session(site: Site) -> None:
    assert site.open_socket(origin=site.origin) == 403


def test_the_socket_is_refused_to_another_page(site: Site) -> None:
    assert site.open_socket(origin="http://evil.example", cookie=site.cookie()) == 403


def test_the_socket_is_refused_when_no_page_is_named(site: Site) -> None:
    assert site.open_socket(cookie=site.cookie()) == 403


def test_the_socket_is_refused_to_a_rebound_name(site: Site) -> None:
    assert site.open_socket(host="evil.example", origin="http://evil.example", cookie=site.cookie()) == 403


def test_pages_may_load_from_nowhere_else(site: Site) -> None:
    page = site.ask("GET", "/", Cookie=site.cookie())
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert f"frame-ancestors {FRONT}" in policy
    assert not [
        source for source in policy.split() if source.startswith(("http:", "https:")) and source != FRONT
    ]
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in page.headers
    assert "server" not in page.headers


@pytest.mark.parametrize(("script", "file"), [("bengali", "Bengali"), ("khmer", "Khmer"), ("", "")])
def test_letters_that_a_font_lacks_come_from_our_own_files(site: Site, script: str, file: str) -> None:
    wanted = site.ask("GET", f"/assets/fonts/notosans{script}/v26/x.woff2", Cookie=site.cookie())
    assert wanted.body == assets.path(f"fonts/NotoSans{file}-Regular.ttf").read_bytes()


def test_the_entrance_runs_its_own_script_only(site: Site) -> None:
    entrance = site.ask("GET", "/enter")
    assert entrance.status == 200
    assert "script-src 'sha256-" in entrance.headers["content-security-policy"]
    assert "unsafe" not in entrance.headers["content-security-policy"]
    assert entrance.headers["cache-control"] == "no-store"
    assert site.secret.encode() not in entrance.body


def test_a_frame_is_shown_by_nobody_unless_named() -> None:
    with serving() as alone:
        for page in (alone.ask("GET", "/enter"), alone.ask("GET", "/", Cookie=alone.cookie())):
            assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
