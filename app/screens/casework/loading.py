"""Reading something from the vault for a screen, off the event loop.

Guarantees: the old content stays until the new one is there; an answer that comes after a newer question is
dropped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import flet as ft

T = TypeVar("T")


@dataclass(frozen=True)
class Loaded(Generic[T]):
    """What was read so far. `fault` is why the last reading was refused."""

    value: T | None = None
    fault: Exception | None = None
    loading: bool = True


def use_loaded(read: Callable[[], T], dependencies: Sequence[object]) -> Loaded[T]:
    """A hook: read now and whenever one of `dependencies` changes."""
    loaded, set_loaded = ft.use_state(Loaded[T]())
    turn = ft.use_ref(0)

    async def load() -> None:
        turn.current = mine = (turn.current or 0) + 1
        try:
            fresh = Loaded(value=await asyncio.to_thread(read), loading=False)
        except Exception as fault:  # shown in words where it happened
            fresh = Loaded[T](fault=fault, loading=False)
        if turn.current == mine:
            set_loaded(fresh)

    ft.use_effect(load, [*dependencies])
    return loaded
