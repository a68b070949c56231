"""Between invitation and welcome: only the welcome that answers this very reply makes a member."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

import pytest

from crypto.enrolment import Invitation, Reply, Welcome, open_reply_cell
from crypto.errors import InvitationExpiredError, ReplyRefusedError, WelcomeRefusedError
from crypto.primitives import OpeningKey
from crypto.reply_cells import dummy_reply
from crypto.roster import Role
from sync.directory import DirectoryClient
from sync.errors import PageExpiredError, TokenRefusedError
from sync.joining import Joining
from sync.membership import Membership, Self, load_kem
from sync.outbox import Outbox
from sync.pageindex import Index, PageEntry
from sync.session import Session
from sync.state import State
from sync.wire import CELL_BYTES
from tests.crypto import people
from tests.sync.stores import NOW, Keys, new_state

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


def test_an_invitation_that_is_over_makes_no_keys(state: State) -> None:
    over = replace(INVITATION, expires_at=NOW - 1)
    with pytest.raises(InvitationExpiredError), state.transaction():
        Joining.begin(state, over)
    assert Self.load(state) is None
    assert Joining.load(state) is None


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
    assert joining.take_welcome(state, cells) is None, "once"
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


# --- the reply by relay ---------------------------------------------------------------------------------


def packed(state: State, joining: Joining) -> list[bytes]:
    me, member = Self.load(state), Membership.load(state)
    assert me is not None
    assert member is not None
    body = joining._pack(Outbox(state, me, member)).body
    return [body[start : start + CELL_BYTES] for start in range(0, len(body), CELL_BYTES)]


def readable(cell: bytes) -> bytes | None:
    with contextlib.suppress(ReplyRefusedError):
        return open_reply_cell(cell, secret=INVITATION.secret)
    return None


def test_one_cell_of_a_deposit_carries_the_reply_at_a_random_place(state: State, joining: Joining) -> None:
    places = set()
    for _ in range(24):
        cells = packed(state, joining)
        assert {len(cell) for cell in cells} == {CELL_BYTES}
        replies = [place for place, cell in enumerate(cells) if readable(cell) is not None]
        assert len(cells) == 8
        assert len(replies) == 1
        assert readable(cells[replies[0]]) == joining.reply
        places.add(replies[0])
    assert len(places) > 2


def test_without_the_invitation_no_cell_of_it_opens(state: State, joining: Joining) -> None:
    for cell in packed(state, joining):
        with pytest.raises(ReplyRefusedError):
            open_reply_cell(cell, secret=people.seed("another invitation"))


class Counting:
    """A relay that keeps what is deposited."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def deposit(self, _stream: str, _id: bytes, _token: bytes, body: bytes) -> None:
        self.bodies.append(body)


def test_a_session_carries_the_reply_once_and_looks_like_every_other(state: State, joining: Joining) -> None:
    me, member = Self.load(state), Membership.load(state)
    assert me is not None
    assert member is not None
    session, relay = Session(state, me, member, None), Counting()  # type: ignore[arg-type]
    session.send_nothing(relay, 4, first=lambda: joining._pack(session.outbox))  # type: ignore[arg-type]
    carrying = [
        number
        for number, body in enumerate(relay.bodies)
        for start in range(0, len(body), CELL_BYTES)
        if readable(body[start : start + CELL_BYTES]) is not None
    ]
    assert carrying == [0]
    assert [len(body) for body in relay.bodies] == [8 * CELL_BYTES] * 4


class Refusing(Counting):
    """A relay that takes no token of an invitation any more, and has these reply pages."""

    def __init__(self, *pages: bytes | None) -> None:
        super().__init__()
        self.pages = pages

    def deposit(self, _stream: str, _id: bytes, _token: bytes, _body: bytes) -> None:
        raise TokenRefusedError

    def index(self, _stream: str, **_asked: object) -> Index:
        entries = [PageEntry(number + 1, 1, bytes(32), NOW) for number in range(len(self.pages))]
        return Index(1, tuple(entries), "tag", 1, 0)

    def page(self, _stream: str, number: int, _digest: bytes) -> bytes:
        found = self.pages[number - 1]
        if found is None:
            raise PageExpiredError
        return found


def test_refused_tokens_hinder_nobody_whose_welcome_is_there(state: State, joining: Joining) -> None:
    me, waiting = Self.load(state), Membership.load(state)
    assert me is not None
    assert waiting is not None
    session = Session(state, me, waiting, None)  # type: ignore[arg-type]
    page = dummy_reply(org=people.ORG)
    with pytest.raises(TokenRefusedError):
        joining.session(session, Refusing(page), deposits=1)  # type: ignore[arg-type]
    relay = Refusing(None, page, page + welcome(state, joining), page)
    member = joining.session(session, relay, deposits=1)  # type: ignore[arg-type]
    assert member is not None
    assert member.prefix == 207


# --- an officer's device --------------------------------------------------------------------------------

OFFICERS = replace(INVITATION, role=Role.OFFICER)


def test_an_officers_device_makes_officer_keys_and_signs_its_reply_with_them(state: State) -> None:
    with state.transaction():
        joining = Joining.begin(state, OFFICERS)
    reply = Reply.verify(joining.reply, invitation=OFFICERS)
    officer = joining.officer(state)
    assert officer is not None
    assert (reply.officer, reply.officer_kem, reply.device) == (officer.public, officer.kem, officer.device)
    assert reply.epoch is not None
    member = Membership.load(state)
    assert member is not None
    assert member.role is Role.HANDLER


def test_an_officers_welcome_brings_what_officers_share_and_nobody_elses_does(state: State) -> None:
    with state.transaction():
        joining = Joining.begin(state, OFFICERS)
    shared = {"token_master": people.seed("master"), "publish_token": "t" * 43}
    cell = welcome(state, joining, role=Role.OFFICER, slot=3, prefix=None, **shared)
    with state.transaction():
        member = joining.take_welcome(state, [cell])
    assert member is not None
    assert (member.role, member.slot) == (Role.HANDLER, 3)
    assert state.keys.get("token-master") == people.seed("master")
    assert state.keys.get("publish-token") == b"t" * 43


def test_an_officers_welcome_that_brings_nothing_leaves_nothing_in_the_places_of_secrets(
    state: State,
) -> None:
    with state.transaction():
        joining = Joining.begin(state, OFFICERS)
    cell = welcome(state, joining, role=Role.OFFICER, slot=3, prefix=None)
    with state.transaction():
        assert joining.take_welcome(state, [cell]) is not None
    assert isinstance(state.keys, Keys)
    assert not {"token-master", "publish-token"} & state.keys.held.keys()


def test_a_phone_takes_no_officers_secrets(state: State, joining: Joining) -> None:
    assert joining.officer(state) is None
    cell = welcome(state, joining, token_master=people.seed("master"), publish_token="t" * 43)
    with state.transaction():
        assert joining.take_welcome(state, [cell]) is None
    assert state.keys.get("token-master") is None
