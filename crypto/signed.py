"""Signed statements: the bytes as carried, and signatures over exactly those bytes under a label.

`Signed` carries one device's Ed25519 signature; `Countersigned` carries officers' double signatures. Both are
CBOR lists whose first entry is the body as a byte string, so that nothing is re-encoded before it is checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from crypto import primitives
from crypto.encoding import decode, encode
from crypto.errors import EncodingError, SignatureRefusedError
from crypto.ids import OFFICER_ID_BYTES, OfficerId, officer_id
from crypto.primitives import DeviceSigningKey, OfficerSigningKey

MAX_SIGNATURES: Final = 16
"""As many as a root has officers."""


def _message(label: str, body: bytes) -> bytes:
    return label.encode() + b"\0" + body


@dataclass(frozen=True)
class Signed:
    """A body with a device's signature: CBOR [body, signature]."""

    body: bytes
    signature: bytes = field(repr=False)

    @classmethod
    def make(cls, body: bytes, *, label: str, by: DeviceSigningKey) -> Signed:
        return cls(body, by.sign(_message(label, body)))

    def require(self, *, label: str, public: bytes) -> bytes:
        """The body, once the signature holds; else `SignatureRefusedError`."""
        if not primitives.device_signature_holds(public, self.signature, _message(label, self.body)):
            raise SignatureRefusedError
        return self.body

    def to_wire(self) -> bytes:
        return encode([self.body, self.signature])

    @classmethod
    def from_wire(cls, data: bytes) -> Signed:
        """What `to_wire` wrote, or `EncodingError`."""
        value = decode(data)
        if type(value) is not list or len(value) != 2 or [type(part) for part in value] != [bytes, bytes]:
            raise EncodingError
        if len(value[1]) != primitives.ED25519_SIGNATURE_BYTES:
            raise EncodingError
        return cls(value[0], value[1])


@dataclass(frozen=True)
class Countersigned:
    """CBOR [body, [[officer id, both signatures], …]], officers in the order of their ids."""

    body: bytes
    signatures: Mapping[OfficerId, bytes] = field(repr=False)

    @classmethod
    def make(cls, body: bytes, *, label: str, by: list[OfficerSigningKey]) -> Countersigned:
        message = _message(label, body)
        return cls(body, {officer_id(key.public): key.sign(message) for key in by})

    def holding(self, *, label: str, officers: Mapping[OfficerId, bytes]) -> frozenset[OfficerId]:
        """Which of these officers signed the body with both algorithms; what strangers signed is ignored."""
        message = _message(label, self.body)
        return frozenset(
            officer
            for officer, signature in self.signatures.items()
            if officer in officers
            and primitives.officer_signature_holds(officers[officer], signature, message)
        )

    def require(self, *, label: str, officers: Mapping[OfficerId, bytes], at_least: int) -> bytes:
        """The body, once so many officers signed it with both algorithms; else `SignatureRefusedError`."""
        if at_least < 1 or len(self.holding(label=label, officers=officers)) < at_least:
            raise SignatureRefusedError
        return self.body

    def proven(self, *, label: str, officers: Mapping[OfficerId, bytes]) -> Countersigned:
        """The same body with only those signatures that these officers really made.

        What is kept or carried on goes through this first: else anybody between two officers could put a
        false signature in the place of a true one, or add strangers' without end.
        """
        holding = self.holding(label=label, officers=officers)
        return Countersigned(self.body, {officer: self.signatures[officer] for officer in holding})

    def merged(self, other: Countersigned) -> Countersigned:
        """Both sets of signatures under one body; ValueError for another body.

        An officer who signed twice is in it once, with the lower bytes, so that the order of merging does not
        matter. It checks nothing: merge what is `proven`.
        """
        if other.body != self.body:
            raise ValueError("only signatures of the same body can be merged")
        both = dict(self.signatures)
        for officer, signature in other.signatures.items():
            both[officer] = min(signature, both.get(officer, signature))
        return Countersigned(self.body, both)

    def add(self, *, label: str, by: OfficerSigningKey) -> Countersigned:
        """With this officer's signature, in the place of any that was there in its name."""
        made = by.sign(_message(label, self.body))
        return Countersigned(self.body, {**self.signatures, officer_id(by.public): made})

    def to_wire(self) -> bytes:
        return encode(
            [self.body, [[officer, self.signatures[officer]] for officer in sorted(self.signatures)]]
        )

    @classmethod
    def from_wire(cls, data: bytes) -> Countersigned:
        """What `to_wire` wrote, or `EncodingError`."""
        value = decode(data)
        if (
            type(value) is not list
            or len(value) != 2
            or type(value[0]) is not bytes
            or type(value[1]) is not list
            or len(value[1]) > MAX_SIGNATURES
        ):
            raise EncodingError
        signatures: dict[OfficerId, bytes] = {}
        for entry in value[1]:
            if type(entry) is not list or len(entry) != 2 or [type(part) for part in entry] != [bytes, bytes]:
                raise EncodingError
            officer, signature = entry
            if len(officer) != OFFICER_ID_BYTES or len(signature) != primitives.OFFICER_SIGNATURE_BYTES:
                raise EncodingError
            signatures[OfficerId(officer)] = signature
        made = cls(value[0], signatures)
        if made.to_wire() != data:
            raise EncodingError
        return made
