from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.cells import (
    CELL_BYTES,
    MAX_BODY_BYTES,
    MAX_COUNTER,
    NOBODY,
    PLAIN_BYTES,
    Cell,
    CellKind,
    UntrustedCell,
    dummy_cell,
    heartbeat_body,
    open_cell,
    read_heartbeat,
    seal_cell,
)
from crypto.desk_keys import DayOpeningKey
from crypto.encoding import encode
from crypto.errors import CellDamagedError, EncodingError
from crypto.ids import DeviceId
from tests.crypto.people import (
    DESK,
    ORG,
    OTHER_DESK,
    OTHER_ORG,
    TODAY,
    day_key,
    desk_seed,
    device,
    flip,
    flips,
    pair,
    seed,
)
from tests.vectors.frozen import read

CELL = Cell(CellKind.PARCEL, device("phone"), 1, 7, b"body")
KEYS = {slot: seed(f"slot {slot}") for slot in (0, 5, 31)}


def sealed(cell: Cell = CELL, keys: dict[int, bytes] = KEYS) -> bytes:
    return seal_cell(cell, to=day_key(), org=ORG, slot_keys=keys)


def opened(data: bytes) -> UntrustedCell:
    return open_cell(data, key=desk_seed().opening_key, org=ORG)


def info() -> bytes:
    return encode(["kantha/v1/cell", ORG, DESK, 3, TODAY, 0])


def sealed_plain(plain: bytes) -> bytes:
    return day_key().key.seal(plain, info=info())


@settings(max_examples=25)
@given(
    kind=st.sampled_from(CellKind),
    sender=st.binary(min_size=16, max_size=16),
    incarnation=st.integers(0, 2**32 - 1),
    counter=st.integers(0, MAX_COUNTER - 1),
    body=st.binary(max_size=300) | st.just(b"\0" * MAX_BODY_BYTES),
)
def test_every_cell_comes_back_and_has_one_size(
    kind: CellKind, sender: bytes, incarnation: int, counter: int, body: bytes
) -> None:
    cell = Cell(kind, DeviceId(sender), incarnation, counter, body)
    data = sealed(cell)
    assert len(data) == CELL_BYTES == 16_384
    found = opened(data)
    assert found.cell == cell
    assert (found.desk, found.generation, found.day) == (DESK, 3, TODAY)


def test_a_body_that_is_too_long_is_not_sealed() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        sealed(replace(CELL, body=bytes(MAX_BODY_BYTES + 1)))


def test_a_dummy_is_a_genuine_cell_that_says_nothing() -> None:
    data = dummy_cell(to=day_key(), org=ORG)
    assert len(data) == CELL_BYTES
    assert opened(data).cell == Cell(CellKind.DUMMY, NOBODY, 0, 0, b"")


def test_the_same_cell_never_looks_the_same_twice() -> None:
    assert sealed() != sealed()


def test_a_change_anywhere_is_refused() -> None:
    data = sealed()
    for changed in flips(data, sampled=4_096):
        with pytest.raises(CellDamagedError):
            opened(changed)


@pytest.mark.parametrize("size", [0, 1, 1_136, CELL_BYTES - 1, CELL_BYTES + 1, 2 * CELL_BYTES])
def test_another_size_is_refused(size: int) -> None:
    with pytest.raises(CellDamagedError):
        opened((sealed() * 2)[:size])


def test_another_organisation_desk_generation_day_or_key_opens_nothing() -> None:
    data, key = sealed(), desk_seed().opening_key
    wrong: list[tuple[DayOpeningKey, bytes]] = [
        (key, OTHER_ORG),
        (replace(key, desk=OTHER_DESK), ORG),
        (replace(key, generation=4), ORG),
        (replace(key, day=TODAY + 1), ORG),
        (replace(key, key=pair("stranger")), ORG),
        (desk_seed().at(TODAY + 1).opening_key, ORG),
    ]
    for other, org in wrong:
        with pytest.raises(CellDamagedError):
            open_cell(data, key=other, org=org)  # type: ignore[arg-type]


def header(
    *, version: int = 1, kind: int = 1, incarnation: int = 1, counter: int = 7, length: int = 0
) -> bytes:
    numbers = incarnation.to_bytes(4, "big") + counter.to_bytes(8, "big") + length.to_bytes(2, "big")
    return bytes([version, kind]) + device("phone") + numbers


