"""Files under one key, chunk by chunk."""

from __future__ import annotations

import contextlib
import io
import tracemalloc
from itertools import pairwise

import pytest

from crypto.errors import StreamDamagedError
from crypto.stream import CHUNK_BYTES, NONCE_BYTES, StreamReader, StreamWriter

KEY = bytes(range(32))
SEALED = CHUNK_BYTES + 16
LENGTHS = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 5]


def sealed(plain: bytes, *, purpose: str = "test", context: bytes = b"", pieces: int = 70_000) -> bytes:
    out = io.BytesIO()
    with StreamWriter(out, key=KEY, purpose=purpose, context=context) as writer:
        for start in range(0, len(plain), pieces):
            writer.write(plain[start : start + pieces])
    return out.getvalue()


def opened(data: bytes, *, key: bytes = KEY, purpose: str = "test", context: bytes = b"") -> bytes:
    reader = StreamReader(io.BytesIO(data), key=key, purpose=purpose, context=context)
    plain = reader.read(10**9)
    reader.require_end()
    return plain


def text(length: int) -> bytes:
    return bytes(place % 251 for place in range(length))


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("pieces", [1_000, CHUNK_BYTES, 200_000])
def test_what_was_written_is_read_in_any_pieces(length: int, pieces: int) -> None:
    data = sealed(text(length), pieces=pieces)
    chunks = max(1, -(-length // CHUNK_BYTES))
    assert len(data) == NONCE_BYTES + length + 16 * chunks
    assert opened(data) == text(length)
    reader, found = StreamReader(io.BytesIO(data), key=KEY, purpose="test"), b""
    while piece := reader.read(pieces):
        found += piece
    assert found == text(length)


def test_the_same_file_twice_has_nothing_in_common() -> None:
    one, other = sealed(text(100)), sealed(text(100))
    assert one[:NONCE_BYTES] != other[:NONCE_BYTES]
    assert one[NONCE_BYTES:] != other[NONCE_BYTES:]


def test_another_key_purpose_or_context_opens_nothing() -> None:
    data = sealed(text(10), context=b"one")
    assert opened(data, context=b"one") == text(10)
    for wrong in ({"key": bytes(32), "context": b"one"}, {"purpose": "best", "context": b"one"}, {}):
        with pytest.raises(StreamDamagedError):
            opened(data, **wrong)  # type: ignore[arg-type]


def test_every_changed_bit_is_refused() -> None:
    data = sealed(text(40))
    for place in range(len(data)):
        for bit in range(8):
            wrong = data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]
            with pytest.raises(StreamDamagedError):
                opened(wrong)


def test_a_changed_bit_in_a_later_chunk_is_refused() -> None:
    data = sealed(text(2 * CHUNK_BYTES + 9))
    for place in (NONCE_BYTES + SEALED, NONCE_BYTES + 2 * SEALED - 1, len(data) - 1):
        with pytest.raises(StreamDamagedError):
            opened(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])


@pytest.mark.parametrize("length", [0, 5, CHUNK_BYTES, 2 * CHUNK_BYTES, 2 * CHUNK_BYTES + 9])
def test_every_cut_is_refused(length: int) -> None:
    data = sealed(text(length))
    chunk_ends = [NONCE_BYTES + SEALED * count for count in range(4)]
    places = {0, 1, NONCE_BYTES - 1, NONCE_BYTES, len(data) - 1, len(data) - 16, len(data) - 17, *chunk_ends}
    for place in places:
        if 0 <= place < len(data):
            with pytest.raises(StreamDamagedError):
                opened(data[:place])


def test_what_is_added_behind_the_end_is_refused() -> None:
    data = sealed(text(CHUNK_BYTES + 5))
    for more in (b"\0", bytes(SEALED), data[NONCE_BYTES:], data):
        with pytest.raises(StreamDamagedError):
            opened(data + more)


