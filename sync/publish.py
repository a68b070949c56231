"""What a device with the publish right does for the others: the root's upkeep, desk keys, the signed
directory, the publishing token, the token sets (protocol.md 8.4).

Any number of devices may have the right. Safe to repeat and to be killed anywhere: what comes next is always
seen from what is kept and what is at the relay, and everything is replaced under `If-Match`; on a conflict
the other publisher's work is taken over first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from crypto.desk_keys import DeskSeed
from crypto.errors import RootRefusedError
from crypto.root import Root
from crypto.roster import Roster
from sync import due, rights, tokensets
from sync.belonging import settle
from sync.deskkeys import Generation, load_generations, renew_epoch_key, save_generations
from sync.deskplan import rekey_wanted, rekeyed
from sync.directory import DirectoryClient
from sync.due import mark_due
from sync.edition import Edition, Editor
from sync.errors import DirectoryConflictError, PublishRefusedError, PublishRightError
from sync.merging import There, merge
from sync.rights import publish_token
from sync.rootchange import has_rights, maintain_root
from sync.state import State
from sync.tokensets import WEEKS_AHEAD
from sync.transport import RelayClient
from sync.upkeep import Upkeep
from sync.wire import HANDLER_PART, PHONE_PART

__all__ = ["WEEKS_AHEAD", "Publisher", "mark_due", "publish_token"]

RENEW_DAYS: Final = 7
_TRIES: Final = 8


@dataclass(frozen=True)
class Publisher:
    """Keeps tokens, day keys and the directory of one pool up to date. `token`: the publishing token to try
    first.
    """

    directory: DirectoryClient
    token: str = field(repr=False)

    @property
    def state(self) -> State:
        return self.directory.state

    @property
    def editor(self) -> Editor:
        return Editor(self.directory)

    @property
    def upkeep(self) -> Upkeep:
        return Upkeep(self.directory, self.token)

    def maintain(self, relay: RelayClient) -> bool:
        """Do what is due: a reseed, more days, a changed roster, a new week's tokens. True if it published.

        A device that may not publish (any more, or yet) does nothing. A publishing token that the relay
        refuses is remembered (`rights.refused_since`) and does not hinder the session: a fresh one is on its
        way, or an officer must be asked. Before this device has ever published it is an error.
        """
        self._maintain_root()
        if not self._entitled():
            return False
        try:
            if self._reseed_due():
                merge(self.directory, relay)  # another publisher of the desk may have done it already
                if not self._entitled():
                    return False
            with self.state.transaction():
                if self._turn_keys():
                    mark_due(self.state)  # with the keys: a relay that is down must not make it forgotten
            if not self._epoch_ends():
                # First what the published epoch still lacks: a relay that refuses this device's weeks says
                # that its clock is wrong, before it publishes anything by it.
                self.upkeep.finish(relay, looked=False)
            if self._due():
                self.publish(relay)
                return True
        except PublishRightError:
            return False  # as the directory said that came just now
        except PublishRefusedError:
            if self.directory.etag(PHONE_PART) is None:
                raise
            rights.note_refused(self.state)
        return False

    def prepare(self, root: Root) -> None:
        """The first keys and edition of a new organisation, before any relay is asked. Inside a
        transaction.
        """
        self._turn_keys()
        edition = self.editor.build()
        self._accept_own(edition, "", "")

    def publish(self, relay: RelayClient) -> None:
        """Build both parts and replace them at the relay; merge and retry if another publisher was faster.
        Then the publishing token and the token sets, which follow from what was published.
        """
        for _attempt in range(_TRIES):
            there = merge(self.directory, relay)
            self._maintain_root()
            if not self._entitled():
                raise PublishRightError
            try:
                self._put(relay, there)
            except DirectoryConflictError:
                continue
            self.upkeep.finish(relay, looked=True)
            return
        raise DirectoryConflictError

    # --- what is known --------------------------------------------------------------------------------

    def _root(self) -> Root:
        return self.editor.root()

    def _roster(self, root: Root) -> Roster:
        return self.editor.roster(root)

    def _entitled(self) -> bool:
        """Whether the newest root lets this device publish and nobody has revoked it."""
        try:
            root = self._root()
        except RootRefusedError:
            return False
        me = self.directory.me.id
        member = self._roster(root).members.get(me)
        return any(right.device == me for right in root.publishers) and (member is None or member.active)

    def _due(self) -> bool:
        """Step 8.4.3, from what is kept alone."""
        state, root, current = self.state, self._root(), self.directory.current()
        if due.is_due(state) or current is None or current.root.version < root.version:
            return True
        if state.clock() > current.head.issued_at + RENEW_DAYS * 86_400:
            return True
        entries, plan = self.editor.entries(root), self.editor.plan(root)
        return self._epoch_ends() or plan.own_uncovered(entries) or bool(plan.blind_due(entries))

    def _epoch_ends(self) -> bool:
        root = self._root()
        return tokensets.must_change(self.state, roster=self._roster(root), root=root)

    def _reseed_due(self) -> bool:
        root = self._root()
        return self.directory.current() is not None and self.editor.plan(root).own_chain_due()

    # --- the root -------------------------------------------------------------------------------------

    def _maintain_root(self) -> None:
        """Step 8.4.1."""
        org = self.directory.member.org
        with self.state.transaction():
            try:
                settle(self.state, org=org)
                root = self._root()
            except RootRefusedError:
                return  # a device that never had a directory
            gone = [
                device
                for device, member in self._roster(root).members.items()
                if not member.active and has_rights(root, device)
            ]
            if maintain_root(self.state, org=org, revoked=gone):
                mark_due(self.state)

    # --- keys -----------------------------------------------------------------------------------------

    def _turn_keys(self) -> bool:
        """Step 8.4.2: reseed the own desk, renew the own epoch key. True if others must learn of it. Inside a
        transaction.
        """
        root, desk, changed = self._root(), self.directory.member.desk, False
        plan = self.editor.plan(root)
        handles = plan.roster.members.get(self.directory.me.id)
        asked = desk in rekey_wanted(self.state)
        asked = asked and plan.has_number(desk)
        if (plan.own_chain_due() or asked) and not (handles is not None and handles.displaced):
            chain = DeskSeed.generate(desk, generation=plan.next_number(desk), day=plan.today - 1)
            made = Generation(chain, started=plan.today, last=plan.today + root.policy.ahead_days)
            save_generations(self.state, [*load_generations(self.state), made])
            rekeyed(self.state, [desk])
            changed = True
        me = self.directory.me
        renewed = renew_epoch_key(
            self.state,
            me=me.id,
            identity=me.identity,
            org=self.directory.member.org,
            key_days=root.policy.key_days,
        )
        return changed or renewed is not None

    # --- the two parts --------------------------------------------------------------------------------

    def _put(self, relay: RelayClient, there: There) -> None:
        """Steps 8.4.5 and 8.4.6."""
        asked = due.asked(self.state)
        with self.state.transaction():
            self._turn_keys()
            edition = self.editor.build(there)
        phone, handler = edition.sealed(self.directory)
        handler_etag = self.upkeep.authorised(
            relay,
            lambda token: relay.put_directory(
                HANDLER_PART, handler, publish_token=token, if_match=there.handler_etag
            ),
        )
        phone_etag = self.upkeep.authorised(
            relay,
            lambda token: relay.put_directory(
                PHONE_PART, phone, publish_token=token, if_match=there.phone_etag
            ),
        )
        with self.state.transaction():
            self._accept_own(edition, phone_etag, handler_etag)
            due.published(self.state, asked)

    def _accept_own(self, edition: Edition, phone_etag: str, handler_etag: str) -> None:
        """This edition is the newest. Inside a transaction."""
        self.directory.accept(edition.untrusted(), phone_etag)
        self.directory.keep_own_handler(handler_etag, edition.version, edition.handler)
        rekeyed(self.state, edition.blind)
        tokensets.raised(self.state)
        if edition.token is not None:
            rights.published(self.state, edition.token)
