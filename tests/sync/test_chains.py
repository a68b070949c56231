"""The operations of a handler as a chain: gaps, forks, and an end that is withheld."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from crypto.announcements import ChainHead, read_announcement, sign_announcement
from crypto.cells import CellKind
from crypto.encoding import encode
from crypto.operations import CHAIN_START, SignedOperation, link_hash
from crypto.roster import Role
from sync.chains import LINK, head_to_say, take_head, take_link
from sync.integrity import OPERATIONS, Fork, Line, forks, missing
from sync.membership import Self
from sync.outbox import Outbox
from sync.state import State
from tests.crypto import people
from tests.sync.stores import day_keys, member, new_state
from tests.sync.test_inbox import Desk, cell

OTHER = "other handler"
LINE = Line(people.device(OTHER), people.DESK, 0)


def chain(count: int, *, say: str = "op") -> list[bytes]:
    """The signed operations 1 … count of the other handler."""
    wires, previous = [], CHAIN_START
    for number in range(1, count + 1):
        link = SignedOperation(people.device(OTHER), number, previous, {"say": f"{say} {number}"})
        wires.append(link.sign(people.identity(OTHER)))
        previous = link_hash(wires[-1])
    return wires


def take(state: State, *wires: bytes, from_start: bool = True) -> None:
    for wire in wires:
        take_link(state, LINE, SignedOperation.claimed(wire), wire, from_start=from_start)


def head(number: int, wires: list[bytes]) -> ChainHead:
    return ChainHead(people.DESK, number, link_hash(wires[number - 1]))


def gaps(state: State) -> list[tuple[int, int]]:
    assert all(run.kind == "operation" for run in missing(state))
    return [(run.first, run.last) for run in missing(state)]


def test_a_chain_that_comes_whole_in_any_order_has_no_gap_and_no_fork() -> None:
    state, wires = new_state(), chain(20)
    random.Random(1).shuffle(wires)
    take(state, *wires, *wires[:5])
    assert gaps(state) == []
    assert forks(state) == []


def test_an_operation_that_was_left_out_is_missing_until_it_comes() -> None:
    state, wires = new_state(), chain(9)
    take(state, wires[0], wires[1], wires[5])
    assert gaps(state) == [(3, 5)]
    take(state, wires[3])
    assert gaps(state) == [(3, 3), (5, 5)]
    take(state, wires[2], wires[4])
    assert gaps(state) == []


def test_an_end_that_is_withheld_is_noticed_through_the_head() -> None:
    state, wires = new_state(), chain(7)
    take(state, *wires[:4])
    take_head(state, LINE, head(4, wires), from_start=True)
    assert gaps(state) == []
    take_head(state, LINE, head(7, wires), from_start=True)
    assert gaps(state) == [(5, 7)]
    take_head(state, LINE, head(6, wires), from_start=True)
    assert gaps(state) == [(5, 7)], "an older head takes nothing back"
    take(state, *wires[4:])
    assert gaps(state) == []
    assert forks(state) == []


def test_two_operations_under_one_number_are_a_fork() -> None:
    state = new_state()
    take(state, *chain(3), chain(3, say="another")[1])
    assert Fork(LINE.device, people.DESK, 2, "operation") in forks(state)


def test_a_chain_that_goes_on_from_another_operation_is_a_fork_whichever_comes_first() -> None:
    mine, other = chain(3), chain(3, say="another")
    for order in ([mine[0], mine[1], other[2]], [other[2], mine[1], mine[0]]):
        state = new_state()
        take(state, *order)
        assert [fork.kind for fork in forks(state)] == ["operation"]
    state = new_state()
    wrong_start = SignedOperation(people.device(OTHER), 1, bytes(31) + b"\1", {}).sign(people.identity(OTHER))
    take(state, wrong_start)
    assert len(forks(state)) == 1


def test_a_head_that_names_another_operation_is_a_fork_whichever_comes_first() -> None:
    mine, other = chain(3), chain(3, say="another")
    state = new_state()
    take(state, *mine)
    take_head(state, LINE, head(2, other), from_start=True)
    assert forks(state) == [Fork(LINE.device, people.DESK, 2, "operation")]
    state = new_state()
    take_head(state, LINE, head(3, other), from_start=True)
    take(state, *mine)
    assert forks(state) == [Fork(LINE.device, people.DESK, 3, "operation")]
    state = new_state()
    take_head(state, LINE, head(3, mine), from_start=True)
    take_head(state, LINE, head(3, other), from_start=True)
    assert forks(state) == [Fork(LINE.device, people.DESK, 3, "operation")]


def test_a_head_that_is_said_again_is_no_fork_and_an_older_one_changes_nothing() -> None:
    state, wires, others = new_state(), chain(10), chain(10, say="another")
    for number in (10, 10, 4):
        take_head(state, LINE, head(number, wires), from_start=True)
    assert forks(state) == []
    take_head(state, LINE, head(10, others), from_start=True)
    assert [fork.counter for fork in forks(state)] == [10]


def test_to_a_newcomer_what_was_done_before_is_not_missing() -> None:
    state, wires = new_state(), chain(9)
    take(state, wires[4], wires[5], wires[7], from_start=False)
    assert gaps(state) == [(7, 7)]
    assert forks(state) == []
    take(state, wires[2], from_start=False)
    assert gaps(state) == [(7, 7)]
    late = new_state()
    take_head(late, LINE, head(5, wires), from_start=False)
    assert gaps(late) == []
    take_head(late, LINE, head(9, wires), from_start=False)
    assert gaps(late) == [(6, 9)]


def test_an_absurd_head_costs_one_row() -> None:
    state = new_state()
    take_head(state, LINE, ChainHead(people.DESK, 2**48 - 1, bytes(32)), from_start=True)
    assert state.db.execute("SELECT count(*) FROM sync_gap_run").fetchone() == (1,)


@given(st.lists(st.integers(1, 12), max_size=20), st.integers(0, 12))
def test_missing_is_what_did_not_come_up_to_the_highest_heard_of(order: list[int], said: int) -> None:
    state, wires = new_state(), chain(12)
    take(state, *[wires[number - 1] for number in order])
    if said:
        take_head(state, LINE, head(said, wires), from_start=True)
    shown = {number for first, last in gaps(state) for number in range(first, last + 1)}
    assert shown == set(range(1, max([0, said, *order]) + 1)) - set(order)
    assert forks(state) == []


# --- in cells ------------------------------------------------------------------------------


def announced(said: ChainHead, *, by: str = OTHER) -> bytes:
    body = sign_announcement(said, by=people.identity(by), org=people.ORG)
    return cell(CellKind.ANNOUNCE, 1, body, sender=by, key=None)


def operations(*wires: bytes, sender: str = OTHER) -> bytes:
    return cell(CellKind.OPERATION, 1, encode(list(wires)), sender=sender, key=None)


def test_a_page_with_operations_and_head_in_any_order_is_complete() -> None:
    wires = chain(4)
    page = [operations(*wires[:2]), operations(*wires[2:]), announced(head(4, wires))]
    for order in (1, -1):
        desk = Desk()
        desk.take(*page[::order])
        assert missing(desk.state) == []
        assert [op["say"] for _device, op in desk.shelf.operations][:1]
    desk = Desk()
    desk.take(page[0])
    desk.take(page[2])
    assert [(run.kind, run.first, run.last, run.device) for run in missing(desk.state)] == [
        ("operation", 3, 4, LINE.device)
    ]


def test_nobody_but_a_handler_of_the_desk_has_a_chain_here() -> None:
    desk, wires = Desk(), chain(4)
    desk.take(announced(head(4, wires), by="phone"), announced(head(4, wires), by="nobody"))
    elsewhere = sign_announcement(
        ChainHead(people.OTHER_DESK, 4, bytes(32)), by=people.identity(OTHER), org=people.ORG
    )
    desk.take(cell(CellKind.ANNOUNCE, 1, elsewhere, sender=OTHER, key=None))
    assert missing(desk.state) == []
    assert desk.state.db.execute("SELECT count(*) FROM sync_chain").fetchone() == (0,)


def test_a_forked_operation_is_taken_all_the_same_so_that_every_desk_folds_the_same() -> None:
    desk = Desk()
    desk.take(operations(*chain(2)), operations(chain(2, say="another")[1]))
    assert sorted(op["say"] for _device, op in desk.shelf.operations) == ["another 2", "op 1", "op 2"]
    assert len(forks(desk.state)) == 1


# --- the own chain -------------------------------------------------------------------------


def test_a_head_is_said_once_for_what_has_left() -> None:
    outbox = Outbox(new_state(), Self(people.identity(OTHER)), member(OTHER, Role.HANDLER))
    state, wires = outbox.state, chain(3)
    assert head_to_say(state, people.DESK) is None
    outbox.put_cell(people.DESK, CellKind.OPERATION, encode(wires[:2]))
    state.set_place(LINK, [2, link_hash(wires[1])])
    assert head_to_say(state, people.DESK) is None, "what waits for its turn is not missing"
    outbox.left(outbox.pack(day_keys(), {}, last=False))
    assert head_to_say(state, people.DESK) == head(2, wires)
    assert head_to_say(state, people.DESK) is None
    outbox.put_cell(people.DESK, CellKind.OPERATION, encode(wires[2:]))
    state.set_place(LINK, [3, link_hash(wires[2])])
    deposit = outbox.pack(day_keys(), {}, last=False)
    assert head_to_say(state, people.DESK) is None, "stored is not at the relay"
    outbox.left(deposit)
    said = head_to_say(state, people.DESK)
    assert said == head(3, wires)
    body = sign_announcement(said, by=people.identity(OTHER), org=people.ORG)
    assert read_announcement(body, identity_public=people.identity(OTHER).public, org=people.ORG) == said


def test_the_numbers_of_operations_and_cells_are_counted_apart() -> None:
    state = new_state()
    take(state, chain(3)[2])
    assert {run.kind for run in missing(state)} == {"operation"}
    assert OPERATIONS == 1
