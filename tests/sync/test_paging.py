"""A page that cannot be had blocks nothing: it is passed, shown as missing, and tried again."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from sync.errors import (
    PageDamagedError,
    PageExpiredError,
    PageUnknownError,
    RelayRubbishError,
    RelayUnreachableError,
)
from sync.integrity import missing
from sync.pageindex import Index, PageEntry
from sync.paging import (
    AGAIN,
    MOST_CHUNKS,
    SHOWN_AFTER,
    end_trouble,
    in_trouble,
    is_shown,
    mark_read,
    pages_after,
    reached,
    try_page,
)
from sync.state import State
from sync.windows import newest_page_day, note_page_day
from sync.wire import COMPLAINTS, PAGES_PER_CHUNK, RETENTION_DAYS_OF
from tests.crypto import people
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


# --- an index in several chunks -----------------------------------------------------------------------------


@dataclass
class Kept:
    """A relay with pages `lowest` to `highest`, that notes what it is asked. `marked`: not the page that it
    was.
    """

    lowest: int
    highest: int
    marked: int = 0
    etag: str = "tag"
    asked: list[int | None] = field(default_factory=list)
    offered: list[str | None] = field(default_factory=list)
    without: int | None = None

    def index(self, stream: str, *, chunk: int | None = None, etag: str | None = None) -> Index | None:
        self.asked.append(chunk)
        self.offered.append(etag)
        if (chunk is None and etag == self.etag) or (chunk is not None and chunk == self.without):
            return None
        number = max(self.highest - 1, 0) // PAGES_PER_CHUNK if chunk is None else chunk
        first = number * PAGES_PER_CHUNK + 1
        last = min(self.highest, first + PAGES_PER_CHUNK - 1)
        entries = tuple(self.entry(page) for page in range(first, last + 1))
        return Index(first, entries, self.etag, self.lowest, number)

    def entry(self, number: int) -> PageEntry:
        digest = people.seed("another") if number == self.marked else bytes(32)
        return PageEntry(number, 8, digest, NOW)


def new_pages(relay: Kept, state: State, after: int) -> list[int]:
    return [entry.number for entry in pages_after(relay, state, COMPLAINTS, after)]  # type: ignore[arg-type]


def test_what_was_read_is_not_listed_again_and_with_nothing_new_one_question_is_asked() -> None:
    state, relay = new_state(), Kept(1, 7)
    assert new_pages(relay, state, 0) == [1, 2, 3, 4, 5, 6, 7]
    mark_read(state, COMPLAINTS, relay.entry(7))
    assert new_pages(relay, state, 7) == []
    assert (relay.asked, relay.offered) == ([None, None], [None, relay.etag])


def test_an_index_that_is_not_new_is_asked_for_again_as_long_as_not_all_of_it_was_read() -> None:
    state, relay = new_state(), Kept(1, 7)
    new_pages(relay, state, 0)
    for read in (0, 5):
        assert new_pages(relay, state, read) == list(range(read + 1, 8))


def test_only_what_is_kept_is_listed() -> None:
    state, relay = new_state(), Kept(1_990, 2_003)
    assert new_pages(relay, state, 0) == list(range(1_990, 2_004))
    assert relay.asked == [None, 1], "and no chunk in which nothing is kept is asked for"
    assert new_pages(Kept(1, 0), state, 0) == []


def test_no_chunk_is_asked_for_in_which_everything_was_read() -> None:
    state, relay = new_state(), Kept(1, 2_003)
    mark_read(state, COMPLAINTS, relay.entry(2_001))
    assert new_pages(relay, state, 2_001) == [2_002, 2_003]
    assert relay.asked == [None]


def test_an_earlier_chunk_that_is_not_given_ends_the_list_there() -> None:
    assert new_pages(Kept(1, 2_003, without=1), new_state(), 0) == [2_001, 2_002, 2_003]


class Empty(Kept):
    """A relay that lists nothing in ever more chunks."""

    def index(self, stream: str, *, chunk: int | None = None, etag: str | None = None) -> Index:
        self.asked.append(chunk)
        number = self.highest // PAGES_PER_CHUNK if chunk is None else chunk
        return Index(number * PAGES_PER_CHUNK + 1, (), self.etag, self.lowest, number)


def test_a_relay_whose_list_never_ends_is_asked_no_more() -> None:
    relay = Empty(1, PAGES_PER_CHUNK * (MOST_CHUNKS + 5))
    with pytest.raises(RelayRubbishError):
        new_pages(relay, new_state(), 0)
    assert len(relay.asked) == MOST_CHUNKS + 1


@pytest.mark.parametrize(
    ("relay", "listed"),
    [
        (Kept(1, 5, etag="older"), [1, 2, 3, 4, 5]),
        (Kept(1, 0, etag="empty"), []),
        (Kept(1, 9, marked=7, etag="other"), [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        (Kept(1, 9, marked=6, etag="before"), [8, 9]),
        (Kept(8, 9, etag="later"), [8, 9]),
    ],
    ids=["it has gone back", "it is empty", "another page stands there", "one before it", "it is deleted"],
)
def test_a_relay_that_has_gone_back_is_read_from_its_beginning(relay: Kept, listed: list[int]) -> None:
    state = new_state()
    mark_read(state, COMPLAINTS, Kept(1, 7).entry(7))
    state.set_place(f"index-{COMPLAINTS}", ["tag", 7])
    assert new_pages(relay, state, 7) == listed
    entries = [relay.entry(number) for number in range(relay.lowest, relay.highest + 1)]
    back = listed != [8, 9]
    assert reached(state, COMPLAINTS, entries) == (0 if back else 7)


def test_a_mark_of_another_page_says_nothing_of_this_one() -> None:
    state, relay = new_state(), Kept(1, 9, marked=7)
    mark_read(state, COMPLAINTS, relay.entry(9))
    assert new_pages(relay, state, 7) == [8, 9]
    assert new_pages(relay, new_state(), 7) == [8, 9], "nor does none at all"


def test_a_page_that_was_never_in_trouble_is_not_shown_as_missing() -> None:
    state = new_state()
    assert not is_shown(state, COMPLAINTS, Relay().entry(1))
