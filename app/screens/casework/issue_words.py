"""The name of an issue at the desk: its code and the term of the field, or the workers' words in Bengali and
Khmer.
"""

from __future__ import annotations

from app.domain import taxonomy
from app.i18n import Lang


def issue_name(code: str, lang: Lang) -> str:
    """The name without the code; the code itself when this desk does not know it."""
    if not taxonomy.exists(code):
        return code
    found = taxonomy.issue(code)
    return found.term if lang == "en" else found.name(lang)


def issue_line(code: str, lang: Lang) -> str:
    """`T4 Forced or false resignation`, as it stands in the inbox."""
    name = issue_name(code, lang)
    return code if name == code else f"{code} {name}"
