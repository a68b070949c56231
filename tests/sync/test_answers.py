"""What a desk says to a phone: only handlers are heard, each word once, and only of what is theirs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.directory import PhoneDirectory, Seen, UntrustedPhoneDirectory
from crypto.encoding import encode
from crypto.ids import DeviceId
from crypto.primitives import OpeningKey
from crypto.reply_cells import HandlerWord, ReplyCell, ReplyKind, dummy_reply, seal_reply
from crypto.roster import Role
from sync.answers import (
    KEEP_DAYS,
    Answers,
    Asked,
    Confirmed,
    load_reply_keys,
    read_word,
    renew_reply_key,
    say_reply_key_again,
)
from sync.integrity import Line, note_cell
from sync.membership import Self
from sync.outbox import Outbox
from sync.windows import note_page_day
from sync.wire import REPLIES, REPLY_CELL_BYTES, REPLY_CELLS_PER_DEPOSIT
from tests.crypto import people
from tests.sync.anything import PLAIN
from tests.sync.stores import NOW, Hands, day_keys, member, new_state, phone_outbox, put

PHONE = people.device("phone")
REPLY = OpeningKey(people.seed("reply key"))


def directory() -> PhoneDirectory:
    made = people.published()
    return UntrustedPhoneDirectory(made.signed_head, made.phone.encode()).verify(
        org=people.ORG, seen=Seen(), now=NOW
    )


def word(
    kind: ReplyKind, body: bytes, *, by: str = "handler", counter: int = 1, to: DeviceId = PHONE
) -> bytes:
    said = HandlerWord(kind, people.device(by), counter, body)
    return said.seal(by=people.identity(by), recipient=to, to=REPLY.sealing_key, org=people.ORG)


def confirmation(below: int, bits: bytes = b"", *, desk: bytes = people.DESK, incarnation: int = 1) -> bytes:
    return encode({1: desk, 2: incarnation, 3: below, 4: bits})


def question(text: str = "When?") -> bytes:
    return encode({1: {"text": text}})


def hear(outbox: Outbox, *cells: bytes) -> list[Confirmed | Asked | None]:
    return [
        read_word(one, keys=[REPLY], me=PHONE, state=outbox.state, directory=directory(), outbox=outbox)
        for one in cells
    ]


def test_a_question_of_a_handler_is_heard_once() -> None:
    outbox, asked = phone_outbox(), word(ReplyKind.QUESTION, question())
    assert hear(outbox, asked) == [Asked(people.device("handler"), {"text": "When?"})]
    assert hear(outbox, asked) == [None], "a replay is ignored"
    again = word(ReplyKind.QUESTION, question("Where?"))
    assert hear(outbox, again) == [None], "also with another text under the same number"
    assert hear(outbox, word(ReplyKind.QUESTION, question("Where?"), counter=2))[0] is not None


def test_words_may_come_in_any_order() -> None:
    outbox = phone_outbox()
    words = [word(ReplyKind.QUESTION, question(str(n)), counter=n) for n in (3, 1, 2)]
    assert all(isinstance(one, Asked) for one in hear(outbox, *words))


@pytest.mark.parametrize("by", ["phone", "other handler", "nobody", "officer"])
def test_nobody_but_a_handler_of_the_directory_is_heard(by: str) -> None:
    outbox = phone_outbox()
    put(outbox)
    outbox.left(outbox.pack(day_keys(), {}, last=False))
    assert hear(
        outbox,
        word(ReplyKind.QUESTION, question(), by=by),
        word(ReplyKind.CONFIRM, confirmation(2), by=by, counter=2),
    ) == [None, None]
    assert len(outbox.items()) == 1


def test_a_word_in_a_handlers_name_signed_by_another_is_not_heard() -> None:
    said = HandlerWord(ReplyKind.QUESTION, people.device("handler"), 1, question())
    forged = said.seal(by=people.identity("other"), recipient=PHONE, to=REPLY.sealing_key, org=people.ORG)
    assert hear(phone_outbox(), forged) == [None]


def test_a_word_for_another_phone_is_not_heard_even_if_it_is_sealed_to_this_one() -> None:
    foreign = word(ReplyKind.CONFIRM, confirmation(2), to=people.device("other"))
    outbox = phone_outbox()
    put(outbox)
    outbox.left(outbox.pack(day_keys(), {}, last=False))
    assert hear(outbox, foreign) == [None]
    assert len(outbox.items()) == 1


def test_a_confirmation_names_what_came_and_makes_the_phone_forget_it() -> None:
    outbox = phone_outbox()
    for number in range(3):
        put(outbox, f"207-000{number}-0")
    outbox.left(outbox.pack(day_keys(), {}, last=False))
    (said,) = hear(outbox, word(ReplyKind.CONFIRM, confirmation(2, b"\x02")))
    assert said == Confirmed(people.DESK, [1, 3])


def test_a_desk_confirms_nothing_that_was_sent_to_another_desk() -> None:
    foreign = word(ReplyKind.CONFIRM, confirmation(900, desk=people.OTHER_DESK))
    assert hear(phone_outbox(), foreign) == [None]


def test_a_confirmation_for_another_beginning_of_this_device_is_ignored() -> None:
    assert hear(phone_outbox(), word(ReplyKind.CONFIRM, confirmation(900, incarnation=2))) == [None]


def test_a_confirmation_of_what_was_never_sent_forgets_nothing() -> None:
    outbox = phone_outbox()
    put(outbox)
    (said,) = hear(outbox, word(ReplyKind.CONFIRM, confirmation(2**47)))
    assert isinstance(said, Confirmed)
    assert outbox.confirm(said.desk, said.counters) == []
    assert len(outbox.items()) == 1, "it has not left this device yet"


def test_a_word_with_an_entry_too_many_says_nothing() -> None:
    outbox = phone_outbox()
    put(outbox)
    outbox.left(outbox.pack(day_keys(), {}, last=False))
    confirmed = encode({1: people.DESK, 2: 1, 3: 2, 4: b"", 5: b""})
    assert hear(
        outbox,
        word(ReplyKind.CONFIRM, confirmed),
        word(ReplyKind.QUESTION, encode({1: {"text": "When?"}, 2: b""}), counter=2),
    ) == [None, None]


def test_cells_for_others_and_dummies_are_skipped() -> None:
    elsewhere = HandlerWord(ReplyKind.QUESTION, people.device("handler"), 1, question()).seal(
        by=people.identity("handler"),
        recipient=PHONE,
        to=OpeningKey(people.seed("other phone")).sealing_key,
        org=people.ORG,
    )
    assert hear(phone_outbox(), elsewhere, dummy_reply(org=people.ORG), bytes(REPLY_CELL_BYTES)) == [None] * 3


BODY = st.binary(max_size=120) | PLAIN.map(encode)


@settings(max_examples=120)
@given(kind=st.sampled_from(ReplyKind), body=BODY, counter=st.integers(0, 2**63 - 1))
def test_whatever_a_handler_signs_a_phone_reads_on(kind: ReplyKind, body: bytes, counter: int) -> None:
    outbox = phone_outbox()
    if len(body) <= 2_000:
        hear(outbox, word(kind, body, counter=counter))
    assert isinstance(
        hear(outbox, word(ReplyKind.QUESTION, question(), counter=(counter + 1) % 2**48))[0], Asked
    )


@pytest.mark.parametrize("counter", [2**63, 2**64 - 1])
def test_a_number_that_no_store_holds_is_ignored(counter: int) -> None:
    assert hear(phone_outbox(), word(ReplyKind.QUESTION, question(), counter=counter)) == [None]


@settings(max_examples=60)
@given(kind=st.sampled_from(ReplyKind), content=st.binary(max_size=200))
def test_whatever_anybody_seals_to_a_phones_key_a_phone_reads_on(kind: ReplyKind, content: bytes) -> None:
    sealed = seal_reply(ReplyCell(kind, content), to=REPLY.sealing_key, org=people.ORG)
    assert hear(phone_outbox(), sealed) == [None]


# --- at the desk -----------------------------------------------------------------------------


def desk_answers(clock: Hands | None = None) -> Answers:
    state = new_state(clock)
    me, mine = Self(people.identity("handler")), member("handler", Role.HANDLER)
    return Answers(state, me, mine, Outbox(state, me, mine))


def know(answers: Answers, device: DeviceId = PHONE, key: OpeningKey = REPLY) -> None:
    answers.state.db.execute(
        "INSERT INTO sync_device_reply_key (device, number, public) VALUES (?, 1, ?)",
        (device, key.sealing_key.public),
    )


def cells(body: bytes) -> list[bytes]:
    return [body[start : start + REPLY_CELL_BYTES] for start in range(0, len(body), REPLY_CELL_BYTES)]


@settings(max_examples=15)
@given(waiting=st.integers(0, 9))
def test_a_reply_deposit_has_four_cells_whatever_waits(waiting: int) -> None:
    answers = desk_answers()
    know(answers)
    for number in range(waiting):
        answers.queue(PHONE, ReplyKind.QUESTION, question(str(number)))
    heard: list[str] = []
    outbox = phone_outbox()
    for _ in range(3):
        deposit = answers.pack()
        assert len(deposit.body) == REPLY_CELL_BYTES * REPLY_CELLS_PER_DEPOSIT
        assert len(set(cells(deposit.body))) == REPLY_CELLS_PER_DEPOSIT
        heard += [said.body["text"] for said in hear(outbox, *cells(deposit.body)) if isinstance(said, Asked)]
        answers.left(deposit)
    assert sorted(heard) == sorted(map(str, range(waiting)))
    assert answers.waiting() == 0


def test_questions_go_before_confirmations_and_a_newer_confirmation_replaces_an_older_one() -> None:
    answers = desk_answers()
    know(answers)
    line = Line(PHONE, people.DESK, 1)
    for counter in (1, 2, 3):
        note_cell(answers.state, line, counter, b"x")
        answers.queue_confirmation(line)
    for number in range(4):
        answers.queue(PHONE, ReplyKind.QUESTION, question(str(number)))
    assert answers.waiting() == 5
    outbox = phone_outbox()
    for _ in range(4):
        put(outbox)
    first = answers.pack()
    assert all(isinstance(one, Asked) for one in hear(outbox, *cells(first.body)))
    answers.left(first)
    confirmed = [one for one in hear(outbox, *cells(answers.pack().body)) if isinstance(one, Confirmed)]
    assert confirmed == [Confirmed(people.DESK, [1, 2, 3])]


def test_a_welcome_leaves_as_it_was_sealed_and_before_confirmations() -> None:
    answers, welcome = desk_answers(), bytes(range(256)) * 16
    know(answers)
    answers.queue(PHONE, ReplyKind.CONFIRM, confirmation(2))
    for number in range(REPLY_CELLS_PER_DEPOSIT - 1):
        answers.queue(PHONE, ReplyKind.QUESTION, question(str(number)))
    answers.queue_sealed(welcome)
    assert welcome in cells(answers.pack().body)
    assert answers.waiting() == REPLY_CELLS_PER_DEPOSIT + 1


def test_what_the_relay_refused_is_said_again_under_another_number() -> None:
    answers = desk_answers()
    know(answers)
    answers.queue(PHONE, ReplyKind.QUESTION, question())
    refused = answers.pack()
    answers.withdraw(refused)
    assert answers.outbox.unsent() == []
    again = answers.pack()
    assert not set(cells(again.body)) & set(cells(refused.body))
    assert any(isinstance(one, Asked) for one in hear(phone_outbox(), *cells(again.body)))


def test_a_deposit_that_was_not_sent_yet_says_nothing_to_a_phone_that_was_revoked() -> None:
    answers = desk_answers()
    know(answers)
    taken = people.device("taken")
    know(answers, taken, OpeningKey(people.seed("taken reply")))
    answers.queue(taken, ReplyKind.QUESTION, question("for the one that was taken"))
    answers.queue(PHONE, ReplyKind.QUESTION, question("for the other"))
    answers.pack()
    answers.forget([taken])
    assert answers.outbox.unsent() == []
    assert answers.waiting() == 1
    heard = hear(phone_outbox(), *cells(answers.pack().body))
    assert [one.body["text"] for one in heard if isinstance(one, Asked)] == ["for the other"]


def test_a_deposit_that_says_nothing_to_a_revoked_phone_stays() -> None:
    answers = desk_answers()
    know(answers)
    answers.queue(PHONE, ReplyKind.QUESTION, question())
    kept = answers.pack()
    answers.forget([people.device("taken")])
    assert answers.outbox.unsent() == [kept]


def test_a_question_to_a_phone_whose_key_is_not_known_yet_waits_and_holds_nothing_up() -> None:
    answers = desk_answers()
    for number in range(6):
        answers.queue(people.device("silent"), ReplyKind.QUESTION, question(str(number)))
    answers.queue(PHONE, ReplyKind.QUESTION, question("for the other"))
    know(answers)
    deposit = answers.pack()
    answers.left(deposit)
    assert [
        one.body["text"] for one in hear(phone_outbox(), *cells(deposit.body)) if isinstance(one, Asked)
    ] == ["for the other"]
    assert answers.waiting() == 6
    assert deposit.stream == REPLIES


# --- a phone's reply keys -----------------------------------------------------------------------

DAY = 86_400


class ReplyKeys:
    """A phone's reply keys, with its clock and the relay's moved apart."""

    def __init__(self) -> None:
        self.clock = Hands()
        self.outbox = phone_outbox(self.clock)
        self.relay_day = people.TODAY

    def renew(self, *, ahead: int = 0) -> list[OpeningKey]:
        """A session with the relay's time right and this clock `ahead` days ahead."""
        note_page_day(self.outbox.state, self.relay_day)
        self.clock.now += ahead * DAY
        renew_reply_key(
            self.outbox.state, me=self.outbox.me, member=self.outbox.member, outbox=self.outbox,
            desks=[people.DESK, people.OTHER_DESK],
        )  # fmt: skip
        self.clock.now -= ahead * DAY
        return load_reply_keys(self.outbox.state)

    def later(self, days: int) -> None:
        self.clock.now += days * DAY
        self.relay_day += days


