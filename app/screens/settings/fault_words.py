"""Sentences of errors as a screen says them: those with something in the middle, those that tell of the
command line, and those that are said in simpler words.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from app.i18n import Translator, catalogue

TEMPLATES: Final = (
    "A question has at most {most} bytes; this one has {have}.",
    "An organisation has at most {most} desks.",
    "Card {number}: {fault}",
    "Choose one of: {choices}.",
    "Choose one of: {choices}; or use the id of the device.",
    "Line {number} is missing.",
    "Line {number} is there twice, and not the same.",
    "So many officers there are not: 1 to {most}.",
    "The organisation's root was over on {day}.",
    "The relay shows another organisation than {known}.",
    "The text has {have} characters; {most} is the most.",
    "There is a mistake in line {number}.",
    'There is no desk called "{name}".',
    'There is no machine called "{name}" in the archive or at the relay.',
    "Use {choices}.",
)
"""Sentences that an action fills in; a test knows them from the source of the actions."""

INSTEAD: Final = {
    "The text {fault}.": "There is a character in the text that cannot be kept.",
    "Take that character out.": "Write the text again without it.",
    "Look at `kantha org show`, or connect once so that what is new arrives.": (
        "Look at the list of devices, or connect once so that what is new arrives."
    ),
    "Give the id instead, as `kantha org show` writes it.": "Choose the device in the list of devices.",
    "Look at `kantha org show` and give the label of the device that is meant.": (
        "Look at the list of devices, and write the label as it stands there."
    ),
    "Look at `kantha org proposals`; connect once so that what is new arrives.": (
        "Look again at what waits; connect once so that what is new arrives."
    ),
    "`kantha org show` lists them.": "Look at the list of officers.",
    "Revoke that device here too if it must stay out (`kantha org revoke`); else say that it may return"
    " (--return).": (
        "Revoke that device here too if it must stay out. If it may come back, press the button once more."
    ),
    "Let its person read the six groups to you, and give them with --confirm.": (
        "Let its person read the six groups to you, and compare all of them."
    ),
}
"""What the command line says, and what a screen says for it."""

FIELD: Final = re.compile(r"{(\w+)}")


def in_words(tr: Translator, sentence: str) -> str:
    """The sentence of an error in the language of the screen, with what stands in its middle."""
    if sentence in INSTEAD:
        return tr(INSTEAD[sentence])
    found = filled(sentence)
    if found is None:
        return tr(sentence)
    template, fields = found
    if template in INSTEAD:
        return tr(INSTEAD[template])
    return tr(template, **{name: _part(tr, name, words) for name, words in fields.items()})


def filled(sentence: str) -> tuple[str, dict[str, str]] | None:
    """The template from which a sentence was made and what was filled in; None if it is none of them. What
    the catalogues have as it is was not made from one.
    """
    if sentence in catalogue("bn"):
        return None
    for template in (*TEMPLATES, *(one for one in INSTEAD if FIELD.search(one))):
        found = _pattern(template).fullmatch(sentence)
        if found is not None:
            return template, found.groupdict()
    return None


def _part(tr: Translator, name: str, words: str) -> str:
    """What was filled in: a sentence of another error, a number, or a name that stays as it is."""
    if name == "fault":
        return in_words(tr, words)
    return tr.digits(words) if words.replace("-", "").isdigit() else words


@lru_cache(maxsize=64)
def _pattern(template: str) -> re.Pattern[str]:
    parts = FIELD.split(template)
    return re.compile(
        "".join(f"(?P<{part}>.+)" if n % 2 else re.escape(part) for n, part in enumerate(parts))
    )
