"""A handler's signed operation on a case, hash-chained per device.

{1: device, 2: counter, 3: previous, 4: body}, signed as `Signed` does.
With the chain a desk shows that nothing of a handler's was left out or put in (`sync.chains`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from crypto import primitives
from crypto.encoding import Fields, encode
from crypto.errors import EncodingError
from crypto.ids import DEVICE_ID_BYTES, DeviceId
from crypto.primitives import DeviceSigningKey
from crypto.signed import Signed

LABEL: Final = "kantha/v1/operation"
CHAIN_START: Final = bytes(32)


@dataclass(frozen=True)
class SignedOperation:
    """One link: who, the how-manieth, what came before (hash of its bytes), and the operation itself."""

    device: DeviceId
    counter: int
    previous: bytes
    operation: dict[str, Any] = field(repr=False)

    def sign(self, by: DeviceSigningKey) -> bytes:
        body = encode({1: self.device, 2: self.counter, 3: self.previous, 4: self.operation})
        return Signed.make(body, label=LABEL, by=by).to_wire()

    @classmethod
    def claimed(cls, data: bytes) -> SignedOperation:
        """What it says, before anybody has checked who signed it; `EncodingError` if it is not an
        operation.
        """
        return cls._decode(Signed.from_wire(data).body)

    @staticmethod
    def claimed_device(data: bytes) -> DeviceId:
        """Whose identity key is needed to read this; `EncodingError` if it is not an operation."""
        return SignedOperation._decode(Signed.from_wire(data).body).device

    @classmethod
    def read(cls, data: bytes, *, identity_public: bytes) -> SignedOperation:
        """The operation, once its signature holds; `SignatureRefusedError` or `EncodingError` otherwise."""
        return cls._decode(Signed.from_wire(data).require(label=LABEL, public=identity_public))

    @classmethod
    def _decode(cls, body: bytes) -> SignedOperation:
        fields = Fields.of(body)
        link = cls(
            DeviceId(fields.octets(1, DEVICE_ID_BYTES)),
            fields.natural(2, below=2**48),
            fields.octets(3, 32),
            fields.take(4, dict),
        )
        fields.done()
        if any(type(key) is not str for key in link.operation):
            raise EncodingError
        return link


def link_hash(data: bytes) -> bytes:
    """How the next link names this one."""
    return primitives.sha256(b"kantha/v1/operation-link\0" + data)
