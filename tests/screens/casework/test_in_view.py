"""The chosen line stays in view while it is moved with the keyboard."""

from __future__ import annotations

from app.screens.casework.in_view import first_on_show, rows_on_show


def test_a_list_stays_still_while_the_chosen_line_is_on_show() -> None:
    assert first_on_show(0, 9, 10) == 0


def test_it_jumps_by_half_a_screen_when_the_line_would_leave() -> None:
    assert first_on_show(0, 10, 10) == 5
    assert first_on_show(5, 4, 10) == 0


def test_even_a_low_window_shows_a_few_rows() -> None:
    assert rows_on_show(100) == 3
    assert rows_on_show(None) == rows_on_show(800) == 10
