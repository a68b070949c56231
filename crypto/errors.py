"""What can go wrong below the sync layer, in words a person can act on.

The docstring of a class is the sentence a person reads; `next_step` says what to do. No message ever holds a
key, a plaintext, a name or a length before padding, and none tells an attacker which of several checks
refused.
"""

from __future__ import annotations

import inspect


class CryptoError(Exception):
    """Something about the keys or the sealed data is not right."""

    next_step: str = "Nothing was changed. Try again; if it happens twice, tell an officer."

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or inspect.getdoc(type(self)) or type(self).__name__)


class MissingPrimitiveError(CryptoError):
    """This machine's cryptography library lacks a building block that Kantha needs, so Kantha stops here."""

    next_step = (
        "Install the versions that requirements.txt names. Kantha never falls back to something weaker."
    )


class EncodingError(CryptoError):
    """These bytes are not in the one form that Kantha writes."""


class WeakPassphraseError(CryptoError):
    """This passphrase is too easy to guess."""

    next_step = "Use at least 16 characters: five or six words that have nothing to do with you."


class WrongPassphraseError(CryptoError):
    """That did not open it."""

    next_step = "Check the keyboard language and try again. Nothing is lost."


class SlotDamagedError(CryptoError):
    """The file that guards this vault's key is damaged."""

    next_step = "Do not delete anything. Restore slots.json from a copy, or join again with a new invitation."


class CellDamagedError(CryptoError):
    """This cell cannot be read with this key."""


class ParcelDamagedError(CryptoError):
    """This parcel cannot be read."""


class SignatureRefusedError(CryptoError):
    """A statement of the organisation is not signed as it must be, so it was refused."""

    next_step = "Nothing was taken over. Tell an officer, in person."


class RootRefusedError(SignatureRefusedError):
    """The organisation's signed root does not fit what this device knows, so it was refused."""


class DirectoryRefusedError(SignatureRefusedError):
    """The organisation's directory at the relay does not fit what this device knows, so it was refused."""


class DirectoryExpiredError(DirectoryRefusedError):
    """The organisation's directory is older than it may be."""

    next_step = "Ask an officer to connect once. What you finish is kept until then."


class InvitationRefusedError(CryptoError):
    """This is not an invitation that can be used here."""

    next_step = "Ask the officer for a new invitation."


class InvitationExpiredError(InvitationRefusedError):
    """This invitation is too old."""


class ReplyRefusedError(CryptoError):
    """This reply does not belong to an open invitation of this device."""

    next_step = "Make a new invitation and let the new device join with that one."


class DigitsDifferError(CryptoError):
    """The digits are not the same on both screens, so nobody was admitted."""

    next_step = (
        "Read them once more. If they still differ, stop: "
        "somebody may have changed the invitation on the way."
    )


class WelcomeRefusedError(CryptoError):
    """This welcome is not for this device."""

    next_step = "Let the officer admit this device again."


class StreamDamagedError(CryptoError):
    """This file was damaged, cut or changed on its way, so nothing more of it is read."""

    next_step = "Take another copy of the file. Nothing of what could not be checked was used."


class QuorumTooLargeError(CryptoError):
    """With so many officers there are too many ways to choose the ones who must act together."""

    next_step = "Have fewer officers, or a number that must act together nearer to one or to all of them."


class QuorumRefusedError(CryptoError):
    """These officers' keys do not open it: they are too few, or it was sealed to others."""

    next_step = "Bring the cards of other officers, or an archive that was made while these were officers."


class CardDamagedError(CryptoError):
    """This is not a recovery card that was read as it was printed."""

    next_step = "Compare what was typed with the card, line by line. Nothing was changed."

    def __init__(self, message: str | None = None, *, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class CardPassphraseError(CryptoError):
    """This passphrase does not open this recovery card."""

    next_step = "A card has a passphrase of its own, which is not that of a computer. Nothing was changed."


class HandoverRefusedError(CryptoError):
    """This does not belong to what is being opened here."""

    next_step = "Ask on the new machine for the key again, and let each officer take part once more."


class ArchiveRefusedError(EncodingError):
    """This file is not an archive that this version can read."""

    next_step = "Look for another copy, or install a newer version. Nothing was changed."
