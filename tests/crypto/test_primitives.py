"""The one door: what fits nobody else's key opens nothing, and a build without a building block stops."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import primitives
from crypto.errors import EncodingError, MissingPrimitiveError
from crypto.ids import device_id, new_desk_id, officer_id
from crypto.primitives import (
    CHUNK_TAG_BYTES,
    ChunkKey,
    OpenError,
    OpeningKey,
    SealingKey,
    is_sealing_key,
    officer_signature_holds,
    open_secret,
    seal_secret,
)
from tests.crypto.people import flips, identity, officer, pair, seed

ROOT = Path(__file__).resolve().parents[2]
LOW_ORDER = (
    bytes(32),
    b"\1" + bytes(31),
    bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
    bytes.fromhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
)
"""Points with which every exchange gives zero (RFC 7748 section 6.1)."""


@given(st.binary(max_size=100), st.binary(max_size=20))
def test_what_is_sealed_to_a_key_opens_with_it_and_its_info_only(plain: bytes, info: bytes) -> None:
    key = pair("reader")
    sealed = key.sealing_key.seal(plain, info=info)
    assert len(sealed) == len(plain) + primitives.XWING_OVERHEAD_BYTES
    assert key.open(sealed, info=info) == plain
    with pytest.raises(OpenError):
        key.open(sealed, info=info + b"x")
    with pytest.raises(OpenError):
        pair("other").open(sealed, info=info)


def test_a_change_of_any_bit_of_a_sealed_message_is_refused() -> None:
    key = pair("reader")
    sealed = key.sealing_key.seal(b"word", info=b"")
    for changed in flips(sealed, sampled=len(sealed)):
        with pytest.raises(OpenError):
            key.open(changed, info=b"")


@given(st.binary(max_size=1_300))
def test_any_bytes_are_refused_with_the_documented_error(data: bytes) -> None:
    with pytest.raises(OpenError):
        pair("reader").open(data, info=b"")
    with pytest.raises(OpenError):
        open_secret(seed("key"), data, info=b"")


@pytest.mark.parametrize("share", LOW_ORDER)
def test_a_share_of_low_order_is_refused_with_the_documented_error(share: bytes) -> None:
    sealed = pair("reader").sealing_key.seal(b"word", info=b"")
    with pytest.raises(OpenError):
        pair("reader").open(sealed[:1_088] + share + sealed[1_120:], info=b"")


@pytest.mark.parametrize("share", LOW_ORDER)
def test_a_public_key_of_low_order_is_no_key(share: bytes) -> None:
    public = pair("reader").sealing_key.public[:1_184] + share
    assert not is_sealing_key(public)
    with pytest.raises(EncodingError):
        SealingKey.read(public)
    with pytest.raises(ValueError, match="Error"):
        SealingKey(public).seal(b"", info=b"")


def test_a_key_of_another_length_or_with_coefficients_too_large_is_no_key() -> None:
    good = pair("reader").sealing_key.public
    assert SealingKey.read(good) == pair("reader").sealing_key
    for bad in (b"", good[:-1], good + b"\0", b"\xff" * 1_184 + good[1_184:]):
        with pytest.raises(EncodingError):
            SealingKey.read(bad)
    for bad in (good[:-1], good + b"\0"):
        with pytest.raises(ValueError, match="public key"):
            SealingKey(bad)
    with pytest.raises(ValueError, match="public key"):
        SealingKey(b"\xff" * 1_184 + good[1_184:]).seal(b"", info=b"")
    with pytest.raises(ValueError, match="seed"):
        OpeningKey(bytes(31))


@given(st.binary(max_size=100))
def test_a_shared_secret_opens_what_it_sealed_under_the_same_info_only(plain: bytes) -> None:
    sealed = seal_secret(seed("key"), plain, info=b"one")
    assert len(sealed) == len(plain) + 48
    assert open_secret(seed("key"), sealed, info=b"one") == plain
    assert seal_secret(seed("key"), plain, info=b"one") != sealed
    for key, info in ((seed("other"), b"one"), (seed("key"), b"two")):
        with pytest.raises(OpenError):
            open_secret(key, sealed, info=info)
    for changed in flips(sealed, sampled=len(sealed)):
        with pytest.raises(OpenError):
            open_secret(seed("key"), changed, info=b"one")


def test_a_chunk_opens_at_its_number_and_as_the_last_or_not_only() -> None:
    key = ChunkKey(seed("file"))
    sealed = key.seal(b"chunk", number=3, last=False)
    assert len(sealed) == 5 + CHUNK_TAG_BYTES
    assert key.open(sealed, number=3, last=False) == b"chunk"
    for number, last in ((3, True), (2, False), (3 << 8, False)):
        with pytest.raises(OpenError):
            key.open(sealed, number=number, last=last)
    for changed in (b"", sealed[:-1], sealed + b"\0", *flips(sealed, sampled=len(sealed))):
        with pytest.raises(OpenError):
            key.open(changed, number=3, last=False)
    with pytest.raises(OpenError):
        ChunkKey(seed("another")).open(sealed, number=3, last=False)


def test_an_officers_signature_is_both_and_holds_as_both_only() -> None:
    public, signature = officer().public, officer().sign(b"word")
    assert (len(public), len(signature)) == (32 + 1_952, 64 + 3_309)
    assert officer_signature_holds(public, signature, b"word")
    other = officer().sign(b"other")
    for wrong in (
        signature[:64] + other[64:],
        other[:64] + signature[64:],
        signature[64:] + signature[:64],
        signature[:64],
        signature[64:],
        signature[:-1],
        signature + b"\0",
        b"",
    ):
        assert not officer_signature_holds(public, wrong, b"word")
    for wrong in (public[:32], public[32:], public[:-1], public + b"\0", b""):
        assert not officer_signature_holds(wrong, signature, b"word")


def test_ids_come_from_keys_and_kinds_never_collide() -> None:
    public = identity("phone").public
    assert len(device_id(public)) == len(officer_id(public)) == 16
    assert device_id(public) != officer_id(public)
    assert new_desk_id() != new_desk_id()
    assert len(new_desk_id()) == 8


def test_no_seed_is_shown_when_a_key_is_printed() -> None:
    shown = repr(pair("reader")) + repr(identity("phone")) + repr(officer())
    for name in ("reader", "phone", "officer"):
        assert repr(seed(name)) not in shown
        assert repr(seed(name))[2:20] not in shown


WITHOUT = """
import sys
from importlib.abc import MetaPathFinder
class Blocked(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            raise ImportError(name)
sys.meta_path.insert(0, Blocked())
try:
    import crypto.primitives
except Exception as error:
    print(type(error).__name__)
    print(error)
    print(error.next_step)
try:
    import crypto.cells
except Exception as error:
    print(type(error).__name__)
"""

EMPTIED = """
import cryptography.hazmat.primitives.hpke as hpke
del hpke.KEM.MLKEM768_X25519
import crypto.primitives
"""


@pytest.mark.parametrize(
    "module",
    [
        "cryptography.hazmat.primitives.hpke",
        "cryptography.hazmat.primitives.asymmetric.mlkem",
        "cryptography.hazmat.primitives.asymmetric.mldsa",
        "cryptography.hazmat.primitives.kdf.argon2",
    ],
)
def test_a_build_without_a_building_block_says_so_and_stops(module: str) -> None:
    code = WITHOUT.format(module=module)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    expected = MissingPrimitiveError()
    assert done.stdout.splitlines() == [
        "MissingPrimitiveError",
        str(expected),
        expected.next_step,
        "MissingPrimitiveError",
    ]
    assert "cryptography library lacks a building block" in str(expected)
    assert "never falls back" in expected.next_step


UNSUPPORTED = """
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import {module}
class Unsupported:
    @staticmethod
    def generate():
        raise UnsupportedAlgorithm("not in this build")
{module}.{name} = Unsupported
import crypto.primitives
"""


@pytest.mark.parametrize(
    ("module", "name"), [("mlkem", "MLKEM768PrivateKey"), ("mldsa", "MLDSA65PrivateKey")]
)
def test_a_build_that_names_an_algorithm_and_has_it_not_stops(module: str, name: str) -> None:
    code = UNSUPPORTED.format(module=module, name=name)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "MissingPrimitiveError" in done.stderr


def test_a_build_whose_hpke_has_no_x_wing_stops() -> None:
    done = subprocess.run(
        [sys.executable, "-c", EMPTIED], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "MissingPrimitiveError" in done.stderr
