from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import passphrases, primitives
from crypto.errors import SlotDamagedError, WeakPassphraseError, WrongPassphraseError
from crypto.passphrases import (
    MAXIMUM_MEMORY_KIB,
    MINIMUM_MEMORY_KIB,
    check_strength,
    new_slot,
    normal_form,
    open_slot,
)
from tests.crypto.people import seed

GOOD = "river lamp eleven goat"
KEY = seed("database key")


@pytest.fixture(scope="module")
def slot() -> dict[str, Any]:
    return new_slot(GOOD, KEY, memory_kib=MINIMUM_MEMORY_KIB)


@pytest.mark.parametrize(
    "passphrase",
    [
        GOOD,
        "river lamp eleve",
        "abcdef fedcba aabb",
        "lamp goat river lamp goat rives",
        "নদী বাতি এগারো ছাগল",
        "ទន្លេ ចង្កៀង ដប់មួយ ពពែ",
        "83914 02756 61048 39275",
    ],
)
def test_a_passphrase_of_some_words_or_digit_groups_is_taken(passphrase: str) -> None:
    check_strength(passphrase)


@pytest.mark.parametrize(
    "passphrase",
    [
        "",
        "short",
        "fifteen letters",
        " padded          with   spaces "[:15],
        "correct horse battery staple",
        "Correct-Horse Battery STAPLE",
        "passwordpassword123",
        "joy bangla joy bangla",
        "aaaaaaaaaaaaaaaaaaaa",
        "abababababababababab",
        "lamp goat lamp goat lamp goat",
        "lamp goat river lamp goat river",
        "lamp goat river lamp goat river lam",
        "password12345678",
        "kantha1234567890",
        "abcde edcba aabbcc",
        "12345 12345 12345 12345",
        "defghijklmnopqrstuvw",
        "zyxwvutsrqponmlkjihg",
    ],
)
def test_a_short_common_repeated_or_running_passphrase_is_refused(passphrase: str) -> None:
    with pytest.raises(WeakPassphraseError):
        check_strength(passphrase)


@given(st.text(max_size=60))
def test_any_text_is_taken_or_refused_with_a_reason(text: str) -> None:
    reason = "This passphrase"
    try:
        check_strength(text)
    except WeakPassphraseError as error:
        reason = str(error)
    assert reason.startswith("This passphrase")


def test_the_same_passphrase_from_any_keyboard_is_the_same() -> None:
    assert normal_form("\u09af\u09bc caf\u0065\u0301 \u2460") == normal_form("\u09df  café 1 ")
    assert normal_form("ｗｉｄｅ") == "wide"
    assert normal_form("Case") != normal_form("case")


def test_a_slot_opens_with_its_passphrase_in_any_normal_form(slot: dict[str, Any]) -> None:
    assert open_slot(slot, GOOD) == KEY
    assert open_slot(json.loads(json.dumps(slot)), f"  {GOOD.replace(' ', '   ')}\n") == KEY


def test_another_passphrase_opens_nothing(slot: dict[str, Any]) -> None:
    for wrong in ("River lamp eleven goat", "river lamp eleven goats", ""):
        with pytest.raises(WrongPassphraseError):
            open_slot(slot, wrong)


def test_a_slot_shows_its_parameters_and_no_key(slot: dict[str, Any]) -> None:
    assert set(slot) == {"version", "kdf", "memory_kib", "passes", "lanes", "salt", "sealed"}
    assert base64.b64encode(KEY).decode() not in json.dumps(slot)
    assert len(base64.b64decode(slot["sealed"])) == 80
    assert new_slot(GOOD, KEY, memory_kib=MINIMUM_MEMORY_KIB)["salt"] != slot["salt"]


@pytest.mark.parametrize("change", [{"memory_kib": 65_537}, {"passes": 1}, {"lanes": 2}])
def test_the_parameters_are_bound_so_that_lowering_them_opens_nothing(
    slot: dict[str, Any], change: dict[str, int]
) -> None:
    with pytest.raises(WrongPassphraseError):
        open_slot({**slot, **change}, GOOD)


