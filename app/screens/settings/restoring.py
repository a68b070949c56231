"""Restoring a desk from what was brought to an empty machine, with files that are gone again afterwards.

Guarantees: the archive lies beside the folder of the vault, sealed as it is, only while it is read; the
language that was chosen before is chosen afterwards too; a restoration that is refused leaves the folder as
it was.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.actions import recovery
from app.actions.recovery_views import DrillView, RestoredView
from app.screens.state import Session
from crypto.passphrases import MEMORY_KIB

Card = tuple[str, str]
"""(lines, passphrase)"""


@dataclass(frozen=True)
class Wanted:
    """What was chosen for the restoration. `lost`: labels of the machines that are shut out; None: all of
    the desk. Empty texts: as it stands on the cards."""

    archive: bytes = field(repr=False)
    cards: tuple[Card, ...] = field(repr=False)
    passphrase: str = field(repr=False)
    lost: tuple[str, ...] | None = None
    label: str = ""
    relay: str = ""
    publish_token: str = field(default="", repr=False)


def try_first(session: Session, archive: bytes, cards: Sequence[Card]) -> DrillView:
    """What these cards and this archive would bring back; nothing is restored."""
    with _beside(session.home, archive) as path:
        return recovery.drill(path, cards)


def restore(session: Session, wanted: Wanted, *, argon_memory_kib: int = MEMORY_KIB) -> RestoredView:
    """Restore, and lock again: the person opens it with the new passphrase."""
    home, chosen = session.home, session.preferences()
    try:
        with _beside(home, wanted.archive) as path:
            # The choice of a language before there is a vault is no vault: the folder counts as empty.
            for name in ("screen.json", "screen.json.new"):
                (home / name).unlink(missing_ok=True)
            device = recovery.restore(
                home,
                wanted.passphrase,
                archive=path,
                cards=wanted.cards,
                relay=wanted.relay or None,
                lost=wanted.lost,
                label=wanted.label or None,
                publish_token=wanted.publish_token or None,
                argon_memory_kib=argon_memory_kib,
            )
        try:
            view = recovery.restored(device)
        finally:
            device.lock()
    finally:
        session.keep(chosen)
    assert view is not None  # it was restored just now
    return view


@contextlib.contextmanager
def _beside(home: Path, archive: bytes) -> Iterator[Path]:
    """The archive as a file on the same disk as the vault will be, for as long as it is read."""
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{home.name}.archive-", dir=home.parent) as folder:
        path = Path(folder) / "archive.kantha"
        path.write_bytes(archive)
        yield path


def labels(words: str) -> tuple[str, ...]:
    """The labels that somebody wrote, one a line or divided by commas."""
    return tuple(one.strip() for line in words.splitlines() for one in line.split(",") if one.strip())
