"""The archive's file: header, stream and signature belong together, and nothing else is one."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest

from crypto.archives import (
    MAGIC,
    ArchiveHeader,
    ArchiveReader,
    ArchiveSecret,
    ArchiveWriter,
    padded_length,
)
from crypto.encoding import decode, encode
from crypto.errors import ArchiveRefusedError, StreamDamagedError
from crypto.ids import OfficerId, device_id
from crypto.primitives import DeviceSigningKey, sha256
from crypto.quorum import seal_to_quorum
from crypto.signed import Signed
from crypto.stream import StreamReader, StreamWriter
from tests.vectors.recovery import DESK, MAKER, ORG, PUBLICS, SECRET

RECORDS: list[list[Any]] = [[2, b"known"], [3, "one"], [3, "two"]]


def header(at: int = 1) -> ArchiveHeader:
    blobs = seal_to_quorum(SECRET.encode(), org=ORG, desk=DESK, officers=PUBLICS, threshold=2)
    return ArchiveHeader(ORG, DESK, at, b"R" * 32, 2, tuple(OfficerId(one) for one in sorted(PUBLICS)), blobs)


HEADER = header()


def archive(head: ArchiveHeader = HEADER, records: list[list[Any]] = RECORDS) -> bytes:
    out = io.BytesIO()
    writer = ArchiveWriter(out, head, key=SECRET.key)
    for kind, *values in records:
        writer.record(kind, values)
    writer.finish(maker=device_id(MAKER.public), by=MAKER)
    return out.getvalue()


def read(data: bytes, *, identity: bytes = MAKER.public) -> list[list[Any]]:
    source = io.BytesIO(data)
    reader = ArchiveReader(source, ArchiveHeader.read(source), key=SECRET.key)
    found = [[kind, *values] for kind, values in reader.records()]
    reader.require_maker(identity)
    return found


def plain(data: bytes) -> tuple[bytes, bytes]:
    """(everything before the stream, the stream's plaintext)."""
    source = io.BytesIO(data)
    head = ArchiveHeader.read(source)
    place = source.tell()
    stream = StreamReader(source, key=SECRET.key, purpose="archive", context=head.hash)
    return data[:place], stream.read(10**9)


def with_plain(before: bytes, content: bytes, *, context: bytes = HEADER.hash) -> bytes:
    """A file that the archive's key makes, with other content."""
    out = io.BytesIO()
    out.write(before)
    with StreamWriter(out, key=SECRET.key, purpose="archive", context=context) as writer:
        writer.write(content)
    return out.getvalue()


def framed(record: object) -> bytes:
    data = encode(record)
    return len(data).to_bytes(4, "big") + data


def test_records_come_back_in_order_and_padding_is_nobodys() -> None:
    assert read(archive()) == RECORDS
    lengths = {len(archive(records=[[2, b"x" * size]])) for size in (1, 10, 1_000, 30_000)}
    assert max(lengths) - min(lengths) < 64


def test_nothing_counts_before_the_last_record() -> None:
    source = io.BytesIO(archive())
    reader = ArchiveReader(source, ArchiveHeader.read(source), key=SECRET.key)
    next(reader.records())
    with pytest.raises(ArchiveRefusedError):
        reader.require_maker(MAKER.public)


def test_another_maker_is_refused() -> None:
    with pytest.raises(ArchiveRefusedError):
        read(archive(), identity=DeviceSigningKey(sha256(b"another")).public)


def test_a_stream_under_another_header_does_not_open() -> None:
    one, other = archive(), archive(header(at=2))
    before, _ = plain(other)
    stream = one[len(plain(one)[0]) :]
    with pytest.raises(StreamDamagedError):
        read(before + stream)


def test_who_has_the_key_and_not_the_makers_identity_changes_nothing() -> None:
    before, content = plain(archive())
    assert read(with_plain(before, content)) == RECORDS
    first = 4 + int.from_bytes(content[:4], "big")
    for wrong in (
        content[first:],
        content[:first] + content,
        framed([2, b"other"]) + content[first:],
        content + framed([3, "after the end"]),
        content + b"\0",
    ):
        with pytest.raises((ArchiveRefusedError, StreamDamagedError)):
            read(with_plain(before, wrong))


def test_a_signature_over_another_header_is_refused() -> None:
    other = header(at=2)
    _, content = plain(archive(other))
    with pytest.raises(ArchiveRefusedError):
        read(with_plain(plain(archive())[0], content))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\0\0\1",
        b"\xff\xff\xff\xff",
        framed({1: 2}),
        framed([]),
        framed(["text"]),
        (5).to_bytes(4, "big") + b"\xff" * 5,
        framed([1]),
        framed([1, b"signed"]),
        framed([1, Signed.make(encode({1: b"x"}), label="kantha/v1/archive", by=MAKER).to_wire()]),
    ],
)
def test_records_that_are_none_are_refused(content: bytes) -> None:
    before, _ = plain(archive())
    with pytest.raises((ArchiveRefusedError, StreamDamagedError)):
        read(with_plain(before, content))


