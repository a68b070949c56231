"""Why a session was refused, when this device belongs no longer or nobody renewed the organisation: said in
words that a person can act on.

A relay cannot make this up: it is concluded from signed documents, and where it is only likely, it says so.
"""

from __future__ import annotations

from app.actions import moments
from app.actions.device import Device
from crypto.errors import CryptoError, DirectoryExpiredError, DirectoryRefusedError
from sync.errors import SyncError, TokenRefusedError, TokensUsedUpError


class NoLongerAdmittedError(DirectoryRefusedError):
    """This device no longer belongs to its organisation: an officer has revoked it."""

    next_step = (
        "Talk to an officer, in person. What is on this device stays readable here; nothing more comes in, "
        "and what was not sent stays here."
    )


class ProbablyRevokedError(TokenRefusedError):
    """The relay takes nothing from this device any more: an officer has probably revoked it."""

    next_step = (
        "Talk to an officer, in person. What is finished stays here, sealed; nothing is lost by waiting."
    )


class InvitationSpentError(TokenRefusedError):
    """The relay no longer takes what this invitation allows, and the welcome has not come."""

    next_step = (
        "Give the officer the reply's file and take the welcome as a file, or ask for a new invitation and"
        " join with that one."
    )


class OrganisationOverError(DirectoryExpiredError):
    """Nobody has renewed the organisation in time, so its devices stop here."""

    next_step = "Ask an officer to connect; where several must sign, each of them. What you finish is kept."


def explain(device: Device, error: SyncError | CryptoError) -> SyncError | CryptoError:
    """The same error, or one that says what it means for this device. Changes nothing."""
    phone = device.directory()
    if phone is None:  # it waits for its welcome
        return InvitationSpentError() if isinstance(error, TokenRefusedError) else error
    now = device.now()
    if isinstance(error, DirectoryExpiredError):
        ends = phone.root.expires_at
        return (
            OrganisationOverError(f"The organisation's root was over on {moments.day(ends)}.")
            if now > ends
            else error
        )
    if device.role == "handler":
        listed = any(entry.admission.device == device.me.id for entry in phone.part.handlers)
        refused = isinstance(error, (DirectoryRefusedError, TokenRefusedError))
        return NoLongerAdmittedError() if refused and not listed else error
    if isinstance(error, TokenRefusedError) and not isinstance(error, TokensUsedUpError):
        # The directory is fresh and its token epoch was taken over: neither clock nor keys are at fault.
        fresh = phone.head.issued_at - 86_400 <= now <= phone.head.expires_at
        return ProbablyRevokedError() if fresh else error
    return error
