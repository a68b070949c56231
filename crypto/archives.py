"""The file of an archive: a header that every finder may read, and a stream of records under the archive key.

The archive key is sealed to every quorum of the officers of one root (crypto.quorum); the stream is bound to
the header by its hash (crypto.stream); the last record is signed by the device that made the archive
(protocol.md 10A.3).

Guarantees: no t - 1 officers open it; what was cut, changed or put together from two archives is refused
before anything of it counts; the number of records shows only within 12 %. It does not say that the maker may
be believed: whoever opens it checks the maker against root and roster.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from crypto import primitives
from crypto.encoding import Fields, decode, encode
from crypto.errors import ArchiveRefusedError, EncodingError, QuorumTooLargeError, SignatureRefusedError
from crypto.ids import (
    DESK_ID_BYTES,
    DEVICE_ID_BYTES,
    OFFICER_ID_BYTES,
    DeskId,
    DeviceId,
    OfficerId,
    OrganisationId,
)
from crypto.primitives import DeviceSigningKey
from crypto.quorum import Piece, require_few, sealed_bytes, subsets
from crypto.root import MAX_OFFICERS
from crypto.signed import Signed
from crypto.stream import CHUNK_BYTES, Sink, Source, StreamReader, StreamWriter

MAGIC: Final = b"kantha archive 1\n"
LABEL: Final = "kantha/v1/archive"
PURPOSE: Final = "archive"
MAX_HEADER_BYTES: Final = 32 * 1024 * 1024
MAX_RECORD_BYTES: Final = 32 * 1024 * 1024
"""A payload of 4 MiB whose every byte becomes six when it is written as JSON, and room."""
PUBLISH_TOKEN_BYTES: Final = 43
SECRET_BYTES: Final = 32 + PUBLISH_TOKEN_BYTES
_PADDING, _END = 0, 1
FIRST_KIND: Final = 2
"""Kinds of records from here on belong to those who fill the archive."""


@dataclass(frozen=True)
class ArchiveSecret:
    """What a quorum opens: the archive's key, and the publishing token that its maker held, if any."""

    key: bytes = field(repr=False)
    publish_token: str | None = field(repr=False, default=None)

    def encode(self) -> bytes:
        token = (self.publish_token or "").encode("ascii")
        if len(token) not in (0, PUBLISH_TOKEN_BYTES):
            raise ValueError("not a publishing token")
        return self.key + token.ljust(PUBLISH_TOKEN_BYTES, b"\0")

    @classmethod
    def decode(cls, data: bytes) -> ArchiveSecret:
        token = data[32:]
        if len(data) != SECRET_BYTES or not token.isascii():
            raise ArchiveRefusedError
        return cls(data[:32], token.decode() if any(token) else None)


@dataclass(frozen=True)
class ArchiveHeader:
    """What stands in the clear: ids and a time, no name."""

    org: OrganisationId
    desk: DeskId
    at: int
    root_hash: bytes
    threshold: int
    officers: tuple[OfficerId, ...]
    blobs: tuple[bytes, ...] = field(repr=False)

    def encode(self) -> bytes:
        return encode(
            {
                1: self.org, 2: self.desk, 3: self.at, 4: self.root_hash, 5: self.threshold,
                6: list(self.officers), 7: list(self.blobs),
            }
        )  # fmt: skip

    @classmethod
    def decode(cls, data: bytes) -> ArchiveHeader:
        """What `encode` wrote, with as many blobs as there are subsets; `ArchiveRefusedError`."""
        try:
            fields = Fields.of(data)
            header = cls(
                OrganisationId(fields.octets(1, 32)),
                DeskId(fields.octets(2, DESK_ID_BYTES)),
                fields.natural(3, below=2**40),
                fields.octets(4, 32),
                fields.natural(5, below=MAX_OFFICERS + 1),
                tuple(fields.items(6, limit=MAX_OFFICERS)),
                tuple(fields.items(7, limit=2**16)),
            )
            fields.done()
            header._check()
        except (EncodingError, QuorumTooLargeError, ValueError) as error:
            raise ArchiveRefusedError from error
        return header

    def _check(self) -> None:
        for parts, length in (
            (self.officers, OFFICER_ID_BYTES),
            (self.blobs, sealed_bytes(SECRET_BYTES, threshold=self.threshold)),
        ):
            if any(type(part) is not bytes or len(part) != length for part in parts):
                raise ArchiveRefusedError
        if list(self.officers) != sorted(set(self.officers)):
            raise ArchiveRefusedError
        if len(self.blobs) != require_few(officers=len(self.officers), threshold=self.threshold):
            raise ArchiveRefusedError

    @property
    def hash(self) -> bytes:
        """32 bytes: the archive's name, to which its stream and its signature are bound."""
        return primitives.sha256(LABEL.encode() + b"-header\0" + self.encode())

    def pieces(self) -> list[Piece]:
        """One for each subset of officers that suffices."""
        chosen = subsets(self.officers, threshold=self.threshold)
        return [
            Piece(self.org, self.desk, subset, 0, blob)
            for subset, blob in zip(chosen, self.blobs, strict=True)
        ]

    def write(self, sink: Sink) -> None:
        body = self.encode()
        sink.write(MAGIC + len(body).to_bytes(4, "big") + body)

    @classmethod
    def read(cls, source: Source) -> ArchiveHeader:
        """From the start of a file; the stream follows."""
        start = source.read(len(MAGIC) + 4)
        length = int.from_bytes(start[len(MAGIC) :], "big")
        if start[: len(MAGIC)] != MAGIC or len(start) != len(MAGIC) + 4 or length > MAX_HEADER_BYTES:
            raise ArchiveRefusedError
        body = bytearray()
        while len(body) < length:
            more = source.read(length - len(body))
            if not more:
                raise ArchiveRefusedError
            body += more
        return cls.decode(bytes(body))