def test_chunks_in_another_order_left_out_or_repeated_are_refused() -> None:
    data = sealed(text(3 * CHUNK_BYTES + 5))
    start, chunks = data[:NONCE_BYTES], [
        data[NONCE_BYTES + SEALED * number : NONCE_BYTES + SEALED * (number + 1)] for number in range(4)
    ]  # fmt: skip
    assert opened(start + b"".join(chunks)) == text(3 * CHUNK_BYTES + 5)
    for order in ([1, 0, 2, 3], [0, 2, 3], [0, 1, 1, 2, 3], [3], [0, 1, 2], [0, 1, 2, 3, 3]):
        with pytest.raises(StreamDamagedError):
            opened(start + b"".join(chunks[number] for number in order))


def test_an_empty_last_chunk_after_others_is_refused() -> None:
    # What a writer would give that keeps no chunk back: the same content, other bytes.
    out = io.BytesIO()
    writer = StreamWriter(out, key=KEY, purpose="test")
    writer._seal(text(CHUNK_BYTES), last=False)
    writer.close()
    with pytest.raises(StreamDamagedError):
        opened(out.getvalue())


def test_a_writer_that_failed_leaves_a_file_without_an_end() -> None:
    out = io.BytesIO()
    with contextlib.suppress(RuntimeError), StreamWriter(out, key=KEY, purpose="test") as writer:
        writer.write(text(3 * CHUNK_BYTES))
        raise RuntimeError
    with pytest.raises(StreamDamagedError):
        opened(out.getvalue())


def test_nothing_of_a_chunk_comes_out_before_it_was_verified() -> None:
    data = bytearray(sealed(text(2 * CHUNK_BYTES)))
    data[NONCE_BYTES + SEALED + 3] ^= 1
    reader = StreamReader(io.BytesIO(bytes(data)), key=KEY, purpose="test")
    assert reader.read(CHUNK_BYTES) == text(CHUNK_BYTES)
    with pytest.raises(StreamDamagedError):
        reader.read(1)


def test_memory_does_not_grow_with_the_file() -> None:
    class Endless:
        """A file of 40 MB that nobody has to hold."""

        def __init__(self) -> None:
            self.parts: list[bytes] = []

        def write(self, data: bytes) -> None:
            self.length = getattr(self, "length", 0) + len(data)

    peaks = []
    for megabytes in (4, 40):
        tracemalloc.start()
        sink = Endless()
        with StreamWriter(sink, key=KEY, purpose="test") as writer:
            for _ in range(megabytes):
                writer.write(bytes(1_000_000))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert sink.length > megabytes * 1_000_000
    assert peaks[1] < peaks[0] * 1.2
    assert all(later < 4_000_000 for _, later in pairwise(peaks))


def test_a_key_of_another_length_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        StreamWriter(io.BytesIO(), key=b"short", purpose="test")
    with pytest.raises(ValueError, match="32 bytes"):
        StreamReader(io.BytesIO(), key=b"short", purpose="test")
    writer = StreamWriter(io.BytesIO(), key=KEY, purpose="test")
    writer.close()
    writer.close()
    with pytest.raises(ValueError, match="closed"):
        writer.write(b"more")


@pytest.mark.parametrize("count", [0, 1, NONCE_BYTES - 1])
def test_a_file_without_a_whole_nonce_is_refused_before_anything_is_read(count: int) -> None:
    with pytest.raises(StreamDamagedError):
        StreamReader(io.BytesIO(bytes(count)), key=KEY, purpose="test")


def test_fewer_bytes_than_wanted_and_bytes_left_over_are_refused() -> None:
    reader = StreamReader(io.BytesIO(sealed(text(20))), key=KEY, purpose="test")
    assert reader.exactly(12) == text(12)
    with pytest.raises(StreamDamagedError):
        reader.require_end()
    with pytest.raises(StreamDamagedError):
        reader.exactly(8)
    reader.require_end()


def test_a_source_that_gives_little_at_a_time_is_read_to_its_end() -> None:
    class Slow(io.BytesIO):
        def read(self, count: int | None = -1, /) -> bytes:
            return super().read(min(count or 0, 1_000))

    reader = StreamReader(Slow(sealed(text(2 * CHUNK_BYTES + 9))), key=KEY, purpose="test")
    assert reader.exactly(2 * CHUNK_BYTES + 9) == text(2 * CHUNK_BYTES + 9)
    reader.require_end()
