"""What every test shares: how long hypothesis may search, and nothing of the person who runs the tests."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "house", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")

for name in ("KANTHA_HOME", "KANTHA_PASSPHRASE", "KANTHA_DEBUG"):
    os.environ.pop(name, None)