def test_a_changed_salt_or_seal_opens_nothing(slot: dict[str, Any]) -> None:
    for name in ("salt", "sealed"):
        data = bytearray(base64.b64decode(slot[name]))
        data[-1] ^= 1
        with pytest.raises(WrongPassphraseError):
            open_slot({**slot, name: base64.b64encode(bytes(data)).decode()}, GOOD)


@pytest.mark.parametrize("memory_kib", [0, MINIMUM_MEMORY_KIB - 1, MAXIMUM_MEMORY_KIB + 1])
def test_less_than_64_mib_is_neither_made_nor_opened(slot: dict[str, Any], memory_kib: int) -> None:
    with pytest.raises(ValueError, match="memory"):
        new_slot(GOOD, KEY, memory_kib=memory_kib)
    with pytest.raises(SlotDamagedError):
        open_slot({**slot, "memory_kib": memory_kib}, GOOD)


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"version": None},
        {"kdf": "scrypt"},
        {"memory_kib": 65_536.0},
        {"memory_kib": "65536"},
        {"memory_kib": True},
        {"passes": 0},
        {"passes": 65},
        {"lanes": 0},
        {"lanes": 65},
        {"salt": ""},
        {"salt": base64.b64encode(bytes(15)).decode()},
        {"salt": base64.b64encode(bytes(17)).decode()},
        {"salt": "!!!!"},
        {"salt": 5},
        {"salt": "আ"},
        {"sealed": base64.b64encode(bytes(79)).decode()},
        {"sealed": base64.b64encode(bytes(81)).decode()},
        {"sealed": None},
    ],
)
def test_a_slot_that_is_not_one_is_damaged(slot: dict[str, Any], change: dict[str, Any]) -> None:
    with pytest.raises(SlotDamagedError):
        open_slot({**slot, **change}, GOOD)


@pytest.mark.parametrize("name", ["version", "kdf", "memory_kib", "passes", "lanes", "salt", "sealed"])
def test_a_slot_without_one_of_its_fields_is_damaged(slot: dict[str, Any], name: str) -> None:
    with pytest.raises(SlotDamagedError):
        open_slot({key: value for key, value in slot.items() if key != name}, GOOD)


def test_the_limits_of_a_slot_are_those_of_the_protocol(slot: dict[str, Any]) -> None:
    lowest = {"memory_kib": 65_536, "passes": 1, "lanes": 1}
    highest = {"memory_kib": 1_048_576, "passes": 64, "lanes": 64}
    for parameters in (lowest, highest):
        assert passphrases._parts({**slot, **parameters})[2] == {"kdf": "argon2id", **parameters}
    for name in lowest:
        for number in (lowest[name] - 1, highest[name] + 1):
            with pytest.raises(SlotDamagedError):
                passphrases._parts({**slot, name: number})


def test_a_new_slot_is_made_with_the_memory_that_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def quick(passphrase: bytes, **parameters: Any) -> bytes:
        asked.append(parameters)
        return primitives.sha256(passphrase)

    monkeypatch.setattr(primitives, "argon2id", quick)
    for memory_kib in (65_536, 1_048_576):
        made = new_slot(GOOD, KEY, memory_kib=memory_kib)
        assert (made["memory_kib"], made["passes"], made["lanes"]) == (memory_kib, 3, 4)
        assert asked[-1] == {
            "salt": base64.b64decode(made["salt"]), "memory_kib": memory_kib, "passes": 3, "lanes": 4,
        }  # fmt: skip
        assert len(asked[-1]["salt"]) == 16
    assert new_slot(GOOD, KEY)["memory_kib"] == 262_144
    for memory_kib in (65_535, 1_048_577):
        with pytest.raises(ValueError, match="memory"):
            new_slot(GOOD, KEY, memory_kib=memory_kib)
