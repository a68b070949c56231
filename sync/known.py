"""What an archive remembers of the organisation: chain of roots, roster statements, and the numbers that only
go up.

Everything in it is signed or harmless. It lets a machine that never belonged rebuild the organisation around
it, and know which versions and generations were used up (protocol.md 10A.3).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from crypto.encoding import Fields, encode
from crypto.errors import ArchiveRefusedError, EncodingError, SignatureRefusedError
from crypto.handler_part import MAX_ROOTS
from crypto.ids import DESK_ID_BYTES, DeskId, OrganisationId
from crypto.root import Root, former_officers, root_hash, verify_chain
from crypto.roster import Roster
from crypto.signed import Countersigned
from sync.belonging import roots
from sync.directory import DirectoryClient

MAX_STATEMENTS: Final = 4_096
MAX_DESKS: Final = 64
"""As many as the runs of days in a phone part: every bound here is the directory's."""


@dataclass(frozen=True)
class Known:
    """As one handler knew it when it made the archive."""

    org: OrganisationId
    chain: tuple[Countersigned, ...] = field(repr=False)
    statements: tuple[Countersigned, ...] = field(repr=False)
    head_version: int
    token_epoch: int
    generations: tuple[tuple[DeskId, int], ...]
    """The highest published generation of each desk."""

    @classmethod
    def of(cls, directory: DirectoryClient) -> Known | None:
        """What this handler knows now; None before its first directory."""
        phone = directory.current()
        if phone is None:
            return None
        generations: dict[DeskId, int] = {}
        for day in phone.part.days:
            generations[day.desk] = max(day.generation, generations.get(day.desk, 0))
        return cls(
            org=directory.member.org,
            chain=tuple(roots(directory.state)) or phone.part.roots,
            statements=tuple(directory.roster(phone).statements.values()),
            head_version=max(phone.head.version, directory.handler_seen().version),
            token_epoch=max(phone.head.token_epoch, directory.member.tokens.epoch),
            generations=tuple(sorted(generations.items())),
        )

    def encode(self) -> bytes:
        return encode(
            {
                1: self.org,
                2: [root.to_wire() for root in self.chain],
                3: [statement.to_wire() for statement in self.statements],
                4: self.head_version,
                5: self.token_epoch,
                6: [[desk, generation] for desk, generation in self.generations],
            }
        )

    @classmethod
    def decode(cls, data: bytes) -> Known:
        """What `encode` wrote, or `ArchiveRefusedError`; nothing of it is true before `verify`."""
        try:
            fields = Fields.of(data)
            known = cls(
                OrganisationId(fields.octets(1, 32)),
                tuple(_countersigned(entry) for entry in fields.items(2, limit=MAX_ROOTS)),
                tuple(_countersigned(entry) for entry in fields.items(3, limit=MAX_STATEMENTS)),
                fields.natural(4, below=2**48),
                fields.natural(5, below=2**32),
                tuple(_generation(entry) for entry in fields.items(6, limit=MAX_DESKS)),
            )
            fields.done()
        except EncodingError as error:
            raise ArchiveRefusedError from error
        return known

    @property
    def newest_hash(self) -> bytes:
        """Of the newest root."""
        return root_hash(self.chain[-1].body) if self.chain else b""

    def verify(self, *, org: OrganisationId, anchors: Collection[bytes]) -> tuple[Root, Roster]:
        """The newest root and the roster under it, once the chain holds. `ArchiveRefusedError` otherwise."""
        if self.org != org:
            raise ArchiveRefusedError
        try:
            root = verify_chain(list(self.chain), org=org, anchors=anchors)
            return root, Roster.verify(
                self.statements, root=root, org=org, former=former_officers(self.chain)
            )
        except (EncodingError, SignatureRefusedError) as error:
            raise ArchiveRefusedError from error


def _countersigned(value: object) -> Countersigned:
    if type(value) is not bytes:
        raise EncodingError
    return Countersigned.from_wire(value)


def _generation(value: object) -> tuple[DeskId, int]:
    if type(value) is not list or len(value) != 2:
        raise EncodingError
    desk, generation = value
    if type(desk) is not bytes or len(desk) != DESK_ID_BYTES:
        raise EncodingError
    if type(generation) is not int or not 0 <= generation < 2**32:
        raise EncodingError
    return DeskId(desk), generation
