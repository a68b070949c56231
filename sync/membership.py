"""Who this device is in its organisation: its keys, its place and its right to deposit.

Written once at set-up or when the welcome comes; read at every session.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from crypto.encoding import Fields, encode
from crypto.ids import DeskId, DeviceId, OrganisationId, device_id
from crypto.primitives import DeviceSigningKey, OfficerSigningKey, OpeningKey
from crypto.root import Officer
from crypto.roster import Role
from crypto.tokens import TokenSeed
from sync.state import State

_NAME: Final = "membership"
_IDENTITY: Final = "identity"
INCARNATION: Final = 1
"""A device that starts anew is a new device with a new identity, so its counters start at one again."""


@dataclass(frozen=True)
class Membership:
    """Everything but the identity key. `directory_key` is None until the welcome has come."""

    org: OrganisationId
    org_name: str
    relay: str
    pool: bytes
    role: Role
    desk: DeskId
    slot: int | None
    label: str
    prefix: int | None
    tokens: TokenSeed = field(repr=False)
    directory_key: bytes | None = field(repr=False)
    gap_seconds: int
    deposits: int

    @property
    def pool_name(self) -> str:
        """The pool as the relay's addresses write it."""
        return self.pool.hex()

    def encode(self) -> bytes:
        return encode(
            {
                1: self.org, 2: self.org_name, 3: self.relay, 4: self.pool, 5: int(self.role), 6: self.desk,
                7: self.slot, 8: self.label, 9: self.prefix, 10: self.tokens.seed, 11: self.tokens.epoch,
                12: self.tokens.limit, 13: self.directory_key, 14: self.gap_seconds, 15: self.deposits,
            }
        )  # fmt: skip

    @classmethod
    def decode(cls, data: bytes) -> Membership:
        fields = Fields.of(data)
        return cls(
            org=OrganisationId(fields.octets(1, 32)),
            org_name=fields.text(2),
            relay=fields.text(3, limit=300),
            pool=fields.octets(4, 16),
            role=Role(fields.natural(5)),
            desk=DeskId(fields.octets(6, 8)),
            slot=fields.optional(7, int),
            label=fields.text(8),
            prefix=fields.optional(9, int),
            tokens=TokenSeed(fields.octets(10, 32), fields.natural(11), fields.natural(12)),
            directory_key=fields.optional(13, bytes),
            gap_seconds=fields.natural(14),
            deposits=fields.natural(15),
        )

    def save(self, state: State) -> None:
        state.keys.put(_NAME, self.encode())

    @classmethod
    def load(cls, state: State) -> Membership | None:
        data = state.keys.get(_NAME)
        return None if data is None else cls.decode(data)


@dataclass(frozen=True)
class Self:
    """A device's own identity."""

    identity: DeviceSigningKey = field(repr=False)

    @property
    def id(self) -> DeviceId:
        return device_id(self.identity.public)

    @classmethod
    def create(cls, state: State) -> Self:
        identity = DeviceSigningKey.generate()
        state.keys.put(_IDENTITY, identity.seed)
        return cls(identity)

    @classmethod
    def load(cls, state: State) -> Self | None:
        seed = state.keys.get(_IDENTITY)
        return None if seed is None else cls(DeviceSigningKey(seed))


_KEM: Final = "kem"


def create_kem(state: State) -> OpeningKey:
    """The key to which the welcome will be sealed; destroyed once it has come."""
    key = OpeningKey.generate()
    state.keys.put(_KEM, key.seed)
    return key


def load_kem(state: State) -> OpeningKey | None:
    seed = state.keys.get(_KEM)
    return None if seed is None else OpeningKey(seed)


def drop_kem(state: State) -> None:
    state.keys.drop(_KEM)


_OFFICER: Final = "officer"
_OFFICER_KEM: Final = "officer-kem"


def create_officer(state: State, *, device: DeviceId) -> tuple[OfficerSigningKey, Officer]:
    """An officer's keys on this device, and how a root names them."""
    key, kem = OfficerSigningKey.generate(), OpeningKey.generate()
    state.keys.put(_OFFICER, key.seed)
    state.keys.put(_OFFICER_KEM, kem.seed)
    return key, Officer(key.public, kem.sealing_key.public, device)


def load_officer(state: State, *, device: DeviceId) -> Officer | None:
    """How a root names the officer of this device, whether or not one does; None without such keys."""
    seed, kem = state.keys.get(_OFFICER), state.keys.get(_OFFICER_KEM)
    if seed is None or kem is None:
        return None
    return Officer(OfficerSigningKey(seed).public, OpeningKey(kem).sealing_key.public, device)
