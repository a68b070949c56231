"""What waits to leave a device: counted once, sealed as often as needed, kept until the desk has it."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.cells import CellKind, open_cell, read_heartbeat
from crypto.desk_keys import LINE_GENERATIONS
from crypto.errors import CellDamagedError
from crypto.ids import DeskId
from crypto.parcels import Parcel, ParcelKind
from crypto.roster import Role
from crypto.slot_chains import SlotChain
from sync.errors import TokenRefusedError
from sync.membership import Self
from sync.outbox import HEARTBEATS, RESEND_AFTER_S, CellState, Outbox
from sync.pairwise import device_chains, save_device_chains
from sync.wallet import OWN, take_token
from sync.wire import CELLS_PER_DEPOSIT, COMPLAINTS, DEPOSIT_BYTES_OF, WEEK_SECONDS
from tests.crypto import people
from tests.sync.stores import (
    Hands,
    counted,
    day_keys,
    member,
    new_state,
    opened,
    opening_key,
    phone_outbox,
    put,
)

CODES = [f"207-000{n}-0" for n in range(10)]


def states(outbox: Outbox) -> dict[int, int]:
    rows = outbox.state.db.execute("SELECT counter, state FROM sync_cell ORDER BY counter").fetchall()
    return {int(counter): int(state) for counter, state in rows}


def test_a_parcel_is_deposited_and_stays_until_the_desk_confirms_it() -> None:
    outbox = phone_outbox()
    put(outbox, CODES[0])
    assert outbox.waiting() == 1
    deposit = outbox.pack(day_keys(), {}, last=False)
    assert outbox.waiting() == 1, "packed is not deposited"
    assert outbox.left(deposit) == [(CODES[0], 1)]
    assert outbox.waiting() == 0
    assert [item.code for item in outbox.items()] == [CODES[0]]
    assert outbox.confirm(people.DESK, [1]) == [(CODES[0], 1)]
    assert outbox.items() == []
    for table in ("sync_cell", "sync_parcel", "sync_deposit"):
        assert outbox.state.db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_a_parcel_of_several_cells_is_left_and_confirmed_only_when_all_are() -> None:
    outbox = phone_outbox()
    put(outbox, CODES[0], text="long " * 30_000)
    cells = outbox.highest_counter(people.DESK)
    assert cells > CELLS_PER_DEPOSIT
    first = outbox.pack(day_keys(), {}, last=False)
    assert outbox.left(first) == []
    assert outbox.waiting() == 1
    second = outbox.pack(day_keys(), {}, last=False)
    assert outbox.left(second) == [(CODES[0], 1)]
    assert outbox.confirm(people.DESK, list(range(2, cells + 1))) == []
    assert len(outbox.items()) == 1
    assert outbox.confirm(people.DESK, [1]) == [(CODES[0], 1)]


def test_a_counter_is_never_used_again_even_after_everything_was_confirmed() -> None:
    outbox = phone_outbox()
    seen: list[int] = []
    for code in CODES[:4]:
        put(outbox, code)
        deposit = outbox.pack(day_keys(), {}, last=True)
        seen += [counter for counter, _body in counted(deposit)]
        outbox.left(deposit)
        outbox.confirm(people.DESK, seen)
    assert seen == [1, 2, 3, 4]
    assert outbox.highest_counter(people.DESK) == 4


def test_every_desk_has_its_own_counters() -> None:
    outbox = phone_outbox()
    assert [outbox.put_cell(people.DESK, CellKind.ANNOUNCE, b"a") for _ in range(2)] == [1, 2]
    assert outbox.put_cell(people.OTHER_DESK, CellKind.ANNOUNCE, b"a") == 1


def test_what_nobody_confirmed_for_three_days_goes_again_with_the_same_counter_and_body() -> None:
    clock = Hands()
    outbox = phone_outbox(clock)
    put(outbox, CODES[0])
    first = outbox.pack(day_keys(), {}, last=False)
    outbox.left(first)
    clock.now += RESEND_AFTER_S
    assert counted(outbox.pack(day_keys(), {}, last=False)) == [], "three days are not over"
    clock.now += 1
    again = outbox.pack(day_keys(), {}, last=False)
    assert counted(again) == counted(first)
    assert again.body != first.body
    assert again.token != first.token
    outbox.left(again)
    clock.now += RESEND_AFTER_S - 10
    assert counted(outbox.pack(day_keys(), {}, last=False)) == []


def test_what_waits_goes_before_what_is_sent_again() -> None:
    clock = Hands()
    outbox = phone_outbox(clock)
    for code in CODES[:8]:
        put(outbox, code)
    outbox.left(outbox.pack(day_keys(), {}, last=False))
    clock.now += RESEND_AFTER_S + 1
    put(outbox, CODES[8])
    deposit = outbox.pack(day_keys(), {}, last=False)
    assert counted(deposit)[0][0] == 9
    assert [counter for counter, _ in counted(deposit)[1:]] == [1, 2, 3, 4, 5, 6, 7]


def test_a_refused_deposit_is_sealed_afresh_under_another_token_and_number() -> None:
    outbox = phone_outbox()
    put(outbox, CODES[0])
    refused = outbox.pack(day_keys(), {}, last=False)
    outbox.withdraw(refused)
    assert outbox.unsent() == []
    assert states(outbox) == {1: CellState.WAITING}
    again = outbox.pack(day_keys(), {}, last=False)
    assert counted(again) == counted(refused)
    assert (again.id, again.token, again.body) != (refused.id, refused.token, refused.body)
    assert again.id != refused.id
    assert again.token != refused.token
    assert not set(cut(again.body)) & set(cut(refused.body)), "no cell twice at the relay"


def cut(body: bytes) -> list[bytes]:
    return [body[start : start + 16_384] for start in range(0, len(body), 16_384)]


def test_an_unsent_deposit_is_kept_exactly_as_it_was_packed() -> None:
    outbox = phone_outbox()
    put(outbox, CODES[0])
    deposit = outbox.pack(day_keys(), {}, last=True)
    assert Outbox(outbox.state, outbox.me, outbox.member).unsent() == [deposit]
    assert deposit.token not in repr(deposit).encode()
    outbox.left(deposit)
    assert outbox.unsent() == []


def test_a_deposit_and_its_token_are_stored_before_anything_is_sent_or_not_at_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outbox = phone_outbox(limit=1)
    put(outbox, CODES[0])
    kept = outbox.pack(day_keys(), {}, last=False)
    assert outbox.unsent() == [kept]
    put(outbox, CODES[1])
    before = states(outbox)
    with pytest.raises(TokenRefusedError, match="used up its sendings of this week"):
        outbox.pack(day_keys(), {}, last=False)
    assert states(outbox) == before, "nothing was placed into a deposit that has no token"
    assert outbox.unsent() == [kept]


def test_tokens_are_spent_in_order_and_none_twice_also_after_a_new_start() -> None:
    state = new_state()
    seed = member("phone", Role.INTAKE).tokens
    spent = [take_token(state, seed, source=OWN) for _ in range(20)]
    week = people.WEEK
    assert spent == [seed.token(week=week, index=index) for index in range(20)]


def test_a_new_week_has_its_own_tokens() -> None:
    clock = Hands()
    state = new_state(clock)
    seed = member("phone", Role.INTAKE, limit=2).tokens
    first = [take_token(state, seed, source=OWN) for _ in range(2)]
    with pytest.raises(TokenRefusedError):
        take_token(state, seed, source=OWN)
    clock.now += WEEK_SECONDS
    second = [take_token(state, seed, source=OWN) for _ in range(2)]
    assert second == [seed.token(week=people.WEEK + 1, index=index) for index in range(2)]
    assert not set(first) & set(second)
    clock.now -= WEEK_SECONDS  # a clock that was set back spends no token twice
    with pytest.raises(TokenRefusedError):
        take_token(state, seed, source=OWN)


def test_a_clock_that_was_weeks_ahead_for_a_while_spends_no_token_twice() -> None:
    clock = Hands()
    state = new_state(clock)
    seed = member("phone", Role.INTAKE).tokens
    spent = {take_token(state, seed, source=OWN)}
    clock.now += 6 * WEEK_SECONDS
    spent.add(take_token(state, seed, source=OWN))
    clock.now -= 6 * WEEK_SECONDS
    spent.add(take_token(state, seed, source=OWN))
    assert len(spent) == 3


def test_the_sentence_for_used_up_tokens_says_what_to_do() -> None:
    with pytest.raises(TokenRefusedError) as caught:
        take_token(new_state(), member("phone", Role.INTAKE, limit=0).tokens, source=OWN)
    assert str(caught.value).count(".") == 1
    assert "week" in caught.value.next_step


def test_a_heartbeat_says_how_far_the_device_has_deposited_and_no_further() -> None:
    outbox = phone_outbox()
    for code in CODES:
        put(outbox, code)
    deposit = outbox.pack(day_keys(), {}, last=True)
    heartbeats = [cell.cell for cell in opened(deposit) if cell.cell.kind is CellKind.HEARTBEAT]
    assert [beat.counter for beat in heartbeats] == [7]
    assert len(counted(deposit)) == 7


def test_announcements_go_first_and_nothing_is_said_of_what_waits_behind_them() -> None:
    outbox = phone_outbox()
    for code in CODES:
        put(outbox, code)
    outbox.put_cell(people.DESK, CellKind.ANNOUNCE, b"key")
    deposit = outbox.pack(day_keys(), {}, last=True)
    assert [counter for counter, _ in counted(deposit)] == [11, 1, 2, 3, 4, 5, 6]
    assert opened(deposit)[-1].cell.counter == 6


def test_a_desk_without_a_key_holds_up_no_other_desk() -> None:
    outbox = phone_outbox()
    closed = DeskId(b"desk-000")
    for _ in range(12):
        outbox.put_cell(closed, CellKind.ANNOUNCE, b"for a desk that has no key yet")
    put(outbox, CODES[0])
    assert [counter for counter, _ in counted(outbox.pack(day_keys(), {}, last=False))] == [1]
    outbox.pack(day_keys(), {}, last=False)


# --- what a desk is told of the days it must keep ---------------------------------------------


def put_for(outbox: Outbox, day: int, code: str, desk: DeskId = people.DESK) -> bytes:
    """A parcel that is sealed to this day's key."""
    made = Parcel(people.seed(code)[:16], desk, 3, day, b"sealed")
    with outbox.state.transaction():
        outbox.put_parcel(made, kind=ParcelKind.COMPLAINT, code=code)
    return made.id


