"""One running relay for each test file and each store: pools keep the tests apart.

Every test that asks for `relay` or `office` runs against SQLite and against PostgreSQL: one contract.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sync.relay.asking import Office
from tests.sync.relay.database import Database
from tests.sync.relay.running import RunningRelay, start_relay


@pytest.fixture(scope="session")
def database() -> Iterator[Database]:
    with Database() as running:
        yield running


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def relay(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningRelay]:
    if request.param == "sqlite":
        place = tmp_path_factory.mktemp("relay")
    else:
        place = request.getfixturevalue("database").fresh()
    with start_relay(place) as running:
        yield running


@pytest.fixture
def office(relay: RunningRelay) -> Office:
    return Office.open(relay)
