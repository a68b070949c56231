"""What a device asks of a directory before it believes it, one question at a time, without a relay."""

from __future__ import annotations

import typing
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from crypto.directory import UntrustedPhoneDirectory, content_hash, seal_phone_part, sign_head
from crypto.errors import DirectoryExpiredError, DirectoryRefusedError
from crypto.handler_part import seal_handler_part
from crypto.heads import Head
from crypto.roster import Reason, Revocation, Role, sign_statement
from crypto.signed import Signed
from sync.belonging import keep_roots, keep_statement
from sync.directory import DirectoryClient
from sync.due import is_due
from sync.errors import DirectoryMissingError
from sync.membership import Self
from sync.wire import HANDLER_PART, PHONE_PART
from tests.crypto import people
from tests.sync.stores import NOW, Hands, member, new_state

DAY, KEY = 86_400, people.seed("directory")


@dataclass
class Relay:
    """Gives each part with its etag, and nothing to whom has it already."""

    parts: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def get_directory(self, part: str, *, etag: str | None = None) -> tuple[bytes, str] | None:
        self.asked.append(part)
        found = self.parts.get(part)
        return None if found is None or found[1] == etag else found

    def shows(self, made: Edition) -> typing.Self:
        self.parts = {PHONE_PART: (made.phone(), made.etag), HANDLER_PART: (made.handler(), made.etag)}
        return self


@dataclass(frozen=True)
class Edition:
    """Both parts of one version, as the publisher made them."""

    head: Head

    @property
    def etag(self) -> str:
        return f"{self.head.version} {self.head.issued_at}"

    @property
    def signed(self) -> Signed:
        return sign_head(self.head, by=people.identity("publisher"))

    def untrusted(self) -> UntrustedPhoneDirectory:
        return UntrustedPhoneDirectory(self.signed, people.published().phone.encode())

    def phone(self) -> bytes:
        return seal_phone_part(people.published().phone, self.signed, key=KEY, org=people.ORG)

    def handler(self) -> bytes:
        part = people.published().handler
        return seal_handler_part(part, self.signed, to=[people.epoch_key("handler")], org=people.ORG)


def edition(version: int = 5, **changes: object) -> Edition:
    """`changes`: of its head. It follows the version before it, unless another `previous` is given."""
    made = people.published()
    first = replace(made.head, phone_hash=content_hash("phone", made.phone.encode()))
    previous = first.previous if version == first.version else edition(version - 1).head.hash
    return Edition(replace(first, **{"version": version, "previous": previous, **changes}))  # type: ignore[arg-type]


def client(role: Role = Role.HANDLER, clock: Callable[[], float] | None = None) -> DirectoryClient:
    name = "handler" if role is Role.HANDLER else "phone"
    state = new_state(clock)
    keep_roots(state, [people.signed_root()])
    state.set_secret("epoch-keys", [[people.WEEK, people.pair("handler-epoch").seed, NOW]])
    return DirectoryClient(state, Self(people.identity(name)), member(name, role))


def admit_publisher(mine: DirectoryClient) -> None:
    keep_statement(mine.state, people.signed_admission("publisher", Role.HANDLER, 7))


def revoke_publisher(mine: DirectoryClient) -> None:
    admit_publisher(mine)
    gone = Revocation(people.ORG, people.device("publisher"), NOW, Reason.LOST)
    keep_statement(mine.state, sign_statement(gone, by=[people.officer()]))


def refresh(mine: DirectoryClient, relay: Relay) -> int:
    """One session's part; gives the version that is known now."""
    found = mine.refresh(relay)  # type: ignore[arg-type]
    if mine.member.role is Role.HANDLER:
        mine.refresh_handler(relay, found)  # type: ignore[arg-type]
    return found.head.version


# --- the phone part -------------------------------------------------------------------------------------


def test_a_device_without_the_directorys_key_asks_for_nothing() -> None:
    mine, relay = client(Role.INTAKE), Relay().shows(edition())
    waiting = replace(mine, member=replace(mine.member, directory_key=None))
    with pytest.raises(DirectoryMissingError):
        refresh(waiting, relay)
    assert relay.asked == []


def test_what_has_not_changed_stays_and_what_never_came_is_missing() -> None:
    mine, relay = client(), Relay()
    with pytest.raises(DirectoryMissingError):
        refresh(mine, relay)
    relay.shows(edition())
    assert [refresh(mine, relay) for _session in range(2)] == [5, 5]
    assert relay.asked.count(HANDLER_PART) == 2


@pytest.mark.parametrize("ends", ["directory", "root"])
def test_a_relay_that_freezes_is_noticed_when_directory_or_root_is_over(ends: str) -> None:
    clock = Hands()
    root_ends = people.first_root().expires_at
    over = root_ends if ends == "root" else NOW + 49 * DAY
    mine = client(Role.INTAKE, clock)
    relay = Relay().shows(edition(expires_at=over if ends == "directory" else root_ends + DAY))
    assert mine.usable() is None
    refresh(mine, relay)
    clock.now = over
    assert refresh(mine, relay) == 5
    assert mine.usable() == mine.current()
    clock.now = over + 1
    with pytest.raises(DirectoryExpiredError):
        refresh(mine, relay)
    assert mine.current() is not None
    assert mine.usable() is None


