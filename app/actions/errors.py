"""Why an action was refused, in sentences for people. Nothing was changed when one of these is raised.

``str(error)`` says what happened, ``next_step`` says what to do; neither ever holds a key, a name or a text
that somebody told.
"""

from __future__ import annotations


class ActionError(Exception):
    """This was refused, and nothing was changed."""

    next_step = "Read what is said above and try again."

    def __init__(self, message: str | None = None, *, next_step: str | None = None) -> None:
        super().__init__(message or (self.__class__.__doc__ or "").strip().splitlines()[0])
        if next_step is not None:
            self.next_step = next_step


class RecordRefusedError(ActionError):
    """The record does not hold to the form of an intake record."""

    next_step = "Correct what is named and save again; `kantha schema complaint` prints the form."

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class IncompleteError(ActionError):
    """Something that every complaint needs is still missing."""

    next_step = "Answer what is named, or mark it as not known, and finish again."

    def __init__(self, missing: list[str], *, where: str = "") -> None:
        prefix = f"{where}: " if where else ""
        super().__init__(f"{prefix}still missing: {', '.join(missing)}.")
        self.missing = list(missing)


class NoConsentError(ActionError):
    """She did not agree that this is kept, so it cannot be finished."""

    next_step = "Ask whether it may be kept. If not, discard the draft."


class NotThisRoleError(ActionError):
    """This is not done on this kind of device."""

    next_step = "Use a device of the other kind: phones take complaints, desks work on them."


class NotAdmittedError(ActionError):
    """This device has not been welcomed by its organisation yet, so it cannot number complaints."""

    next_step = "Read the six groups of digits to the officer, then connect once or import the welcome."


class CodesUsedUpError(ActionError):
    """This device has given out all of its ten thousand numbers."""

    next_step = "Ask an officer to invite this device again; it then gets new numbers."


class CodeMalformedError(ActionError):
    """This is not a complaint's number: it has eight digits, as in 118-2206-6."""

    next_step = "Look at the number again, digit by digit; the last digit checks the others."


class CodeUnknownError(ActionError):
    """There is no complaint with this number here."""

    next_step = "Look at the number again, or connect once so that what is on the way arrives."


class NotFinishedError(ActionError):
    """The complaint with this number is not finished; it is still a draft."""

    next_step = "Open the draft and change it there."


class DraftUnknownError(ActionError):
    """This draft is not here any more: it was finished or discarded."""

    next_step = "Look at the list of what is not finished."


class QuestionUnknownError(ActionError):
    """No question is waiting for an answer under this number."""

    next_step = "What she brings can be added under her number."


class TextRefusedError(ActionError):
    """The text is empty or too long."""

    next_step = "Shorten it, or send it in two parts."


class CaseUnknownError(ActionError):
    """There is no case with this number here."""

    next_step = "Look at the list of cases."


class StatusRefusedError(ActionError):
    """A case cannot go from its present status to this one."""

    next_step = "Choose one of the statuses that are offered."


class ChoiceUnknownError(ActionError):
    """This is not one of the values that can be chosen."""

    next_step = "Choose one of those that are offered."
