"""Kantha in a local browser: one process, one vault, one address that only the person who started it knows.

Guarantees: listens on 127.0.0.1 alone; nothing is served without the guard; the program files come from this
computer, never from elsewhere. Does not: print or keep what people do; open a vault (the screens do).
"""

from __future__ import annotations

import asyncio
import html
import logging
import os
import shutil
import socket
import tempfile
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import flet as ft
import uvicorn
from flet_web.fastapi import app as flet_app

from app import assets
from app.screens.guard import App, Guard, Receive, Scope, Send

Main = Callable[[ft.Page], object]

# The neutral name of LOOK section 2: a window title or a history entry must not say what the work is.
NEUTRAL_NAME = "Notes"
LOOPBACK = "127.0.0.1"
# Where the framework looks for letters that the named fonts lack, and which of our files has them.
FALLBACK_FONTS = {
    "/assets/fonts/notosans/": "/fonts/NotoSans-Regular.ttf",
    "/assets/fonts/notosansbengali/": "/fonts/NotoSansBengali-Regular.ttf",
    "/assets/fonts/notosanskhmer/": "/fonts/NotoSansKhmer-Regular.ttf",
}
# Long enough for a slow browser to start and read the file that leads it to the address.
REDIRECT_FILE_S = 60


class WebHost:
    """A listening socket, the guard before it, and the address that opens it."""

    def __init__(self, main: Main, *, port: int = 0, framed_by: Sequence[str] = ()) -> None:
        """`port` 0: any free one. `framed_by`: origins that may show the pages in a frame."""
        self._socket = listen(port)
        self.port: int = self._socket.getsockname()[1]
        for name in [name for name in os.environ if name.startswith("FLET_")]:
            # The framework lets its environment replace files, endpoints and the rule that nothing comes
            # from a CDN.
            del os.environ[name]
        served = flet_app(
            main,
            assets_dir=str(assets.ROOT),
            app_name=NEUTRAL_NAME,
            app_short_name=NEUTRAL_NAME,
            app_description=NEUTRAL_NAME,
            no_cdn=True,
        )
        guard = Guard(with_own_fonts(cast(App, served)), port=self.port, framed_by=framed_by)
        self.address = guard.address
        self._server = LocalServer(guard, self._socket)

    async def serve(self) -> None:
        """Answer until `stop`, or until the process is told to end."""
        await self._server.serve()

    def stop(self) -> None:
        """End `serve`; may be called from another thread."""
        self._server.stop()


class LocalServer:
    """Serves one ASGI application on one socket, without an access log or a word about the software."""

    def __init__(self, app: App, sock: socket.socket) -> None:
        self._socket = sock
        config = uvicorn.Config(
            app,
            access_log=False,
            log_config=None,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            ws="websockets-sansio",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)

    async def serve(self) -> None:
        """Answer until `stop`, or until the process is told to end."""
        if os.environ.get("KANTHA_DEBUG") != "1":
            # A traceback can hold what a worker said.
            logging.disable(logging.CRITICAL)
        try:
            await self._server.serve(sockets=[self._socket])
        finally:
            self._socket.close()

    def stop(self) -> None:
        """End `serve`; may be called from another thread."""
        self._server.should_exit = True


def with_own_fonts(app: App) -> App:
    """Answer the framework's wish for a fallback font with the one that ships with Kantha."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        own = next((file for place, file in FALLBACK_FONTS.items() if path.startswith(place)), None)
        await app(scope if own is None else {**scope, "path": own}, receive, send)

    return wrapped


def listen(port: int) -> socket.socket:
    """Give a listening socket on the loopback address; 0 takes any free port."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name != "nt":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((LOOPBACK, port))
    sock.listen(128)
    return sock


def run(home: Path, *, port: int = 0, browser: bool = True, say: Callable[[str], None]) -> None:
    """Open the vault in `home` in a local browser and serve until interrupted; `say` gets the address."""
    from app.screens.app import make_main

    host = WebHost(make_main(home), port=port)
    say(host.address)

    async def serve() -> None:
        opened = asyncio.create_task(lead_browser(host.address)) if browser else None
        try:
            await host.serve()
        finally:
            if opened is not None:
                opened.cancel()
                await asyncio.gather(opened, return_exceptions=True)

    asyncio.run(serve())


async def lead_browser(address: str) -> None:
    """Open `address` in the person's browser, by way of a file that only this person can read.

    On a shared computer everybody sees the arguments of everybody's programs, and the address holds the
    secret.
    """
    folder = Path(tempfile.mkdtemp(prefix="kantha-"))
    try:
        page = folder / "open.html"
        target = html.escape(address, quote=True)
        page.write_text(f'<!doctype html><meta http-equiv="refresh" content="0;url={target}">', "utf-8")
        await asyncio.to_thread(webbrowser.open, page.as_uri())
        await asyncio.sleep(REDIRECT_FILE_S)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
