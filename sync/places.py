"""The numbers that an admission gives to a device: a token slot, a handler's sender slot, a phone's prefix.

Officers who work apart draw from classes of their own (number modulo how many officers there are), so that
they give nothing twice; when a class is empty they draw from what is left. Slots come back when their device
is revoked or their invitation is over; prefixes never do, because codes under them are still in the cases.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from crypto.ids import DeskId, OfficerId
from crypto.primitives import random_below
from crypto.root import Root
from crypto.roster import Admission, Role, Roster
from crypto.sender import SLOTS
from sync.errors import SyncError

FIRST_PREFIX, LAST_PREFIX = 100, 999
INTAKE_DEVICES: Final = 250
"""Of one pool: what every phone fetches grows with the others."""


class DeskFullError(SyncError):
    """This desk already has 32 handlers."""

    next_step = "Revoke a handler who has left, or make another desk."


class PoolFullError(SyncError):
    """This pool has no place for another device."""

    next_step = "Revoke what is not used any more, or make another pool at the relay."


@dataclass(frozen=True)
class Places:
    """What is free, as far as this officer's device knows. `invited`: token slots of open invitations."""

    roster: Roster
    root: Root
    officer: OfficerId
    invited: frozenset[int]

    def token_slot(self) -> int:
        held = [member.token_slots for member in self.roster.members.values() if member.revoked_at is None]
        taken = self.invited.union(*held, (entry.token_slot for entry in self._waiting()))
        free = [slot for slot in range(self.root.policy.token_slots) if slot not in taken]
        if not free:
            raise PoolFullError
        return self._own_first(free)[0]

    def uses(self) -> tuple[int, ...]:
        """For each token slot, how many devices that had it were revoked."""
        return self.roster.token_uses(self.root.policy.token_slots)

    def sender_slot(self, desk: DeskId) -> int:
        taken = {
            entry.slot for entry in self._standing() if entry.role is Role.HANDLER and entry.desk == desk
        }
        free = [slot for slot in range(SLOTS) if slot not in taken]
        if not free:
            raise DeskFullError
        return self._own_first(free)[0]

    def prefix(self) -> int:
        """A random unused prefix: it tells nobody how many devices there are."""
        taken = {entry.prefix for entry in self._ever()}
        active = [entry for entry in self._standing() if entry.role is Role.INTAKE]
        free = [prefix for prefix in range(FIRST_PREFIX, LAST_PREFIX + 1) if prefix not in taken]
        if not free or len(active) >= INTAKE_DEVICES:
            raise PoolFullError
        mine = self._own_first(free)
        return mine[random_below(len(mine))]

    def _own_first(self, free: list[int]) -> list[int]:
        """The free numbers of this officer's class, or all when none is left in it."""
        officers = [officer.id for officer in self.root.officers]
        if self.officer not in officers:
            return free
        place = officers.index(self.officer)
        return [number for number in free if number % len(officers) == place] or free

    def _standing(self) -> Iterable[Admission]:
        """Admissions that hold and those that wait for another officer."""
        yield from (member.admission for member in self.roster.members.values() if member.revoked_at is None)
        yield from self._waiting()

    def _ever(self) -> Iterable[Admission]:
        yield from (member.admission for member in self.roster.members.values())
        yield from self._waiting()

    def _waiting(self) -> Iterable[Admission]:
        for pending in self.roster.pending.values():
            if isinstance(pending.statement, Admission):
                yield pending.statement
