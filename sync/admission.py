"""The officer's side of enrolment: invite, compare the digits, sign the admission, prepare the welcome.

An invitation is used once and expires; a reply to any other is refused before anything is signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from crypto.desk_keys import EpochKey
from crypto.enrolment import Invitation, Reply, Welcome, digits, require_digits, transcript
from crypto.errors import InvitationExpiredError, ReplyRefusedError
from crypto.ids import DeviceId
from crypto.primitives import OfficerSigningKey, SealingKey, random_below, random_bytes, sha256
from crypto.root import Desk, Root, root_hash
from crypto.roster import Admission, Role, Roster, sign_statement
from crypto.sender import SLOTS
from crypto.tokens import TokenMaster
from sync.deskkeys import remember_epoch_key
from sync.directory import DirectoryClient, keep_statement
from sync.errors import SyncError
from sync.publish import mark_due
from sync.state import State

INVITATION_LIFETIME_S: Final = 86_400
"""People stand beside each other; a day covers a trip to the field office."""
_FIRST_PREFIX, _LAST_PREFIX = 100, 999


class DeskFullError(SyncError):
    """This desk already has 32 handlers."""

    next_step = "Revoke a handler who has left, or make another desk."


class PoolFullError(SyncError):
    """This pool has no place for another device."""

    next_step = "Make another pool at the relay."


class ReplyUsedError(SyncError):
    """This invitation has been used already."""

    next_step = "Make a new invitation for another device."


class SignHereError(SyncError):
    """Only an officer's device can do this."""

    next_step = "Ask an officer."


@dataclass(frozen=True)
class OpenReply:
    """A reply that answers an open invitation, with the digits to compare."""

    invitation: Invitation
    reply: Reply
    sealed: bytes
    token_slot: int

    @property
    def transcript(self) -> bytes:
        return transcript(self.invitation.encode(), self.sealed)

    @property
    def digits(self) -> str:
        return digits(self.transcript)


def officer_key(state: State) -> OfficerSigningKey:
    """This device's officer key, or `SignHereError`."""
    seed = state.keys.get("officer")
    if seed is None:
        raise SignHereError
    return OfficerSigningKey(seed)


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
        member = self.directory.member
        slot = self._next_token_slot(root)
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
            first_token_seed=master.first_seed(slot),
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

    def admit(self, opened: OpenReply, *, confirmed: str, label: str) -> bytes:
        """Sign the admission and give the sealed welcome cell. `DigitsDifferError` changes nothing. In a
        transaction.
        """
        require_digits(opened.transcript, confirmed)
        phone = self.directory.current()
        assert phone is not None
        member, reply, role = self.directory.member, opened.reply, opened.invitation.role
        roster = self.directory.roster(phone)
        if reply.device in roster.members:  # the earliest admission would win: this one would promise in vain
            raise ReplyRefusedError("This device was admitted before.")
        admission = Admission(
            org=member.org,
            device=reply.device,
            role=role,
            desk=opened.invitation.desk,
            label=label,
            identity=reply.identity,
            kem_hash=sha256(reply.kem),
            slot=self._free_slot(roster, opened.invitation) if role is Role.HANDLER else None,
            prefix=_free_prefix(roster) if role is Role.INTAKE else None,
            token_slot=opened.token_slot,
            transcript=opened.transcript,
            at=self.state.now(),
        )
        self._keep(admission, reply)
        self.state.db.execute(
            "UPDATE sync_invitation SET device = ? WHERE id = ?", (reply.device, opened.invitation.id)
        )
        assert member.directory_key is not None
        master = TokenMaster(self.state.keys.get("token-master") or b"")
        welcome = Welcome(
            org=member.org,
            root_hash=root_hash(phone.part.roots[-1].body),
            device=reply.device,
            role=role,
            desk=admission.desk,
            slot=admission.slot,
            label=label,
            directory_key=member.directory_key,
            prefix=admission.prefix,
            token_seed=master.slot_seed(opened.token_slot),
            token_epoch=member.tokens.epoch,
            tokens_per_week=phone.root.policy.tokens_per_week,
        )
        return welcome.seal(
            transcript_hash=opened.transcript, secret=opened.invitation.secret, to=SealingKey(reply.kem)
        )

    def _keep(self, admission: Admission, reply: Reply) -> None:
        keep_statement(self.state, sign_statement(admission, by=[officer_key(self.state)]))
        if reply.epoch is not None and reply.epoch_key is not None and reply.epoch_certificate is not None:
            key = EpochKey(reply.device, reply.epoch, SealingKey(reply.epoch_key))
            key.verify(reply.epoch_certificate, identity_public=reply.identity, org=admission.org)
            remember_epoch_key(self.state, key, reply.epoch_certificate)
        mark_due(self.state)

    def _next_token_slot(self, root: Root) -> int:
        row = self.state.db.execute("SELECT max(token_slot) FROM sync_invitation").fetchone()
        slot = int(row[0]) + 1 if row[0] is not None else 1  # slot 0 is the first officer's
        if slot >= root.policy.token_slots:
            raise PoolFullError
        return slot

    def _free_slot(self, roster: Roster, invitation: Invitation) -> int:
        taken = {
            entry.admission.slot
            for entry in roster.members.values()
            if entry.admission.desk == invitation.desk
        }
        free = [slot for slot in range(SLOTS) if slot not in taken]
        if not free:
            raise DeskFullError
        return free[0]


def _free_prefix(roster: Roster) -> int:
    """A random unused prefix: it tells nobody how many devices there are."""
    taken = {entry.admission.prefix for entry in roster.members.values()}
    free = [prefix for prefix in range(_FIRST_PREFIX, _LAST_PREFIX + 1) if prefix not in taken]
    if not free:
        raise PoolFullError
    return free[random_below(len(free))]


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
    keep_statement(state, sign_statement(admission, by=[officer_key(state)]))
