"""The officer's side of enrolment: invite, find replies, compare the digits, sign the admission, prepare the
welcome (protocol.md section 4.4).

An invitation is used once and expires; a reply to any other is refused before anything is signed. A handler's
admission may need a second officer, a new officer a new root: until all of that holds, the welcome is kept
back, so that nobody has the organisation's secrets whom too few officers have looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from crypto.desk_keys import EpochKey
from crypto.enrolment import Invitation, Reply, Welcome, digits, open_reply_cell, require_digits, transcript
from crypto.errors import InvitationExpiredError, ReplyRefusedError
from crypto.ids import DeviceId, officer_id
from crypto.primitives import SealingKey, random_bytes, sha256
from crypto.root import Desk, Officer, PublishRight, Root, root_hash
from crypto.roster import Admission, Role, sign_statement
from crypto.tokens import TokenMaster
from sync import belonging, rootchange
from sync.belonging import officer_key
from sync.deskkeys import remember_epoch_key
from sync.directory import DirectoryClient
from sync.due import mark_due
from sync.errors import SignHereError, SyncError
from sync.places import DeskFullError, Places, PoolFullError
from sync.publish import publish_token
from sync.state import State

__all__ = [
    "Admissions",
    "DeskFullError",
    "OpenReply",
    "PoolFullError",
    "ReplyUsedError",
    "SignHereError",
    "officer_digits",
    "officer_key",
    "self_admission",
    "take_reply_cell",
]

INVITATION_LIFETIME_S: Final = 86_400
"""People stand beside each other; a day covers a trip to the field office."""
REPLIES_KEPT: Final = 4
"""For one invitation. Only one of them has the digits that are read out; a thief's must not hide it."""


class ReplyUsedError(SyncError):
    """This invitation has been used already."""

    next_step = "Make a new invitation for another device."


@dataclass(frozen=True)
class OpenReply:
    """A reply that answers an open invitation, with the digits to compare. `came_at`: by the relay."""

    invitation: Invitation
    reply: Reply
    sealed: bytes
    token_slot: int
    came_at: int | None = None

    @property
    def transcript(self) -> bytes:
        return transcript(self.invitation.encode(), self.sealed)

    @property
    def digits(self) -> str:
        return digits(self.transcript)


def officer_digits(officer: Officer) -> str:
    """What other officers compare before they sign a root that names this one (4.4.8): six groups, as the
    device that holds these keys shows them.
    """
    said = b"kantha/v1/officer-digits\0" + officer.device + officer.public + officer.kem
    return digits(sha256(said))


