"""The real relay as a process of its own, for tests: started on a free port, stopped or killed.

with start_relay(tmp_path) as relay:
    pool = relay.create_pool()
    RelayClient(relay.url, pool.name)
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from sync.relay.places import Place, create_pool

REPOSITORY = Path(__file__).resolve().parents[3]
START_SECONDS = 20.0
MAIN = "import sys; from sync.relay.__main__ import main; sys.exit(main())"


@dataclass(frozen=True)
class Pool:
    """A pool's name and its publishing token."""

    name: str
    publish_token: str


class RunningRelay:
    """A relay's process; `url` is where it listens. Ends with the `with` block if it was not ended before."""

    def __init__(
        self, place: Place, *, page_seconds: float, reply_page_seconds: float, port: int = 0, first: str = ""
    ) -> None:
        self.place = place
        self._process = subprocess.Popen(
            [
                *(sys.executable, *(["-c", f"{first}\n{MAIN}"] if first else ["-m", "sync.relay"])),
                *("--listen", f"127.0.0.1:{port}"),
                *("--data" if isinstance(place, Path) else "--database-url", str(place)),
                *("--page-seconds", str(page_seconds), "--reply-page-seconds", str(reply_page_seconds)),
            ],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the relay did not start: {self._process.stderr.read().decode()}")
        self.url: str = json.loads(line)["listening"]

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def data_dir(self) -> Path:
        """The folder of a relay that has one."""
        assert isinstance(self.place, Path)
        return self.place

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def create_pool(self) -> Pool:
        """A fresh pool, made while the relay is running."""
        return Pool(*create_pool(self.place))

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> tuple[int, str]:
        """SIGTERM. Returns the exit status and what was written to standard error."""
        self._process.send_signal(signal.SIGTERM)
        _, errors = self._process.communicate(timeout=30)
        return self._process.returncode, errors.decode()

    def __enter__(self) -> RunningRelay:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self.kill()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()


def start_relay(
    place: Place,
    *,
    page_seconds: float = 0.0,
    reply_page_seconds: float = 0.0,
    port: int = 0,
    first: str = "",
) -> RunningRelay:
    """Start the relay on this folder or database. By default pages close as soon as something is in them.

    `first` is Python that its process runs before the relay: to shorten a time that a test cannot wait.
    """
    return RunningRelay(
        place, page_seconds=page_seconds, reply_page_seconds=reply_page_seconds, port=port, first=first
    )
