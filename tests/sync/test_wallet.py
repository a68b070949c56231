"""Which token is spent next, and which weeks are remembered. protocol.md 7.1."""

from __future__ import annotations

import pytest

from crypto.tokens import TokenSeed, week_of
from sync.errors import TokensUsedUpError
from sync.state import State
from sync.wallet import FIRST, OWN, take_token
from tests.sync.stores import Hands, new_state

WEEK_S = 604_800
SEED = TokenSeed(bytes(32), 1, 2)


def weeks(state: State) -> list[int]:
    return [int(week) for (week,) in state.db.execute("SELECT week FROM sync_token ORDER BY week")]


def test_each_token_of_a_week_is_spent_once_and_in_order() -> None:
    clock = Hands()
    state, week = new_state(clock), week_of(clock.now)
    assert [take_token(state, SEED, source=OWN) for _ in range(2)] == [
        SEED.token(week=week, index=0), SEED.token(week=week, index=1),
    ]  # fmt: skip
    with pytest.raises(TokensUsedUpError):
        take_token(state, SEED, source=OWN)
    clock.now += WEEK_S
    assert take_token(state, SEED, source=OWN) == SEED.token(week=week + 1, index=0)


def test_first_tokens_and_those_of_another_epoch_are_counted_apart() -> None:
    clock = Hands()
    state, week = new_state(clock), week_of(clock.now)
    other = TokenSeed(bytes(32), 2, 2)
    take_token(state, SEED, source=OWN)
    assert take_token(state, SEED, source=FIRST) == SEED.token(week=week, index=0)
    assert take_token(state, other, source=OWN) == other.token(week=week, index=0)


def test_the_last_64_weeks_are_remembered_so_a_clock_that_goes_back_spends_nothing_twice() -> None:
    clock = Hands()
    state, start = new_state(clock), clock.now
    for week in range(65):
        clock.now = start + week * WEEK_S
        take_token(state, SEED, source=OWN)
    assert weeks(state) == [week_of(start) + week for week in range(1, 65)]
    clock.now = start + WEEK_S
    assert take_token(state, SEED, source=OWN) == SEED.token(week=week_of(clock.now), index=1)
