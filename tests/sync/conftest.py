"""One running relay for each test file; every organisation has a pool of its own there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sync.relay.running import RunningRelay, start_relay


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRelay]:
    with start_relay(tmp_path_factory.mktemp("relay")) as running:
        yield running