def sinces(outbox: Outbox, *, issued: int) -> list[int]:
    deposit = outbox.pack(day_keys(), {}, last=True, issued=issued)
    outbox.left(deposit)
    return [read_heartbeat(one.cell.body) for one in opened(deposit) if one.cell.kind is CellKind.HEARTBEAT]


def test_a_heartbeat_says_the_first_day_whose_key_may_still_be_needed() -> None:
    outbox = phone_outbox()
    assert sinces(outbox, issued=900) == [900], "with nothing finished: it never seals to an earlier day"
    put_for(outbox, 850, CODES[0])
    put_for(outbox, 930, CODES[1])
    put_for(outbox, 1, CODES[2], desk=people.OTHER_DESK)
    assert sinces(outbox, issued=900) == [850]
    assert sinces(outbox, issued=940) == [850], "left is not confirmed"
    outbox.confirm(people.DESK, [1])
    assert sinces(outbox, issued=940) == [930]
    outbox.confirm(people.DESK, [2])
    assert sinces(outbox, issued=940) == [940]


def test_heartbeats_go_to_the_own_desk_always_and_to_the_others_in_turn() -> None:
    outbox = phone_outbox()
    desks = {DeskId(b"desk-%03d" % number): number for number in range(7)}
    openings = {desk: people.desk_seed(day=people.TODAY).opening_key for desk in [people.DESK, *desks]}
    keys = {desk: replace(people.day_key(), desk=desk) for desk in openings}
    heard: list[list[DeskId]] = []
    for _ in range(6):
        deposit = outbox.pack(keys, {}, last=True)
        found = []
        for sealed in cut(deposit.body):
            for desk, opening in openings.items():
                with contextlib.suppress(CellDamagedError):
                    read = open_cell(sealed, key=replace(opening, desk=desk), org=people.ORG)
                    if read.cell.kind is CellKind.HEARTBEAT:
                        found.append(desk)
        heard.append(found)
        outbox.left(deposit)
    assert all(people.DESK in found and len(found) == HEARTBEATS for found in heard)
    others = [desk for found in heard for desk in found if desk != people.DESK]
    assert {desk: others.count(desk) for desk in desks} == {
        desk: 3 if number < 4 else 2 for desk, number in desks.items()
    }


