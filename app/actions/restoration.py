"""Beginning again after a raid: an empty machine, an archive, and the cards of enough officers.

Guarantees: the restored device is there whole or not at all, however it is interrupted; nothing of the
archive counts before all of it was verified. What it cannot bring back is said in docs/recovery.md.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app.actions import archiving, moments
from app.actions import cards as carding
from app.actions.archiving import Contents
from app.actions.cards import Cards
from app.actions.device import Clock, Device, state, unlock
from app.actions.errors import ActionError, ChoiceUnknownError
from app.actions.recovery_views import RestoredView
from app.vault import archive as rows
from app.vault import slots
from app.vault.vault import Vault, wipe
from crypto.cards import RecoveryCard
from crypto.directory import Seen, UntrustedPhoneDirectory
from crypto.ids import DeviceId
from crypto.passphrases import MEMORY_KIB, check_strength
from crypto.root import root_hash
from crypto.roster import Admission
from sync import rights
from sync.errors import DirectoryMissingError, PublishRefusedError, RelayBusyError, RelayUnreachableError
from sync.ground import Ground, published_roots
from sync.publish import Publisher
from sync.rebuilding import Rebuilding, lost_by_default, machines, vanished
from sync.state import State
from sync.transport import RelayClient
from sync.wire import PHONE_PART

_RESTORED: Final = "recovery-restored"


class NotEmptyError(ActionError):
    """There is something in this folder already, and it was left as it is."""

    next_step = "Restore on a machine, or in a folder, where Kantha was never set up."


def restore(
    home: Path,
    passphrase: str,
    *,
    archive: Path,
    cards: Cards,
    relay: str | None = None,
    lost: Sequence[str] | None = None,
    label: str | None = None,
    publish_token: str | None = None,
    clock: Clock = time.time,
    argon_memory_kib: int = MEMORY_KIB,
) -> Device:
    """Make this empty machine an officer's (of the first card), a handler's and a publisher's; shut out
    `lost` (labels or ids; None: all handlers' machines of the desk and those of the officers whose cards
    are here; none: `()`).

    Everything is made beside `home` and put in its place at the end; then the relay is told, if it answers.
    If it does not, the next session tells it.
    """
    check_strength(passphrase)
    _require_empty(home)
    brought = carding.read(cards)
    work = home.with_name(home.name + ".restoring")
    _clear(work)
    with archiving.opened(archive) as (file, header):
        secret = archiving.secret_of(header, brought)
        address = (relay or brought[0].relay).rstrip("/")
        phone = _published(address, brought[0])
        vault = Vault.create(work, passphrase, clock=clock, argon_memory_kib=argon_memory_kib)
        try:
            with vault.transaction():
                anchors = [card.root_hash for card in brought]
                found = archiving.bring_back(vault, file, header, secret, anchors=anchors)
                tokens = [publish_token or "", *_by_age(brought, header.at, secret.publish_token)]
                _rebuild(vault, found, brought, phone, address, lost, label, [one for one in tokens if one])
        except BaseException:
            vault.close()
            _clear(work)
            raise
        vault.close()
    _put_in_place(work, home)
    device = unlock(home, passphrase, clock=clock)
    publish(device)
    return device


def publish(device: Device, *, token: str | None = None) -> bool:
    """Tell the relay of the restoration; with a publishing token from whoever runs it, if it takes no other.
    False if it cannot be reached or takes none.
    """
    if token is not None:
        device.vault.put("publish-token", token.encode())
    with RelayClient(device.member.relay, device.member.pool_name) as relay:
        try:
            Publisher(device.directory_client, rights.publish_token(device.state) or "").maintain(relay)
        except PublishRefusedError:
            rights.note_refused(device.state)
            return False
        except (RelayUnreachableError, RelayBusyError):
            return False
        finally:
            device.reload()
    return True


def restored(device: Device) -> RestoredView | None:
    """What became of the restoration of this device; None if it was set up in another way."""
    kept = device.state.place(_RESTORED)
    if kept is None:
        return None
    at, by, complaints, operations, revoked = kept
    phone = device.directory()
    own = next((one for one in phone.root.officers if one.device == device.id), None) if phone else None
    active = {right.device for right in phone.root.publishers} if phone else set()
    roster = device.roster()
    here = {key for key, member in roster.members.items() if member.active} if roster else set()
    there = sum(officer.device in here for officer in phone.root.officers) if phone else 0
    return RestoredView(
        archive_at=moments.iso(at),
        archive_by=by,
        complaints=complaints,
        operations=operations,
        revoked=list(revoked),
        published=own is not None and device.id in active and _token_settled(device),
        refused=rights.refused_since(device.state) is not None,
        officers_left=max(0, (phone.root.threshold if phone else 0) - there),
    )


def _token_settled(device: Device) -> bool:
    return rights.wanted_token(device.state) == rights.publish_token(device.state)


def _rebuild(
    vault: Vault,
    found: Contents,
    brought: Sequence[RecoveryCard],
    phone: UntrustedPhoneDirectory | None,
    relay: str,
    lost: Sequence[str] | None,
    label: str | None,
    tokens: Sequence[str],
) -> None:
    header, known = found.header, found.known
    published = published_roots(phone)
    ground = Ground.find(known, brought, published)
    newest = root_hash(published[-1].body) if published else None  # the ground's chain has it now
    seen = phone.verify(org=header.org, seen=Seen(), now=0, pinned=newest) if phone else None
    handlers = machines(known, ground, seen)
    gone = (
        lost_by_default(handlers, ground, desk=header.desk, cards=brought, archive=header.hash)
        if lost is None
        else frozenset(_named(one, handlers) for one in lost)
    )
    before = vanished(handlers, known, seen)
    labels = {entry.label.casefold() for entry in handlers.values()}
    sync = State(vault.db, vault, vault.transaction, vault.clock)
    Rebuilding(
        state=sync,
        ground=ground,
        known=known,
        cards=brought,
        desk=header.desk,
        archive=header.hash,
        lost=gone | before,
        label=label or _free_label(labels),
        relay=relay,
        publish_tokens=tokens,
        phone=phone,
        seen=seen,
    ).run()
    names = sorted(handlers[device].label for device in gone - before)
    counts = [found.complaints, found.counts[rows.OPERATION]]
    sync.set_place(_RESTORED, [header.at, found.maker.label, *counts, names])


def _published(address: str, card: RecoveryCard) -> UntrustedPhoneDirectory | None:
    """The phone part at the relay, if it answers and has one."""
    with RelayClient(address, card.pool.hex()) as relay:
        try:
            answer = relay.get_directory(PHONE_PART)
        except (RelayUnreachableError, RelayBusyError, DirectoryMissingError):
            return None
    assert answer is not None
    return UntrustedPhoneDirectory.open(answer[0], key=card.directory_key, org=card.org)


def _by_age(brought: Sequence[RecoveryCard], at: int, archived: str | None) -> list[str]:
    """The publishing tokens of cards and archive, the newest first: it changes with every revocation."""
    tokens = [(card.at, card.publish_token or "") for card in brought] + [(at, archived or "")]
    return [token for _at, token in sorted(tokens, key=lambda entry: -entry[0])]


def _named(wanted: str, handlers: dict[DeviceId, Admission]) -> DeviceId:
    for device, admission in handlers.items():
        if wanted in (device.hex(), admission.label):
            return device
    raise ChoiceUnknownError(f'There is no machine called "{wanted}" in the archive or at the relay.')


def _free_label(taken: set[str]) -> str:
    return next(f"Desk-{n}" for n in range(1, 1_000) if f"Desk-{n}".casefold() not in taken)


# --- the folder -------------------------------------------------------------------------------------------


def _require_empty(home: Path) -> None:
    if state(home) != "empty" or (home.exists() and any(home.iterdir())):
        raise NotEmptyError


def _clear(work: Path) -> None:
    """What an interrupted restoration left beside the folder."""
    if work.exists():
        wipe(work)
        with contextlib.suppress(OSError):
            work.rmdir()


def _put_in_place(work: Path, home: Path) -> None:
    if home.exists():
        home.rmdir()
    (work / "vault.lock").unlink(missing_ok=True)
    os.replace(work, home)
    slots.sync_folder(home.parent)
