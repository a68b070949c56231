"""One file with everything a desk needs to begin again, sealed to every quorum of officers; and reading it.

Guarantees: the file is there whole and was read again, or not at all, and belongs to its owner alone; memory
stays bounded; what is read counts only after the last record, when its maker is a handler of the desk in the
roster that the officers signed (`walk`). It never holds a seed, a day key, an epoch key, a pairwise key or a
deposit token.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

from app.actions import moments
from app.actions.device import Device
from app.actions.errors import ActionError, NotAdmittedError, NotThisRoleError
from app.actions.recovery_views import ArchiveView
from app.vault import archive as rows
from app.vault.vault import Vault
from crypto.archives import FIRST_KIND, ArchiveHeader, ArchiveReader, ArchiveSecret, ArchiveWriter
from crypto.cards import RecoveryCard
from crypto.errors import ArchiveRefusedError, QuorumRefusedError
from crypto.primitives import random_bytes
from crypto.quorum import open_together, seal_to_quorum
from crypto.root import Root
from crypto.roster import Admission, Role, Roster
from sync.ground import CardsTooFewError
from sync.known import Known
from sync.publish import publish_token

KNOWN: Final = FIRST_KIND
"""The first record: what the maker knew of the organisation. Those after it are rows (app.vault.archive)."""
MADE: Final = "recovery-archive"


class ArchiveNotWrittenError(ActionError):
    """The archive could not be written there, and nothing was left of it."""

    next_step = "Choose another folder or stick with enough room, and make it again."


class ArchiveUnreadableError(ActionError):
    """This file cannot be read."""

    next_step = "Look whether the stick is in and the name is right."


class ArchiveOfOthersError(ActionError):
    """This archive belongs to another organisation than these cards."""

    next_step = "Look for the archive that belongs to these cards. Nothing was changed."


def make(device: Device, out: Path) -> ArchiveView:
    """Write the archive of this desk to `out`, replacing an older one of that name."""
    if device.role != "handler":
        raise NotThisRoleError
    phone, known = device.directory(), Known.of(device.directory_client)
    if phone is None or known is None:
        raise NotAdmittedError
    root, secret = phone.root, ArchiveSecret(random_bytes(32), publish_token(device.state))
    header = ArchiveHeader(
        org=known.org,
        desk=device.member.desk,
        at=int(device.now()),
        root_hash=known.newest_hash,
        threshold=root.threshold,
        officers=tuple(sorted(officer.id for officer in root.officers)),
        blobs=seal_to_quorum(
            secret.encode(),
            org=known.org,
            desk=device.member.desk,
            officers={officer.id: officer.kem for officer in root.officers},
            threshold=root.threshold,
        ),
    )
    with _replacing(out) as file:
        left_out = Counter[int]()
        counts = _write(file, device, header, known, secret, left_out)
        file.seek(0)
        found = walk(file, ArchiveHeader.read(file), secret, anchors=[known.newest_hash], take=rows.read)
        if found.counts != counts:
            raise ArchiveNotWrittenError
        size = os.fstat(file.fileno()).st_size
    device.state.set_place(MADE, [header.at, header.root_hash])
    return ArchiveView(
        path=str(out),
        id=header.hash.hex()[:16],
        made_at=moments.iso(header.at),
        bytes=size,
        desk=device.directory_client.desk_name(device.member.desk),
        complaints=found.complaints,
        operations=counts[rows.OPERATION],
        officers=len(header.officers),
        threshold=header.threshold,
        left_out=left_out.total(),
    )


def _write(
    file: BinaryIO,
    device: Device,
    header: ArchiveHeader,
    known: Known,
    secret: ArchiveSecret,
    left_out: Counter[int],
) -> Counter[int]:
    writer, counts = ArchiveWriter(file, header, key=secret.key), Counter[int]()
    writer.record(KNOWN, [known.encode()])
    for kind, values in rows.rows(device.vault.db, left_out=left_out):
        writer.record(kind, values)
        counts[kind] += 1
    writer.finish(maker=device.me.id, by=device.me.identity)
    file.flush()
    return counts


@contextlib.contextmanager
def _replacing(out: Path) -> Iterator[BinaryIO]:
    """A new file beside `out`, for its owner alone, that takes its place when all went well."""
    fresh = out.with_name(f".{out.name}.{random_bytes(4).hex()}.new")
    try:
        fd = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(fd, "r+b") as file:
                yield file
                os.fsync(file.fileno())
            os.replace(fresh, out)
            with contextlib.suppress(OSError):
                _sync_folder(out.parent)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ArchiveNotWrittenError from error


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


# --- reading --------------------------------------------------------------------------------------------


@contextlib.contextmanager
def opened(path: Path) -> Iterator[tuple[BinaryIO, ArchiveHeader]]:
    """The file behind its header. `ArchiveRefusedError`, `ArchiveUnreadableError`."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise ArchiveUnreadableError from error
    with file:
        yield file, ArchiveHeader.read(file)


