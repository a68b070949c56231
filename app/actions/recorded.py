"""The intake record inside an arrived complaint, read again each time: what came from outside is never
trusted twice.
"""

from __future__ import annotations

import json
from typing import Any

from app.domain.errors import RecordError
from app.domain.record import IntakeRecord, fill, parse
from app.vault.arrived import Arrived


def readable(arrived: Arrived) -> IntakeRecord | None:
    """The record; None when it does not hold to the form."""
    try:
        return parse(json.loads(arrived.payload).get("record"), has_voice=True)
    except RecordError:
        return None


def filled(arrived: Arrived) -> dict[str, Any] | None:
    """The same with every key, as ``complaint show`` prints it."""
    record = readable(arrived)
    return fill(record) if record else None
