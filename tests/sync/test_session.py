"""How a session deals with a relay that is busy, or refuses: the same pair again, or another one, never for
ever.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from crypto.roster import Role
from sync.errors import DepositConflictError, PageDamagedError, RelayBusyError, SyncError, TokenRefusedError
from sync.membership import Self
from sync.outbox import Deposit
from sync.pageindex import PageEntry
from sync.paging import MOST_TROUBLE, SHOWN_AFTER
from sync.session import _BUSY_TRIES, _LONGEST_WAIT_S, _TOKEN_TRIES, Session
from sync.wire import COMPLAINTS, REPLIES, REPLY_CELLS_PER_DEPOSIT
from tests.crypto import people
from tests.sync.stores import NOW, member, new_state

Pair = tuple[bytes, bytes, bytes]


@dataclass
class Relay:
    """A relay that gives these answers, one a deposit, and takes everything after that."""

    answers: list[SyncError] = field(default_factory=list)
    sent: list[Pair] = field(default_factory=list)

    def deposit(self, _stream: str, deposit_id: bytes, token: bytes, body: bytes) -> None:
        self.sent.append((deposit_id, token, body))
        if self.answers:
            raise self.answers.pop(0)

    def page(self, _stream: str, _number: int, _digest: bytes) -> bytes:
        raise PageDamagedError


@dataclass
class Waiting:
    """A session of a phone, with the seconds that it waited."""

    gap_s: int = 0
    waited: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        mine = replace(member("phone", Role.INTAKE), gap_seconds=self.gap_s)
        self.session = Session(
            new_state(),
            Self(people.identity("phone")),
            mine,
            None,
            sleep=self.waited.append,  # type: ignore[arg-type]
        )

    def send(self, relay: Relay, count: int = 1) -> None:
        self.session.send_nothing(relay, count)  # type: ignore[arg-type]

    def unsent(self) -> list[Deposit]:
        return self.session.outbox.unsent()


def test_a_busy_relay_is_sent_the_very_same_again_after_two_minutes_at_most() -> None:
    phone, relay = Waiting(), Relay([RelayBusyError(retry_after_s=5.0), RelayBusyError(retry_after_s=9e9)])
    phone.send(relay)
    assert len(relay.sent) == 3
    assert len(set(relay.sent)) == 1
    assert phone.waited == [5.0, _LONGEST_WAIT_S]
    assert (phone.unsent(), phone.session.outcome.deposited) == ([], 8)


def test_a_relay_that_stays_busy_is_left_and_what_it_did_not_take_goes_first_in_the_next_session() -> None:
    phone, relay = Waiting(), Relay([RelayBusyError(retry_after_s=0.0) for _ in range(_BUSY_TRIES)])
    with pytest.raises(RelayBusyError):
        phone.send(relay)
    assert len(relay.sent) == _BUSY_TRIES
    assert len(phone.waited) == _BUSY_TRIES - 1
    phone.send(relay)
    assert len(set(relay.sent)) == 1


@pytest.mark.parametrize("error", [TokenRefusedError, DepositConflictError])
def test_what_is_refused_is_sealed_afresh_under_another_id_and_token(error: type[SyncError]) -> None:
    phone, relay = Waiting(), Relay([error()])
    phone.send(relay)
    first, second = relay.sent
    assert all(one != other for one, other in zip(first, second, strict=True))
    assert phone.unsent() == []


def test_a_relay_that_takes_no_token_is_asked_few_times() -> None:
    phone, relay = Waiting(), Relay([TokenRefusedError() for _ in range(_TOKEN_TRIES)])
    with pytest.raises(TokenRefusedError):
        phone.send(relay)
    assert len(relay.sent) == _TOKEN_TRIES
    assert phone.unsent() == [], "what was refused is taken back"


def test_a_pause_of_a_random_length_lies_between_deposits_and_none_before_the_first() -> None:
    phone = Waiting(gap_s=30)
    phone.send(Relay(), 5)
    assert len(phone.waited) == 4
    assert all(0 <= seconds < 60 for seconds in phone.waited)
    assert len(set(phone.waited)) > 1
    hasty = Waiting()
    hasty.send(Relay(), 5)
    assert hasty.waited == []


def test_replies_alone_are_one_deposit_of_four_cells() -> None:
    phone, relay = Waiting(), Relay()
    phone.session.send_replies(relay)  # type: ignore[arg-type]
    assert len(relay.sent) == 1
    assert phone.session.outcome.deposited == REPLY_CELLS_PER_DEPOSIT


def test_a_page_that_cannot_be_had_is_passed_and_a_relay_that_gives_none_is_left() -> None:
    phone, relay = Waiting(), Relay()

    def page(number: int) -> bytes | None:
        entry = PageEntry(number, 8, bytes(32), NOW)
        return phone.session._page(relay, COMPLAINTS, entry)  # type: ignore[arg-type]

    assert [page(number) for number in range(MOST_TROUBLE)] == [None] * MOST_TROUBLE
    with pytest.raises(PageDamagedError):
        page(99)
    shown = Waiting().session
    for tries in range(1, SHOWN_AFTER + 1):
        shown._damaged = None
        assert shown._page(relay, REPLIES, PageEntry(1, 8, bytes(32), NOW)) is None  # type: ignore[arg-type]
        assert (shown._damaged is None) is (tries == SHOWN_AFTER), "said until it is shown as missing"
