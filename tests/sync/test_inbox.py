"""What a handler takes from a page: from honest phones, from strangers, and from phones that lie."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.announcements import (
    EpochAnnouncement,
    Introduction,
    Introductions,
    ReplyKey,
    sign_announcement,
)
from crypto.cells import MAX_BODY_BYTES, Cell, CellKind, dummy_cell, heartbeat_body, seal_cell
from crypto.directory import PhoneDirectory, Seen, UntrustedPhoneDirectory
from crypto.encoding import encode
from crypto.ids import DeskId, DeviceId
from crypto.operations import CHAIN_START, SignedOperation
from crypto.parcels import Chunk, ParcelContent, ParcelKind, cut, seal_parcel
from crypto.primitives import DeviceSigningKey, OpeningKey
from crypto.roster import Revocation, Role, Roster, sign_statement
from crypto.slot_chains import MAX_AHEAD, SlotChain
from sync.answers import Answers
from sync.deskkeys import Generation, load_epoch_keys, save_generations
from sync.inbox import ArrivedParcel, Inbox, Taken
from sync.integrity import forks, missing
from sync.membership import Self
from sync.outbox import Outbox
from sync.state import State
from tests.crypto import people
from tests.sync.anything import PLAIN
from tests.sync.stores import NOW, member, new_state, parcel

PHONE = people.device("phone")
SLOT_KEY = people.seed("slot key")
CODE = "207-0000-0"


@dataclass
class Shelf:
    """A sink that keeps what it is given."""

    parcels: list[ArrivedParcel] = field(default_factory=list)
    operations: list[tuple[DeviceId, dict[str, Any]]] = field(default_factory=list)

    def take_parcel(self, arrived: ArrivedParcel) -> None:
        self.parcels.append(arrived)

    def take_operation(self, device: DeviceId, operation: dict[str, Any]) -> None:
        self.operations.append((device, operation))

    def take_question(self, handler: DeviceId, body: dict[str, Any]) -> None:
        raise AssertionError("no desk is asked")

    def take_left(self, code: str, kind: str) -> None:
        raise AssertionError

    def take_confirmation(self, code: str, kind: str) -> None:
        raise AssertionError


def directory() -> PhoneDirectory:
    made = people.published()
    return UntrustedPhoneDirectory(made.signed_head, made.phone.encode()).verify(
        org=people.ORG, seen=Seen(), now=NOW
    )


class Desk:
    """A handler's reading, with the phone "phone" and another handler admitted."""

    def __init__(self, *, revoked: str | None = None) -> None:
        self.state: State = new_state()
        self.shelf = Shelf()
        statements = [
            people.signed_admission("handler", Role.HANDLER),
            people.signed_admission("other handler", Role.HANDLER, 1),
            people.signed_admission("phone", Role.INTAKE),
        ]
        if revoked is not None:
            gone = Revocation(people.ORG, people.device(revoked), NOW)
            statements.append(sign_statement(gone, by=[people.officer()]))
        roster = Roster.verify(statements, root=people.first_root(), org=people.ORG)
        save_generations(self.state, [Generation(people.desk_seed(), people.TODAY, people.TODAY + 2)])
        self.state.set_secret("epoch-keys", [[people.WEEK, people.pair("handler-epoch").seed, NOW]])
        assert load_epoch_keys(self.state)
        me, mine = Self(people.identity("handler")), member("handler", Role.HANDLER)
        answers = Answers(self.state, me, mine, Outbox(self.state, me, mine))
        self.inbox = Inbox(self.state, me, mine, directory(), roster, answers, self.shelf)

    def take(self, *cells: bytes) -> Taken:
        with self.state.transaction():
            return self.inbox.take_page(b"".join(cells), closed_at=NOW)

    def confirms(self) -> int:
        return int(self.state.db.execute("SELECT count(*) FROM sync_reply WHERE kind = 2").fetchone()[0])


def cell(
    kind: CellKind, counter: int, body: bytes, *, sender: str = "phone", key: bytes | None = SLOT_KEY
) -> bytes:
    made = Cell(kind, people.device(sender), 1, counter, body)
    keys = {} if key is None else {0: at_counter(key, counter + (kind is CellKind.HEARTBEAT))}
    return seal_cell(made, to=people.day_key(), org=people.ORG, slot_keys=keys)


def at_counter(seed: bytes, counter: int) -> bytes:
    """The key of a counter in the chain that the phone introduced at counter 1; any key out of its reach."""
    return SlotChain.begin(seed, first=1).at(counter).key if 1 <= counter <= MAX_AHEAD else seed