@dataclass(frozen=True)
class Admissions:
    """Invitations and admissions of one officer's device."""

    directory: DirectoryClient

    @property
    def state(self) -> State:
        return self.directory.state

    def invite(
        self, *, role: Role, desk: Desk, label: str | None, root: Root, root_digest: bytes
    ) -> Invitation:
        """A new single-use invitation. Inside a transaction."""
        officer_key(self.state)
        member, places = self.directory.member, self._places(root)
        slot = places.token_slot()
        master = TokenMaster(self.state.keys.get("token-master") or b"")
        invitation = Invitation(
            org=member.org,
            root_hash=root_digest,
            relay=member.relay,
            pool=member.pool,
            secret=random_bytes(32),
            role=role,
            desk=desk.id,
            label=label,
            first_token_seed=master.first_seed(slot, use=places.uses()[slot]),
            token_epoch=member.tokens.epoch,
            gap_seconds=member.gap_seconds,
            deposits=member.deposits,
            expires_at=self.state.now() + INVITATION_LIFETIME_S,
        )
        self.state.db.execute(
            "INSERT INTO sync_invitation (id, wire, token_slot, expires_at) VALUES (?, ?, ?, ?)",
            (invitation.id, invitation.encode(), slot, invitation.expires_at),
        )
        return invitation

    # --- replies --------------------------------------------------------------------------------------

    def read(self, sealed: bytes) -> OpenReply:
        """A reply to an open invitation of this device; `ReplyRefusedError`, `ReplyUsedError` or expired
        otherwise.
        """
        officer_key(self.state)
        row = self.state.db.execute(
            "SELECT wire, token_slot, device FROM sync_invitation WHERE id = ?",
            (Reply.claimed_invitation(sealed),),
        ).fetchone()
        if row is None:
            raise ReplyRefusedError
        invitation = Invitation.decode(bytes(row[0]))
        reply = Reply.verify(sealed, invitation=invitation)
        if row[2] is not None:
            raise ReplyUsedError
        if self.state.clock() > invitation.expires_at:
            raise InvitationExpiredError
        return OpenReply(invitation, reply, sealed, int(row[1]))

    def replies(self) -> list[OpenReply]:
        """Every reply that the relay brought to an invitation which is still open, oldest first."""
        rows = self.state.db.execute(
            "SELECT r.reply, r.at FROM sync_invitation_reply r JOIN sync_invitation i ON i.id = r.invitation"
            " WHERE i.device IS NULL AND i.expires_at >= ? ORDER BY r.at, r.hash",
            (self.state.now(),),
        ).fetchall()
        return [replace(self.read(bytes(row[0])), came_at=int(row[1])) for row in rows]

    # --- admission ------------------------------------------------------------------------------------

    def admit(self, opened: OpenReply, *, confirmed: str, label: str) -> bytes:
        """Sign the admission and give the sealed welcome cell, kept until it holds (sync.welcomes).
        `DigitsDifferError` changes nothing. In a transaction.
        """
        require_digits(opened.transcript, confirmed)
        member, reply, role = self.directory.member, opened.reply, opened.invitation.role
        roots = belonging.roots(self.state)
        root = Root.decode(roots[-1].body)
        places = self._places(root, without=opened.invitation.id)
        if reply.device in places.roster.members:
            # the earliest admission would win: this one would promise in vain
            raise ReplyRefusedError("This device was admitted before.")
        works = role is not Role.INTAKE
        admission = Admission(
            org=member.org,
            device=reply.device,
            role=Role.HANDLER if works else Role.INTAKE,
            desk=opened.invitation.desk,
            label=label,
            identity=reply.identity,
            kem_hash=sha256(reply.kem),
            slot=places.sender_slot(opened.invitation.desk) if works else None,
            prefix=None if works else places.prefix(),
            token_slot=opened.token_slot,
            transcript=opened.transcript,
            at=self.state.now(),
        )
        self._keep(admission, reply)
        if role is Role.OFFICER:
            self._propose_officer(reply)
        self.state.db.execute(
            "UPDATE sync_invitation SET device = ? WHERE id = ?", (reply.device, opened.invitation.id)
        )
        self.state.db.execute(
            "DELETE FROM sync_invitation_reply WHERE invitation = ?", (opened.invitation.id,)
        )
        assert member.directory_key is not None
        master = TokenMaster(self.state.keys.get("token-master") or b"")
        slot = opened.token_slot
        welcome = Welcome(
            org=member.org,
            root_hash=root_hash(roots[-1].body),
            device=reply.device,
            role=role,
            desk=admission.desk,
            slot=admission.slot,
            label=label,
            directory_key=member.directory_key,
            prefix=admission.prefix,
            token_seed=master.slot_seed(slot, use=places.uses()[slot]),
            token_epoch=member.tokens.epoch,
            tokens_per_week=root.policy.tokens_per_week,
            token_master=master.secret if role is Role.OFFICER else None,
            publish_token=publish_token(self.state) if role is Role.OFFICER else None,
        )
        cell = welcome.seal(
            transcript_hash=opened.transcript, secret=opened.invitation.secret, to=SealingKey(reply.kem)
        )
        self.state.db.execute(
            "INSERT INTO sync_held_welcome (device, officer, cell) VALUES (?, ?, ?)",
            (reply.device, role is Role.OFFICER, cell),
        )
        return cell

    def _keep(self, admission: Admission, reply: Reply) -> None:
        belonging.keep_statement(self.state, sign_statement(admission, by=[officer_key(self.state)]))
        if reply.epoch is not None and reply.epoch_key is not None and reply.epoch_certificate is not None:
            key = EpochKey(reply.device, reply.epoch, SealingKey(reply.epoch_key))
            key.verify(reply.epoch_certificate, identity_public=reply.identity, org=admission.org)
            remember_epoch_key(self.state, key, reply.epoch_certificate)
        mark_due(self.state)

    def _propose_officer(self, reply: Reply) -> None:
        """The same root with this officer and its device's right to publish (4.4.8)."""
        assert reply.officer is not None
        assert reply.officer_kem is not None
        officer = Officer(reply.officer, reply.officer_kem, reply.device)
        right = PublishRight(reply.device, reply.identity)
        rootchange.propose(
            self.state,
            org=self.directory.member.org,
            change=lambda root: replace(
                root, officers=(*root.officers, officer), publishers=(*root.publishers, right)
            ),
            now=self.state.now(),
        )

    def _places(self, root: Root, *, without: bytes = b"") -> Places:
        rows = self.state.db.execute(
            "SELECT token_slot FROM sync_invitation WHERE device IS NULL AND expires_at >= ? AND id <> ?",
            (self.state.now(), without),
        ).fetchall()
        roster = belonging.roster(self.state, root=root, org=self.directory.member.org)
        officer = officer_id(officer_key(self.state).public)
        return Places(roster, root, officer, frozenset(int(row[0]) for row in rows))


def take_reply_cell(state: State, cell: bytes) -> bool:
    """Keep the reply in a cell that nobody else could open, if it answers an open invitation of this device
    (8.3.1). True if it did. Inside a transaction.

    Costs one short derivation for each open invitation; nothing when there is none.
    """
    rows = state.db.execute(
        "SELECT wire FROM sync_invitation WHERE device IS NULL AND expires_at >= ?", (state.now(),)
    ).fetchall()
    for (wire,) in rows:
        invitation = Invitation.decode(bytes(wire))
        try:
            sealed = open_reply_cell(cell, secret=invitation.secret)
            Reply.verify(sealed, invitation=invitation)
        except ReplyRefusedError:
            continue
        known = state.db.execute(
            "SELECT count(*) FROM sync_invitation_reply WHERE invitation = ?", (invitation.id,)
        ).fetchone()
        if known[0] < REPLIES_KEPT:
            state.db.execute(
                "INSERT OR IGNORE INTO sync_invitation_reply (invitation, hash, reply, at)"
                " VALUES (?, ?, ?, ?)",
                (invitation.id, sha256(sealed), sealed, state.now()),
            )
        return True
    return False


def self_admission(
    state: State, *, directory: DirectoryClient, identity: bytes, kem_hash: bytes, device: DeviceId
) -> None:
    """The first officer admits its own device: handler in slot 0, token slot 0. Inside a transaction."""
    member = directory.member
    admission = Admission(
        org=member.org, device=device, role=Role.HANDLER, desk=member.desk, label=member.label,
        identity=identity, kem_hash=kem_hash, slot=0, prefix=None, token_slot=0, transcript=bytes(32),
        at=state.now(),
    )  # fmt: skip
    belonging.keep_statement(state, sign_statement(admission, by=[officer_key(state)]))
