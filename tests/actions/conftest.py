from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.actions.fakes import FakeDevice

Make = Callable[[str], FakeDevice]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """A device by its name: "blue" and "red" are phones, all others desks."""
    made: list[FakeDevice] = []

    def build(name: str) -> FakeDevice:
        phones = {"blue": 207, "red": 305}
        role = "intake" if name in phones else "handler"
        made.append(FakeDevice(tmp_path / name, name=name, role=role, prefix=phones.get(name)))
        return made[-1]

    yield build
    for device in made:
        device.vault.close()


@pytest.fixture
def phone(make: Make) -> FakeDevice:
    return make("blue")


@pytest.fixture
def desk(make: Make, phone: FakeDevice) -> FakeDevice:
    built = make("desk")
    built.others = [phone]
    return built


@pytest.fixture
def record() -> dict[str, Any]:
    """A whole record, with words that can be searched for."""
    return {
        "language": "bn",
        "narrative": "The stairwell was padlocked. তালা দেওয়া ছিল। ជណ្តើរត្រូវបានចាក់សោ។",
        "happened": {"from": "2019-06", "to": None, "ongoing": "yes"},
        "facility": {"name": "Planted Garments Ltd", "country": "BD"},
        "issues": ["O2", "W1"],
        "danger": {"now": "no", "kinds": []},
        "retaliation": {"happened": "unknown", "feared": "yes", "kinds": []},
        "consent": {"record": "yes", "union": "yes"},
        "person": {"name": "Rahima Khatun", "phone": "01711-209345"},
    }