@pytest.mark.parametrize(
    ("why", "plain"),
    [
        ("an older version", header(version=0).ljust(PLAIN_BYTES, b"\0")),
        ("a newer version", header(version=2).ljust(PLAIN_BYTES, b"\0")),
        ("an unknown kind", header(kind=6).ljust(PLAIN_BYTES, b"\0")),
        ("a length beyond the end", header(length=MAX_BODY_BYTES + 1).ljust(PLAIN_BYTES, b"\0")),
        ("a counter that no store holds", header(counter=MAX_COUNTER).ljust(PLAIN_BYTES, b"\0")),
        ("a byte after the body", header().ljust(PLAIN_BYTES - 1, b"\0") + b"\1"),
        (
            "a byte right after the body",
            (header(length=3).ljust(544, b"\0") + b"abcd").ljust(PLAIN_BYTES, b"\0"),
        ),
    ],
)  # fmt: skip
def test_what_is_sealed_rightly_but_not_well_formed_is_refused_alike(why: str, plain: bytes) -> None:
    data = sealed_plain(plain)
    assert len(data) == CELL_BYTES
    with pytest.raises(CellDamagedError):
        opened(data)


@given(st.binary(max_size=600))
def test_no_plaintext_brings_out_another_error(start: bytes) -> None:
    data = sealed_plain(start.ljust(PLAIN_BYTES, b"\0"))
    try:
        found = opened(data)
    except CellDamagedError:
        return
    assert found.cell.counter < MAX_COUNTER


def test_every_bit_of_the_header_and_of_the_body_is_vouched_for() -> None:
    """Somebody at the desk opens a cell, changes it and seals it again: the slot no longer holds."""
    plain = desk_seed().opening_key.key.open(sealed(), info=info())
    assert opened(sealed_plain(plain)).vouched_by(KEYS[5], slot=5)
    refused = 0
    for bit in range(32 * 8):
        try:
            found = opened(sealed_plain(flip(plain, bit // 8, bit % 8)))
        except CellDamagedError:
            refused += 1
            continue
        assert not found.vouched_by(KEYS[5], slot=5)
    assert refused >= 8
    for place in range(544, 548):
        assert not opened(sealed_plain(flip(plain, place, 0))).vouched_by(KEYS[5], slot=5)


def test_one_broken_half_of_the_hybrid_opens_nothing() -> None:
    """The attacker holds one right half and guesses the other."""
    from cryptography.hazmat.primitives import hpke
    from cryptography.hazmat.primitives.asymmetric import mlkem, x25519

    right, wrong = (hashlib.shake_256(seed(name)).digest(96) for name in ("right", "wrong"))
    target = pair("right").sealing_key
    data = target.seal(b"secret", info=b"label")
    suite = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)

    def opens(kem_seed: bytes, dh_seed: bytes) -> bool:
        key = hpke.MLKEM768X25519PrivateKey(
            mlkem.MLKEM768PrivateKey.from_seed_bytes(kem_seed),
            x25519.X25519PrivateKey.from_private_bytes(dh_seed),
        )
        try:
            return suite.decrypt(data, key, b"label") == b"secret"
        except Exception:
            return False

    assert opens(right[:64], right[64:])
    assert not opens(wrong[:64], right[64:])
    assert not opens(right[:64], wrong[64:])


def test_no_secret_or_body_is_shown_when_a_cell_is_printed() -> None:
    shown = repr(opened(sealed())) + repr(desk_seed()) + repr(desk_seed().opening_key)
    assert "body" not in shown.replace("body=", "")
    assert seed("desk seed").hex() not in shown
    assert repr(seed("desk seed")) not in shown


@given(st.integers(0, 2**31 - 1))
def test_a_heartbeat_says_one_day(since: int) -> None:
    assert read_heartbeat(heartbeat_body(since)) == since


def test_the_heartbeats_of_the_vectors() -> None:
    document = read("cells")
    for vector in document["heartbeats"]:
        assert read_heartbeat(bytes.fromhex(vector["body"])) == vector["since"]
    for vector in document["no_heartbeats"]:
        with pytest.raises(EncodingError):
            read_heartbeat(bytes.fromhex(vector["body"]))


@given(st.binary(max_size=40))
def test_whatever_a_heartbeat_carries_it_is_a_day_or_refused(body: bytes) -> None:
    try:
        since = read_heartbeat(body)
    except EncodingError:
        return
    assert body == heartbeat_body(since)
