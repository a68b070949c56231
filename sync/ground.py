"""What a new beginning stands on: the newest chain of roots, and the officers who are there to sign the next
version.

The archive knows one chain, the relay another, the cards name single roots; nothing is signed on a chain that
a card contradicts (step 10A.6.2).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from crypto.cards import RecoveryCard
from crypto.directory import UntrustedPhoneDirectory
from crypto.encoding import decode
from crypto.errors import DirectoryRefusedError, EncodingError, RootRefusedError
from crypto.ids import OrganisationId
from crypto.primitives import OfficerSigningKey
from crypto.root import Root, root_hash, verify_chain
from crypto.signed import Countersigned
from sync.errors import SyncError
from sync.known import Known


class CardsTooFewError(SyncError):
    """These cards are fewer than this organisation asks for."""

    next_step = "Bring the cards of more officers. Nothing was changed."


class CardOfStrangerError(SyncError):
    """One of these cards belongs to somebody who is no officer any more."""

    next_step = "Leave that card away, and bring another officer's. Nothing was changed."


class CardsNewerError(SyncError):
    """A card is newer than what the archive and the relay show of the organisation."""

    next_step = "Connect to the relay, or take a newer archive. Nothing was changed."


@dataclass(frozen=True)
class Ground:
    """What the new beginning stands on: the newest chain, and who is there to sign the next version."""

    org: OrganisationId
    chain: list[Countersigned] = field(repr=False)
    root: Root = field(repr=False)
    signers: list[OfficerSigningKey] = field(repr=False)

    @classmethod
    def find(cls, known: Known, cards: Sequence[RecoveryCard], published: Sequence[Countersigned]) -> Ground:
        """Raises CardsTooFewError, CardOfStrangerError, CardsNewerError or RootRefusedError."""
        anchors = {known.newest_hash, *(card.root_hash for card in cards)}
        chain = joined(known.chain, published, org=known.org, anchors=anchors)
        root = verify_chain(chain, org=known.org, anchors=anchors)
        if not {card.root_hash for card in cards} <= {root_hash(entry.body) for entry in chain}:
            raise CardsNewerError
        officers = root.officer_publics()
        if cards[0].officer not in officers:
            raise CardOfStrangerError
        signers = [card.signing_key for card in cards if card.officer in officers]
        if len(signers) < max(root.threshold, root.policy.handler_officers):
            raise CardsTooFewError if len(signers) == len(cards) else CardOfStrangerError
        return cls(known.org, chain, root, signers)

    @property
    def newest_hash(self) -> bytes:
        return root_hash(self.chain[-1].body)


def joined(
    archived: Sequence[Countersigned],
    published: Sequence[Countersigned],
    *,
    org: OrganisationId,
    anchors: Collection[bytes],
) -> list[Countersigned]:
    """One chain from both. Where they differ the published one counts, if it holds by itself."""
    if not published:
        return list(archived)
    first = Root.decode(published[0].body).version
    last = Root.decode(published[-1].body).version
    before = [entry for entry in archived if Root.decode(entry.body).version < first]
    after = [entry for entry in archived if Root.decode(entry.body).version > last]
    # First of all as if the relay were older than the archive and on the same line.
    for chain in ([*before, *published, *after], [*before, *published]):
        try:
            verify_chain(chain, org=org, anchors=anchors)
        except RootRefusedError:
            continue
        return chain
    verify_chain(list(published), org=org, anchors=anchors)
    return list(published)


def published_roots(phone: UntrustedPhoneDirectory | None) -> list[Countersigned]:
    """The chain as a phone part carries it, before anything of it is believed. `DirectoryRefusedError`."""
    if phone is None:
        return []
    try:
        entries = decode(phone.content)[1]
        return [Countersigned.from_wire(entry) for entry in entries]
    except (EncodingError, LookupError, TypeError) as error:
        raise DirectoryRefusedError from error
