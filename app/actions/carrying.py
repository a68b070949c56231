"""A change of the organisation that goes from officer to officer by hand, as a file.

For officers whose devices somebody shut out: they read and publish no directory any more, but their
signatures count until the threshold takes them away. One whose device still publishes takes the file, signs,
and tells the others (protocol.md 8.4.11).
"""

from __future__ import annotations

from app.actions.device import Device
from app.actions.members import require_officer
from app.actions.officers import NothingWaitsError, meant
from app.actions.organisation import SetUpRefusedError
from app.actions.publishing import publish_now, send_welcomes
from app.actions.views import SignedView
from crypto.errors import RootRefusedError
from crypto.proposals import CarriedProposal
from crypto.root import Root, former_officers, root_hash
from sync import belonging, rights, rootchange, shutout
from sync.due import mark_due
from sync.errors import SignHereError


class NoProposalFileError(RootRefusedError):
    """This file holds no change of this organisation that could be signed now."""

    next_step = "Let the other officer connect once and write the file again; connect here too."


def export(device: Device, proposal_id: str) -> bytes:
    """The file of a change that waits here, or that this device's signature brought into force, with the
    signatures it has. Sealed for who belongs.

    Raises `NothingWaitsError`, `SignHereError`.
    """
    require_officer(device)
    key, org = device.member.directory_key, device.member.org
    if key is None:
        raise SignHereError
    open_now = [*belonging.proposals(device.state), belonging.roots(device.state)[-1]]
    known = {root_hash(entry.body): entry for entry in open_now}
    signed = known[meant(proposal_id, list(known))]
    carried = shutout.signed_by_who_goes(device.state, Root.decode(signed.body), org=org)
    return CarriedProposal(signed, tuple(carried)).seal(key=key, org=org)


def use_token(device: Device, token: str) -> bool:
    """Try the publishing token that the relay's owner gives, when nobody who belongs has one any more. True
    if the relay has taken what this officer's device publishes; else the next session tries it again.

    Raises `SetUpRefusedError`, `SignHereError`.
    """
    require_officer(device)
    with device.vault.transaction():
        if not rights.use_given(device.state, token.strip()):
            raise SetUpRefusedError("A publishing token has 43 characters, as the relay printed it.")
        mark_due(device.state)
    return publish_now(device)


def take(device: Device, data: bytes) -> SignedView:
    """Take over a change from its file: then it waits here like any other, or is in force. Signs nothing.

    Raises `NoProposalFileError`, `SignHereError`.
    """
    root, key, org = require_officer(device), device.member.directory_key, device.member.org
    if key is None:
        raise SignHereError
    try:
        found = CarriedProposal.open(data, key=key, org=org)
    except RootRefusedError as error:
        raise NoProposalFileError from error
    digest, state = root_hash(found.signed.body), device.state
    with device.vault.transaction():
        known = former_officers(belonging.roots(state))
        belonging.take_statements(state, found.statements, officers=known)
        belonging.take_proposals(state, [found.signed], org=org)
        waiting = {entry.hash: entry for entry in rootchange.open_proposals(state, org=org)}
        belonging.settle(state, org=org)
        mark_due(state)
        send_welcomes(device)
        in_force = digest in {root_hash(entry.body) for entry in belonging.roots(state)}
        if digest not in waiting and not in_force:
            raise NoProposalFileError
    published = publish_now(device)
    have = waiting[digest].have if digest in waiting else root.threshold
    needed = waiting[digest].needed if digest in waiting else root.threshold
    return SignedView(digest.hex(), in_force, have, needed, published)


__all__ = ["NoProposalFileError", "NothingWaitsError", "export", "take", "use_token"]
