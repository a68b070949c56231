"""Officers whose devices were revoked: by whom, and what lets them in again.

One officer is enough to shut a device out, since a device that was seized must lose everything at once. It is
not enough to take an officer away: the root says who the officers are, and the threshold signs it. So a
revocation of an officer's device holds as long as an officer of the newest root has signed it; and each of
them decides in person. protocol.md 4.2, 8.4.1, 8.4.9.
"""

from __future__ import annotations

from collections.abc import Iterator

from crypto.ids import DeviceId, OfficerId, OrganisationId
from crypto.root import Root, former_officers
from crypto.roster import Revocation
from crypto.signed import Countersigned
from crypto.statements import decode_statement
from sync.belonging import newest_root, own_officer, roots, roster
from sync.state import State


def returning(state: State, root: Root, proposed: Root, *, org: OrganisationId) -> list[DeviceId]:
    """Devices of officers of `proposed` that are revoked under `root` and would not be under `proposed`: only
    officers who go with it revoked them.
    """
    in_office, stay = {officer.device for officer in proposed.officers}, proposed.officer_publics().keys()
    kept: set[DeviceId] = set()
    lost: set[DeviceId] = set()
    for said, signed in _revocations(state, root, org=org):
        if said.device in in_office:
            (kept if stay & signed.signatures.keys() else lost).add(said.device)
    return sorted(lost - kept)


def revoked_by(state: State, officer: OfficerId, device: DeviceId, *, org: OrganisationId) -> bool:
    """Whether this officer revoked this device. No device signs that of an officer's device unasked."""
    found = _revocations(state, newest_root(state, org=org), org=org)
    return any(said.device == device and officer in signed.signatures for said, signed in found)


def may_revoke_too(state: State, device: DeviceId, *, org: OrganisationId) -> bool:
    """Whether a device that is revoked may be revoked here as well: it is an officer's, and this device's
    officer has not. It then stays out, also when the officer goes who revoked it first.
    """
    root, me = newest_root(state, org=org), own_officer(state)
    in_office = device in {officer.device for officer in root.officers}
    return in_office and me is not None and not revoked_by(state, me, device, org=org)


def signed_by_who_goes(state: State, proposed: Root, *, org: OrganisationId) -> list[Countersigned]:
    """Statements that hold and that an officer signed who goes with `proposed`, or has gone: who signs the
    change signs them too, and may not have them. Without revocations of officers who stay.
    """
    gone = former_officers(roots(state)).keys() - proposed.officer_publics().keys()
    in_office = {officer.device for officer in proposed.officers}
    known = roster(state, root=newest_root(state, org=org), org=org)
    found = []
    for key, signed in known.statements.items():
        said = decode_statement(signed.body)
        mere = isinstance(said, Revocation) and said.device in in_office
        if key not in known.pending and gone & signed.signatures.keys() and not mere:
            found.append(signed)
    return found


def _revocations(
    state: State, root: Root, *, org: OrganisationId
) -> Iterator[tuple[Revocation, Countersigned]]:
    for signed in roster(state, root=root, org=org).statements.values():
        said = decode_statement(signed.body)
        if isinstance(said, Revocation):
            yield said, signed
