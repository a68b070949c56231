"""When a publisher publishes, makes keys or leaves everything alone, with a relay in memory."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest

from crypto.roster import Reason, Role
from sync.belonging import newest_root
from sync.deskkeys import load_generations, save_generations
from sync.deskplan import want_rekey
from sync.due import is_due, mark_due
from sync.errors import DirectoryConflictError, DirectoryMissingError, PublishRefusedError
from sync.publish import RENEW_DAYS, Publisher, publish_token
from sync.revoking import revoke
from sync.state import State
from sync.tokensets import want_new_epoch
from tests.sync.offices import DAY, Hands, Office

TOKEN = "t" * 43


@dataclass
class Pool:
    """What a relay keeps of a pool, and what it was asked."""

    name: str = "ab" * 16
    publish_token: str = TOKEN
    parts: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    deaf: bool = False

    def _check(self, what: str, token: str) -> None:
        self.asked.append(what)
        if self.deaf or token != self.publish_token:
            raise PublishRefusedError

    def get_directory(self, part: str, *, etag: str | None = None) -> tuple[bytes, str] | None:
        self.asked.append(f"get {part}")
        if part not in self.parts:
            raise DirectoryMissingError
        found = hashlib.sha256(self.parts[part]).hexdigest()
        return None if found == etag else (self.parts[part], found)

    def put_directory(self, part: str, body: bytes, *, publish_token: str, if_match: str | None) -> str:
        self._check(f"put {part}", publish_token)
        there = hashlib.sha256(self.parts[part]).hexdigest() if part in self.parts else None
        if there != if_match:
            raise DirectoryConflictError
        self.parts[part] = body
        return hashlib.sha256(body).hexdigest()

    def put_tokens(self, _week: int, _hashes: bytes, *, publish_token: str) -> None:
        self._check("put tokens", publish_token)

    def change_publish_token(self, old: str, new: str) -> None:
        self._check("change token", old)
        self.publish_token = new


@dataclass
class Place:
    """Where a pool is made."""

    url: str = "http://127.0.0.1:1"
    pool: Pool = field(default_factory=Pool)

    def create_pool(self) -> Pool:
        return self.pool


class Room(Office):
    """An office whose relay is in memory."""

    @contextlib.contextmanager
    def http(self) -> Iterator[Pool]:  # type: ignore[override]
        yield self.relay.pool  # type: ignore[attr-defined]

    def maintain(self, name: str) -> list[str]:
        """What this device asks of the relay when its session begins; it says whether it published."""
        pool: Pool = self.relay.pool  # type: ignore[attr-defined]
        pool.asked = []
        published = self.publisher(name).maintain(pool)  # type: ignore[arg-type]
        assert published is ("put phone" in pool.asked and not pool.deaf)
        return pool.asked

    def publisher(self, name: str) -> Publisher:
        return Publisher(self.client(name), publish_token(self.states[name]) or "")

    def session(self, *names: str) -> None:
        for name in names:
            if publish_token(self.states[name]) is not None:
                self.maintain(name)
            self.fetch(name)


@pytest.fixture
def room() -> Room:
    """A founded the organisation and published; H handles the desk, P is a phone."""
    room = Room(Place(), clock=Hands())  # type: ignore[arg-type]
    room.session("A")
    room.join("H")
    room.join("P", role=Role.INTAKE)
    room.session("A", "H", "P")
    return room


def published(asked: list[str]) -> bool:
    return "put phone" in asked


def numbers(state: State) -> list[int]:
    return [entry.chain.generation for entry in load_generations(state)]


# --- nothing to do --------------------------------------------------------------------------------------


def test_with_nothing_due_a_publisher_asks_the_relay_for_nothing(room: Room) -> None:
    before = numbers(room.states["A"])
    for _session in range(2):
        assert room.maintain("A") == []
    assert not is_due(room.states["A"])
    assert numbers(room.states["A"]) == before


def test_a_device_without_the_right_makes_no_key_and_asks_for_nothing(room: Room) -> None:
    room.states["H"].keys.put("publish-token", TOKEN.encode())
    for name in ("H", "P"):
        mark_due(room.states[name])
        room.clock.now += 8 * DAY
        before = numbers(room.states[name])
        assert room.maintain(name) == []
        assert numbers(room.states[name]) == before


# --- what is due ----------------------------------------------------------------------------------------


def test_what_others_must_learn_is_published_once(room: Room) -> None:
    wishes: list[Callable[[], object]] = [
        lambda: mark_due(room.states["A"]),
        lambda: want_rekey(room.states["A"], room.desk()),
        lambda: want_new_epoch(room.states["A"]),
        lambda: room.states["A"].set_place("published-wraps", []),  # a handler without the chain
        lambda: room.states["A"].set_place("directory-phone", None),
    ]
    for due in wishes:
        due()
        assert published(room.maintain("A"))
        assert room.maintain("A") == []


def test_a_directory_is_renewed_after_a_week_even_if_nothing_changed(room: Room) -> None:
    issued = room.phone_part("A").head.issued_at
    room.clock.now = issued + RENEW_DAYS * DAY
    assert not room.publisher("A")._due()
    room.clock.now += 1
    assert room.publisher("A")._due()
    assert published(room.maintain("A"))


def test_a_newer_root_than_the_published_one_is_due(room: Room) -> None:
    made = room.add_desk("A", "night")
    state = room.states["A"]
    state.set_place("publish-due", False)
    assert room.phone_part("A").root.version < newest_root(state, org=room.org).version
    assert made is not None
    assert published(room.maintain("A"))


def test_a_desk_without_a_publisher_is_due_when_its_handlers_have_no_keys(room: Room) -> None:
    room.add_desk("A", "night")
    room.session("A")
    room.join("N", desk="night")
    state = room.states["A"]
    state.set_place("publish-due", False)
    assert published(room.maintain("A"))
    assert room.maintain("A") == []


# --- who may --------------------------------------------------------------------------------------------


def test_a_publisher_is_entitled_until_the_roster_or_the_root_says_otherwise(room: Room) -> None:
    room.officer("B")
    room.session("A", "B", "A", "B")
    assert room.publisher("B")._entitled()
    assert not room.publisher("H")._entitled()
    assert not room.publisher("P")._entitled()
    state = room.states["B"]
    kept = state.db.execute("SELECT hash, wire FROM sync_statement").fetchall()
    state.db.execute("DELETE FROM sync_statement")
    assert room.publisher("B")._entitled(), "of whom nobody said anything the root alone decides"
    state.db.executemany("INSERT INTO sync_statement (hash, wire) VALUES (?, ?)", kept)
    before = newest_root(state, org=room.org)
    revoke(room.client("A"), device=room.client("B").me.id, reason=Reason.SEIZED)
    (gone,) = [
        row
        for row in room.states["A"].db.execute("SELECT hash, wire FROM sync_statement").fetchall()
        if row not in kept
    ]
    state.db.execute("INSERT INTO sync_statement (hash, wire) VALUES (?, ?)", gone)
    assert newest_root(state, org=room.org) == before
    assert not room.publisher("B")._entitled(), "before the root is changed"


def test_a_publisher_who_finds_that_it_was_revoked_makes_no_key_and_puts_nothing(room: Room) -> None:
    room.officer("B")
    room.session("A", "B", "A", "B")
    revoke(room.client("A"), device=room.client("B").me.id, reason=Reason.LOST)
    room.maintain("A")
    old = room.states["B"]
    before = numbers(old)
    room.relay.pool.publish_token = publish_token(old) or ""  # type: ignore[attr-defined]
    room.clock.now += 8 * DAY
    assert not any(what.startswith("put") for what in room.maintain("B"))
    assert numbers(old) == before


def test_the_same_where_only_a_publication_was_due(room: Room) -> None:
    room.officer("B")
    room.session("A", "B", "A", "B")
    revoke(room.client("A"), device=room.client("B").me.id, reason=Reason.LOST)
    room.maintain("A")
    mark_due(room.states["B"])
    room.relay.pool.publish_token = TOKEN  # type: ignore[attr-defined]
    assert not any(what.startswith("put") for what in room.maintain("B"))


def test_a_revoked_phone_changes_no_root_and_a_revoked_publisher_is_taken_out_of_it(room: Room) -> None:
    room.officer("B")
    room.session("A", "B", "A", "B")
    before = room.root().version
    revoke(room.client("A"), device=room.client("P").me.id, reason=Reason.LOST)
    room.session("A", "B")
    assert room.root().version == before
    assert {right.device for right in room.root().publishers} == {room.device("A"), room.device("B")}
    revoke(room.client("A"), device=room.client("B").me.id, reason=Reason.LOST)
    room.session("A")
    assert {right.device for right in room.root().publishers} == {room.device("A")}


def test_a_refused_token_is_an_error_before_the_first_publication_and_later_hinders_no_session() -> None:
    room = Room(Place(), clock=Hands())  # type: ignore[arg-type]
    pool: Pool = room.relay.pool  # type: ignore[attr-defined]
    pool.deaf = True
    with pytest.raises(PublishRefusedError):
        room.maintain("A")
    pool.deaf = False
    assert published(room.maintain("A"))
    mark_due(room.states["A"])
    pool.deaf = True
    room.maintain("A")
    assert is_due(room.states["A"])


# --- keys -----------------------------------------------------------------------------------------------


def turned(room: Room, name: str = "A") -> bool:
    state = room.states[name]
    with state.transaction():
        return room.publisher(name)._turn_keys()


def test_keys_are_turned_after_a_week_or_when_asked_for_and_not_otherwise(room: Room) -> None:
    state = room.states["A"]
    assert not turned(room)
    assert numbers(state) == [1]
    want_rekey(state, room.desk())
    assert turned(room)
    assert not turned(room)
    assert numbers(state) == [1, 2]
    room.clock.now += 7 * DAY
    assert turned(room)
    assert numbers(state) == [1, 2, 3]


def test_a_fresh_epoch_key_alone_is_worth_telling(room: Room) -> None:
    state = room.states["A"]
    (entry,) = load_generations(state)
    save_generations(state, [replace(entry, started=entry.started + 7)])
    room.clock.now += 7 * DAY
    assert turned(room)
    assert numbers(state) == [1]
    assert not turned(room)


def test_a_publisher_of_whom_no_statement_is_known_turns_its_keys(room: Room) -> None:
    state = room.states["A"]
    state.db.execute("DELETE FROM sync_statement")
    want_rekey(state, room.desk())
    assert turned(room)
    assert numbers(state) == [1, 2]


def test_a_displaced_handler_makes_no_keys_for_a_desk_where_it_has_no_place(room: Room) -> None:
    room.officer("B")
    room.session("A", "B", "A", "B")
    state = room.states["B"]
    admitted = room.roster("B").members[room.client("B").me.id].admission
    now, room.clock.now = room.clock.now, admitted.at - 60.0
    room.join("C", by="B", slot=admitted.slot)
    room.clock.now = now
    assert room.roster("B").members[room.client("B").me.id].displaced
    before = numbers(state)
    want_rekey(state, room.desk())
    turned(room, "B")
    assert numbers(state) == before


def test_an_edition_without_a_token_in_its_boxes_says_nothing_of_one(room: Room) -> None:
    state = room.states["A"]
    state.keys.drop("publish-token")
    state.set_place("publish-token-own", True)
    room.publisher("A").prepare(room.root())
    assert state.place("publish-token-own")
