"""What a phone believes when a directory says that what waits is too late."""

from __future__ import annotations

from dataclasses import replace

from crypto.desk_keys import LINE_GENERATIONS
from crypto.directory import PhoneDirectory
from crypto.ids import DeskId
from sync.believing import believed_first, believed_generation
from sync.state import State
from sync.windows import note_page_day
from tests.crypto import people
from tests.crypto.people import DESK, NOW, OTHER_DESK, TODAY
from tests.sync.stores import new_state
from tests.sync.test_condition import directory

LINE = LINE_GENERATIONS


def of(generation: int, *, desk: DeskId = DESK) -> PhoneDirectory:
    """A directory whose desk has this generation; its handler is "handler"."""
    phone = directory()
    days = tuple(replace(day, desk=desk, generation=generation) for day in phone.part.days)
    return replace(phone, part=replace(phone.part, days=days))


def introduced(state: State, name: str, *, desk: bytes = DESK) -> None:
    state.db.execute(
        "INSERT INTO sync_introduced (desk, handler, epoch, confirmed) VALUES (?, ?, 1, 0)",
        (desk, people.device(name)),
    )


def test_a_new_line_under_a_handler_who_was_there_before_is_not_believed() -> None:
    state = new_state()
    introduced(state, "handler")
    assert believed_generation(state, of(7), DESK) == 7
    for _session in range(2):
        assert believed_generation(state, of(LINE + 3), DESK) == LINE - 1
    assert believed_generation(state, of(9), DESK) == 9


def test_a_new_line_under_new_handlers_is_believed_from_then_on() -> None:
    state = new_state()
    introduced(state, "somebody who is gone")
    assert believed_generation(state, of(LINE), DESK) == LINE
    introduced(state, "handler")  # in the same session
    assert believed_generation(state, of(LINE + 1), DESK) == LINE + 1
    assert believed_generation(state, of(3 * LINE), DESK) == 2 * LINE - 1, "the next one is another matter"


def test_each_desk_has_its_lines() -> None:
    state = new_state()
    introduced(state, "handler", desk=OTHER_DESK)
    assert believed_generation(state, of(LINE), DESK) == LINE
    assert believed_generation(state, directory(), OTHER_DESK) == 0, "a desk without keys"


def test_a_new_line_of_a_desk_that_nobody_handles_is_not_believed() -> None:
    phone = of(LINE)
    nobody = replace(phone, part=replace(phone.part, handlers=()))
    assert believed_generation(new_state(), nobody, DESK) == LINE - 1


def test_a_directory_from_the_future_calls_nothing_too_late_that_is_kept_today() -> None:
    phone, keeps = directory(), 44
    assert phone.root.policy.key_days == keeps
    later = replace(phone, part=replace(phone.part, readable=((DESK, TODAY + 900),), believed=TODAY + 1_000))
    state = new_state()
    assert believed_first(state, later, DESK) == TODAY - keeps
    honest = replace(phone, part=replace(phone.part, readable=((DESK, TODAY - 90),), believed=TODAY - keeps))
    assert believed_first(state, honest, DESK) == TODAY - 90
    behind = new_state(lambda: float(NOW - 300 * 86_400))
    assert believed_first(behind, honest, DESK) == TODAY - 300 - keeps
    note_page_day(behind, TODAY)  # the relay knows better what day it is
    assert believed_first(behind, honest, DESK) == TODAY - 90


def test_no_day_lies_before_the_first_one_whatever_the_clock_says() -> None:
    assert believed_first(new_state(lambda: 0.0), directory(), DESK) == 0
