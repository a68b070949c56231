from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import encode
from crypto.errors import EncodingError, SignatureRefusedError
from crypto.operations import CHAIN_START, LABEL, SignedOperation, link_hash
from crypto.signed import Signed
from tests.crypto.people import device, flips, identity

BY = identity("handler")
FIRST = SignedOperation(device("handler"), 1, CHAIN_START, {"k": "note.add", "v": {"text": "কথা"}})


def test_an_operation_comes_back_from_its_handler_only() -> None:
    wire = FIRST.sign(BY)
    assert SignedOperation.read(wire, identity_public=BY.public) == FIRST
    assert SignedOperation.claimed_device(wire) == device("handler")
    with pytest.raises(SignatureRefusedError):
        SignedOperation.read(wire, identity_public=identity("other").public)


def test_a_change_anywhere_is_refused() -> None:
    wire = FIRST.sign(BY)
    for changed in flips(wire, sampled=len(wire)):
        with pytest.raises((SignatureRefusedError, EncodingError)):
            SignedOperation.read(changed, identity_public=BY.public)


def test_links_name_the_whole_link_before() -> None:
    wire = FIRST.sign(BY)
    second = SignedOperation(device("handler"), 2, link_hash(wire), {})
    assert SignedOperation.read(second.sign(BY), identity_public=BY.public).previous == link_hash(wire)
    assert link_hash(replace(FIRST, operation={}).sign(BY)) != link_hash(wire)


@pytest.mark.parametrize(
    "value",
    [
        {1: device("handler"), 2: 2**48, 3: CHAIN_START, 4: {}},
        {1: bytes(15), 2: 1, 3: CHAIN_START, 4: {}},
        {1: device("handler"), 2: 1, 3: bytes(31), 4: {}},
        {1: device("handler"), 2: 1, 3: CHAIN_START, 4: {1: 2}},
        {1: device("handler"), 2: 1, 3: CHAIN_START, 4: []},
        {1: device("handler"), 2: 1, 3: CHAIN_START, 4: {}, 5: 0},
    ],
)
def test_a_malformed_operation_is_an_encoding_error_even_if_signed(value: Any) -> None:
    with pytest.raises(EncodingError):
        SignedOperation.read(
            Signed.make(encode(value), label=LABEL, by=BY).to_wire(), identity_public=BY.public
        )


@given(st.binary(max_size=120))
def test_any_bytes_are_an_encoding_error(data: bytes) -> None:
    with pytest.raises(EncodingError):
        SignedOperation.claimed_device(data)
    with pytest.raises(EncodingError):
        SignedOperation.read(Signed.make(data, label=LABEL, by=BY).to_wire(), identity_public=BY.public)