def test_dummies_go_to_every_desk() -> None:
    outbox = phone_outbox()
    keys = {
        people.DESK: people.day_key(),
        people.OTHER_DESK: replace(people.day_key(), desk=people.OTHER_DESK),
    }
    deposits = [outbox.pack(keys, {}, last=False) for _ in range(12)]
    own = 0
    for deposit in deposits:
        for sealed in cut(deposit.body):
            with contextlib.suppress(CellDamagedError):
                open_cell(sealed, key=opening_key(), org=people.ORG)
                own += 1
    assert 20 < own < 76, "about half of 96"


def test_a_handler_sends_no_heartbeat() -> None:
    outbox = Outbox(new_state(), Self(people.identity("handler")), member("handler", Role.HANDLER))
    assert {one.cell.kind for one in opened(outbox.pack(day_keys(), {}, last=True))} == {CellKind.DUMMY}


# --- too late ---------------------------------------------------------------------------------


def test_what_the_desk_can_no_longer_read_is_shown_and_not_sent_again() -> None:
    clock = Hands()
    outbox = phone_outbox(clock)
    late, sent = put_for(outbox, 850, CODES[0]), put_for(outbox, 860, CODES[1])
    outbox.left(outbox.pack(day_keys(), {}, last=False))
    put_for(outbox, 849, CODES[2])
    put_for(outbox, 870, CODES[3])
    clock.now += RESEND_AFTER_S + 1
    outbox.note_readable(people.DESK, 860)
    outbox.note_readable(people.OTHER_DESK, 990)
    shown = {item.code: item.too_late for item in outbox.items()}
    assert shown == {CODES[0]: True, CODES[1]: False, CODES[2]: True, CODES[3]: False}
    assert outbox.waiting() == 1, "what will never leave does not wait"
    deposit = outbox.pack(day_keys(), {}, last=True, issued=900)
    assert [counter for counter, _body in counted(deposit)] == [4, 2]
    beat = next(one for one in opened(deposit) if one.cell.kind is CellKind.HEARTBEAT)
    assert beat.cell.counter == 4, "the desk must notice that number 3 will not come"
    assert read_heartbeat(beat.cell.body) == 860, "no key need be kept for what is given up"
    outbox.note_readable(people.DESK, 840)
    assert not any(item.too_late for item in outbox.items()), "another publisher still has the key"
    assert outbox.confirm(people.DESK, [1]) == [(CODES[0], 1)], "one that came after all is confirmed"
    outbox.give_up(sent)
    outbox.give_up(late)
    assert len(outbox.items()) == 3, "only what is too late can be given up"


