"""What a publisher takes over of what lies at the relay, goes above, or stops before: each by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import pytest

from crypto.errors import DirectoryRefusedError
from crypto.heads import MAX_VERSION_STEP
from crypto.root import root_hash
from sync.belonging import keep_roots, roots, statements
from sync.directory import DirectoryClient
from sync.edition import Edition
from sync.merging import There, merge
from sync.state import State
from sync.transport import RelayClient
from sync.wire import HANDLER_PART, PHONE_PART
from tests.sync.council import Council
from tests.sync.editions import SMALL, Shelf, accept, client, edition, found, meet, publisher


@dataclass
class Two:
    """The publishers A and B of one organisation and what lies between them. Both know the first edition."""

    council: Council = field(default_factory=lambda: Council.of("A", "B", policy=SMALL))
    shelf: Shelf = field(default_factory=Shelf)
    states: dict[str, State] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in "AB":
            self.states[name] = publisher(self.council, name)
            meet(self.council, self.states[name], "A", "B")
        found(self.council, self.states["A"], "A")
        self.publish("A")
        self.merge("B")

    def client(self, name: str) -> DirectoryClient:
        return client(self.council, self.states[name], name)

    def publish(self, name: str, *parts: str) -> Edition:
        """Without looking at what lies there."""
        made = edition(self.council, self.states[name], name)
        accept(self.council, self.states[name], name, made)
        self.shelf.put(made, self.client(name), *parts)
        return made

    def merge(self, name: str) -> There:
        return merge(self.client(name), cast(RelayClient, self.shelf))

    def holds(self, name: str) -> tuple[int, int]:
        """The versions of both parts."""
        return self.client(name).seen().version, self.client(name).handler_seen().version

    def keys_known(self, name: str) -> int:
        return int(self.states[name].db.execute("SELECT count(*) FROM sync_epoch_key").fetchone()[0])

    def tags(self) -> tuple[str, str]:
        return self.shelf.parts[PHONE_PART][1], self.shelf.parts[HANDLER_PART][1]


@pytest.fixture
def two() -> Two:
    return Two()


def noise(two: Two, part: str) -> None:
    two.shelf.parts[part] = (bytes(len(two.shelf.parts[part][0])), "noise")


def heard(two: Two, name: str) -> set[bytes]:
    return {one.body for one in statements(two.states[name])}


def test_where_nothing_lies_nothing_is_taken(two: Two) -> None:
    two.shelf.parts.clear()
    assert two.merge("A") == There()


def test_what_is_newer_is_taken_over_and_the_same_again_changes_nothing(two: Two) -> None:
    before = two.holds("B")
    two.council.hear(two.states["A"], phone := two.council.phone("P", "A"))
    made = two.publish("A").version
    for _again in range(2):
        assert two.merge("B") == There(*two.tags())
        assert two.holds("B") == (made.version, made.version) > before
    assert phone.body in heard(two, "B")


# --- what is no directory of this organisation ------------------------------------------------------------


def test_noise_is_replaced_by_who_had_a_directory_from_this_relay(two: Two) -> None:
    holds = two.holds("B")
    noise(two, PHONE_PART)
    assert two.merge("B") == There("noise", two.tags()[1], above=holds[0], torn=True)
    noise(two, HANDLER_PART)
    assert two.merge("B") == There("noise", "noise", above=holds[0], torn=True)
    two.publish("B", PHONE_PART)
    assert two.merge("B") == There(two.tags()[0], "noise", above=0, torn=True)


def test_noise_is_never_replaced_by_who_had_none_from_this_relay(two: Two) -> None:
    noise(two, PHONE_PART)
    newcomer, founder = publisher(two.council, "B"), publisher(two.council, "A")
    meet(two.council, founder, "A")
    found(two.council, founder, "A")
    for name, state in (("B", newcomer), ("A", founder)):
        with pytest.raises(DirectoryRefusedError):
            merge(client(two.council, state, name), cast(RelayClient, two.shelf))


def test_another_line_of_roots_that_officers_signed_is_never_replaced(two: Two) -> None:
    first = two.council.first
    for name in "AB":
        other = two.council.after("A", name=f"Line {name}")
        keep_roots(two.states[name], [first, other])
    two.publish("B")
    holds, chain = two.holds("B"), roots(two.states["B"])
    two.publish("A")
    with pytest.raises(DirectoryRefusedError):
        two.merge("B")
    assert two.holds("B") == holds
    assert roots(two.states["B"]) == chain


@pytest.mark.parametrize("pinned", [True, False])
def test_a_newcomer_takes_a_chain_with_the_root_that_was_pinned_and_no_other(two: Two, pinned: bool) -> None:
    second = two.council.after("A", name="New")
    late, newcomer = publisher(two.council, "A"), publisher(two.council, "B")
    for state in (late, newcomer):
        meet(two.council, state, "A", "B")
        state.set_place("root-pinned", root_hash(second.body))
    keep_roots(late, [second])
    found(two.council, late, "A")
    two.shelf.put(edition(two.council, late, "A"), client(two.council, late, "A"))
    two.states["B"] = newcomer
    if pinned:
        assert two.merge("B") == There(*two.tags())
        assert two.council.newest(newcomer).name == "New"
    else:
        newcomer.set_place("root-pinned", bytes(32))
        with pytest.raises(DirectoryRefusedError):
            two.merge("B")


# --- older ones -------------------------------------------------------------------------------------------


def test_an_older_edition_under_the_same_root_is_neither_taken_nor_gone_above(two: Two) -> None:
    two.publish("A")
    old = dict(two.shelf.parts)
    two.publish("A")
    two.merge("B")
    holds = two.holds("B")
    two.shelf.parts = old
    two.states["B"].db.execute("DELETE FROM sync_epoch_key")
    assert two.merge("B") == There(*two.tags())
    assert two.holds("B") == holds
    assert two.keys_known("B") == 0


def test_an_older_root_is_repaired_from_above_what_was_seen(two: Two) -> None:
    old = dict(two.shelf.parts)
    keep_roots(two.states["A"], [two.council.first, two.council.after("A", name="New")])
    two.publish("A")
    two.merge("B")
    holds = two.holds("B")
    two.shelf.parts[PHONE_PART] = old[PHONE_PART]
    assert two.merge("B") == There(*two.tags(), above=holds[0], torn=True)
    assert two.holds("B") == holds


def test_a_lower_number_under_a_newer_root_is_newer(two: Two) -> None:
    for _more in range(3):
        two.publish("A")
    two.merge("B")
    state = two.states["A"]
    keep_roots(state, [two.council.first, two.council.after("A", name="New")])
    for place, at in (("directory-seen", 0), ("directory-handler", 1)):
        kept = state.place(place)
        state.set_place(place, [*kept[:at], 1, *kept[at + 1 :]])
    made = two.publish("A").version
    assert made.version < two.holds("B")[0]
    assert two.merge("B") == There(*two.tags())
    assert two.holds("B") == (made.version, made.version)
    assert two.council.newest(two.states["B"]).name == "New"


# --- forks and the work of who was revoked ----------------------------------------------------------------


def test_a_fork_is_gone_above_and_what_officers_signed_in_it_is_believed(two: Two) -> None:
    said = two.council.phone("P", "A")
    two.council.hear(two.states["A"], said, two.council.admission("N", "A", slot=3))
    meet(two.council, two.states["A"], "A", "B", "H")
    mine, theirs = two.publish("B").version, two.publish("A").version
    assert (mine.version, mine.hash == theirs.hash) == (theirs.version, False)
    assert two.merge("B") == There(*two.tags(), above=theirs.version, torn=True)
    assert two.client("B").seen().head_hash == two.client("B").handler_seen().head_hash == mine.hash
    assert said.body in heard(two, "B")
    assert two.keys_known("B") == 3, "H's key is known from it"


def test_a_number_that_is_absurdly_high_is_not_followed(two: Two) -> None:
    state, holds = two.states["A"], two.holds("B")
    for place, at in (("directory-seen", 0), ("directory-handler", 1)):
        kept = state.place(place)
        state.set_place(place, [*kept[:at], holds[0] + MAX_VERSION_STEP, *kept[at + 1 :]])
    theirs = two.publish("A").version
    assert two.merge("B") == There(*two.tags(), above=theirs.version, torn=True)
    assert two.holds("B") == holds


def test_what_a_revoked_publisher_made_is_gone_above_and_not_taken(two: Two) -> None:
    said = two.council.phone("P", "A")
    two.council.hear(two.states["B"], said)
    two.council.hear(two.states["A"], two.council.revocation("B", "A"))
    holds = two.holds("A")
    theirs = two.publish("B").version
    assert two.merge("A") == There(*two.tags(), above=theirs.version, torn=True)
    assert two.holds("A") == holds
    assert said.body in heard(two, "A")


def test_what_was_taken_before_its_publisher_was_revoked_stays_taken(two: Two) -> None:
    theirs = two.publish("B").version
    assert two.merge("A") == There(*two.tags())
    two.council.hear(two.states["A"], two.council.revocation("B", "A"))
    assert two.merge("A") == There(*two.tags()), "it is followed as it is"
    assert two.holds("A") == (theirs.version, theirs.version)


def test_a_newcomer_takes_the_first_directory_it_finds_whoever_made_it(two: Two) -> None:
    theirs = two.publish("B").version
    state = publisher(two.council, "A")
    meet(two.council, state, "A", "B")
    two.council.hear(state, two.council.revocation("B", "A"))
    there = merge(client(two.council, state, "A"), cast(RelayClient, two.shelf))
    assert there.phone_etag == two.tags()[0]
    assert client(two.council, state, "A").seen().head_hash == theirs.hash


# --- the handler part -------------------------------------------------------------------------------------


def test_a_handler_part_of_a_publisher_who_was_killed_is_taken_over(two: Two) -> None:
    made = two.publish("A", HANDLER_PART).version
    phone = two.holds("B")[0]
    assert two.merge("B") == There(*two.tags())
    assert two.holds("B") == (phone, made.version) == (made.version - 1, made.version)


def test_an_older_handler_part_tears_nothing_and_a_fork_of_it_does(two: Two) -> None:
    old = dict(two.shelf.parts)
    mine = two.publish("B")
    newer = dict(two.shelf.parts)
    two.shelf.parts = {**newer, HANDLER_PART: old[HANDLER_PART]}
    assert two.merge("B") == There(*two.tags())
    two.council.hear(two.states["A"], said := two.council.phone("P", "A"))
    theirs = two.publish("A", HANDLER_PART)
    assert theirs.version.version == mine.version.version
    assert two.merge("B") == There(*two.tags(), above=mine.version.version, torn=True)
    assert two.client("B").handler_seen().head_hash == mine.version.hash
    assert said.body in heard(two, "B"), "what officers signed in it is believed"
