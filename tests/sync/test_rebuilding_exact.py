"""What a new beginning signs, revokes and counts on from, in memory; the relay comes later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from crypto.cards import RecoveryCard
from crypto.desk_keys import LINE_GENERATIONS, DeskSeed
from crypto.directory import PhoneDirectory, Seen, UntrustedPhoneDirectory
from crypto.ids import DeskId, DeviceId
from crypto.root import PublishRight, Root, root_hash
from crypto.roster import Admission, Reason, Revocation, Role, Roster, sign_statement
from crypto.sender import SLOTS
from crypto.signed import Countersigned
from crypto.statements import decode_statement
from sync.belonging import newest_root, roster, statements
from sync.deskkeys import load_generations
from sync.directory import DirectoryClient
from sync.due import is_due
from sync.ground import Ground
from sync.known import Known
from sync.rebuilding import NoRoomError, Rebuilding, machines, paper_device, vanished
from sync.rights import candidates
from sync.state import State
from sync.tokensets import known_state
from tests.crypto import people
from tests.crypto.people import DESK, NOW, ORG, OTHER_DESK
from tests.sync.stores import new_state
from tests.sync.test_rebuilding import FIRST, ONE, card, signed
from tests.sync.test_rebuilding import phone as directory

PUBLISHED = people.published()
UNTRUSTED = UntrustedPhoneDirectory(PUBLISHED.signed_head, PUBLISHED.phone.encode())


def handler(
    name: str, *, slot: int, token_slot: int = 1, desk: DeskId = DESK, by: Sequence[str] = ("officer",)
) -> Countersigned:
    made = people.admission(name, Role.HANDLER, slot=slot, token_slot=token_slot, desk=desk)
    return sign_statement(made, by=[people.officer(name) for name in by])


def revoked(name: str) -> Countersigned:
    gone = Revocation(ORG, people.device(name), NOW - 5, Reason.LOST)
    return sign_statement(gone, by=[people.officer()])


@dataclass
class Begun:
    """One new beginning by the officer "officer", for DESK."""

    state: State
    client: DirectoryClient

    @property
    def root(self) -> Root:
        return newest_root(self.state, org=ORG)

    @property
    def roster(self) -> Roster:
        return roster(self.state, root=self.root, org=ORG)

    @property
    def own(self) -> Admission:
        return self.roster.members[self.client.me.id].admission

    def revocations(self) -> list[DeviceId]:
        said = [decode_statement(one.body) for one in statements(self.state)]
        return sorted(one.device for one in said if isinstance(one, Revocation))

    def chain(self) -> DeskSeed:
        (held,) = load_generations(self.state)
        return held.chain


def begin(
    *said: Countersigned,
    chain: Sequence[Countersigned] = (ONE,),
    lost: tuple[str, ...] = (),
    tokens: tuple[str, ...] = (),
    phone: bool = False,
    epoch: int = 2,
    numbers: tuple[tuple[DeskId, int], ...] = ((DESK, 3),),
    by: tuple[str, ...] = ("officer",),
) -> Begun:
    known = Known(ORG, tuple(chain), said, 7, epoch, numbers)
    newest = Root.decode(chain[-1].body)
    cards: list[RecoveryCard] = [card(name, newest) for name in by]
    seen: PhoneDirectory | None = None
    if phone:
        seen = UNTRUSTED.verify(org=ORG, seen=Seen(), now=0)
    state = new_state()
    with state.transaction():
        client = Rebuilding(
            state, Ground.find(known, cards, []), known, cards, DESK, b"archive",
            frozenset(people.device(name) for name in lost), "Desk-9", "http://127.0.0.1:1",
            tokens, UNTRUSTED if phone else None, seen,
        ).run()  # fmt: skip
    return Begun(state, client)


def root_with(*publishers: str, officers: tuple[str, ...] = ("officer",)) -> list[Countersigned]:
    """A chain whose second root has these publishers and officers, each at a machine of its name."""
    rights = tuple(PublishRight(people.device(name), people.identity(name).public) for name in publishers)
    made = people.next_root(FIRST, publishers=rights, officers=people.first_root(officers).officers)
    return [ONE, signed(made, "officer")]


def test_what_was_lost_loses_its_right_to_publish_and_nobody_else_does() -> None:
    begun = begin(chain=root_with("kept", "gone"), lost=("gone",))
    assert [right.device for right in begun.root.publishers] == [
        people.device("kept"),
        begun.client.me.id,
    ]


def test_officers_whose_machine_is_lost_are_on_paper_and_the_one_who_begins_is_here() -> None:
    begun = begin(chain=root_with(officers=("officer", "second", "third")), lost=("officer", "second"))
    first, second, third = begun.root.officers
    assert first.device == begun.client.me.id
    assert second.device == paper_device(second.id)
    assert third.device == people.device("third")


def test_lost_machines_that_belong_are_revoked_once_and_strangers_not_at_all() -> None:
    here, gone = handler("here", slot=1), handler("gone", slot=2)
    begun = begin(here, gone, revoked("gone"), lost=("here", "gone", "never heard of"))
    assert begun.revocations() == sorted([people.device("here"), people.device("gone")])
    assert not begun.roster.members[people.device("here")].active


def test_the_highest_place_that_nobody_had_at_this_desk_is_taken() -> None:
    assert begin(handler("here", slot=SLOTS - 1)).own.slot == SLOTS - 2
    assert begin(handler("there", slot=SLOTS - 1, desk=OTHER_DESK)).own.slot == SLOTS - 1
    tokens = begin(handler("there", slot=1, token_slot=63, desk=OTHER_DESK)).own.token_slot
    assert tokens == 62, "token slots are the whole organisation's"


def test_a_full_desk_gives_the_place_of_a_machine_that_is_gone_also_if_another_desk_has_it() -> None:
    full = [handler(f"desk {slot}", slot=slot, token_slot=slot) for slot in range(SLOTS)]
    with pytest.raises(NoRoomError):
        begin(*full)
    assert begin(*full, revoked("desk 5"), handler("there", slot=5, desk=OTHER_DESK)).own.slot == 5


def test_publishing_tokens_are_kept_if_there_are_any() -> None:
    assert candidates(begin().state) == []
    begun = begin(tokens=("a" * 43, "b" * 43, "a" * 43))
    assert set(candidates(begun.state)) > {"a" * 43, "b" * 43}


def test_a_desk_that_nobody_is_left_at_goes_on_in_a_new_line_of_numbers() -> None:
    alone = begin(handler("here", slot=1), lost=("here",))
    assert alone.chain().generation == LINE_GENERATIONS
    with_others = begin(handler("here", slot=1))
    assert with_others.chain().generation == 4


def test_numbers_go_on_from_the_highest_of_archive_and_directory_for_each_desk() -> None:
    for archived, counted in ((1, 3), (8, 8)):
        state = begin(phone=True, numbers=((DESK, archived), (OTHER_DESK, 5))).state
        assert state.place("generation") == counted
        assert state.place(f"generation/{OTHER_DESK.hex()}") == 5


@pytest.mark.parametrize(("needed", "signed_by"), [(0, 1), (1, 1), (2, 2)])
def test_an_admission_is_signed_by_as_many_officers_as_the_root_asks_for(needed: int, signed_by: int) -> None:
    names = ("officer", "second")
    policy = replace(FIRST.policy, handler_officers=needed)
    made = people.next_root(FIRST, policy=policy, officers=people.first_root(names).officers)
    here, chain = handler("here", slot=1, by=names), [ONE, signed(made, "officer")]
    begun = begin(here, chain=chain, by=names, lost=("here",))
    assert len(begun.roster.statement_of(begun.own).signatures) == signed_by
    (gone,) = [one for one in statements(begun.state) if isinstance(decode_statement(one.body), Revocation)]
    assert len(gone.signatures) == 1


def test_the_directory_that_is_there_is_believed_by_its_own_root_though_the_archive_knows_a_newer() -> None:
    newer = root_with("publisher")
    assert begin(chain=newer, phone=True).client.pinned() == ORG
    assert begin(chain=newer).client.pinned() == root_hash(newer[-1].body)


def test_without_a_relay_an_own_edition_serves_and_with_one_the_published_one_whoever_made_it() -> None:
    alone = begin()
    current = alone.client.current()
    assert current is not None
    assert current.head.publisher == alone.client.me.id
    publisher = handler("publisher", slot=2)
    begun = begin(publisher, lost=("publisher",), phone=True)
    current = begun.client.current()
    assert current is not None
    assert current.head == PUBLISHED.head, "its publisher has just been revoked; the next edition is due"
    assert begun.client.seen().version == PUBLISHED.head.version
    assert is_due(begun.state)
    assert people.device("handler") in begun.roster.members, "whom the directory names, if not the archive"


def test_the_token_epoch_goes_on_from_the_highest_one_that_is_known() -> None:
    assert PUBLISHED.head.token_epoch == 1
    for archived, known in ((0, 1), (1, 1), (4, 4)):
        found = known_state(begin(phone=True, epoch=archived).state)
        assert found is not None
        assert found.epoch == known


def test_only_active_handlers_are_machines() -> None:
    phone = sign_statement(people.admission("phone", Role.INTAKE), by=[people.officer()])
    book = Known(
        ORG, (ONE,), (handler("here", slot=1), handler("gone", slot=2), revoked("gone"), phone), 7, 2, ()
    )
    ground = Ground.find(book, [card("officer", FIRST)], [])
    assert set(machines(book, ground, None)) == {people.device("here")}
    named = directory(ONE, handlers=("third",))
    assert set(machines(book, ground, named)) == {people.device("here"), people.device("third")}


def test_a_directory_as_old_as_the_archive_says_who_has_vanished() -> None:
    book = Known(ORG, (ONE,), (), 7, 2, ())
    here, third = people.device("here"), people.device("third")
    for version, gone in ((6, set()), (7, {here}), (8, {here})):
        named = directory(ONE, version=version, handlers=("third",))
        assert vanished({here, third}, book, named) == gone
