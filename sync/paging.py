"""Which closed pages of a stream are to be read: with nothing new, one conditional request tells.

A relay may come back from a backup, or lie once: when its newest page is lower than what was read here, or
another page stands where the last one stood, everything it keeps is read again. Repeats are harmless; a
device that went on waiting for a number it once heard would be deaf. A page that is listed and cannot be had
as it is listed blocks nothing: it is passed, shown as missing, and tried again in later sessions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from crypto.desk_keys import DAY_SECONDS, day_of
from sync.errors import PageDamagedError, PageExpiredError, PageUnknownError, RelayRubbishError
from sync.pageindex import PageEntry
from sync.state import State
from sync.transport import RelayClient
from sync.windows import note_page_day, trusted_day
from sync.wire import PAGES_PER_CHUNK, RETENTION_DAYS_OF

MOST_CHUNKS: Final = 1_000
"""A million pages: more than any relay keeps for five weeks. A longer list is meant to be asked for ever."""
SHOWN_AFTER: Final = 3
"""Tries, one a session: a cable that was pulled once is not a page that somebody withholds."""
MOST_TROUBLE: Final = 16
"""Pages in one session: beyond that it is the relay that is broken, not a page."""
AGAIN: Final = 8
_FORGOTTEN_DAYS: Final = 60


def pages_after(relay: RelayClient, state: State, stream: str, number: int) -> list[PageEntry]:
    """Index entries of the kept pages after `number`. With nothing new this is one conditional request."""
    name = f"index-{stream}"
    kept = state.place(name)
    # The entity tag is only offered when everything up to it has been read, so that 304 means "nothing new".
    etag = kept[0] if kept and number and kept[1] == number else None
    newest = relay.index(stream, etag=etag)
    if newest is None:
        return []
    chunks, chunk = [newest], (newest.first - 1) // PAGES_PER_CHUNK
    while chunk > 0 and chunks[-1].first > max(number, 1) and chunks[-1].first > newest.lowest:
        chunk -= 1
        earlier = relay.index(stream, chunk=chunk)
        if earlier is None:
            break
        chunks.append(earlier)
        if len(chunks) > MOST_CHUNKS:
            raise RelayRubbishError
    kept_there = [entry for index in reversed(chunks) for entry in index.entries]
    kept_there = [entry for entry in kept_there if entry.number >= newest.lowest]
    if number and _went_back(state, stream, kept_there, number):
        return pages_after(relay, state, stream, 0)
    last = newest.entries[-1].number if newest.entries else 0
    if newest.entries:
        note_page_day(state, day_of(newest.entries[-1].closed_at))
    if newest.etag is not None:
        state.set_place(name, [newest.etag, last])
    return [entry for entry in kept_there if entry.number > number]


def reached(state: State, stream: str, entries: Sequence[PageEntry]) -> int:
    """The last page that was read of all those that the relay keeps; 0 when it has gone back behind it."""
    number = int(state.place(f"page-{stream}") or 0)
    return 0 if _went_back(state, stream, entries, number) else number


def mark_read(state: State, stream: str, entry: PageEntry) -> None:
    """This page has been taken. In the transaction that took it."""
    state.set_place(f"page-{stream}", entry.number)
    state.set_place(f"page-mark-{stream}", [entry.number, entry.digest])


def _went_back(state: State, stream: str, entries: Sequence[PageEntry], number: int) -> bool:
    """Whether the relay no longer has page `number`, or has another one under its number."""
    if not entries or entries[-1].number < number:
        return True
    mark = state.place(f"page-mark-{stream}")
    if mark is None or mark[0] != number:
        return False
    return any(entry.number == number and entry.digest != mark[1] for entry in entries)


# --- pages that cannot be had (step 9.7) --------------------------------------------------------------


def note_trouble(state: State, stream: str, entry: PageEntry) -> None:
    """The relay lists this page and did not give it so: shown as missing after three tries."""
    state.db.execute(
        "INSERT INTO sync_page_trouble (stream, number, digest, closed_at, tries, passed, since)"
        " VALUES (?, ?, ?, ?, 1, 0, ?)"
        " ON CONFLICT (stream, number) DO UPDATE SET digest = excluded.digest, tries = tries + 1,"
        " passed = (tries + 1 >= ?)",
        (stream, entry.number, entry.digest, entry.closed_at, state.now(), SHOWN_AFTER),
    )


def is_shown(state: State, stream: str, entry: PageEntry) -> bool:
    """Whether this page is shown as missing by now."""
    row = state.db.execute(
        "SELECT passed FROM sync_page_trouble WHERE stream = ? AND number = ?", (stream, entry.number)
    ).fetchone()
    return row is not None and bool(row[0])


def end_trouble(state: State, stream: str, number: int) -> None:
    """It came after all. In the transaction that took it."""
    state.db.execute("DELETE FROM sync_page_trouble WHERE stream = ? AND number = ?", (stream, number))


def in_trouble(relay: RelayClient, state: State, stream: str) -> list[PageEntry]:
    """Pages that could not be had before and may still be kept, as the index lists them now; the oldest
    first.
    """
    today, kept = trusted_day(state), RETENTION_DAYS_OF[stream]
    state.db.execute(
        "DELETE FROM sync_page_trouble WHERE stream = ? AND since < ? AND closed_at < ?",
        (stream, *[(today - _FORGOTTEN_DAYS) * DAY_SECONDS] * 2),
    )
    rows = state.db.execute(
        "SELECT number FROM sync_page_trouble WHERE stream = ? AND closed_at > ? ORDER BY number LIMIT ?",
        (stream, (today - kept - 1) * DAY_SECONDS, AGAIN),
    ).fetchall()
    found: list[PageEntry] = []
    for (number,) in rows:
        try:
            index = relay.index(stream, chunk=(int(number) - 1) // PAGES_PER_CHUNK)
        except PageUnknownError:  # the relay has forgotten that it ever listed it
            continue
        found += [entry for entry in (index.entries if index else ()) if entry.number == number]
    return found


def try_page(relay: RelayClient, state: State, stream: str, entry: PageEntry) -> bytes | None:
    """The page, empty once the relay has deleted it for its age, None if it cannot be had as it is listed."""
    try:
        return relay.page(stream, entry.number, entry.digest)
    except PageExpiredError:
        return b""
    except (PageDamagedError, PageUnknownError):
        with state.transaction():
            note_trouble(state, stream, entry)
        return None
