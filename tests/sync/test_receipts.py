"""A handler who joins later is told by one who was there who sent what; and only by one who may say it."""

from __future__ import annotations

import pytest

from crypto.announcements import Receipt, Receipts, sign_announcement
from crypto.cells import CellKind
from crypto.desk_keys import day_of
from crypto.ids import DeskId, DeviceId
from crypto.parcels import Parcel, cut
from crypto.roster import Role, Roster, sign_statement
from sync.membership import Self
from sync.outbox import Outbox
from sync.receipts import RECEIPT_DAYS, attested_by, note_shown, say_receipts
from sync.state import State
from sync.windows import note_page_day
from tests.crypto import people
from tests.sync.stores import NOW, Hands, member, new_state, parcel
from tests.sync.test_inbox import PHONE, Desk, cell, introduction, pieces

OTHER = "other handler"
DAY = 86_400


def receipt(made: Parcel, *, device: DeviceId = PHONE, digest: bytes | None = None) -> Receipt:
    return Receipt(device, made.id, made.digest if digest is None else digest)


def said(*entries: Receipt, by: str = OTHER, desk: DeskId = people.DESK) -> bytes:
    body = sign_announcement(Receipts(desk, entries), by=people.identity(by), org=people.ORG)
    return cell(CellKind.ANNOUNCE, 1, body, sender=by, key=None)


def unproven(made: Parcel) -> list[bytes]:
    """The cells of a parcel whose sender this handler cannot check."""
    return [
        cell(CellKind.PARCEL, 2 + place, chunk.to_body(), key=people.seed("for an earlier handler"))
        for place, chunk in enumerate(cut(made))
    ]


def shown(desk: Desk) -> list[tuple[bool | None, DeviceId | None]]:
    return [(one.authentic, one.attested_by) for one in desk.shelf.parcels]


@pytest.mark.parametrize("text", ["told", "long " * 9_000])
def test_a_parcel_and_its_receipt_may_come_in_any_order_and_in_one_page(text: str) -> None:
    by = people.device(OTHER)
    first, after, together = Desk(), Desk(), Desk()
    made = parcel(text=text)
    first.take(said(receipt(made)))
    first.take(*unproven(made))
    assert shown(first) == [(None, by)]
    after.take(*unproven(made))
    assert shown(after) == [(None, None)]
    after.take(said(receipt(made)))
    assert shown(after) == [(None, None), (None, by)]
    assert after.shelf.parcels[0].id == after.shelf.parcels[1].id
    assert after.shelf.parcels[1].payload == {"text": text}
    after.take(said(receipt(made)), *unproven(made))
    assert len(after.shelf.parcels) == 2, "once"
    together.take(*unproven(made), said(receipt(made)))
    assert shown(together) == [(None, by)]
    for desk in (first, after, together):
        assert desk.state.db.execute("SELECT count(*) FROM sync_chunk").fetchone() == (0,)
        assert desk.confirms() == 0, "a receipt is another's word: the phone is not told that it came here"


def test_a_receipt_vouches_for_that_parcel_of_that_device_and_nothing_else() -> None:
    made = parcel()
    for wrong in (
        receipt(made, digest=bytes(32)),
        receipt(made, device=people.device("other")),
        receipt(Parcel(bytes(16), made.desk, made.generation, made.day, made.sealed)),
    ):
        desk = Desk()
        desk.take(said(wrong))
        desk.take(*unproven(made))
        assert shown(desk) == [(None, None)]
        desk.take(said(wrong))
        assert shown(desk) == [(None, None)]


def test_the_digest_covers_the_desk_the_key_and_every_byte() -> None:
    made = parcel()
    others = [
        Parcel(made.id, people.OTHER_DESK, made.generation, made.day, made.sealed),
        Parcel(made.id, made.desk, made.generation + 1, made.day, made.sealed),
        Parcel(made.id, made.desk, made.generation, made.day + 1, made.sealed),
        Parcel(made.id, made.desk, made.generation, made.day, made.sealed[:-1] + b"\0"),
    ]
    assert len({made.digest, *(other.digest for other in others)}) == 5


@pytest.mark.parametrize("by", ["phone", "nobody"])
def test_only_handlers_vouch(by: str) -> None:
    desk, made = Desk(), parcel()
    desk.take(said(receipt(made), by=by))
    desk.take(*unproven(made))
    assert shown(desk) == [(None, None)]


def test_a_handler_of_another_desk_does_not_vouch_here() -> None:
    desk, made = Desk(), parcel()
    desk.take(said(receipt(made), desk=people.OTHER_DESK))
    assert desk.state.db.execute("SELECT count(*) FROM sync_receipt").fetchone() == (0,)