def test_a_reply_key_is_renewed_daily_and_kept_as_long_as_the_relay_keeps_replies() -> None:
    phone = ReplyKeys()
    (first,) = phone.renew()
    assert phone.renew() == [first], "at most daily"
    phone.later(1)
    second, kept = phone.renew()
    assert kept == first
    assert second != first
    phone.later(KEEP_DAYS - 1)
    assert first in phone.renew(), "the relay may still have an answer to it"
    phone.later(1)
    assert first not in phone.renew(), "older than anything the relay still has"


def test_a_reply_key_is_said_again_to_a_desk_and_nothing_where_there_is_none() -> None:
    phone = ReplyKeys()
    box = phone.outbox

    def said() -> list[bytes]:
        say_reply_key_again(box.state, me=box.me, member=box.member, outbox=box, desk=people.DESK)
        rows = box.state.db.execute(
            "SELECT body FROM sync_cell WHERE desk = ? ORDER BY counter", (people.DESK,)
        )
        return [bytes(body) for (body,) in rows.fetchall()]

    assert said() == []
    phone.renew()
    first, again = said()
    assert first == again


def test_a_reply_key_is_announced_to_every_desk() -> None:
    phone = ReplyKeys()
    phone.renew()
    phone.later(1)
    phone.renew()
    assert phone.outbox.highest_counter(people.DESK) == phone.outbox.highest_counter(people.OTHER_DESK) == 2