def introduction(counter: int = 1, *, first: int = 1, by: str = "phone", key: bytes = SLOT_KEY) -> bytes:
    entry = Introduction.make(
        key, to=people.epoch_key("handler"), org=people.ORG, desk=people.DESK, device=people.device(by)
    )
    said = Introductions(people.DESK, first, [entry])
    body = sign_announcement(said, by=people.identity(by), org=people.ORG)
    return cell(CellKind.ANNOUNCE, counter, body, sender=by, key=key)


def pieces(
    start: int = 2, *, code: str = CODE, text: str = "told", key: bytes | None = SLOT_KEY
) -> list[bytes]:
    chunks = cut(parcel(code, text=text))
    return [
        cell(CellKind.PARCEL, start + place, chunk.to_body(), key=key) for place, chunk in enumerate(chunks)
    ]


# --- what is honest -----------------------------------------------------------------------


def test_a_complaint_and_the_introduction_that_vouches_for_it_may_lie_in_any_order_in_a_page() -> None:
    for order in (1, -1):
        desk = Desk()
        taken = desk.take(*[introduction(), *pieces()][::order])
        assert [one.authentic for one in desk.shelf.parcels] == [True]
        assert (taken.parcels, taken.foreign, taken.unreadable) == (1, 0, 0)
        assert missing(desk.state) == []
        assert desk.confirms() == 1


def test_a_complaint_before_its_introduction_is_shown_as_not_checked_and_checked_when_it_comes_again() -> (
    None
):
    desk, sent = Desk(), pieces()
    desk.take(*sent)
    assert [one.authentic for one in desk.shelf.parcels] == [None]
    assert desk.confirms() == 0, "the phone keeps it until its sender is shown"
    desk.take(introduction())
    desk.take(*sent)
    assert [one.authentic for one in desk.shelf.parcels] == [None, True]
    assert len({one.id for one in desk.shelf.parcels}) == 1
    assert desk.confirms() == 1
    assert missing(desk.state) == []


def test_a_page_taken_twice_gives_everything_once() -> None:
    desk, page = Desk(), [introduction(), *pieces()]
    desk.take(*page)
    again = desk.take(*page)
    assert again.parcels == 0
    assert len(desk.shelf.parcels) == 1
    assert forks(desk.state) == []


@pytest.mark.parametrize("seed", range(6))
def test_chunks_come_together_in_any_order_over_any_pages(seed: int) -> None:
    desk, chance = Desk(), random.Random(seed)
    sent = pieces(2, text="one " * 20_000) + pieces(20, code="207-1111-1", text="two " * 20_000)
    assert len(sent) > 10
    chance.shuffle(sent)
    desk.take(introduction())
    while sent:
        count = chance.randint(1, 4)
        desk.take(*sent[:count])
        sent = sent[count:]
    assert sorted(one.payload["text"][:3] for one in desk.shelf.parcels) == ["one", "two"]
    assert {one.authentic for one in desk.shelf.parcels} == {True}
    assert desk.state.db.execute("SELECT count(*) FROM sync_chunk").fetchone() == (0,)


# --- who is not who it says ----------------------------------------------------------------


def test_a_cell_that_the_phone_did_not_make_is_set_aside_and_not_counted() -> None:
    desk = Desk()
    desk.take(introduction())
    desk.take(*pieces(2, key=people.seed("a forger's key")))
    assert [one.authentic for one in desk.shelf.parcels] == [False]
    assert missing(desk.state) == []
    desk.take(*pieces(2, text="the real one"))
    assert [(one.payload["text"], one.authentic) for one in desk.shelf.parcels] == [
        ("told", False),
        ("the real one", True),
    ]
    assert forks(desk.state) == [], "a forger makes no fork"


def test_a_forged_heartbeat_makes_nothing_missing() -> None:
    desk = Desk()
    desk.take(introduction())
    desk.take(cell(CellKind.HEARTBEAT, 90, heartbeat_body(0), key=people.seed("a forger's key")))
    assert missing(desk.state) == []
    desk.take(cell(CellKind.HEARTBEAT, 3, heartbeat_body(0)))
    assert [(run.first, run.last) for run in missing(desk.state)] == [(2, 3)]


