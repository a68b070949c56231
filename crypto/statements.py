"""The roster's statements: what officers sign about one device (protocol.md section 4.2).

Three kinds: it is admitted, it is revoked, its window is closed. Their bytes and what makes them well formed;
what they add up to is crypto.roster.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Final

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
    OFFICER = 3
    """Only while somebody joins: the device is admitted as a handler, and the root makes it an officer's."""

    @property
    def admitted(self) -> Role:
        """The role that the admission names."""
        return Role.HANDLER if self is Role.OFFICER else self


class Reason(enum.IntEnum):
    """Why a device was revoked, as far as an officer said."""

    SEIZED = 1
    LOST = 2
    LEFT = 3
    REPLACED = 4
    NONE_GIVEN = 5


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
    """{1: 2, 2: org, 3: device, 4: at, 5: reason}: it belongs no longer, whoever admitted it and whenever."""

    org: OrganisationId
    device: DeviceId
    at: int
    reason: Reason = Reason.NONE_GIVEN

    def encode(self) -> bytes:
        return encode({1: 2, 2: self.org, 3: self.device, 4: self.at, 5: int(self.reason)})


@dataclass(frozen=True)
class WindowClosed:
    """{1: 3, 2: org, 3: device, 4: at}: what it finished before `at` and has not sent is given up.

    Handlers need not keep old keys for it any more; the device still belongs, and its window is open again
    once it is heard after `at`.
    """

    org: OrganisationId
    device: DeviceId
    at: int

    def encode(self) -> bytes:
        return encode({1: 3, 2: self.org, 3: self.device, 4: self.at})


Statement = Admission | Revocation | WindowClosed


def sign_statement(statement: Statement, *, by: list[OfficerSigningKey]) -> Countersigned:
    """The statement with its officers' double signatures."""
    return Countersigned.make(statement.encode(), label=LABEL, by=by)


def read_statement(signed: Countersigned, *, root: Root, org: OrganisationId) -> Statement:
    """A statement that enough officers of this root signed; `SignatureRefusedError` otherwise."""
    try:
        statement = decode_statement(signed.body)
    except EncodingError as error:
        raise SignatureRefusedError from error
    if statement.org != org:
        raise SignatureRefusedError
    signed.require(
        label=LABEL, officers=root.officer_publics(), at_least=officers_needed(statement, root=root)
    )
    return statement


def officers_needed(statement: Statement, *, root: Root) -> int:
    """How many officers must sign it: for a new reader as many as the policy says, else one."""
    is_handler = isinstance(statement, Admission) and statement.role is Role.HANDLER
    return max(1, root.policy.handler_officers) if is_handler else 1


def decode_statement(body: bytes) -> Statement:
    """A well-formed statement, or `EncodingError`. Says nothing about who signed it."""
    fields = Fields.of(body)
    kind = fields.natural(1)
    org = OrganisationId(fields.octets(2, 32))
    device = DeviceId(fields.octets(3, DEVICE_ID_BYTES))
    statement: Statement
    try:
        if kind == 1:
            statement = _admission(fields, org, device)
        elif kind == 2:
            statement = Revocation(org, device, fields.natural(4, below=2**40), Reason(fields.natural(5)))
        elif kind == 3:
            statement = WindowClosed(org, device, fields.natural(4, below=2**40))
        else:
            raise EncodingError
    except ValueError as error:
        raise EncodingError from error
    fields.done()
    if statement.encode() != body:  # one statement has one form, since it is known by the hash of its bytes
        raise EncodingError
    return statement


def _admission(fields: Fields, org: OrganisationId, device: DeviceId) -> Admission:
    admission = Admission(
        org=org,
        device=device,
        role=Role(fields.natural(4)),
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
    if admission.role is Role.OFFICER or device_id(admission.identity) != device:
        raise EncodingError
    if not places_fit(admission.role, slot=admission.slot, prefix=admission.prefix):
        raise EncodingError
    return admission


def places_fit(role: Role, *, slot: int | None, prefix: int | None) -> bool:
    """A handler has a sender slot and no code prefix; an intake device a three-digit prefix and no slot."""
    if role.admitted is Role.HANDLER:
        return prefix is None and slot is not None and 0 <= slot < SLOTS
    return slot is None and prefix is not None and 100 <= prefix <= 999
