"""What must be looked at first: the marks of an inbox line, its order, and the filters above the list.

Guarantees: danger before reprisal before everything else, the oldest first within each (LOOK section 6).
Does not: judge. A mark repeats what was told; time limits come with the rules of law, not here.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from app.actions.views import InboxRow


class Mark(StrEnum):
    """A reason to look, in the order in which they stand in the column."""

    DANGER = "danger"
    REPRISAL = "reprisal"
    UNPROVEN = "unproven"
    ADDED = "added"


class Filter(StrEnum):
    """The chips above the inbox."""

    TODO = "todo"
    ALL = "all"
    URGENT = "urgent"
    ADDED = "added"
    IN_CASE = "in_case"


CLOSED_STATES = frozenset({"in_case", "withdrawn"})


def marks(row: InboxRow) -> tuple[Mark, ...]:
    """The marks of a line, most urgent first."""
    found: list[Mark] = []
    if row.danger == "yes":
        found.append(Mark.DANGER)
    if row.retaliation:
        found.append(Mark.REPRISAL)
    if row.authentic is False:
        found.append(Mark.UNPROVEN)
    if row.added:
        found.append(Mark.ADDED)
    return tuple(found)


def is_open(row: InboxRow) -> bool:
    """Whether somebody at the desk still has to decide about it."""
    return row.state not in CLOSED_STATES


def passes(row: InboxRow, chosen: Filter) -> bool:
    """Whether a line is shown under a filter."""
    if chosen is Filter.TODO:
        return is_open(row)
    if chosen is Filter.URGENT:
        return row.danger == "yes" or row.retaliation
    if chosen is Filter.ADDED:
        return row.added > 0
    if chosen is Filter.IN_CASE:
        return row.state == "in_case"
    return True


def urgent_first(rows: Iterable[InboxRow]) -> list[InboxRow]:
    """Danger, then reprisal, then the oldest. What was decided already comes after what was not."""
    return sorted(
        rows,
        key=lambda row: (
            not is_open(row),
            row.danger != "yes",
            not row.retaliation,
            row.received,
            row.code,
            row.device,
        ),
    )


def shown(rows: Iterable[InboxRow], chosen: Filter) -> list[InboxRow]:
    """The lines under a filter, in order."""
    return urgent_first(row for row in rows if passes(row, chosen))


def offered(rows: Iterable[InboxRow]) -> list[tuple[Filter, int]]:
    """Every filter that would show something, with how many lines. *To decide* and *All* always."""
    held = list(rows)
    counts = [(chosen, sum(passes(row, chosen) for row in held)) for chosen in Filter]
    return [(chosen, n) for chosen, n in counts if n or chosen in (Filter.TODO, Filter.ALL)]


def not_screened(rows: Iterable[InboxRow]) -> int:
    """How many wait for the three questions."""
    return sum(is_open(row) and not row.screened for row in rows)
