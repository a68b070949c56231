"""The published nginx configuration, with a real nginx: pages without the relay, the rest through it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sync import wire
from sync.relay.operating import export
from sync.transport import RelayClient
from tests.sync.relay.asking import Office, ask, cells_of, some_cells
from tests.sync.relay.running import REPOSITORY, RunningRelay, start_relay

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
PUBLISHED = REPOSITORY / "docs" / "relay-files" / "nginx.conf"


@dataclass
class Nginx:
    """nginx in front of a relay, with the published configuration and none of its own."""

    relay: RunningRelay
    pages: Path
    home: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        site = PUBLISHED.read_text(encoding="utf-8")
        for old, new in (
            ("listen 443 ssl;", f"listen 127.0.0.1:{self.port};"),
            ("127.0.0.1:8380", f"127.0.0.1:{self.relay.port}"),
            ("/var/lib/kantha-pages;", f"{self.pages};"),
        ):
            assert site.count(old) == 1
            site = site.replace(old, new)
        site = "\n".join(line for line in site.splitlines() if "ssl_certificate" not in line)
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        folders = "".join(f"{kind}_temp_path {self.home}/{kind};\n" for kind in kinds)
        user = "user root;\n" if os.getuid() == 0 else ""
        main = f"{user}daemon off;\nmaster_process off;\npid {self.home}/pid;\nevents {{}}\n"
        config = self.home / "nginx.conf"
        config.write_text(f"{main}http {{\n{folders}{site}\n}}\n", encoding="utf-8")
        command = [str(NGINX), "-p", str(self.home), "-c", str(config), "-e", str(self.home / "errors")]
        self.process = subprocess.Popen(command)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("nginx did not start")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait()


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[Nginx]:
    if NGINX is None:
        pytest.skip("nginx is not installed here: apt-get install nginx-light")
    for name in ("home", "pages"):
        (tmp_path / name).mkdir()
    with start_relay(tmp_path / "relay") as relay:
        running = Nginx(relay, tmp_path / "pages", tmp_path / "home")
        try:
            running.start()
            yield running
        finally:
            running.stop()


def test_devices_and_handlers_work_through_it_and_pages_outlive_the_relay(nginx: Nginx) -> None:
    direct = Office.open(nginx.relay)
    body, token = some_cells(), direct.tokens.pop()
    with RelayClient(f"http://127.0.0.1:{nginx.port}", direct.pool.name) as client:
        client.deposit(wire.COMPLAINTS, os.urandom(16), token, body)
        direct.wait_for(8)
        assert export(nginx.relay.data_dir, nginx.pages) == (1, 0)
        largest = os.urandom(wire.DIRECTORY_PARTS["handler"])
        client.put_directory("handler", largest, publish_token=direct.pool.publish_token, if_match=None)
        assert client.get_directory("handler") is not None
        index = client.index(wire.COMPLAINTS)
        assert index is not None
        (entry,) = index.entries
        nginx.relay.stop()
        page = client.page(wire.COMPLAINTS, 1, entry.digest, cells=entry.cells)
        assert sorted(cells_of(page)) == sorted(cells_of(body)), "without the relay"


def test_what_it_adds_and_what_it_keeps(nginx: Nginx) -> None:
    office = Office.open(nginx.relay)
    secret, planted = office.tokens[-1], "PLANTED" + os.urandom(8).hex()
    assert office.deposit(some_cells()).status == 204
    office.wait_for(8)
    export(nginx.relay.data_dir, nginx.pages)
    front = Office(_as_relay(nginx), office.pool, [secret])
    whole = front.get("complaints/pages/1", User_Agent=planted)
    assert whole.status == 200
    assert whole.headers["cache-control"] == "public, max-age=31536000, immutable"
    part = front.get("complaints/pages/1", Range="bytes=100-199")
    assert (part.status, part.body) == (206, whole.body[100:200])
    assert front.get("complaints/pages/2").status == 404, "asked at the relay"
    assert front.get(f"complaints/pages/{planted}").status == 404
    assert front.deposit(some_cells(), token=os.urandom(32)).status == 401
    assert "/" not in whole.headers.get("server", "nginx")
    assert ask(front.relay, "GET", "/healthz").status == 200
    kept = b"".join(path.read_bytes() for path in nginx.home.rglob("*") if path.is_file())
    for told in (planted.encode(), b"PUT /v1", b"GET /v1", secret):
        assert told not in kept


def _as_relay(nginx: Nginx) -> RunningRelay:
    class Front:
        port = nginx.port

    return Front()  # type: ignore[return-value]


def test_an_export_follows_the_relay(tmp_path: Path) -> None:
    out = tmp_path / "pages"
    with start_relay(tmp_path / "relay") as relay:
        office = Office.open(relay)
        for turn in range(3):
            assert office.deposit(some_cells()).status == 204
            office.wait_for(8 * (turn + 1))
        assert export(relay.data_dir, out) == (3, 0)
        assert export(relay.data_dir, out) == (0, 0)
        page = out / "v1" / "pools" / office.pool.name / "complaints" / "pages" / "2"
        assert page.read_bytes() == office.get("complaints/pages/2").body
        stray = page.with_name("77")
        stray.write_bytes(b"of a page that the relay has deleted")
        page.unlink()
        assert export(relay.data_dir, out) == (1, 1)
        assert not stray.exists()
        assert page.stat().st_mode & 0o777 == 0o644
