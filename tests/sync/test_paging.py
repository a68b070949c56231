"""A page that cannot be had blocks nothing: it is passed, shown as missing, and tried again."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from sync.errors import PageDamagedError, PageExpiredError, PageUnknownError, RelayUnreachableError
from sync.integrity import missing
from sync.pageindex import Index, PageEntry
from sync.paging import AGAIN, SHOWN_AFTER, end_trouble, in_trouble, is_shown, pages_after, try_page
from sync.state import State
from sync.windows import newest_page_day, note_page_day
from sync.wire import COMPLAINTS, RETENTION_DAYS_OF
from tests.sync.stores import NOW, Hands, new_state

DAY = 86_400


@dataclass
class Relay:
    """A relay that gives pages, or does not. Holds what `sync.paging` asks of a client."""

    pages: dict[int, bytes | Exception] = field(default_factory=dict)
    closed_at: int = NOW

    def index(self, stream: str, *, chunk: int | None = None, etag: str | None = None) -> Index:
        if chunk is not None and chunk > max(self.pages, default=1) // 1_000:
            raise PageUnknownError
        return Index(1, tuple(self.entry(number) for number in sorted(self.pages)), "tag", 1, 0)

    def entry(self, number: int) -> PageEntry:
        return PageEntry(number, 8, bytes(32), self.closed_at)

    def page(self, stream: str, number: int, digest: bytes) -> bytes:
        found = self.pages[number]
        if isinstance(found, Exception):
            raise found
        return found


def fetch(relay: Relay, state: State, number: int) -> bytes | None:
    return try_page(relay, state, COMPLAINTS, relay.entry(number))  # type: ignore[arg-type]


def again(relay: Relay, state: State) -> list[int]:
    return [entry.number for entry in in_trouble(relay, state, COMPLAINTS)]  # type: ignore[arg-type]


@pytest.mark.parametrize("error", [PageDamagedError(), PageUnknownError()])
def test_a_page_that_is_not_what_is_listed_is_shown_after_three_tries_and_tried_again(
    error: Exception,
) -> None:
    state, relay = new_state(), Relay({1: b"one", 2: error, 3: b"three"})
    note_page_day(state, NOW // DAY)
    for tries in range(1, SHOWN_AFTER + 2):
        assert fetch(relay, state, 2) is None
        assert is_shown(state, COMPLAINTS, relay.entry(2)) is (tries >= SHOWN_AFTER)
        assert again(relay, state) == [2]
    assert [(gap.kind, gap.first, gap.last, gap.expired) for gap in missing(state)] == [("page", 2, 2, False)]
    relay.pages[2] = b"two"
    assert fetch(relay, state, 2) == b"two"
    end_trouble(state, COMPLAINTS, 2)
    assert again(relay, state) == []
    assert missing(state) == []


def test_a_page_that_was_deleted_for_its_age_is_no_trouble() -> None:
    state, relay = new_state(), Relay({1: PageExpiredError()})
    assert fetch(relay, state, 1) == b""
    assert again(relay, state) == []


def test_a_relay_that_is_not_there_is_no_damaged_page() -> None:
    state, relay = new_state(), Relay({1: RelayUnreachableError()})
    with pytest.raises(RelayUnreachableError):
        fetch(relay, state, 1)
    assert again(relay, state) == []


def test_what_the_relay_no_longer_keeps_is_not_asked_for_and_stays_shown_for_two_months() -> None:
    clock = Hands()
    state, relay = new_state(clock), Relay({1: PageDamagedError()})
    for _ in range(SHOWN_AFTER):
        fetch(relay, state, 1)
    days = RETENTION_DAYS_OF[COMPLAINTS] + 2
    clock.now += days * DAY
    note_page_day(state, NOW // DAY + days)
    assert again(relay, state) == []
    assert [gap.expired for gap in missing(state)] == [True]
    clock.now += 60 * DAY
    assert again(relay, state) == []
    assert len(missing(state)) == 1, "a clock alone forgets nothing"
    note_page_day(state, NOW // DAY + days + 60)
    assert again(relay, state) == []
    assert missing(state) == []


def test_only_some_are_tried_again_in_a_session_and_none_that_is_listed_no_more() -> None:
    state = new_state()
    relay = Relay({number: PageDamagedError() for number in range(1, 21)})
    note_page_day(state, NOW // DAY)
    for number in relay.pages:
        fetch(relay, state, number)
    assert again(relay, state) == list(range(1, AGAIN + 1))
    del relay.pages[1]
    assert again(relay, state) == list(range(2, AGAIN + 1))


def test_the_newest_page_that_is_listed_says_what_day_it_is_at_the_relay() -> None:
    state, relay = new_state(), Relay({1: b"one"}, closed_at=NOW - 5 * DAY)
    pages_after(relay, state, COMPLAINTS, 0)  # type: ignore[arg-type]
    assert newest_page_day(state) == NOW // DAY - 5
    relay.closed_at = NOW + 900 * DAY
    pages_after(relay, state, COMPLAINTS, 0)  # type: ignore[arg-type]
    relay.closed_at = NOW
    pages_after(relay, state, COMPLAINTS, 0)  # type: ignore[arg-type]
    assert newest_page_day(state) == NOW // DAY, "what it said before counts no more"
