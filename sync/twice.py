"""Phones that an officer admitted a second time with other details.

What an admission says of a phone (desk, prefix, label, KEM hash) one officer alone signs, with any `at`; of
several the earliest counts (4.2). So a bought officer can change them afterwards, and the phone, which has no
roster, cannot see it. Every handler can: no honest officer admits a phone twice (4.4.3).
"""

from __future__ import annotations

from collections import Counter

from crypto.ids import DeviceId
from crypto.roster import Admission, Role, Roster
from crypto.statements import decode_statement


def admitted_twice(roster: Roster) -> list[DeviceId]:
    """Active intake devices that have more than one admission that holds."""
    said = [decode_statement(one.body) for key, one in roster.statements.items() if key not in roster.pending]
    count = Counter(one.device for one in said if isinstance(one, Admission))
    return sorted(
        device
        for device, member in roster.members.items()
        if count[device] > 1 and member.active and member.admission.role is Role.INTAKE
    )
