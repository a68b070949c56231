"""A device's view of its organisation's directory: forwards only, of one organisation only, never expired."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crypto.directory import UntrustedPhoneDirectory, content_hash, sign_head
from crypto.enrolment import Invitation
from crypto.errors import DirectoryExpiredError, DirectoryRefusedError, InvitationExpiredError
from crypto.roster import Role
from crypto.signed import Signed
from sync.directory import DirectoryClient
from sync.joining import Joining
from sync.membership import Membership, Self
from sync.state import State
from tests.crypto import people
from tests.sync.stores import NOW, Hands, member, new_state


def client(clock: Hands | None = None) -> DirectoryClient:
    return DirectoryClient(new_state(clock), Self(people.identity("phone")), member("phone", Role.INTAKE))


def shown(version: int = 5, *, label: str = "") -> UntrustedPhoneDirectory:
    made = people.published(version, label=label)
    return UntrustedPhoneDirectory(made.signed_head, made.phone.encode())


def with_head(**changes: object) -> UntrustedPhoneDirectory:
    made = people.published()
    head = replace(made.head, **changes)  # type: ignore[arg-type]
    return UntrustedPhoneDirectory(sign_head(head, by=people.identity("publisher")), made.phone.encode())


def places(state: State) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = state.db.execute(
        "SELECT name, value FROM sync_place ORDER BY name"
    ).fetchall()
    return rows


def refused(mine: DirectoryClient, found: UntrustedPhoneDirectory, error: type[Exception]) -> str:
    before = places(mine.state)
    with pytest.raises(error) as caught:
        mine.accept(found, "tag")
    assert places(mine.state) == before, "nothing of it was taken over"
    return str(caught.value)


def test_a_newer_directory_is_taken_and_kept() -> None:
    mine = client()
    assert mine.current() is None
    mine.accept(shown(5), "five")
    assert mine.etag("phone") == "five"
    mine.accept(shown(6), "six")
    again = DirectoryClient(mine.state, mine.me, mine.member)
    current = again.current()
    assert current is not None
    assert current.head.version == 6


def test_an_older_one_is_refused_however_often_it_is_shown() -> None:
    mine = client()
    mine.accept(shown(6), "six")
    for _ in range(2):
        assert "older" in refused(mine, shown(5), DirectoryRefusedError)
    mine.accept(shown(6), "six again")


def test_another_one_under_the_same_number_is_refused() -> None:
    mine = client()
    mine.accept(shown(5), "five")
    assert "two different" in refused(mine, shown(5, label="other"), DirectoryRefusedError)


def test_one_that_names_another_before_it_is_refused_and_one_that_comes_later_is_taken() -> None:
    mine = client()
    first = mine.accept(shown(5), "five")
    another = with_head(version=6, previous=people.seed("another head"))
    assert "does not follow" in refused(mine, another, DirectoryRefusedError)
    mine.accept(with_head(version=6, previous=first.head.hash), "six")
    mine.accept(shown(8), "eight")  # who skipped one cannot check who came before


def test_an_expired_one_is_refused_and_the_old_one_stays() -> None:
    clock = Hands()
    mine = client(clock)
    mine.accept(shown(5), "five")
    clock.now = NOW + 50 * 86_400
    refused(mine, shown(6), DirectoryExpiredError)
    current = mine.current()
    assert current is not None
    assert current.head.version == 5, "what is finished is sealed with what is known"


def test_an_organisation_without_the_root_that_the_invitation_named_is_refused() -> None:
    mine = client()
    mine.pin_root(people.seed("another root"))
    assert "another organisation" in refused(mine, shown(5), DirectoryRefusedError)
    mine.pin_root(people.ORG)
    mine.accept(shown(5), "five")


MADE, PUBLISHER = people.published(), people.identity("publisher")
FORGED = {
    "a head of other content": with_head(phone_hash=content_hash("phone", b"")),
    "a head of another organisation": with_head(org=people.OTHER_ORG),
    "a publisher without the right": with_head(publisher=people.device("handler")),
    "a signature for something else": UntrustedPhoneDirectory(
        Signed.make(MADE.head.encode(), label="kantha/v1/other", by=PUBLISHER), MADE.phone.encode()
    ),
    "a signature of somebody else": UntrustedPhoneDirectory(
        sign_head(MADE.head, by=people.identity("handler")), MADE.phone.encode()
    ),
    "no content": UntrustedPhoneDirectory(MADE.signed_head, b""),
    "more content": UntrustedPhoneDirectory(MADE.signed_head, MADE.phone.encode() + b"\0"),
}


@pytest.mark.parametrize("found", FORGED.values(), ids=FORGED)
def test_what_the_publisher_did_not_sign_is_refused(found: UntrustedPhoneDirectory) -> None:
    refused(client(), found, DirectoryRefusedError)


def test_a_raised_token_epoch_reaches_the_devices_tokens() -> None:
    mine = client()
    mine.member.save(mine.state)
    mine.accept(with_head(token_epoch=2), "five")
    loaded = Membership.load(mine.state)
    assert loaded is not None
    assert loaded.tokens.epoch == 2
    assert loaded.tokens.seed == mine.member.tokens.seed


def test_a_joining_device_makes_nothing_for_an_invitation_that_is_over() -> None:
    state = new_state(Hands(NOW + 10.0))
    invitation = Invitation(
        org=people.ORG, root_hash=people.ORG, relay="http://127.0.0.1:1", pool=people.POOL,
        secret=people.seed("s"), role=Role.INTAKE, desk=people.DESK, label=None,
        first_token_seed=people.seed("t"), token_epoch=1, gap_seconds=0, deposits=4, expires_at=NOW + 9,
    )  # fmt: skip
    with pytest.raises(InvitationExpiredError), state.transaction():
        Joining.begin(state, invitation)
    assert Self.load(state) is None
    with state.transaction():
        Joining.begin(state, replace(invitation, expires_at=NOW + 11))
    assert Self.load(state) is not None
