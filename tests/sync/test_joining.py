"""Between invitation and welcome: only the welcome that answers this very reply makes a member."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

import pytest

from crypto.enrolment import Invitation, Welcome
from crypto.errors import WelcomeRefusedError
from crypto.primitives import OpeningKey
from crypto.reply_cells import dummy_reply
from crypto.roster import Role
from sync.directory import DirectoryClient
from sync.joining import Joining
from sync.membership import Membership, Self, load_kem
from sync.state import State
from tests.crypto import people
from tests.sync.stores import NOW, new_state

INVITATION = Invitation(
    org=people.ORG, root_hash=people.ORG, relay="http://127.0.0.1:1", pool=people.POOL,
    secret=people.seed("secret"), role=Role.INTAKE, desk=people.DESK, label="Blue-7",
    first_token_seed=people.seed("tokens"), token_epoch=1, gap_seconds=0, deposits=4, expires_at=NOW + 9,
)  # fmt: skip


@pytest.fixture
def state() -> State:
    return new_state()


@pytest.fixture
def joining(state: State) -> Joining:
    with state.transaction():
        return Joining.begin(state, INVITATION)


def welcome(state: State, joining: Joining, *, secret: bytes = INVITATION.secret, **changes: Any) -> bytes:
    me, kem = Self.load(state), load_kem(state)
    assert me is not None
    assert kem is not None
    said = Welcome(
        org=people.ORG, root_hash=people.ORG, device=me.id, role=Role.INTAKE, desk=people.DESK, slot=None,
        label="Blue-7", directory_key=people.seed("directory"), prefix=207, token_seed=people.seed("own"),
        token_epoch=1, tokens_per_week=1_024,
    )  # fmt: skip
    return replace(said, **changes).seal(
        transcript_hash=joining.transcript, secret=secret, to=kem.sealing_key
    )


def belongs(state: State) -> bool:
    member = Membership.load(state)
    return member is not None and member.directory_key is not None


def test_the_welcome_makes_a_member_and_the_key_to_which_it_was_sealed_is_dropped(
    state: State, joining: Joining
) -> None:
    cells = [dummy_reply(org=people.ORG), welcome(state, joining), dummy_reply(org=people.ORG)]
    with state.transaction():
        member = joining.take_welcome(state, cells)
    assert member is not None
    assert (member.prefix, member.label, member.relay) == (207, "Blue-7", INVITATION.relay)
    assert belongs(state)
    assert load_kem(state) is None
    assert Joining.load(state) is None
    me = Self.load(state)
    assert me is not None
    assert DirectoryClient(state, me, member).current() is None
    assert state.place("root-pinned") == people.ORG


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": people.seed("another invitation")},
        {"org": people.OTHER_ORG},
        {"device": people.device("other")},
    ],
    ids=["of another invitation", "of another organisation", "for another device"],
)
def test_another_welcome_makes_nobody_a_member(state: State, joining: Joining, wrong: dict[str, Any]) -> None:
    cell = welcome(state, joining, **wrong)
    with contextlib.suppress(WelcomeRefusedError), state.transaction():
        assert joining.take_welcome(state, [cell]) is None
    assert not belongs(state)
    with state.transaction():
        assert joining.take_welcome(state, [welcome(state, joining)]) is not None


def test_a_welcome_that_answers_another_reply_makes_nobody_a_member(state: State, joining: Joining) -> None:
    other = replace(joining, reply=joining.reply + b"\0")
    with state.transaction():
        assert joining.take_welcome(state, [welcome(state, other)]) is None
    assert not belongs(state)


def test_a_welcome_sealed_to_another_key_is_somebody_elses(state: State, joining: Joining) -> None:
    elsewhere = new_state()
    with elsewhere.transaction():
        theirs = Joining.begin(elsewhere, INVITATION)
    with state.transaction():
        assert joining.take_welcome(state, [welcome(elsewhere, theirs)]) is None
    assert OpeningKey(people.seed("x")).sealing_key != load_kem(state)


def test_what_was_said_survives_a_new_start(state: State, joining: Joining) -> None:
    again = Joining.load(state)
    assert again == joining
    assert again is not None
    assert again.digits == joining.digits
    assert not belongs(state)
