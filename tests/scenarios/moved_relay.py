"""A relay whose time passes with the devices': its process knows only the real time, so what it says is
moved.

A page keeps the moment at which it was first seen, as if it had been closed then.
"""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

import sync.wallet
from crypto.tokens import week_of
from sync.pageindex import Index
from sync.transport import RelayClient
from tests.sync.world import Clock


def move_relay(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    """The relay's pages go with this clock, and the tokens of its real week are spent."""
    first_seen: dict[tuple[str, int, bytes], int] = {}
    true = RelayClient.index

    def index(
        self: RelayClient, stream: str, *, chunk: int | None = None, etag: str | None = None
    ) -> Index | None:
        found = true(self, stream, chunk=chunk, etag=etag)
        if found is None:
            return None
        entries = tuple(
            replace(
                entry,
                closed_at=entry.closed_at
                + first_seen.setdefault((stream, entry.number, entry.digest), int(clock.ahead)),
            )
            for entry in found.entries
        )
        return replace(found, entries=entries)

    monkeypatch.setattr(RelayClient, "index", index)
    spend_real_tokens(monkeypatch)


def spend_real_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the devices' clocks say, they spend the tokens that the relay takes today."""
    monkeypatch.setattr(sync.wallet, "week_of", lambda _moment: week_of(time.time()))
