"""One running relay for each test file: it starts in half a second, and pools keep the tests apart."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sync.relay.asking import Office
from tests.sync.relay.running import RunningRelay, start_relay


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRelay]:
    with start_relay(tmp_path_factory.mktemp("relay")) as running:
        yield running


@pytest.fixture
def office(relay: RunningRelay) -> Office:
    return Office.open(relay)
