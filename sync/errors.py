"""What can go wrong between a device and its relay, each as one sentence that a person can read.

The docstring is the sentence, `next_step` says what to do. No message carries a token, a name or anything of
what was being sent. Nothing in this family means that something was lost: a deposit stays on the device until
the desk has confirmed it.
"""

from __future__ import annotations


class SyncError(Exception):
    """Sending and fetching did not work."""

    next_step = "Nothing is lost. Try again later."

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or str(type(self).__doc__).split("\n", 1)[0])


class RelayUnreachableError(SyncError):
    """The relay cannot be reached."""

    next_step = "Nothing is lost. Check the network and try again."


class RelayRubbishError(SyncError):
    """Something answered in the relay's place, and it was not a relay."""

    next_step = (
        "Nothing is lost. A Wi-Fi log-in page often does this: open a browser, log in to the Wi-Fi, and try "
        "again. If it stays, ask an officer whether the relay's address is right."
    )


class RelayBusyError(SyncError):
    """The relay is busy."""

    next_step = "Nothing is lost. Try again in a few minutes."

    def __init__(self, sentence: str | None = None, *, retry_after_s: float = 60.0) -> None:
        super().__init__(sentence)
        self.retry_after_s = retry_after_s


class RelayRefusedError(SyncError):
    """The relay refused what this device sent as malformed."""

    next_step = "Nothing is lost. The device and the relay may have different versions: update both."


class TokenRefusedError(SyncError):
    """The relay does not know this device's token."""

    next_step = (
        "Nothing is lost. Check the date and time of this device. If they are right, ask an officer whether "
        "the device was revoked."
    )


class TokensUsedUpError(TokenRefusedError):
    """This device has used up its sendings of this week."""

    next_step = "Nothing is lost. It goes on by itself next week. Ask an officer if this happens again."


class DepositConflictError(SyncError):
    """The relay already has something else under this deposit's number."""

    next_step = "Nothing is lost. What was in it is sealed and sent again."


class PoolUnknownError(SyncError):
    """The relay does not know this organisation's pool."""

    next_step = "Ask an officer whether the relay's address and the pool are right."


class PublishRefusedError(SyncError):
    """The relay refused the publishing token."""

    next_step = "Ask the officer who set up the relay for the present publishing token."


class DirectoryConflictError(SyncError):
    """Somebody else has published a newer directory in the meantime."""

    next_step = "Fetch it, merge and publish again."


class DirectoryMissingError(SyncError):
    """The relay holds no directory for this organisation yet."""

    next_step = "An officer's device publishes it at its next sync."


class PageUnknownError(SyncError):
    """The relay does not have this page."""

    next_step = "Fetch the index again."


class PageExpiredError(PageUnknownError):
    """The relay has already deleted this page because of its age."""

    next_step = "What was in it and was not answered is sent again by the desks."


class PageDamagedError(SyncError):
    """A page from the relay is not what its index promised."""

    next_step = "Try again. If it stays, tell an officer: the relay may be damaged or may be lying."


class SignHereError(SyncError):
    """Only an officer's device can do this."""

    next_step = "Ask an officer."


class RootSignedError(SyncError):
    """This device has already signed another change of the organisation that is not decided yet."""

    next_step = (
        "Let the other officers sign that one first, then make this change. "
        "A change that nobody else signed for a week no longer hinders."
    )


class ProposalUnknownError(SyncError):
    """This change is no longer open: it is in force already, or another one came before it."""

    next_step = "Look at what is open now."


class DeviceUnknownError(SyncError):
    """The organisation knows no active device of this name."""

    next_step = "Look at the list of devices."


class LastOfficerError(SyncError):
    """This is the last officer's device: without it nobody could sign for the organisation."""

    next_step = "Add another officer first."


class RevokeSelfError(SyncError):
    """A device cannot revoke itself."""

    next_step = "Let another officer do it, on another device."


class PublishRightError(SyncError):
    """This device may not publish the organisation's directory."""

    next_step = "Nothing is lost. An officer's device publishes it at its next sync."


class DirectoryTooLargeError(SyncError):
    """The organisation's directory has become larger than a relay takes."""

    next_step = "Revoke devices that are gone, or make another pool for a part of the organisation."