def test_a_phone_away_for_five_weeks_has_a_key_again() -> None:
    phone = ReplyKeys()
    (old,) = phone.renew()
    phone.later(KEEP_DAYS + 2)
    (new,) = phone.renew()
    assert new != old
    numbers: Any = phone.outbox.state.secret("reply-keys")
    assert numbers[0][0] == 2, "a desk takes only a higher number"


@pytest.mark.parametrize("ahead", [60, 400, -60])
def test_a_clock_that_was_wrong_once_destroys_no_reply_key_and_holds_up_no_new_one(ahead: int) -> None:
    phone = ReplyKeys()
    (first,) = phone.renew()
    phone.later(1)
    wrong = phone.renew(ahead=ahead)
    assert first in wrong
    phone.later(1)
    now = phone.renew()
    assert len(now) == 3, "a key that was made on a wrong day serves no longer than a day"
    assert set(wrong) < set(now)


def test_a_relay_that_lies_about_time_alone_destroys_no_reply_key() -> None:
    phone = ReplyKeys()
    (first,) = phone.renew()
    phone.later(1)
    phone.relay_day += 5_000
    assert first in phone.renew()
    phone.relay_day -= 5_000
    phone.later(KEEP_DAYS + 1)
    assert first not in phone.renew()


def test_before_any_page_was_seen_nothing_is_destroyed() -> None:
    clock = Hands()
    outbox = phone_outbox(clock)
    for _ in range(3):
        renew_reply_key(outbox.state, me=outbox.me, member=outbox.member, outbox=outbox)
        clock.now += 60 * DAY
    assert len(load_reply_keys(outbox.state)) == 3


def test_a_member_of_another_organisation_hears_nothing() -> None:
    outbox = phone_outbox()
    stranger = Outbox(outbox.state, outbox.me, replace(outbox.member, org=people.OTHER_ORG))
    said = HandlerWord(ReplyKind.QUESTION, people.device("handler"), 1, question()).seal(
        by=people.identity("handler"), recipient=PHONE, to=REPLY.sealing_key, org=people.OTHER_ORG
    )
    assert hear(stranger, said) == [None]
