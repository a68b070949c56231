"""Whole sessions of a phone and of a handler with a relay in memory: what is sent, asked for and heard."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

import pytest

from crypto.encoding import encode
from crypto.errors import DirectoryRefusedError
from crypto.reply_cells import ReplyKind, dummy_reply
from crypto.roster import Reason, Revocation, Role, sign_statement
from sync.belonging import keep_statement
from sync.deskkeys import Generation, save_generations
from sync.errors import PageDamagedError, TokenRefusedError
from sync.integrity import missing
from sync.membership import Self
from sync.outbox import Deposit
from sync.pageindex import Index, PageEntry
from sync.session import REPLY_WINDOW_S, Session
from sync.wire import COMPLAINTS, HANDLER_PART, PHONE_PART, REPLIES
from tests.crypto import people
from tests.sync.stores import NOW, Hands, put
from tests.sync.test_answers import PHONE, REPLY, confirmation, question, word
from tests.sync.test_directory_exact import Relay as Directory
from tests.sync.test_directory_exact import client, edition
from tests.sync.test_inbox import Desk, introduction, pieces

Sent = tuple[str, bytes]


@dataclass
class Relay(Directory):
    """Takes every deposit; gives the pages that a test puts there, but those in `damaged`."""

    sent: list[Sent] = field(default_factory=list)
    tokens: list[bytes] = field(default_factory=list)
    pages: dict[str, dict[int, bytes]] = field(default_factory=lambda: {COMPLAINTS: {}, REPLIES: {}})
    closed: dict[int, int] = field(default_factory=dict)
    damaged: set[int] = field(default_factory=set)
    fetched: list[int] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    """Streams whose next deposit it does not take."""

    def deposit(self, stream: str, _deposit_id: bytes, token: bytes, body: bytes) -> None:
        if stream in self.refuses:
            self.refuses.remove(stream)
            raise TokenRefusedError
        self.sent.append((stream, body))
        self.tokens.append(token)

    def index(self, stream: str, *, chunk: int | None = None, etag: str | None = None) -> Index | None:
        entries = tuple(
            PageEntry(number, 8, hashlib.sha256(page).digest(), self.closed.get(number, NOW))
            for number, page in sorted(self.pages[stream].items())
        )
        tag = hashlib.sha256(repr(entries).encode()).hexdigest()
        return None if etag == tag else Index(1, entries, tag, min(self.pages[stream], default=0), 0)

    def page(self, stream: str, number: int, _digest: bytes) -> bytes:
        self.fetched.append(number)
        if number in self.damaged:
            raise PageDamagedError
        return self.pages[stream][number]

    def again(self) -> Relay:
        """What the next session sees is only what it does itself."""
        self.sent, self.fetched, self.asked = [], [], []
        return self

    def streams(self) -> list[str]:
        return [stream for stream, _body in self.sent]


@dataclass
class Heard:
    """A sink that writes down what it is told."""

    said: list[tuple[str, object]] = field(default_factory=list)

    def take_left(self, code: str, kind: str) -> None:
        self.said.append(("left", code))

    def take_confirmation(self, code: str, kind: str) -> None:
        self.said.append(("confirmed", code))

    def take_question(self, handler: bytes, body: dict[str, object]) -> None:
        self.said.append(("question", body["text"]))

    def take_parcel(self, arrived: object) -> None:
        self.said.append(("parcel", arrived))


def session(role: Role, *, clock: Hands | None = None, name: str = "", deposits: int = 2) -> Session:
    """A device that belongs and has no directory yet."""
    mine = client(role, clock)
    me = Self(people.identity(name)) if name else mine.me
    member = replace(mine.member, deposits=deposits)
    if role is Role.HANDLER:
        save_generations(mine.state, [Generation(people.desk_seed(), people.TODAY, people.TODAY + 2)])
        for admitted in (("handler", Role.HANDLER), ("phone", Role.INTAKE)):
            keep_statement(mine.state, people.signed_admission(*admitted))
    else:
        mine.state.set_secret("reply-keys", [[1, REPLY.seed, NOW, people.TODAY]])
    return Session(mine.state, me, member, Heard())  # type: ignore[arg-type]


def know_phone(desk: Session) -> None:
    """The desk has the reply key of "phone"."""
    desk.state.db.execute(
        "INSERT INTO sync_device_reply_key (device, number, public) VALUES (?, 1, ?)",
        (PHONE, REPLY.sealing_key.public),
    )


def run(one: Session, relay: Relay) -> list[tuple[str, object]]:
    """Gives what it heard in this session."""
    heard: Heard = one.sink  # type: ignore[assignment]
    heard.said.clear()
    one.run(relay)  # type: ignore[arg-type]
    return heard.said


def replies(*cells: bytes) -> bytes:
    return b"".join([dummy_reply(org=people.ORG), *cells])


def place(one: Session, stream: str) -> object:
    return one.state.place(f"page-{stream}")


# --- a phone --------------------------------------------------------------------------------------------


def test_a_phone_asks_for_what_every_phone_asks_for_and_hears_the_desk() -> None:
    phone, relay = session(Role.INTAKE), Relay().shows(edition())
    put(phone.outbox)
    relay.pages[COMPLAINTS][7] = b""
    relay.pages[REPLIES] = {1: replies(word(ReplyKind.QUESTION, question()))}
    assert run(phone, relay) == [("left", "207-0000-0"), ("question", "When?")]
    assert relay.asked == [PHONE_PART]
    assert relay.streams() == [COMPLAINTS] * 2
    assert relay.fetched == [1]
    last = phone.outbox.highest_counter(people.DESK)
    told = confirmation(last + 1)
    relay.pages[REPLIES][2] = replies(word(ReplyKind.CONFIRM, told, counter=2))
    assert run(phone, relay.again()) == [("confirmed", "207-0000-0")]
    assert phone.outbox.items() == []


def test_recent_replies_are_fetched_in_every_session_and_heard_once() -> None:
    clock = Hands()
    phone, relay = session(Role.INTAKE, clock=clock), Relay().shows(edition())
    relay.closed = {1: NOW - REPLY_WINDOW_S - 60}
    relay.pages[REPLIES] = {1: replies(), 2: replies(word(ReplyKind.QUESTION, question()))}
    assert len(run(phone, relay)) == 1
    assert relay.fetched == [1, 2], "an old one too, if it was not read"
    relay.pages[REPLIES][3] = replies(word(ReplyKind.QUESTION, question("Where?"), counter=2))
    assert run(phone, relay.again()) == [("question", "Where?")]
    assert relay.fetched == [2, 3]
    clock.now += REPLY_WINDOW_S
    for fetched in ([2, 3], []):
        assert run(phone, relay.again()) == []
        assert relay.fetched == fetched
        clock.now += 1


def test_a_reply_page_that_cannot_be_had_blocks_nothing_and_is_heard_when_it_comes() -> None:
    clock = Hands()
    phone, relay = session(Role.INTAKE, clock=clock), Relay(damaged={2}).shows(edition())
    relay.pages[REPLIES] = {
        number: replies(word(ReplyKind.QUESTION, question(f"{number}?"), counter=number))
        for number in (1, 2, 3)
    }
    for _session in range(2):
        with pytest.raises(PageDamagedError):
            run(phone, relay.again())
    assert place(phone, REPLIES) == 3
    tries = phone.state.db.execute("SELECT tries FROM sync_page_trouble").fetchall()
    assert tries == [(2,)]
    clock.now += REPLY_WINDOW_S + 60
    relay.damaged = set()
    assert run(phone, relay.again()) == [("question", "2?")]
    assert relay.fetched == [2]
    assert place(phone, REPLIES) == 3, "it does not begin again behind what was read"
    assert phone.state.db.execute("SELECT * FROM sync_page_trouble").fetchall() == []
    assert run(phone, relay.again()) == []
    assert relay.fetched == []


def test_a_phone_whose_relay_shows_an_older_directory_does_all_the_same_and_says_so_at_the_end() -> None:
    phone, relay = session(Role.INTAKE), Relay().shows(edition(6))
    run(phone, relay)
    relay.shows(edition(5)).pages[REPLIES] = {1: replies(word(ReplyKind.QUESTION, question()))}
    with pytest.raises(DirectoryRefusedError, match="older"):
        run(phone, relay.again())
    assert (relay.streams(), relay.fetched) == ([COMPLAINTS] * 2, [1])
    newcomer = session(Role.INTAKE)
    newcomer.directory.pin_root(people.seed("another root"))
    with pytest.raises(DirectoryRefusedError, match="another organisation"):
        run(newcomer, relay.again())
    assert relay.sent == [], "it knows nobody to whom it could seal"


def test_a_raised_token_epoch_serves_in_the_very_session_that_hears_of_it() -> None:
    phone, relay = session(Role.INTAKE), Relay().shows(edition(token_epoch=2))
    phone.member.save(phone.state)
    own = replace(phone.member.tokens, epoch=2)
    run(phone, relay)
    assert relay.tokens == [own.token(week=people.WEEK, index=index) for index in range(2)]


def test_what_a_device_that_waits_has_to_say_goes_with_the_first_deposit_that_is_made_new() -> None:
    phone, relay, packed = session(Role.INTAKE), Relay(), list[Deposit]()
    kept = phone.outbox.pack({}, {}, last=False)

    def first() -> Deposit:
        packed.append(phone.outbox.pack({}, {}, last=False))
        return packed[-1]

    phone.send_nothing(relay, 3, first=first)  # type: ignore[arg-type]
    assert [body for _stream, body in relay.sent[:2]] == [kept.body, packed[0].body]
    assert (len(relay.sent), len(packed)) == (3, 1)


def test_what_a_phone_sends_is_shown_at_its_desk_to_be_its_own() -> None:
    phone, relay, desk = session(Role.INTAKE), Relay().shows(edition()), Desk()
    put(phone.outbox)
    run(phone, relay)
    desk.take(*[body for _stream, body in relay.sent])
    assert [(one.code, one.authentic) for one in desk.shelf.parcels] == [("207-0000-0", True)]


def test_what_the_relay_refuses_once_is_sealed_afresh_and_not_lost() -> None:
    phone, relay = session(Role.INTAKE), Relay(refuses={COMPLAINTS}).shows(edition())
    put(phone.outbox)
    assert run(phone, relay) == [("left", "207-0000-0")]
    desk, there = session(Role.HANDLER), Relay(refuses={REPLIES}).shows(edition())
    know_phone(desk)
    desk.answers.queue(PHONE, ReplyKind.QUESTION, encode({1: {"text": "When?"}}))
    run(desk, there)
    relay.pages[REPLIES] = {1: there.sent[-1][1]}
    assert run(phone, relay) == [("question", "When?")]


# --- a handler ------------------------------------------------------------------------------------------


def test_a_handler_reads_the_complaints_and_its_last_deposit_is_of_replies() -> None:
    desk, relay = session(Role.HANDLER), Relay().shows(edition())
    relay.pages[COMPLAINTS] = {1: b"".join([introduction(), *pieces()])}
    relay.pages[REPLIES] = {9: replies()}
    assert [what for what, _said in run(desk, relay)] == ["parcel"]
    assert relay.asked == [PHONE_PART, HANDLER_PART]
    assert relay.streams() == [COMPLAINTS, COMPLAINTS, REPLIES]
    assert relay.fetched == [1]
    assert place(desk, COMPLAINTS) == 1
    assert run(desk, relay.again()) == []
    assert relay.fetched == []


def test_kept_deposits_go_in_their_places_and_no_session_has_more_of_a_stream_than_another() -> None:
    clock = Hands()
    desk, relay = session(Role.HANDLER, clock=clock, deposits=1), Relay().shows(edition())
    reply = desk.answers.pack()
    clock.now += 1
    kept = [desk.outbox.pack({}, {}, last=False).body for _each in range(3)]
    for number in range(3):
        run(desk, relay.again())
        assert relay.streams() == [COMPLAINTS, REPLIES]
        assert (relay.sent[1][1] == reply.body) is (number == 0)
        kept.remove(relay.sent[0][1])
    assert desk.outbox.unsent() == []


@pytest.mark.parametrize("revoked", [False, True])
def test_what_waits_is_said_to_phones_that_belong_and_no_more_to_one_that_is_revoked(revoked: bool) -> None:
    desk, relay = session(Role.HANDLER), Relay().shows(edition())
    know_phone(desk)
    desk.answers.queue(PHONE, ReplyKind.QUESTION, encode({1: {"text": "When?"}}))
    if revoked:
        gone = Revocation(people.ORG, PHONE, NOW, Reason.LOST)
        keep_statement(desk.state, sign_statement(gone, by=[people.officer()]))
    run(desk, relay)
    assert desk.answers.waiting() == 0
    phone, there = session(Role.INTAKE), Relay().shows(edition())
    there.pages[REPLIES] = {1: relay.sent[-1][1]}
    assert run(phone, there) == ([] if revoked else [("question", "When?")])


def test_a_handler_whose_desk_keys_are_held_back_still_deposits_and_then_says_so() -> None:
    desk, relay = session(Role.HANDLER), Relay().shows(edition(5))
    relay.parts[PHONE_PART] = Relay().shows(edition(6)).parts[PHONE_PART]
    relay.pages[COMPLAINTS] = {1: b""}
    with pytest.raises(DirectoryRefusedError, match="older keys"):
        run(desk, relay)
    assert relay.streams() == [COMPLAINTS, COMPLAINTS, REPLIES]
    assert relay.fetched == [], "it would take new complaints for somebody else's"


def complaints(*numbers: int) -> dict[int, bytes]:
    return {number: bytes([number]) * 16_384 for number in numbers}


def test_a_complaint_page_that_cannot_be_had_blocks_nothing_and_is_read_once_when_it_comes() -> None:
    desk, relay = session(Role.HANDLER), Relay(damaged={2}).shows(edition())
    relay.pages[COMPLAINTS] = complaints(1, 2, 3)
    for fetched in ([1, 2, 3], [2]):
        with pytest.raises(PageDamagedError):
            run(desk, relay.again())
        assert relay.fetched == fetched
        assert place(desk, COMPLAINTS) == 3
    relay.damaged = set()
    run(desk, relay.again())
    assert (relay.fetched, place(desk, COMPLAINTS), missing(desk.state)) == ([2], 3, [])
    run(desk, relay.again())
    assert relay.fetched == []


def test_a_page_that_could_not_be_had_and_is_listed_anew_is_asked_for_once() -> None:
    desk, relay = session(Role.HANDLER), Relay(damaged={2}).shows(edition())
    relay.pages[COMPLAINTS] = complaints(1, 2, 3)
    with pytest.raises(PageDamagedError):
        run(desk, relay)
    relay.pages[COMPLAINTS] = complaints(1, 2)  # the relay is back from an old copy
    with pytest.raises(PageDamagedError):
        run(desk, relay.again())
    assert relay.fetched == [1, 2]


@pytest.mark.parametrize(("name", "token"), [("publisher", ""), ("handler", "t" * 43)])
def test_a_device_with_the_right_or_the_token_alone_publishes_and_repairs_nothing(
    name: str, token: str
) -> None:
    """Its session has the shape of every other handler's; this relay takes no directory at all."""
    desk, relay = session(Role.HANDLER, name=name), Relay().shows(edition(6))
    if token:
        desk.state.keys.put("publish-token", token.encode())
    run(desk, relay)
    assert relay.asked == [PHONE_PART, HANDLER_PART]
    with pytest.raises(DirectoryRefusedError, match="older"):
        run(desk, relay.again().shows(edition(5)))
    assert relay.asked.count(PHONE_PART) == 1
