"""What a person should know before it is too late: no network for long, a frozen directory, a wrong clock
(protocol.md 9.8).

Said from what this device has seen; nothing is asked of anybody. A relay can hide that its directory is old
only for as long as the directory lives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from crypto.desk_keys import day_of
from crypto.directory import PhoneDirectory
from crypto.roster import Role
from sync.belonging import roster
from sync.deskkeys import load_generations
from sync.membership import Membership
from sync.state import State
from sync.takeover import fits
from sync.twice import admitted_twice
from sync.windows import newest_page_day

OFFLINE_DAYS: Final = 20
STALE_DAYS: Final = 14
EXPIRES_DAYS: Final = 10
ROOT_ENDS_DAYS: Final = 30
_QUIET_DAYS: Final = 8
"""A phone sees the relay's time only in answers and in the directory, which is renewed weekly."""
_SESSION: Final = "session-done"
_AHEAD: Final = "clock-ahead"


@dataclass(frozen=True)
class Warning:
    """`kind`: foreign_key, admitted_twice, offline, stale, clock_ahead, clock_behind, expired_soon or
    root_ends. `days`: how many it has been, how much the clock differs, or how many are left; 0 where days
    say nothing. `name`: of the device, where it is about one.
    """

    kind: str
    days: int
    name: str = ""


def note_session(state: State) -> None:
    """A session has come to its end."""
    state.set_place(_SESSION, state.now())


def note_clock(state: State, *, member: Membership, phone: PhoneDirectory, deposited: int | None) -> None:
    """Compare this device's clock with the relay's, once the index is here. `deposited`: unix seconds by this
    clock at which an earlier session deposited last.

    A handler reads the stream into which it deposits: the newest page cannot be older than what it left
    there. A phone does not, and has to allow for a quiet week.
    """
    page, today = newest_page_day(state), day_of(state.clock())
    ahead = 0
    if member.role is Role.HANDLER and page is not None and deposited is not None:
        ahead = min(today, day_of(deposited)) - page
    elif member.role is Role.INTAKE:
        newest = max(page or 0, day_of(phone.head.issued_at))
        ahead = today - newest if today - newest > _QUIET_DAYS else 0
    state.set_place(_AHEAD, [max(ahead, 0), today])


def condition(
    state: State, *, member: Membership, phone: PhoneDirectory | None, clock: float
) -> list[Warning]:
    """Everything that a person should be told now, the most urgent first; an empty list is a good sign."""
    today, found = day_of(clock), []
    if phone is not None and _key_is_foreign(state, member, phone):
        found.append(Warning("foreign_key", 0))
    if phone is not None and member.role is Role.HANDLER:
        known = roster(state, root=phone.root, org=member.org)
        twice = [known.members[device].admission.label for device in admitted_twice(known)]
        found += [Warning("admitted_twice", 0, label) for label in sorted(twice)]
    if phone is not None:
        found += _of_the_clock(state, phone, today)
        left = day_of(phone.head.expires_at) - today
        if left <= EXPIRES_DAYS:
            found.append(Warning("expired_soon", max(left, 0)))
        stale = today - day_of(phone.head.issued_at)
        if stale >= STALE_DAYS:
            found.append(Warning("stale", stale))
        ends = day_of(phone.root.expires_at) - today
        if ends <= ROOT_ENDS_DAYS:
            found.append(Warning("root_ends", max(ends, 0)))
    done = state.place(_SESSION)
    if done is not None and member.directory_key is not None and today - day_of(done) >= OFFLINE_DAYS:
        found.append(Warning("offline", today - day_of(done)))
    return found


def _key_is_foreign(state: State, member: Membership, phone: PhoneDirectory) -> bool:
    """Whether phones are told to seal for this handler's desk to a key that this handler does not hold.

    A publisher, or a thief of its keys, could have put a key of its own there. A newcomer who has no chain at
    all yet waits for its first ones.
    """
    if member.role is not Role.HANDLER:
        return False
    held = [entry for entry in load_generations(state) if entry.chain.desk == member.desk]
    days = tuple(day for day in phone.part.days if day.desk == member.desk)
    if not held or not days:
        return False
    newest = max(day.generation for day in days)
    return not any(entry.chain.generation == newest and fits(entry, days) for entry in held)


def _of_the_clock(state: State, phone: PhoneDirectory, today: int) -> list[Warning]:
    behind = max(newest_page_day(state) or 0, day_of(phone.head.issued_at)) - today
    if behind > 1:
        return [Warning("clock_behind", behind)]
    ahead, then = state.place(_AHEAD) or (0, 0)
    if ahead > 1 and today >= then - 1:  # otherwise it was put right since
        return [Warning("clock_ahead", ahead)]
    return []
