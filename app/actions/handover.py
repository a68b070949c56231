"""Opening an archive with officers who cannot meet: each takes off a layer on a machine of their own.

`ask` on the new machine, which belongs to the organisation and to the desk already; `give` by each officer in
turn; `take` on the new machine. No officer sees what is in the archive, and the last one only its key
(protocol.md 10A.5).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from app.actions import archiving
from app.actions import cards as carding
from app.actions.device import Device
from app.actions.errors import ActionError, NotThisRoleError
from app.actions.recovery_views import BroughtBackView, HandoverView
from app.vault import archive as rows
from crypto.archives import ArchiveSecret
from crypto.cards import RecoveryCard
from crypto.errors import HandoverRefusedError
from crypto.handover import HandoverRequest, is_key, piece_from_text, piece_to_text
from crypto.ids import OfficerId, officer_id
from crypto.primitives import OfficerSigningKey, OpeningKey
from crypto.quorum import Piece
from crypto.root import root_hash
from sync.errors import SignHereError

_ASKED: Final = "recovery-handover"
MAX_PIECES: Final = 64
"""More choices than officers would carry to each other."""


class AnotherDeskError(ActionError):
    """This archive belongs to another desk or organisation than this machine."""

    next_step = "Take the archive of this desk. Nothing was changed."


class TurnError(ActionError):
    """Another officer must take part before this one."""

    next_step = "Let the other officers do this first, and give what comes out of it here."


class TooManyWaysError(ActionError):
    """With so many officers this cannot be done one after the other."""

    next_step = "Bring the officers' cards to one machine."


def ask(device: Device, archive: Path) -> HandoverView:
    """Make a key for this archive; its digits are read to every officer who takes part."""
    if device.role != "handler":
        raise NotThisRoleError
    with archiving.opened(archive) as (_file, header):
        if (header.org, header.desk) != (device.member.org, device.member.desk):
            raise AnotherDeskError
        key = OpeningKey.generate()
        request = HandoverRequest(header.org, header.desk, header.hash, key.sealing_key.public)
    with device.vault.transaction():
        device.state.set_secret(_ASKED, [header.hash, key.seed])
    return HandoverView(kind="request", text=request.to_text(), check=request.digits)


def give(
    request_text: str,
    *,
    confirm: str,
    archive: Path | None = None,
    pieces_text: str = "",
    device: Device | None = None,
    card: tuple[str, str] | None = None,
) -> HandoverView:
    """One officer's part: the first one has the archive, the others what the one before gave. By this
    device's officer or by a card. Gives what the next officer needs, or what the new machine needs.
    """
    request = HandoverRequest.from_text(request_text)
    request.require(confirm)
    officer, key = _officer(device, card)
    mine = [piece for piece in _pieces(request, archive, pieces_text) if piece.waits_for == officer]
    if not mine:
        raise TurnError
    for piece in mine:
        if piece.last:
            secret = ArchiveSecret.decode(piece.reveal(key))
            return HandoverView(kind="key", text=request.give(secret.key))
    if len(mine) > MAX_PIECES:
        raise TooManyWaysError
    peeled = [piece.peel(key) for piece in mine]
    next_ones = sorted({piece.waits_for.hex() for piece in peeled})
    text = "\n".join(piece_to_text(piece, archive=request.archive) for piece in peeled)
    return HandoverView(kind="piece", text=text, to=", ".join(next_ones))


def take(device: Device, archive: Path, key_text: str) -> BroughtBackView:
    """Bring everything back on the machine that asked. Twice is the same as once."""
    kept = device.state.secret(_ASKED)
    if kept is None or not is_key(key_text):
        raise HandoverRefusedError
    with archiving.opened(archive) as (file, header):
        if header.hash != kept[0]:
            raise HandoverRefusedError
        key = OpeningKey(bytes(kept[1]))
        request = HandoverRequest(header.org, header.desk, header.hash, key.sealing_key.public)
        secret = ArchiveSecret(request.take(key_text, by=key))
        phone = device.directory()
        anchors = [root_hash(root.body) for root in phone.part.roots] if phone else []
        with device.vault.transaction():
            found = archiving.bring_back(device.vault, file, header, secret, anchors=anchors)
            device.vault.drop(_ASKED)
    return BroughtBackView(
        desk=found.desk_name,
        made_by=found.maker.label,
        complaints=found.complaints,
        operations=found.counts[rows.OPERATION],
    )


def _pieces(request: HandoverRequest, archive: Path | None, text: str) -> list[Piece]:
    if text.strip():
        return [piece_from_text(line, request=request) for line in text.splitlines() if line.strip()]
    if archive is None:
        raise HandoverRefusedError
    with archiving.opened(archive) as (_file, header):
        if header.hash != request.archive:
            raise HandoverRefusedError
        return header.pieces()


def _officer(device: Device | None, card: tuple[str, str] | None) -> tuple[OfficerId, OpeningKey]:
    if card is not None:
        opened: RecoveryCard = carding.read([card])[0]
        return opened.officer, opened.opening_key
    seed, kem = (device.vault.get(name) if device else None for name in ("officer", "officer-kem"))
    if seed is None or kem is None:
        raise SignHereError
    return officer_id(OfficerSigningKey(seed).public), OpeningKey(kem)
