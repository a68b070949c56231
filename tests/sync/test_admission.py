"""Replies that the relay brings to open invitations, and the digits of a new officer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crypto.enrolment import Invitation, digits, seal_reply_cell
from crypto.primitives import OfficerSigningKey, random_bytes, sha256
from crypto.root import Officer, Policy, Root
from crypto.roster import Revocation, Role, Roster, sign_statement
from crypto.signed import Countersigned
from sync.admission import REPLIES_KEPT, officer_digits, take_reply_cell
from sync.joining import Joining
from sync.state import State
from sync.welcomes import release_welcomes
from tests.crypto import people
from tests.sync.stores import NOW, Hands, new_state

INVITATION = Invitation(
    org=people.ORG, root_hash=people.ORG, relay="http://127.0.0.1:1", pool=people.POOL,
    secret=people.seed("secret"), role=Role.INTAKE, desk=people.DESK, label="Blue-7",
    first_token_seed=people.seed("tokens"), token_epoch=1, gap_seconds=0, deposits=4, expires_at=NOW + 60,
)  # fmt: skip


def officers(*invitations: Invitation, clock: Hands | None = None) -> State:
    """An officer's store with these open invitations."""
    state = new_state(clock)
    for slot, invitation in enumerate(invitations):
        state.db.execute(
            "INSERT INTO sync_invitation (id, wire, token_slot, expires_at) VALUES (?, ?, ?, ?)",
            (invitation.id, invitation.encode(), slot, invitation.expires_at),
        )
    return state


def reply(invitation: Invitation = INVITATION) -> bytes:
    """What a new device answers."""
    state = new_state()
    with state.transaction():
        return Joining.begin(state, invitation).reply


def cell(sealed: bytes, invitation: Invitation = INVITATION) -> bytes:
    return seal_reply_cell(sealed, secret=invitation.secret)


def kept(state: State) -> list[bytes]:
    return [bytes(row[0]) for row in state.db.execute("SELECT reply FROM sync_invitation_reply").fetchall()]


def test_a_reply_to_an_open_invitation_is_kept_once() -> None:
    state, sealed = officers(INVITATION), reply()
    assert take_reply_cell(state, cell(sealed))
    assert take_reply_cell(state, cell(sealed))  # it comes again in each of the joining device's sessions
    assert kept(state) == [sealed]


def test_it_finds_the_invitation_that_is_answered() -> None:
    other = replace(INVITATION, secret=people.seed("other"))
    state, sealed = officers(INVITATION, other), reply(other)
    assert take_reply_cell(state, cell(sealed, other))
    row = state.db.execute("SELECT invitation FROM sync_invitation_reply").fetchone()
    assert bytes(row[0]) == other.id


def test_what_is_no_reply_is_left_to_others() -> None:
    state, sealed = officers(INVITATION), reply()
    stranger = replace(INVITATION, secret=people.seed("other"))
    for wrong in (
        random_bytes(16_384),
        b"",
        cell(sealed)[:-1],
        cell(sealed, stranger),
        cell(b"no reply"),
        cell(reply(stranger)),  # under this secret, but it answers another invitation
        cell(sealed[:-1] + bytes([sealed[-1] ^ 1])),  # the MAC is not right
    ):
        assert not take_reply_cell(state, wrong)
    assert kept(state) == []


def test_an_invitation_that_is_over_or_used_takes_no_reply() -> None:
    clock, sealed = Hands(), reply()
    state = officers(INVITATION, clock=clock)
    clock.now += 61
    assert not take_reply_cell(state, cell(sealed))
    clock.now -= 61
    state.db.execute("UPDATE sync_invitation SET device = ?", (people.device("phone"),))
    assert not take_reply_cell(state, cell(sealed))
    assert kept(state) == []


def test_a_photographed_invitation_fills_no_store() -> None:
    state = officers(INVITATION)
    for _ in range(REPLIES_KEPT + 2):
        assert take_reply_cell(state, cell(reply()))
    assert len(kept(state)) == REPLIES_KEPT


def test_an_officers_digits_stand_for_keys_and_device() -> None:
    officer = people.first_root().officers[0]
    said = b"kantha/v1/officer-digits\0" + officer.device + officer.public + officer.kem
    assert officer_digits(officer) == digits(sha256(said))


