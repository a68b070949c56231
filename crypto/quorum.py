"""A secret that every t officers together open and no t - 1 do: nested HPKE, once for each choice of t
officers.

2 of 3 officers are three blobs. A blob is sealed to the subset's officers in the order of their ids, the
first outermost; each layer's info names organisation, desk, the whole subset and the layer's place
(protocol.md 10A.2), so that no layer opens anywhere else. The officers open at one machine (`open_together`)
or one after the other on their own (`Piece.peel`).

It is no secret sharing: t keys that were ever at one thief are enough for ever, and an officer who left still
counts for what was sealed before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from math import comb
from typing import Final

from crypto import primitives
from crypto.encoding import encode
from crypto.errors import QuorumRefusedError, QuorumTooLargeError
from crypto.ids import DeskId, OfficerId, OrganisationId
from crypto.primitives import XWING_OVERHEAD_BYTES, OpeningKey, SealingKey

LABEL: Final = "kantha/v1/quorum"
MAX_SUBSETS: Final = 2_000
"""16 officers of whom 12 must act are 1,820 choices and 25 MB; beyond that nobody waits for an archive."""


def subsets(officers: Iterable[OfficerId], *, threshold: int) -> Iterator[tuple[OfficerId, ...]]:
    """Every choice of exactly `threshold` officers, ids ascending, in the one order in which blobs are
    kept.
    """
    return combinations(sorted(officers), threshold)


def require_few(*, officers: int, threshold: int) -> int:
    """How many blobs there will be; `QuorumTooLargeError` for more than a file should hold."""
    if not 1 <= threshold <= officers:
        raise ValueError("a threshold lies between one and the number of officers")
    count = comb(officers, threshold)
    if count > MAX_SUBSETS:
        raise QuorumTooLargeError
    return count


def sealed_bytes(secret_bytes: int, *, threshold: int) -> int:
    """The length of each blob."""
    return secret_bytes + threshold * XWING_OVERHEAD_BYTES


@dataclass(frozen=True)
class Piece:
    """A blob, or what is left of it: still sealed to the officers of `subset` from `position` on."""

    org: OrganisationId
    desk: DeskId
    subset: tuple[OfficerId, ...]
    position: int
    sealed: bytes = field(repr=False)

    @property
    def waits_for(self) -> OfficerId:
        """The officer whose layer is outermost."""
        return self.subset[self.position]

    @property
    def last(self) -> bool:
        """Whether one more layer gives the secret."""
        return self.position == len(self.subset) - 1

    def peel(self, key: OpeningKey) -> Piece:
        """Without its outermost layer. Only for layers before the last; `QuorumRefusedError` for another's
        key.
        """
        if self.last:
            raise ValueError("the last layer gives the secret: use `reveal`")
        return replace(self, position=self.position + 1, sealed=self._open(key))

    def reveal(self, key: OpeningKey) -> bytes:
        """The secret, by the officer of the last layer."""
        if not self.last:
            raise QuorumRefusedError
        return self._open(key)

    def _open(self, key: OpeningKey) -> bytes:
        try:
            return key.open(self.sealed, info=_info(self.org, self.desk, self.subset, self.position))
        except primitives.OpenError as error:
            raise QuorumRefusedError from error


def seal_to_quorum(
    secret: bytes, *, org: OrganisationId, desk: DeskId, officers: Mapping[OfficerId, bytes], threshold: int
) -> tuple[bytes, ...]:
    """A blob for each subset, in the order of `subsets`. `officers`: id to KEM key (1,216 bytes)."""
    require_few(officers=len(officers), threshold=threshold)
    keys = {officer: SealingKey.read(public) for officer, public in officers.items()}
    blobs = []
    for subset in subsets(officers, threshold=threshold):
        sealed = secret
        for position in reversed(range(threshold)):
            sealed = keys[subset[position]].seal(sealed, info=_info(org, desk, subset, position))
        blobs.append(sealed)
    return tuple(blobs)


def open_together(pieces: Sequence[Piece], *, keys: Mapping[OfficerId, OpeningKey]) -> bytes:
    """The secret with the keys at hand, from any piece that they suffice for; `QuorumRefusedError`
    otherwise.
    """
    for piece in pieces:
        if not set(piece.subset[piece.position :]) <= keys.keys():
            continue
        while not piece.last:
            piece = piece.peel(keys[piece.waits_for])
        return piece.reveal(keys[piece.waits_for])
    raise QuorumRefusedError


def _info(org: OrganisationId, desk: DeskId, subset: tuple[OfficerId, ...], position: int) -> bytes:
    return encode([LABEL, org, desk, list(subset), position])