def test_a_forged_chunk_spoils_no_real_parcel() -> None:
    desk = Desk()
    made = cut(parcel(text="long " * 9_000))
    assert len(made) > 2
    fake = Chunk(made[0].parcel, 0, len(made), made[0].generation, made[0].day, b"x" * 500)
    desk.take(introduction())
    desk.take(cell(CellKind.PARCEL, 2, fake.to_body(), key=people.seed("a forger's key")))
    desk.take(*[cell(CellKind.PARCEL, 2 + chunk.index, chunk.to_body()) for chunk in made])
    assert [one.authentic for one in desk.shelf.parcels] == [True]


def test_a_chunk_of_another_length_spoils_only_its_own_parcel() -> None:
    desk = Desk()
    desk.take(introduction())
    made = cut(parcel(text="long " * 9_000))
    odd = Chunk(made[0].parcel, 0, 1, made[0].generation, made[0].day, made[0].data)
    desk.take(cell(CellKind.PARCEL, 2, odd.to_body()))
    desk.take(*[cell(CellKind.PARCEL, 3 + chunk.index, chunk.to_body()) for chunk in made])
    desk.take(*pieces(40))
    assert [one.payload["text"] for one in desk.shelf.parcels][-1] == "told"


def test_what_a_revoked_phone_sends_is_set_aside() -> None:
    desk = Desk(revoked="phone")
    desk.take(introduction(), *pieces())
    assert [one.authentic for one in desk.shelf.parcels] == [False]
    assert desk.confirms() == 0


def test_what_claims_to_come_from_nobody_who_ever_belonged_is_counted_and_not_kept() -> None:
    desk = Desk()
    short, piece = cut(parcel())[0], cut(parcel(text="long " * 9_000))[0]
    assert piece.total > 1
    cells = [cell(CellKind.PARCEL, 1, one.to_body(), sender="nobody") for one in (short, piece)]
    assert desk.take(*cells).foreign == 2
    assert desk.shelf.parcels == []
    for table in ("sync_chunk", "sync_parcel_done"):
        assert desk.state.db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    desk.take(introduction(by="nobody"))
    assert desk.state.keys.get(f"slot/{people.DESK.hex()}/{people.device('nobody').hex()}") is None


@pytest.mark.parametrize("key", [SLOT_KEY, people.seed("another")])
def test_a_parcel_without_a_code_is_unreadable_and_not_handed_on(key: bytes) -> None:
    desk = Desk()
    taken = desk.take(introduction(), *pieces(code="", key=key))
    assert (taken.parcels, taken.unreadable) == (0, 1)
    assert desk.shelf.parcels == []


def test_a_code_of_another_phone_is_never_authentic() -> None:
    desk = Desk()
    desk.take(introduction(), *pieces(2, code="305-0000-0"))
    assert [one.authentic for one in desk.shelf.parcels] == [False]


def test_an_introduction_signed_by_another_phone_is_not_taken() -> None:
    desk = Desk()
    entry = Introduction.make(
        SLOT_KEY, to=people.epoch_key("handler"), org=people.ORG, desk=people.DESK, device=PHONE
    )
    body = sign_announcement(
        Introductions(people.DESK, 1, [entry]), by=people.identity("other"), org=people.ORG
    )
    desk.take(cell(CellKind.ANNOUNCE, 1, body))
    assert desk.state.keys.get(f"slot/{people.DESK.hex()}/{PHONE.hex()}") is None


def test_a_second_introduction_changes_no_key() -> None:
    desk = Desk()
    desk.take(introduction())
    desk.take(introduction(2, key=people.seed("another slot key")))
    desk.take(*pieces(3))
    assert [one.authentic for one in desk.shelf.parcels] == [True]


def test_only_handlers_change_cases() -> None:
    desk = Desk()
    for name in ("phone", "other handler", "nobody"):
        link = SignedOperation(people.device(name), 1, CHAIN_START, {"kind": name}).sign(
            people.identity(name)
        )
        desk.take(cell(CellKind.OPERATION, 1, encode([link]), sender=name, key=None))
    assert [op["kind"] for _device, op in desk.shelf.operations] == ["other handler"]


def test_an_operation_in_another_handlers_name_is_not_taken() -> None:
    desk = Desk()
    link = SignedOperation(people.device("handler"), 1, CHAIN_START, {"kind": "x"}).sign(
        people.identity("phone")
    )
    desk.take(cell(CellKind.OPERATION, 1, encode([link]), sender="other handler", key=None))
    stolen = SignedOperation(people.device("handler"), 1, CHAIN_START, {"kind": "x"}).sign(
        people.identity("other handler")
    )
    desk.take(cell(CellKind.OPERATION, 2, encode([stolen]), sender="other handler", key=None))
    assert all(device == people.device("other handler") for device, _op in desk.shelf.operations)