def test_every_entry_of_the_header_is_checked() -> None:
    parts = decode(HEADER.encode())
    assert ArchiveHeader.decode(encode(parts)) == HEADER
    officers, blobs = parts[6], parts[7]
    for wrong in (
        {**parts, 1: b"short"},
        {**parts, 2: b"short"},
        {**parts, 3: -1},
        {**parts, 4: b"short"},
        {**parts, 5: 0},
        {**parts, 5: 3},
        {**parts, 5: 17},
        {**parts, 6: officers[::-1]},
        {**parts, 6: [officers[0], officers[0], officers[1]]},
        {**parts, 6: officers[:2]},
        {**parts, 6: [*officers[:2], b"short"]},
        {**parts, 6: []},
        {**parts, 7: blobs[:2]},
        {**parts, 7: [*blobs, blobs[0]]},
        {**parts, 7: [*blobs[:2], blobs[2][:-1]]},
        {**parts, 8: 1},
    ):
        with pytest.raises(ArchiveRefusedError):
            ArchiveHeader.decode(encode(wrong))


def test_a_file_that_is_no_archive_is_refused() -> None:
    good = archive()
    for wrong in (
        b"", b"hello", MAGIC, MAGIC + b"\0\0\0\5", MAGIC.replace(b"1", b"2") + good[len(MAGIC) :],
        MAGIC + b"\xff\xff\xff\xff" + good[len(MAGIC) + 4 :], good[:200],
    ):  # fmt: skip
        with pytest.raises(ArchiveRefusedError):
            ArchiveHeader.read(io.BytesIO(wrong))


def test_the_secret_carries_a_publishing_token_or_none() -> None:
    for secret in (SECRET, replace(SECRET, publish_token=None)):
        assert ArchiveSecret.decode(secret.encode()) == secret
        assert len(secret.encode()) == 75
    with pytest.raises(ValueError, match="publishing token"):
        replace(SECRET, publish_token="short").encode()
    for wrong in (b"", SECRET.encode() + b"\0", SECRET.encode()[:32] + b"\xff" * 43):
        with pytest.raises(ArchiveRefusedError):
            ArchiveSecret.decode(wrong)
    assert repr(SECRET.key) not in repr(SECRET)


def test_a_kind_of_the_file_itself_cannot_be_written_as_a_record() -> None:
    writer = ArchiveWriter(io.BytesIO(), HEADER, key=SECRET.key)
    for kind in (0, 1):
        with pytest.raises(ValueError, match="own"):
            writer.record(kind, [])


def test_padding_costs_at_most_an_eighth() -> None:
    for length in (0, 1, 65_536, 65_537, 100_000, 10**6, 10**7, 12_345_678):
        padded = padded_length(length)
        assert padded >= length
        assert padded <= max(65_536, length * 1.12)
        assert padded_length(padded) == padded


class Begun(io.BytesIO):
    """A file of which no more may be read than its first bytes."""

    def read(self, count: int | None = -1, /) -> bytes:
        assert self.tell() == 0
        return super().read(count)


def test_a_header_said_to_be_longer_than_32_mib_is_refused_before_it_is_read() -> None:
    with pytest.raises(ArchiveRefusedError):
        ArchiveHeader.read(Begun(MAGIC + (32 * 1024 * 1024 + 1).to_bytes(4, "big")))
    with pytest.raises(AssertionError):
        ArchiveHeader.read(Begun(MAGIC + (32 * 1024 * 1024).to_bytes(4, "big")))


def test_a_header_that_comes_in_pieces_is_read() -> None:
    class Slow(io.BytesIO):
        def read(self, count: int | None = -1, /) -> bytes:
            return super().read(count if self.tell() == 0 else min(count or 0, 100))

    assert ArchiveHeader.read(Slow(archive())) == HEADER


def test_a_record_said_to_be_longer_than_32_mib_is_refused_before_it_is_read() -> None:
    before, _ = plain(archive())
    with pytest.raises(ArchiveRefusedError):
        read(with_plain(before, (32 * 1024 * 1024 + 1).to_bytes(4, "big")))
    with pytest.raises(StreamDamagedError):  # looked for, and not there
        read(with_plain(before, (32 * 1024 * 1024).to_bytes(4, "big")))


