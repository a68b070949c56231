"""The operations of each handler as a chain: what was left out, put in twice, or withheld at the end
(protocol.md 9.6).

Links are compared by their numbers and by the hash that each carries of the one before; the head that a
handler announces says how far its chain goes. What forks is taken all the same, so that every desk folds the
same, and shown.
"""

from __future__ import annotations

from crypto.announcements import ChainHead
from crypto.cells import CellKind
from crypto.encoding import decode
from crypto.ids import DeskId, DeviceId
from crypto.operations import CHAIN_START, SignedOperation, link_hash
from sync.integrity import OPERATIONS, Line, fill_gap, note_fork, note_gap
from sync.state import State

_SAID = "chain-said"
LINK = "operation-link"
"""Where this device's own chain stands: [counter, hash of the last link]."""


def take_link(state: State, line: Line, link: SignedOperation, wire: bytes, *, from_start: bool) -> None:
    """Write down a link whose signature holds. Inside a transaction.

    `from_start`: its maker joined after this handler, so its chain is known from the first link on; otherwise
    from the first one that was seen.
    """
    number, digest = link.counter, link_hash(wire)
    known = _hash_of(state, line.device, number)
    if known is not None:
        if known != digest:
            note_fork(state, line, number, kind=OPERATIONS)
        return
    state.db.execute(
        "INSERT INTO sync_link (device, counter, hash, previous) VALUES (?, ?, ?, ?)",
        (line.device, number, digest, link.previous),
    )
    before = CHAIN_START if number <= 1 else _hash_of(state, line.device, number - 1)
    after = state.db.execute(
        "SELECT previous FROM sync_link WHERE device = ? AND counter = ?", (line.device, number + 1)
    ).fetchone()
    fits = before in (None, link.previous) and (after is None or bytes(after[0]) == digest)
    head, head_hash = _head(state, line.device)
    if not fits or (number == head and head_hash != digest):
        note_fork(state, line, number, kind=OPERATIONS)
    fill_gap(state, line, number, kind=OPERATIONS)
    _reach(state, line, number - 1, begin=0 if from_start else number - 1)
    _reach(state, line, number, begin=number, came=True)


def take_head(state: State, line: Line, said: ChainHead, *, from_start: bool) -> None:
    """Write down how far a handler says that its chain goes. Inside a transaction."""
    known = _hash_of(state, line.device, said.counter)
    head, head_hash = _head(state, line.device)
    if known not in (None, said.hash) or (head == said.counter > 0 and head_hash != said.hash):
        note_fork(state, line, said.counter, kind=OPERATIONS)
    _reach(state, line, said.counter, begin=0 if from_start else said.counter)
    if said.counter > head:
        state.db.execute(
            "UPDATE sync_chain SET head = ?, hash = ? WHERE device = ?",
            (said.counter, said.hash, line.device),
        )


def _reach(state: State, line: Line, number: int, *, begin: int, came: bool = False) -> None:
    """The chain goes at least this far; what is between the highest known and this has not come."""
    row = state.db.execute("SELECT highest FROM sync_chain WHERE device = ?", (line.device,)).fetchone()
    if row is None:
        state.db.execute(
            "INSERT INTO sync_chain (device, highest, head, hash) VALUES (?, ?, 0, ?)",
            (line.device, begin, CHAIN_START),
        )
    highest = begin if row is None else int(row[0])
    if number > highest:
        if not came:
            note_gap(state, line, highest + 1, number, kind=OPERATIONS)
        state.db.execute("UPDATE sync_chain SET highest = ? WHERE device = ?", (number, line.device))


def _hash_of(state: State, device: DeviceId, counter: int) -> bytes | None:
    row = state.db.execute(
        "SELECT hash FROM sync_link WHERE device = ? AND counter = ?", (device, counter)
    ).fetchone()
    return None if row is None else bytes(row[0])


def _head(state: State, device: DeviceId) -> tuple[int, bytes]:
    row = state.db.execute("SELECT head, hash FROM sync_chain WHERE device = ?", (device,)).fetchone()
    return (0, CHAIN_START) if row is None else (int(row[0]), bytes(row[1]))


# --- this device's own chain --------------------------------------------------------------------------


def head_to_say(state: State, desk: DeskId) -> ChainHead | None:
    """The end of what has left of this device's chain, if it grew since it was said last (step 8.2.4)."""
    counter, digest = state.place(LINK) or (0, CHAIN_START)
    row = state.db.execute(
        "SELECT body FROM sync_cell WHERE desk = ? AND kind = ? ORDER BY counter LIMIT 1",
        (desk, int(CellKind.OPERATION)),
    ).fetchone()
    if (
        row is not None
    ):  # a handler's cells are gone once they have left: what is still here is not at the relay
        first = SignedOperation.claimed(decode(bytes(row[0]))[0])
        counter, digest = first.counter - 1, first.previous
    if counter <= int(state.place(_SAID) or 0):
        return None
    state.set_place(_SAID, counter)
    return ChainHead(desk, counter, digest)
