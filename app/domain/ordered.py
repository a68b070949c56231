"""Values kept in the order of the operations that brought them, however they arrive."""

from __future__ import annotations

from bisect import bisect_left
from typing import Generic, TypeVar

from app.domain.operations import Place

T = TypeVar("T")


class Ordered(Generic[T]):
    """A list that stays sorted by place. Appending at the end, where nearly everything belongs, costs no
    search.
    """

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._values: list[T] = []

    def put(self, place: Place, value: T) -> None:
        """Put a value into its place."""
        if not self._places or place > self._places[-1]:
            self._places.append(place)
            self._values.append(value)
            return
        index = bisect_left(self._places, place)
        self._places.insert(index, place)
        self._values.insert(index, value)

    def values(self) -> tuple[T, ...]:
        """All values, in order."""
        return tuple(self._values)

    def first(self) -> T | None:
        """The earliest value, or None."""
        return self._values[0] if self._values else None

    def last(self) -> T | None:
        """The latest value, or None."""
        return self._values[-1] if self._values else None
