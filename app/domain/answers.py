"""The five answers. A refusal, not knowing and not having been asked are three different values, and none is
*no*.
"""

from __future__ import annotations

from enum import StrEnum


class Answer(StrEnum):
    """What a person answered. Only YES ever opens a gate; see `consent.py`."""

    YES = "yes"
    NO = "no"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_ASKED = "not_asked"