@pytest.mark.parametrize("field", ["public", "kem", "device"])
def test_another_key_or_device_has_other_digits(field: str) -> None:
    officer = people.first_root().officers[0]
    value = getattr(officer, field)
    for place in (0, len(value) // 2, len(value) - 1):
        other: Officer = replace(officer, **{field: people.flip(value, place, place % 8)})
        assert officer_digits(other) != officer_digits(officer)


def holding_welcome(invited: Role) -> tuple[State, OfficerSigningKey, Root]:
    """A's store: one welcome is kept back for a handler, whom two of three officers must admit."""
    mine = people.officer("officer")
    root = replace(people.first_root(("officer", "second", "third"), 1), policy=Policy(handler_officers=2))
    state = officers(replace(INVITATION, role=invited))
    state.keys.put("officer", mine.seed)
    state.db.execute("UPDATE sync_invitation SET device = ?", (people.device("new"),))
    state.db.execute(
        "INSERT INTO sync_held_welcome (device, officer, cell) VALUES (?, ?, ?)",
        (people.device("new"), False, b"welcome"),
    )
    return state, mine, root


def released(state: State, root: Root, *signed: Countersigned) -> list[bytes]:
    roster = Roster.verify(signed, root=root, org=people.ORG)
    return [cell for _device, cell in release_welcomes(state, roster=roster, root=root)]


def test_a_handlers_welcome_waits_for_the_admission_that_this_officer_signed() -> None:
    state, mine, root = holding_welcome(Role.HANDLER)
    admission = people.admission("new", Role.HANDLER)
    waiting = sign_statement(admission, by=[mine])
    phone = replace(admission, role=Role.INTAKE, slot=None, prefix=555, at=1)
    assert released(state, root, waiting) == []
    assert released(state, root, waiting, sign_statement(phone, by=[people.officer("third")])) == []
    assert released(state, root, waiting, sign_statement(phone, by=[people.officer("third"), mine])) == []
    others = [people.officer("second"), people.officer("third")]
    stranger = sign_statement(replace(admission, transcript=people.seed("other"), at=1), by=others)
    assert released(state, root, waiting, stranger) == [], "another meeting than the one that was held here"
    both = waiting.merged(sign_statement(admission, by=[people.officer("second")]))
    assert released(state, root, both) == [b"welcome"]
    assert released(state, root, both) == [], "once"


def test_the_welcome_of_a_device_that_was_revoked_meanwhile_is_never_given() -> None:
    state, mine, root = holding_welcome(Role.HANDLER)
    signed = sign_statement(people.admission("new", Role.HANDLER), by=[mine, people.officer("second")])
    gone = sign_statement(Revocation(people.ORG, people.device("new"), NOW), by=[people.officer("third")])
    assert released(state, root, signed, gone) == []


def test_an_officers_welcome_waits_for_the_root_that_names_its_device() -> None:
    state, mine, root = holding_welcome(Role.OFFICER)
    state.db.execute("UPDATE sync_held_welcome SET officer = 1")
    signed = sign_statement(people.admission("new", Role.HANDLER), by=[mine, people.officer("second")])
    assert released(state, root, signed) == []
    named = replace(
        root, officers=(*root.officers[:2], replace(root.officers[2], device=people.device("new")))
    )
    assert released(state, named, signed) == [b"welcome"]


@pytest.mark.parametrize(
    ("officer", "role", "given"),
    [(True, Role.HANDLER, True), (True, Role.INTAKE, False), (False, Role.INTAKE, True)],
)
def test_a_welcome_whose_invitation_was_forgotten_is_given_to_no_other_role(
    officer: bool, role: Role, given: bool
) -> None:
    state, mine, root = holding_welcome(Role.OFFICER)
    state.db.execute("DELETE FROM sync_invitation")
    state.db.execute("UPDATE sync_held_welcome SET officer = ?", (officer,))
    named = replace(
        root, officers=(*root.officers[:2], replace(root.officers[2], device=people.device("new")))
    )
    signed = sign_statement(people.admission("new", role), by=[mine, people.officer("second")])
    assert released(state, named, signed) == ([b"welcome"] if given else [])
