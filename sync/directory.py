"""A device's view of the organisation's directory: fetch, verify, remember, never go back.

What is kept was verified once and is verified again whenever it is loaded, so a damaged store is noticed
here. Rollback, fork, freeze and staleness are each a sentence (protocol.md 4.3, "What a client accepts").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from crypto.directory import (
    HandlerPart,
    Head,
    PhoneDirectory,
    Seen,
    UntrustedPhoneDirectory,
    open_handler_part,
    require_newer,
)
from crypto.errors import DirectoryExpiredError, DirectoryRefusedError
from crypto.ids import DeskId, DeviceId
from crypto.root import root_hash
from crypto.roster import Role, Roster
from crypto.signed import Signed
from sync.belonging import changes, keep_statement, roster
from sync.deskkeys import forget_over, load_epoch_keys
from sync.due import mark_due
from sync.errors import DirectoryMissingError
from sync.membership import Membership, Self
from sync.rights import publish_token
from sync.state import State
from sync.takeover import Takeover
from sync.transport import RelayClient
from sync.wire import HANDLER_PART, PHONE_PART

__all__ = ["DirectoryClient", "keep_statement"]

_PHONE: Final = "directory-phone"
_SEEN: Final = "directory-seen"
_PINNED: Final = "root-pinned"
_HANDLER: Final = "directory-handler"


@dataclass(frozen=True)
class DirectoryClient:
    """Reads and keeps both parts for this device."""

    state: State
    me: Self
    member: Membership

    def pin_root(self, digest: bytes) -> None:
        """The root that the invitation or the welcome named: every chain must contain it, until a newer one
        was seen.
        """
        self.state.set_place(_PINNED, digest)

    def pinned(self) -> bytes | None:
        value = self.state.place(_PINNED)
        return None if value is None else bytes(value)

    def seen(self) -> Seen:
        value = self.state.place(_SEEN)
        return Seen(*value) if value else Seen()

    def handler_seen(self) -> Seen:
        """The newest handler part this device has accepted; a publisher that was killed half-way left a newer
        one than the phone part.
        """
        kept = self.state.place(_HANDLER)
        return Seen(int(kept[1]), bytes(kept[2]), root_version=int(kept[3])) if kept else Seen()

    def etag(self, part: str) -> str | None:
        kept = self.state.place(_PHONE if part == PHONE_PART else _HANDLER)
        return (kept[0] or None) if kept else None  # an edition that was never published has no tag

    def current(self) -> PhoneDirectory | None:
        """The newest verified phone part on this device, expired or not."""
        kept = self.state.place(_PHONE)
        if kept is None:
            return None
        _etag, head, content = kept
        untrusted = UntrustedPhoneDirectory(Signed.from_wire(head), content)
        known = Seen(root_hash=self.seen().root_hash)
        return untrusted.verify(org=self.member.org, seen=known, now=0, pinned=self.pinned())

    def refresh(self, relay: RelayClient) -> PhoneDirectory:
        """Fetch if changed, verify, keep. After `DirectoryRefusedError` or `DirectoryExpiredError` a device
        knows what it knew; and a publisher, that it has something to repair.
        """
        key = self.member.directory_key
        if key is None:
            raise DirectoryMissingError
        answer = relay.get_directory(PHONE_PART, etag=self.etag(PHONE_PART))
        if answer is not None:
            sealed, etag = answer
            try:
                self.accept(UntrustedPhoneDirectory.open(sealed, key=key, org=self.member.org), etag)
            except DirectoryRefusedError:
                if publish_token(self.state) is not None:
                    mark_due(self.state)
                raise
        current = self.current()
        if current is None:
            raise DirectoryMissingError
        if self._is_over(current):
            raise DirectoryExpiredError  # a relay that freezes says for ever that nothing has changed
        return current

    def usable(self) -> PhoneDirectory | None:
        """What is known here, if it has not expired: sessions go on with it when the relay's is refused."""
        current = self.current()
        return None if current is None or self._is_over(current) else current

    def _is_over(self, phone: PhoneDirectory) -> bool:
        return self.state.clock() > min(phone.head.expires_at, phone.root.expires_at)

    def accept(
        self, untrusted: UntrustedPhoneDirectory, etag: str, *, now: float | None = None
    ) -> PhoneDirectory:
        """Verify a phone part and keep it. `now`: another moment than this device's at which it must hold."""
        moment, before = self.state.clock() if now is None else now, self.current()
        found = untrusted.verify(org=self.member.org, seen=self.seen(), now=moment, pinned=self.pinned())
        if before is not None:
            self._require_member(found.head, found)
        newest = root_hash(found.part.roots[-1].body)
        with self.state.transaction():
            self.state.set_place(_PHONE, [etag, untrusted.head.to_wire(), untrusted.content])
            self.state.set_place(_SEEN, [found.head.version, found.head.hash, found.root.version, newest])
            self._takeover.phone(found, before=before)
        return found

    def refresh_handler(self, relay: RelayClient, phone: PhoneDirectory) -> None:
        """Fetch the handler part if changed: keep its statements and the seeds that are wrapped to this
        handler.
        """
        with self.state.transaction():
            forget_over(self.state, key_days=phone.root.policy.key_days)
        answer = relay.get_directory(HANDLER_PART, etag=self.etag(HANDLER_PART))
        if answer is not None:
            sealed, etag = answer
            self.accept_handler(sealed, etag, phone)
        self._note_same(phone)
        # It is put first and fetched last, so it is never the older one, unless the relay holds it back: then
        # this handler would take new complaints for somebody else's.
        kept = self.handler_seen()
        if kept.version < phone.head.version:
            raise DirectoryRefusedError("The relay shows older keys of the desk than its directory names.")
        if kept.version == phone.head.version and kept.head_hash != phone.head.hash:
            raise DirectoryRefusedError("The relay shows two different directories under one number.")

    def open_handler(self, sealed: bytes, phone: PhoneDirectory) -> tuple[Head, HandlerPart]:
        """A handler part that a publisher of this root signed and one of this handler's keys opens."""
        keys = [key for _epoch, key in load_epoch_keys(self.state)]
        return open_handler_part(sealed, keys=keys, org=self.member.org, root=phone.root)

    def accept_handler(self, sealed: bytes, etag: str, phone: PhoneDirectory) -> HandlerPart:
        """Verify a handler part and keep what is in it."""
        head, part = self.open_handler(sealed, phone)
        seen = self.handler_seen()
        # Under a newer root it is newer whatever its number, but not older than the phone part.
        newer = phone.root.version > seen.root_version and head.version >= phone.head.version
        require_newer(head, seen, newer_root=newer)
        if head.hash != seen.head_hash:
            self._require_member(head, phone)
        with self.state.transaction():
            self._takeover.handler(part, phone)
            self._keep_handler(etag, head)
        return part

    def keep_own_handler(self, etag: str, head: Head, part: HandlerPart) -> None:
        """This device's own edition is the newest. Inside a transaction."""
        self._takeover.own(part)
        self._keep_handler(etag, head)

    def _note_same(self, phone: PhoneDirectory) -> None:
        """A handler part that came before its phone part, which has a newer root."""
        etag, version, digest, root = self.state.place(_HANDLER) or ("", 0, b"", 0)
        if digest == phone.head.hash and root < phone.root.version:
            self.state.set_place(_HANDLER, [etag, version, digest, phone.root.version])

    def _keep_handler(self, etag: str, head: Head) -> None:
        self.state.set_place(_HANDLER, [etag, head.version, head.hash, self.seen().root_version])

    def _require_member(self, head: Head, known: PhoneDirectory | None) -> None:
        """Handlers know the roster: until the root is changed, the right to publish outlives a revocation."""
        if known is None or self.member.role is not Role.HANDLER or head.hash == self.seen().head_hash:
            return
        if self.publisher_gone(head.publisher, known):
            raise DirectoryRefusedError("The newest directory was made by a device that was revoked.")

    def publisher_gone(self, publisher: DeviceId, phone: PhoneDirectory) -> bool:
        """Whether the roster has revoked this device, though the root still lets it publish."""
        member = self.roster(phone).members.get(publisher)
        return member is not None and not member.active

    @property
    def _takeover(self) -> Takeover:
        return Takeover(self.state, self.me, self.member)

    # --- the roster -----------------------------------------------------------------------------------

    def statements(self) -> int:
        """A number that changes whenever a statement or a signature is added."""
        return changes(self.state)

    def roster(self, phone: PhoneDirectory) -> Roster:
        """Every statement this handler knows, verified under the present root."""
        return roster(self.state, root=phone.root, org=self.member.org)

    def desk_name(self, desk: DeskId) -> str:
        current = self.current()
        names = {entry.id: entry.name for entry in current.root.desks} if current else {}
        return names.get(desk, "main")
