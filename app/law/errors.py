"""The errors of the law engine: each names the place in the rule file or the fact that is wrong."""

from __future__ import annotations


class LawError(Exception):
    """Something about a rule set or a claim does not fit."""

    next_step = "Correct it at the place that is named. Nothing was computed."


class RuleFileError(LawError):
    """A rule file that cannot be used. `place` is the rule's id and entry, such as `bd-notice-26: steps`."""

    next_step = "Correct the rule file at that place, or go back to the one before."

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}.")
        self.place = place
        self.reason = reason


class FactError(LawError):
    """A fact of a claim that cannot be true, such as a first day after the last one."""

    next_step = "Look at the paper again and correct this one fact."

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}.")
        self.name = name
        self.reason = reason


class MissingFactError(LawError):
    """A step needs a fact that nobody has told. It is never guessed."""

    next_step = "Ask for it, or give a range: the result is then an estimate."

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not known.")
        self.name = name
