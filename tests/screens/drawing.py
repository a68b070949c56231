"""Draws components without a browser: every nested component is rendered, and its words can be read."""

from __future__ import annotations

import contextvars
import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from flet.components.component import Component, Renderer
from flet.controls.base_control import BaseControl
from flet.controls.context import _context_page


class Nowhere:
    """Stands for a session: takes updates and effects and does nothing with them."""

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **more: None


class Paper:
    """Stands for a page: takes what a theme gives it and shows nothing."""

    def __init__(self) -> None:
        self.session = Nowhere()
        self.title = ""
        self.width = 390
        self.height = 844
        self.started: list[Any] = []

    def update(self) -> None:
        """Nothing is drawn."""

    def run_task(self, work: Callable[..., Any], *args: Any) -> None:
        """Remember what was started; a test runs it if it wants."""
        self.started.append((work, args))


def draw(page: Paper, component: Callable[..., Any], *args: Any) -> list[BaseControl]:
    """Render a component and all below it on `page`; gives every control."""

    def drawn() -> list[BaseControl]:
        _context_page.set(page)  # type: ignore[arg-type]
        root = Renderer().render(component, *args)
        return list(_walk(root))

    return contextvars.copy_context().run(drawn)


def _walk(value: Any) -> Iterator[BaseControl]:
    if isinstance(value, Component):
        value.before_update()
        yield from _walk(value._b)
        return
    if isinstance(value, BaseControl):
        yield value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            if not field.name.startswith("_"):
                yield from _walk(getattr(value, field.name, None))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _walk(item)
