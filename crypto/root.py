"""The root: who the officers are, how many must sign, which desks exist, the policy, who may publish.

Versions are hash-chained. Version 1 is signed by its own officers, and its hash is the organisation's id,
which every invitation carries; each later version is signed by the threshold of the version before. A version
that is not signed by so many yet is a *proposal* (crypto.proposals).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from crypto import primitives
from crypto.encoding import Fields, encode
from crypto.errors import EncodingError, RootRefusedError, SignatureRefusedError
from crypto.ids import (
    DESK_ID_BYTES,
    DEVICE_ID_BYTES,
    DeskId,
    DeviceId,
    OfficerId,
    OrganisationId,
    device_id,
    officer_id,
)
from crypto.primitives import OFFICER_PUBLIC_BYTES, XWING_PUBLIC_BYTES, OfficerSigningKey, SealingKey
from crypto.signed import Countersigned
from crypto.tokens import FIRST_TOKENS

LABEL: Final = "kantha/v1/root"
MAX_OFFICERS: Final = 16
MAX_DESKS: Final = 16
MAX_WINDOW_DAYS: Final = 400
YEAR_SECONDS: Final = 365 * 86_400


@dataclass(frozen=True)
class Officer:
    """An officer's public keys (two for signing, one for recovery) and the device that holds them."""

    public: bytes = field(repr=False)
    kem: bytes = field(repr=False)
    device: DeviceId

    @property
    def id(self) -> OfficerId:
        return officer_id(self.public)


@dataclass(frozen=True)
class Desk:
    """A group of handlers who may read the same complaints."""

    id: DeskId
    name: str


@dataclass(frozen=True)
class PublishRight:
    """A device that may replace the directory and sign day keys."""

    device: DeviceId
    identity: bytes = field(repr=False)


@dataclass(frozen=True)
class Policy:
    """What the organisation decided. Each default carries its reason in protocol.md section 5."""

    session_deposits: int = 4
    gap_seconds: int = 20
    offline_days: int = 30
    key_days: int = 44
    ahead_days: int = 40
    handler_officers: int = 1
    token_slots: int = 64
    tokens_per_week: int = 1_024
    window_days: int = 120

    def to_wire(self) -> list[int]:
        return [
            self.session_deposits, self.gap_seconds, self.offline_days, self.key_days, self.ahead_days,
            self.handler_officers, self.token_slots, self.tokens_per_week, self.window_days,
        ]  # fmt: skip

    @classmethod
    def from_wire(cls, value: list[Any]) -> Policy:
        if len(value) != 9 or any(type(entry) is not int or not 0 <= entry < 2**20 for entry in value):
            raise EncodingError
        policy = cls(*value)
        if policy.session_deposits not in (1, 4, 16, 64) or policy.key_days < policy.offline_days:
            raise EncodingError
        if not policy.key_days <= policy.window_days <= MAX_WINDOW_DAYS:
            raise EncodingError
        hashes = policy.token_slots * (policy.tokens_per_week + FIRST_TOKENS)
        if hashes > 2**19 or not 1 <= policy.ahead_days <= 60:
            raise EncodingError
        return policy


@dataclass(frozen=True)
class Root:
    """One version of the root, as its officers signed it."""

    version: int
    previous: bytes
    name: str
    threshold: int
    officers: tuple[Officer, ...]
    desks: tuple[Desk, ...]
    publishers: tuple[PublishRight, ...]
    policy: Policy
    pool: bytes
    issued_at: int
    expires_at: int

    def encode(self) -> bytes:
        """The body that is signed."""
        return encode(
            {
                1: self.version,
                2: self.previous,
                3: self.name,
                4: self.threshold,
                5: [[officer.public, officer.kem, officer.device] for officer in self.officers],
                6: [[desk.id, desk.name] for desk in self.desks],
                7: [[publisher.device, publisher.identity] for publisher in self.publishers],
                8: self.policy.to_wire(),
                9: self.pool,
                10: self.issued_at,
                11: self.expires_at,
            }
        )

    @classmethod
    def decode(cls, body: bytes) -> Root:
        """What `encode` wrote, or `EncodingError`. Says nothing about who signed it."""
        fields = Fields.of(body)
        root = cls(
            version=fields.natural(1, below=2**32),
            previous=fields.take(2, bytes),
            name=fields.text(3),
            threshold=fields.natural(4, below=MAX_OFFICERS + 1),
            officers=tuple(_officer(entry) for entry in fields.items(5, limit=MAX_OFFICERS)),
            desks=tuple(_desk(entry) for entry in fields.items(6, limit=MAX_DESKS)),
            publishers=tuple(_publisher(entry) for entry in fields.items(7, limit=MAX_OFFICERS)),
            policy=Policy.from_wire(fields.items(8, limit=9)),
            pool=fields.octets(9, 16),
            issued_at=fields.natural(10, below=2**40),
            expires_at=fields.natural(11, below=2**40),
        )
        fields.done()
        parts = ({own.id for own in root.officers}, {own.kem for own in root.officers},
                 {own.device for own in root.officers})  # fmt: skip
        if any(len(part) != len(root.officers) for part in parts):  # one officer under two names counts twice
            raise EncodingError
        if root.policy.handler_officers > len(root.officers):  # no handler could ever be admitted again
            raise EncodingError
        if not 1 <= root.threshold <= len(root.officers) or root.version < 1:
            raise EncodingError
        ids, names = {desk.id for desk in root.desks}, {desk.name for desk in root.desks}
        if not len(ids) == len(names) == len(root.desks):
            raise EncodingError
        if len(root.previous) != (0 if root.version == 1 else 32) or not root.desks:
            raise EncodingError
        return root

    def sign(self, by: list[OfficerSigningKey]) -> Countersigned:
        return Countersigned.make(self.encode(), label=LABEL, by=by)

    def officer_publics(self) -> dict[OfficerId, bytes]:
        return {officer.id: officer.public for officer in self.officers}

    def publisher(self, device: DeviceId) -> bytes:
        """The identity key of a device with the publish right, or `RootRefusedError`."""
        for publisher in self.publishers:
            if publisher.device == device:
                return publisher.identity
        raise RootRefusedError

    def desk_named(self, name: str) -> Desk | None:
        return next((desk for desk in self.desks if desk.name == name), None)


