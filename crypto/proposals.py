"""Root proposals: the next version of the root while officers are still signing it (protocol.md 4.1).

A proposal is nothing but a body that some officers of the newest root signed. It has no effect before as many
did as that root's threshold says; then it is the newest root. Nothing in it is true before that.

It travels in the directory, or by hand (`CarriedProposal`): an officer whose device one other officer shut
out reads and publishes no directory, and signs all the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from crypto import primitives
from crypto.encoding import decode, encode
from crypto.errors import EncodingError, RootRefusedError
from crypto.ids import OfficerId, OrganisationId
from crypto.root import LABEL, Root, root_hash
from crypto.signed import Countersigned

MAX_OF_ONE_OFFICER: Final = 4
"""An honest officer signs one body for a version, a dishonest one must not fill the directory."""
CARRIED: Final = "kantha/v1/proposal"
MAX_STATEMENTS: Final = 4_096
"""As many as a directory has."""


@dataclass(frozen=True)
class UntrustedProposal:
    """What the next root might be, and which officers of the present one have said so."""

    root: Root
    signed: Countersigned = field(repr=False)
    """With the present officers' true signatures and no others."""
    have: frozenset[OfficerId]
    needed: int

    @property
    def hash(self) -> bytes:
        """32 bytes: what the proposal will be called as a root."""
        return root_hash(self.signed.body)

    @property
    def in_force(self) -> bool:
        """True once enough officers signed: the chain may be continued with `signed`."""
        return len(self.have) >= self.needed


@dataclass(frozen=True)
class CarriedProposal:
    """A proposal on its way by hand, sealed for whoever has the directory key, with the statements that its
    signers must sign too. Nothing in it is believed but signatures, one by one.
    """

    signed: Countersigned = field(repr=False)
    statements: tuple[Countersigned, ...] = field(repr=False)

    def seal(self, *, key: bytes, org: OrganisationId) -> bytes:
        """The file."""
        content = [self.signed.to_wire(), [statement.to_wire() for statement in self.statements]]
        return primitives.seal_secret(key, encode(content), info=encode([CARRIED, org]))

    @classmethod
    def open(cls, sealed: bytes, *, key: bytes, org: OrganisationId) -> CarriedProposal:
        """What `seal` made for this organisation; `RootRefusedError` for anything else."""
        try:
            content = decode(primitives.open_secret(key, sealed, info=encode([CARRIED, org])))
            if type(content) is not list or len(content) != 2 or type(content[1]) is not list:
                raise EncodingError
            wires = [content[0], *content[1]]
            if len(wires) > 1 + MAX_STATEMENTS or any(type(wire) is not bytes for wire in wires):
                raise EncodingError
            signed, *statements = (Countersigned.from_wire(wire) for wire in wires)
        except (EncodingError, primitives.OpenError) as error:
            raise RootRefusedError from error
        return cls(signed, tuple(statements))


def read_proposal(signed: Countersigned, *, root: Root) -> UntrustedProposal:
    """A version that follows `root` and that at least one of its officers signed, else `RootRefusedError`."""
    try:
        proposed = Root.decode(signed.body)
    except EncodingError as error:
        raise RootRefusedError from error
    if (proposed.version, proposed.previous) != (root.version + 1, root_hash(root.encode())):
        raise RootRefusedError
    kept = signed.proven(label=LABEL, officers=root.officer_publics())
    if not kept.signatures:
        raise RootRefusedError
    return UntrustedProposal(proposed, kept, frozenset(kept.signatures), root.threshold)


def read_proposals(signed: Iterable[Countersigned], *, root: Root) -> dict[bytes, UntrustedProposal]:
    """All that are proposals under this root, by hash, signatures of one body united; others are left out.

    An officer's signature keeps no more than a few in it, those first that most officers signed.
    """
    found: dict[bytes, Countersigned] = {}
    for entry in signed:
        try:
            one = read_proposal(entry, root=root)
        except RootRefusedError:
            continue
        found[one.hash] = found[one.hash].merged(one.signed) if one.hash in found else one.signed
    read = [read_proposal(entry, root=root) for entry in found.values()]
    room: dict[OfficerId, int] = {}
    kept = {}
    for one in sorted(read, key=lambda one: (-len(one.have), one.hash)):
        if all(room.get(officer, 0) >= MAX_OF_ONE_OFFICER for officer in one.have):
            continue
        room.update({officer: room.get(officer, 0) + 1 for officer in one.have})
        kept[one.hash] = one
    return kept
