"""Running the relay: uvicorn with uvloop and httptools, nothing logged, a clean end on SIGTERM and SIGINT."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import uvicorn

from sync import wire
from sync.relay.app import RelayApp
from sync.relay.clockwork import Clockwork
from sync.relay.connections import BoundedConnection
from sync.relay.places import RelayDatabaseError, create_pool, need_driver, replace_publish_token
from sync.relay.sqlite_store import SqliteStore
from sync.relay.store import Store

__all__ = ["create_pool", "replace_publish_token", "serve"]

CONNECTIONS: Final = 2_000
KEEP_ALIVE_SECONDS: Final = 75
STOP_SECONDS: Final = 10


def announce(address: str) -> None:
    """Print where the relay listens, as one line of JSON on standard output."""
    sys.stdout.write(json.dumps({"listening": address}) + "\n")
    sys.stdout.flush()


def serve(
    *,
    host: str,
    port: int,
    data_dir: Path | None = None,
    database_url: str | None = None,
    page_seconds: float = wire.PAGE_SECONDS,
    reply_page_seconds: float = wire.REPLY_PAGE_SECONDS,
    listening: Callable[[str], None] = announce,
) -> None:
    """Serve the pools of one folder, or of one PostgreSQL database beside other relays, until SIGTERM or
    SIGINT. `listening` is told the port that 0 became.

    Raises OSError where the address cannot be used, `RelayRunningError` where another relay has the folder,
    `RelayVersionError` where it was written by a newer version and `RelayDatabaseError` where the database
    (the folder's too) cannot be used.
    """
    make_store = _store(data_dir, database_url)
    with listen(host, port) as listener:
        address = _address(host, listener.getsockname()[1])
        run(
            lambda: serve_store(
                make_store,
                listener,
                page_seconds=page_seconds,
                reply_page_seconds=reply_page_seconds,
                ready=lambda: listening(address),
            )
        )


def _store(data_dir: Path | None, database_url: str | None) -> Callable[[], Store]:
    if database_url is not None:
        need_driver()
        from sync.relay.postgres.store import PostgresStore

        return lambda: PostgresStore(database_url)
    if data_dir is None:
        raise ValueError("a relay needs a folder or a database")
    return lambda: _open_folder(Path(data_dir))


def _open_folder(data_dir: Path) -> Store:
    try:
        return SqliteStore(data_dir)
    except sqlite3.Error as error:  # a full disk, or one that cannot be written
        raise RelayDatabaseError(
            f"The relay's folder cannot be used: {error}. Is the disk full or read-only? Nothing was changed."
        ) from None


def run(main: Callable[[], Any]) -> None:
    """Run a coroutine, on uvloop where it is installed."""
    # The writer must get its turn between two requests; with Python's 5 ms it waits a third of its time.
    sys.setswitchinterval(0.001)
    with asyncio.Runner(loop_factory=_fast_loop()) as runner:
        runner.run(main())


def _fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # Windows, or an installation without the extra: the same relay, slower
        return None
    return uvloop.new_event_loop


class QuietServer(uvicorn.Server):
    """uvicorn without its log and its own idea of signals; says when it is ready."""

    def __init__(self, app: Any, *, ready: Callable[[], None]) -> None:
        logging.getLogger("uvicorn.error").disabled = True
        config = uvicorn.Config(
            app,
            http=BoundedConnection,
            loop="none",
            ws="none",
            lifespan="off",
            interface="asgi3",
            access_log=False,
            log_config=None,
            log_level="critical",
            server_header=False,
            date_header=False,
            proxy_headers=False,
            limit_concurrency=CONNECTIONS,
            backlog=1024,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """A signal ends the serving and is not raised again: the end of the program is ours."""
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, *_: object) -> None:
        self.should_exit = True


async def serve_store(
    make_store: Callable[[], Store],
    listener: socket.socket,
    *,
    page_seconds: float,
    reply_page_seconds: float,
    ready: Callable[[], None],
) -> None:
    """Serve a store until a signal comes, then finish what is under way and close it."""
    store = make_store()
    try:
        clockwork = Clockwork(store, page_seconds=page_seconds, reply_page_seconds=reply_page_seconds)
        app = RelayApp(store, stored=clockwork.stored)
        clockwork.start()
        try:
            await QuietServer(app, ready=ready).serve(sockets=[listener])
        finally:
            await clockwork.stop()
    finally:
        store.close()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, with room for as many connections as we serve."""
    _raise_file_limit()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=1024)


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _raise_file_limit() -> None:
    """Each connection is an open file, and the usual limit of 1,024 is below our own."""
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = CONNECTIONS + 200
        if soft < wanted:
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard) if hard > 0 else wanted, hard))
