"""What may stand in a text: everything people write, nothing that only machines obey.

Guarantees: what passes can be encoded as UTF-8, shown, printed and put into a document without changing
anything else.
Does not: normalise or trim; her words come out as they went in, zero-width joiners of Bengali and spaces of
Khmer too.
"""

from __future__ import annotations

import re

_REFUSED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def fault(text: str) -> str | None:
    """Say what is wrong with a text, or None."""
    found = _REFUSED.search(text)
    if found is None:
        return None
    place = f"at character {found.start() + 1}"
    code = ord(found.group())
    if code == 0x0D:
        return f"holds a carriage return {place}; lines end with a line feed alone"
    if 0xD800 <= code <= 0xDFFF:
        return f"holds half of a character (a lone surrogate) {place}"
    return f"holds the control character U+{code:04X} {place}; only line feed and tab are allowed"
