from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.desk_keys import DeskSeed, EpochKey, SeedWrap, day_of, decode_days, encode_days, line_of, new_line
from crypto.encoding import decode, encode
from crypto.errors import EncodingError, SignatureRefusedError
from crypto.primitives import OpenError
from tests.crypto.people import (
    DESK,
    NOW,
    ORG,
    OTHER_DESK,
    OTHER_ORG,
    TODAY,
    WEEK,
    desk_seed,
    device,
    epoch_key,
    flip,
    flips,
    identity,
    pair,
    seed,
)


def wrap() -> SeedWrap:
    return SeedWrap.make(desk_seed(), to=epoch_key("handler"), org=ORG)


def test_a_chain_gives_the_same_days_from_wherever_it_stands() -> None:
    start = desk_seed()
    assert start.at(TODAY) == start
    assert start.at(TODAY + 3).at(TODAY + 10) == start.at(TODAY + 10)
    assert start.public_days(5)[4] == start.at(TODAY + 4).public_days(1)[0]
    assert len({day.key.public for day in start.public_days(5)}) == 5


def test_a_chain_never_goes_back_nor_on_for_ever() -> None:
    assert desk_seed().at(TODAY + 4_000).day == TODAY + 4_000
    for day in (TODAY - 1, TODAY + 4_001):
        with pytest.raises(ValueError, match="forward"):
            desk_seed().at(day)


def test_what_is_sealed_to_a_published_day_opens_with_that_day_only() -> None:
    day = desk_seed().public_days(3)[2]
    sealed = day.key.seal(b"word", info=b"i")
    assert desk_seed().at(TODAY + 2).opening_key.key.open(sealed, info=b"i") == b"word"
    for other in (TODAY, TODAY + 1, TODAY + 3):
        with pytest.raises(OpenError):
            desk_seed().at(other).opening_key.key.open(sealed, info=b"i")


def test_a_new_generation_has_nothing_to_do_with_the_one_before() -> None:
    one, two = (DeskSeed.generate(DESK, generation=n, day=TODAY) for n in (1, 2))
    assert one.seed != two.seed
    assert len(one.seed) == 32


def test_days_come_back_and_must_follow_each_other() -> None:
    days = desk_seed().public_days(4)
    assert decode_days(decode(encode(encode_days(days)))) == days
    with pytest.raises(ValueError, match="follow"):
        encode_days([days[0], days[2]])
    assert day_of(NOW) == TODAY


PUBLIC = pair("day").sealing_key.public


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {1: DESK, 2: 1, 3: 1, 4: [PUBLIC], 5: 0},
        {1: b"short", 2: 1, 3: 1, 4: [PUBLIC]},
        {1: DESK, 2: 2**32, 3: 1, 4: [PUBLIC]},
        {1: DESK, 2: 1, 3: 2**31, 4: [PUBLIC]},
        {1: DESK, 2: 1, 3: 1, 4: [PUBLIC[:-1]]},
        {1: DESK, 2: 1, 3: 1, 4: [PUBLIC] * 401},
        {1: DESK, 2: 1, 3: 1, 4: [b"\xff" * 1_184 + PUBLIC[1_184:]]},
        {1: DESK, 2: 1, 3: 1, 4: [PUBLIC[:1_184] + bytes(32)]},
        {1: DESK, 2: 1, 3: 1, 4: [PUBLIC[:1_184] + b"\1" + bytes(31)]},
    ],
)
def test_malformed_days_are_an_encoding_error(value: Any) -> None:
    with pytest.raises(EncodingError):
        decode_days(value)


