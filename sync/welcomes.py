"""Welcomes that are kept back until enough officers have signed (protocol.md 4.4.5).

So nobody has the organisation's secrets whom too few officers have looked at.
"""

from __future__ import annotations

from crypto.enrolment import Invitation
from crypto.ids import DeviceId
from crypto.root import Root
from crypto.roster import Role, Roster
from sync.belonging import own_officer
from sync.state import State


def release_welcomes(state: State, *, roster: Roster, root: Root) -> list[tuple[DeviceId, bytes]]:
    """The welcomes whose admission holds by now (an officer's: whose root does too), taken out of what is
    kept back. An admission that this device's officer did not sign, or one to another role than that of the
    invitation, releases nothing. Inside a transaction.
    """
    officers = {officer.device for officer in root.officers}
    rows = state.db.execute("SELECT device, officer, cell FROM sync_held_welcome").fetchall()
    ready = []
    for device, is_officer, cell in rows:
        device_id = DeviceId(bytes(device))
        member = roster.members.get(device_id)
        if member is None or not member.active or (is_officer and device_id not in officers):
            continue
        if own_officer(state) not in roster.statement_of(member.admission).signatures:
            continue
        if member.admission.role not in _roles(state, device_id, is_officer=bool(is_officer)):
            continue
        state.db.execute("DELETE FROM sync_held_welcome WHERE device = ?", (device_id,))
        ready.append((device_id, bytes(cell)))
    return ready


def _roles(state: State, device: DeviceId, *, is_officer: bool) -> set[Role]:
    """What the invitation that this device answered says that it is admitted as."""
    row = state.db.execute("SELECT wire FROM sync_invitation WHERE device = ?", (device,)).fetchone()
    if row is None:
        return {Role.HANDLER} if is_officer else {Role.HANDLER, Role.INTAKE}
    return {Invitation.decode(bytes(row[0])).role.admitted}