# --- what cannot be read ---------------------------------------------------------------------


def test_a_cell_that_no_key_opens_is_skipped_and_counted() -> None:
    desk = Desk()
    random_cell = random.Random(3).randbytes(16_384)
    taken = desk.take(random_cell, introduction(), *pieces(), random_cell[::-1])
    assert (taken.parcels, taken.foreign) == (1, 2)


def test_a_parcel_that_cannot_be_opened_is_counted_and_stops_nothing() -> None:
    desk = Desk()
    good = cut(parcel())[0]
    bad = Chunk(good.parcel, 0, 1, good.generation, good.day, good.data[::-1])
    old = Chunk(people.seed("x")[:16], 0, 1, 1, 5, good.data)
    taken = desk.take(
        introduction(),
        cell(CellKind.PARCEL, 2, bad.to_body()),
        cell(CellKind.PARCEL, 3, old.to_body()),
        *pieces(4),
    )
    assert (taken.parcels, taken.unreadable) == (1, 2)


def test_a_dummy_says_nothing() -> None:
    desk = Desk()
    taken = desk.take(*[dummy_cell(to=people.day_key(), org=people.ORG) for _ in range(3)])
    assert taken == Taken()


BODIES = st.binary(max_size=200) | PLAIN.map(encode)


@settings(max_examples=150)
@given(kind=st.sampled_from(CellKind), counter=st.integers(0, 2**48 - 1), body=BODIES, vouched=st.booleans())
def test_whatever_a_member_puts_into_a_cell_the_rest_of_the_page_arrives(
    kind: CellKind, counter: int, body: bytes, vouched: bool
) -> None:
    desk = Desk()
    desk.take(introduction(), cell(kind, counter, body, key=SLOT_KEY if vouched else None), *pieces(2**20))
    assert [one.payload["text"] for one in desk.shelf.parcels] == ["told"]


@settings(max_examples=80)
@given(value=PLAIN, kind=st.integers(0, 4), extra=st.dictionaries(st.integers(1, 6), PLAIN, max_size=5))
def test_whatever_a_member_signs_as_an_announcement_the_rest_of_the_page_arrives(
    value: object, kind: int, extra: dict[int, object]
) -> None:
    from crypto.signed import Signed

    desk = Desk()
    said = {**extra, 1: kind, 2: people.ORG}
    for content in (encode(value), encode(said)):
        for name in ("phone", "other handler"):
            body = Signed.make(content, label="kantha/v1/announce", by=people.identity(name)).to_wire()
            desk.take(cell(CellKind.ANNOUNCE, 1, body, sender=name, key=None))
    desk.take(introduction(), *pieces())
    assert len(desk.shelf.parcels) == 1


@settings(max_examples=60)
@given(payload=st.dictionaries(st.text(max_size=8), PLAIN, max_size=5), code=st.text(max_size=16))
def test_whatever_a_member_seals_as_a_parcel_is_handed_on_or_counted(
    payload: dict[str, object], code: str
) -> None:
    desk = Desk()
    content = ParcelContent(ParcelKind.ADDITION, code, NOW, payload)
    made = cut(seal_parcel(content, to=people.day_key(), org=people.ORG))
    taken = desk.take(introduction(), *[cell(CellKind.PARCEL, 2 + one.index, one.to_body()) for one in made])
    assert taken.parcels + taken.unreadable == 1


def garbage_keys() -> list[bytes]:
    return [bytes(1_216), b"\xff" * 1_216, people.pair("x").sealing_key.public[:1_184] + bytes(32)]


@pytest.mark.parametrize("public", garbage_keys(), ids=["zeros", "ones", "a point of low order"])
def test_a_key_that_is_none_stops_no_desk(public: bytes) -> None:
    """A seized phone must not be able to stop its desk by announcing a key to which nothing can be sealed."""
    from crypto.signed import Signed

    desk = Desk()
    said = encode({1: 2, 2: people.ORG, 3: 1, 4: public})
    body = Signed.make(said, label="kantha/v1/announce", by=people.identity("phone")).to_wire()
    desk.take(introduction(), cell(CellKind.ANNOUNCE, 2, body), *pieces(3))
    assert len(desk.shelf.parcels) == 1
    desk.inbox.answers.pack()