def test_a_receipt_for_what_is_refuted_or_under_anothers_code_changes_nothing() -> None:
    desk = Desk()
    desk.take(introduction())
    made = parcel()
    desk.take(said(receipt(made)))
    desk.take(*unproven(made))
    assert shown(desk) == [(False, None)]
    foreign, strange = Desk(), parcel("305-0000-0")
    foreign.take(said(receipt(strange)))
    foreign.take(*unproven(strange))
    assert shown(foreign) == [(False, None)]


def test_what_is_proven_later_is_shown_as_proven() -> None:
    desk, made = Desk(), parcel()
    desk.take(*unproven(made))
    desk.take(said(receipt(made)))
    desk.take(introduction())
    sent = [cell(CellKind.PARCEL, 2 + chunk.index, chunk.to_body()) for chunk in cut(made)]
    desk.take(*sent)
    assert shown(desk)[-1] == (True, None)
    assert desk.state.db.execute("SELECT count(*) FROM sync_chunk").fetchone() == (0,)


# --- who says them -------------------------------------------------------------------------


def roster(newcomer_at: int) -> Roster:
    newcomer = sign_statement(
        people.admission(OTHER, Role.HANDLER, slot=1, at=newcomer_at), by=[people.officer()]
    )
    statements = [people.signed_admission("handler", Role.HANDLER), newcomer]
    return Roster.verify(statements, root=people.first_root(), org=people.ORG)


def handler(clock: Hands) -> Outbox:
    return Outbox(new_state(clock), Self(people.identity("handler")), member("handler", Role.HANDLER))


def say(outbox: Outbox, newcomer_at: int) -> int:
    """How many cells of receipts a session makes."""
    before = outbox.highest_counter(people.DESK)
    say_receipts(outbox.state, me=outbox.me, member=outbox.member, roster=roster(newcomer_at), outbox=outbox)
    return outbox.highest_counter(people.DESK) - before


def show(state: State, count: int, *, start: int = 0) -> None:
    for number in range(start, start + count):
        note_shown(state, PHONE, Parcel(b"%016d" % number, people.DESK, 3, people.TODAY, b"sealed"))


def test_a_shown_parcel_is_noted_and_said_once_while_a_handler_is_new() -> None:
    desk = Desk()
    desk.take(introduction(), *pieces())
    assert desk.state.db.execute("SELECT device, said FROM sync_shown").fetchall() == [(PHONE, 0)]
    clock = Hands()
    outbox = handler(clock)
    clock.now += 20 * DAY
    show(outbox.state, 3)
    assert say(outbox, NOW) == 0, "everybody has been here for long"
    assert say(outbox, NOW + 19 * DAY) == 1
    assert say(outbox, NOW + 19 * DAY) == 0
    show(outbox.state, 401, start=3)
    assert say(outbox, NOW + 19 * DAY) == 3, "200 to a cell"


def test_what_is_older_than_the_relay_keeps_is_not_said() -> None:
    clock = Hands()
    outbox = handler(clock)
    show(outbox.state, 1)
    clock.now += (RECEIPT_DAYS + 1) * DAY
    assert say(outbox, int(clock.now)) == 0
    show(outbox.state, 1, start=1)
    assert say(outbox, int(clock.now)) == 1


@pytest.mark.parametrize(("vouched", "left"), [(0, 0), (1, 1), (2, 0)])
def test_pieces_of_what_is_not_shown_are_kept_for_60_days(vouched: int, left: int) -> None:
    clock = Hands()
    outbox = handler(clock)
    outbox.state.db.execute(
        "INSERT INTO sync_chunk (device, desk, parcel, piece, vouched, at, body)"
        " VALUES (?, ?, ?, 0, ?, ?, ?)",
        (PHONE, people.DESK, b"p" * 16, vouched, outbox.state.now(), b"a piece"),
    )
    for days, expected in ((59, 1), (2, left)):
        clock.now += days * DAY
        note_page_day(outbox.state, day_of(clock.now))
        say(outbox, NOW)
        assert outbox.state.db.execute("SELECT count(*) FROM sync_chunk").fetchone() == (expected,)


def test_nobody_vouches_because_of_its_own_admission() -> None:
    clock = Hands()
    outbox = handler(clock)
    show(outbox.state, 1)
    assert say(outbox, NOW - 40 * DAY) == 0


def test_200_receipts_fit_one_cell() -> None:
    clock = Hands()
    outbox = handler(clock)
    show(outbox.state, 200)
    assert say(outbox, NOW) == 1
    assert attested_by(outbox.state, PHONE, people.DESK, parcel()) is None
