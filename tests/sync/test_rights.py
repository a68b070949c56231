"""Which publishing token a publisher tries, wants and remembers, as boxes and the relay's answers come."""

from __future__ import annotations

import re

from sync.rights import (
    accepted,
    candidates,
    change_due,
    note_known,
    note_refused,
    publish_token,
    published,
    refused_since,
    renew_token,
    take_box,
    wanted_token,
)
from sync.state import State
from tests.sync.stores import NOW, Hands, new_state

OLD, FRESH, OTHER = "o" * 43, "f" * 43, "x" * 43
MALFORMED = ("", "t" * 42, "t" * 44, "t" * 42 + "\n", "t" * 42 + "=", "é" * 43)


def publisher(token: str = OLD, clock: Hands | None = None) -> State:
    state = new_state(clock)
    state.keys.put("publish-token", token.encode())
    return state


def renewed(state: State) -> str:
    renew_token(state)
    fresh = wanted_token(state)
    assert fresh is not None
    return fresh


def test_a_device_without_the_right_wants_no_token() -> None:
    state = new_state()
    renew_token(state)
    assert (publish_token(state), wanted_token(state), candidates(state)) == (None, None, [])
    assert not change_due(state)


def test_a_fresh_token_is_wanted_and_the_relay_is_told_only_once_it_is_published() -> None:
    state = publisher()
    fresh = renewed(state)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", fresh)
    assert publish_token(state) == OLD
    assert not change_due(state), "nobody could follow"
    assert renewed(state) == fresh, "one that nobody has seen stays"
    published(state, OTHER)
    assert not change_due(state), "another one was published, not this"
    published(state, fresh)
    assert change_due(state)
    assert candidates(state) == [OLD, fresh]
    assert candidates(state, first=OTHER) == [OTHER, fresh]
    assert renewed(state) != fresh, "the next revocation takes another"


def test_what_the_relay_took_is_the_present_one_and_the_one_before_is_remembered() -> None:
    state = publisher()
    fresh = renewed(state)
    published(state, fresh)
    accepted(state, fresh)
    assert (publish_token(state), wanted_token(state)) == (fresh, fresh)
    assert not change_due(state)
    assert candidates(state) == [fresh, OLD]


def test_where_nothing_else_is_wanted_the_one_that_was_taken_is_wanted_too() -> None:
    state = publisher()
    state.keys.put("publish-token-wanted", OLD.encode())
    accepted(state, FRESH)
    assert wanted_token(state) == FRESH
    wants = publisher()
    fresh = renewed(wants)
    accepted(wants, OTHER)
    assert (publish_token(wants), wanted_token(wants)) == (OTHER, fresh), "an own fresh one is still wanted"


def test_a_token_that_was_taken_again_changes_nothing() -> None:
    state = publisher()
    accepted(state, OLD)
    assert candidates(state) == [OLD]


def test_a_box_says_which_token_comes_unless_an_own_one_is_on_its_way() -> None:
    state = publisher()
    assert take_box(state, FRESH)
    assert (publish_token(state), wanted_token(state)) == (OLD, FRESH)
    assert change_due(state)
    assert not take_box(state, FRESH), "known already"
    assert take_box(state, OTHER)
    assert not take_box(state, FRESH), "wanted again, and not new"
    assert wanted_token(state) == FRESH
    own = publisher()
    fresh = renewed(own)
    assert take_box(own, OTHER)
    assert wanted_token(own) == fresh
    assert OTHER in candidates(own), "tried all the same"


def test_what_has_not_the_form_of_a_token_is_neither_wanted_nor_tried() -> None:
    for token in MALFORMED:
        state = publisher()
        assert not take_box(state, token)
        note_known(state, token)
        assert candidates(state) == [OLD]


def test_a_token_from_a_box_that_is_not_believed_is_tried_and_never_wanted() -> None:
    state = publisher()
    note_known(state, FRESH)
    note_known(state, OLD)
    assert candidates(state) == [OLD, FRESH]
    assert wanted_token(state) == OLD
    note_known(state, OTHER)
    note_known(state, FRESH)
    assert candidates(state) == [OLD, OTHER, FRESH], "one that is known keeps its place"


def test_few_tokens_are_remembered() -> None:
    state = publisher()
    for number in range(20):
        note_known(state, f"{number:043}")
    assert candidates(state) == [OLD, *(f"{number:043}" for number in range(19, 11, -1))]


def test_a_token_that_is_taken_session_after_session_pushes_none_out_that_may_come() -> None:
    state = publisher()
    for number in range(8):
        note_known(state, f"{number:043}")
    before = candidates(state)
    accepted(state, OLD)
    assert candidates(state) == before


def test_since_when_the_relay_refuses_is_known_until_it_takes_a_token() -> None:
    clock = Hands()
    state = publisher(clock=clock)
    assert refused_since(state) is None
    note_refused(state)
    clock.now += 60
    note_refused(state)
    assert refused_since(state) == NOW
    accepted(state, OLD)
    assert refused_since(state) is None
