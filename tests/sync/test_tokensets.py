"""Which token sets are put at the relay, and when the epoch rises: once a change, and never out of reach."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crypto.heads import EPOCHS_AHEAD
from crypto.root import Policy, Root
from crypto.roster import Member, Role, Roster
from crypto.tokens import TokenMaster, week_of
from sync.state import State
from sync.tokensets import (
    FIRST_EPOCH,
    WEEKS_AHEAD,
    TokenState,
    digest_of,
    known_state,
    must_change,
    next_state,
    note_state,
    put_sets,
    raised,
    want_new_epoch,
    weeks_due,
)
from sync.wire import WEEK_SECONDS
from tests.crypto import people
from tests.sync.stores import NOW, Hands, new_state

ROOT: Root = replace(people.first_root(), policy=Policy(token_slots=4, tokens_per_week=2))
NOBODY = Roster({}, {}, {})
GONE = Roster(
    {},
    {
        people.device("phone"): Member(
            people.admission("phone", Role.INTAKE), revoked_at=NOW, token_slots=frozenset({1})
        )
    },
    {},
)
HERE = digest_of(NOBODY, ROOT)
MASTER = people.seed("master")


def following(state: State, *, roster: Roster = NOBODY, epoch: int = 3) -> TokenState:
    return next_state(state, roster=roster, root=ROOT, epoch=epoch)


def knowing(epoch: int, digest: bytes = HERE) -> State:
    state = new_state()
    note_state(state, epoch, digest)
    assert known_state(state) == TokenState(epoch, digest)
    return state


def test_the_first_edition_says_the_own_epoch_and_never_less_than_the_first() -> None:
    assert following(new_state(), epoch=7) == TokenState(7, HERE)
    assert following(new_state(), epoch=0) == TokenState(FIRST_EPOCH, HERE)


def test_the_epoch_stays_as_long_as_the_sets_do() -> None:
    state = knowing(5)
    assert following(state) == TokenState(5, HERE)
    assert not must_change(state, roster=NOBODY, root=ROOT)


def test_the_epoch_rises_above_all_that_is_known_when_the_sets_change() -> None:
    assert following(knowing(5), roster=GONE) == TokenState(6, digest_of(GONE, ROOT))
    assert following(knowing(5), roster=GONE, epoch=9).epoch == 10
    assert must_change(knowing(5), roster=GONE, root=ROOT)
    assert must_change(new_state(), roster=NOBODY, root=ROOT)


def test_a_new_epoch_that_is_wanted_comes_once() -> None:
    state = knowing(5)
    want_new_epoch(state)
    assert must_change(state, roster=NOBODY, root=ROOT)
    assert following(state) == TokenState(6, HERE)
    note_state(state, 6, HERE)
    raised(state)
    raised(state)
    assert following(state) == TokenState(6, HERE)
    assert not must_change(state, roster=NOBODY, root=ROOT)


def test_an_epoch_to_which_nobody_would_follow_is_not_followed() -> None:
    assert following(knowing(3 + EPOCHS_AHEAD)).epoch == 3 + EPOCHS_AHEAD
    assert following(knowing(4 + EPOCHS_AHEAD)) == TokenState(4, HERE)


def test_sets_are_due_for_two_months_and_after_a_rise_for_last_week_too() -> None:
    state, this = new_state(), week_of(NOW)
    ahead = list(range(this, this + WEEKS_AHEAD))
    assert weeks_due(state, FIRST_EPOCH) == ahead
    assert weeks_due(state, 2) == [this, this - 1, *ahead[1:]]
    state.db.execute("INSERT INTO sync_token_week (week, epoch) VALUES (?, 2)", (this,))
    assert weeks_due(state, 2) == [this - 1, *ahead[1:]]
    assert weeks_due(state, 3)[0] == this, "of another epoch"


class Shelf:
    """Where sets are put; it is gone after so many."""

    def __init__(self, most: int = 99) -> None:
        self.most = most
        self.sets: list[tuple[int, bytes]] = []

    def put(self, week: int, hashes: bytes) -> None:
        if len(self.sets) >= self.most:
            raise ConnectionError
        self.sets.append((week, hashes))


def test_sets_are_put_once_for_the_state_that_is_published_and_after_a_kill_the_rest() -> None:
    state, shelf = knowing(2), Shelf(3)
    state.keys.put("token-master", MASTER)
    with pytest.raises(ConnectionError):
        put_sets(state, roster=NOBODY, root=ROOT, put=shelf.put)
    shelf.most = 99
    put_sets(state, roster=NOBODY, root=ROOT, put=shelf.put)
    put_sets(state, roster=NOBODY, root=ROOT, put=shelf.put)
    this = week_of(NOW)
    assert [week for week, _hashes in shelf.sets] == [this, this - 1, *range(this + 1, this + WEEKS_AHEAD)]
    made = TokenMaster(MASTER).week_hashes(epoch=2, week=this, per_slot=2, uses=(0, 0, 0, 0))
    assert shelf.sets[0][1] == made


def test_no_set_is_put_by_who_has_no_master_knows_no_state_or_has_another_roster() -> None:
    shelf, without, stranger, ahead = Shelf(), knowing(2), new_state(), knowing(2)
    stranger.keys.put("token-master", MASTER)
    ahead.keys.put("token-master", MASTER)
    put_sets(without, roster=NOBODY, root=ROOT, put=shelf.put)
    put_sets(stranger, roster=NOBODY, root=ROOT, put=shelf.put)
    put_sets(ahead, roster=GONE, root=ROOT, put=shelf.put)
    assert shelf.sets == [], "what only this device knows must be published first"


def test_what_was_put_for_weeks_that_are_over_is_forgotten() -> None:
    clock = Hands()
    state = new_state(clock)
    note_state(state, FIRST_EPOCH, HERE)
    state.keys.put("token-master", MASTER)
    put_sets(state, roster=NOBODY, root=ROOT, put=Shelf().put)
    clock.now += 4 * WEEK_SECONDS
    put_sets(state, roster=NOBODY, root=ROOT, put=Shelf().put)
    weeks = [row[0] for row in state.db.execute("SELECT week FROM sync_token_week ORDER BY week").fetchall()]
    assert weeks == list(range(week_of(NOW) + 2, week_of(NOW) + 4 + WEEKS_AHEAD))
