"""Why the vault cannot do something, in sentences for people. What was saved before stays as it was."""

from __future__ import annotations

import errno


class VaultError(Exception):
    """The vault could not do this."""

    next_step = "Lock, unlock and try again."

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__class__.__doc__ or "").strip().splitlines()[0])


class VaultMissingError(VaultError):
    """There is no vault in this folder yet."""

    next_step = "Make an organisation or join one first."


class VaultExistsError(VaultError):
    """There is already a vault in this folder, and it was left as it is."""

    next_step = "Open it with its passphrase, or choose another folder."


class VaultBusyError(VaultError):
    """The vault is open in another window or process."""

    next_step = "Lock it there, or close that window, and try again."


class VaultDamagedError(VaultError):
    """A file of the vault is damaged, so it was not opened and nothing in it was changed."""

    next_step = "Copy the folder somewhere safe before anything else, then restore a backup."


class VaultVersionError(VaultError):
    """The vault was written by a newer version of this program, so it was left as it is."""

    next_step = "Install the newer version and open it with that."


class VaultFullError(VaultError):
    """The disk is full, so this was not saved; all that was saved before is safe."""

    next_step = "Free some space and do it again."


class VaultUnwritableError(VaultError):
    """The vault's folder cannot be written to, so this was not saved; what was saved before is safe."""

    next_step = "Check that the disk is not read-only or removed and that the folder belongs to you."


class VaultLockedError(VaultError):
    """The vault is locked."""

    next_step = "Unlock it with the passphrase."


_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


def unwritable(error: OSError) -> VaultError:
    """The sentence for a file that could not be written."""
    return VaultFullError() if error.errno in _FULL else VaultUnwritableError()
