"""What an outbox keeps, says and forgets, each condition by itself."""

from __future__ import annotations

import contextlib
from dataclasses import replace

from crypto.cells import CellKind, open_cell
from crypto.errors import CellDamagedError
from crypto.ids import DeskId
from crypto.parcels import ParcelKind
from crypto.roster import Role
from sync.membership import Self
from sync.outbox import RESEND_AFTER_S, CellState, Deposit, Outbox
from sync.wallet import FIRST, OWN
from sync.wire import CELL_BYTES
from tests.crypto import people
from tests.crypto.people import OTHER_DESK
from tests.sync.stores import (
    NOW,
    Hands,
    counted,
    day_keys,
    member,
    new_state,
    opening_key,
    parcel,
    phone_outbox,
    put,
)


def test_what_a_phone_announced_goes_again_until_the_desk_confirms_it() -> None:
    clock = Hands()
    outbox = phone_outbox(clock)
    outbox.put_cell(people.DESK, CellKind.ANNOUNCE, b"key")
    for _time in range(2):
        deposit = outbox.pack(day_keys(), {}, last=False)
        assert counted(deposit) == [(1, b"key")]
        outbox.left(deposit)
        clock.now += RESEND_AFTER_S + 1
    assert outbox.confirm(people.DESK, [1]) == [], "it is no item of a person's"
    assert counted(outbox.pack(day_keys(), {}, last=False)) == []
    handler = Outbox(new_state(clock), Self(people.identity("handler")), member("handler", Role.HANDLER))
    handler.put_cell(people.DESK, CellKind.ANNOUNCE, b"key")
    handler.left(handler.pack(day_keys(), {}, last=False))
    clock.now += RESEND_AFTER_S + 1
    assert counted(handler.pack(day_keys(), {}, last=False)) == [], "nobody confirms what handlers say"


def test_each_item_is_said_to_have_left_once() -> None:
    outbox = phone_outbox()
    for code in ("207-0000-0", "207-1111-1"):
        put(outbox, code)
        assert outbox.left(outbox.pack(day_keys(), {}, last=False)) == [(code, 1)]
    assert outbox.left(outbox.pack(day_keys(), {}, last=False)) == []


def test_with_few_desks_each_hears_one_heartbeat_a_session() -> None:
    outbox = phone_outbox()
    desks = [people.DESK, DeskId(b"desk-aaa"), DeskId(b"desk-bbb")]
    keys = {desk: replace(people.day_key(), desk=desk) for desk in desks}
    for _session in range(3):
        deposit, heard = outbox.pack(keys, {}, last=True), list[DeskId]()
        for start in range(0, len(deposit.body), CELL_BYTES):
            for desk in desks:
                with contextlib.suppress(CellDamagedError):
                    sealed = deposit.body[start : start + CELL_BYTES]
                    read = open_cell(sealed, key=replace(opening_key(), desk=desk), org=people.ORG)
                    heard += [desk] * (read.cell.kind is CellKind.HEARTBEAT)
        assert sorted(heard) == sorted(desks)
        outbox.left(deposit)


def test_the_first_day_that_is_needed_is_never_after_the_one_of_the_directory() -> None:
    outbox = phone_outbox()
    assert outbox.first_needed(people.DESK, issued=900) == 900
    put(outbox)
    outbox.state.db.execute("UPDATE sync_parcel SET day = 930")
    assert outbox.first_needed(people.DESK, issued=900) == 900
    assert outbox.first_needed(people.DESK, issued=940) == 930


def test_a_device_without_the_directorys_key_spends_its_first_tokens_and_says_when_it_sent() -> None:
    for key, source in ((None, FIRST), (people.seed("directory"), OWN)):
        mine = replace(member("phone", Role.INTAKE), directory_key=key)
        outbox = Outbox(new_state(), Self(people.identity("phone")), mine)
        assert outbox.last_sent() is None
        outbox.left(outbox.pack({}, {}, last=False))
        assert outbox.last_sent() == NOW
        rows = outbox.state.db.execute("SELECT source FROM sync_token").fetchall()
        assert rows == [(f"{source}-1",)]


# --- one deposit, one desk, one item at a time ----------------------------------------------------------


def states(outbox: Outbox, desk: DeskId = people.DESK) -> dict[int, CellState]:
    rows = outbox.state.db.execute("SELECT counter, state FROM sync_cell WHERE desk = ?", (desk,)).fetchall()
    return {int(counter): CellState(state) for counter, state in rows}


def announced(outbox: Outbox, *desks: DeskId) -> Deposit:
    """One counted cell for each, packed."""
    for desk in desks:
        outbox.put_cell(desk, CellKind.ANNOUNCE, b"key")
    return outbox.pack({desk: replace(people.day_key(), desk=desk) for desk in desks}, {}, last=False)


