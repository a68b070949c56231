from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from crypto.tokens import (
    FIRST_TOKENS,
    TOKEN_BYTES,
    TOKEN_HASH_BYTES,
    TokenMaster,
    TokenSeed,
    token_hash,
    token_state,
    week_of,
)
from tests.crypto.people import NOW, WEEK, seed

MASTER = TokenMaster(seed("master"))
SLOTS, PER_SLOT = 6, 20
NONE_REVOKED = (0,) * SLOTS
USES = st.lists(st.integers(0, 3), min_size=1, max_size=8)


def week(*, epoch: int = 1, number: int = WEEK, uses: Sequence[int] = NONE_REVOKED) -> list[bytes]:
    hashes = MASTER.week_hashes(epoch=epoch, week=number, per_slot=PER_SLOT, uses=uses)
    assert len(hashes) == len(uses) * (PER_SLOT + FIRST_TOKENS) * TOKEN_HASH_BYTES
    return [hashes[start : start + 16] for start in range(0, len(hashes), 16)]


def own(slot: int, *, epoch: int = 1, use: int = 0) -> list[bytes]:
    source = TokenSeed(MASTER.slot_seed(slot, use), epoch, PER_SLOT)
    return [source.token(week=WEEK, index=index) for index in range(PER_SLOT)]


def first(slot: int, *, use: int = 0) -> list[bytes]:
    source = TokenSeed(MASTER.first_seed(slot, use), 1, FIRST_TOKENS)
    return [source.token(week=WEEK, index=index) for index in range(FIRST_TOKENS)]


def hashes_of(tokens: list[bytes]) -> set[bytes]:
    return {token_hash(token) for token in tokens}


def test_every_slots_tokens_are_in_the_set_given_out_or_not() -> None:
    accepted = set(week())
    for slot in range(SLOTS):
        assert hashes_of(own(slot) + first(slot)) <= accepted
    assert len(accepted) == SLOTS * (PER_SLOT + FIRST_TOKENS)


def test_the_set_says_nothing_about_who_belongs_since_it_is_the_same_before_and_after_admission() -> None:
    assert week() == week()
    assert week() == sorted(week())


def test_after_a_revocation_the_slot_is_used_again_and_the_revoked_devices_tokens_are_gone() -> None:
    before, after = week(), week(uses=(0, 0, 1, 0, 0, 0))
    assert len(before) == len(after)
    assert not hashes_of(own(2) + first(2)) & set(after)
    assert hashes_of(own(2, use=1) + first(2, use=1)) <= set(after)
    assert hashes_of(own(3) + first(3)) <= set(after)
    assert not hashes_of(own(2, use=1)) & set(before)


def test_nothing_in_a_set_is_random_so_two_publishers_make_the_same() -> None:
    assert week(uses=(0, 3, 1, 0, 0, 2)) == week(uses=(0, 3, 1, 0, 0, 2))


def test_slot_and_use_cannot_run_into_each_other() -> None:
    seeds = {MASTER.slot_seed(slot, use) for slot in (0, 1, 256, 2**16) for use in (0, 1, 256, 2**16)}
    assert len(seeds | {MASTER.first_seed(0), MASTER.first_seed(0, 1)}) == 16 + 2
    assert MASTER.slot_seed(3) == MASTER.slot_seed(3, 0)
    assert TokenMaster(seed("other")).slot_seed(3) != MASTER.slot_seed(3)


def test_another_epoch_week_slot_or_index_is_another_token() -> None:
    source = TokenSeed(MASTER.slot_seed(1), 1, PER_SLOT)
    tokens = {
        source.token(week=WEEK, index=0),
        source.token(week=WEEK, index=1),
        source.token(week=WEEK + 1, index=0),
        TokenSeed(source.seed, 2, PER_SLOT).token(week=WEEK, index=0),
        TokenSeed(MASTER.slot_seed(2), 1, PER_SLOT).token(week=WEEK, index=0),
        TokenSeed(MASTER.first_seed(1), 1, PER_SLOT).token(week=WEEK, index=0),
    }
    assert len(tokens) == 6
    assert {len(token) for token in tokens} == {TOKEN_BYTES}


def test_a_new_epoch_replaces_every_hash() -> None:
    assert not set(week()) & set(week(epoch=2))
    assert not set(week()) & set(week(number=WEEK + 1))


def test_a_token_past_the_limit_is_unknown_to_the_relay() -> None:
    source = TokenSeed(MASTER.slot_seed(1), 1, PER_SLOT)
    assert token_hash(source.token(week=WEEK, index=PER_SLOT)) not in week()
    assert week_of(NOW) == WEEK


def test_a_photographed_invitation_gives_no_token_of_the_device() -> None:
    assert not set(own(1)) & set(first(1))


@given(USES, USES, st.integers(1, 4), st.integers(1, 4))
def test_the_token_state_differs_exactly_when_the_sets_do(
    left: list[int], right: list[int], few: int, many: int
) -> None:
    states = token_state(left, per_slot=few), token_state(right, per_slot=many)
    sets = [
        MASTER.week_hashes(epoch=1, week=WEEK, per_slot=limit, uses=uses)
        for uses, limit in ((left, few), (right, many))
    ]
    assert len(states[0]) == 32
    assert (states[0] == states[1]) == (sets[0] == sets[1])


def test_a_week_has_604_800_seconds_from_the_first_of_1970() -> None:
    for number in (0, 1, 2_964, 10_000):
        assert week_of(number * 604_800) == week_of((number + 1) * 604_800 - 0.5) == number
