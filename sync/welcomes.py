"""Welcomes that are kept back until enough officers have signed (protocol.md 4.4.5).

So nobody has the organisation's secrets whom too few officers have looked at.
"""

from __future__ import annotations

from crypto.ids import DeviceId
from crypto.root import Root
from crypto.roster import Roster
from sync.state import State


def release_welcomes(state: State, *, roster: Roster, root: Root) -> list[tuple[DeviceId, bytes]]:
    """The welcomes whose admission holds by now (an officer's: whose root does too), taken out of what is
    kept back. Inside a transaction.
    """
    officers = {officer.device for officer in root.officers}
    rows = state.db.execute("SELECT device, officer, cell FROM sync_held_welcome").fetchall()
    ready = []
    for device, is_officer, cell in rows:
        device_id = DeviceId(bytes(device))
        member = roster.members.get(device_id)
        if member is None or not member.active or (is_officer and device_id not in officers):
            continue
        state.db.execute("DELETE FROM sync_held_welcome WHERE device = ?", (device_id,))
        ready.append((device_id, bytes(cell)))
    return ready
