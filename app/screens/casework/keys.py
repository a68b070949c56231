"""The keyboard of the desk: which key does what, where (LOOK section 10). No Flet in here.

Guarantees: a single letter never acts while a field has the focus; `g` waits for exactly one more key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PLACES_BY_LETTER: Final = {
    "I": "inbox",
    "C": "cases",
    "A": "arrivals",
    "D": "devices",
    "S": "settings",
}
"""What follows `g`."""

LETTERS: Final[dict[str, dict[str, str]]] = {
    "inbox": {"J": "next", "K": "previous", "C": "new_case", "M": "join", "Q": "ask", "Enter": "open"},
    "complaint": {"C": "new_case", "M": "join", "Q": "ask"},
    "cases": {"J": "next", "K": "previous", "Enter": "open"},
    "case": {"1": "keep_1", "2": "keep_2", "A": "assign", "N": "note"},
    "arrivals": {"J": "next", "K": "previous"},
    "devices": {"J": "next", "K": "previous", "I": "invite", "M": "admit", "Del": "revoke"},
    "new_case": {},
    "invite": {},
    "admit": {},
    "proposals": {},
    "drill": {},
    "card": {},
    "archive": {},
    "add_desk": {},
    "rules": {},
    "settings": {},
}
"""Keys that act while nothing is written."""

_SAME: Final = {
    "Arrow Down": "J",
    "Arrow Up": "K",
    "Numpad Enter": "Enter",
    "Delete": "Del",
}
"""Keys that do what another one does."""


@dataclass(frozen=True)
class Stroke:
    """One key, as Flet reports it: `key` is a capital letter, a digit or a name such as Enter."""

    key: str
    ctrl: bool = False
    shift: bool = False
    alt: bool = False
    meta: bool = False


@dataclass(frozen=True)
class Heard:
    """What a key means: a command of the place, or nothing; `prefix` says that `g` was pressed and waits."""

    command: str | None = None
    prefix: bool = False


def hear(stroke: Stroke, *, place: str, writing: bool, prefix: bool = False) -> Heard:
    """What this key does here.

    Args:
        place: the name of the place on show.
        writing: whether a field has the focus; then only Escape and keys with Control act.
        prefix: whether the key before was `g`.
    """
    if stroke.alt or stroke.meta:
        return Heard()
    key = stroke.key.upper() if len(stroke.key) == 1 else stroke.key
    if stroke.ctrl:
        if key == "L":
            return Heard("lock")
        if key in ("Enter", "Numpad Enter"):
            return Heard("save")
        return Heard()
    if key == "Escape":
        return Heard("leave")
    if writing:
        return Heard()
    if prefix:
        goal = PLACES_BY_LETTER.get(key)
        return Heard(f"go:{goal}" if goal else None)
    if key == "G" and not stroke.shift:
        return Heard(prefix=True)
    if key == "?" or (key == "/" and stroke.shift):
        return Heard("keys")
    key = _SAME.get(key, key)
    return Heard(LETTERS.get(place, {}).get(key))
