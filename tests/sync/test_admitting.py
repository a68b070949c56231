"""What an officer's device signs after two people have met, and what it does not: nothing without the digits,
no invitation twice or late, each role with its own places and secrets.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crypto.enrolment import Invitation, Reply, Welcome
from crypto.errors import DigitsDifferError, InvitationExpiredError, ReplyRefusedError, SignatureRefusedError
from crypto.root import Root
from crypto.roster import Admission, Role
from crypto.statements import decode_statement
from sync.admission import INVITATION_LIFETIME_S, Admissions, OpenReply, ReplyUsedError, take_reply_cell
from sync.belonging import keep_roots, roots, roster, statements
from sync.directory import DirectoryClient
from sync.joining import Joining
from sync.membership import Self, load_kem
from sync.state import State
from tests.crypto import people
from tests.sync.stores import Hands, member, new_state
from tests.sync.test_admission import cell

ROOT: Root = people.first_root()
LABEL = "Blue-7"
SHARED = (people.seed("master"), "t" * 43)


class Counter:
    """The device of the officer "officer", with a desk, a chain of roots and what officers share."""

    def __init__(self) -> None:
        self.clock = Hands()
        self.state: State = new_state(self.clock)
        self.state.keys.put("officer", people.officer().seed)
        self.state.keys.put("token-master", SHARED[0])
        self.state.keys.put("publish-token", SHARED[1].encode())
        keep_roots(self.state, [people.signed_root()])
        me = Self(people.identity("officer"))
        self.admissions = Admissions(DirectoryClient(self.state, me, member("officer", Role.HANDLER)))

    def invite(self, role: Role = Role.INTAKE) -> Invitation:
        return self.admissions.invite(
            role=role, desk=ROOT.desks[0], label=LABEL, root=ROOT, root_digest=people.ORG
        )

    def admit(self, opened: OpenReply) -> bytes:
        return self.admissions.admit(opened, confirmed=opened.digits, label=LABEL)

    def signed(self) -> list[Admission]:
        said = [decode_statement(one.body) for one in statements(self.state)]
        return [one for one in said if isinstance(one, Admission)]


def join(invitation: Invitation) -> tuple[State, Joining]:
    state = new_state()
    return state, Joining.begin(state, invitation)


def welcomed(state: State, joining: Joining, sealed: bytes) -> Welcome:
    key = load_kem(state)
    assert key is not None
    return Welcome.open(sealed, key=key, invitation=joining.invitation, transcript_hash=joining.transcript)


def test_nothing_is_signed_for_other_digits() -> None:
    desk = Counter()
    _state, joining = join(desk.invite())
    opened = desk.admissions.read(joining.reply)
    with pytest.raises(DigitsDifferError), desk.state.transaction():
        desk.admissions.admit(opened, confirmed="0" + opened.digits[1:] + "1", label=LABEL)
    assert desk.signed() == []
    assert desk.state.db.execute("SELECT count(*) FROM sync_held_welcome").fetchone() == (0,)


def test_a_reply_to_no_invitation_of_this_device_is_refused() -> None:
    _state, joining = join(Counter().invite())
    with pytest.raises(ReplyRefusedError):
        Counter().admissions.read(joining.reply)


def test_an_invitation_is_used_once() -> None:
    desk = Counter()
    invitation = desk.invite()
    desk.admit(desk.admissions.read(join(invitation)[1].reply))
    with pytest.raises(ReplyUsedError):
        desk.admissions.read(join(invitation)[1].reply)


def test_an_invitation_lasts_for_a_day_and_no_longer() -> None:
    desk = Counter()
    _state, joining = join(desk.invite())
    assert take_reply_cell(desk.state, cell(joining.reply, joining.invitation))
    desk.clock.now += INVITATION_LIFETIME_S
    assert desk.admissions.read(joining.reply).reply.device
    assert [one.sealed for one in desk.admissions.replies()] == [joining.reply]
    desk.clock.now += 1
    with pytest.raises(InvitationExpiredError):
        desk.admissions.read(joining.reply)
    assert desk.admissions.replies() == []


def test_a_device_that_was_admitted_is_not_admitted_again() -> None:
    desk = Counter()
    state, joining = join(desk.invite())
    desk.admit(desk.admissions.read(joining.reply))
    second, me = desk.invite(), Self.load(state)
    assert me is not None
    again = replace(Reply.verify(joining.reply, invitation=joining.invitation), invitation=second.id)
    opened = desk.admissions.read(again.seal(secret=second.secret, by=me.identity, officer_key=None))
    with pytest.raises(ReplyRefusedError):
        desk.admit(opened)
    assert len(desk.signed()) == 1


def test_what_was_not_admitted_yet_is_listed_and_no_more_after_that() -> None:
    desk = Counter()
    _state, joining = join(desk.invite())
    assert take_reply_cell(desk.state, cell(joining.reply, joining.invitation))
    (opened,) = desk.admissions.replies()
    desk.admit(opened)
    assert desk.admissions.replies() == []
    assert desk.state.db.execute("SELECT count(*) FROM sync_invitation_reply").fetchone() == (0,)


@pytest.mark.parametrize(
    ("role", "shape"),
    [
        (Role.INTAKE, (Role.INTAKE, False, True, False)),
        (Role.HANDLER, (Role.HANDLER, True, False, False)),
        (Role.OFFICER, (Role.HANDLER, True, False, True)),
    ],
)
def test_each_role_is_given_its_own_places_and_only_an_officer_what_officers_share(
    role: Role, shape: tuple[Any, ...]
) -> None:
    desk = Counter()
    state, joining = join(desk.invite(role))
    welcome = welcomed(state, joining, desk.admit(desk.admissions.read(joining.reply)))
    (said,) = desk.signed()
    shared = (welcome.token_master, welcome.publish_token)
    assert (said.role, said.slot is not None, said.prefix is not None, shared == SHARED) == shape
    assert shared in (SHARED, (None, None))
    assert (welcome.slot, welcome.prefix, welcome.desk) == (said.slot, said.prefix, said.desk)
    newest = Root.decode(roots(desk.state)[-1].body)
    named = said.device in {officer.device for officer in newest.officers}
    assert (newest.version, named) == ((2, True) if role is Role.OFFICER else (1, False))
    keys = desk.state.db.execute("SELECT handler FROM sync_epoch_key").fetchall()
    assert keys == ([] if role is Role.INTAKE else [(said.device,)])
    assert said.device in roster(desk.state, root=ROOT, org=people.ORG).members


def test_an_epoch_key_whose_certificate_does_not_hold_admits_nobody() -> None:
    desk = Counter()
    _state, joining = join(desk.invite(Role.HANDLER))
    opened = desk.admissions.read(joining.reply)
    certificate = people.flip(opened.reply.epoch_certificate or b"", 5, 1)
    wrong = replace(opened, reply=replace(opened.reply, epoch_certificate=certificate))
    with pytest.raises(SignatureRefusedError), desk.state.transaction():
        desk.admit(wrong)
    assert desk.signed() == []