def test_an_epoch_key_is_believed_only_from_its_handler() -> None:
    key = epoch_key("handler")
    certificate = key.certify(identity("handler"), org=ORG)
    key.verify(certificate, identity_public=identity("handler").public, org=ORG)
    others: list[tuple[EpochKey, bytes, Any]] = [
        (key, identity("phone").public, ORG),
        (key, identity("handler").public, OTHER_ORG),
        (replace(key, epoch=WEEK + 1), identity("handler").public, ORG),
        (replace(key, handler=device("phone")), identity("handler").public, ORG),
        (replace(key, key=pair("other").sealing_key), identity("handler").public, ORG),
    ]
    for other, public, org in others:
        with pytest.raises(SignatureRefusedError):
            other.verify(certificate, identity_public=public, org=org)
    for bad in flips(certificate, sampled=64):
        with pytest.raises(SignatureRefusedError):
            key.verify(bad, identity_public=identity("handler").public, org=ORG)


def test_a_wrapped_seed_comes_back_to_its_handler_alone() -> None:
    key = pair("handler-epoch")
    assert SeedWrap.from_wire(decode(encode(wrap().to_wire()))).open(key, org=ORG) == desk_seed()
    with pytest.raises(OpenError):
        wrap().open(pair("phone-epoch"), org=ORG)


def test_a_wrap_for_another_desk_generation_day_handler_epoch_or_organisation_opens_nothing() -> None:
    made, key = wrap(), pair("handler-epoch")
    for wrong in (
        replace(made, desk=OTHER_DESK),
        replace(made, generation=4),
        replace(made, day=TODAY - 1),
        replace(made, handler=device("phone")),
        replace(made, epoch=WEEK + 1),
    ):
        with pytest.raises(OpenError):
            wrong.open(key, org=ORG)
    with pytest.raises(OpenError):
        made.open(key, org=OTHER_ORG)


def test_a_change_of_any_byte_of_a_wrap_is_refused() -> None:
    made, key = wrap(), pair("handler-epoch")
    for place in range(len(made.sealed)):
        with pytest.raises(OpenError):
            replace(made, sealed=flip(made.sealed, place, place % 8)).open(key, org=ORG)


def test_a_wrapped_thing_that_is_no_seed_opens_nothing() -> None:
    info = encode(["kantha/v1/seed-wrap", ORG, DESK, 3, TODAY, device("handler"), WEEK])
    sealed = epoch_key("handler").key.seal(seed("x")[:31], info=info)
    with pytest.raises(OpenError):
        replace(wrap(), sealed=sealed).open(pair("handler-epoch"), org=ORG)


@given(st.recursive(st.none() | st.integers() | st.binary(max_size=20), lambda x: st.lists(x, max_size=7)))
def test_any_value_is_refused_as_a_wrap_with_an_encoding_error(value: Any) -> None:
    with pytest.raises(EncodingError):
        SeedWrap.from_wire(value)


def test_a_day_has_86_400_seconds_from_the_first_of_1970() -> None:
    for day in (0, 1, TODAY, 40_000):
        assert day_of(day * 86_400) == day_of((day + 1) * 86_400 - 0.5) == day


def test_the_largest_numbers_of_days_and_wraps_are_those_of_the_protocol() -> None:
    days = {1: DESK, 2: 2**32 - 1, 3: 2**31 - 1, 4: [PUBLIC] * 400}
    assert len(decode_days(days)) == 400
    wire = [DESK, 2**32 - 1, 2**31 - 1, device("handler"), 2**32 - 1, bytes(32 + 1_136)]
    assert SeedWrap.from_wire(wire).to_wire() == wire
    for change in ({2: 2**32}, {3: 2**31}, {4: [PUBLIC] * 401}):
        with pytest.raises(EncodingError):
            decode_days({**days, **change})
    for place, number in ((1, 2**32), (2, 2**31), (4, 2**32)):
        with pytest.raises(EncodingError):
            SeedWrap.from_wire([*wire[:place], number, *wire[place + 1 :]])


def test_a_line_has_65_536_generations() -> None:
    for generation, line in ((0, 0), (65_535, 0), (65_536, 1), (131_071, 1), (131_072, 2)):
        assert line_of(generation) == line
        assert new_line(generation) == (line + 1) * 65_536
