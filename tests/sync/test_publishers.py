"""Several publishers of one organisation: whoever is faster, killed or away, they end with one directory."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crypto.root import Root, root_hash
from sync import rights
from sync.belonging import proposals, roots
from sync.deskkeys import load_generations, newest, save_generations
from sync.errors import DirectoryConflictError, PublishRefusedError
from sync.publish import Publisher, publish_token
from sync.revoking import rotate
from sync.rootchange import countersign
from sync.transport import RelayClient
from sync.wire import PHONE_PART
from tests.sync.agreeing import agree
from tests.sync.dying import KilledError
from tests.sync.offices import DAY, Hands, Office
from tests.sync.relay.running import RunningRelay
from tests.sync.staffed import two_officers


@pytest.fixture
def office(relay: RunningRelay) -> Office:
    """A and B are officers and publish for the desk main; H handles there; P is an intake device."""
    return two_officers(relay)


def generations(office: Office, name: str) -> list[int]:
    return [entry.chain.generation for entry in load_generations(office.states[name])]


def test_two_publishers_come_to_rest_and_neither_publishes_what_the_other_did(office: Office) -> None:
    before = office.version()
    office.session("A", "B", "A", "B")
    assert office.version() == before
    agree(office, "A", "B", "H", "P")


def test_each_admits_somebody_apart_from_the_other_and_both_are_in(office: Office) -> None:
    office.join("X", by="A")
    office.join("Y", by="B")
    office.session("A", "B", "X", "Y")
    office.settle("A", "B")
    agree(office, "A", "B", "H", "X", "Y", "P")
    assert {entry.label for entry in office.roster("H").handlers(office.desk())} == {"A", "B", "H", "X", "Y"}


def test_a_week_later_the_first_one_reseeds_and_the_second_takes_it_over(office: Office) -> None:
    office.clock.now += 7 * DAY
    office.session("B", "A")
    office.settle("A", "B")
    agree(office, "A", "B", "H", "P")
    assert generations(office, "A") == generations(office, "B") == [1, 2]


def test_a_generation_that_another_published_under_the_same_number_takes_the_place_of_the_own_one(
    office: Office,
) -> None:
    for name in ("A", "B"):
        rotate(office.client(name))
        state = office.states[name]
        with state.transaction():
            Publisher(office.client(name), "")._turn_keys()
        held = newest(load_generations(state), office.desk())
        assert held is not None
        assert held.chain.generation == 2
    office.session("B", "A")
    office.settle("A", "B")
    agree(office, "A", "B", "H", "P")


def test_a_handler_who_took_a_generation_that_was_never_published_drops_it(office: Office) -> None:
    """A dies after the handler part; H takes its chain; B publishes another one under the same number."""
    rotate(office.client("A"))
    with pytest.raises(KilledError):
        office.publish("A", dies_at=3, after=True)  # looks at both parts, puts the handler part
    office.fetch("H")
    assert generations(office, "H") == [1, 2]
    rotate(office.client("B"))
    with office.states["B"].transaction():
        Publisher(office.client("B"), "")._turn_keys()
    assert generations(office, "B") == [1, 2]
    office.publish("B")
    agree(office, "B", "H")
    office.settle("A", "B")
    agree(office, "A", "B", "H", "P")


def test_a_published_generation_is_never_replaced_by_another_under_its_number(office: Office) -> None:
    held = newest(load_generations(office.states["H"]), office.desk())
    assert held is not None
    state = office.states["B"]
    with state.transaction():
        forged = [
            replace(entry, chain=replace(entry.chain, seed=bytes(32))) for entry in load_generations(state)
        ]
        save_generations(state, forged)
        state.set_place("publish-due", True)
    office.publish("B")
    office.fetch("H")
    assert held in load_generations(office.states["H"])


def test_two_officers_change_the_root_at_the_same_time_and_both_changes_are_in_it(office: Office) -> None:
    one, two = office.add_desk("A", "night"), office.add_desk("B", "day")
    assert one.in_force
    assert two.in_force
    office.settle("A", "B")
    agree(office, "A", "B", "H", "P")
    assert {desk.name for desk in office.root("H").desks} == {"main", "night", "day"}
    assert office.root("A").version == 4


def test_no_device_signs_a_second_body_for_a_version(office: Office) -> None:
    seen: dict[int, set[bytes]] = {}
    office.add_desk("A", "night")
    office.add_desk("B", "day")
    office.settle("A", "B")
    for name in ("A", "B"):
        for entry in roots(office.states[name]):
            seen.setdefault(Root.decode(entry.body).version, set()).add(root_hash(entry.body))
    assert all(len(bodies) == 1 for bodies in seen.values())


def test_a_publisher_who_loses_every_race_says_so_and_loses_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.join("X", by="A")

    def conflict(*_given: object, **_named: object) -> str:
        raise DirectoryConflictError

    with monkeypatch.context() as patched:
        patched.setattr(RelayClient, "put_directory", conflict)
        with pytest.raises(DirectoryConflictError):
            office.publish("A")
    office.session("A", "X")
    agree(office, "A", "H", "X")


def test_an_officer_who_is_not_in_the_root_yet_publishes_nothing_and_has_its_session(
    relay: RunningRelay,
) -> None:
    office = Office(relay, clock=Hands())
    office.session("A")
    office.officer("B")
    office.settle("A", "B")
    assert office.set_threshold("A", 2).in_force
    office.settle("A", "B")
    waiting = office.officer("C")
    assert (waiting.have, waiting.needed, waiting.in_force) == (1, 2, False)
    office.session("A", "B", "C")
    assert not office.publish("C")
    assert [root_hash(entry.body) for entry in proposals(office.states["B"])] == [waiting.hash]
    with office.states["B"].transaction():
        assert countersign(office.states["B"], waiting.hash).in_force
    office.settle("A", "B", "C")
    agree(office, "A", "B", "C")
    assert len(office.root("C").officers) == 3


def test_the_publishing_token_reaches_the_other_publishers_and_the_old_one_is_refused(office: Office) -> None:
    old = office.pool.publish_token
    rotate(office.client("A"))
    office.session("A")
    assert publish_token(office.states["A"]) != old
    with office.http() as http, pytest.raises(PublishRefusedError):
        http.put_directory(PHONE_PART, bytes(65_536), publish_token=old, if_match=None)
    assert publish_token(office.states["B"]) == old
    office.states["B"].set_place("publish-due", True)
    assert office.publish("B")
    assert publish_token(office.states["B"]) == publish_token(office.states["A"])


def test_two_rotations_at_once_end_with_one_token(office: Office) -> None:
    rotate(office.client("A"))
    rotate(office.client("B"))
    office.settle("B", "A")
    office.session("B", "A")
    agree(office, "A", "B", "H")
    assert publish_token(office.states["A"]) == publish_token(office.states["B"]) != office.pool.publish_token


def test_a_publisher_whose_token_is_refused_keeps_its_session_and_remembers_since_when(
    office: Office,
) -> None:
    state = office.states["B"]
    state.keys.put("publish-token", b"x" * 43)
    state.keys.put("publish-token-wanted", b"x" * 43)
    office.states["A"].set_place("publish-due", False)
    state.set_place("publish-due", True)
    with office.http() as http:
        part = http.get_directory("handler")
        assert part is not None
    state.set_place("publish-token-own", True)  # its own fresh one, which nobody else will ever know
    assert office.publish("B"), "the box that A made for it has the present one"
    assert rights.refused_since(state) is None
    state.keys.put("publish-token", b"x" * 43)
    state.keys.drop("publish-tokens-known")
    state.keys.put("publish-token-wanted", b"x" * 43)
    state.keys.drop("epoch-keys")
    state.set_place("publish-due", True)
    assert not office.publish("B")
    assert rights.refused_since(state) == state.now()
