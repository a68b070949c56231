"""What a device with the publish right does for the others: tokens, day keys, wraps, roster, the signed
directory.

Safe to repeat and to be killed: everything is built from what is kept and replaced under `If-Match`; on a
conflict the other publisher's statements are merged in and it is tried again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from crypto.desk_keys import DeskSeed, day_of
from crypto.directory import Seen, UntrustedPhoneDirectory
from crypto.errors import DirectoryRefusedError
from crypto.ids import officer_id
from crypto.primitives import OfficerSigningKey
from crypto.root import YEAR_SECONDS, Root, root_hash
from crypto.tokens import TokenMaster, week_of
from sync.deskkeys import (
    RESEED_DAYS,
    Generation,
    forget_old,
    load_generations,
    newest,
    renew_epoch_key,
    save_generations,
)
from sync.directory import DirectoryClient
from sync.edition import EXTRA_WRAPS, Editor, keep_roots
from sync.errors import DirectoryConflictError, DirectoryMissingError
from sync.state import State
from sync.transport import RelayClient
from sync.wire import HANDLER_PART, PHONE_PART

_DUE: Final = "publish-due"
_GENERATION: Final = "generation"
WEEKS_AHEAD: Final = 8
"""An officer may be in prison for two months and every phone still sends."""
RENEW_DAYS: Final = 7
ROOT_RENEW_S: Final = 120 * 86_400
"""Before the root is over: longer than any directory lives that was published under it."""
_TRIES: Final = 5


def publish_token(state: State) -> str | None:
    """The right to replace the directory, if this device has it."""
    value = state.keys.get("publish-token")
    return None if value is None else value.decode()


def mark_due(state: State) -> None:
    """Something changed that the others must learn."""
    state.set_place(_DUE, True)


@dataclass(frozen=True)
class Publisher:
    """Keeps tokens, day keys and the directory of one pool up to date."""

    directory: DirectoryClient
    token: str = field(repr=False)

    @property
    def state(self) -> State:
        return self.directory.state

    @property
    def editor(self) -> Editor:
        return Editor(self.directory)

    def maintain(self, relay: RelayClient) -> bool:
        """Do what is due: a new week's tokens, a reseed, more days, a changed roster. True if it
        published.
        """
        root = self._renew_root(self.editor.root())
        self._publish_tokens(relay, root)
        with self.state.transaction():
            if self._turn_keys(root):
                mark_due(self.state)  # with the keys: a relay that is down now must not make it forgotten
        current = self.directory.current()
        aged = current is None or self.state.clock() > current.head.issued_at + RENEW_DAYS * 86_400
        if not (aged or self.state.place(_DUE)):
            return False
        self.publish(relay)
        return True

    def prepare(self, root: Root) -> None:
        """The first keys and edition of a new organisation, before any relay is asked. Inside a
        transaction.
        """
        self._turn_keys(root)
        self.directory.accept(self.editor.build().untrusted(), "")

    def publish(self, relay: RelayClient) -> None:
        """Build both parts and replace them at the relay; merge and retry if another publisher was faster."""
        for _attempt in range(_TRIES):
            phone_etag, handler_etag = self._merge(relay)
            try:
                self._put(relay, phone_etag, handler_etag)
            except DirectoryConflictError:
                continue
            return
        raise DirectoryConflictError

    # --- root ------------------------------------------------------------------------------------------

    def _renew_root(self, root: Root) -> Root:
        """The same root for another year when it is soon over and the officer of this device may sign alone.

        Nobody's directory holds under a root that is over: without this an organisation ends on its birthday.
        """
        seed, now = self.state.keys.get("officer"), self.state.now()
        if seed is None or root.threshold > 1 or root.expires_at - now > ROOT_RENEW_S:
            return root
        officer, roots = OfficerSigningKey(seed), self.editor.roots()
        if officer_id(officer.public) not in root.officer_publics():
            return root
        renewed = replace(
            root,
            version=root.version + 1,
            previous=root_hash(roots[-1].body),
            issued_at=now,
            expires_at=now + YEAR_SECONDS,
        )
        with self.state.transaction():
            keep_roots(self.state, [*roots, renewed.sign([officer])])
            mark_due(self.state)
        return renewed

    # --- tokens ---------------------------------------------------------------------------------------

    def _publish_tokens(self, relay: RelayClient, root: Root) -> None:
        secret = self.state.keys.get("token-master")
        if secret is None:
            return
        master, epoch = TokenMaster(secret), self.directory.member.tokens.epoch
        this_week = week_of(self.state.clock())
        done = dict(self.state.db.execute("SELECT week, epoch FROM sync_token_week").fetchall())
        policy = root.policy
        due = [week for week in range(this_week, this_week + WEEKS_AHEAD) if done.get(week) != epoch]
        if due:
            # Another organisation's pool, given by mistake, must keep its tokens; and a log-in page that says
            # yes to everything must not be taken for a relay.
            self._merge_phone(relay)
        for week in due:
            hashes = master.week_hashes(
                epoch=epoch,
                week=week,
                per_slot=policy.tokens_per_week,
                uses=(0,) * policy.token_slots,
            )
            relay.put_tokens(week, hashes, publish_token=self.token)
            self.state.db.execute(
                "INSERT OR REPLACE INTO sync_token_week (week, epoch) VALUES (?, ?)", (week, epoch)
            )
        self.state.db.execute("DELETE FROM sync_token_week WHERE week < ?", (this_week - 2,))

    # --- keys -----------------------------------------------------------------------------------------

    def _turn_keys(self, root: Root) -> bool:
        """Advance and reseed this desk's chains, renew the own epoch key. True if others must learn of it."""
        today, desk = day_of(self.state.clock()), self.directory.member.desk
        generations = forget_old(load_generations(self.state), today=today, key_days=root.policy.key_days)
        latest, changed = newest(generations, desk), False
        # A chain that begins tomorrow or later was made while the clock was ahead: today it has no key.
        ahead = latest is not None and latest.chain.day > today
        if latest is None or ahead or today - latest.started >= RESEED_DAYS:
            number = 1 + max(
                int(self.state.place(_GENERATION) or 0), latest.chain.generation if latest else 0
            )
            self.state.set_place(_GENERATION, number)  # never a second time, also when all chains are over
            chain = DeskSeed.generate(desk, generation=number, day=today - 1)
            generations.append(Generation(chain, started=today, last=today + root.policy.ahead_days))
            changed = True
        save_generations(self.state, generations)
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

    def _merge(self, relay: RelayClient) -> tuple[str | None, str | None]:
        """Take over what is newer at the relay; gives both etags.

        What has expired, or is older than what this device knows (a relay back from its backup), is what
        publishing repairs: it must never hinder it. Another organisation's directory does.
        """
        return self._merge_phone(relay), self._merge_handler(relay)

    def _merge_phone(self, relay: RelayClient) -> str | None:
        client = self.directory
        try:
            answer = relay.get_directory(PHONE_PART)
        except DirectoryMissingError:
            return None
        assert answer is not None
        assert client.member.directory_key is not None
        sealed, etag = answer
        found = UntrustedPhoneDirectory.open(sealed, key=client.member.directory_key, org=client.member.org)
        there = found.verify(org=client.member.org, seen=Seen(), now=0)
        if there.head.version >= client.seen().version:
            client.accept(found, etag, now=0)
        return etag

    def _merge_handler(self, relay: RelayClient) -> str | None:
        """Also there when the phone part is not: a publisher was killed between the two."""
        client = self.directory
        try:
            answer = relay.get_directory(HANDLER_PART)
        except DirectoryMissingError:
            return None
        assert answer is not None
        sealed, etag = answer
        phone = client.current()
        assert phone is not None
        try:
            part = client.accept_handler(sealed, etag, phone)
        except DirectoryRefusedError:
            return etag  # older than this device's, or sealed to epoch keys that it no longer has
        own = {entry.chain.desk for entry in load_generations(self.state)}
        others = [wrap.to_wire() for wrap in part.wraps if wrap.desk not in own]
        self.state.set_place(EXTRA_WRAPS, others)
        return etag

    def _put(self, relay: RelayClient, phone_etag: str | None, handler_etag: str | None) -> None:
        with self.state.transaction():
            edition = self.editor.build()
        phone, handler = edition.sealed(self.directory)
        relay.put_directory(HANDLER_PART, handler, publish_token=self.token, if_match=handler_etag)
        etag = relay.put_directory(PHONE_PART, phone, publish_token=self.token, if_match=phone_etag)
        with self.state.transaction():
            self.directory.accept(edition.untrusted(), etag)
            self.state.set_place(_DUE, False)
