"""What a phone believes of a directory that calls something too late (protocol.md 8.1.2).

A publisher who turned could say so of everything that waits. So a new line of generations, which says that
the desk has lost its keys, is believed only of a desk that somebody new handles and nobody whom the phone
knew; and no day is called too late that this very day every handler keeps.
"""

from __future__ import annotations

from crypto.desk_keys import LINE_GENERATIONS, day_of, line_of
from crypto.directory import PhoneDirectory
from crypto.ids import DeskId
from sync.state import State
from sync.windows import newest_page_day


def believed_first(state: State, phone: PhoneDirectory, desk: DeskId) -> int:
    """The first day that the desk can still read. A directory from the future changes nothing: what counts is
    the later of this device's day and the relay's.
    """
    today = max(day_of(state.clock()), newest_page_day(state) or 0)
    return min(phone.part.first_readable(desk), max(0, today - phone.root.policy.key_days))


def believed_generation(state: State, phone: PhoneDirectory, desk: DeskId) -> int:
    """The newest published generation of a desk; of a line that is not believed, the last one before it.
    Before anybody new is introduced (8.1.4).
    """
    name = f"line/{desk.hex()}"
    published = max((day.generation for day in phone.part.days if day.desk == desk), default=0)
    line, known = line_of(published), int(state.place(name) or 0)
    if line > known and not _handled_by_others(state, phone, desk):
        return (known + 1) * LINE_GENERATIONS - 1
    if line != known:
        state.set_place(name, line)
    return published


def _handled_by_others(state: State, phone: PhoneDirectory, desk: DeskId) -> bool:
    rows = state.db.execute("SELECT handler FROM sync_introduced WHERE desk = ?", (desk,)).fetchall()
    handlers = {entry.admission.device for entry in phone.part.desk_handlers(desk)}
    return bool(handlers) and handlers.isdisjoint(bytes(handler) for (handler,) in rows)
