"""A device that has answered an invitation and waits for its welcome.

Its sessions have the shape of everybody's: the same deposits, sealed to keys that are thrown away, under the
invitation's own tokens. When the welcome is in the reply stream, or in a file, the device becomes a member
and drops the key to which the welcome was sealed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from crypto.enrolment import Invitation, Reply, Welcome, digits, transcript
from crypto.errors import InvitationExpiredError, WelcomeRefusedError
from crypto.roster import Role
from crypto.tokens import FIRST_TOKENS, TokenSeed
from sync.deskkeys import renew_epoch_key
from sync.directory import DirectoryClient
from sync.errors import PageExpiredError
from sync.membership import Membership, Self, create_kem, drop_kem, load_kem
from sync.paging import pages_after
from sync.session import Session
from sync.state import State
from sync.transport import RelayClient
from sync.wire import REPLIES, REPLY_CELL_BYTES

_JOINING: Final = "joining"
KEY_DAYS: Final = 44
"""Until the root's policy is known."""


@dataclass(frozen=True)
class Joining:
    """What was said between invitation and welcome."""

    invitation: Invitation
    reply: bytes = field(repr=False)

    @property
    def transcript(self) -> bytes:
        return transcript(self.invitation.encode(), self.reply)

    @property
    def digits(self) -> str:
        """Six groups of five digits, to be read aloud."""
        return digits(self.transcript)

    @classmethod
    def begin(cls, state: State, invitation: Invitation) -> Joining:
        """Make this device's keys and its reply. `InvitationExpiredError` changes nothing. Inside a
        transaction.
        """
        if state.clock() > invitation.expires_at:
            raise InvitationExpiredError
        me, kem = Self.create(state), create_kem(state)
        epoch = certificate = public = None
        if invitation.role is Role.HANDLER:
            renewed = renew_epoch_key(
                state, me=me.id, identity=me.identity, org=invitation.org, key_days=KEY_DAYS
            )
            assert renewed is not None
            made, certificate = renewed
            epoch, public = made.epoch, made.key.public
        reply = Reply(
            invitation.id, me.identity.public, kem.sealing_key.public, epoch, public, certificate, state.now()
        )
        joining = cls(invitation, reply.seal(secret=invitation.secret, by=me.identity))
        state.set_secret(_JOINING, [invitation.encode(), joining.reply])
        waiting_member(invitation).save(state)
        return joining

    @classmethod
    def load(cls, state: State) -> Joining | None:
        """The open enrolment of this device, or None once it belongs."""
        value = state.secret(_JOINING)
        if value is None:
            return None
        return cls(Invitation.decode(value[0]), value[1])

    def take_welcome(self, state: State, cells: Iterable[bytes]) -> Membership | None:
        """Become a member if one of these reply cells is the welcome. Inside a transaction."""
        key = load_kem(state)
        if key is None:
            return None
        for cell in cells:
            try:
                welcome = Welcome.open(
                    cell, key=key, invitation=self.invitation, transcript_hash=self.transcript
                )
            except WelcomeRefusedError:
                continue
            return self._accept(state, welcome)
        return None

    def _accept(self, state: State, welcome: Welcome) -> Membership:
        me = Self.load(state)
        if me is None or welcome.device != me.id:
            raise WelcomeRefusedError
        waiting = waiting_member(self.invitation)
        member = Membership(
            org=welcome.org,
            org_name=waiting.org_name,
            relay=waiting.relay,
            pool=waiting.pool,
            role=welcome.role,
            desk=welcome.desk,
            slot=welcome.slot,
            label=welcome.label,
            prefix=welcome.prefix,
            tokens=TokenSeed(welcome.token_seed, welcome.token_epoch, welcome.tokens_per_week),
            directory_key=welcome.directory_key,
            gap_seconds=waiting.gap_seconds,
            deposits=waiting.deposits,
        )
        member.save(state)
        # The invitation's root, because the digits cover that one.
        DirectoryClient(state, me, member).pin_root(self.invitation.root_hash)
        drop_kem(state)
        state.keys.drop(_JOINING)
        return member

    def session(
        self, session: Session, relay: RelayClient, *, deposits: int | None = None
    ) -> Membership | None:
        """A session before the welcome: the usual deposits, then every kept reply page."""
        session.send_nothing(relay, deposits or self.invitation.deposits)
        state = session.state
        for entry in pages_after(relay, state, REPLIES, 0):
            try:
                page = relay.page(REPLIES, entry.number, entry.digest)
            except PageExpiredError:
                continue
            cells = [
                page[start : start + REPLY_CELL_BYTES] for start in range(0, len(page), REPLY_CELL_BYTES)
            ]
            with state.transaction():
                member = self.take_welcome(state, cells)
            if member is not None:
                return member
        return None


def waiting_member(invitation: Invitation) -> Membership:
    """What a device is before its welcome: somebody with a few tokens and nothing to say."""
    return Membership(
        org=invitation.org,
        org_name="",
        relay=invitation.relay,
        pool=invitation.pool,
        role=invitation.role,
        desk=invitation.desk,
        slot=None,
        label=invitation.label or "",
        prefix=None,
        tokens=TokenSeed(invitation.first_token_seed, invitation.token_epoch, FIRST_TOKENS),
        directory_key=None,
        gap_seconds=invitation.gap_seconds,
        deposits=invitation.deposits,
    )
