from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.cells import MAX_COUNTER
from crypto.encoding import encode
from crypto.errors import CellDamagedError
from crypto.reply_cells import (
    MAX_CONTENT_BYTES,
    MAX_QUESTION_BYTES,
    MAX_SIGNED_BODY_BYTES,
    PLAIN_BYTES,
    REPLY_CELL_BYTES,
    HandlerWord,
    ReplyCell,
    ReplyKind,
    dummy_reply,
    open_reply,
    seal_reply,
)
from tests.crypto.people import ORG, OTHER_ORG, device, flips, identity, pair

KEY = pair("reply")
CELL = ReplyCell(ReplyKind.QUESTION, b"content")
WORD = HandlerWord(ReplyKind.QUESTION, device("handler"), 3, b"body")


def sealed(cell: ReplyCell = CELL) -> bytes:
    return seal_reply(cell, to=KEY.sealing_key, org=ORG)


def word() -> HandlerWord:
    data = WORD.seal(by=identity("handler"), recipient=device("phone"), to=KEY.sealing_key, org=ORG)
    return HandlerWord.read(open_reply(data, key=KEY, org=ORG))


@settings(max_examples=25)
@given(st.sampled_from(ReplyKind), st.binary(max_size=200) | st.just(bytes(MAX_CONTENT_BYTES)))
def test_every_reply_cell_comes_back_and_has_one_size(kind: ReplyKind, content: bytes) -> None:
    data = sealed(ReplyCell(kind, content))
    assert len(data) == REPLY_CELL_BYTES == 4_096
    assert open_reply(data, key=KEY, org=ORG) == ReplyCell(kind, content)


def test_a_content_or_a_body_that_is_too_long_is_not_sealed() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        sealed(ReplyCell(ReplyKind.QUESTION, bytes(MAX_CONTENT_BYTES + 1)))
    long = replace(WORD, body=bytes(MAX_SIGNED_BODY_BYTES + 1))
    with pytest.raises(ValueError, match="does not fit"):
        long.seal(by=identity("handler"), recipient=device("phone"), to=KEY.sealing_key, org=ORG)


@pytest.mark.parametrize("length", [0, 2_868])
def test_the_shortest_and_the_longest_body_are_said_and_read(length: int) -> None:
    assert (MAX_SIGNED_BODY_BYTES, MAX_QUESTION_BYTES) == (2_868, 1_800)
    said = replace(WORD, body=bytes(length))
    data = said.seal(by=identity("handler"), recipient=device("phone"), to=KEY.sealing_key, org=ORG)
    read = HandlerWord.read(open_reply(data, key=KEY, org=ORG))
    assert read.body == bytes(length)
    assert read.said_by(identity("handler").public, to=device("phone"), org=ORG)


def test_nobody_opens_a_dummy() -> None:
    data = dummy_reply(org=ORG)
    assert len(data) == REPLY_CELL_BYTES
    with pytest.raises(CellDamagedError):
        open_reply(data, key=KEY, org=ORG)


def test_a_change_anywhere_another_key_or_another_organisation_is_refused() -> None:
    data = sealed()
    for changed in [*flips(data, sampled=1_024), data[:-1], data + b"\0", b""]:
        with pytest.raises(CellDamagedError):
            open_reply(changed, key=KEY, org=ORG)
    with pytest.raises(CellDamagedError):
        open_reply(data, key=pair("other"), org=ORG)
    with pytest.raises(CellDamagedError):
        open_reply(data, key=KEY, org=OTHER_ORG)


@pytest.mark.parametrize(
    "plain",
    [
        b"\0\3\0\0",
        b"\2\3\0\0",
        b"\1\4\0\0",
        b"\1\3\x0b\x8d",
        b"\1\3\0\1" + b"ab",
    ],
)
def test_what_is_sealed_rightly_but_not_well_formed_is_refused(plain: bytes) -> None:
    data = KEY.sealing_key.seal(plain.ljust(PLAIN_BYTES, b"\0"), info=encode(["kantha/v1/reply", ORG, 1]))
    with pytest.raises(CellDamagedError):
        open_reply(data, key=KEY, org=ORG)


@given(st.binary(max_size=200))
def test_no_plaintext_brings_out_another_error(start: bytes) -> None:
    info = encode(["kantha/v1/reply", ORG, 1])
    data = KEY.sealing_key.seal(start.ljust(PLAIN_BYTES, b"\0"), info=info)
    try:
        HandlerWord.read(open_reply(data, key=KEY, org=ORG))
    except CellDamagedError:
        return


def test_a_word_is_believed_from_its_handler_to_its_device_only() -> None:
    found, public = word(), identity("handler").public
    assert replace(found, signature=b"") == WORD
    assert found.said_by(public, to=device("phone"), org=ORG)
    assert not found.said_by(identity("phone").public, to=device("phone"), org=ORG)
    assert not found.said_by(public, to=device("other"), org=ORG)
    assert not found.said_by(public, to=device("phone"), org=OTHER_ORG)
    for wrong in (
        replace(found, kind=ReplyKind.CONFIRM),
        replace(found, sender=device("other")),
        replace(found, counter=4),
        replace(found, body=b"bode"),
        *(replace(found, signature=bad) for bad in flips(found.signature)),
    ):
        assert not wrong.said_by(public, to=device("phone"), org=ORG)


def test_a_word_that_is_too_short_or_counts_beyond_every_store_is_refused() -> None:
    with pytest.raises(CellDamagedError):
        HandlerWord.read(ReplyCell(ReplyKind.QUESTION, bytes(87)))
    for counter in (MAX_COUNTER, 2**64 - 1):
        content = device("handler") + counter.to_bytes(8, "big") + bytes(64)
        with pytest.raises(CellDamagedError):
            HandlerWord.read(ReplyCell(ReplyKind.QUESTION, content))
