"""Under which publishing token a publisher calls the relay, and what it puts there once that is found."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from crypto.root import Policy
from crypto.roster import Role
from sync.belonging import keep_roots, newest_root, roster
from sync.directory import DirectoryClient
from sync.errors import DirectoryMissingError, PublishRefusedError
from sync.membership import Self
from sync.rights import (
    candidates,
    change_due,
    note_known,
    publish_token,
    published,
    renew_token,
    wanted_token,
)
from sync.state import State
from sync.tokensets import WEEKS_AHEAD, digest_of, note_state
from sync.upkeep import Upkeep
from tests.crypto import people
from tests.sync.stores import member, new_state

OLD, LATER, OTHER = "o" * 43, "l" * 43, "x" * 43


@dataclass
class Relay:
    """A relay without a directory that takes this publishing token and no other, and notes the calls."""

    token: str
    calls: list[tuple[str, ...]] = field(default_factory=list)
    weeks: list[int] = field(default_factory=list)
    looks: int = 0

    def change_publish_token(self, old: str, new: str) -> None:
        self.calls.append((old, new))
        if self.token not in (old, new):
            raise PublishRefusedError
        self.token = new

    def put_tokens(self, week: int, _hashes: bytes, *, publish_token: str) -> None:
        if publish_token != self.token:
            raise PublishRefusedError
        self.weeks.append(week)

    def get_directory(self, _part: str, *, etag: str | None = None) -> tuple[bytes, str] | None:
        self.looks += 1
        raise DirectoryMissingError


def publisher() -> tuple[State, Upkeep]:
    state = new_state()
    state.keys.put("officer", people.officer().seed)
    state.keys.put("token-master", people.seed("master"))
    state.keys.put("publish-token", OLD.encode())
    small = people.next_root(people.first_root(), policy=Policy(token_slots=4, tokens_per_week=2))
    keep_roots(state, [people.signed_root(), small.sign([people.officer()])])
    client = DirectoryClient(state, Self(people.identity("publisher")), member("publisher", Role.HANDLER))
    client.pin_root(people.ORG)
    return state, Upkeep(client, "")


def named(state: State) -> None:
    """The directory names the state of the roster here."""
    root = newest_root(state, org=people.ORG)
    note_state(state, 1, digest_of(roster(state, root=root, org=people.ORG), root))


def finish(upkeep: Upkeep, relay: Relay, *, looked: bool = True) -> None:
    upkeep.finish(relay, looked=looked)  # type: ignore[arg-type]


def test_the_relay_is_told_of_a_fresh_token_once_its_boxes_are_published() -> None:
    state, upkeep = publisher()
    relay = Relay(OLD)
    renew_token(state)
    fresh = wanted_token(state)
    assert fresh is not None
    finish(upkeep, relay)
    assert relay.calls == []
    published(state, fresh)
    finish(upkeep, relay)
    finish(upkeep, relay)
    assert relay.calls == [(OLD, fresh)]
    assert (relay.token, publish_token(state), change_due(state)) == (fresh, fresh, False)


def test_a_token_that_somebody_else_changed_meanwhile_is_found_among_those_that_are_known() -> None:
    state, upkeep = publisher()
    note_known(state, LATER)
    renew_token(state)
    fresh = wanted_token(state)
    assert fresh is not None
    published(state, fresh)
    relay = Relay(LATER)
    finish(upkeep, relay)
    assert relay.calls == [(OLD, fresh), (LATER, fresh)]
    assert relay.token == publish_token(state) == fresh


def test_where_no_known_token_is_taken_nothing_is_believed_to_have_changed() -> None:
    state, upkeep = publisher()
    renew_token(state)
    published(state, wanted_token(state) or "")
    with pytest.raises(PublishRefusedError):
        finish(upkeep, Relay(OTHER))
    assert (publish_token(state), change_due(state)) == (OLD, True)


def test_a_call_is_made_under_the_first_token_that_is_taken_and_that_one_is_remembered() -> None:
    state, upkeep = publisher()
    note_known(state, LATER)
    relay, tried = Relay(LATER), list[str]()

    def call(token: str) -> str:
        tried.append(token)
        relay.put_tokens(1, b"", publish_token=token)
        return token

    assert upkeep.authorised(relay, call) == LATER  # type: ignore[arg-type]
    assert tried == [OLD, LATER]
    assert (publish_token(state), relay.looks) == (LATER, 0)
    assert candidates(state)[0] == LATER


def test_each_token_is_tried_once_and_the_directory_is_looked_at_for_another_before_that_is_said() -> None:
    state, upkeep = publisher()
    relay, tried = Relay(OTHER), list[str]()

    def call(token: str) -> None:
        tried.append(token)
        raise PublishRefusedError

    with pytest.raises(PublishRefusedError):
        upkeep.authorised(relay, call)  # type: ignore[arg-type]
    assert tried == [OLD]
    assert relay.looks == 2, "both parts"
    assert publish_token(state) == OLD


def test_sets_are_put_for_what_the_directory_names_and_not_before() -> None:
    state, upkeep = publisher()
    relay = Relay(OLD)
    finish(upkeep, relay)
    assert (relay.weeks, relay.looks) == ([], 0)
    named(state)
    finish(upkeep, relay)
    assert (len(relay.weeks), relay.looks) == (WEEKS_AHEAD, 1), "and looked at after that"
    finish(upkeep, relay)
    assert (len(relay.weeks), relay.looks) == (WEEKS_AHEAD, 1)


def test_a_publisher_that_has_not_looked_at_the_directory_does_so_before_it_puts_a_set() -> None:
    state, upkeep = publisher()
    named(state)
    relay = Relay(OLD)
    finish(upkeep, relay, looked=False)
    assert (len(relay.weeks), relay.looks) == (WEEKS_AHEAD, 3)
