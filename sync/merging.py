"""What a publisher does with what is at the relay before it puts its own edition in its place.

Takes over what is newer. What is older, has expired, forks, cannot be read, or was made by a device that was
revoked is what publishing repairs: it must never hinder it, and only what officers signed in it is believed.
Another line of roots that officers signed does hinder; and, for a device that never had a directory from this
relay, whatever it cannot read: that is another organisation's pool, given by mistake. protocol.md 8.4.4.
"""

from __future__ import annotations

from dataclasses import dataclass

from crypto.directory import PhoneDirectory, Seen, UntrustedPhoneDirectory, require_newer
from crypto.errors import DirectoryRefusedError
from crypto.root import root_hash
from sync.belonging import roots
from sync.directory import DirectoryClient
from sync.errors import DirectoryMissingError
from sync.takeover import Takeover
from sync.transport import RelayClient
from sync.wire import HANDLER_PART, PHONE_PART


@dataclass(frozen=True)
class There:
    """What the relay holds. `above`: the highest version that could not be taken over. `torn`: the next
    edition must not claim to follow directly, since others may have accepted what this device could not.
    """

    phone_etag: str | None = None
    handler_etag: str | None = None
    above: int = 0
    torn: bool = False


def merge(client: DirectoryClient, relay: RelayClient) -> There:
    """Take over both parts. `DirectoryRefusedError` for what must not be replaced, with nothing changed."""
    phone_etag, above = _merge_phone(client, relay)
    handler_etag, higher, torn = _merge_handler(client, relay)
    return There(phone_etag, handler_etag, max(above, higher), torn or above > 0)


def _merge_phone(client: DirectoryClient, relay: RelayClient) -> tuple[str | None, int]:
    try:
        answer = relay.get_directory(PHONE_PART)
    except DirectoryMissingError:
        return None, 0
    assert answer is not None
    assert client.member.directory_key is not None
    sealed, etag = answer
    org, seen, pinned = client.member.org, client.seen(), client.pinned()
    found = None
    try:
        found = UntrustedPhoneDirectory.open(sealed, key=client.member.directory_key, org=org)
        there = found.verify(org=org, seen=Seen(), now=0, pinned=seen.root_hash or pinned)
    except DirectoryRefusedError:
        never = client.etag(PHONE_PART) is None
        if never or (found is not None and _another_line(client, found)):
            raise
        return etag, seen.version  # noise, or an older root: publishing repairs it
    if there.head.version < seen.version and there.root.version <= seen.root_version:
        return etag, 0
    if there.root.version < seen.root_version or _forks(there, seen) or _gone(client, there):
        with client.state.transaction():
            Takeover(client.state, client.me, client.member).epoch_keys(there)
        return etag, there.head.version
    client.accept(found, etag, now=0)
    return etag, 0


def _another_line(client: DirectoryClient, found: UntrustedPhoneDirectory) -> bool:
    """Whether it holds from the first root on, under a root that this device does not know."""
    try:
        there = found.verify(org=client.member.org, seen=Seen(), now=0)
    except DirectoryRefusedError:
        return False
    return root_hash(there.part.roots[-1].body) not in {
        root_hash(entry.body) for entry in roots(client.state)
    }


def _forks(there: PhoneDirectory, seen: Seen) -> bool:
    try:
        require_newer(there.head, seen, newer_root=there.root.version > seen.root_version)
    except DirectoryRefusedError:
        return True
    return False


def _gone(client: DirectoryClient, there: PhoneDirectory) -> bool:
    seen = client.seen()
    if client.current() is None or there.head.hash == seen.head_hash:
        return False
    return client.publisher_gone(there.head.publisher, there)


def _merge_handler(client: DirectoryClient, relay: RelayClient) -> tuple[str | None, int, bool]:
    """Also there when the phone part is not: a publisher was killed between the two."""
    try:
        answer = relay.get_directory(HANDLER_PART)
    except DirectoryMissingError:
        return None, 0, False
    assert answer is not None
    sealed, etag = answer
    phone = client.current()
    assert phone is not None
    try:
        head, part = client.open_handler(sealed, phone)
    except DirectoryRefusedError:
        return etag, 0, True  # sealed to epoch keys that this device no longer has, or under another root
    try:
        client.accept_handler(sealed, etag, phone)
    except DirectoryRefusedError:
        with client.state.transaction():
            Takeover(client.state, client.me, client.member).refused(part)
        older = head.version < client.handler_seen().version
        return etag, 0 if older else head.version, not older
    return etag, 0, False
