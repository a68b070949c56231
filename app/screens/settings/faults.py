"""Faults in words: what happened, what is safe, what to do. Never a traceback, never a name of a file.

The sentences are those of the errors themselves; the catalogues have the ones that a person can meet on a
phone.
"""

from __future__ import annotations

from app.actions.errors import RecordRefusedError
from app.i18n import Translator


def said(tr: Translator, fault: BaseException) -> str:
    """The sentences of an error of ours, translated where the catalogue has them; a plain sentence for any
    other."""
    if isinstance(fault, RecordRefusedError):
        # Its path and reason are for those who write records by hand, not for a person who talks to another.
        return tr("One answer cannot be kept as it is. It is still on the screen; write it in another way.")
    step = getattr(fault, "next_step", None)
    sentence = " ".join(str(fault).split())
    if step is None or not sentence:
        return tr("That did not work. What was kept is still here. Try again.")
    return f"{tr(sentence)} {tr(' '.join(str(step).split()))}"
