"""A relay or a thief with the publishing token puts something else in the directory's place: whoever
publishes next repairs it, and nobody else is stopped by it.
"""

from __future__ import annotations

import pytest

from crypto.errors import DirectoryRefusedError
from crypto.primitives import random_bytes
from crypto.roster import Reason, Role
from sync import rights
from sync.publish import publish_token
from sync.revoking import revoke
from sync.session import Outcome, Session
from sync.wire import HANDLER_PART, PHONE_PART
from tests.sync.agreeing import agree
from tests.sync.offices import Office
from tests.sync.relay.running import RunningRelay
from tests.sync.staffed import three_officers


class Nobody:
    """Takes what a session hands on and keeps nothing."""

    def __getattr__(self, _name: str) -> object:
        return lambda *_given: None


@pytest.fixture
def office(relay: RunningRelay) -> Office:
    """A, B and C are officers who publish, H handles, P and Q are intake devices."""
    return three_officers(relay)


def put(office: Office, part: str, body: bytes) -> None:
    token = publish_token(office.states["C"]) or ""
    with office.http() as http:
        now = http.get_directory(part)
        http.put_directory(part, body, publish_token=token, if_match=now[1] if now else None)


def whole_session(office: Office, name: str) -> Outcome:
    client = office.client(name)
    session = Session(client.state, client.me, client.member, Nobody(), sleep=lambda _s: None)  # type: ignore[arg-type]
    with office.http() as http:
        try:
            session.run(http)
        except DirectoryRefusedError:
            session.outcome.unreadable = -1
    return session.outcome


def test_noise_in_the_directorys_place_is_replaced_by_the_next_publisher(office: Office) -> None:
    put(office, PHONE_PART, random_bytes(65_536))
    assert whole_session(office, "A").unreadable == 0, "refused, repaired and fetched in one session"
    office.session("B", "H", "P", "C")
    agree(office, "A", "B", "H", "P")


def test_a_phone_part_that_decrypts_and_holds_nothing_is_replaced_too(office: Office) -> None:
    with office.http() as http:
        found = http.get_directory(PHONE_PART)
    assert found is not None
    put(office, PHONE_PART, found[0][:-1] + bytes([found[0][-1] ^ 1]))
    put(office, HANDLER_PART, random_bytes(65_536))
    assert whole_session(office, "B").unreadable == 0
    office.session("A", "H", "P")
    agree(office, "A", "B", "H", "P")


def test_the_repair_contradicts_nobody_who_saw_a_newer_edition_before_the_noise(office: Office) -> None:
    office.join("X", by="A", role=Role.INTAKE)
    office.session("A", "P")
    put(office, PHONE_PART, random_bytes(65_536))
    put(office, HANDLER_PART, random_bytes(65_536))
    assert whole_session(office, "B").unreadable == 0
    office.session("P")
    office.states["A"].set_place("publish-due", True)  # only A still has what it published last
    office.session("A", "B", "H", "X")
    office.settle("A", "B")
    agree(office, "A", "B", "H", "P", "X")


@pytest.mark.parametrize("name", ["P", "H"])
def test_who_does_not_publish_goes_on_with_what_it_knows_and_is_told_at_the_end(
    office: Office, name: str
) -> None:
    before = whole_session(office, name)
    put(office, PHONE_PART, random_bytes(65_536))
    after = whole_session(office, name)
    assert after.unreadable == -1
    assert after.deposited == before.deposited > 0, "the session has its shape"


def test_a_publisher_whose_refresh_is_refused_as_older_publishes_in_the_same_session(office: Office) -> None:
    with office.http() as http:
        copies = {part: http.get_directory(part) for part in (HANDLER_PART, PHONE_PART)}
    office.join("X", by="A", role=Role.INTAKE)
    office.session("A", "B", "C", "H", "P")
    for part, copy in copies.items():
        assert copy is not None
        put(office, part, copy[0])
    assert whole_session(office, "B").unreadable == 0
    office.session("A", "H", "P", "X")
    agree(office, "A", "B", "H", "P", "X")


def test_an_older_root_does_not_hinder_publishing_either(office: Office) -> None:
    with office.http() as http:
        old = http.get_directory(PHONE_PART)
    assert old is not None
    office.add_desk("A", "night")
    office.settle("A", "B", "C")
    put(office, PHONE_PART, old[0])
    assert whole_session(office, "A").unreadable == 0
    office.session("B", "C")
    agree(office, "A", "B", "C")


def test_a_revoked_publisher_who_crossed_with_the_revocation_locks_nobody_out(office: Office) -> None:
    revoke(office.client("C"), device=office.client("Q").me.id, reason=Reason.LOST)
    office.session("C")
    revoke(office.client("A"), device=office.client("C").me.id, reason=Reason.LEFT)
    wanted = rights.wanted_token(office.states["A"])
    office.session("A", "B", "P")
    assert rights.refused_since(office.states["A"]) is None
    assert publish_token(office.states["A"]) == wanted, "the revoked one's token was tried, never wanted"
    agree(office, "A", "B", "P")
