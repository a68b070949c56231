"""Which closed pages of a stream are to be read: with nothing new, one conditional request tells.

A relay may come back from a backup, or lie once: when its newest page is lower than what was read here, or
another page stands where the last one stood, everything it keeps is read again. Repeats are harmless; a
device that went on waiting for a number it once heard would be deaf.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sync.errors import RelayRubbishError
from sync.state import State
from sync.transport import PageEntry, RelayClient
from sync.wire import PAGES_PER_CHUNK

MOST_CHUNKS: Final = 1_000
"""A million pages: more than any relay keeps for five weeks. A longer list is meant to be asked for ever."""


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
