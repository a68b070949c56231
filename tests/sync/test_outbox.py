"""What waits to leave a device: counted once, sealed as often as needed, kept until the desk has it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.cells import CellKind
from crypto.ids import DeskId
from crypto.roster import Role
from sync.errors import TokenRefusedError
from sync.membership import Self
from sync.outbox import RESEND_AFTER_S, CellState, Outbox
from sync.wallet import OWN, take_token
from sync.wire import CELLS_PER_DEPOSIT, COMPLAINTS, DEPOSIT_BYTES_OF, WEEK_SECONDS
from tests.crypto import people
from tests.sync.stores import Hands, counted, day_keys, member, new_state, opened, phone_outbox, put

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
