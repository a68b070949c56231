"""The file of a welcome: what it holds, and that nothing else is taken for one. protocol.md 4.4."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.encoding import encode
from crypto.errors import EncodingError
from crypto.reply_cells import REPLY_CELL_BYTES
from crypto.welcome_file import WelcomeFile

CELL = bytes(range(256)) * 16


@pytest.mark.parametrize("parts", [(), (b"phone",), (b"phone", b"handler"), (None, b"handler")])
def test_what_was_written_is_read(parts: tuple[bytes | None, ...]) -> None:
    made = WelcomeFile(CELL, *parts)
    assert WelcomeFile.decode(made.encode()) == made


def test_what_is_written_is_what_the_page_lists() -> None:
    entries = {1: "kantha/v1/welcome", 2: CELL, 3: b"phone", 4: b"handler"}
    assert WelcomeFile(CELL, b"phone", b"handler").encode() == encode(entries)
    assert WelcomeFile(CELL).encode() == encode({1: entries[1], 2: CELL})


@pytest.mark.parametrize(
    "fields",
    [
        {1: "kantha/v1/welcome"},
        {2: CELL},
        {1: "kantha/v2/welcome", 2: CELL},
        {1: b"kantha/v1/welcome", 2: CELL},
        {1: "kantha/v1/welcome", 2: CELL[:-1]},
        {1: "kantha/v1/welcome", 2: CELL + b"\0"},
        {1: "kantha/v1/welcome", 2: CELL, 3: "phone"},
        {1: "kantha/v1/welcome", 2: CELL, 4: 4},
        {1: "kantha/v1/welcome", 2: CELL, 5: b"one entry more"},
        ["kantha/v1/welcome", CELL],
    ],
)
def test_what_is_not_what_the_page_lists_is_refused(fields: object) -> None:
    with pytest.raises(EncodingError):
        WelcomeFile.decode(encode(fields))


@settings(max_examples=200, deadline=None)
@given(junk=st.binary(max_size=200), place=st.integers(0, REPLY_CELL_BYTES + 40))
def test_any_bytes_are_read_as_they_are_or_refused(junk: bytes, place: int) -> None:
    whole = WelcomeFile(CELL, b"phone").encode()
    for data in (junk, whole[:place] + junk + whole[place:]):
        try:
            found = WelcomeFile.decode(data)
        except EncodingError:
            continue
        assert found.encode() == data