def secret_of(header: ArchiveHeader, brought: Sequence[RecoveryCard]) -> ArchiveSecret:
    """The archive's key by these cards. They must be this organisation's and enough."""
    if any(card.org != header.org for card in brought):
        raise ArchiveOfOthersError
    ours = {card.officer: card.opening_key for card in brought if card.officer in header.officers}
    if len(ours) < header.threshold:
        if len(ours) < len(brought):
            raise QuorumRefusedError
        raise CardsTooFewError
    return ArchiveSecret.decode(open_together(header.pieces(), keys=ours))


@dataclass(frozen=True)
class Contents:
    """What a verified archive says of itself."""

    header: ArchiveHeader
    known: Known = field(repr=False)
    root: Root = field(repr=False)
    roster: Roster = field(repr=False)
    maker: Admission
    counts: Counter[int]
    complaints: int

    @property
    def desk_name(self) -> str:
        names = {desk.id: desk.name for desk in self.root.desks}
        return names[self.header.desk]


def walk(
    file: BinaryIO,
    header: ArchiveHeader,
    secret: ArchiveSecret,
    *,
    anchors: Collection[bytes],
    take: Callable[[int, list[Any]], object],
) -> Contents:
    """Give every row to `take`, in order. Only when this returns was the whole file right: whoever keeps rows
    does it in a transaction around it. `anchors`: roots that the readers know of this organisation.
    """
    reader = ArchiveReader(file, header, key=secret.key)
    records, counts, complaints = reader.records(), Counter[int](), 0
    kind, values = next(records, (KNOWN, []))
    if kind != KNOWN or len(values) != 1 or type(values[0]) is not bytes:
        raise ArchiveRefusedError
    known = Known.decode(values[0])
    root, roster = known.verify(org=header.org, anchors=anchors)
    _require_header(header, known, root)
    for kind, values in records:
        take(kind, values)
        counts[kind] += 1
        complaints += kind == rows.ARRIVAL and values[2] == "complaint"
    return Contents(header, known, root, roster, _maker(reader, header, roster), counts, complaints)


def _require_header(header: ArchiveHeader, known: Known, root: Root) -> None:
    """The header names the officers of the root that the archive carries; a stranger's would be sealed to
    others.
    """
    if header.root_hash != known.newest_hash or header.threshold != root.threshold:
        raise ArchiveRefusedError
    if list(header.officers) != sorted(officer.id for officer in root.officers):
        raise ArchiveRefusedError
    if header.desk not in {desk.id for desk in root.desks}:
        raise ArchiveRefusedError


def _maker(reader: ArchiveReader, header: ArchiveHeader, roster: Roster) -> Admission:
    """Everybody can seal to the officers: only a handler of this desk is believed."""
    member = roster.members.get(reader.maker) if reader.maker is not None else None
    if member is None or not member.active or member.admission.role is not Role.HANDLER:
        raise ArchiveRefusedError
    if member.admission.desk != header.desk:
        raise ArchiveRefusedError
    reader.require_maker(member.admission.identity)
    return member.admission


def bring_back(
    vault: Vault, file: BinaryIO, header: ArchiveHeader, secret: ArchiveSecret, *, anchors: Collection[bytes]
) -> Contents:
    """Keep all rows in this vault and make inbox and cases from them. All or nothing; twice is the same as
    once.
    """
    from app.actions import arrivals, casefile

    with vault.transaction() as db:
        found = walk(
            file, header, secret, anchors=anchors, take=lambda kind, values: rows.keep(db, kind, values)
        )
        for device, code in rows.complaints(db):
            arrivals.bring_up_to_date(db, device, code)
        casefile.catch_up(vault)
    return found
