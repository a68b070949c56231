"""Faults in words: what happened, what is safe, what to do. Never a traceback, never a name of a file."""

from __future__ import annotations

from app.i18n import Translator


def said(tr: Translator, fault: BaseException) -> str:
    """The sentences of an error of ours, translated where the catalogue has them; a plain sentence for any
    other."""
    step = getattr(fault, "next_step", None)
    sentence = str(fault)
    if step is None or not sentence:
        return tr("That did not work. What was kept is still here. Try again.")
    return f"{tr(sentence)} {tr(step)}"
