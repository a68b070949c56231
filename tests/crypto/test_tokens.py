from __future__ import annotations

from crypto.tokens import (
    FIRST_TOKENS,
    TOKEN_BYTES,
    TOKEN_HASH_BYTES,
    TokenMaster,
    TokenSeed,
    token_hash,
    week_of,
)
from tests.crypto.people import NOW, WEEK, seed

MASTER = TokenMaster(seed("master"))
SLOTS, PER_SLOT = 6, 20


def week(*, epoch: int = 1, number: int = WEEK, revoked: frozenset[int] = frozenset()) -> list[bytes]:
    hashes = MASTER.week_hashes(epoch=epoch, week=number, slots=SLOTS, per_slot=PER_SLOT, revoked=revoked)
    assert len(hashes) == SLOTS * (PER_SLOT + FIRST_TOKENS) * TOKEN_HASH_BYTES
    return [hashes[start : start + 16] for start in range(0, len(hashes), 16)]


def own(slot: int, *, epoch: int = 1) -> list[bytes]:
    source = TokenSeed(MASTER.slot_seed(slot), epoch, PER_SLOT)
    return [source.token(week=WEEK, index=index) for index in range(PER_SLOT)]


def first(slot: int) -> list[bytes]:
    source = TokenSeed(MASTER.first_seed(slot), 1, FIRST_TOKENS)
    return [source.token(week=WEEK, index=index) for index in range(FIRST_TOKENS)]


def test_every_slots_tokens_are_in_the_set_given_out_or_not() -> None:
    accepted = set(week())
    for slot in range(SLOTS):
        assert {token_hash(token) for token in own(slot) + first(slot)} <= accepted
    assert len(accepted) == SLOTS * (PER_SLOT + FIRST_TOKENS)


def test_the_set_says_nothing_about_who_belongs_since_it_is_the_same_before_and_after_admission() -> None:
    assert week() == week()
    assert week() == sorted(week())


def test_a_revoked_slots_places_are_filled_and_its_tokens_are_gone() -> None:
    before, after = week(), week(revoked=frozenset({2}))
    assert len(before) == len(after)
    assert not {token_hash(token) for token in own(2) + first(2)} & set(after)
    assert {token_hash(token) for token in own(3)} <= set(after)


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