def test_what_is_too_late_keeps_its_slot_keys_until_it_is_given_up() -> None:
    """A later directory may say that it can be read after all: with random slots it would be refuted."""
    outbox = phone_outbox()
    late = put_for(outbox, 850, CODES[0])
    put_for(outbox, 870, CODES[1])
    outbox.left(outbox.pack(day_keys(), {}, last=False))
    handler = people.device("handler")
    save_device_chains(outbox.state, people.DESK, {handler: (SlotChain.begin(people.seed("slot"), first=1),)})
    outbox.note_readable(people.DESK, 860)
    assert outbox.confirm(people.DESK, [2]) == [(CODES[1], 1)]
    outbox.note_readable(people.DESK, 840)
    assert [item.too_late for item in outbox.items()] == [False]
    (chain,) = device_chains(outbox.state, people.DESK)[handler]
    assert chain.counter == 1
    outbox.note_readable(people.DESK, 860)
    outbox.give_up(late)
    outbox.confirm(people.DESK, [2])
    (chain,) = device_chains(outbox.state, people.DESK)[handler]
    assert chain.counter == 3, "what was given up holds nothing back"


def test_a_line_that_disappears_again_makes_nothing_too_late_and_deletes_nothing() -> None:
    outbox = phone_outbox()
    parcel = put_for(outbox, 850, CODES[0])
    outbox.note_readable(people.DESK, 0, generation=LINE_GENERATIONS)
    outbox.left(outbox.pack(day_keys(), {}, last=True))
    assert [(item.parcel, item.too_late) for item in outbox.items()] == [(parcel, True)]
    outbox.note_readable(people.DESK, 0, generation=LINE_GENERATIONS - 1)
    assert [(item.parcel, item.too_late) for item in outbox.items()] == [(parcel, False)]
    assert [counter for counter, _body in counted(outbox.pack(day_keys(), {}, last=True))] == [1]


