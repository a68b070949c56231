"""What a new beginning stands on: which chain, whose cards, which machines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crypto.cards import RecoveryCard
from crypto.desk_keys import LINE_GENERATIONS, line_of, new_line
from crypto.directory import Head, PhoneDirectory, PhonePart
from crypto.errors import ArchiveRefusedError, RootRefusedError
from crypto.ids import DeskId, DeviceId
from crypto.root import Root, root_hash
from crypto.roster import Role, sign_statement
from crypto.signed import Countersigned
from sync.ground import CardOfStrangerError, CardsNewerError, CardsTooFewError, Ground, joined
from sync.known import Known
from sync.rebuilding import (
    NoRoomError,
    _free,
    lost_by_default,
    machines,
    paper_device,
    transcript,
    vanished,
)
from tests.crypto import people
from tests.crypto.people import DESK, NOW, ORG

NAMES = ("officer", "second", "third")
FIRST = people.first_root()
SECOND = people.next_root(FIRST, officers=people.first_root(NAMES, 2).officers, threshold=2)
THIRD = people.next_root(SECOND, name="Renamed")
OTHER_THIRD = people.next_root(SECOND, name="Another line")
FOURTH = people.next_root(THIRD, name="Renamed again")


def signed(root: Root, *by: str) -> Countersigned:
    return root.sign([people.officer(name) for name in by])


ONE, TWO = signed(FIRST, "officer"), signed(SECOND, "officer")
THREE, OTHER_THREE = signed(THIRD, "second", "third"), signed(OTHER_THIRD, "officer", "third")
FOUR = signed(FOURTH, "officer", "second")


def known(*chain: Countersigned, **more: object) -> Known:
    statements = tuple(people.signed_admission(name, Role.HANDLER, slot) for slot, name in enumerate(NAMES))
    made = Known(ORG, chain or (ONE, TWO), statements, 7, 2, ((DeskId(DESK), 3),))
    return replace(made, **more)  # type: ignore[arg-type]


def phone(*chain: Countersigned, version: int = 7, handlers: tuple[str, ...] = ()) -> PhoneDirectory:
    """A verified directory with this chain; only what recovery looks at is in it."""
    head = Head(ORG, version, bytes(32), NOW, NOW + 5, bytes(32), bytes(32), 2, people.device("officer"))
    entries = tuple(_Entry(name) for name in handlers)
    return PhoneDirectory(head, Root.decode(chain[-1].body), PhonePart(chain, (), entries))  # type: ignore[arg-type]


class _Entry:
    def __init__(self, name: str) -> None:
        self.signed_admission = people.signed_admission(name, Role.HANDLER, 9)
        self.admission = people.admission(name, Role.HANDLER, slot=9)


def card(name: str, root: Root = SECOND) -> RecoveryCard:
    return RecoveryCard(
        org=ORG, relay="https://relay.example.org", pool=bytes(16), root_hash=root_hash(root.encode()),
        signing_seed=people.officer(name).seed, kem_seed=people.seed(name), token_master=bytes(32),
        publish_token=None, directory_key=bytes(32), at=NOW,
    )  # fmt: skip


def hashes(chain: list[Countersigned]) -> list[bytes]:
    return [root_hash(entry.body) for entry in chain]


def test_enough_officers_of_the_newest_root_may_begin_again() -> None:
    ground = Ground.find(known(), [card("second"), card("third")], [])
    assert ground.root == SECOND
    assert [key.seed for key in ground.signers] == [people.officer(name).seed for name in ("second", "third")]


def test_too_few_cards_or_a_strangers_sign_nothing() -> None:
    with pytest.raises(CardsTooFewError):
        Ground.find(known(), [card("second")], [])
    with pytest.raises(CardOfStrangerError):
        Ground.find(known(), [card("second"), card("stranger")], [])
    with pytest.raises(CardOfStrangerError):
        Ground.find(known(), [card("stranger"), card("second"), card("third")], [])
    assert Ground.find(known(), [card("second"), card("third"), card("stranger")], [])


def test_as_many_cards_as_a_handlers_admission_needs() -> None:
    policy = replace(SECOND.policy, handler_officers=3)
    strict = people.next_root(SECOND, policy=policy)
    chain = (ONE, TWO, signed(strict, "officer", "second"))
    with pytest.raises(CardsTooFewError):
        Ground.find(known(*chain), [card("second"), card("third")], [])
    assert Ground.find(known(*chain), [card(name) for name in NAMES], [])


def test_a_published_root_that_is_newer_counts() -> None:
    ground = Ground.find(known(), [card("second"), card("third")], [ONE, TWO, THREE, FOUR])
    assert ground.root == FOURTH


def test_an_officer_who_was_removed_since_the_archive_cannot_begin_again() -> None:
    left = people.next_root(SECOND, officers=SECOND.officers[:2])
    published = [ONE, TWO, signed(left, "officer", "second")]
    assert Ground.find(known(), [card("second"), card("third")], [])
    with pytest.raises(CardOfStrangerError):
        Ground.find(known(), [card("second"), card("third")], published)


def test_a_card_that_knows_a_newer_root_than_archive_and_relay_stops_it() -> None:
    cards = [card("second", THIRD), card("third")]
    with pytest.raises(CardsNewerError):
        Ground.find(known(), cards, [])
    with pytest.raises(CardsNewerError):
        Ground.find(known(), cards, [ONE, TWO, OTHER_THREE])
    assert Ground.find(known(), cards, [ONE, TWO, THREE]).root == THIRD


def test_a_published_chain_that_forgot_its_beginning_is_joined_to_the_archives() -> None:
    ground = Ground.find(known(), [card("second"), card("third")], [THREE, FOUR])
    assert hashes(ground.chain) == hashes([ONE, TWO, THREE, FOUR])


def test_an_archive_so_old_that_a_piece_is_missing_needs_a_card_that_knows_the_rest() -> None:
    with pytest.raises(RootRefusedError):
        Ground.find(known(), [card("second"), card("third")], [FOUR])
    newer = [card("second", FOURTH), card("third", FOURTH)]
    ground = Ground.find(known(), newer, [FOUR])
    assert hashes(ground.chain) == hashes([FOUR])


def test_where_archive_and_relay_differ_the_published_one_counts() -> None:
    chain = joined([ONE, TWO, THREE], [ONE, TWO, OTHER_THREE], org=ORG, anchors=[])
    assert hashes(chain) == hashes([ONE, TWO, OTHER_THREE])
    chain = joined([ONE, TWO, THREE], [ONE, TWO], org=ORG, anchors=[])
    assert hashes(chain) == hashes([ONE, TWO, THREE])  # a relay back from an older copy, on the same line


def test_a_published_chain_that_does_not_hold_is_refused() -> None:
    unsigned = signed(THIRD, "second")
    with pytest.raises(RootRefusedError):
        joined([ONE, TWO], [ONE, TWO, unsigned], org=ORG, anchors=[])


def test_an_archives_own_chain_and_statements_are_checked() -> None:
    with pytest.raises(ArchiveRefusedError):
        known(ONE, THREE).verify(org=ORG, anchors=[])
    with pytest.raises(ArchiveRefusedError):
        known().verify(org=b"x" * 32, anchors=[])  # type: ignore[arg-type]
    root, roster = known().verify(org=ORG, anchors=[])
    assert root == SECOND
    assert len(roster.members) == 3
    assert Known.decode(known().encode()) == known()
    for wrong in (b"", known().encode()[:-1], known().encode() + b"\0"):
        with pytest.raises(ArchiveRefusedError):
            Known.decode(wrong)


def test_all_machines_of_the_desk_are_lost_unless_they_were_restored_from_this_archive() -> None:
    cards, archive = [card("second"), card("third")], b"A" * 32
    restored = people.admission("new", Role.HANDLER, slot=30, transcript=transcript(archive))
    elsewhere = people.admission("elsewhere", Role.HANDLER, slot=1, desk=people.OTHER_DESK)
    more = tuple(sign_statement(one, by=[people.officer()]) for one in (restored, elsewhere))
    book = known(statements=known().statements + more)
    ground = Ground.find(book, cards, [])
    handlers = machines(book, ground, None)
    assert set(handlers) == {people.device(name) for name in (*NAMES, "new", "elsewhere")}
    lost = lost_by_default(handlers, ground, desk=DeskId(DESK), cards=cards, archive=archive)
    assert lost == {people.device(name) for name in NAMES}
    other = lost_by_default(handlers, ground, desk=DeskId(DESK), cards=cards, archive=b"B" * 32)
    assert other == {people.device(name) for name in (*NAMES, "new")}
    private = lost_by_default(handlers, ground, desk=DeskId(people.OTHER_DESK), cards=cards, archive=archive)
    assert private == {people.device(name) for name in ("elsewhere", "second", "third")}


def test_who_was_revoked_since_the_archive_is_seen_from_a_newer_directory() -> None:
    handlers = {people.device(name) for name in NAMES}
    assert vanished(handlers, known(), None) == frozenset()
    now = phone(ONE, TWO, version=8, handlers=("second",))
    assert vanished(handlers, known(), now) == {people.device("officer"), people.device("third")}
    older = phone(ONE, TWO, version=6, handlers=("second",))
    assert vanished(handlers, known(), older) == frozenset()


def test_a_restored_desk_counts_generations_on_a_new_line() -> None:
    assert (line_of(0), line_of(LINE_GENERATIONS - 1), line_of(LINE_GENERATIONS)) == (0, 0, 1)
    assert new_line(3) == LINE_GENERATIONS
    assert line_of(new_line(LINE_GENERATIONS + 7)) == 2


def test_a_place_that_nobody_had_comes_first_then_one_that_is_free() -> None:
    assert _free(4, [0, 3], [0]) == 2
    assert _free(4, [0, 1, 2, 3], [0, 1]) == 3
    with pytest.raises(NoRoomError):
        _free(2, [0, 1], [0, 1])


def test_an_officer_on_paper_is_at_a_machine_that_nobody_can_have() -> None:
    officers = [officer.id for officer in SECOND.officers]
    papers = {paper_device(officer) for officer in officers}
    assert len(papers) == 3
    assert not papers & {DeviceId(people.device(name)) for name in NAMES}
