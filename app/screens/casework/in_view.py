"""Keeps the chosen line of a list in view while it is moved with the keyboard.

Guarantees: the list jumps only when the chosen line would leave what is on show, and then by half a screen,
so that the eye finds it again. Does not: follow what is scrolled with a wheel; the next key brings the chosen
line back.
"""

from __future__ import annotations

from collections.abc import Sequence

import flet as ft

ROW_HEIGHT = 56
"""A row of two lines, with some room for a third."""

AROUND = 240
"""Bars, chips and the head of a table, which are no rows."""


def rows_on_show(height: float | None) -> int:
    """How many rows surely fit on a page of this height."""
    return max(3, int(((height or 800) - AROUND) // ROW_HEIGHT))


def first_on_show(first: int, chosen: int, fit: int) -> int:
    """The first row to show, so that the chosen one is on show; unchanged where it is already."""
    if first <= chosen < first + fit:
        return first
    return max(0, chosen - fit // 2)


def use_in_view(listing: ft.Column, keys: Sequence[str], chosen: str | None, *, height: float | None) -> None:
    """A hook: `keys` are the scroll keys of the rows of `listing`, in order."""
    first = ft.use_ref(0)
    shown: ft.MutableRef[ft.Column] = ft.use_ref(None)
    shown.current = listing

    async def follow() -> None:
        if chosen not in keys or shown.current is None:
            return
        before = first.current or 0
        first.current = first_on_show(before, keys.index(chosen), rows_on_show(height))
        if first.current != before:
            await shown.current.scroll_to(scroll_key=keys[first.current])

    ft.use_effect(follow, [chosen])