def test_what_happens_to_a_deposit_happens_to_no_other() -> None:
    outbox = phone_outbox()
    first, second = announced(outbox, people.DESK), announced(outbox, people.DESK)
    outbox.left(first)
    assert outbox.unsent() == [second]
    assert states(outbox) == {1: CellState.LEFT, 2: CellState.PLACED}
    third = announced(outbox, people.DESK)
    outbox.withdraw(second)
    assert outbox.unsent() == [third]
    assert states(outbox) == {1: CellState.LEFT, 2: CellState.WAITING, 3: CellState.PLACED}


def test_what_happens_to_a_counter_of_one_desk_happens_to_no_other_desks() -> None:
    outbox = phone_outbox()
    outbox.put_cell(OTHER_DESK, CellKind.ANNOUNCE, b"key")
    outbox.left(announced(outbox, people.DESK))
    assert states(outbox, OTHER_DESK) == {1: CellState.WAITING}
    assert (outbox.first_to_leave(people.DESK), outbox.first_to_leave(OTHER_DESK)) == (2, 1)
    outbox.left(announced(outbox, OTHER_DESK))
    outbox.put_cell(people.DESK, CellKind.ANNOUNCE, b"waits")
    outbox.confirm(people.DESK, [1, 2])
    assert states(outbox) == {2: CellState.WAITING}, "nobody can have what never left"
    assert states(outbox, OTHER_DESK) == {1: CellState.LEFT, 2: CellState.LEFT}
    assert (outbox.oldest_outstanding(people.DESK), outbox.oldest_outstanding(OTHER_DESK)) == (2, 1)
    outbox.confirm(OTHER_DESK, [2])
    assert states(outbox, OTHER_DESK) == {1: CellState.LEFT}


def test_cells_of_two_desks_under_one_counter_are_confirmed_apart() -> None:
    outbox = phone_outbox()
    mine, theirs = parcel(text="long " * 5_000), parcel("207-1111-1", text="long " * 5_000)
    theirs = replace(theirs, desk=OTHER_DESK)
    keys = {desk: replace(people.day_key(), desk=desk) for desk in (people.DESK, OTHER_DESK)}
    for one, code in ((mine, "207-0000-0"), (theirs, "207-1111-1")):
        outbox.put_parcel(one, kind=ParcelKind.COMPLAINT, code=code)
    outbox.left(outbox.pack(keys, {}, last=False))
    count = len(states(outbox))
    assert count > 1
    assert states(outbox) == states(outbox, OTHER_DESK) == dict.fromkeys(range(1, count + 1), CellState.LEFT)
    assert outbox.confirm(people.DESK, [1]) == []
    assert states(outbox)[1] is CellState.CONFIRMED
    assert states(outbox, OTHER_DESK)[1] is CellState.LEFT
    assert outbox.oldest_outstanding(people.DESK) == 2
    assert outbox.confirm(people.DESK, list(range(1, count + 1))) == [("207-0000-0", 1)]
    assert [item.code for item in outbox.items()] == ["207-1111-1"]


def test_a_cell_that_was_confirmed_goes_no_more_though_its_parcel_is_not_whole() -> None:
    clock = Hands()
    outbox = phone_outbox(clock)
    put(outbox, text="long " * 5_000)
    sent = counted(first := outbox.pack(day_keys(), {}, last=False))
    outbox.left(first)
    outbox.confirm(people.DESK, [1])
    clock.now += RESEND_AFTER_S + 1
    assert counted(outbox.pack(day_keys(), {}, last=False)) == sent[1:]


def test_only_what_is_too_late_is_given_up_and_nothing_with_it() -> None:
    outbox = phone_outbox()
    first, second, third = (put(outbox, f"207-{number}000-0") for number in range(3))
    for late in (first, second):
        outbox.state.db.execute("UPDATE sync_parcel SET late = 1 WHERE id = ?", (late.id,))
    outbox.give_up(third.id)
    assert len(outbox.items()) == 3
    outbox.give_up(first.id)
    assert {item.parcel for item in outbox.items()} == {second.id, third.id}
    assert list(states(outbox)) == [2, 3]


def test_a_handler_forgets_what_has_left_and_keeps_what_waits_and_what_belongs_to_a_parcel() -> None:
    handler = Outbox(new_state(), Self(people.identity("handler")), member("handler", Role.HANDLER))
    handler.put_cell(OTHER_DESK, CellKind.ANNOUNCE, b"waits for a key of that desk")
    put(handler)
    handler.left(announced(handler, people.DESK))
    assert states(handler) == {1: CellState.LEFT}
    assert states(handler, OTHER_DESK) == {1: CellState.WAITING}
