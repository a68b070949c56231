"""If the office were gone: cards, archives and the drill before it; beginning again after it
(app.actions.restoration).

A drill changes nothing but its own date. What recovery cannot bring back is said in docs/recovery.md.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from app.actions import archiving, moments
from app.actions import cards as carding
from app.actions.cards import Cards
from app.actions.device import Device
from app.actions.errors import ActionError
from app.actions.membership_views import DrillView as DrillSummary
from app.actions.recovery_views import ArchiveView, CanRestoreView, CardView, DrillView, RestoredView
from app.actions.restoration import publish, restore, restored
from app.vault import archive as rows
from crypto.errors import CryptoError
from crypto.passphrases import MEMORY_KIB
from crypto.root import root_hash
from sync.ground import CardsTooFewError

__all__ = [
    "ArchiveView", "CanRestoreView", "CardView", "DrillSummary", "DrillView", "RestoredView", "archive",
    "can_restore", "card", "drill", "last_drill", "publish", "restore", "restored",
]  # fmt: skip

DRILL_DAYS: Final = 90
"""Twice a year is forgotten; four times is a habit."""
ARCHIVE_DAYS: Final = 7
_DRILL: Final = "recovery-drill"
_DAY_S: Final = 86_400


def card(device: Device, *, passphrase: str, memory_kib: int = MEMORY_KIB) -> CardView:
    """This officer's recovery card (app.actions.cards)."""
    return carding.make(device, passphrase=passphrase, memory_kib=memory_kib)


def archive(device: Device, out: Path) -> ArchiveView:
    """This desk's archive (app.actions.archiving)."""
    return archiving.make(device, out)


def drill(archive: Path, cards: Cards, *, device: Device | None = None) -> DrillView:
    """Prove that these cards open this archive and that all of it is right, without restoring anything. On
    `device` date and outcome are kept, also of one that failed.
    """
    try:
        view = _drilled(archive, cards, at=device.now() if device else time.time())
    except (CryptoError, ActionError, CardsTooFewError):
        if device is not None:
            device.state.set_place(_DRILL, [int(device.now()), False])
        raise
    if device is not None:
        device.state.set_place(_DRILL, [int(device.now()), True])
    return view


def last_drill(device: Device) -> DrillSummary | None:
    """The last drill on this device: `due` after 90 days, or when it failed; None before the first."""
    kept = device.state.place(_DRILL)
    if kept is None:
        return None
    at, worked = int(kept[0]), bool(kept[1])
    due = not worked or device.now() > at + DRILL_DAYS * _DAY_S
    return DrillSummary(at=moments.iso(at), worked=worked, due=due)


def can_restore(device: Device) -> CanRestoreView:
    """Whether this desk could be restored today, as far as this device knows."""
    phone, made = device.directory(), device.state.place(archiving.MADE)
    tried, card_at = last_drill(device), carding.made_at(device)
    newest = root_hash(phone.part.roots[-1].body) if phone else b""
    week_ago = device.now() - ARCHIVE_DAYS * _DAY_S
    return CanRestoreView(
        officers=len(phone.root.officers) if phone else 0,
        threshold=phone.root.threshold if phone else 0,
        officer=device.officer,
        archive_at=moments.iso(made[0]) if made else None,
        archive_old=made is None or made[0] < week_ago or bytes(made[1]) != newest,
        card_at=moments.iso(card_at) if card_at is not None else None,
        card_old=carding.old(device),
        drill_at=tried.at if tried else None,
        drill_worked=tried is not None and tried.worked,
        drill_due=tried is None or tried.due,
    )


def _drilled(path: Path, cards: Cards, *, at: float) -> DrillView:
    brought = carding.read(cards)
    with archiving.opened(path) as (file, header):
        secret = archiving.secret_of(header, brought)
        anchors = [card.root_hash for card in brought]
        found = archiving.walk(file, header, secret, anchors=anchors, take=rows.read)
    return DrillView(
        organisation=found.root.name,
        desk=found.desk_name,
        made_at=moments.iso(header.at),
        made_by=found.maker.label,
        complaints=found.complaints,
        operations=found.counts[rows.OPERATION],
        officers=len(header.officers),
        threshold=header.threshold,
        cards=len(brought),
        old_cards=sum(card.root_hash != header.root_hash for card in brought),
        at=moments.iso(at),
    )
