"""The roster: signed statements that admit and revoke devices; the state is their union, revocation wins.

Officers work apart without conflict: merging two rosters is a union of statements. Admitting an intake device
or revoking any device takes one officer; admitting a handler takes the number that the policy says.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from crypto import primitives
from crypto.encoding import Fields, encode
from crypto.errors import EncodingError, SignatureRefusedError
from crypto.ids import DESK_ID_BYTES, DEVICE_ID_BYTES, DeskId, DeviceId, OrganisationId, device_id
from crypto.primitives import OfficerSigningKey
from crypto.root import Root
from crypto.sender import SLOTS
from crypto.signed import Countersigned

LABEL: Final = "kantha/v1/roster"


class Role(enum.IntEnum):
    """What a device may do."""

    INTAKE = 1
    HANDLER = 2


@dataclass(frozen=True)
class Admission:
    """{1: 1, …}: this device, with this identity, belongs to the organisation."""

    org: OrganisationId
    device: DeviceId
    role: Role
    desk: DeskId
    label: str
    identity: bytes = field(repr=False)
    kem_hash: bytes = field(repr=False)
    slot: int | None
    """A handler's place among the 32 sender slots; None for an intake device."""
    prefix: int | None
    """The first three digits of an intake device's codes; None for a handler."""
    token_slot: int
    transcript: bytes = field(repr=False)
    at: int

    def encode(self) -> bytes:
        return encode(
            {
                1: 1, 2: self.org, 3: self.device, 4: int(self.role), 5: self.desk, 6: self.label,
                7: self.identity, 8: self.kem_hash, 9: self.slot, 10: self.prefix, 11: self.token_slot,
                12: self.transcript, 13: self.at,
            }
        )  # fmt: skip


@dataclass(frozen=True)
class Revocation:
    """{1: 2, 2: org, 3: device, 4: at}: this device belongs no longer, whoever admitted it and whenever."""

    org: OrganisationId
    device: DeviceId
    at: int

    def encode(self) -> bytes:
        return encode({1: 2, 2: self.org, 3: self.device, 4: self.at})


Statement = Admission | Revocation


def sign_statement(statement: Statement, *, by: list[OfficerSigningKey]) -> Countersigned:
    """The statement with its officers' double signatures."""
    return Countersigned.make(statement.encode(), label=LABEL, by=by)


def read_statement(signed: Countersigned, *, root: Root, org: OrganisationId) -> Statement:
    """A statement that enough officers of this root signed; `SignatureRefusedError` otherwise."""
    try:
        statement = _decode(signed.body)
    except EncodingError as error:
        raise SignatureRefusedError from error
    if statement.org != org:
        raise SignatureRefusedError
    is_handler = isinstance(statement, Admission) and statement.role is Role.HANDLER
    needed = max(1, root.policy.handler_officers) if is_handler else 1
    signed.require(label=LABEL, officers=root.officer_publics(), at_least=needed)
    return statement


def _decode(body: bytes) -> Statement:
    fields = Fields.of(body)
    kind = fields.natural(1)
    org = OrganisationId(fields.octets(2, 32))
    device = DeviceId(fields.octets(3, DEVICE_ID_BYTES))
    if kind == 2:
        revocation = Revocation(org, device, fields.natural(4, below=2**40))
        fields.done()
        return revocation
    if kind != 1:
        raise EncodingError
    try:
        role = Role(fields.natural(4))
    except ValueError as error:
        raise EncodingError from error
    admission = Admission(
        org=org,
        device=device,
        role=role,
        desk=DeskId(fields.octets(5, DESK_ID_BYTES)),
        label=fields.text(6, limit=60),
        identity=fields.octets(7, 32),
        kem_hash=fields.octets(8, 32),
        slot=fields.optional(9, int),
        prefix=fields.optional(10, int),
        token_slot=fields.natural(11, below=2**16),
        transcript=fields.octets(12, 32),
        at=fields.natural(13, below=2**40),
    )
    fields.done()
    if device_id(admission.identity) != device:
        raise EncodingError
    if not places_fit(role, slot=admission.slot, prefix=admission.prefix):
        raise EncodingError
    return admission


def places_fit(role: Role, *, slot: int | None, prefix: int | None) -> bool:
    """A handler has a sender slot and no code prefix; an intake device a three-digit prefix and no slot."""
    if role is Role.HANDLER:
        return prefix is None and slot is not None and 0 <= slot < SLOTS
    return slot is None and prefix is not None and 100 <= prefix <= 999


@dataclass(frozen=True)
class Member:
    """A device as the roster knows it now."""

    admission: Admission
    revoked_at: int | None

    @property
    def active(self) -> bool:
        return self.revoked_at is None


@dataclass(frozen=True)
class Roster:
    """Verified statements by the hash of their body; any order of them gives the same members."""

    statements: Mapping[bytes, Countersigned]
    members: Mapping[DeviceId, Member]

    @classmethod
    def verify(cls, signed: Iterable[Countersigned], *, root: Root, org: OrganisationId) -> Roster:
        """A roster of statements that all hold under this root; `SignatureRefusedError` if one does not."""
        statements = {primitives.sha256(entry.body): entry for entry in signed}
        admissions: dict[DeviceId, Admission] = {}
        revoked: dict[DeviceId, int] = {}
        for key in sorted(statements):
            statement = read_statement(statements[key], root=root, org=org)
            if isinstance(statement, Revocation):
                revoked[statement.device] = min(statement.at, revoked.get(statement.device, statement.at))
            else:
                known = admissions.get(statement.device)
                if known is None or statement.at < known.at:
                    admissions[statement.device] = statement
        members = {device: Member(admission, revoked.get(device)) for device, admission in admissions.items()}
        return cls(statements, members)

    def handlers(self, desk: DeskId) -> list[Admission]:
        """Admitted, unrevoked handlers of a desk in order of their slots."""
        active = [member.admission for member in self.members.values() if member.active]
        mine = [entry for entry in active if entry.role is Role.HANDLER and entry.desk == desk]
        return sorted(mine, key=lambda entry: entry.slot or 0)
