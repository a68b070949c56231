"""The errors of the domain. Each is a sentence for the person who gave the input, and says what to do next.

Guarantees: no message holds free text of a record (narrative, names, phones); only short values of fixed form
are quoted, such as a date or a word of a list.
"""

from __future__ import annotations


class DomainError(Exception):
    """Something given to the domain does not fit."""

    next_step = "Look at what was given and give it again."


class RecordError(DomainError):
    """An intake record is not as DESIGN section 6 says. `path` is a JSON path, `reason` a sentence."""

    next_step = "Correct that one place. Nothing was kept; `kantha schema complaint` prints what is accepted."

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class CodeError(DomainError):
    """This is not a complaint code: eight digits such as 118-2206-6, where the last one checks the others."""

    next_step = "Read the code digit by digit again."


class DateError(DomainError):
    """This is not a date."""

    next_step = "Give 2019, 2019-06 or 2019-06-15."


class MoneyError(DomainError):
    """This is not an amount of money."""

    next_step = 'Give a decimal string in major units, such as "6700" or "12.50".'


class TaxonomyError(DomainError):
    """The packaged list of issues is damaged, or a code is not in it."""

    next_step = "Install the program again."


class OperationError(DomainError):
    """This is not an operation on a case that can be folded."""

    next_step = "Ask the handler who sent it which version of the program wrote it."


class StatusError(DomainError):
    """A case cannot take this step from where it stands."""

    next_step = "Choose one of the steps that are offered."