def root_hash(body: bytes) -> bytes:
    """32 bytes: how the next version, and an invitation, name this one."""
    return primitives.sha256(LABEL.encode() + b"-hash\0" + body)


def next_root(root: Root, *, body: bytes, now: int, **changes: Any) -> Root:
    """The version after `root`, whose bytes are `body`: a year from now, with these entries changed.

    ValueError if `body` is not this root's; `EncodingError` for changes that nobody would accept, so that
    officers never sign what would leave the organisation without a root.
    """
    if root.encode() != body:
        raise ValueError("these are the bytes of another root")
    follows = {"version": root.version + 1, "previous": root_hash(body)}
    times = {"issued_at": now, "expires_at": now + YEAR_SECONDS}
    return Root.decode(replace(root, **{**times, **changes, **follows}).encode())


def former_officers(chain: Iterable[Countersigned]) -> dict[OfficerId, bytes]:
    """Every officer that any version of a verified chain names, whether in office now or not."""
    return {
        key: public for signed in chain for key, public in Root.decode(signed.body).officer_publics().items()
    }


def verify_chain(chain: list[Countersigned], *, org: OrganisationId, anchors: Collection[bytes] = ()) -> Root:
    """The newest root of a chain; `RootRefusedError` for any break.

    The chain begins with version 1, or later: then one of its versions must be an *anchor*, the hash of a
    root that this device already trusts. What stands before the anchor is tied to it by the hashes, what
    comes after it by the officers' signatures; who signed the first version of a late chain cannot be checked
    and is not asked.
    """
    try:
        roots = [Root.decode(signed.body) for signed in chain]
        hashes = [root_hash(signed.body) for signed in chain]
        if not roots:
            raise RootRefusedError
        if roots[0].version == 1:
            if hashes[0] != org:
                raise RootRefusedError
            _require_signed(chain[0], by=roots[0])
        elif not set(hashes) & set(anchors):
            raise RootRefusedError
        for place in range(1, len(roots)):
            before, root = roots[place - 1], roots[place]
            if (root.version, root.previous) != (before.version + 1, hashes[place - 1]):
                raise RootRefusedError
            _require_signed(chain[place], by=before)
    except (EncodingError, SignatureRefusedError) as error:
        raise RootRefusedError from error
    return roots[-1]


def _require_signed(signed: Countersigned, *, by: Root) -> None:
    signed.require(label=LABEL, officers=by.officer_publics(), at_least=by.threshold)


def _row(value: object, *lengths: int) -> list[Any]:
    if type(value) is not list or len(value) != len(lengths):
        raise EncodingError
    for entry, length in zip(value, lengths, strict=True):
        if length and (type(entry) is not bytes or len(entry) != length):
            raise EncodingError
    return value


def _officer(value: object) -> Officer:
    public, kem, device = _row(value, OFFICER_PUBLIC_BYTES, XWING_PUBLIC_BYTES, DEVICE_ID_BYTES)
    return Officer(public, SealingKey.read(kem).public, DeviceId(device))


def _desk(value: object) -> Desk:
    desk, name = _row(value, DESK_ID_BYTES, 0)
    if type(name) is not str or not 0 < len(name) <= 60:
        raise EncodingError
    return Desk(DeskId(desk), name)


def _publisher(value: object) -> PublishRight:
    device, identity = _row(value, DEVICE_ID_BYTES, 32)
    if device_id(identity) != device:
        raise EncodingError
    return PublishRight(DeviceId(device), identity)
