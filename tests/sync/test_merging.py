"""What a publisher finds at the relay: revoked devices' work, forks, strangers' directories, old ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crypto.errors import DirectoryExpiredError, DirectoryRefusedError
from crypto.roster import Reason, Role
from sync import rights
from sync.belonging import roots
from sync.publish import Publisher, publish_token
from sync.revoking import revoke
from tests.sync.agreeing import agree
from tests.sync.offices import DAY, Hands, Office
from tests.sync.relay.running import RunningRelay
from tests.sync.staffed import two_officers


@pytest.fixture
def office(relay: RunningRelay) -> Office:
    """A and B are officers and publish for the desk main; H handles there; P is an intake device."""
    return two_officers(relay)


def test_a_revoked_publisher_that_still_stands_in_the_root_is_not_believed(relay: RunningRelay) -> None:
    """Two of three must sign the root change; until then handlers refuse what the revoked one publishes."""
    office = Office(relay, clock=Hands())
    office.session("A")
    office.officer("B")
    office.officer("C")
    office.settle("A", "B", "C")
    office.set_threshold("A", 2)
    office.join("H")
    office.session("A", "B", "C", "H")
    office.settle("A", "B", "C")
    made = revoke(office.client("A"), device=office.client("C").me.id, reason=Reason.SEIZED)
    assert made.officer_waits
    office.session("A", "H")
    # The seized device and the relay work together: the old token is the relay's again.
    with office.http() as http:
        http.change_publish_token(publish_token(office.states["A"]) or "", office.pool.publish_token)
    office.states["C"].set_place("publish-due", True)
    office.publish("C")
    with pytest.raises(DirectoryRefusedError) as caught:
        office.fetch("H")
    assert "revoked" in str(caught.value)
    assert office.phone_part("H").head.publisher == office.client("A").me.id, "nor are its day keys taken"
    theirs = office.phone_part("C").head
    with office.http() as http:
        http.change_publish_token(office.pool.publish_token, publish_token(office.states["A"]) or "")
    office.states["A"].set_place("publish-due", True)
    office.session("A", "H", "B")
    assert office.phone_part("H").head.publisher == office.client("A").me.id
    assert office.phone_part("B").head.publisher == office.client("A").me.id
    mine = office.phone_part("A").head
    assert mine.version > theirs.version + 1
    assert mine.previous != theirs.hash, "nothing of it was taken over"
    assert rights.wanted_token(office.states["A"]) != office.pool.publish_token, "nor its box"
    assert mine.token_epoch == 2


def test_a_fork_after_a_relay_came_back_from_a_copy_is_repaired_and_everybody_goes_on(office: Office) -> None:
    parts = ("phone", "handler")
    with office.http() as http:
        copies = {part: http.get_directory(part) for part in parts}
    office.join("X", by="A", role=Role.INTAKE)
    office.session("A", "H", "P")
    ahead = office.phone_part("P").head
    with office.http() as http:  # the relay forgets what A published, and B never saw it
        for part in parts:
            now, copy = http.get_directory(part), copies[part]
            assert now is not None
            assert copy is not None
            http.put_directory(part, copy[0], publish_token=office.pool.publish_token, if_match=now[1])
    with pytest.raises(DirectoryRefusedError, match="older"):
        office.fetch("P")
    office.join("Y", by="B", role=Role.INTAKE)
    office.publish("B")
    assert office.phone_part("B").head.version == ahead.version
    with pytest.raises(DirectoryRefusedError, match="two different"):
        office.fetch("P")
    office.states["B"].set_place("publish-due", True)
    office.publish("B")
    with pytest.raises(DirectoryRefusedError, match="does not follow"):
        office.fetch("P")
    office.states["A"].set_place("publish-due", True)
    office.session("A", "P", "H", "B", "X", "Y")
    office.settle("A", "B")
    agree(office, "A", "B", "H", "P", "X", "Y")
    assert {"X", "Y"} <= {member.admission.label for member in office.roster("H").members.values()}


def test_another_organisations_directory_is_never_replaced(relay: RunningRelay) -> None:
    other = Office(relay, clock=Hands())
    other.session("A")
    founder = Office(relay, clock=Hands())  # it was given the other organisation's pool by mistake
    stranger = founder.client("A")
    before = other.version()
    with other.http() as http, pytest.raises(DirectoryRefusedError):
        Publisher(stranger, other.pool.publish_token).maintain(http)
    assert other.version() == before


def test_a_head_lives_as_long_as_tokens_surely_reach(office: Office) -> None:
    head = office.phone_part("A").head
    assert head.expires_at - head.issued_at == 49 * DAY
    office.clock.now += 49 * DAY
    assert office.phone_part("P").head.expires_at >= office.clock()
    office.clock.now += 1
    with pytest.raises(DirectoryExpiredError):
        office.fetch("P")
    office.publish("A")
    office.fetch("P")


def test_a_devices_weekly_limit_follows_the_policy(office: Office) -> None:
    assert office.client("P").member.tokens.limit == 4
    office.propose("A", lambda root: replace(root, policy=replace(root.policy, tokens_per_week=6)))
    office.session("A", "P", "B")
    assert office.client("P").member.tokens.limit == 6
    assert office.phone_part("P").head.token_epoch == 2, "every set is another one"
    assert office.tokens_taken("P", weeks=(0,) * 6) == [True] * 6


def test_a_phone_part_that_would_be_too_large_goes_without_the_oldest_roots(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten officers make ten roots of 40 KB: an edition that nobody may put would cut off everybody."""
    monkeypatch.setattr("sync.edition.MAX_PHONE_BYTES", 128 * 1024)
    for number in range(6):
        office.propose("A", lambda root, number=number: replace(root, name=f"Union {number}"))  # type: ignore[misc]
        office.session("A", "P", "B", "H")
    found = office.phone_part("P")
    assert found.root.name == "Union 5"
    assert len(found.part.roots) < len(roots(office.states["A"]))
    agree(office, "A", "B", "H", "P")
