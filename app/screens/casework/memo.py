"""A component that is drawn again only when one of its arguments differs, with its types kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec

import flet as ft

P = ParamSpec("P")


def memoised(component: Callable[P, ft.Control]) -> Callable[P, ft.Control]:
    """`component`, memoised. For the rows of long lists; what it is given must compare by value."""
    drawn: Callable[P, ft.Control] = ft.memo(component)  # type: ignore[no-untyped-call]
    return drawn
