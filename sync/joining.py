"""A device that has answered an invitation and waits for its welcome (protocol.md section 8.3).

Its sessions have the shape of everybody's: the same deposits under the invitation's own tokens, sealed to
keys that are thrown away, but for one cell with its reply, which only the officer who invited can open. When
the welcome is in the reply stream, or in a file, the device becomes a member and drops the key to which the
welcome was sealed. A new officer's device makes its officer's keys here; they mean nothing before the root
names them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from crypto.cells import dummy_cell
from crypto.desk_keys import DayKey
from crypto.enrolment import Invitation, Reply, Welcome, digits, seal_reply_cell, transcript
from crypto.errors import InvitationExpiredError, WelcomeRefusedError
from crypto.ids import DeskId, OrganisationId
from crypto.primitives import OpeningKey, random_below, random_bytes
from crypto.root import Officer
from crypto.roster import Role
from crypto.tokens import FIRST_TOKENS, TokenSeed
from sync.deskkeys import renew_epoch_key
from sync.directory import DirectoryClient
from sync.errors import PageExpiredError, TokenRefusedError
from sync.membership import (
    Membership,
    Self,
    create_kem,
    create_officer,
    drop_kem,
    load_kem,
    load_officer,
)
from sync.outbox import Deposit, Outbox
from sync.paging import pages_after
from sync.session import Session
from sync.state import State
from sync.transport import RelayClient
from sync.wire import CELLS_PER_DEPOSIT, COMPLAINTS, DEPOSIT_ID_BYTES, REPLIES, REPLY_CELL_BYTES

_JOINING: Final = "joining"
KEY_DAYS: Final = 120
"""Until the root's policy is known: the longest window of the default one."""


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
        if invitation.role is not Role.INTAKE:
            renewed = renew_epoch_key(
                state, me=me.id, identity=me.identity, org=invitation.org, key_days=KEY_DAYS
            )
            assert renewed is not None
            made, certificate = renewed
            epoch, public = made.epoch, made.key.public
        key = officer = None
        if invitation.role is Role.OFFICER:
            key, officer = create_officer(state, device=me.id)
        reply = Reply(
            invitation=invitation.id,
            identity=me.identity.public,
            kem=kem.sealing_key.public,
            epoch=epoch,
            epoch_key=public,
            epoch_certificate=certificate,
            at=state.now(),
            officer=officer.public if officer else None,
            officer_kem=officer.kem if officer else None,
        )
        joining = cls(invitation, reply.seal(secret=invitation.secret, by=me.identity, officer_key=key))
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
            role=welcome.role.admitted,
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
        if welcome.role is Role.OFFICER:
            if welcome.token_master is not None:
                state.keys.put("token-master", welcome.token_master)
            if welcome.publish_token is not None:
                state.keys.put("publish-token", welcome.publish_token.encode())
        # The invitation's root, because the digits cover that one.
        DirectoryClient(state, me, member).pin_root(self.invitation.root_hash)
        drop_kem(state)
        state.keys.drop(_JOINING)
        return member

    def session(
        self, session: Session, relay: RelayClient, *, deposits: int | None = None
    ) -> Membership | None:
        """A session before the welcome: the usual deposits with the reply in one of their cells, then every
        kept reply page. `TokenRefusedError` only when the welcome is not there: a revocation, or a week of
        tries, makes an invitation's tokens worthless before its welcome.
        """
        state, count, refused = session.state, deposits or self.invitation.deposits, None
        try:
            session.send_nothing(relay, count, first=lambda: self._pack(session.outbox))
        except TokenRefusedError as error:
            refused = error
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
        if refused is not None:
            raise refused
        return None

    def _pack(self, outbox: Outbox) -> Deposit:
        """Eight cells, the reply at a random place among seven that nobody can open (8.3.1). One
        transaction.
        """
        cells = [_nobodys() for _ in range(CELLS_PER_DEPOSIT - 1)]
        reply = seal_reply_cell(self.reply, secret=self.invitation.secret)
        cells.insert(random_below(CELLS_PER_DEPOSIT), reply)
        with outbox.state.transaction():
            return outbox.store(random_bytes(DEPOSIT_ID_BYTES), COMPLAINTS, b"".join(cells))

    def officer(self, state: State) -> Officer | None:
        """The officer's keys that this device made for its reply; None unless it joins as an officer's."""
        me = Self.load(state)
        if self.invitation.role is not Role.OFFICER or me is None:
            return None
        return load_officer(state, device=me.id)


def _nobodys() -> bytes:
    nowhere = DayKey(DeskId(random_bytes(8)), 0, 0, OpeningKey.generate().sealing_key)
    return dummy_cell(to=nowhere, org=OrganisationId(random_bytes(32)))


def waiting_member(invitation: Invitation) -> Membership:
    """What a device is before its welcome: somebody with a few tokens and nothing to say."""
    return Membership(
        org=invitation.org,
        org_name="",
        relay=invitation.relay,
        pool=invitation.pool,
        role=invitation.role.admitted,
        desk=invitation.desk,
        slot=None,
        label=invitation.label or "",
        prefix=None,
        tokens=TokenSeed(invitation.first_token_seed, invitation.token_epoch, FIRST_TOKENS),
        directory_key=None,
        gap_seconds=invitation.gap_seconds,
        deposits=invitation.deposits,
    )
