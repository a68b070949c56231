"""How long a desk keeps the keys of a day: while a phone may still come with something sealed to it
(protocol.md 5.3).

Two clocks are needed to destroy anything, this device's and the relay's: one that runs ahead once, or lies,
destroys nothing alone. Silent phones hold their window open up to `window_days`, unless an officer closes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from crypto.desk_keys import DAY_SECONDS, DayKey, day_of
from crypto.directory import PhoneDirectory
from crypto.ids import DeskId, DeviceId
from crypto.root import Policy
from crypto.roster import Role, Roster, WindowClosed
from crypto.statements import decode_statement
from sync.integrity import Line
from sync.state import State

_PAGE_DAY: Final = "page-day"
_CLOSINGS: Final = "window-closings"


# --- time ---------------------------------------------------------------------------------------------


def note_page_day(state: State, day: int) -> None:
    """The day on which the relay says that its newest page was closed. What it said before counts no more."""
    state.set_place(_PAGE_DAY, day)


def newest_page_day(state: State) -> int | None:
    """What `note_page_day` kept last, None before any page was seen."""
    value = state.place(_PAGE_DAY)
    return None if value is None else int(value)


def trusted_day(state: State) -> int:
    """T of step 5.3.1: the earlier of this device's day and the relay's; 0 as long as no page was ever
    seen.
    """
    page = newest_page_day(state)
    return 0 if page is None else min(day_of(state.clock()), page)


def age_days(state: State, made: int, page_day: int | None) -> int:
    """How old a key surely is (step 5.3.6): each clock is held against itself, and the smaller age counts.

    `made`: unix seconds by this device's clock then. `page_day`: the relay's newest page then, if any was
    known.
    """
    own, newest = day_of(state.clock()) - day_of(made), newest_page_day(state)
    if newest is None or page_day is None:
        return min(own, 0)
    if newest < page_day:  # the relay took back what it said: it has no say
        return own
    return min(own, newest - page_day)


# --- what a device seals to ---------------------------------------------------------------------------


def sealing_day(phone: PhoneDirectory, clock: float) -> int:
    """The day to seal to (step 5.1): this device's, but never before the directory that it holds was
    issued.
    """
    return max(day_of(clock), day_of(phone.head.issued_at))


def sealing_key(phone: PhoneDirectory, desk: DeskId, clock: float) -> DayKey | None:
    """The key to seal to, None for a desk that has none. After the last published day the last key serves."""
    return phone.part.day_key(desk, today=sealing_day(phone, clock))


# --- what a desk keeps --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Window:
    """What an intake device may still need of a desk. `since`: first day. `heard_at`: unix seconds, None:
    never.
    """

    device: DeviceId
    since: int
    heard_at: int | None
    closed: bool


def note_heard(state: State, line: Line, *, at: int) -> None:
    """Something new and shown came from this device. `at`: when it reached the relay, or the desk if
    earlier.
    """
    state.db.execute(
        "INSERT INTO sync_window (device, desk, counter, since, heard_at) VALUES (?, ?, 0, NULL, ?)"
        " ON CONFLICT (device, desk) DO UPDATE SET heard_at = max(heard_at, excluded.heard_at)",
        (line.device, line.desk, at),
    )


def note_since(state: State, line: Line, *, counter: int, since: int, at: int) -> None:
    """What an authentic heartbeat says. One that was overtaken (a lower counter) changes nothing."""
    state.db.execute(
        "INSERT INTO sync_window (device, desk, counter, since, heard_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (device, desk) DO UPDATE SET counter = excluded.counter, since = excluded.since"
        " WHERE excluded.counter >= counter",
        (line.device, line.desk, counter, since, at),
    )


def windows(state: State, *, roster: Roster, desk: DeskId) -> list[Window]:
    """The window of every active intake device at a desk (step 5.3.3)."""
    rows = state.db.execute(
        "SELECT device, since, heard_at FROM sync_window WHERE desk = ?", (desk,)
    ).fetchall()
    said = {bytes(device): (since, int(heard)) for device, since, heard in rows}
    found, closings = [], _closings(state, roster)
    for device, member in sorted(roster.members.items()):
        if not member.active or member.admission.role is not Role.INTAKE:
            continue
        since, heard = said.get(device, (None, None))
        first = day_of(member.admission.at) - 1 if since is None else int(since)
        closed_at = closings.get(device)
        closed = closed_at is not None and not (heard is not None and heard > closed_at)
        found.append(Window(device, first, heard, closed))
    return found


def _closings(state: State, roster: Roster) -> dict[DeviceId, int]:
    """When each window was last closed. An officer's clock may be ahead: a closing counts from the end of the
    day after T at the latest, as T was when this handler first saw it. So a phone that is heard later has its
    window again, whatever date the statement names.
    """
    found = {device: one.closed_at for device, one in roster.members.items() if one.closed_at is not None}
    if newest_page_day(state) is None:
        return found  # T is 0: nothing is destroyed
    latest = (trusted_day(state) + 2) * DAY_SECONDS
    kept = state.place(_CLOSINGS) or []
    known = {(DeviceId(bytes(device)), at): believed for device, at, believed in kept}
    ahead = {device for device, at in found.items() if at > latest or (device, at) in known}
    if not ahead:
        return found
    said = [decode_statement(one.body) for key, one in roster.statements.items() if key not in roster.pending]
    places = {(one.device, one.at) for one in said if isinstance(one, WindowClosed) and one.device in ahead}
    believed = {place: min(place[1], known.get(place, latest)) for place in sorted(places)}
    bounded = [[device, at, value] for (device, at), value in believed.items() if value < at]
    if bounded != kept:
        state.set_place(_CLOSINGS, bounded)
    for wanted in ahead:
        found[wanted] = max(value for (device, _at), value in believed.items() if device == wanted)
    return found


def first_day_kept(state: State, *, roster: Roster, policy: Policy, desk: DeskId) -> int:
    """The first day whose private key a handler of this desk still needs (step 5.3.4)."""
    today = trusted_day(state)
    needed = [
        max(window.since, today - policy.window_days)
        for window in windows(state, roster=roster, desk=desk)
        if not window.closed
    ]
    return max(0, min([today - policy.key_days, *needed]))