def test_a_record_longer_than_32_mib_is_not_written() -> None:
    class Nowhere(io.BytesIO):
        def write(self, data: Any, /) -> int:
            return len(data)

    writer = ArchiveWriter(Nowhere(), HEADER, key=SECRET.key)
    framing = len(encode([2, bytes(70_000)])) - 70_000
    writer.record(2, [bytes(32 * 1024 * 1024 - framing)])
    with pytest.raises(ValueError, match="larger"):
        writer.record(2, [bytes(32 * 1024 * 1024 - framing + 1)])


def test_the_largest_numbers_of_a_header_are_taken_and_no_larger_ones() -> None:
    parts = decode(HEADER.encode())
    assert ArchiveHeader.decode(encode({**parts, 3: 2**40 - 1})).at == 2**40 - 1
    sixteen = [bytes([number]) * 16 for number in range(16)]
    full = {**parts, 5: 16, 6: sixteen, 7: [bytes(75 + 16 * 1_136)]}
    assert ArchiveHeader.decode(encode(full)).threshold == 16
    seventeen = [*sixteen, b"\xff" * 16]
    for wrong in (
        {**parts, 3: 2**40},
        {**full, 5: 17, 6: seventeen, 7: [bytes(75 + 17 * 1_136)]},
        {**full, 6: seventeen, 7: [bytes(75 + 16 * 1_136)] * 17},
        {**full, 6: [*sixteen[:15], "x" * 16]},
        {**full, 7: ["x" * (75 + 16 * 1_136)]},
        {**full, 7: [bytes(75 + 16 * 1_136 + 1)]},
        {**full, 5: 8, 7: [bytes(75 + 8 * 1_136)]},
    ):
        with pytest.raises(ArchiveRefusedError):
            ArchiveHeader.decode(encode(wrong))


def ended(body: object, *more: object) -> bytes:
    """A stream with one record and this end, signed by the maker."""
    signed = Signed.make(encode(body), label="kantha/v1/archive", by=MAKER)
    return framed([3, "one"]) + framed([1, signed.to_wire(), *more])


def test_the_end_has_its_three_entries_and_no_other() -> None:
    before, _ = plain(archive())
    body = {1: HEADER.hash, 2: sha256(framed([3, "one"])), 3: device_id(MAKER.public)}
    assert read(with_plain(before, ended(body))) == [[3, "one"]]
    for wrong in (
        ended({**body, 4: 1}),
        ended({**body, 1: bytes(32)}),
        ended({**body, 2: bytes(32)}),
        ended({**body, 3: bytes(15)}),
        ended({**body, 3: bytes(17)}),
        ended(body, 1),
        framed([3, "one"]) + framed([1]),
        framed([3, "one"]) + framed([1, "text"]),
        ended(body) + framed([0, b""]),
        ended(body) + ended(body),
    ):
        with pytest.raises((ArchiveRefusedError, StreamDamagedError)):
            read(with_plain(before, wrong))


@pytest.mark.parametrize(
    "record",
    [["text"], [None], [b"x"], [True], [False], [1], [1, b"no signature"], [1, 5], [1, b"x", b"y"], [], 5],
)
def test_a_record_that_is_none_is_refused_though_the_maker_signed_it(record: object) -> None:
    before, _ = plain(archive())
    body = encode({1: HEADER.hash, 2: sha256(framed(record)), 3: device_id(MAKER.public)})
    end = framed([1, Signed.make(body, label="kantha/v1/archive", by=MAKER).to_wire()])
    with pytest.raises(ArchiveRefusedError):
        read(with_plain(before, framed(record) + end))


def test_a_single_byte_that_lacks_is_padded() -> None:
    framing = len(framed([2, bytes(60_000)])) - 60_000
    _, content = plain(archive(records=[[2, bytes(65_535 - framing)]]))
    assert content[65_535:].startswith(framed([0, b"\0"]))


def test_the_maker_is_named_after_the_last_record() -> None:
    source = io.BytesIO(archive())
    reader = ArchiveReader(source, ArchiveHeader.read(source), key=SECRET.key)
    assert reader.maker is None
    assert list(reader.records())
    assert reader.maker == device_id(MAKER.public)


@pytest.mark.parametrize(
    ("length", "padded"),
    [
        (0, 65_536), (65_535, 65_536), (65_536, 65_536), (65_537, 67_584), (67_584, 67_584),
        (67_585, 69_632), (131_072, 131_072), (131_073, 135_168), (1_000_000, 1_015_808),
        (12_345_678, 12_582_912),
    ],
)  # fmt: skip
def test_padding_is_padmes(length: int, padded: int) -> None:
    assert padded_length(length) == padded
