"""The child processes of the demonstration: a relay, and one process for each vault.

A child is told what to do on its standard input, never by arguments or environment, which other people on
the computer could read. It ends when that input ends, so none outlives the demonstration, however that
ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.demo.organisation import Pane

END_WAIT_S = 5.0


class ChildFailedError(Exception):
    """A part of the demonstration could not be started."""

    next_step = "Start it again; with KANTHA_DEBUG=1 it says more."


class Child:
    """A running child and the address that it said."""

    def __init__(self, order: dict[str, Any]) -> None:
        quiet = None if os.environ.get("KANTHA_DEBUG") == "1" else subprocess.DEVNULL
        self._process = subprocess.Popen(
            [sys.executable, "-m", "app.demo.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=quiet,
            cwd=Path(__file__).parents[2],
            # Ctrl-C in the terminal is for the parent alone, which ends its children in order.
            start_new_session=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()
            said = json.loads(self._process.stdout.readline())
            self.address: str = said["listening"]
        except (OSError, ValueError, KeyError) as error:
            self.end()
            raise ChildFailedError(str(ChildFailedError.__doc__)) from error

    def ended(self) -> bool:
        """Whether it has ended by itself."""
        return self._process.poll() is not None

    def end(self) -> None:
        """Close its input, which ends it; insist after a while."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(END_WAIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def start_relay(folder: Path) -> Child:
    """The relay; it also wipes `folder` when the demonstration is killed and cannot do so itself."""
    return Child({"part": "relay", "folder": str(folder)})


def start_pane(pane: Pane, *, framed_by: Sequence[str]) -> Child:
    """One device, already unlocked, in a frame of the front page."""
    return Child(
        {
            "part": "pane",
            "home": str(pane.home),
            "passphrase": pane.passphrase,
            "framed_by": list(framed_by),
        }
    )
