"""Which closed pages of a stream are to be read: with nothing new, one conditional request tells."""

from __future__ import annotations

from sync.state import State
from sync.transport import PageEntry, RelayClient
from sync.wire import PAGES_PER_CHUNK


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
    while chunk > 0 and chunks[-1].first > number + 1 and chunks[-1].first > newest.lowest:
        chunk -= 1
        earlier = relay.index(stream, chunk=chunk)
        if earlier is None:
            break
        chunks.append(earlier)
    entries = [entry for index in reversed(chunks) for entry in index.entries if entry.number > number]
    entries = [entry for entry in entries if entry.number >= (newest.lowest or 0)]
    last = newest.entries[-1].number if newest.entries else 0
    if newest.etag is not None:
        state.set_place(name, [newest.etag, last])
    return entries
