"""Lists that are read from the vault off the loop, and read again when something arrived or was sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import flet as ft

from app.screens.settings.faults import said
from app.screens.state import AppModel

T = TypeVar("T")


def use_reading(model: AppModel, read: Callable[..., T], *args: Any) -> tuple[T | None, str]:
    """What `read(device, *args)` gives, or None until it has; and a sentence when it could not be read. A
    list keeps
    what it showed while it is read again."""
    value, set_value = ft.use_state(cast("T | None", None))
    fault, set_fault = ft.use_state("")

    async def load() -> None:
        if model.session.device is None:
            return
        try:
            found = await model.off_loop(read, model.device, *args)
        except Exception as error:
            if model.session.device is not None:
                set_fault(said(model.tr, error))
            return
        set_fault("")
        set_value(cast("Any", found))

    ft.use_effect(load, [model.seen, *args])
    return value, fault
