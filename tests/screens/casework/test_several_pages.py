"""Two pages of one desk: what one of them changes is drawn on each page by itself."""

from __future__ import annotations

from typing import Any

from flet.controls.context import _context_page

from tests.screens.casework.fakes import desk


class Page:
    """A page of the process that remembers on which page it was told to draw again."""

    def __init__(self) -> None:
        self.page: Any = self
        self.drawn_on: list[Any] = []

    @property
    def seen(self) -> int:
        """How often it was told."""
        return len(self.drawn_on)

    @seen.setter
    def seen(self, _: int) -> None:
        self.drawn_on.append(_context_page.get())


def test_what_one_page_changes_is_drawn_on_each_page_by_itself() -> None:
    first, second = Page(), Page()
    model = desk()
    model.app.session.models = [first, second]  # type: ignore[list-item]
    model.changed()
    assert first.drawn_on == [first]
    assert second.drawn_on == [second]
