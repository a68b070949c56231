"""A device that no longer belongs, a window that is closed, keys that are changed: what an officer does in a
hurry.

One officer is enough to revoke. Everybody else has nothing to do: their devices follow with their next
directory. Published at once when the relay answers; otherwise the next session of any officer does it.
"""

from __future__ import annotations

from typing import Final

from app.actions.device import Device
from app.actions.errors import ActionError, ChoiceUnknownError
from app.actions.members import member_named, newest_root, newest_roster, require_officer
from app.actions.publishing import publish_now
from app.actions.views import RevokedView, RotatedView, WindowView
from crypto.ids import DeviceId
from crypto.roster import Member, Reason, Role
from sync import revoking, rootchange
from sync.errors import LastOfficerError, RevokeSelfError
from sync.integrity import missing
from sync.shutout import may_revoke_too

REASONS: Final = {
    "seized": Reason.SEIZED,
    "lost": Reason.LOST,
    "left": Reason.LEFT,
    "replaced": Reason.REPLACED,
    "none": Reason.NONE_GIVEN,
}


class AlreadyRevokedError(ActionError):
    """This device was revoked before."""

    next_step = "Nothing is to be done; if others have not heard of it, connect this device."


class NoWindowError(ActionError):
    """Only an intake device that belongs has a window."""

    next_step = "A handler's device that is lost is revoked."


class LabelDiffersError(ActionError):
    """This is not the label of that device, so nothing was done."""

    next_step = "Look at `kantha org show` and give the label of the device that is meant."


def meant(device: Device, target: str) -> Member:
    """The one device that ``target`` names: for asking once more before anything is done."""
    require_officer(device)
    return member_named(newest_roster(device), target)


def revoke(device: Device, target: str, *, reason: str) -> RevokedView:
    """This device belongs no longer, from each other device's next directory on. It cannot be taken back: it
    can only be invited again. reason: seized, lost, left, replaced or none.

    An officer's device loses its officer too; where the threshold asks for it, another officer must sign that
    (`officer_waits`), and does it themselves: no device signs an officer away unasked. One that another
    officer revoked may be revoked here too; then it stays out, whoever of the two goes.
    """
    if reason not in REASONS:
        raise ChoiceUnknownError("The reason is seized, lost, left, replaced or none.")
    member = meant(device, target)
    admission = member.admission
    if member.revoked_at is not None and not may_revoke_too(
        device.state, admission.device, org=device.member.org
    ):
        raise AlreadyRevokedError
    if admission.device == device.me.id:
        raise RevokeSelfError
    root = newest_root(device)
    if {officer.device for officer in root.officers} == {admission.device}:
        raise LastOfficerError
    waiting = _known_missing(device, admission.device)
    with device.vault.transaction():
        revoking.revoke(device.directory_client, device=admission.device, reason=REASONS[reason])
    published = publish_now(device)
    return RevokedView(
        device=admission.device.hex(),
        label=admission.label,
        waiting=waiting,
        published=published,
        officer_waits=rootchange.has_rights(newest_root(device), admission.device),
    )


def close_window(device: Device, target: str) -> WindowView:
    """What this intake device finished before now and has not sent is given up, so that desks may destroy the
    keys they keep for it. Its window opens again when it is heard.
    """
    member = meant(device, target)
    admission = member.admission
    if admission.role is not Role.INTAKE or member.revoked_at is not None:
        raise NoWindowError
    waiting = _known_missing(device, admission.device)
    with device.vault.transaction():
        revoking.close_window(device.directory_client, device=admission.device)
    return WindowView(
        device=admission.device.hex(), label=admission.label, waiting=waiting, published=publish_now(device)
    )


def rotate(device: Device) -> RotatedView:
    """Fresh desk keys, tokens and publishing token, without anybody being revoked: after a doubt."""
    require_officer(device)
    with device.vault.transaction():
        revoking.rotate(device.directory_client)
    return RotatedView(published=publish_now(device))


def _known_missing(device: Device, of: DeviceId) -> int:
    return sum(gap.last - gap.first + 1 for gap in missing(device.state) if gap.device == of)