@pytest.mark.parametrize("publishes", [True, False])
def test_a_publisher_has_something_to_repair_when_the_relays_directory_is_refused(publishes: bool) -> None:
    mine, relay = client(), Relay().shows(edition(6))
    if publishes:
        mine.state.keys.put("publish-token", b"t" * 43)
    refresh(mine, relay)
    assert not is_due(mine.state)
    with pytest.raises(DirectoryRefusedError, match="older"):
        refresh(mine, relay.shows(edition(5)))
    assert is_due(mine.state) is publishes


def test_a_new_beginning_takes_a_directory_that_is_over_and_no_session_does() -> None:
    clock = Hands(NOW + 50.0 * DAY)
    mine = client(clock=clock)
    with pytest.raises(DirectoryExpiredError):
        mine.accept(edition().untrusted(), "5")
    assert mine.desk_name(people.OTHER_DESK) == "main"
    mine.accept(edition().untrusted(), "5", now=0)
    assert mine.usable() is None
    assert mine.desk_name(people.OTHER_DESK) == people.first_root().desks[1].name


# --- who made it ----------------------------------------------------------------------------------------


def test_a_handler_refuses_what_a_revoked_device_publishes_and_takes_an_active_ones() -> None:
    mine = client()
    mine.accept(edition(5).untrusted(), "5")
    admit_publisher(mine)
    mine.accept(edition(6).untrusted(), "6")
    revoke_publisher(mine)
    with pytest.raises(DirectoryRefusedError, match="revoked"):
        mine.accept(edition(7).untrusted(), "7")
    assert mine.seen().version == 6
    assert mine.accept(edition(6).untrusted(), "again").head.version == 6, "what is known already stays known"


def test_a_device_that_begins_takes_the_newest_directory_whoever_made_it() -> None:
    """A machine restored from cards revokes the lost publisher before it reads what that one published."""
    mine = client()
    revoke_publisher(mine)
    assert mine.accept(edition(5).untrusted(), "5").head.version == 5


def test_a_phone_which_has_no_roster_does_not_ask_one() -> None:
    phone = client(Role.INTAKE)
    revoke_publisher(phone)
    for version in (5, 6):
        assert phone.accept(edition(version).untrusted(), "etag").head.version == version


def test_a_handler_part_of_a_revoked_device_is_refused_unless_it_was_taken_before() -> None:
    mine = client()
    phone = mine.accept(edition(5).untrusted(), "5")
    half = edition(6)  # its publisher was killed before the phone part
    mine.accept_handler(half.handler(), "6", phone)
    revoke_publisher(mine)
    mine.accept_handler(half.handler(), "under another etag", phone)
    with pytest.raises(DirectoryRefusedError, match="revoked"):
        mine.accept_handler(edition(7).handler(), "7", phone)
    assert mine.handler_seen().version == 6


# --- both parts together --------------------------------------------------------------------------------


def test_a_handler_part_never_goes_back() -> None:
    mine = client()
    phone = mine.accept(edition(5).untrusted(), "5")
    mine.accept_handler(edition(6).handler(), "6", phone)
    with pytest.raises(DirectoryRefusedError, match="older"):
        mine.accept_handler(edition(5).handler(), "5", phone)
    with pytest.raises(DirectoryRefusedError, match="two different"):
        mine.accept_handler(edition(6, issued_at=NOW + 1).handler(), "other", phone)
    with pytest.raises(DirectoryRefusedError, match="does not follow"):
        mine.accept_handler(edition(7, previous=bytes(32)).handler(), "7", phone)
    assert mine.handler_seen().head_hash == edition(6).head.hash


def test_a_handler_part_that_is_held_back_or_of_another_edition_is_noticed() -> None:
    relay = Relay().shows(edition(5))
    mine = client()
    refresh(mine, relay)
    relay.parts[PHONE_PART] = (edition(6).phone(), "6")
    with pytest.raises(DirectoryRefusedError, match="older keys"):
        refresh(mine, relay)
    relay.parts[HANDLER_PART] = (edition(6, issued_at=NOW + 1).handler(), "other")
    with pytest.raises(DirectoryRefusedError, match="two different"):
        refresh(mine, relay)
    fresh, ahead = client(), Relay().shows(edition(5))
    ahead.parts[HANDLER_PART] = (edition(6).handler(), "6")
    assert refresh(fresh, ahead) == 5, "a newer one is that of a publisher who was killed"
    assert refresh(fresh, ahead.shows(edition(6))) == 6


def test_a_lower_number_is_taken_under_a_newer_root_but_not_below_its_phone_part() -> None:
    for version, taken in ((5, False), (6, True), (7, True)):
        mine = client()
        phone = mine.accept(edition(6).untrusted(), "6")
        mine.state.set_place("directory-handler", ["etag", 9, people.seed("a head"), 0])
        if taken:
            mine.accept_handler(edition(version).handler(), "etag", phone)
        else:
            with pytest.raises(DirectoryRefusedError, match="older"):
                mine.accept_handler(edition(version).handler(), "etag", phone)


def test_a_handler_part_counts_under_the_root_of_its_own_phone_part_and_of_no_older_one() -> None:
    made, other = edition(6), edition(7)
    for digest, kept_under, counts_under in (
        (made.head.hash, 0, 1),
        (made.head.hash, 3, 3),
        (other.head.hash, 0, 0),
    ):
        mine, relay = client(), Relay()
        found = mine.accept(made.untrusted(), "6")
        version = 6 if digest == made.head.hash else 7
        mine.state.set_place("directory-handler", ["etag", version, digest, kept_under])
        mine.refresh_handler(relay, found)  # type: ignore[arg-type]
        assert mine.handler_seen().root_version == counts_under
