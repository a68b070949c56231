"""A device's view of the organisation's directory: fetch, verify, remember, never go back.

What is kept was verified once and is verified again whenever it is loaded, so a damaged store is noticed
here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from crypto.directory import (
    HandlerPart,
    PhoneDirectory,
    Seen,
    UntrustedPhoneDirectory,
    open_handler_part,
    require_newer,
)
from crypto.errors import DirectoryExpiredError, DirectoryRefusedError
from crypto.ids import DeskId
from crypto.primitives import sha256
from crypto.root import root_hash
from crypto.roster import Roster
from crypto.signed import Countersigned, Signed
from sync.deskkeys import forget_over, load_epoch_keys, take_wraps
from sync.errors import DirectoryMissingError
from sync.membership import Membership, Self
from sync.state import State
from sync.transport import RelayClient
from sync.wire import HANDLER_PART, PHONE_PART

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
        """The root that the invitation or the welcome named: every chain must contain it."""
        self.state.set_place(_PINNED, digest)

    def seen(self) -> Seen:
        value = self.state.place(_SEEN)
        return Seen(*value) if value else Seen()

    def etag(self, part: str) -> str | None:
        kept = self.state.place(_PHONE if part == PHONE_PART else _HANDLER)
        return (kept[0] or None) if kept else None  # an edition that was never published has no tag

    def handler_version(self) -> int:
        """The newest handler part this device has accepted; a publisher that was killed half-way left a newer
        one.
        """
        kept = self.state.place(_HANDLER)
        return int(kept[1]) if kept else 0

    def handler_head(self) -> tuple[int, bytes]:
        """Version and hash of the head of that part."""
        kept = self.state.place(_HANDLER)
        return (int(kept[1]), kept[2]) if kept else (0, b"")

    def current(self) -> PhoneDirectory | None:
        """The newest verified phone part on this device, expired or not."""
        kept = self.state.place(_PHONE)
        if kept is None:
            return None
        _etag, head, content = kept
        untrusted = UntrustedPhoneDirectory(Signed.from_wire(head), content)
        return untrusted.verify(org=self.member.org, seen=Seen(), now=0)

    def refresh(self, relay: RelayClient) -> PhoneDirectory:
        """Fetch if changed, verify, keep. `DirectoryRefusedError` or `DirectoryExpiredError` change
        nothing.
        """
        key = self.member.directory_key
        if key is None:
            raise DirectoryMissingError
        answer = relay.get_directory(PHONE_PART, etag=self.etag(PHONE_PART))
        if answer is not None:
            sealed, etag = answer
            untrusted = UntrustedPhoneDirectory.open(sealed, key=key, org=self.member.org)
            self.accept(untrusted, etag)
        current = self.current()
        if current is None:
            raise DirectoryMissingError
        if self.state.clock() > min(current.head.expires_at, current.root.expires_at):
            raise DirectoryExpiredError  # a relay that freezes says for ever that nothing has changed
        return current

    def accept(
        self, untrusted: UntrustedPhoneDirectory, etag: str, *, now: float | None = None
    ) -> PhoneDirectory:
        """Verify a phone part and keep it. `now`: another moment than this device's at which it must hold."""
        moment = self.state.clock() if now is None else now
        found = untrusted.verify(org=self.member.org, seen=self.seen(), now=moment)
        pinned = self.state.place(_PINNED)
        hashes = [root_hash(root.body) for root in found.part.roots]
        if pinned is not None and pinned not in hashes:
            raise DirectoryRefusedError("The relay shows another organisation than the invitation named.")
        seen = [found.head.version, found.head.hash, found.root.version, hashes[-1]]
        with self.state.transaction():
            self.state.set_place(_PHONE, [etag, untrusted.head.to_wire(), untrusted.content])
            self.state.set_place(_SEEN, seen)
            if found.head.token_epoch != self.member.tokens.epoch:
                self.member.at_epoch(found.head.token_epoch).save(self.state)
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
        # It is put first and fetched last, so it is never the older one, unless the relay holds it back: then
        # this handler would take new complaints for somebody else's.
        _etag, version, head_hash = self.state.place(_HANDLER) or ("", 0, b"")
        if version < phone.head.version:
            raise DirectoryRefusedError("The relay shows older keys of the desk than its directory names.")
        if version == phone.head.version and head_hash != phone.head.hash:
            raise DirectoryRefusedError("The relay shows two different directories under one number.")

    def accept_handler(self, sealed: bytes, etag: str, phone: PhoneDirectory) -> HandlerPart:
        """Verify a handler part and keep what is in it."""
        keys = [key for _epoch, key in load_epoch_keys(self.state)]
        head, part = open_handler_part(sealed, keys=keys, org=self.member.org, root=phone.root)
        kept = self.state.place(_HANDLER)
        require_newer(head, Seen(version=kept[1], head_hash=kept[2]) if kept else Seen())
        Roster.verify(part.statements, root=phone.root, org=self.member.org)
        with self.state.transaction():
            for statement in part.statements:
                keep_statement(self.state, statement)
            ahead = phone.root.policy.ahead_days
            take_wraps(self.state, part.wraps, me=self.me.id, org=self.member.org, ahead=ahead)
            self.state.set_place(_HANDLER, [etag, head.version, head.hash])
        return part

    def statements(self) -> int:
        """How many roster statements are kept; they are only ever added to."""
        return int(self.state.db.execute("SELECT count(*) FROM sync_statement").fetchone()[0])

    def roster(self, phone: PhoneDirectory) -> Roster:
        """Every statement this handler knows, verified under the present root."""
        rows = self.state.db.execute("SELECT wire FROM sync_statement ORDER BY hash").fetchall()
        statements = [Countersigned.from_wire(bytes(row[0])) for row in rows]
        return Roster.verify(statements, root=phone.root, org=self.member.org)

    def desk_name(self, desk: DeskId) -> str:
        current = self.current()
        names = {entry.id: entry.name for entry in current.root.desks} if current else {}
        return names.get(desk, "main")


def keep_statement(state: State, statement: Countersigned) -> None:
    """Keep a roster statement; the same one again changes nothing."""
    state.db.execute(
        "INSERT OR IGNORE INTO sync_statement (hash, wire) VALUES (?, ?)",
        (sha256(statement.body), statement.to_wire()),
    )
