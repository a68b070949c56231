"""What an outbox keeps, says and forgets, each condition by itself."""

from __future__ import annotations

import contextlib
from dataclasses import replace

from crypto.cells import CellKind, open_cell
from crypto.errors import CellDamagedError
from crypto.ids import DeskId
from crypto.roster import Role
from sync.membership import Self
from sync.outbox import RESEND_AFTER_S, Outbox
from sync.wallet import FIRST, OWN
from sync.wire import CELL_BYTES
from tests.crypto import people
from tests.sync.stores import NOW, Hands, counted, day_keys, member, new_state, opening_key, phone_outbox, put


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