def test_what_was_sealed_before_a_desk_lost_its_keys_is_too_late() -> None:
    outbox = phone_outbox()
    put_for(outbox, 850, CODES[0])
    outbox.note_readable(people.DESK, 0, generation=LINE_GENERATIONS - 1)
    assert not outbox.items()[0].too_late
    outbox.note_readable(people.DESK, 0, generation=LINE_GENERATIONS)
    assert outbox.items()[0].too_late


def test_what_is_too_late_stays_until_a_person_has_taken_note() -> None:
    outbox = phone_outbox()
    late = put_for(outbox, 850, CODES[0])
    outbox.note_readable(people.DESK, 860)
    for _ in range(3):
        outbox.left(outbox.pack(day_keys(), {}, last=True))
    assert [item.parcel for item in outbox.items()] == [late]
    outbox.give_up(late)
    assert outbox.items() == []
    assert states(outbox) == {}


def test_what_left_while_the_clock_was_ahead_goes_again_when_it_is_right() -> None:
    clock = Hands()
    outbox = phone_outbox(clock)
    put(outbox, CODES[0])
    clock.now += 60 * 86_400
    first = outbox.pack(day_keys(), {}, last=False)
    outbox.left(first)
    clock.now -= 60 * 86_400
    again = outbox.pack(day_keys(), {}, last=False)
    assert counted(again) == counted(first)
    outbox.left(again)
    assert counted(outbox.pack(day_keys(), {}, last=False)) == []


@settings(max_examples=25)
@given(waiting=st.integers(0, 20), last=st.booleans(), known=st.booleans())
def test_a_deposit_has_one_size_and_eight_cells_whatever_waits(waiting: int, last: bool, known: bool) -> None:
    outbox = phone_outbox()
    for number in range(waiting):
        outbox.put_cell(people.DESK, CellKind.PARCEL, bytes(number))
    deposit = outbox.pack(day_keys() if known else {}, {}, last=last)
    assert len(deposit.body) == DEPOSIT_BYTES_OF[COMPLAINTS]
    assert len(set(cut(deposit.body))) == CELLS_PER_DEPOSIT
    if known:
        cells = opened(deposit)
        beats = [cell for cell in cells if cell.cell.kind is CellKind.HEARTBEAT]
        assert len(beats) == last
        assert len(counted(deposit)) == min(waiting, CELLS_PER_DEPOSIT - last)
    else:
        assert states(outbox) == dict.fromkeys(range(1, waiting + 1), CellState.WAITING)


@settings(max_examples=40)
@given(steps=st.lists(st.sampled_from(["put", "pack", "left", "withdraw", "confirm", "later"]), max_size=40))
def test_in_any_order_of_events_a_counter_has_one_body_and_nothing_unconfirmed_is_forgotten(
    steps: list[str],
) -> None:
    clock = Hands()
    outbox = phone_outbox(clock)
    bodies: dict[int, bytes] = {}
    packed: list[int] = []
    unconfirmed: set[str] = set()
    for number, step in enumerate(steps):
        match step:
            case "put":
                put(outbox, f"207-{number}")
                unconfirmed.add(f"207-{number}")
            case "pack" if not outbox.unsent():
                for counter, body in counted(outbox.pack(day_keys(), {}, last=True)):
                    assert bodies.setdefault(counter, body) == body
                    packed.append(counter)
            case "left" if outbox.unsent():
                outbox.left(outbox.unsent()[0])
            case "withdraw" if outbox.unsent():
                outbox.withdraw(outbox.unsent()[0])
            case "confirm" if packed:
                taken = packed[: len(packed) // 2 + 1]
                unconfirmed -= {code for code, _kind in outbox.confirm(people.DESK, taken)}
            case "later":
                clock.now += RESEND_AFTER_S + 1
        assert {item.code for item in outbox.items()} == unconfirmed
    counters = [
        int(row[0]) for row in outbox.state.db.execute("SELECT counter FROM sync_cell ORDER BY counter")
    ]
    assert all(one < other for one, other in pairwise(counters))


def test_a_handler_keeps_nothing_of_what_left_because_nobody_confirms_it() -> None:
    outbox = Outbox(new_state(), Self(people.identity("handler")), member("handler", Role.HANDLER))
    outbox.put_cell(people.DESK, CellKind.OPERATION, b"op")
    outbox.left(outbox.pack(day_keys(), {}, last=True))
    assert states(outbox) == {}
    assert outbox.put_cell(people.DESK, CellKind.OPERATION, b"op") == 2
