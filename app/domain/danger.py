"""The danger card: four steps when somebody is in danger now, before anything is written (LOOK section 12,
3).

Data only: the screen shows the English source texts through its translator. Numbers to call are set by the
organisation; those given here are public emergency numbers of the two countries.
Guarantees: nothing about looking at the card is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.domain.words import DangerKind


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a picture (a name of `ft.Icons`), two or three words, and a line of help."""

    icon: str
    title: str
    help: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number to call, if she wants it. `country`: where it works."""

    country: str
    dial: str
    label: str


TITLE: Final = "Stop here. Safety first."

STEPS: Final = (
    Step(
        "TRANSFER_WITHIN_A_STATION_ROUNDED",
        "Move",
        "Somewhere you can both leave. If you cannot talk, put the phone away.",
    ),
    Step("CALL_ROUNDED", "Call, if she wants it", "You choose together. She may say no."),
    Step(
        "CHILD_CARE_ROUNDED",
        "A child, or locked in?",
        "Tell your own officer today. Nobody goes to the factory alone.",
    ),
    Step(
        "EDIT_NOTE_ROUNDED",
        "Write two lines only",
        "What the danger is. How to reach her safely. The rest can wait.",
    ),
)

NUMBERS: Final = (
    Number("BD", "999", "Police, ambulance"),
    Number("BD", "109", "Violence at home"),
    Number("BD", "16357", "Labour inspection"),
    Number("KH", "117", "Police"),
    Number("KH", "119", "Ambulance"),
)
"""Public lines; 999, 109 and 16357 from published sources, the Cambodian ones from general knowledge."""

CALL_FIRST: Final = (DangerKind.INJURY, DangerKind.VIOLENCE, DangerKind.CONFINEMENT, DangerKind.CHILD)
"""Kinds of danger in which the calling step is shown first among equals: minutes count."""


def numbers(country: str | None) -> tuple[Number, ...]:
    """The numbers that work in a country; none where we know none, rather than wrong ones."""
    return tuple(number for number in NUMBERS if number.country == country)
