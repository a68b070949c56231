"""A welcome as a file, for where there is no network: the sealed welcome, and the directory to begin with
(protocol.md 4.4). Nothing in it is believed because it is in it: each part is opened and verified by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from crypto.encoding import Fields, encode
from crypto.errors import EncodingError
from crypto.reply_cells import REPLY_CELL_BYTES

LABEL: Final = "kantha/v1/welcome"


@dataclass(frozen=True)
class WelcomeFile:
    """`cell`: 4,096 bytes. The directory's parts as the relay served them; None where it was not reached."""

    cell: bytes
    phone: bytes | None = None
    handler: bytes | None = None

    def encode(self) -> bytes:
        parts = {3: self.phone, 4: self.handler}
        return encode(
            {1: LABEL, 2: self.cell, **{key: part for key, part in parts.items() if part is not None}}
        )

    @classmethod
    def decode(cls, data: bytes) -> WelcomeFile:
        """`EncodingError` for anything that is no such file."""
        fields = Fields.of(data)
        if fields.text(1) != LABEL:
            raise EncodingError
        cell = fields.octets(2, REPLY_CELL_BYTES)
        found = cls(cell, fields.optional(3, bytes), fields.optional(4, bytes))
        fields.done()
        return found
