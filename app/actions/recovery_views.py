"""What the actions on recovery return."""

from __future__ import annotations

import msgspec


class CardView(msgspec.Struct, frozen=True):
    """An officer's recovery card, sealed under its passphrase. ``text``: what is printed and typed;
    ``lines``: the same without the title; ``qr``: the same for a picture.
    """

    text: str
    lines: list[str]
    qr: str
    officer: str
    made_at: str


class ArchiveView(msgspec.Struct, frozen=True):
    """An archive that was written and read again. ``officers`` of whom any ``threshold`` open it.
    ``left_out``: rows of this vault that are not in it, because no archive may hold them (a code or a text of
    a length that this program never makes).
    """

    path: str
    id: str
    made_at: str
    bytes: int
    desk: str
    complaints: int
    operations: int
    officers: int
    threshold: int
    left_out: int = 0


class DrillView(msgspec.Struct, frozen=True):
    """What an archive and these cards would bring back. ``made_by`` made it on ``made_at``; ``old_cards``
    counts the cards that were made before the archive's newest root.
    """

    organisation: str
    desk: str
    made_at: str
    made_by: str
    complaints: int
    operations: int
    officers: int
    threshold: int
    cards: int
    old_cards: int
    at: str


class CanRestoreView(msgspec.Struct, frozen=True):
    """Whether this desk could be restored: any ``threshold`` of ``officers`` with their cards, and the newest
    archive. Times are None for what was never done on this device. ``card_old``: the publishing token or
    the root has changed since; ``archive_old``: a week has passed, or the officers have changed.
    """

    officers: int
    threshold: int
    officer: bool
    archive_at: str | None
    archive_old: bool
    card_at: str | None
    card_old: bool
    drill_at: str | None
    drill_worked: bool
    drill_due: bool


class RestoredView(msgspec.Struct, frozen=True):
    """What became of a restoration. ``published``: phones go on by themselves from here; ``revoked``: labels
    of the machines that are shut out; ``refused``: the relay takes none of the publishing tokens that are
    known; ``officers_left``: how many officers must still restore a machine of their own before the root
    can be changed again.
    """

    archive_at: str
    archive_by: str
    complaints: int
    operations: int
    revoked: list[str]
    published: bool
    refused: bool
    officers_left: int


class HandoverView(msgspec.Struct, frozen=True):
    """What goes to the next officer or to the new machine. ``kind``: request (``check`` is read aloud), piece
    (for another officer), key (for the new machine).
    """

    kind: str
    text: str
    check: str | None = None
    to: str | None = None


class BroughtBackView(msgspec.Struct, frozen=True):
    """What came back from an archive on a machine that belongs already."""

    desk: str
    made_by: str
    complaints: int
    operations: int
