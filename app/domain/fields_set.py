"""A field of a case that several handlers may set apart from each other.

It holds every operation that ever set it. Those that no later one replaces stand; when they stand for more
than one value, that is a conflict, both are kept and a person chooses.
Guarantees: the result depends on the set of operations alone, not on the order in which they came.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from app.domain.operations import Operation, Place


class Standing(NamedTuple):
    """A value that stands: the operation that set it, and the value."""

    operation: Operation
    value: Any


class SetField:
    """One field, while it is being folded."""

    def __init__(self) -> None:
        self._places: dict[bytes, Place] = {}
        self._replaced_by: dict[bytes, Place] = {}  # the latest that replaces it, whether it came yet or not
        self._standing: dict[bytes, Standing] = {}

    def take(self, operation: Operation, value: Any) -> None:
        """Take one operation that sets this field."""
        place = operation.place
        self._places[operation.id] = place
        for replaced in operation.replaces:
            if replaced not in self._replaced_by or self._replaced_by[replaced] < place:
                self._replaced_by[replaced] = place
            if replaced in self._standing and self._is_replaced(replaced):
                del self._standing[replaced]
        if not self._is_replaced(operation.id):
            self._standing[operation.id] = Standing(operation, value)

    def standing(self) -> list[Standing]:
        """What stands, in the order of the operations. Never empty once something was set."""
        return sorted(self._standing.values(), key=lambda one: one.operation.place)

    def _is_replaced(self, identity: bytes) -> bool:
        """Only what comes later replaces: no circle of forged operations can make a field empty."""
        by = self._replaced_by.get(identity)
        return by is not None and by > self._places[identity]
