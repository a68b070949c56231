"""What a handler does not take from a page, each thing by itself: what is honest but for one fault."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crypto.announcements import (
    ChainHead,
    Introduction,
    Introductions,
    Receipt,
    Receipts,
    ReplyKey,
    sign_announcement,
)
from crypto.cells import CellKind, heartbeat_body
from crypto.encoding import encode
from crypto.operations import CHAIN_START, SignedOperation
from crypto.parcels import Chunk, cut
from crypto.roster import Admission, Role, Roster, sign_statement
from sync.deskkeys import save_generations
from sync.inbox import Inbox, Taken
from sync.integrity import forks, missing
from sync.pairwise import introductions_of
from tests.crypto import people
from tests.sync.stores import NOW, Hands, parcel
from tests.sync.test_admission import INVITATION, kept, reply
from tests.sync.test_admission import cell as reply_cell
from tests.sync.test_inbox import PHONE, SLOT_KEY, Desk, cell, introduction, pieces

OTHER = "other handler"


def again(desk: Desk, *members: Admission) -> Desk:
    """The next session of the same handler, among these members."""
    here, signed = desk.inbox, [sign_statement(one, by=[people.officer()]) for one in members]
    roster = Roster.verify(signed, root=people.first_root(), org=people.ORG) if members else here.roster
    desk.inbox = Inbox(here.state, here.me, here.member, here.directory, roster, here.answers, here.sink)
    return desk


def handler(name: str, *, slot: int, **changes: object) -> Admission:
    return people.admission(name, Role.HANDLER, slot=slot, **changes)


def operation(counter: int = 1, *, sender: str = OTHER, says: str = OTHER) -> bytes:
    link = SignedOperation(people.device(says), counter, CHAIN_START, {"kind": sender})
    body = encode([link.sign(people.identity(sender))])
    return cell(CellKind.OPERATION, 1, body, sender=sender, key=None)


def announced(said: ChainHead | Receipts, *, sender: str = OTHER) -> bytes:
    body = sign_announcement(said, by=people.identity(sender), org=people.ORG)
    return cell(CellKind.ANNOUNCE, 1, body, sender=sender, key=None)


def test_a_desk_that_holds_no_day_key_yet_skips_every_cell_and_stops_at_none() -> None:
    desk = Desk()
    save_generations(desk.state, [])
    assert again(desk).take(introduction(), *pieces()) == Taken(foreign=2)
    assert desk.shelf.parcels == []


def test_a_parcel_under_the_number_nought_is_not_taken() -> None:
    desk = Desk()
    desk.take(introduction(), *pieces(0, key=None))
    assert desk.shelf.parcels == []
    assert desk.confirms() == 1, "the introduction alone"


def test_a_phone_that_has_sent_nothing_yet_says_which_keys_it_still_needs() -> None:
    desk = Desk()
    desk.take(introduction(), cell(CellKind.HEARTBEAT, 0, heartbeat_body(people.TODAY - 5)))
    rows = desk.state.db.execute("SELECT device, counter, since FROM sync_window").fetchall()
    assert rows == [(PHONE, 0, people.TODAY - 5)]


def test_only_a_cell_that_says_it_carries_a_parcel_carries_one() -> None:
    desk, made = Desk(), parcel()
    (chunk,) = cut(made)
    taken = desk.take(
        introduction(),
        cell(CellKind.FRAGMENT, 2, chunk.to_body()),
        cell(CellKind.ANNOUNCE, 3, chunk.to_body()),
    )
    assert (taken.parcels, desk.shelf.parcels) == (0, [])


def test_another_parcel_under_a_number_that_has_come_is_neither_taken_nor_confirmed() -> None:
    desk = Desk()
    desk.take(introduction(), *pieces(2))
    desk.state.db.execute("DELETE FROM sync_reply")
    assert desk.take(*pieces(2, text="another")).parcels == 0
    assert [one.payload["text"] for one in desk.shelf.parcels] == ["told"]
    assert [fork.counter for fork in forks(desk.state)] == [2]
    assert desk.confirms() == 0


def test_a_handler_without_a_sender_slot_is_shown_nobody() -> None:
    desk = Desk()
    desk.inbox.member = replace(desk.inbox.member, slot=None)
    desk.take(introduction(), *pieces())
    assert [one.authentic for one in desk.shelf.parcels] == [None]
    assert desk.confirms() == 0


@pytest.mark.parametrize(
    "members",
    [
        [handler("handler", slot=0), handler(OTHER, slot=1, desk=people.OTHER_DESK)],
        [handler("handler", slot=0), handler("first", slot=1), handler(OTHER, slot=1, at=NOW + 1)],
    ],
    ids=["another desk's", "one whose place an earlier one has"],
)
def test_only_a_handler_of_the_desk_to_whose_key_it_is_sealed_is_heard_by_its_handlers(
    members: list[Admission],
) -> None:
    desk, made = again(Desk(), *members), parcel()
    receipts = Receipts(people.DESK, [Receipt(PHONE, made.id, made.digest)])
    desk.take(operation(), announced(receipts), announced(ChainHead(people.DESK, 4, people.seed("head"))))
    assert desk.shelf.operations == []
    for table in ("sync_receipt", "sync_chain", "sync_link"):
        assert desk.state.db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


@pytest.mark.parametrize(("joined", "gaps"), [(NOW + 1, [(1, 2)]), (NOW, []), (NOW - 1, [])])
def test_only_of_a_handler_who_joined_later_every_operation_is_awaited(
    joined: int, gaps: list[tuple[int, int]]
) -> None:
    desk = again(Desk(), handler("handler", slot=0), handler(OTHER, slot=1, at=joined))
    desk.take(operation(3))
    assert [(run.first, run.last) for run in missing(desk.state)] == gaps


def test_a_handler_who_is_in_no_roster_awaits_nothing_from_before() -> None:
    desk = again(Desk(), handler(OTHER, slot=1))
    desk.take(operation(3))
    assert missing(desk.state) == []


def test_a_revoked_handler_is_not_heard() -> None:
    desk, made = Desk(revoked=OTHER), parcel()
    desk.take(operation(), announced(Receipts(people.DESK, [Receipt(PHONE, made.id, made.digest)])))
    assert desk.shelf.operations == []
    assert desk.state.db.execute("SELECT count(*) FROM sync_receipt").fetchone() == (0,)


def test_an_announcement_in_a_cell_of_another_kind_is_none() -> None:
    desk, said = Desk(), ReplyKey(1, people.pair("reply").sealing_key)
    body = sign_announcement(said, by=people.identity("phone"), org=people.ORG)
    desk.take(introduction(), cell(CellKind.FRAGMENT, 2, body))
    assert desk.state.db.execute("SELECT count(*) FROM sync_device_reply_key").fetchone() == (0,)
    desk.take(cell(CellKind.ANNOUNCE, 3, body))
    assert desk.state.db.execute("SELECT count(*) FROM sync_device_reply_key").fetchone() == (1,)


@pytest.mark.parametrize(("counter", "says"), [(0, OTHER), (1, "handler")])
def test_a_link_under_nought_or_in_anothers_name_has_no_place_in_a_chain(counter: int, says: str) -> None:
    desk = Desk()
    desk.take(operation(counter, says=says))
    for table in ("sync_link", "sync_chain"):
        assert desk.state.db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_a_reply_to_an_open_invitation_is_not_counted_as_somebody_elses() -> None:
    desk = Desk()
    desk.state.db.execute(
        "INSERT INTO sync_invitation (id, wire, token_slot, expires_at) VALUES (?, ?, 0, ?)",
        (INVITATION.id, INVITATION.encode(), INVITATION.expires_at),
    )
    assert desk.take(reply_cell(reply())) == Taken()
    assert kept(desk.state)


def unreadable(counter: int, *, key: bytes = SLOT_KEY) -> bytes:
    (good,) = cut(parcel())
    bad = Chunk(good.parcel, 0, 1, good.generation, good.day, good.data[::-1])
    return cell(CellKind.PARCEL, counter, bad.to_body(), key=key)


def come(desk: Desk) -> list[int]:
    rows = desk.state.db.execute("SELECT counter FROM sync_received ORDER BY counter").fetchall()
    return [int(counter) for (counter,) in rows]


def test_a_parcel_that_cannot_be_opened_is_missing_until_it_can() -> None:
    desk = Desk()
    desk.take(introduction(), unreadable(2))
    assert come(desk) == [1]
    assert [(run.first, run.last) for run in missing(desk.state)] == [(2, 2)]
    desk.take(*pieces(2))
    assert (come(desk), missing(desk.state)) == ([1, 2], [])


def test_a_forged_parcel_that_cannot_be_opened_makes_nothing_missing() -> None:
    desk = Desk()
    desk.take(introduction(), *pieces(2))
    desk.take(unreadable(2, key=people.seed("a forger's key")), unreadable(3, key=people.seed("forged")))
    assert (come(desk), missing(desk.state)) == ([1, 2], [])


def test_an_introduction_to_a_key_that_is_over_or_to_another_handler_is_passed() -> None:
    desk = Desk()
    over = replace(people.epoch_key("handler"), epoch=people.WEEK - 1)
    other = replace(people.epoch_key("handler"), handler=people.device(OTHER))
    made = [
        Introduction.make(SLOT_KEY, to=key, org=people.ORG, desk=people.DESK, device=PHONE)
        for key in (over, other)
    ]
    body = sign_announcement(Introductions(people.DESK, 1, made), by=people.identity("phone"), org=people.ORG)
    desk.take(cell(CellKind.ANNOUNCE, 1, body), *pieces())
    assert [one.authentic for one in desk.shelf.parcels] == [None]


@pytest.mark.parametrize(
    "body", [encode(5), encode({1: b""}), encode("links"), encode([5]), encode([[]]), b""]
)
def test_operations_that_are_no_list_of_links_stop_no_page(body: bytes) -> None:
    desk = Desk()
    desk.take(introduction(), cell(CellKind.OPERATION, 1, body, sender=OTHER, key=None), *pieces())
    assert (desk.shelf.operations, len(desk.shelf.parcels)) == ([], 1)


def test_a_dummy_with_a_members_name_on_it_counts_for_nothing() -> None:
    desk = Desk()
    desk.take(introduction(), cell(CellKind.DUMMY, 2, b""))
    assert come(desk) == [1]


def test_what_this_handler_sent_itself_is_not_taken_from_the_page() -> None:
    desk = Desk()
    desk.take(operation(sender="handler", says="handler"))
    assert desk.shelf.operations == []


def test_an_introduction_for_another_desk_than_the_one_it_is_sealed_to_is_passed() -> None:
    desk, there = Desk(), people.OTHER_DESK
    made = Introduction.make(
        SLOT_KEY, to=people.epoch_key("handler"), org=people.ORG, desk=there, device=PHONE
    )
    body = sign_announcement(Introductions(there, 1, [made]), by=people.identity("phone"), org=people.ORG)
    desk.take(cell(CellKind.ANNOUNCE, 1, body))
    assert introductions_of(desk.state, PHONE, there) == []


# --- parcels of several pieces ----------------------------------------------------------------------------

LONG = "long " * 9_000
FORGED = people.seed("a forger's key")


def kept_pieces(desk: Desk) -> int:
    return int(desk.state.db.execute("SELECT count(*) FROM sync_chunk").fetchone()[0])


def test_the_first_piece_of_a_parcel_is_neither_unreadable_nor_missing() -> None:
    desk, (first, *_others) = Desk(), pieces(2, text=LONG)
    assert desk.take(introduction(), first) == Taken()
    assert (missing(desk.state), kept_pieces(desk)) == ([], 1)


def test_a_piece_of_a_parcel_that_is_whole_is_not_kept_again() -> None:
    desk, made = Desk(), cut(parcel(text=LONG))
    desk.take(introduction(), *[cell(CellKind.PARCEL, 2 + one.index, one.to_body()) for one in made])
    desk.take(cell(CellKind.PARCEL, 20, made[0].to_body()))
    assert (len(desk.shelf.parcels), kept_pieces(desk)) == (1, 0)


def test_a_parcel_that_comes_under_two_numbers_is_handed_on_once() -> None:
    desk, (chunk,) = Desk(), cut(parcel())
    desk.take(introduction(), *[cell(CellKind.PARCEL, number, chunk.to_body()) for number in (2, 3)])
    assert len(desk.shelf.parcels) == 1


def test_what_was_refuted_is_not_noted_as_shown() -> None:
    desk = Desk()
    desk.take(introduction(), *pieces(2, key=FORGED))
    assert desk.state.db.execute("SELECT count(*) FROM sync_shown").fetchone() == (0,)
    desk.take(*pieces(2))
    assert desk.state.db.execute("SELECT count(*) FROM sync_shown").fetchone() == (1,)


def test_what_is_shown_needs_no_unproven_pieces_any_more_and_what_is_refuted_takes_none_away() -> None:
    desk, made = Desk(), parcel(text=LONG)

    def sent(key: bytes) -> list[bytes]:
        return [cell(CellKind.PARCEL, 2 + one.index, one.to_body(), key=key) for one in cut(made)]

    unproven = sent(FORGED)
    desk.take(*unproven)
    desk.take(introduction())
    desk.take(*sent(FORGED))
    assert kept_pieces(desk) == len(unproven), "nobody can say yet who sent these"
    desk.take(*sent(SLOT_KEY))
    assert kept_pieces(desk) == 0
    assert [one.authentic for one in desk.shelf.parcels] == [None, False, True]


def test_a_receipt_for_what_a_device_sent_that_is_in_no_roster_any_more_shows_it_as_refuted() -> None:
    desk, made = Desk(), parcel()
    desk.take(*[cell(CellKind.PARCEL, 2 + one.index, one.to_body()) for one in cut(made)])
    again(desk, handler("handler", slot=0), handler(OTHER, slot=1))
    desk.take(announced(Receipts(people.DESK, [Receipt(PHONE, made.id, made.digest)])))
    assert [one.authentic for one in desk.shelf.parcels] == [None, False]


def test_what_the_relay_gives_once_more_does_not_count_as_heard() -> None:
    desk, page, later = Desk(), [introduction(), *pieces()], NOW + 86_400
    clock = Hands()
    desk.inbox.state = desk.state = replace(desk.state, clock=clock)
    desk.take(*page)
    clock.now = float(later)

    def heard(*cells: bytes) -> int:
        with desk.state.transaction():
            desk.inbox.take_page(b"".join(cells), closed_at=later)
        return int(desk.state.db.execute("SELECT heard_at FROM sync_window").fetchone()[0])

    assert heard(*page) == NOW
    assert heard(*pieces(2, text="another")) == NOW, "nor does a second thing under one number"
    assert heard(*pieces(3)) == later
