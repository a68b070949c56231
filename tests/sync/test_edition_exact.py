"""What stands in an edition, for whom it is sealed, and which number it has: each condition by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crypto.desk_keys import DayKey, DeskSeed, day_of, new_line
from crypto.directory import MAX_PHONE_ROOTS
from crypto.errors import DirectoryExpiredError, DirectoryRefusedError
from crypto.heads import MAX_VERSION, MAX_VERSION_STEP
from crypto.ids import DeskId, DeviceId
from crypto.root import Root, root_hash
from sync.belonging import keep_roots
from sync.deskkeys import Generation, load_generations, save_generations
from sync.deskplan import want_rekey
from sync.edition import Edition, Editor
from sync.merging import There
from sync.state import State
from sync.windows import note_page_day
from tests.crypto import people
from tests.crypto.people import DESK, OTHER_DESK, TODAY
from tests.sync.council import Council, right
from tests.sync.editions import SMALL, accept, client, edition, found, meet, publisher

DAY = 86_400


@pytest.fixture
def council() -> Council:
    """A and B are officers; A publishes for the first desk, where H handles too; N handles at the other."""
    return Council.of("A", "B", policy=SMALL, publishers=(right("A"), right("B")))


@pytest.fixture
def state(council: Council) -> State:
    state = publisher(council, "A")
    meet(council, state, "A", "B", "H")
    meet(council, state, "N", desk=OTHER_DESK)
    found(council, state, "A")
    return state


def devices(*names: str) -> set[DeviceId]:
    return {people.device(name) for name in names}


def days_of(made: Edition, desk: DeskId) -> list[int]:
    return [day.day for day in made.phone.days if day.desk == desk]


# --- for whom ---------------------------------------------------------------------------------------------


def test_each_desks_seeds_are_wrapped_for_its_own_handlers_only(council: Council, state: State) -> None:
    want_rekey(state, OTHER_DESK)
    made = edition(council, state, "A")
    assert made.blind == {OTHER_DESK}
    fresh = max(day.generation for day in made.phone.days if day.desk == OTHER_DESK)
    assert fresh == 2
    for desk, generation, names in ((DESK, 1, "ABH"), (OTHER_DESK, 1, "N"), (OTHER_DESK, fresh, "N")):
        wraps = [w for w in made.handler.wraps if (w.desk, w.generation) == (desk, generation)]
        assert {wrap.handler for wrap in wraps} == devices(*names)
        assert len(wraps) == len(names)


def test_the_publishing_token_is_in_boxes_for_those_with_the_right_only(
    council: Council, state: State
) -> None:
    assert {box.device for box in edition(council, state, "A").handler.boxes} == devices("A", "B")
    state.keys.drop("publish-token")
    assert edition(council, state, "A").handler.boxes == ()


def test_who_was_revoked_is_in_no_part_and_a_desk_without_handlers_has_no_days(
    council: Council, state: State
) -> None:
    council.hear(state, council.revocation("N", "A"), council.revocation("H", "A"))
    made = edition(council, state, "A")
    assert {entry.admission.device for entry in made.phone.handlers} == devices("A", "B")
    assert {wrap.handler for wrap in made.handler.wraps} == devices("A", "B")
    assert days_of(made, OTHER_DESK) == []


def test_a_handler_of_whom_no_epoch_key_is_known_is_left_out(council: Council, state: State) -> None:
    council.hear(state, council.admission("later", "A", slot=3))
    made = edition(council, state, "A")
    assert people.device("later") not in {entry.admission.device for entry in made.phone.handlers}
    assert len(made.phone.handlers) == 4


# --- days -------------------------------------------------------------------------------------------------


def test_ones_own_days_go_on_and_other_desks_are_carried_as_long_as_they_serve(
    council: Council, state: State
) -> None:
    ahead = council.root.policy.ahead_days
    for moved, others in ((0, range(TODAY - 1, TODAY + ahead + 1)), (3, range(TODAY + 2, TODAY + ahead + 1))):
        council.clock.now = people.NOW + moved * DAY
        made = edition(council, state, "A")
        assert days_of(made, DESK) == list(range(TODAY + moved - 1, TODAY + moved + ahead + 1))
        assert days_of(made, OTHER_DESK) == list(others)
        (held,) = load_generations(state)
        assert held.last == TODAY + moved + ahead, "known before anybody can seal to it"
        own = [day for day in made.phone.days if day.desk == DESK]
        assert own == list(held.chain.at(TODAY + moved - 1).public_days(ahead + 2))


def test_days_that_are_all_past_leave_the_last_one(council: Council, state: State) -> None:
    plan = Editor(client(council, state, "A")).plan(council.root)
    last = max(day.day for day in plan.published_days(OTHER_DESK))
    council.clock.now = float((last + 9) * DAY)
    editor = Editor(client(council, state, "A"))
    days = editor._days(editor.plan(council.root), {})
    assert [day.day for day in days if day.desk == OTHER_DESK] == [last]


# --- the first day that can be read -----------------------------------------------------------------------


def readable(
    council: Council, state: State, said: dict[DeskId, int], *, days: list[DayKey] | None = None
) -> dict[DeskId, int]:
    """What is written, when this was said before. `days`: of this edition, instead of those before."""
    editor = Editor(client(council, state, "A"))
    plan = editor.plan(council.root)
    assert plan.current is not None
    before = replace(plan.current, part=replace(plan.current.part, readable=tuple(said.items())))
    return dict(editor._readable(replace(plan, current=before), days or list(before.part.days)))


def test_nothing_is_said_to_be_over_before_a_page_of_the_relay_was_seen(
    council: Council, state: State
) -> None:
    assert readable(council, state, {}) == {DESK: 0, OTHER_DESK: 0}


def test_what_was_said_is_not_taken_back_within_a_line_of_generations(council: Council, state: State) -> None:
    policy, later = council.root.policy, TODAY - council.root.policy.key_days - 3
    said = {DESK: later, OTHER_DESK: later}
    assert readable(council, state, said) == {DESK: later, OTHER_DESK: 0}, "nobody publishes for the other"
    too_late = {DESK: TODAY + 9}
    assert readable(council, state, too_late)[DESK] == TODAY - policy.key_days
    fresh = [replace(day, generation=new_line(day.generation)) for day in days_before(council, state)]
    own = [day for day in fresh if day.desk == DESK]
    assert readable(council, state, said, days=own) == {DESK: 0}, "a new line begins anew"
    other = [day for day in fresh if day.desk == OTHER_DESK]
    mixed = [*(day for day in days_before(council, state) if day.desk == DESK), *other]
    assert readable(council, state, said, days=mixed)[DESK] == later, "another desk's line is not this one's"


def days_before(council: Council, state: State) -> list[DayKey]:
    current = client(council, state, "A").current()
    assert current is not None
    return list(current.part.days)


def test_of_a_desk_that_another_publishes_for_it_is_what_was_said(council: Council, state: State) -> None:
    publishers = (*council.root.publishers, right("N"))
    keep_roots(state, [council.first, council.after("A", publishers=publishers)])
    editor = Editor(client(council, state, "A"))
    plan = editor.plan(council.newest(state))
    assert plan.current is not None
    day = TODAY - 200
    for said, first in (({OTHER_DESK: day}, day), ({}, 0)):
        before = replace(plan.current, part=replace(plan.current.part, readable=tuple(said.items())))
        found = dict(editor._readable(replace(plan, current=before), list(plan.current.part.days)))
        assert found[OTHER_DESK] == first


def test_no_day_is_promised_that_this_device_cannot_read(council: Council, state: State) -> None:
    policy = council.root.policy
    council.hear(state, council.phone("P", "A", at=people.NOW - 400 * DAY))
    note_page_day(state, TODAY)
    longest = TODAY - policy.window_days
    assert longest < TODAY - policy.key_days
    (held,) = load_generations(state)
    foreign = Generation(DeskSeed(OTHER_DESK, 9, 1, bytes(32)), 1, 2)
    cases: tuple[tuple[list[int], int], ...] = (
        ([], longest),
        ([longest - 5], longest),
        ([longest + 2], longest + 2),
        ([TODAY - 1], TODAY - policy.key_days),
    )
    for begins, first in cases:
        chains = [replace(held, chain=replace(held.chain, day=day)) for day in begins]
        save_generations(state, [foreign, *chains])
        assert readable(council, state, {})[DESK] == first


# --- the number -------------------------------------------------------------------------------------------


def place(
    council: Council, state: State, there: There | None = None, *, newer: bool = False
) -> tuple[int, bytes]:
    root = replace(council.root, version=2) if newer else council.root
    return Editor(client(council, state, "A"))._place(there or There(), root)


def saw(state: State, *, phone: int, handler: int) -> None:
    seen, kept = state.place("directory-seen"), state.place("directory-handler")
    state.set_place("directory-seen", [phone, b"p" * 32, *seen[2:]])
    state.set_place("directory-handler", [kept[0], handler, b"h" * 32, kept[3]])


def test_the_number_is_one_more_than_the_newest_part_that_is_near(council: Council, state: State) -> None:
    near = 7 + MAX_VERSION_STEP
    for handler, number, before in (
        (7, 8, b"p"), (6, 8, b"p"), (9, 10, b"h"), (near, near + 1, b"h"), (near + 1, 8, b"p"),
    ):  # fmt: skip
        saw(state, phone=7, handler=handler)
        assert place(council, state) == (number, before * 32)


def test_it_is_above_what_could_not_be_taken_over_if_that_is_near(council: Council, state: State) -> None:
    saw(state, phone=7, handler=7)
    near = 6 + MAX_VERSION_STEP
    for there, number in (
        (There(above=3), 8), (There(above=20), 21), (There(torn=True), 71), (There(above=20, torn=True), 84),
        (There(above=near), near + 1), (There(above=near + 1), 8), (There(above=near, torn=True), 71),
    ):  # fmt: skip
        assert place(council, state, there) == (number, b"p" * 32)
    assert place(council, publisher(council, "A")) == (1, bytes(32))
    assert place(council, publisher(council, "A"), There(above=near + 1)) == (near + 2, bytes(32))


def test_used_up_numbers_begin_again_under_a_newer_root_only(council: Council, state: State) -> None:
    last = MAX_VERSION - MAX_VERSION_STEP
    for version, newer, number in (
        (last, True, last + 1), (last + 1, True, 1), (last + 1, False, last + 2), (7, True, 8),
    ):  # fmt: skip
        saw(state, phone=version, handler=version)
        assert place(council, state, newer=newer) == (number, b"p" * 32)


def test_what_no_reader_would_take_over_is_not_made(council: Council, state: State) -> None:
    saw(state, phone=1, handler=2 + MAX_VERSION_STEP)
    with pytest.raises(DirectoryRefusedError, match="older"):
        edition(council, state, "A")
    saw(state, phone=MAX_VERSION - 1, handler=MAX_VERSION - 1)
    with pytest.raises(DirectoryRefusedError, match="absurdly"):
        edition(council, state, "A")
    saw(state, phone=1, handler=1)
    council.clock.now = float(council.root.expires_at + 1)
    with pytest.raises(DirectoryExpiredError):
        edition(council, state, "A")


# --- the chain of roots -----------------------------------------------------------------------------------


def test_handlers_get_the_whole_chain_or_none_of_it(
    council: Council, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = council.after("A", name="New")
    keep_roots(state, [council.first, second])
    assert edition(council, state, "A").handler.roots == (council.first, second)
    for most, given in ((2, (council.first, second)), (1, ())):
        monkeypatch.setattr("sync.edition.MAX_ROOTS", most)
        assert edition(council, state, "A").handler.roots == given
    monkeypatch.undo()
    late = publisher(council, "A")
    meet(council, late, "A")
    late.set_place("root-pinned", root_hash(second.body))
    keep_roots(late, [second])
    assert edition(council, late, "A").handler.roots == ()


def test_phones_get_as_many_roots_as_fit_and_always_the_newest(
    council: Council, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = council.after("A", name="New")
    keep_roots(state, [council.first, second])
    accept(council, state, "A", edition(council, state, "A"))
    size = len(edition(council, state, "A").phone.encode())
    room = 1_024  # for the head
    for most, count in ((size + room, 2), (size + room - 1, 1), (1, 1)):
        monkeypatch.setattr("sync.edition.MAX_PHONE_BYTES", most)
        assert edition(council, state, "A").phone.roots == (council.first, second)[-count:]


def test_phones_get_no_more_roots_than_they_read() -> None:
    council = Council.of("A", policy=SMALL)
    state = publisher(council, "A")
    meet(council, state, "A")
    chain = [council.first]
    while len(chain) < MAX_PHONE_ROOTS + 1:
        before = Root.decode(chain[-1].body)
        chain.append(people.next_root(before).sign([people.officer("A")]))
    keep_roots(state, chain)
    state.set_place("root-pinned", root_hash(chain[-1].body))
    assert edition(council, state, "A").phone.roots == tuple(chain[1:])


def test_an_edition_that_was_made_is_the_newest_for_who_made_it(council: Council, state: State) -> None:
    made = edition(council, state, "A")
    accept(council, state, "A", made)
    assert client(council, state, "A").seen().head_hash == made.version.hash
    assert edition(council, state, "A").version.previous == made.version.hash
    assert day_of(made.version.issued_at) == TODAY
    assert made.version.expires_at == made.version.issued_at + 49 * DAY
