"""What every test shares: how hypothesis searches, which files begin first, and nothing of the person who
runs the tests.

In CI (CI=true, as .ci/run sets it) the same examples are tried each time: a submission is judged by what it
changes. Everywhere else they are new ones each time; what they find is mended, or becomes an `@example`.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "house", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("house-in-ci", settings.get_profile("house"), derandomize=True)
settings.load_profile("house-in-ci" if os.environ.get("CI") == "true" else "house")

for name in ("KANTHA_HOME", "KANTHA_PASSPHRASE", "KANTHA_DEBUG"):
    os.environ.pop(name, None)

LONGEST_FIRST = (
    "scenarios/test_kill.py",
    "actions/test_recovery.py",
    "browser/test_journey.py",
    "sync/test_revoking.py",
    "actions/test_enrolment.py",
    "cli/test_bad_input.py",
    "sync/test_lying_relay.py",
    "sync/test_hostile.py",
    "browser/test_revocation.py",
    "cli/test_recovery.py",
    "sync/test_publishers.py",
    "actions/test_revocation.py",
    "actions/test_officers.py",
    "sync/relay/test_openapi.py",
)
"""Files of which each takes long: begun at the end, they would leave a processor with nothing to do."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Needs `--no-loadscope-reorder` when the tests run on several processors."""
    place = {f"tests/{name}": number for number, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: place.get(item.nodeid.split("::")[0], len(place)))
