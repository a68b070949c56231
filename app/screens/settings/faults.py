"""Faults in words: what happened, what is safe, what to do. Never a traceback, never a name of a file.

The sentences are those of the errors themselves, in the words of `fault_words`. The catalogues have all that
a screen can show; a test walks the classes and the sources and sees to it.
"""

from __future__ import annotations

from app.actions.errors import IncompleteError, RecordRefusedError, StatusRefusedError
from app.domain.errors import DomainError
from app.i18n import Translator
from app.screens.settings.fault_words import in_words

FOR_WRITERS = (RecordRefusedError, DomainError)
"""Their words are for those who write records by hand, not for a person who talks to another."""

BY_CLASS = (IncompleteError, StatusRefusedError)
"""They name values of the record; on a screen the sentence of the class says enough."""


def said(tr: Translator, fault: BaseException) -> str:
    """The sentences of an error of ours, translated where the catalogue has them; a plain sentence for any
    other."""
    if isinstance(fault, FOR_WRITERS):
        return tr("One answer cannot be kept as it is. It is still on the screen; write it in another way.")
    step = getattr(fault, "next_step", None)
    words = str(type(fault).__doc__).strip().splitlines()[0] if isinstance(fault, BY_CLASS) else str(fault)
    sentence = " ".join(words.split())
    if step is None or not sentence:
        return tr("That did not work. What was kept is still here. Try again.")
    return f"{in_words(tr, sentence)} {in_words(tr, ' '.join(str(step).split()))}"