class ArchiveWriter:
    """Records into the file behind its header. Nothing counts before `finish`."""

    def __init__(self, sink: Sink, header: ArchiveHeader, *, key: bytes) -> None:
        header.write(sink)
        self._header_hash = header.hash
        self._stream = StreamWriter(sink, key=key, purpose=PURPOSE, context=self._header_hash)
        self._digest = hashlib.sha256()
        self._written = 0

    def record(self, kind: int, values: list[Any]) -> None:
        if kind < FIRST_KIND:
            raise ValueError("this kind of record is the file's own")
        self._put(encode([kind, *values]))

    def finish(self, *, maker: DeviceId, by: DeviceSigningKey) -> None:
        """Pad, sign, close."""
        left = padded_length(self._written) - self._written
        while left > 0:
            zeros = min(left, CHUNK_BYTES)
            self._put(encode([_PADDING, bytes(zeros)]))
            left -= zeros
        body = encode({1: self._header_hash, 2: self._digest.digest(), 3: maker})
        signed = Signed.make(body, label=LABEL, by=by)
        self._put(encode([_END, signed.to_wire()]))
        self._stream.close()

    def _put(self, record: bytes) -> None:
        if len(record) > MAX_RECORD_BYTES:
            raise ValueError("a record is larger than an archive takes")
        framed = len(record).to_bytes(4, "big") + record
        self._stream.write(framed)
        self._digest.update(framed)
        self._written += len(framed)


class ArchiveReader:
    """Records out of the file, in order. They may be used for good only once `records` has come to its end
    and `require_maker` has agreed: until then everything they say is the file's own claim.
    """

    def __init__(self, source: Source, header: ArchiveHeader, *, key: bytes) -> None:
        self._header_hash = header.hash
        self._stream = StreamReader(source, key=key, purpose=PURPOSE, context=self._header_hash)
        self._digest = hashlib.sha256()
        self._signed: Signed | None = None
        self.maker: DeviceId | None = None
        """Who says to have made it; known after the last record."""

    def records(self) -> Iterator[tuple[int, list[Any]]]:
        """(kind, values). `StreamDamagedError` or `ArchiveRefusedError` at the first thing that is not
        right.
        """
        while self._signed is None:
            before = self._digest.digest()
            record = self._next()
            kind, values = record[0], record[1:]
            if kind == _END:
                self._take_end(values, before)
            elif kind != _PADDING:
                yield kind, values
        self._stream.require_end()

    def require_maker(self, identity: bytes) -> None:
        """Once all records were read: this device signed them all, and this header. `ArchiveRefusedError`."""
        if self._signed is None:
            raise ArchiveRefusedError
        try:
            self._signed.require(label=LABEL, public=identity)
        except SignatureRefusedError as error:
            raise ArchiveRefusedError from error

    def _next(self) -> list[Any]:
        length = int.from_bytes(self._stream.exactly(4), "big")
        if length > MAX_RECORD_BYTES:
            raise ArchiveRefusedError
        data = self._stream.exactly(length)
        self._digest.update(length.to_bytes(4, "big") + data)
        try:
            record = decode(data)
        except EncodingError as error:
            raise ArchiveRefusedError from error
        if type(record) is not list or not record or type(record[0]) is not int:
            raise ArchiveRefusedError
        return record

    def _take_end(self, values: list[Any], before: bytes) -> None:
        try:
            if len(values) != 1 or type(values[0]) is not bytes:
                raise ArchiveRefusedError
            signed = Signed.from_wire(values[0])
            fields = Fields.of(signed.body)
            header_hash, digest = fields.octets(1, 32), fields.octets(2, 32)
            maker = DeviceId(fields.octets(3, DEVICE_ID_BYTES))
            fields.done()
        except EncodingError as error:
            raise ArchiveRefusedError from error
        if not primitives.same(header_hash, self._header_hash) or not primitives.same(digest, before):
            raise ArchiveRefusedError
        self._signed, self.maker = signed, maker


def padded_length(length: int) -> int:
    """Padmé (Nikitin et al., PETS 2019): at most 12 % more, and only the rough size shows. At least 64
    KiB.
    """
    if length <= 65_536:
        return 65_536
    exponent = length.bit_length() - 1
    kept_bits = exponent.bit_length()
    step: int = 1 << (exponent - kept_bits)
    return -(-length // step) * step