@pytest.mark.parametrize("public", garbage_keys(), ids=["zeros", "ones", "a point of low order"])
def test_an_epoch_key_that_is_none_is_not_published(public: bytes) -> None:
    from crypto.primitives import device_signature_holds
    from crypto.signed import Signed

    desk, by = Desk(), people.identity("other handler")
    epoch = people.WEEK + 1
    certificate = by.sign(
        encode(["kantha/v1/epoch-key", people.ORG, people.device("other handler"), epoch, public])
    )
    assert device_signature_holds(
        by.public,
        certificate,
        encode(["kantha/v1/epoch-key", people.ORG, people.device("other handler"), epoch, public]),
    )
    said = encode({1: 3, 2: people.ORG, 3: epoch, 4: public, 5: certificate})
    body = Signed.make(said, label="kantha/v1/announce", by=by).to_wire()
    desk.take(cell(CellKind.ANNOUNCE, 1, body, sender="other handler", key=None))
    assert desk.state.db.execute("SELECT count(*) FROM sync_epoch_key").fetchone() == (0,)


def test_keys_that_are_right_are_taken() -> None:
    desk = Desk()
    first, second = OpeningKey(people.seed("one")), OpeningKey(people.seed("two"))
    for number, key in ((2, second), (1, first)):
        said = ReplyKey(number, key.sealing_key)
        body = sign_announcement(said, by=people.identity("phone"), org=people.ORG)
        desk.take(cell(CellKind.ANNOUNCE, number, body))
    row = desk.state.db.execute("SELECT number, public FROM sync_device_reply_key").fetchone()
    assert row == (2, second.sealing_key.public), "an older key never replaces a newer one"
    by, made = people.identity("other handler"), people.epoch_key("other handler")
    announced = EpochAnnouncement(made.epoch, made.key, made.certify(by, org=people.ORG))
    body = sign_announcement(announced, by=by, org=people.ORG)
    desk.take(cell(CellKind.ANNOUNCE, 1, body, sender="other handler", key=None))
    assert desk.state.db.execute("SELECT handler FROM sync_epoch_key").fetchall() == [(made.handler,)]
    assert desk.state.place("publish-due") is True


def test_an_epoch_key_whose_certificate_does_not_hold_is_not_published() -> None:
    """With it in the directory, every phone would refuse the whole of it."""
    desk, made = Desk(), people.epoch_key("other handler")
    for by, org in (
        (people.identity("handler"), people.ORG),
        (people.identity("other handler"), people.OTHER_ORG),
    ):
        said = EpochAnnouncement(made.epoch, made.key, made.certify(by, org=org))
        body = sign_announcement(said, by=people.identity("other handler"), org=people.ORG)
        desk.take(cell(CellKind.ANNOUNCE, 1, body, sender="other handler", key=None))
    assert desk.state.db.execute("SELECT count(*) FROM sync_epoch_key").fetchone() == (0,)


def test_an_intake_phone_announces_no_epoch_key() -> None:
    desk, made = Desk(), people.epoch_key("phone")
    said = EpochAnnouncement(made.epoch, made.key, made.certify(people.identity("phone"), org=people.ORG))
    body = sign_announcement(said, by=people.identity("phone"), org=people.ORG)
    desk.take(cell(CellKind.ANNOUNCE, 1, body))
    assert desk.state.db.execute("SELECT count(*) FROM sync_epoch_key").fetchone() == (0,)


def test_a_full_cell_arrives_whole() -> None:
    desk = Desk()
    desk.take(introduction(), cell(CellKind.FRAGMENT, 2, b"x" * MAX_BODY_BYTES), *pieces(3))
    assert len(desk.shelf.parcels) == 1
    assert missing(desk.state) == []


def test_the_desk_of_a_line_is_the_one_whose_key_opened_the_cell() -> None:
    desk = Desk()
    desk.take(introduction(), *pieces())
    rows = desk.state.db.execute("SELECT DISTINCT desk FROM sync_received").fetchall()
    assert [DeskId(bytes(row[0])) for row in rows] == [people.DESK]


def test_a_stranger_cannot_make_an_identity_of_a_member() -> None:
    stranger = DeviceSigningKey(people.seed("stranger"))
    desk = Desk()
    entry = Introduction.make(
        SLOT_KEY, to=people.epoch_key("handler"), org=people.ORG, desk=people.DESK, device=PHONE
    )
    body = sign_announcement(Introductions(people.DESK, 1, [entry]), by=stranger, org=people.ORG)
    desk.take(cell(CellKind.ANNOUNCE, 1, body), *pieces(2))
    assert [one.authentic for one in desk.shelf.parcels] == [None]
