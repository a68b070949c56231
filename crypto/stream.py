"""Files of any length under one key: the payload of the age v1 format, with labels of our own.

A random nonce (16 bytes), then chunks of 64 KiB, each sealed with ChaCha20-Poly1305 under `HKDF(file key,
["kantha/v1/stream", purpose, context], salt = nonce)`; a chunk's nonce is its number (11 bytes) and a byte
that marks the last (protocol.md 10A.1).

Guarantees: bounded memory; no plaintext is handed out before its chunk is verified; chunks that are changed,
left out, moved, repeated, cut off or added are `StreamDamagedError`, and the end is only believed when the
chunk says so. It does not say who wrote the file: whoever has the key could have.
"""

from __future__ import annotations

from types import TracebackType
from typing import Final, Protocol

from crypto import primitives
from crypto.encoding import encode
from crypto.errors import StreamDamagedError
from crypto.primitives import CHUNK_TAG_BYTES, ChunkKey

LABEL: Final = "kantha/v1/stream"
NONCE_BYTES: Final = 16
CHUNK_BYTES: Final = 64 * 1024
_SEALED_BYTES: Final = CHUNK_BYTES + CHUNK_TAG_BYTES


class Sink(Protocol):
    def write(self, data: bytes, /) -> object: ...


class Source(Protocol):
    def read(self, count: int, /) -> bytes: ...


def _chunk_key(key: bytes, nonce: bytes, purpose: str, context: bytes) -> ChunkKey:
    return ChunkKey(primitives.hkdf(key, info=encode([LABEL, purpose, context]), salt=nonce))


class StreamWriter:
    """Seals what is written to it. Without `close` (or after an exception in its `with`) the file has no end
    and is refused as cut.
    """

    def __init__(self, sink: Sink, *, key: bytes, purpose: str, context: bytes = b"") -> None:
        if len(key) != 32:
            raise ValueError("a file key has 32 bytes")
        nonce = primitives.random_bytes(NONCE_BYTES)
        self._sink, self._key = sink, _chunk_key(key, nonce, purpose, context)
        self._waiting = bytearray()
        self._number = 0
        self._closed = False
        sink.write(nonce)

    def write(self, data: bytes) -> None:
        if self._closed:
            raise ValueError("this stream is closed")
        for start in range(0, len(data), CHUNK_BYTES):
            self._waiting += data[start : start + CHUNK_BYTES]
            # One chunk is kept back: it could be the last, and only an empty file has an empty last chunk.
            while len(self._waiting) > CHUNK_BYTES:
                self._seal(bytes(self._waiting[:CHUNK_BYTES]), last=False)
                del self._waiting[:CHUNK_BYTES]

    def close(self) -> None:
        """Write the chunk that says it is the last."""
        if not self._closed:
            self._seal(bytes(self._waiting), last=True)
            self._waiting.clear()
            self._closed = True

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        self._sink.write(self._key.seal(chunk, number=self._number, last=last))
        self._number += 1

    def __enter__(self) -> StreamWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()


class StreamReader:
    """Opens a stream. Every method raises `StreamDamagedError` for whatever `StreamWriter` did not write
    so.
    """

    def __init__(self, source: Source, *, key: bytes, purpose: str, context: bytes = b"") -> None:
        if len(key) != 32:
            raise ValueError("a file key has 32 bytes")
        self._source = source
        nonce = self._take(NONCE_BYTES)
        if len(nonce) != NONCE_BYTES:
            raise StreamDamagedError
        self._key = _chunk_key(key, nonce, purpose, context)
        self._ahead = self._take(_SEALED_BYTES)
        self._number = 0
        self._ended = False
        self._ready = bytearray()

    def read(self, count: int) -> bytes:
        """So many bytes, fewer only at the verified end."""
        while len(self._ready) < count and not self._ended:
            self._ready += self._open_next()
        taken = bytes(self._ready[:count])
        del self._ready[:count]
        return taken

    def exactly(self, count: int) -> bytes:
        """So many bytes and no fewer."""
        taken = self.read(count)
        if len(taken) != count:
            raise StreamDamagedError
        return taken

    def require_end(self) -> None:
        """Nothing comes after what was read."""
        if self.read(1):
            raise StreamDamagedError

    def _open_next(self) -> bytes:
        sealed, self._ahead = self._ahead, self._take(_SEALED_BYTES)
        last = not self._ahead
        try:
            chunk = self._key.open(sealed, number=self._number, last=last)
        except primitives.OpenError as error:
            raise StreamDamagedError from error
        if not chunk and self._number:  # two ways to write one file would be one too many
            raise StreamDamagedError
        self._number, self._ended = self._number + 1, last
        return chunk

    def _take(self, count: int) -> bytes:
        found = bytearray()
        while len(found) < count:
            more = self._source.read(count - len(found))
            if not more:
                break
            found += more
        return bytes(found)
